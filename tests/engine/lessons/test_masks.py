"""The lesson `masks`: broken masks turn its facts red, bad presets too, and odd sentences work."""

from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.kit.seeding import seeded
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.masks import LESSON
from dlviz.engine.lessons.trainings.peeking import OPTIONS, Arm, Peeking
from dlviz.engine.lessons.workings import attending, grammar, masking, masking_scenes, padding_scenes
from dlviz.engine.models.gpt import Gpt

from .redrawing import redraw


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
    monkeypatch.setattr(padding_scenes, "combined", lambda real: attending.causal(len(real)) | real[None, :])
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
    assert red(LESSON.parse([], preset="no-mask-cheating")) == {"X1", "Y1", "Y3"}


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


@pytest.mark.parametrize(
    ("name", "change", "ids"),
    [
        ("matrix", lambda grid: {"values": grid.values.T}, {"X1"}),
        ("mask", lambda grid: {"values": grid.values.T}, {"X1", "Y3"}),
        ("mask", lambda grid: {"marks": {"never": ()}}, {"X1", "Y3"}),
        ("moved", lambda bars: {"labels": bars.labels[::-1]}, {"Y2"}),
        ("losses", lambda bars: {"reference": ("mean", float(np.nanmean(bars.values)))}, {"Y2"}),
        ("changes", lambda bars: {"values": bars.values / 2}, {"Y1"}),
        ("changes", lambda bars: {"labels": bars.labels[::-1]}, {"Y1"}),
        ("Q", lambda grid: {"values": grid.values[::-1]}, {"X1"}),
        ("K", lambda grid: {"values": grid.values[::-1]}, {"X1"}),
        ("losses", lambda bars: {"values": bars.values[::-1]}, {"Y2"}),
        ("losses", lambda bars: {"labels": bars.labels[::-1]}, {"Y2"}),
        ("padding", lambda grid: {"marks": {"never": ()}}, {"Y2"}),
        ("both", lambda grid: {"marks": {"never": ()}}, {"Y4"}),
        ("both", lambda grid: {"values": grid.values.T}, {"Y4"}),
        ("weights", lambda grid: {"values": grid.values.T}, {"Y4"}),
    ],
)
def test_what_is_shown_is_what_is_proved(
    monkeypatch: pytest.MonkeyPatch, name: str, change: Any, ids: set[str]
) -> None:
    redraw(monkeypatch, (masking_scenes, padding_scenes), name, change)
    assert ids <= red()


def test_free_weights_instead_of_masked_ones_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = masking.attended
    monkeypatch.setattr(masking_scenes, "attended", lambda tokens, mask, **more: right(tokens, None, **more))
    assert "X1" in red()


def test_every_real_word_is_scored_on_its_next_word_and_padding_on_none() -> None:
    tokens, real = ("A", "dog", "slept", "<pad>"), np.array([True, True, True, False])
    assert padding_scenes.next_words(tokens, real) == ("dog", "slept", "<end>", "")
    left, places = ("<pad>", "A", "dog", "slept"), np.array([False, True, True, True])
    assert padding_scenes.next_words(left, places) == ("", "dog", "slept", "<end>")
    frame = next(scene for scene in LESSON.scenes if scene.name == "padding").frames(LESSON.state())[2]
    assert frame.figures[0].labels[:3] == ("A → dog", "dog → slept", "slept → <end>")


def test_no_caption_says_that_the_first_token_peeks() -> None:
    scene = next(scene for scene in LESSON.scenes if scene.name == "future")
    frames = scene.frames(LESSON.state({"masked": False}))
    assert "nothing stands before it" in frames[len(frames) - 1].caption
    assert all("eek" in frames[k].caption for k in range(len(frames) - 1))


def test_the_mask_can_be_switched_off_in_the_first_scene() -> None:
    off = LESSON.scenes[0].frames(LESSON.state({"masked": False}))
    assert not off[2].figures[1].marks["never"]
    assert (off[2].figures[0].values > 0).all()


def test_a_card_that_lists_other_rows_than_those_without_a_key_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    left = LESSON.state({"text": "The cat sat", "second": "Go", "pad": "left"})
    cards = next(scene for scene in LESSON.scenes if scene.name == "combined").frames(left)[1].figures
    assert cards[1].text.startswith("Rows 1, 2: NaN")
    redraw(monkeypatch, (padding_scenes,), "told", lambda card: {"text": "Row 3: NaN."})
    assert red() == {"Y4"}


def test_a_caption_of_another_token_than_the_edited_one_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = masking_scenes.changes
    monkeypatch.setattr(masking_scenes, "changes", lambda x, token, mask: right(x, max(0, token - 1), mask))
    assert "Y1" in red()


def test_losses_that_the_trained_weights_do_not_give_are_noticed() -> None:
    with seeded(0):
        model = Gpt(OPTIONS, len(grammar.WORDS))
    weights = {name: tensor.detach().numpy() for name, tensor in model.state_dict().items()}
    rng = np.random.default_rng(100)
    floor = float(np.mean([grammar.stream(rng, 24)[1] for _ in range(128)]))

    def told(whole: float, alone: float, losses: list[float]) -> Arm:
        return Arm(np.array(losses), whole, alone, (), 0.0, np.zeros((1, 1, 1, 1, 1)), weights)

    peeking = Peeking(told(floor, floor, [floor]), told(0.0, 3 * floor, [0.0]), floor, ())
    state = LESSON.state().with_result("peeking", peeking)
    claim = next(claim for claim in LESSON.claims if claim.needs and "peeks" in claim.says)
    fact = claim.fact("masks", state)
    assert not fact.holds and fact.computed["peeks"] == 0.0
