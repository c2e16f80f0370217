"""Damaged files: only DataError may come out, and its text is safe to show."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from dlviz.engine.data import arrays, folders, tables
from dlviz.engine.data.dataset import DataError, Dataset
from dlviz.engine.text import sanitize

LIGHT = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
EDITS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6)), max_size=6)


def _archive(save: Callable[..., None]) -> bytes:
    file = io.BytesIO()
    save(file, x_train=np.ones((12, 2, 2), np.uint8), y_train=np.array(["a", "b"] * 6))
    return file.getvalue()


def _picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (6, 5, 3), dtype=np.uint8)).save(file, kind)
    return file.getvalue()


TABLE = b"a,colour,label\n" + b"".join(b"%d,%s,%d\n" % (k, [b"red", b'"blue"'][k % 3 > 1], k % 2) for k in range(12))


def _damaged(content: bytes, edits: list[tuple[float, bytes]], keep: float) -> bytes:
    """`content` with bytes overwritten at fractions of its length, cut at `keep`."""
    changed = bytearray(content)
    for place, piece in edits:
        start = int(place * len(content))
        changed[start : start + len(piece)] = piece
    return bytes(changed[: int(keep * len(changed)) + 1])


def _survives(load: Callable[[Path, int], Dataset], path: Path) -> None:
    try:
        data = load(path, 0)
    except DataError as error:
        assert sanitize(error) == str(error) and len(str(error)) < 1_500
        return
    assert all(np.isfinite(data.split(part).x).all() for part in ("train", "val", "test"))
    assert all(sanitize(name) == name for name in (data.name, data.description, *data.classes))


@LIGHT
@given(save=st.sampled_from([np.savez, np.savez_compressed]), edits=EDITS, keep=st.just(1.0) | st.floats(0, 1))
def test_archives(tmp_path: Path, save: Callable[..., None], edits: list[tuple[float, bytes]], keep: float) -> None:
    path = tmp_path / "data.npz"
    path.write_bytes(_damaged(_archive(save), edits, keep))
    _survives(arrays.load, path)


@LIGHT
@given(edits=EDITS, member=st.sampled_from(["x_train", "y_train"]))
def test_arrays_inside_a_sound_archive(tmp_path: Path, edits: list[tuple[float, bytes]], member: str) -> None:
    """Past the checksums of the archive: the damage reaches NumPy's own reader."""
    path = tmp_path / "data.npz"
    with zipfile.ZipFile(io.BytesIO(_archive(np.savez))) as whole, zipfile.ZipFile(path, "w") as archive:
        for name in whole.namelist():
            content = whole.read(name)
            archive.writestr(name, _damaged(content, edits, 1) if name == f"{member}.npy" else content)
    _survives(arrays.load, path)


@LIGHT
@given(edits=EDITS, keep=st.just(1.0) | st.floats(0, 1))
def test_damaged_tables(tmp_path: Path, edits: list[tuple[float, bytes]], keep: float) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(_damaged(TABLE, edits, keep))
    _survives(tables.load, path)


@LIGHT
@given(st.binary(max_size=200) | st.text(alphabet='a1,;.\t\n"\x1b[]0\0-eNI ', max_size=200).map(str.encode))
def test_tables_of_anything(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    _survives(tables.load, path)


@LIGHT
@given(kind=st.sampled_from(["PNG", "JPEG", "BMP", "WEBP"]), edits=EDITS, keep=st.just(1.0) | st.floats(0, 1))
def test_pictures(tmp_path: Path, kind: str, edits: list[tuple[float, bytes]], keep: float) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir(exist_ok=True)
        for k in range(5):
            (tmp_path / name / f"{k}.png").write_bytes(_picture("PNG"))
    (tmp_path / "cat" / "4.png").write_bytes(_damaged(_picture(kind), edits, keep))
    _survives(folders.load, tmp_path)
