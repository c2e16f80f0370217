"""The lesson `heads`: broken splits and measures turn its facts red, and extreme settings work."""

from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.heads import LESSON
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.workings import multihead


def red(state: State | None = None) -> set[str]:
    """The IDs of untrained facts that do not hold."""
    state = state or LESSON.state()
    facts = [claim.fact("heads", state) for claim in LESSON.claims if not claim.needs]
    return {fact.id for fact in facts if not fact.holds}


def test_all_untrained_facts_hold_as_it_is() -> None:
    assert red() == set()


def test_interleaved_heads_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def interleaved(x: Any, heads: int) -> Any:
        size, width = x.shape
        return x.reshape(size, width // heads, heads).transpose(2, 0, 1)

    monkeypatch.setattr(multihead, "split_heads", interleaved)
    assert red() == {"W1"}
    assert red(LESSON.state({"heads": 1})) == set()


def test_heads_joined_in_the_wrong_order_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = multihead.join_heads
    monkeypatch.setattr(multihead, "join_heads", lambda x: right(x[::-1]))
    assert red() == {"W1"}


def test_three_matrices_instead_of_four_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multihead, "parameters", lambda width, bias=False: 3 * width * width)
    assert red() == {"W1"}


def test_kullback_leibler_instead_of_jensen_shannon_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_sided(p: Any, q: Any) -> float:
        return float((p * np.log((p + 1e-9) / (q + 1e-9))).sum(1).mean())

    monkeypatch.setattr(multihead, "divergence", one_sided)
    assert red() == {"W2"}


@pytest.mark.parametrize("heads", [1, 2, 4, 8])
@pytest.mark.parametrize("text", ["a", "the the the", "[/x] \x1b[31m", "word " * 30])
def test_every_number_of_heads_and_any_sentence_work(heads: int, text: str) -> None:
    state = LESSON.parse([f"heads={heads}", f"text={text}", "head=7", "mute=true", "masked=true"])
    for scene in LESSON.scenes:
        if not scene.needs:
            assert all(frame.figures for frame in scene.frames(state))
    assert red(state) == set()


def test_muting_the_sink_keeps_rows_that_sum_to_one() -> None:
    weights = multihead.hand_made(("the", "cat", "sat"))
    muted = multihead.without_sink(weights)
    assert np.allclose(muted.sum(-1), 1)
    assert (muted[:, 1:, 0] == 0).all()


def test_presets_lead_to_frames() -> None:
    for preset in LESSON.presets:
        scene = next(scene for scene in LESSON.scenes if scene.name == preset.scene)
        assert scene.frames(LESSON.parse([], preset=preset.name))[0].figures
