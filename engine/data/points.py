"""Points in the plane: five toy distributions that show what a generative model covers, or a table of one's own.

Torch-free. Coordinates keep the scale of the data; whoever needs another one scales inside.
"""

import csv
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..text import sanitize
from .base import Data, DataError

Cloud = NDArray[np.float32]
"""Points, (count, 2)."""

SIZES = (20_000, 2_000, 2_000)
LEAST = 10
LARGEST = 1e15


@dataclass(frozen=True, kw_only=True)
class Points(Data):
    """Three splits of points (count, 2) of one distribution.

    Attributes:
        centers: (k, 2), where the modes are; (0, 2) for a distribution that has none or whose modes are unknown.
        spread: standard deviation around a center, or of the noise; 0 if there is none or it is unknown.
    """

    name: str
    train: Cloud
    val: Cloud
    test: Cloud
    centers: Cloud
    spread: float
    description: str

    def __post_init__(self) -> None:
        for cloud in (self.train, self.val, self.test, self.centers):
            assert cloud.dtype == np.float32 and cloud.ndim == 2 and cloud.shape[1] == 2

    @property
    def kind(self) -> str:
        """points."""
        return "points"

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Points of the train, val and test split."""
        return len(self.train), len(self.val), len(self.test)

    @property
    def shape(self) -> tuple[int, ...]:
        """(2,)."""
        return (2,)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top of a window on the training points, with a margin of a tenth."""
        low, high = self.train.min(0), self.train.max(0)
        margin = 0.1 * np.maximum(high - low, 1e-6)
        (left, bottom), (right, top) = low - margin, high + margin
        return float(left), float(right), float(bottom), float(top)

    def split(self, name: str) -> Cloud:
        """The split called `train`, `val` or `test`."""
        return {"train": self.train, "val": self.val, "test": self.test}[name]

    def parts(self) -> Iterator[tuple[str, NDArray[Any] | str]]:
        """The splits and the centers."""
        for name in ("train", "val", "test"):
            yield f"{name} points", self.split(name)
        yield "centers", self.centers


def ring(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Eight Gaussians on a circle (Metz et al., 2016, arXiv 1611.02163)."""
    return _mixture(RING, 0.02, rng, count)


def grid(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Twenty-five Gaussians on a square lattice, forty deviations apart (Srivastava et al., 2017, 1705.07761)."""
    return _mixture(GRID, 0.025, rng, count)


def moons(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Two interleaved half circles of radius 1.5, with noise."""
    upper = rng.random(count) < 0.5
    angle = rng.random(count) * math.pi
    arcs = np.stack((np.cos(angle), np.sin(angle)), 1) * np.where(upper, 1.5, -1.5)[:, None]
    return arcs + np.where(upper[:, None], (-0.75, -0.375), (0.75, 0.375)) + 0.08 * rng.standard_normal((count, 2))


def spiral(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """One arm of two turns out to radius 2, equally dense along the arm, with noise."""
    turn = np.sqrt(rng.uniform(0.02, 1, count))
    angle = 4 * math.pi * turn
    return np.stack((np.cos(angle), np.sin(angle)), 1) * 2 * turn[:, None] + 0.05 * rng.standard_normal((count, 2))


def checkerboard(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    """The eight dark fields of a 4x4 board of side 4, each uniform."""
    column = rng.integers(0, 4, count)
    row = 2 * rng.integers(0, 2, count) + column % 2
    return np.stack((column, row), 1) - 2 + rng.random((count, 2))


def _mixture(centers: Cloud, spread: float, rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    return centers[rng.integers(0, len(centers), count)] + spread * rng.standard_normal((count, 2))


NOWHERE: Cloud = np.empty((0, 2), dtype=np.float32)
RING: Cloud = np.array([(2 * math.cos(k * math.pi / 4), 2 * math.sin(k * math.pi / 4)) for k in range(8)], "f4")
GRID: Cloud = np.array([(x, y) for y in range(-2, 3) for x in range(-2, 3)], "f4")

Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]
SOURCES: dict[str, tuple[Draw, Cloud, float, str]] = {
    "ring": (ring, RING, 0.02, "8 Gaussians on a ring of radius 2, deviation 0.02"),
    "grid": (grid, GRID, 0.025, "25 Gaussians on a grid of spacing 1, deviation 0.025"),
    "moons": (moons, NOWHERE, 0.08, "two interleaved half circles, noise 0.08"),
    "spiral": (spiral, NOWHERE, 0.05, "one spiral arm of two turns, noise 0.05"),
    "checkerboard": (checkerboard, NOWHERE, 0.0, "8 uniform fields of a 4x4 checkerboard"),
}
NAMES = {name: f"points in the plane: {summary}, built in" for name, (*_, summary) in SOURCES.items()}


def load(name: str, seed: int) -> Points:
    """The distribution called `name` in SOURCES, drawn anew for every seed; 20,000, 2,000 and 2,000 points."""
    draw, centers, spread, summary = SOURCES[name]
    rng = np.random.default_rng([seed, 0x2D])
    train, val, test = (draw(rng, count).astype(np.float32) for count in SIZES)
    description = f"{sum(SIZES):,} points in the plane: {summary}"
    return Points(name=name, train=train, val=val, test=test, centers=centers, spread=spread, description=description)


def load_table(path: Path, seed: int) -> Points:
    """The two columns of numbers of the table at `path`, with or without a header, split 70/10/20 by the seed.

    Raises DataError that names the line.
    """
    where = sanitize(path)
    rows = _rows(path)
    if rows and not _numeric(rows[0][1]):
        rows = rows[1:]
    for line, cells in rows:
        if len(cells) != 2 or not _numeric(cells):
            raise DataError(
                f"{where} has {sanitize(','.join(cells), limit=60)!r} in line {line}: expected two finite numbers"
            )
    if len(rows) < LEAST:
        raise DataError(f"{where} has {len(rows)} points: expected at least {LEAST}")
    exact = np.array([[float(cell) for cell in cells] for _, cells in rows])
    cloud = exact.clip(-LARGEST, LARGEST).astype(np.float32)
    if np.abs(exact).max() > LARGEST or (cloud.max(0) == cloud.min(0)).any():
        raise DataError(f"{where} has a column that is constant or too large: expected numbers that differ")
    cloud = cloud[np.random.default_rng([seed, 0x2D]).permutation(len(cloud))]
    val, test = max(1, round(0.1 * len(cloud))), max(1, round(0.2 * len(cloud)))
    return Points(
        name=sanitize(path.name),
        train=cloud[val + test :],
        val=cloud[:val],
        test=cloud[val : val + test],
        centers=NOWHERE,
        spread=0.0,
        description=f"{len(cloud):,} points from {sanitize(path.name)}, split 70/10/20 by the seed",
    )


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Line number and cells of each line that is not blank."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline(1 << 20)
            file.seek(0)
            mark = "\t" if path.suffix.lower() == ".tsv" else next((m for m in ",;\t" if m in head), ",")
            reader = csv.reader(file, delimiter=mark)
            rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except (OSError, UnicodeError, csv.Error) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is not a table of text"
        raise DataError(f"cannot read {sanitize(path)}: {reason}") from None
    return rows


def _numeric(cells: list[str]) -> bool:
    try:
        return all(math.isfinite(float(cell)) for cell in cells)
    except ValueError:
        return False
