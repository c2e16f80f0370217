"""The lesson `heads`: broken splits and measures turn its facts red, and extreme settings work."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.heads import LESSON
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.workings import head_cards, head_scenes, head_walls, multihead

from .redrawing import redraw


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
    assert "W2" in red()


@pytest.mark.parametrize("heads", [1, 2, 4, 8])
@pytest.mark.parametrize("text", ["a", "the the the", "[/x] \x1b[31m", "word " * 30])
def test_every_number_of_heads_and_any_sentence_work(heads: int, text: str) -> None:
    state = LESSON.parse([f"heads={heads}", f"text={text}", "head=8", "mute=true", "masked=true"])
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


@pytest.mark.parametrize(
    ("name", "change", "ids"),
    [
        ("output", lambda grid: {"values": grid.values[::-1]}, {"W1"}),
        ("W_O", lambda grid: {"values": grid.values.T}, {"W1"}),
        ("matrix", lambda grid: {"values": grid.values.T}, {"W1"}),
        ("parameters", lambda table: {"rows": [[*row[:2], row[3], row[2], row[4]] for row in table.rows]}, {"W1"}),
        ("divergence", lambda grid: {"values": grid.values / 2}, {"W2"}),
        ("heads", lambda wall: {"images": wall.images.transpose(0, 2, 1)}, {"W2"}),
        ("entropy", lambda bars: {"values": bars.values[::-1]}, {"W3"}),
        ("benefits", lambda table: {"rows": [[row[0], row[2], row[1], row[3]] for row in table.rows]}, {"W3"}),
        ("X", lambda grid: {"values": grid.values[::-1]}, {"W1"}),
        ("W_Q", lambda grid: {"values": grid.values.T}, {"W1"}),
        ("Q", lambda grid: {"values": grid.values[:, ::-1]}, {"W1"}),
        ("Q", lambda grid: {"column_labels": grid.column_labels[::-1]}, {"W1"}),
        ("concat", lambda grid: {"values": grid.values[:, ::-1]}, {"W1"}),
        ("weights", lambda wall: {"labels": wall.labels[::-1]}, {"W1"}),
        ("heads", lambda wall: {"labels": wall.labels[::-1]}, {"W2"}),
        ("masses", lambda bars: {"labels": bars.labels[::-1]}, {"W2"}),
        ("divergence", lambda grid: {"cursor": (1, 0)}, {"W2"}),
        ("entropy", lambda bars: {"labels": bars.labels[::-1]}, {"W3"}),
        ("models", lambda table: {"rows": [[*row[:4], 24] for row in table.rows]}, {"X2"}),
    ],
)
def test_what_is_shown_is_what_is_proved(
    monkeypatch: pytest.MonkeyPatch, name: str, change: Any, ids: set[str]
) -> None:
    redraw(monkeypatch, (head_walls, head_scenes, head_cards), name, change)
    assert ids <= red()


def test_muting_the_last_column_instead_of_the_first_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def last(weights: Any) -> Any:
        kept = weights.copy()
        kept[..., -1] = 0
        return kept / kept.sum(-1, keepdims=True)

    monkeypatch.setattr(head_walls, "without_sink", last)
    assert red(LESSON.state({"mute": True})) == {"W2"}


def test_a_sink_that_counts_the_first_row_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = multihead.masses

    def with_the_first_row(weights: Any, tokens: Any) -> Any:
        found = right(weights, tokens)
        found[1] = weights[:, 0].mean()
        return found

    monkeypatch.setattr(head_walls, "masses", with_the_first_row)
    assert red() == {"W2"}


def test_a_sink_named_after_the_one_row_that_repeats_the_first_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert head_walls.hand_made_wall(LESSON.parse([], preset="sink"))[0].figures[0].labels[1].startswith("sink")
    monkeypatch.setattr(multihead, "rows_of", lambda weights, tokens: (1, 1, 1, 1))
    assert red() == {"W2"}


def test_what_is_left_out_of_a_long_sentence_is_told() -> None:
    scenes = [scene for scene in LESSON.scenes if scene.settings and "text" in scene.settings]
    for text, told in (("word " * 12, ""), ("word " * 15, "The first 12 tokens are looked at; 3 are left out.")):
        state = LESSON.parse([f"text={text}"])
        assert all(("left out" in frame.caption) == bool(told) for s in scenes for frame in s.frames(state))
        assert all(s.frames(state)[0].caption.startswith(told) for s in scenes)


def test_heads_are_counted_from_one_and_a_wall_without_patterns_says_so() -> None:
    rng = np.random.default_rng(0)
    noise = rng.random((2, 4, 8, 8))
    weights = np.tril(noise) / np.tril(noise).sum(-1, keepdims=True)
    tokens = tuple("abcdefgh")
    honest = SimpleNamespace(attention=weights[None])
    peeking = SimpleNamespace(honest=honest, passages=(tokens,))
    frames = head_walls.trained_wall(LESSON.state().with_result("peeking", peeking))
    assert frames[0].caption.startswith("Head 1, L1H1") and "No pattern with a name" in frames[0].caption
    assert "No pattern" not in head_walls.hand_made_wall(LESSON.state())[0].caption


def test_an_entropy_that_is_halved_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_walls, "entropy", lambda weights: multihead.entropy(weights) / 2)
    assert "W2" in red()


def test_a_pair_that_is_not_the_farthest_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_walls, "_extremes", lambda apart: ((1, 0), (1, 0)))
    assert red() == {"W2"}
