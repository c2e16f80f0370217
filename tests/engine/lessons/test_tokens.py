"""The lesson on tokens: texts meant to break it, and tokenizers that are wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.lessons import tokens
from dlviz.engine.lessons.tokens import LESSON, encoded
from dlviz.engine.lessons.workings import byte_pairs, merges_shown

from .redrawing import redraw


def verdicts(lesson, state=None) -> dict[str, bool]:
    """Every untrained claim's words as declared, and whether it holds."""
    state = state or lesson.state()
    return {claim.says: claim.fact(lesson.name, state).holds for claim in lesson.claims if not claim.needs}


def test_all_facts_hold():
    assert all(verdicts(LESSON).values())


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40), st.sampled_from(byte_pairs.KINDS), st.integers(0, byte_pairs.MOST_MERGES))
def test_any_text_comes_back(text, kind, merged):
    assert byte_pairs.decode(byte_pairs.encode(text, kind, merged=merged), kind) == text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_pieces_are_the_text(text):
    assert "".join(byte_pairs.pieces(text)) == text


def test_spaces_forgotten_turn_the_round_trip_red(monkeypatch):
    right = byte_pairs.pieces
    monkeypatch.setattr(byte_pairs, "pieces", lambda text: [piece.strip() or piece for piece in right(text)])
    byte_pairs.vocabulary.cache_clear()
    try:
        assert not verdicts(LESSON)["decode(encode(s)) == s"]
    finally:
        byte_pairs.vocabulary.cache_clear()
        byte_pairs.table.cache_clear()


def test_merges_in_another_order_turn_red(monkeypatch):
    right = byte_pairs.encoded_piece

    def backwards(piece, learned):
        word = right(piece, learned[: len(learned) // 2])
        return word if len(piece) < 4 else right(piece, ())

    monkeypatch.setattr(byte_pairs, "encoded_piece", backwards)
    assert not verdicts(LESSON)["byte pairs are those of the tokenizers library"]


def test_a_merge_that_is_not_the_most_frequent_turns_red(monkeypatch):
    learned = byte_pairs.learning(False)
    worse = tuple(tuple(reversed(stage)) for stage in learned)
    monkeypatch.setattr(byte_pairs, "learning", lambda lower: worse)
    assert not verdicts(LESSON)["every merge joins a most frequent pair"]


LOOKUP = "embedding(x) == onehot(x) @ E, exactly"
BACK = "decode(encode(s)) == s"
COUNTS = "counts of tokens, bytes and vocabularies as shown"
MERGES = "merges and pair counts shown are the library's"
LAB = "byte pairs are those that the lab's tokenizer learns"


def renamed(table):
    """The rows under each other's names."""
    return {"rows": [(other[0], *row[1:]) for row, other in zip(table.rows, list(table.rows)[::-1], strict=True)]}


@pytest.mark.parametrize(
    ("name", "change", "claim"),
    [
        ("one-hot", lambda grid: {"values": np.eye(np.shape(grid.values)[1])[:1]}, LOOKUP),
        ("vector", lambda grid: {"values": grid.values[:, ::-1]}, LOOKUP),
        ("tokens", lambda chips: {"tokens": chips.tokens[::-1]}, BACK),
        ("pairs", lambda table: {"rows": [(*row[:2], row[2] + 1) for row in table.rows]}, MERGES),
        ("pairs", lambda table: {"marked": (1,)}, MERGES),
        ("counts", renamed, COUNTS),
        ("counts", lambda table: {"rows": [(name, count + 1) for name, count in table.rows]}, COUNTS),
        ("numbers", lambda table: {"rows": [("0", "x"), ("1 to 255", "x"), ("from 256", "x")]}, COUNTS),
        ("length", lambda bars: {"labels": (*bars.labels[1:], bars.labels[0])}, COUNTS),
        ("length", lambda bars: {"notes": bars.notes[::-1]}, COUNTS),
        ("bpe", lambda chips: {"tokens": chips.tokens[1:], "notes": chips.notes[1:]}, COUNTS),
    ],
)
def test_what_is_drawn_wrong_turns_its_fact_red(monkeypatch, name, change, claim):
    redraw(monkeypatch, (tokens, merges_shown), name, change)
    assert not verdicts(LESSON)[claim]


def test_merges_of_rare_pairs_are_not_those_of_the_lab(monkeypatch):
    right = byte_pairs.learning(False)
    monkeypatch.setattr(byte_pairs, "learning", lambda lower: (*right[:3], right[4], right[3], *right[5:]))
    assert not verdicts(LESSON)[LAB]


def test_a_token_that_is_not_the_newest_is_not_tinted(monkeypatch):
    redraw(monkeypatch, (merges_shown,), "tokens", lambda chips: {"weights": np.ones(len(chips.tokens))})
    assert not verdicts(LESSON)[MERGES]


def test_a_merge_left_out_that_changes_the_text_turns_red(monkeypatch):
    right = merges_shown.touching
    monkeypatch.setattr(merges_shown, "touching", lambda state: [k for k in right(state) if k != 2])
    assert not verdicts(LESSON)["merges and pair counts shown are the library's"]


def test_only_merges_that_change_the_text_have_a_frame():
    frames = merges_shown.merging(LESSON.state())
    titles = [frame.figures[0].title for frame in frames]
    assert titles[0] == "after 0 merges: 24 tokens" and titles[-1].startswith("after 48 merges")
    assert len(frames) < 20 and all(frame.figures[1].name == "pairs" for frame in frames)
    assert "merges join nothing" in frames[-1].caption


@pytest.mark.parametrize(
    ("preset", "values", "told"),
    [
        ("not-english", [], "None makes fewer than byte pairs"),
        ("unknown-word", [], "Byte pairs lie between"),
        ("", ["merges=0"], "spell byte by byte"),
        ("", ["text=x"], "All make as many"),
    ],
)
def test_the_comparison_says_where_byte_pairs_lie(preset, values, told):
    assert told in tokens.split(LESSON.parse(values, preset=preset))[1].caption


def test_without_spelling_an_unknown_word_is_lost_and_the_fact_says_so():
    state = LESSON.parse([], preset="unknown-word")
    found = verdicts(LESSON, state)
    assert [says for says, holds in found.items() if not holds] == ["decode(encode(s)) == s"]
    assert encoded(state).count(0) == 1


@pytest.mark.parametrize("preset", [preset.name for preset in LESSON.presets if preset.name != "unknown-word"])
def test_presets_show_true_facts(preset):
    assert all(verdicts(LESSON, LESSON.parse([], preset=preset)).values())


@pytest.mark.parametrize("text", ["\x1b[31mred [/bold] [", "x", "日本語 " * 60, "½²Ⅷ١", ". . ."])
@pytest.mark.parametrize("kind", byte_pairs.KINDS)
def test_hostile_texts_are_shown_harmlessly(text, kind):
    state = LESSON.state({"text": text[:200], "kind": kind, "token": 200})
    for scene in LESSON.scenes:
        frames = scene.frames(state)
        for frame in (frames[0], frames[-1]):
            for figure in frame.figures:
                for chip in getattr(figure, "tokens", ()):
                    assert chip and chip.isprintable()
    assert all(verdicts(LESSON, state).values())


def test_the_cursor_tells_the_bytes_of_a_token():
    chips = tokens.split(LESSON.state())[0].figures[0]
    assert chips.origin(0, 1).formulas[0].numbers == (
        "▁cat → 265 (257 + 8: the learned vocabulary, counted from 0; bytes 20 63 61 74)"
    )
    assert chips.picks(0, 3) == {"token": 4}


@pytest.mark.parametrize("text", ["x", "Le café de l'Œuvre 東京 🐈", "the the the", "ABC " * 50])
def test_captions_are_short_for_any_text(text):
    for kind in byte_pairs.KINDS:
        state = LESSON.state({"text": text, "kind": kind})
        for scene in LESSON.scenes:
            assert all(len(frame.caption) <= 150 for frame in scene.frames(state))
