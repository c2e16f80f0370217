"""The lesson `attention`: broken arithmetic turns its facts red, presets and a learner's sentences work."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.attention import LESSON
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs.every_scene import adds_up
from dlviz.engine.lessons.workings import (
    attending,
    attention_focus,
    attention_looks,
    attention_models,
    attention_scaling,
    attention_stages,
)
from dlviz.engine.lessons.workings.antecedents import IT, VOCABULARY, every_sentence, sentence
from dlviz.engine.lessons.workings.attention_looks import look
from dlviz.engine.lessons.workings.sentences import MOST, guesses, split

from .redrawing import redraw
from .test_every_lesson import _well_formed


def red(state: State | None = None) -> set[str]:
    """The IDs of untrained facts that do not hold."""
    state = state or LESSON.state()
    facts = [claim.fact("attention", state) for claim in LESSON.claims if not claim.needs]
    return {fact.id for fact in facts if not fact.holds}


def test_all_untrained_facts_hold_as_it_is() -> None:
    assert red() == set()


def test_a_missing_scale_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attending, "scale_of", lambda keys: 1.0)
    assert {"V1", "U2"} <= red()


def test_scores_that_are_not_scaled_by_the_root_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention_scaling, "scaled_down", lambda scores, d_k: scores / d_k)
    assert red() == {"V3"}


def test_a_mask_upside_down_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlviz.engine.lessons.workings.attention_looks.causal", lambda n: np.tri(n, dtype=bool).T)
    assert "S2" in red()
    assert "V1" in red(LESSON.state({"mask": "causal"}))


def test_softmax_over_the_wrong_axis_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = attending.softmax
    monkeypatch.setattr(attending, "softmax", lambda scores, axis=-1: right(scores, axis=0))
    assert {"V1", "V5"} <= red()


def test_a_sum_that_leaves_the_token_itself_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def others(seen: Any) -> Any:
        weights = seen.a.weights[seen.focus].copy()
        weights[seen.focus] = 0
        return np.cumsum(np.vstack([np.zeros(4), weights[:, None] * seen.a.v]), 0)

    monkeypatch.setattr(attention_focus, "running_sums", others)
    assert "U4" in red()


@pytest.mark.parametrize("preset", [preset.name for preset in LESSON.presets])
def test_presets_lead_to_frames(preset: str) -> None:
    state = LESSON.parse([], preset=preset)
    scene = next(scene for scene in LESSON.scenes if scene.name == LESSON.preset(preset).scene)
    assert scene.needs or scene.frames(state)[0].figures


@pytest.mark.parametrize(
    "text",
    [
        "it",
        ".",
        "[/x] \x1b]0;x\x07 [",
        "日本語 の 文 は 長い",
        "word " * 39,
        "a-b-c don't l'eau 3.14 …",
        "\u0301",
    ],
)
def test_any_sentence_can_be_looked_at(text: str) -> None:
    state = LESSON.parse([f"text={text}", "focus=24", "mask=causal"])
    for scene in LESSON.scenes:
        if not scene.needs:
            assert all(frame.figures for frame in scene.frames(state))
    assert red(state) == set()


def test_a_long_sentence_is_cut_and_says_so() -> None:
    state = LESSON.parse(["text=" + "word " * 39])
    assert look(state).size == MOST
    stages = next(scene for scene in LESSON.scenes if scene.name == "stages")
    assert "15 are left out" in stages.frames(state)[0].caption


def test_words_are_split_as_one_reads_them() -> None:
    assert split("Don't drink de l'eau, it's cold.") == ("Don't", "drink", "de", "l'", "eau", ",", "it's", "cold", ".")


def test_a_number_tells_its_products_and_its_sources() -> None:
    seen = look(LESSON.state())
    stages = next(scene for scene in LESSON.scenes if scene.name == "stages")
    weights = stages.frames(LESSON.state())[3].figures[0]
    assert weights.origin is not None
    origin = weights.origin(seen.focus, 1)
    assert origin is not None
    assert [formula.symbols[:1] for formula in origin.formulas] == ["a", "s", "s"]
    assert f"{seen.a.weights[seen.focus, 1]:.3f}" in origin.formulas[0].numbers
    assert origin.cells["Q"] == tuple((seen.focus, k) for k in range(4))
    assert origin.cells["K"] == tuple((1, k) for k in range(4))


def test_the_cursor_picks_the_focus() -> None:
    tokens = LESSON.scenes[0].frames(LESSON.state())[0].figures[0]
    assert tokens.picks is not None
    assert tokens.picks(0, 3) == {"focus": 4}


def test_the_sentence_of_the_notes_is_held_out() -> None:
    assert sentence("cat", "mat", "tired", "animal first").held_out
    assert sentence("cat", "mat", "soft", "animal first").held_out
    assert " ".join(sentence("cat", "mat", "tired", "animal first").tokens) == (
        "The cat sat on the mat because it was tired ."
    )


def test_the_adjective_alone_decides_the_answer() -> None:
    for each in every_sentence():
        assert each.tokens[IT] == "it"
        assert each.tokens.count(each.answer) == 1
        assert each.answer != each.other
    assert sum(each.held_out for each in every_sentence()) == 144


DRAWN = (attention_focus, attention_looks, attention_models, attention_scaling, attention_stages)


@pytest.mark.parametrize(
    ("name", "change", "claims"),
    [
        ("matrix", lambda grid: {"values": grid.values.T}, {"V1"}),
        ("output", lambda grid: {"values": grid.values * 0.5}, {"V1"}),
        ("top", lambda bars: {"values": bars.values[::-1]}, {"U2"}),
        ("scores", lambda figure: {"values": figure.values / 2}, {"U3"}),
        ("sum", lambda grid: {"values": grid.values[::-1]}, {"U4"}),
        ("causal", lambda figure: {"values": figure.values.T} if hasattr(figure, "values") else {}, {"S2"}),
        ("causal", lambda figure: {"title": "bidirectional (BERT)"}, {"S2"}),
        ("cosine", lambda bars: {"values": bars.values[::-1]}, {"S1"}),
        ("constants", lambda table: {"rows": [["layers N", 12, 12], *table.rows[1:]]}, {"S3"}),
        ("W_V", lambda grid: {"values": -grid.values}, {"U1"}),
        ("one", lambda chips: {"weights": chips.weights[::-1]}, {"S1"}),
        ("two", lambda chips: {"weights": chips.weights[::-1]}, {"S1"}),
        ("vectors", lambda grid: {"values": grid.values[::-1]}, {"S1"}),
        ("cosine", lambda bars: {"labels": bars.labels[::-1]}, {"S1"}),
        ("gauge", lambda bars: {"labels": bars.labels[::-1]}, {"V3"}),
        ("causal", lambda figure: {"weights": figure.weights / 2} if hasattr(figure, "weights") else {}, {"S2"}),
        ("scores", lambda figure: {"labels": figure.labels[::-1]} if hasattr(figure, "labels") else {}, {"U3"}),
        ("naive", lambda table: {"rows": [[*row[:4], "0.5"] for row in table.rows]}, {"V6"}),
        ("variances", lambda table: {"rows": [[*row[:4], row[5], row[4]] for row in table.rows]}, {"V3"}),
    ],
)
def test_what_is_shown_is_what_is_proved(
    monkeypatch: pytest.MonkeyPatch, name: str, change: Any, claims: set[str]
) -> None:
    redraw(monkeypatch, DRAWN, name, change)
    assert claims <= red()


def test_a_shape_of_w_o_the_wrong_way_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = tuple((name, "D x d_k" if name == "W_O" else shape) for name, shape in attention_stages.MATRICES)
    monkeypatch.setattr(attention_stages, "MATRICES", turned)
    assert red() == {"V4"}


def test_unknown_words_are_named_and_guessed_by_their_ending() -> None:
    assert guesses(split("The cat sat on the mat because it was tired.")) == ""
    told = guesses(split("A zebra blorped gladly near Kyoto"))
    assert '"zebra" thing' in told and '"blorped" act (-ed)' in told and "2 more" in told
    caption = LESSON.scenes[0].frames(LESSON.parse(["text=A zebra yawned"]))[0].caption
    assert "zebra" in caption and "w: random" in caption
    random = LESSON.scenes[0].frames(LESSON.parse(["text=A zebra yawned", "weights=random"]))[0].caption
    assert "Word classes guessed" not in random


@pytest.mark.parametrize("text", ["Twas brillig and the slithy toves " * 5, "X" * 200])
def test_captions_fit_whatever_the_words(text: str) -> None:
    state = LESSON.parse([f"text={text.strip()}"])
    for scene in LESSON.scenes:
        if scene.name in ("focus", "stages", "projections"):
            assert all(len(frame.caption) <= 190 for frame in scene.frames(state))


def test_a_score_too_large_for_32_bits_is_shown_as_no_number() -> None:
    state = LESSON.parse([], preset="huge-scores")
    frame = next(scene for scene in LESSON.scenes if scene.name == "alphas").frames(state)[2]
    cells = [row[3] for row in frame.figures[1].rows]
    assert cells[:2] == ["NaN", "NaN"] and "overflows" in frame.caption
    assert red(state) == set()


def toy() -> Any:
    """The pronoun toy with random matrices: untrained, but every number has its origin all the same."""
    rng = np.random.default_rng(0)

    def matrix(rows: int) -> Any:
        return rng.standard_normal((rows, 32)) / 4

    names = ("query", "key", "value", "output")
    weights = {"embedding": matrix(len(VOCABULARY)), **{f"near.{name}": matrix(32) for name in names}}
    weights |= {"far.query": matrix(32), "far.key": matrix(32)}
    weights |= {f"{layer}.{name}_norm": np.ones(32) for layer in ("near", "far") for name in ("query", "key")}
    counts, shares = {"seen": 432, "held out": 144}, {"seen": 0.1, "held out": 0.1}
    return SimpleNamespace(weights=weights, counts=counts, accuracy=shares, losses=np.ones(3))


@pytest.mark.parametrize("cut", [False, True])
def test_every_number_of_the_pronoun_toy_tells_where_it_is_from(cut: bool) -> None:
    state = LESSON.state({"edge": "cut" if cut else "whole"}).with_result("pronouns", toy())
    scene = next(scene for scene in LESSON.scenes if scene.name == "pronoun")
    frames = scene.frames(state)
    for frame in frames:
        _well_formed(LESSON, frame)
    outcome = adds_up([scene], state)
    assert outcome.holds, outcome.computed
    tokens = frames[0].figures[0]
    told = tokens.origin(0, 5)
    assert [each.symbols[:3] for each in told.formulas[:3]] == ["a =", "s /", "s ="] and len(told.formulas) == 7
    assert ("cut" in tokens.notes) == cut
    answers = frames[3].figures[-1]
    assert {"whole: cat*", "whole: mat", "cut: cat*", "cut: mat"} <= set(answers.labels)
    assert answers.reference == ("guessing, 1/12", 1 / 12)


def test_the_caption_of_the_held_out_says_what_is_true() -> None:
    scene = next(scene for scene in LESSON.scenes if scene.name == "pronoun")
    never = LESSON.state().with_result("pronouns", toy())
    seen = LESSON.state({"adjective": "happy"}).with_result("pronouns", toy())
    assert "was never in training" in scene.frames(never)[4].caption
    assert "was in training" in scene.frames(seen)[4].caption
    assert "10 %" in scene.frames(seen)[4].caption


def test_the_focus_stays_on_it_whatever_the_sentence() -> None:
    def followed(text: str, **rest: int) -> str:
        seen = look(LESSON.state({"text": text, **rest}))
        return seen.tokens[seen.focus]

    assert followed("The dog ran until it slept.") == "it" and followed("It was late.") == "It"
    assert followed("When the dog ran she slept.") == "she" and followed("Dogs sleep.") == "sleep"
    assert followed("The dog ran until it slept.", focus=2) == "dog"


def test_the_names_have_the_shapes_of_the_sentence_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    right = attention_stages.sized
    monkeypatch.setattr(attention_stages, "sized", lambda shape, **sizes: right(shape, **{**sizes, "T": 7}))
    assert "V5" in red()


@pytest.mark.parametrize("name", ["scaled_down", "evenness"])
def test_a_missing_scale_is_noticed_wherever_it_is_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    broken = {"scaled_down": lambda scores, d_k: scores, "evenness": lambda scores: 0.5}[name]
    monkeypatch.setattr(attention_scaling, name, broken)
    assert "V3" in red()
