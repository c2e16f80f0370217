"""The quality of points: clouds whose modes are known, and SciPy's Wasserstein distance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance  # type: ignore[import-untyped]

from dlviz.engine.data import points
from dlviz.engine.quality.points import (
    DIRECTIONS,
    mode_counts,
    mode_quality,
    point_quality,
    sliced_wasserstein,
)

RING, GRID, MOONS = (points.load(name, 0) for name in ("ring", "grid", "moons"))


def _at(counts: list[int], off: float = 0.0, data: points.Points = RING) -> np.ndarray:
    """So many points at each center, moved by `off` deviations to the right."""
    moved = data.centers + np.array([off * data.spread, 0.0])
    return np.repeat(moved, counts, axis=0)


def test_real_points_cover_everything() -> None:
    for data in (RING, GRID):
        found = point_quality(data.test, data)
        assert found["modes"] == found["modes_total"] == len(data.centers)
        assert found["near_mode"] == pytest.approx(1 - np.exp(-8), abs=2e-3)  # a Rayleigh tail beyond 4 deviations
        assert found["sliced_wasserstein"] == found["sliced_wasserstein_floor"] < 0.05


def test_a_mode_counts_from_a_fifth_of_its_share_on() -> None:
    # 8 modes, 800 points: the fair share is 100, a fifth of it 20
    assert mode_quality(_at([661, 20, 19, 20, 20, 20, 20, 20]), RING)["modes"] == 7
    assert mode_quality(_at([800, 0, 0, 0, 0, 0, 0, 0]), RING) == {"modes": 1, "modes_total": 8, "near_mode": 1}


def test_near_is_within_four_deviations() -> None:
    assert mode_quality(_at([10] * 8, 3.99), RING)["near_mode"] == 1
    assert mode_quality(_at([10] * 8, 4.01), RING) == {"modes": 0, "modes_total": 8, "near_mode": 0}
    half = np.concatenate((_at([10] * 8), _at([10] * 8, 5.0)))
    assert mode_quality(half, RING)["near_mode"] == 0.5


@given(st.lists(st.integers(0, 30), min_size=25, max_size=25).filter(any))
def test_counting_returns_what_was_put_there(counts: list[int]) -> None:
    assert mode_counts(_at(counts, 1.0, GRID), GRID).tolist() == counts


def test_points_that_are_not_finite_are_near_nothing() -> None:
    cloud = np.concatenate((_at([10] * 8), np.full((80, 2), np.nan), [[np.inf, 0]]))
    found = point_quality(cloud, RING)
    assert found["near_mode"] == pytest.approx(80 / 161) and np.isnan(found["sliced_wasserstein"])


def test_without_centers_there_are_no_modes() -> None:
    found = point_quality(MOONS.test, MOONS)
    assert set(found) == {"sliced_wasserstein", "sliced_wasserstein_floor"}
    away = point_quality(MOONS.test + np.float32(0.5), MOONS)
    assert away["sliced_wasserstein"] > 5 * away["sliced_wasserstein_floor"]


def test_the_sliced_distance_is_scipys() -> None:
    a, b = MOONS.val[:1500], GRID.train[:1700]
    angles = np.arange(DIRECTIONS) * np.pi / DIRECTIONS
    each = [wasserstein_distance(a @ d, b @ d) for d in np.stack((np.cos(angles), np.sin(angles)), 1)]
    assert sliced_wasserstein(a, b) == pytest.approx(np.mean(each), rel=5e-3)
    assert sliced_wasserstein(a, b) == pytest.approx(sliced_wasserstein(b, a))
    assert sliced_wasserstein(a, a) == 0


def test_a_shift_moves_by_its_mean_projection() -> None:
    assert sliced_wasserstein(RING.test, RING.test + np.array([3.0, 4.0])) == pytest.approx(5 * 2 / np.pi, rel=1e-3)
