"""Shifted images in the lesson `convolution`: facts that turn red when the code is broken, or a preset breaks them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.convolution import LESSON
from dlviz.engine.lessons.kit.facts import Fact
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs.equivariance import CLAIMS
from dlviz.engine.lessons.workings import convolving, equivariance, shifting

CONVOLVE = convolving.convolve


@pytest.fixture(autouse=True)
def fresh() -> Any:
    """No map of shifts is left over from another test."""
    equivariance._errors.cache_clear()
    yield
    equivariance._errors.cache_clear()


def facts(state: State | None = None) -> list[Fact]:
    return [claim.fact(LESSON.name, state or LESSON.state()) for claim in CLAIMS]


def verdicts(state: State | None = None) -> list[bool]:
    return [fact.holds for fact in facts(state)]


def test_a_border_that_is_not_circular_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(verdicts())
    zeros = lambda image, kernel, stride=1: CONVOLVE(image, kernel, stride, 1)  # noqa: E731
    monkeypatch.setattr(convolving, "convolve_round", zeros)
    assert verdicts()[0] is False


def test_a_shift_the_wrong_way_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        shifting, "shifted", lambda image, down, right, wrap=True: np.roll(image, (right, down), (0, 1))
    )
    assert verdicts(LESSON.state({"right": 2}))[0] is False


def test_a_border_of_zeros_turns_the_meter_red_and_says_so() -> None:
    told = facts(LESSON.parse([], preset="border-breaks"))
    assert not told[0].holds and "border of zeros" in told[0].claim and told[0].computed["off by"] > 2
    assert all(fact.holds and "circular" in fact.claim for fact in told[1:])


def test_a_shift_off_the_grid_misses_and_one_on_it_fits() -> None:
    missed, fits = (facts(LESSON.parse([], preset=f"shift-{name}"))[0] for name in ("off-grid", "by-stride"))
    assert missed.holds and missed.expected == "> 0" and "no shift" in missed.claim
    assert fits.holds and fits.computed["off by"] <= 1e-12


def test_a_meter_that_counts_other_cells_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    state = LESSON.parse([], preset="shift-off-grid")
    right = equivariance._two_ways

    def optimist(asked: State) -> Any:
        frame = right(asked)
        return replace(
            frame,
            figures=tuple(replace(f, values=np.ones(1)) if f.name == "meter" else f for f in frame.figures),  # type: ignore[call-arg]
        )

    monkeypatch.setattr(equivariance, "_two_ways", optimist)
    assert verdicts()[0] and not verdicts(state)[0]


def test_a_zero_border_that_is_shifted_round_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = shifting.shifted
    monkeypatch.setattr(shifting, "shifted", lambda image, down, across, wrap=True: right(image, down, across))
    assert verdicts()[2] is False


def test_a_transposed_map_of_shifts_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    state = LESSON.state({"stride": 2})
    assert all(verdicts(state))
    right = equivariance._errors
    monkeypatch.setattr(equivariance, "_errors", lambda *asked: right(*asked).T / 2)
    assert verdicts(state) == [True, False, False, True]


def test_a_shift_that_happens_to_fit_is_not_called_off() -> None:
    state = LESSON.parse(["stride=2", "image=edge", "kernel=sobel-y", "down=1", "right=0"])
    scene = next(scene for scene in LESSON.scenes if scene.name == "equivariance")
    first, second, _ = scene.frames(state)
    assert "happens to be" in first.caption and "off by" not in first.caption
    assert "multiples" not in second.caption


def test_shift_presets_say_what_happens() -> None:
    scene = next(scene for scene in LESSON.scenes if scene.name == "equivariance")
    captions = {
        name: scene.frames(LESSON.parse([], preset=name))[0].caption
        for name in ("shift-by-stride", "shift-off-grid", "border-breaks")
    }
    assert "is equivariant" in captions["shift-by-stride"]
    assert "not equivariant" in captions["shift-off-grid"]
    assert "border" in captions["border-breaks"]
