"""`cross-attention`: what turns its facts red, other sentences, and hostile ones. Nothing is trained here."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dlviz.engine.data.pairs import UNKNOWN
from dlviz.engine.lessons import cross_attention
from dlviz.engine.lessons.cross_attention import LESSON, attention_modules
from dlviz.engine.lessons.kit.facts import Fact
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.trainings.french import PLAN, French
from dlviz.engine.lessons.workings import (
    crossing,
    crossing_stages,
    transformer_layers,
    translating,
    translation_figures,
)
from dlviz.engine.lessons.workings.french_lexicon import GOLD, kinds, lexicon, numbered, told
from dlviz.engine.lessons.workings.fresh_translator import SMALL, fresh
from dlviz.engine.lessons.workings.transformer_layers import Heads

from .redrawing import redraw

HOSTILE = ("[/x] un chat", "\x1b]0;x\x07chat", "[", "🐈 chat 猫", "' ' '", "chat " * 24, "l'l'l'l'")


def facts(state: State, id_: str) -> list[Fact]:
    """The untrained facts of a row."""
    forget()
    found = [claim.fact("cross-attention", state) for claim in LESSON.claims if claim.id == id_ and not claim.needs]
    forget()
    return found


def forget() -> None:
    """Empty the caches: what was computed with broken code must not outlive it."""
    for cached in (translating.read, translating.forced, translating.greedy, crossing.reach_of_source):
        cached.cache_clear()
    crossing.reach_of_target.cache_clear()


def untrained(seed: int = 0) -> French:
    """What a training gives, without the training."""
    model = fresh(seed, PLAN)
    spent = {"one pass": 1.0, "each word": 2.0, "cached": 1.5}
    return French(model, model, np.linspace(5, 1, 10), 0.0, spent)


def shown(state: State) -> int:
    """How many frames there are, all of them computed."""
    state = state.with_result("french", untrained())
    return sum(len(list(scene.frames(state))) for scene in LESSON.scenes)


def test_scores_without_the_scale_turn_z2_red(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(fact.holds for fact in facts(LESSON.state(), "Z2"))
    monkeypatch.setattr(transformer_layers.np, "sqrt", lambda x: 1.0)
    assert not all(fact.holds for fact in facts(LESSON.state(), "Z2"))


def test_an_output_of_keys_turns_z2_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right = cross_attention.stages

    def keys(heads: Heads, *rest: Any) -> Any:
        return right(replace(heads, v=heads.k), *rest)

    monkeypatch.setattr(cross_attention, "stages", keys)
    assert not all(fact.holds for fact in facts(LESSON.state(), "Z2"))


def test_weights_of_another_head_turn_z2_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right = cross_attention.stages
    monkeypatch.setattr(
        cross_attention, "stages", lambda h, *rest: right(replace(h, weights=h.weights[::-1].copy()), *rest)
    )
    assert not all(fact.holds for fact in facts(LESSON.state(), "Z2"))


def test_origins_of_other_rows_turn_z2_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crossing_stages, "_row", lambda i, count: tuple((0, c) for c in range(count)))
    assert not all(fact.holds for fact in facts(LESSON.state(), "Z2"))


@pytest.mark.parametrize("figure", ["Q", "K", "V", "output"])
def test_rows_called_by_other_words_turn_z2_red(monkeypatch: pytest.MonkeyPatch, figure: str) -> None:
    redraw(monkeypatch, (translation_figures,), figure, lambda f: {"row_labels": f.row_labels[::-1]})
    assert not all(fact.holds for fact in facts(LESSON.state(), "Z2"))


def test_changes_with_their_signs_turn_z2_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crossing, "np", SimpleNamespace(**{**vars(np), "abs": lambda x: x}))
    assert [fact.holds for fact in facts(LESSON.state(), "Z2")] == [True, False]


@pytest.mark.parametrize(
    "change",
    [
        lambda f: {"wires": f.wires[1:]},
        lambda f: {"wires": [replace(wire, source=1) for wire in f.wires]},
        lambda f: {"boxes": [replace(box, shape="7x8") for box in f.boxes]},
        lambda f: {"boxes": f.boxes[:-1]},
    ],
)
@pytest.mark.parametrize("layers", [1, 3])
def test_boxes_and_wires_that_are_not_the_modules_turn_z3_red(
    monkeypatch: pytest.MonkeyPatch, change: Any, layers: int
) -> None:
    right = cross_attention.decoder_ladder

    def wrong(*args: Any) -> Any:
        ladder = right(*args)
        return replace(ladder, **change(ladder))

    assert all(fact.holds for fact in facts(LESSON.state({"layers": layers}), "Z3"))
    monkeypatch.setattr(cross_attention, "decoder_ladder", wrong)
    assert not all(fact.holds for fact in facts(LESSON.state({"layers": layers}), "Z3"))


def test_a_ladder_in_the_wrong_order_turns_z3_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right = cross_attention.decoder_ladder

    def wrong(*args: Any) -> Any:
        ladder = right(*args)
        boxes = list(ladder.boxes)
        boxes[4], boxes[5] = boxes[5], boxes[4]
        return replace(ladder, boxes=boxes)

    monkeypatch.setattr(cross_attention, "decoder_ladder", wrong)
    assert not all(fact.holds for fact in facts(LESSON.state(), "Z3"))


def test_keys_from_the_decoder_turn_z2_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right = translating.attention

    def own_keys(w, name, x, heads, memory=None, mask=None, cache=None):  # type: ignore[no-untyped-def]
        return right(w, name, x, heads, None if "cross" in name else memory, None if "cross" in name else mask, cache)

    monkeypatch.setattr(translating, "attention", own_keys)
    assert not any(fact.holds for fact in facts(LESSON.state(), "Z2"))


def test_a_cache_without_places_turns_z1_red(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(fact.holds for fact in facts(LESSON.state(), "Z1"))
    right = crossing.write
    monkeypatch.setattr(
        crossing, "write", lambda m, ids, memory, mask, cache, place: right(m, ids, memory, mask, cache)
    )
    assert not any(fact.holds for fact in facts(LESSON.state(), "Z1"))


def test_cross_attention_in_the_encoder_turns_z3_red(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(fact.holds for fact in facts(LESSON.state({"layers": 5}), "Z3"))
    wrong = {stack: {**counts, "cross-attention": 1} for stack, counts in attention_modules(2).items()}
    monkeypatch.setattr(cross_attention, "attention_modules", lambda layers: wrong)
    assert not all(fact.holds for fact in facts(LESSON.state(), "Z3"))


def test_an_untrained_translator_aligns_nothing() -> None:
    state = LESSON.state().with_result("french", untrained())
    found = [claim.fact("cross-attention", state) for claim in LESSON.claims if claim.id == "Z4"]
    assert len(found) == 3 and not any(fact.holds for fact in found[:2])


def test_the_words_are_those_of_the_grammar() -> None:
    from dlviz.engine.data import french

    data = french.load(0, french.FrenchOptions(sentences=4000, test=10))
    assert lexicon() == (data.source_words, data.target_words)
    for source, target in GOLD.items():
        assert UNKNOWN not in numbered(source, lexicon()[0], 20)[1]
        assert UNKNOWN not in numbered(target, lexicon()[1], 20)[1]


def test_unknown_words_are_told_in_a_sentence() -> None:
    state = LESSON.parse(["text=un perro noir"]).with_result("french", untrained())
    scene = next(scene for scene in LESSON.scenes if scene.name == "alignment")
    caption = scene.frames(state)[0].caption
    assert caption.startswith("Unknown French") and "perro" in caption and "noir" not in caption.split("perro")[0]


def test_an_unknown_word_is_told_with_what_may_be_meant() -> None:
    said = told(numbered("la souris verte mange un gateau", lexicon()[0], 20)[2], lexicon()[0])
    assert '"gateau" (gâteau?)' in said and "verte" not in said


def test_before_training_nothing_is_made_up() -> None:
    state = LESSON.parse(["text=la vache dort"])
    scene = next(scene for scene in LESSON.scenes if scene.name == "queries")
    caption = scene.frames(state)[0].caption
    assert caption.startswith("Type its English") and "1 row" in caption
    assert "Type its" not in scene.frames(state.with_values(target="the cow sleeps"))[0].caption
    assert "Type its" not in scene.frames(state.with_result("french", untrained()))[0].caption


def test_the_vocabulary_that_is_shown_is_known() -> None:
    assert all(word in lexicon()[0] for found in kinds().values() for word in found)


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_gives_frames_and_facts(text: str) -> None:
    state = LESSON.state({"text": text, "target": text})
    assert shown(state) > 10
    for claim in LESSON.claims:
        if not claim.needs:
            assert claim.fact("cross-attention", state).holds, claim.says


@pytest.mark.parametrize("preset", [preset.name for preset in LESSON.presets])
def test_presets_give_frames(preset: str) -> None:
    assert shown(LESSON.parse([], preset=preset)) > 10


def test_cut_memory_is_shown_as_cut() -> None:
    scene = next(scene for scene in LESSON.scenes if scene.name == "reach")
    state = LESSON.state().with_result("french", untrained())
    first = scene.frames(state)[0].figures
    cut = scene.frames(state.with_values(memory="zeroed"))[0].figures
    assert all(np.allclose(first[k].values, cut[k].values) for k in (1, 2))  # type: ignore[attr-defined]
    assert [bool(each[k].marked) for each in (first, cut) for k in (1, 2)] == [True, False, False, True]  # type: ignore[attr-defined]
    assert first[0].marked == (1,) and cut[0].marked == (2,)  # type: ignore[attr-defined]
    assert first[0].rows == cut[0].rows  # type: ignore[attr-defined]
    assert cross_attention.CROSS.startswith("decoder") and SMALL.cross_heads == 2
