"""Break the reverse process, and its facts turn red."""

from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs import reverse_diffusion as proofs
from dlviz.engine.lessons.reverse_diffusion import LESSON
from dlviz.engine.lessons.workings import reversing


@pytest.fixture(autouse=True)
def _fresh() -> Any:
    """Nothing is remembered from a broken computation."""
    reversing.way.cache_clear()
    yield
    reversing.way.cache_clear()


def state(**values: Any) -> State:
    """The defaults, some changed."""
    return LESSON.state(values)


def test_a_sampler_that_adds_no_noise_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """DDPM without its z ends too narrow."""
    assert proofs.as_set(state()).holds
    right = reversing.reverse_step
    monkeypatch.setattr(reversing, "reverse_step", lambda x, at, as_, sampler, z: right(x, at, as_, sampler, 0 * z))
    reversing.way.cache_clear()
    assert not proofs.as_set(state()).holds


def test_a_score_of_the_wrong_sign_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pushed away instead of pulled back."""
    assert proofs.one_step(state()).holds and proofs.twenty(state()).holds
    right = reversing.exact_eps
    for place in (reversing, proofs):
        monkeypatch.setattr(place, "exact_eps", lambda x, alpha_bar: -right(x, alpha_bar))
    reversing.way.cache_clear()
    assert not proofs.one_step(state()).holds
    assert not proofs.twenty(state()).holds


def test_a_missing_root_in_x0_hat_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A DDIM step that scales x0_hat by alpha_bar instead of its root."""
    right = reversing.reverse_step

    def wrong(x: Any, at: float, as_: float, sampler: str, z: Any) -> Any:
        lost = (np.sqrt(as_) - as_) * (x - np.sqrt(1 - at) * reversing.exact_eps(x, at)) / np.sqrt(at)
        return right(x, at, as_, sampler, z) - lost

    monkeypatch.setattr(reversing, "reverse_step", wrong)
    monkeypatch.setattr(proofs, "reverse_step", wrong)
    reversing.way.cache_clear()
    assert not proofs.one_step(state()).holds
    assert not proofs.twenty(state()).holds


@pytest.mark.parametrize("count", [count for count in reversing.COUNTS if count < 1000])
@pytest.mark.parametrize("sampler", reversing.SAMPLERS)
def test_every_number_of_steps_ends_where_the_recursion_says(sampler: str, count: int) -> None:
    """All stops are different, end with 0, and the samples have the recursion's mean and sd."""
    stops = reversing.stops(count)
    assert len(set(stops)) == count + 1 and stops[-1] == 0 and list(stops) == sorted(stops, reverse=True)
    assert proofs.as_set(state(sampler=sampler, steps=count)).holds


def test_fewer_steps_of_ddim_leave_less_spread() -> None:
    """The reason why the lesson calls DDIM-20 under-dispersed."""
    sds = [proofs.recursion("ddim", count)[1] for count in (5, 10, 20, 50, 100)]
    assert sds == sorted(sds) and sds[-1] < reversing.SD


def test_frames_begin_with_noise_and_end_with_data() -> None:
    """The walk of the exact scene."""
    frames = LESSON.scenes[0].frames(state())
    table: Any = frames[-1].figures[-1]
    assert "Pure noise" in frames[0].caption
    assert table.rows[0][1] == pytest.approx(2.0, abs=0.06)
    assert table.rows[0][0] == "samples at t = 0"
