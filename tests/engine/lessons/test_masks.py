"""The lesson `masks`: broken masks turn its facts red, bad presets too, and odd sentences work."""

from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.masks import LESSON
from dlviz.engine.lessons.workings import attending, grammar, masking


def red(state: State | None = None) -> set[str]:
    """The IDs of untrained facts that do not hold."""
    state = state or LESSON.state()
    facts = [claim.fact("masks", state) for claim in LESSON.claims if not claim.needs]
    return {fact.id for fact in facts if not fact.holds}


def test_all_untrained_facts_hold_as_it_is() -> None:
    assert red() == set()


def test_a_mask_that_lets_one_future_token_through_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def leaky(size: int) -> Any:
        return np.tri(size, k=1, dtype=bool)

    for module in ("attending", "masking", "masking_scenes"):
        monkeypatch.setattr(f"dlviz.engine.lessons.workings.{module}.causal", leaky)
    assert {"X1", "Y1", "Y3", "Y4"} <= red()


def test_masks_joined_by_or_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "combined", lambda real: attending.causal(len(real)) | real[None, :])
    assert "Y4" in red()


def test_a_mask_by_a_large_number_instead_of_infinity_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = attending.attend

    def soft(q: Any, k: Any, v: Any, mask: Any = None) -> Any:
        a = right(q, k, v)
        if mask is None:
            return a
        masked = np.where(mask, a.scaled, -3.0)
        weights = attending.softmax(masked)
        return attending.Attention(q, k, v, mask, a.scores, a.scaled, masked, weights, weights @ v)

    monkeypatch.setattr(attending, "attend", soft)
    assert {"X1", "Y1", "Y2"} <= red()


def test_the_cheat_turns_the_fact_red() -> None:
    assert red(LESSON.parse([], preset="no-mask-cheating")) == {"X1", "Y1"}


def test_left_padding_turns_the_fact_red_and_right_padding_does_not() -> None:
    assert red(LESSON.parse([], preset="left-padding")) == {"Y4"}
    assert red(LESSON.parse([], preset="right-padding")) == set()


@pytest.mark.parametrize("text", ["a", "[/x] \x1b[31m", "word " * 20, "日本 語"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_any_sentence_can_be_masked(text: str, side: str) -> None:
    state = LESSON.parse([f"text={text}", f"pad={side}", "junk=-50"])
    for scene in LESSON.scenes:
        if not scene.needs:
            assert all(frame.figures for frame in scene.frames(state))
    assert red(state) <= {"Y4"}


def test_the_grammar_accepts_what_it_draws_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        words, costs = grammar.draw(rng)
        assert grammar.accepted(words)
        assert len(words) == len(costs)
    assert not grammar.accepted(["the", "cats", "sits", "on", "the", "mat", "."])
    assert not grammar.accepted(["a", "dogs", "run", "to", "the", "mat", "."])
    assert not grammar.accepted(["the", "cat", "sits", "under", "the", "mat", "."])
    assert not grammar.accepted(["the", "cat", "sits", "on", "the", "mat"])


def test_chances_of_the_grammar_sum_to_one() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        words, _ = grammar.draw(rng)
        for k in range(len(words)):
            assert sum(grammar.options(words[:k]).values()) == pytest.approx(1)
