"""`transformer`: what turns its facts red, settings at their ends, hostile texts. Nothing is trained here."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from dlviz.engine.data.pairs import BEGIN, UNKNOWN
from dlviz.engine.lessons import transformer
from dlviz.engine.lessons.kit.facts import Fact, Outcome
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs import transformer as proofs
from dlviz.engine.lessons.proofs.every_scene import adds_up
from dlviz.engine.lessons.proofs.transformer_through import choices, followed
from dlviz.engine.lessons.trainings.french import PLAN, French
from dlviz.engine.lessons.transformer import LESSON
from dlviz.engine.lessons.workings import (
    decoding_figures,
    fresh_translator,
    input_frames,
    layer_ladders,
    layer_norm,
    norm_frames,
    through_frames,
    transformer_layers,
    translating,
    translation_figures,
)
from dlviz.engine.lessons.workings.fresh_translator import fresh
from dlviz.engine.lessons.workings.inference_frames import rerun, written
from dlviz.engine.lessons.workings.input_frames import masks
from dlviz.engine.lessons.workings.loss_frames import uniform_loss
from dlviz.engine.lessons.workings.translation_figures import encoder_ladder
from dlviz.engine.lessons.workings.writing import Rules
from dlviz.engine.models import translator as lab_translator
from dlviz.engine.models.transformer import DecoderLayer
from dlviz.engine.objectives import translation as objective
from dlviz.engine.sampling import translation as sampling

from .redrawing import redraw

HOSTILE = ("[/x] un chat", "\x1b]0;x\x07chat", "[", "🐈 chat 猫", "chat " * 24, "auto")


def facts(state: State, id_: str) -> list[Fact]:
    """The untrained facts of a row, with nothing remembered before or after."""
    forget()
    found = [claim.fact("transformer", state) for claim in proofs.CLAIMS if claim.id == id_ and not claim.needs]
    forget()
    return found


def forget() -> None:
    """Empty the caches: what was computed with broken code must not outlive it."""
    for cached in (translating.read, translating.forced, translating.greedy):
        cached.cache_clear()


def untrained() -> French:
    """What a training gives, without the training."""
    model = fresh(0, PLAN)
    spent = {"one pass": 1.0, "each word": 2.0, "cached": 1.5}
    return French(model, model, np.linspace(5, 1, 10), 0.0, spent)


def shown(state: State) -> int:
    """How many frames there are, all of them computed."""
    state = state.with_result("french", untrained())
    return sum(len(list(scene.frames(state))) for scene in LESSON.scenes)


def test_a_target_that_is_not_shifted_is_red() -> None:
    assert all(fact.holds for fact in facts(LESSON.state(), "AA1"))
    assert not any(fact.holds for fact in facts(LESSON.parse([], preset="not-shifted"), "AA1"))


def test_a_shift_the_other_way_turns_aa1_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_frames, "shifted", lambda target: (*target[1:], BEGIN))
    assert not any(fact.holds for fact in facts(LESSON.state(), "AA1"))


def test_positions_off_by_one_turn_aa2_red(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(fact.holds for fact in facts(LESSON.state(), "AA2"))
    right = translating.sinusoids
    monkeypatch.setattr(translating, "sinusoids", lambda places, width: right(places + 1, width))
    assert [fact.holds for fact in facts(LESSON.state(), "AA2")] == [False, True]


def test_a_missing_residual_turns_aa3_and_aa4_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right = translating.residual

    def bare(w: Any, norm: str, name: str, x: Any, f: Any, first: bool) -> Any:
        there = right(w, norm, name, x, f, first)
        return transformer_layers.Sublayer(name, x, there.read, there.branch, there.branch, there.heads)

    for id_ in ("AA3", "AA4"):
        assert all(fact.holds for fact in facts(LESSON.state(), id_))
    monkeypatch.setattr(translating, "residual", bare)
    for id_ in ("AA3", "AA4"):
        assert not any(fact.holds for fact in facts(LESSON.state(), id_))


def test_a_variance_over_one_number_less_turns_ab3_red(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(fact.holds for fact in facts(LESSON.state(), "AB3"))
    monkeypatch.setattr(
        layer_norm, "mean_and_variance", lambda x: (x.mean(-1, keepdims=True), x.var(-1, ddof=1, keepdims=True))
    )
    assert not all(fact.holds for fact in facts(LESSON.state(), "AB3"))


@pytest.mark.parametrize(
    ("part", "name", "wrong", "row", "holds"),
    [
        (translating, "padding", lambda ids: np.ones((1, len(ids)), dtype=bool), "AA4", [True, False]),
        (lab_translator, "PAD", -1, "AA4", [True, False]),
        (objective, "PAD", -100, "AA6", [True, False]),
        (sampling, "BEGIN", UNKNOWN, "AA7", [False]),
        (sampling, "PAD", UNKNOWN, "AA7", [False]),
        (translating, "PAD", UNKNOWN, "AA7", [False]),
        (fresh_translator.np, "sqrt", lambda x: x, "AA2", [False, False]),
        (transformer, "encoder_ladder", lambda plan, s: encoder_ladder(replace(plan, layers=1), s), "AA3", [False]),
    ],
)
def test_broken_masks_words_and_weights_are_red(
    monkeypatch: pytest.MonkeyPatch, part: Any, name: str, wrong: Any, row: str, holds: list[bool]
) -> None:
    assert all(fact.holds for fact in facts(LESSON.state(), row))
    monkeypatch.setattr(part, name, wrong)
    fresh.cache_clear()
    found = [fact.holds for fact in facts(LESSON.state(), row)]
    fresh.cache_clear()
    assert found == holds


def test_a_decoder_that_sees_padding_in_the_memory_is_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right = DecoderLayer.forward
    monkeypatch.setattr(
        DecoderLayer,
        "forward",
        lambda self, x, memory, mask=None, _=None, cache=None: right(self, x, memory, mask, None, cache),
    )
    assert [fact.holds for fact in facts(LESSON.state(), "AA4")] == [True, False]


@pytest.mark.parametrize(
    ("module", "figure", "change", "row"),
    [
        (input_frames, "places", lambda f: {"rows": [(0, *row[1:]) for row in f.rows]}, "AA1"),
        (input_frames, "places", lambda f: {"rows": [(*row[:3], "yes") for row in f.rows]}, "AA1"),
        (translation_figures, "source", lambda f: {"notes": f.notes[::-1]}, "AA1"),
        (translation_figures, "target", lambda f: {"tokens": f.tokens[::-1]}, "AA1"),
        (input_frames, "combined", lambda f: {"marks": {"never": f.marks["never"][1:]}}, "AA4"),
        (translation_figures, "positions", lambda f: {"values": f.values * 0}, "AA2"),
        (translation_figures, "x0", lambda f: {"row_labels": f.row_labels[::-1]}, "AA2"),
        (norm_frames, "moments", lambda f: {"rows": [(name, a, b * 8 / 7) for name, a, b in f.rows]}, "AB3"),
        (norm_frames, "norms", lambda f: {"levels": dict.fromkeys(f.levels, 8.0)}, "AB3"),
        (norm_frames, "norms", lambda f: {"x": f.x + 1}, "AB3"),
        (norm_frames, "change", lambda f: {"rows": [(name, 2 * x) for name, x in f.rows]}, "AB3"),
    ],
)
def test_what_is_shown_is_read(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, figure: str, change: Callable[[Any], dict[str, Any]], row: str
) -> None:
    assert all(fact.holds for fact in facts(LESSON.state(), row))
    redraw(monkeypatch, (module,), figure, change)
    assert not all(fact.holds for fact in facts(LESSON.state(), row))


@pytest.mark.parametrize(
    ("module", "figure", "change", "check"),
    [
        (through_frames, "own", lambda f: {"values": f.values.T}, followed),
        (through_frames, "cross", lambda f: {"values": f.values[::-1]}, followed),
        (translation_figures, "stream", lambda f: {"values": f.values * 2}, followed),
        (through_frames, "logits", lambda f: {"labels": f.labels[::-1]}, followed),
        (through_frames, "p", lambda f: {"values": f.values**2}, followed),
        (decoding_figures, "table", lambda f: {"rows": [(*row[:2], 0.0, *row[3:]) for row in f.rows]}, choices),
        (decoding_figures, "bars", lambda f: {"labels": f.labels[::-1]}, choices),
        (translation_figures, "written", lambda f: {"focus": 0}, choices),
    ],
)
def test_what_is_shown_of_a_trained_model_is_read(
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    figure: str,
    change: Callable[[Any], dict[str, Any]],
    check: Callable[[State], Outcome],
) -> None:
    state = LESSON.state().with_result("french", untrained())
    assert check(state).holds
    redraw(monkeypatch, (module,), figure, change)
    assert not check(state).holds


@pytest.mark.parametrize(("ladder", "row"), [("opened", "AB1"), ("decoder_ladder", "AA3")])
def test_a_path_that_is_not_drawn_is_missed(monkeypatch: pytest.MonkeyPatch, ladder: str, row: str) -> None:
    right = getattr(transformer, ladder)

    def cut(*args: Any, **rest: Any) -> Any:
        there = right(*args, **rest)
        return replace(there, wires=there.wires[1:])

    monkeypatch.setattr(transformer, ladder, cut)
    assert not all(fact.holds for fact in facts(LESSON.state(), row))


def test_a_ladder_with_the_norms_elsewhere_turns_ab1_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right = transformer.opened
    monkeypatch.setattr(
        transformer,
        "opened",
        lambda plan, stack, count: right(replace(plan, norm_first=not plan.norm_first), stack, count),
    )
    for id_ in ("AB1", "AB2"):
        assert not any(fact.holds for fact in facts(LESSON.state(), id_))


def test_a_transposed_padding_mask_turns_aa4_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right = input_frames.masks
    monkeypatch.setattr(input_frames, "masks", lambda words: {name: mask.T for name, mask in right(words).items()})
    assert [fact.holds for fact in facts(LESSON.state(), "AA4")] == [False, True]


def test_what_is_shown_of_the_norm_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    right = norm_frames.mean_and_variance
    monkeypatch.setattr(norm_frames, "mean_and_variance", lambda x: (-right(x)[0], right(x)[1]))
    assert not all(fact.holds for fact in facts(LESSON.state(), "AB3"))


def test_a_layer_that_ends_after_its_first_part_turns_ab3_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right = norm_frames._one_layer
    monkeypatch.setattr(norm_frames, "_one_layer", lambda parts, row, word: right(parts[:1], row, word))
    assert not all(fact.holds for fact in facts(LESSON.state(), "AB3"))


def test_formulas_of_trained_layers_add_up() -> None:
    state = LESSON.state().with_result("french", untrained())
    outcome = adds_up([scene for scene in LESSON.scenes if scene.needs], state)
    assert outcome.holds, outcome.computed


def test_a_loss_in_bits_turns_aa6_red(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(fact.holds for fact in facts(LESSON.state(), "AA6"))
    right = translating.nll
    monkeypatch.setattr(translating, "nll", lambda scores, target: right(scores, target) / np.log(2))
    assert [fact.holds for fact in facts(LESSON.state(), "AA6")] == [False, True]


def test_a_decoder_without_cross_attention_turns_ab2_red(monkeypatch: pytest.MonkeyPatch) -> None:
    state = LESSON.state({"layers": 4, "norm": "post"})
    assert all(fact.holds for id_ in ("AB1", "AB2") for fact in facts(state, id_))
    monkeypatch.setitem(layer_ladders.SUBLAYERS, "decoder", ("masked self-attention", "feed-forward"))
    assert not any(fact.holds for fact in facts(state, "AB2"))


def test_uniform_logits_cost_ln_v() -> None:
    assert np.isclose(uniform_loss(10), 2.302585, atol=1e-6)


def test_combined_masks_leave_no_row_empty() -> None:
    combined = masks((1, 5, 6, 0, 0))["combined"]
    assert combined.any(1).all() and not combined[:, 3:].any() and not combined[0, 1]


def test_a_slip_is_the_second_likeliest_word_and_is_read_on() -> None:
    model = untrained().model
    plain, slipped = (written(model, (5, 6, 7), Rules(slip=slip)) for slip in (0, 2))
    assert slipped[0].token == plain[0].token and slipped[1].token != plain[1].token
    assert slipped[1].logits.argmax() == plain[1].token
    words = tuple(step.token for step in plain)
    assert rerun(model, (5, 6, 7), words) == words


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_gives_frames_and_facts(text: str) -> None:
    state = LESSON.state({"text": text, "target": text, "focus": 20, "norm": "post"})
    assert shown(state) > 20
    for claim in LESSON.claims:
        if not claim.needs:
            assert claim.fact("transformer", state).holds, claim.says


@pytest.mark.parametrize("preset", [preset.name for preset in LESSON.presets])
def test_presets_give_frames(preset: str) -> None:
    assert shown(LESSON.parse([], preset=preset)) > 20


def test_silent_post_norm_layers_are_not_the_identity() -> None:
    scene = next(scene for scene in LESSON.scenes if scene.name == "norms")
    changes = {}
    for norm in ("pre", "post"):
        table: Any = scene.frames(LESSON.state({"norm": norm, "zeroed": True}))[2].figures[1]
        changes[norm] = max(row[1] for row in table.rows)
    assert changes["pre"] == 0 and changes["post"] > 0.1
