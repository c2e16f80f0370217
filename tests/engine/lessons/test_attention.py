"""The lesson `attention`: broken arithmetic turns its facts red, presets and a learner's sentences work."""

from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.attention import LESSON
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.workings import attending, attention_focus, attention_scaling
from dlviz.engine.lessons.workings.antecedents import IT, every_sentence, sentence
from dlviz.engine.lessons.workings.attention_looks import look
from dlviz.engine.lessons.workings.sentences import MOST, split


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
    assert red() == {"U4"}


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
    state = LESSON.parse([f"text={text}", "focus=23", "mask=causal"])
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
    assert [formula.symbols[:1] for formula in origin.formulas] == ["a", "m", "s", "s"]
    assert f"{seen.a.weights[seen.focus, 1]:.3f}" in origin.formulas[0].numbers
    assert origin.cells["Q"] == tuple((seen.focus, k) for k in range(4))
    assert origin.cells["K"] == tuple((1, k) for k in range(4))


def test_the_cursor_picks_the_focus() -> None:
    tokens = LESSON.scenes[0].frames(LESSON.state())[0].figures[0]
    assert tokens.picks is not None
    assert tokens.picks(0, 3) == {"focus": 3}


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
