from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlviz.engine.data import arrays
from dlviz.engine.data.dataset import DataError, Dataset
from dlviz.engine.text import sanitize

Y20 = np.arange(20) % 2
RNG = np.random.default_rng(0)


def _load(folder: Path, **content: Any) -> Dataset:
    np.savez(folder / "data.npz", **content)
    return arrays.load(folder / "data.npz", 0)


@pytest.mark.parametrize(
    ("raw", "shape"),
    [
        ((20, 5), (5,)),
        ((20, 6, 7), (1, 6, 7)),
        ((20, 6, 7, 3), (3, 6, 7)),
        ((20, 6, 7, 1), (1, 6, 7)),
        ((20, 3, 6, 7), (3, 6, 7)),
        ((20, 1, 6, 7), (1, 6, 7)),
        ((20, 6, 7, 4), (4, 6, 7)),
        ((20, 2, 6, 7), (2, 6, 7)),
        ((20, 4, 6, 3), (3, 4, 6)),
        ((20, 3, 6, 4), (3, 6, 4)),
        ((20, 1, 6, 3), (1, 6, 3)),
    ],
)
def test_layouts(tmp_path: Path, raw: tuple[int, ...], shape: tuple[int, ...]) -> None:
    x = RNG.random(raw).astype(np.float32)
    data = _load(tmp_path, x_train=x, y_train=Y20, x_val=x, y_val=Y20, x_test=x, y_test=Y20)
    assert data.shape == shape
    expected = x.transpose(0, 3, 1, 2) if shape[0] == raw[-1] and raw[1:] != shape and x.ndim == 4 else x
    assert np.array_equal(data.train.x, expected.reshape(data.train.x.shape))


def test_bytes_are_scaled_and_other_numbers_are_not(tmp_path: Path) -> None:
    x = np.full((20, 2), 255)
    assert _load(tmp_path, x_train=x.astype(np.uint8), y_train=Y20).train.x.max() == 1
    for kind in (np.int64, np.float16, np.float64, np.uint16):
        assert _load(tmp_path, x_train=x.astype(kind), y_train=Y20).train.x.max() == 255


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([7, -1], ("-1", "7")),
        (["dog", "cat"], ("cat", "dog")),
        ([b"dog", b"\xff"], ("dog", "\ufffd")),
        ([2.0, 1.0], ("1", "2")),
        ([True, False], ("0", "1")),
        ([10, 9], ("9", "10")),
        (["[/x]", "\x1b]0;x\x07bell"], ("bell", "[/x]")),
    ],
)
def test_labels_of_every_kind(tmp_path: Path, labels: list[Any], classes: tuple[str, ...]) -> None:
    y = np.array(labels * 10)
    x = np.arange(20.0)[:, None]
    data = _load(tmp_path, x_train=x, y_train=y)
    assert data.classes == classes
    first = np.unique(y).tolist().index(y[0])
    for part in (data.train, data.val, data.test):
        assert np.array_equal(part.y == first, part.x[:, 0] % 2 == 0)


@pytest.mark.parametrize("kind", ["f2", "f4", ">f8", ">i4", "u1", ">U2", "S2"])
def test_labels_of_every_width_and_byte_order(tmp_path: Path, kind: str) -> None:
    assert _load(tmp_path, x_train=np.ones((20, 2)), y_train=Y20.astype(kind)).classes == ("0", "1")


def test_a_column_of_labels_is_flattened(tmp_path: Path) -> None:
    assert len(_load(tmp_path, x_train=np.ones((20, 2)), y_train=Y20[:, None]).train) == 14


def test_given_parts_stay_as_they_are(tmp_path: Path) -> None:
    x = RNG.random((30, 4)).astype(np.float32)
    data = _load(tmp_path, x_train=x[:20], y_train=Y20, x_test=x[20:], y_test=Y20[:10])
    assert np.array_equal(data.test.x, x[20:]) and np.array_equal(data.test.y, Y20[:10])
    assert (len(data.train), len(data.val)) == (18, 2)
    assert "10 % of training split off for validation" in data.description
    assert "30 examples of 4 from data.npz" in data.description


def test_the_seed_fixes_the_split(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, x_train=RNG.random((20, 2)), y_train=Y20)
    assert np.array_equal(arrays.load(path, 3).test.x, arrays.load(path, 3).test.x)
    assert not np.array_equal(arrays.load(path, 3).test.x, arrays.load(path, 4).test.x)


X = np.ones((20, 2))
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "has no x_train: it holds nothing; expected x_train and y_train"),
    "no labels": ({"x_train": X}, "has no y_train: it holds x_train"),
    "other names": ({"X": X, "y": Y20}, "has no x_train: it holds X, y"),
    "test without labels": ({"x_train": X, "y_train": Y20, "x_test": X}, "has no y_test"),
    "test without inputs": ({"x_train": X, "y_train": Y20, "y_test": Y20}, "has no x_test"),
    "lengths differ": (
        {"x_train": X, "y_train": Y20[:9]},
        "has 20 inputs in x_train but 9 labels in y_train",
    ),
    "shapes differ": (
        {"x_train": X, "y_train": Y20, "x_test": np.ones((20, 3)), "y_test": Y20},
        r"has inputs of shape \(3,\) in x_test but \(2,\) in x_train",
    ),
    "not a number": ({"x_train": np.where(X > 0, np.nan, 0), "y_train": Y20}, "x_train has NaN, infinity"),
    "infinity": ({"x_train": X * np.inf, "y_train": Y20}, "in input 0: expected finite numbers"),
    "beyond float32": ({"x_train": X * 1e300, "y_train": Y20}, "a number too large in input 0"),
    "one class": (
        {"x_train": X, "y_train": Y20 * 0},
        "has only the class 0: expected .* at least two classes",
    ),
    "rare class": (
        {"x_train": X, "y_train": np.array([0] * 19 + [1])},
        "has too few examples of the class 1, 1: expected at least 5",
    ),
    "empty": ({"x_train": X[:0], "y_train": Y20[:0]}, r"x_train is empty, with the shape \(0, 2\)"),
    "no features": ({"x_train": X[:, :0], "y_train": Y20}, r"x_train is empty, with the shape \(20, 0\)"),
    "flat inputs": (
        {"x_train": X[:, 0], "y_train": Y20},
        r"x_train has the shape \(20,\): expected \(count, f",
    ),
    "deep inputs": (
        {"x_train": X.reshape(20, 2, 1, 1, 1), "y_train": Y20},
        r"has the shape \(20, 2, 1, 1, 1\)",
    ),
    "no channel axis": ({"x_train": np.ones((20, 5, 5, 5)), "y_train": Y20}, "expected 1 to 4 channels"),
    "texts as inputs": (
        {"x_train": np.array([["a"]] * 20), "y_train": Y20},
        "holds str32 values: expected num",
    ),
    "complex inputs": ({"x_train": X * 1j, "y_train": Y20}, "holds complex128 values: expected numbers"),
    "one-hot labels": ({"x_train": X, "y_train": X}, r"y_train has the shape \(20, 2\): expected one label"),
    "one label": ({"x_train": X, "y_train": np.array(1)}, r"y_train has the shape \(\): expected one label"),
    "broken labels": ({"x_train": X, "y_train": Y20 + 0.5}, "y_train holds 0.5, which is no class"),
    "missing labels": ({"x_train": X, "y_train": Y20 * np.nan}, "y_train holds nan, which is no class"),
    "huge labels": ({"x_train": X, "y_train": Y20 * 1e300}, r"y_train holds 1e\+300, which is no class"),
    "huge integers": (
        {"x_train": X, "y_train": np.uint64(2**63) + Y20.astype(np.uint64)},
        "is too large for",
    ),
    "dates": ({"x_train": X, "y_train": Y20.astype("datetime64[s]")}, "expected whole numbers or texts"),
    "new class in test": (
        {"x_train": X, "y_train": Y20, "x_test": X, "y_test": Y20 + 1},
        "the test part has the label 2, which no training example has",
    ),
    "other labels in test": (
        {"x_train": X, "y_train": Y20, "x_test": X, "y_test": Y20.astype(str)},
        "the test part has the label 0, which no training example has",
    ),
    "impossible texts": (
        {"x_train": X, "y_train": (Y20 + 0x110000).astype(np.uint32).view("U1")},
        "y_train holds texts with impossible characters",
    ),
    "empty texts": (
        {"x_train": X, "y_train": np.zeros(20, "U0")},
        "has only the class without a name",
    ),
    "pickled inputs": ({"x_train": X.astype(object), "y_train": Y20}, "holds pickled Python objects"),
    "pickled labels": ({"x_train": X, "y_train": Y20.astype(object)}, "holds pickled Python objects"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_malformed_archives_get_one_sentence(tmp_path: Path, case: str) -> None:
    content, message = BROKEN[case]
    with pytest.raises(DataError, match=message) as caught:
        _load(tmp_path, **content)
    text = str(caught.value)
    assert str(tmp_path / "data.npz") in text and "\n" not in text and len(text) < 400 + len(str(tmp_path))


def test_what_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    for content in (b"", b"hello", b"\x80\x04K\x01."):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"is not a NumPy archive: expected an \.npz file with x_train"):
            arrays.load(path, 0)


def test_a_missing_archive(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read .*none\.npz: No such file"):
        arrays.load(tmp_path / "none.npz", 0)


def test_a_damaged_archive(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, x_train=X, y_train=Y20)
    content = bytearray(path.read_bytes())
    content[100:110] = bytes(10)
    path.write_bytes(content)
    with pytest.raises(DataError, match="which seems damaged"):
        arrays.load(path, 0)


def test_a_hostile_path_is_shown_harmless(tmp_path: Path) -> None:
    folder = tmp_path / "[/x]\x1b]0;x\x07"
    folder.mkdir(parents=True)
    with pytest.raises(DataError) as caught:
        _load(folder, x_train=X)
    assert "[/x]/data.npz" in str(caught.value) and sanitize(caught.value) == str(caught.value)
