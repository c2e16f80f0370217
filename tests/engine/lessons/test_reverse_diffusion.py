"""Break the reverse process, and its facts turn red."""

from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs import reverse_diffusion as proofs
from dlviz.engine.lessons.reverse_diffusion import LESSON
from dlviz.engine.lessons.workings import exact_frames, reversing


@pytest.fixture(autouse=True)
def _fresh() -> Any:
    """Nothing is remembered from a broken computation."""
    reversing.way.cache_clear()
    yield
    reversing.way.cache_clear()


def state(**values: Any) -> State:
    """The defaults, some changed."""
    return LESSON.state(values)


def broken(monkeypatch: pytest.MonkeyPatch, name: str, wrong: Any) -> None:
    """A function of the reverse chain is another one, for the frames and for the facts."""
    for place in (reversing, proofs):
        if hasattr(place, name):
            monkeypatch.setattr(place, name, wrong)
    reversing.way.cache_clear()


def test_a_sampler_that_adds_no_noise_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """DDPM without its z ends too narrow, and its sd is not the lab's."""
    assert proofs.as_set(state()).holds and proofs.one_step(state()).holds
    broken(monkeypatch, "step_sd", lambda at, as_, sampler: 0.0)
    assert not proofs.as_set(state()).holds
    assert not proofs.one_step(state()).holds


def test_the_other_variance_is_not_the_labs(monkeypatch: pytest.MonkeyPatch) -> None:
    """beta for beta_tilde: the two have one name in most texts."""
    right = reversing.step_sd
    broken(monkeypatch, "step_sd", lambda at, as_, sampler: right(at, as_, sampler.replace("ddpm", "ddpm-beta")[:9]))
    assert not proofs.as_set(state()).holds
    assert not proofs.one_step(state()).holds


def test_other_stops_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """DDIM's stops where the lab's are asked for."""
    right = reversing.stops
    broken(monkeypatch, "stops", lambda count, spacing="trailing": right(count, "leading"))
    assert not proofs.as_set(state()).holds


def test_a_score_of_the_wrong_sign_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pushed away instead of pulled back."""
    assert proofs.one_step(state()).holds and proofs.twenty(state()).holds
    right = reversing.exact_eps
    broken(monkeypatch, "exact_eps", lambda x, alpha_bar: -right(x, alpha_bar))
    assert not proofs.one_step(state()).holds
    assert not proofs.twenty(state()).holds


def test_a_missing_root_in_x0_hat_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A DDIM step that scales x0_hat by alpha_bar instead of its root."""
    right = reversing.step_mean

    def wrong(x: Any, at: float, as_: float, sampler: str) -> Any:
        lost = (np.sqrt(as_) - as_) * (x - np.sqrt(1 - at) * reversing.exact_eps(x, at)) / np.sqrt(at)
        return right(x, at, as_, sampler) - lost

    broken(monkeypatch, "step_mean", wrong)
    assert not proofs.one_step(state()).holds
    assert not proofs.twenty(state()).holds


def test_a_forward_density_with_the_sd_for_its_square_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that is drawn."""
    right = exact_frames.Curves

    def wrong(**fields: Any) -> Any:
        lines = {
            name: np.sqrt(np.abs(line)) if name == "forward q_t" else line for name, line in fields["lines"].items()
        }
        return right(**{**fields, "lines": lines})

    monkeypatch.setattr(exact_frames, "Curves", wrong)
    assert not proofs.as_set(state()).holds


def test_the_last_caption_tells_the_samplers_sd_not_that_of_the_samples() -> None:
    """The recursion's number; chance has a name of its own."""
    told = {name: LESSON.scenes[0].frames(state(**values))[-1].caption for name, values in (
        ("narrow", {"sampler": "ddim", "steps": 20}), ("right", {"sampler": "ddpm-beta", "steps": 1000}),
        ("wide", {"sampler": "ddpm-beta", "steps": 5, "stops": "leading"}),
    )}  # fmt: skip
    assert "sd 0.237" in told["narrow"] and "too narrow" in told["narrow"] and "chance" in told["narrow"]
    assert "sd 0.301" in told["right"] and "nearly right" in told["right"]
    assert "sd 0.607" in told["wide"] and "too wide" in told["wide"]


@pytest.mark.parametrize("spacing", reversing.SPACINGS)
@pytest.mark.parametrize("count", [count for count in reversing.COUNTS if count < 1000])
@pytest.mark.parametrize("sampler", reversing.SAMPLERS)
def test_every_number_of_steps_ends_where_the_recursion_says(sampler: str, count: int, spacing: str) -> None:
    """All stops are different, end with 0, and the samples have the recursion's mean and sd."""
    stops = reversing.stops(count, spacing)
    assert len(set(stops)) == count + 1 and stops[-1] == 0 and list(stops) == sorted(stops, reverse=True)
    assert proofs.as_set(state(sampler=sampler, steps=count, stops=spacing)).holds


def test_fewer_steps_of_ddim_leave_less_spread() -> None:
    """The reason why the lesson calls DDIM-20 under-dispersed."""
    sds = [proofs.recursion("ddim", count)[-1][1] for count in (5, 10, 20, 50, 100)]
    assert sds == sorted(sds) and sds[-1] < reversing.SD


def test_frames_begin_with_noise_and_end_with_data() -> None:
    """The walk of the exact scene."""
    frames = LESSON.scenes[0].frames(state())
    table: Any = frames[-1].figures[-1]
    assert "t = 1000" in frames[0].figures[0].title
    assert table.rows[0][:2] == ("600 samples", pytest.approx(2.0, abs=0.06))


def test_the_sd_of_another_step_in_the_formula_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The step that led here, not the one before."""
    assert proofs.as_set(state()).holds
    monkeypatch.setattr(exact_frames.Told, "added", 0.1234)
    assert not proofs.as_set(state()).holds
