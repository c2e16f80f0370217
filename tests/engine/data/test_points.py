"""Points in the plane: the five distributions against their definitions, and tables of one's own."""

from pathlib import Path

import numpy as np
import pytest

from dlviz.engine.data import points
from dlviz.engine.data.base import DataError
from dlviz.engine.data.load import load_data
from dlviz.engine.data.points import Points

PARTS = ("train", "val", "test")


def _named(name: str, seed: int = 0) -> Points:
    data = load_data(name, seed, kinds=("points",))
    assert isinstance(data, Points) and data.kind == "points" and data.shape == (2,)
    return data


@pytest.mark.parametrize("name", points.SOURCES)
def test_every_distribution_is_split_and_fixed_by_its_seed(name: str) -> None:
    data = _named(name)
    assert data.sizes == points.SIZES == tuple(len(data.split(part)) for part in PARTS)
    everything = np.concatenate([data.split(part) for part in PARTS])
    assert len(np.unique(everything, axis=0)) > 0.999 * len(everything), "no point is in two splits"
    assert np.array_equal(data.train, _named(name).train)
    assert not np.array_equal(data.train, _named(name, 1).train)
    left, right, bottom, top = data.extent
    assert left < data.train[:, 0].min() and data.train[:, 0].max() < right
    assert bottom < data.train[:, 1].min() and data.train[:, 1].max() < top
    assert data.description.isprintable() and dict(data.parts())["train points"] is data.train


@pytest.mark.parametrize(("name", "modes", "spread"), [("ring", 8, 0.02), ("grid", 25, 0.025)])
def test_mixtures_have_equal_round_modes(name: str, modes: int, spread: float) -> None:
    data = _named(name)
    assert data.centers.shape == (modes, 2) and data.spread == spread
    away = data.train[:, None] - data.centers
    mode = np.square(away).sum(2).argmin(1)
    assert np.allclose(np.bincount(mode) / len(mode), 1 / modes, atol=0.01)
    inside = away[np.arange(len(mode)), mode]
    assert np.allclose(np.cov(inside.T), spread**2 * np.eye(2), atol=0.05 * spread**2)


def test_the_centers_are_those_of_the_papers() -> None:
    ring, grid = _named("ring").centers, _named("grid").centers
    assert np.allclose(np.linalg.norm(ring, axis=1), 2)
    gaps = np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1)
    assert np.allclose(gaps, 4 * np.sin(np.pi / 8), atol=1e-6)
    assert {tuple(center) for center in grid.tolist()} == {(x, y) for x in range(-2, 3) for y in range(-2, 3)}


def test_moons_lie_on_two_half_circles() -> None:
    x = _named("moons").train.astype(float)
    upper, lower = x - (-0.75, -0.375), x - (0.75, 0.375)
    to_upper, to_lower = (np.abs(np.linalg.norm(side, axis=1) - 1.5) for side in (upper, lower))
    off = np.where(upper[:, 1] > -0.4, to_upper, np.inf)
    off = np.minimum(off, np.where(lower[:, 1] < 0.4, to_lower, np.inf))
    assert off.max() < 6 * 0.08 and np.square(off).mean() == pytest.approx(0.08**2, rel=0.1)


def test_the_spiral_winds_twice() -> None:
    x = _named("spiral").train.astype(float)
    radius, angle = np.linalg.norm(x, axis=1), np.arctan2(x[:, 1], x[:, 0])
    turns = np.round(radius - angle / (2 * np.pi))  # radius 2 t at angle 4 pi t: one unit of radius a turn
    off = radius - angle / (2 * np.pi) - turns
    far = radius > 0.5
    assert np.abs(off[far]).max() < 0.35 and off[far].std() == pytest.approx(0.05, rel=0.1)
    assert set(turns[far].tolist()) == {0.0, 1.0, 2.0}


def test_the_checkerboard_fills_every_second_field() -> None:
    fields = np.floor(_named("checkerboard").train).astype(int)
    assert fields.min() == -2 and fields.max() == 1
    assert (fields.sum(1) % 2 == 0).all()
    counts = np.unique(fields, axis=0, return_counts=True)[1]
    assert len(counts) == 8 and np.allclose(counts / counts.sum(), 1 / 8, atol=0.01)


def _table(folder: Path, text: str, name: str = "points.csv") -> Points:
    (folder / name).write_text(text, "utf-8")
    data = load_data(str(folder / name), 0, kinds=("points", "images"))
    assert isinstance(data, Points)
    return data


@pytest.mark.parametrize("header", ["", "x,y\n", "\ufeffx,label\n\n"])
def test_a_table_of_two_columns_keeps_its_scale(tmp_path: Path, header: str) -> None:
    data = _table(tmp_path, header + "".join(f"{k},{1000 + k / 2}\n" for k in range(40)))
    assert data.sizes == (28, 4, 8) and data.centers.shape == (0, 2)
    found = np.concatenate([data.split(part) for part in PARTS])
    assert sorted(found.tolist()) == [[k, 1000 + k / 2] for k in range(40)]
    assert data.train[:, 0].tolist() != sorted(data.train[:, 0].tolist()), "shuffled before it is split"


@pytest.mark.parametrize(("mark", "name"), [("\t", "p.tsv"), ("\t", "p.csv"), (";", "p.csv")])
def test_separators(tmp_path: Path, mark: str, name: str) -> None:
    assert sum(_table(tmp_path, "".join(f"{k}{mark}{-k}e-3\n" for k in range(10)), name).sizes) == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has 0 points: expected at least 10"),
        ("x,y\n" + "1,2\n" * 9, "has 9 points"),
        ("x,y\n" + "1,2\n" * 9 + "3,\n", "has '3,' in line 11: expected two finite numbers"),
        ("1,2\n" * 9 + "3,nan\n", "'3,nan' in line 10"),
        ("1,2\n" * 9 + "3,1e999\n", "'3,1e999' in line 10"),
        ("1,2,3\n" * 20, "'1,2,3' in line 1"),
        ("x,y\n" + "1,\x1b[31m\n" * 20, "in line 2: expected two"),
        ("".join(f"{k},5\n" for k in range(20)), "a column that is constant"),
        ("".join(f"{k},{k}e300\n" for k in range(20)), "constant or too large"),
        ("\x00\x00", "cannot read|in line|has 0 points"),
    ],
)
def test_what_holds_no_points_gets_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as refused:
        _table(tmp_path, text)
    assert "points.csv" in str(refused.value) and str(refused.value).isprintable()


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_bytes(b"\xff\xfe\x00" * 50)
    with pytest.raises(DataError, match="it is not a table of text"):
        points.load_table(tmp_path / "p.csv", 0)
    with pytest.raises(DataError, match=r"cannot read .*: "):
        points.load_table(tmp_path / "none.csv", 0)
