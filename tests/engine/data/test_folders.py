from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dlviz.engine.data import folders
from dlviz.engine.data.dataset import DataError
from dlviz.engine.text import sanitize

RED, GREY = (255, 0, 0), (51, 51, 51)


def _fill(
    folder: Path,
    count: int = 6,
    size: tuple[int, int] = (5, 4),
    colour: tuple[int, ...] = RED,
    suffix: str = "png",
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for k in range(count):
        Image.new("RGB", size, colour).save(folder / f"{size[0]}-{k}.{suffix}")


def test_a_folder_per_class(tmp_path: Path) -> None:
    _fill(tmp_path / "cat", 10, colour=RED)
    _fill(tmp_path / "dog", 10, colour=(0, 255, 0))
    data = folders.load(tmp_path, 0)
    assert data.classes == ("cat", "dog")
    assert data.shape == (3, 4, 5)
    assert (len(data.train), len(data.val), len(data.test)) == (14, 2, 4)
    for split in (data.train, data.val, data.test):
        assert np.array_equal(split.x[:, :2, 0, 0].argmax(axis=1), split.y)
        assert split.x.max() == 1
    assert data.name == tmp_path.name
    assert data.description == f"20 RGB images of 5x4 pixels from {tmp_path.name}, split 70/10/20 by the seed"


def test_folders_of_parts(tmp_path: Path) -> None:
    for part, count in {"train": 9, "valid": 3, "test": 4}.items():
        _fill(tmp_path / part / "cat", count)
        _fill(tmp_path / part / "dog", count)
    data = folders.load(tmp_path, 0)
    assert (len(data.train), len(data.val), len(data.test)) == (18, 6, 8)


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    _fill(tmp_path / "train")
    _fill(tmp_path / "test")
    assert folders.load(tmp_path, 0).classes == ("test", "train")


@pytest.mark.parametrize("suffix", ["png", "jpg", "JPEG", "bmp", "webp"])
def test_every_format(tmp_path: Path, suffix: str) -> None:
    _fill(tmp_path / "a", suffix=suffix)
    _fill(tmp_path / "b", suffix=suffix)
    assert len(folders.load(tmp_path, 0).train) == 9


def test_grey_images_have_one_channel_whatever_their_mode(tmp_path: Path) -> None:
    _fill(tmp_path / "a", colour=GREY)
    (tmp_path / "b").mkdir()
    for k, mode in enumerate(("L", "LA", "P", "1", "RGBA", "I;16")):
        black = Image.new("RGB", (5, 4)) if mode in ("P", "1") else Image.new(mode, (5, 4), 0)
        black.convert(mode).save(tmp_path / "b" / f"{k}.png")
    data = folders.load(tmp_path, 0)
    assert data.shape == (1, 4, 5)
    assert "grey" in data.description
    assert np.allclose(data.train.x[data.train.y == 0], 0.2)
    assert (data.train.x[data.train.y == 1] == 0).all()


def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path) -> None:
    _fill(tmp_path / "a")
    (tmp_path / "b").mkdir()
    for k in range(6):
        Image.fromarray(np.full((4, 5), 0x8080, np.uint16)).save(tmp_path / "b" / f"{k}.png")
    data = folders.load(tmp_path, 0)
    assert np.allclose(data.train.x[data.train.y == 1], 128 / 255)


def test_other_sizes_become_the_most_common_one_and_it_is_said(tmp_path: Path) -> None:
    _fill(tmp_path / "a", 8, size=(200, 100))
    _fill(tmp_path / "b", 6, size=(30, 30))
    data = folders.load(tmp_path, 0)
    assert data.shape == (3, 32, 64)
    assert "images of 64x32 pixels" in data.description and "resized from 2 sizes" in data.description


def test_equal_images_keep_their_size_however_large(tmp_path: Path) -> None:
    _fill(tmp_path / "a", size=(100, 90))
    _fill(tmp_path / "b", size=(100, 90))
    data = folders.load(tmp_path, 0)
    assert data.shape == (3, 90, 100)
    assert "resized" not in data.description


def test_photographs_lie_as_their_camera_says(tmp_path: Path) -> None:
    _fill(tmp_path / "a", size=(8, 16))
    (tmp_path / "b").mkdir()
    exif = Image.Exif()
    exif[folders.ORIENTATION] = 6
    for k in range(6):
        Image.new("RGB", (16, 8), RED).save(tmp_path / "b" / f"{k}.jpg", exif=exif)
    assert folders.load(tmp_path, 0).shape == (3, 16, 8)


def test_hidden_and_other_files_are_skipped(tmp_path: Path) -> None:
    _fill(tmp_path / "a")
    _fill(tmp_path / "b")
    (tmp_path / ".cache").mkdir()
    (tmp_path / "a" / "._5-0.png").write_bytes(b"resource fork")
    (tmp_path / "a" / "notes.txt").write_text("hello")
    (tmp_path / "README").write_text("hello")
    data = folders.load(tmp_path, 0)
    assert len(data.train) + len(data.val) + len(data.test) == 12


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_an_unreadable_image_is_named(tmp_path: Path, content: bytes) -> None:
    _fill(tmp_path / "a")
    _fill(tmp_path / "b")
    (tmp_path / "b" / "bad\x1b[2J.png").write_bytes(content)
    with pytest.raises(DataError, match=r"cannot read the image .*/b/bad\.png: \S") as caught:
        folders.load(tmp_path, 0)
    assert sanitize(caught.value) == str(caught.value)


def test_a_truncated_image_is_named(tmp_path: Path) -> None:
    _fill(tmp_path / "a")
    _fill(tmp_path / "b")
    noise = np.random.default_rng(0).integers(0, 255, (4, 5, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a" / "cut.png")
    whole = (tmp_path / "a" / "cut.png").read_bytes()
    (tmp_path / "a" / "cut.png").write_bytes(whole[:60])
    with pytest.raises(DataError, match=r"cannot read the image .*cut\.png"):
        folders.load(tmp_path, 0)


def test_folders_that_hold_no_data(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no class folders: expected one folder of images per class"):
        folders.load(tmp_path, 0)
    (tmp_path / "cat").mkdir()
    with pytest.raises(DataError, match=r"no images in .*/cat: expected PNG, JPEG, BMP or WebP files"):
        folders.load(tmp_path, 0)
    _fill(tmp_path / "cat")
    with pytest.raises(DataError, match="has only the class cat"):
        folders.load(tmp_path, 0)
    _fill(tmp_path / "dog", 2)
    with pytest.raises(DataError, match="has too few examples of the class dog, 2"):
        folders.load(tmp_path, 0)


def test_parts_that_do_not_fit_together(tmp_path: Path) -> None:
    for folder in ("train/cat", "train/dog", "val/cat", "test/fox"):
        _fill(tmp_path / folder)
    with pytest.raises(DataError, match="the test part has the label fox"):
        folders.load(tmp_path, 0)
    _fill(tmp_path / "validation" / "cat")
    with pytest.raises(DataError, match="has two folders for the val part"):
        folders.load(tmp_path, 0)


def test_hostile_class_names_stay_apart_and_harmless(tmp_path: Path) -> None:
    for name in ("[bold]", "cat", "cat\x1b[2J", "\x1b]0;x\x07evil\n"):
        _fill(tmp_path / name)
    data = folders.load(tmp_path, 0)
    assert sorted(data.classes) == ["[bold]", "cat", "cat", "evil "]
    assert set(data.train.y.tolist()) == {0, 1, 2, 3}
