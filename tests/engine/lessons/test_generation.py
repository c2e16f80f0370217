"""`generation`: what turns its facts red, texts and temperatures at their ends. Nothing is trained here."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from dlviz.engine.lessons import generation
from dlviz.engine.lessons.generation import LESSON
from dlviz.engine.lessons.kit.facts import Fact
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs import generation as proofs
from dlviz.engine.lessons.proofs.generation import derivations, following
from dlviz.engine.lessons.trainings.grammar import HEADS, LAYERS, WIDTH, Grammar
from dlviz.engine.lessons.workings import (
    decoding,
    decoding_figures,
    little_english,
    next_token,
    softmax_frames,
    writing,
)
from dlviz.engine.lessons.workings.decoding import Decoded, decode, draw, top_k_kept, top_p_kept
from dlviz.engine.lessons.workings.gpt_forward import Gpt
from dlviz.engine.lessons.workings.little_english import HELD_OUT, LONGEST, next_words, sentence, surprise, words
from dlviz.engine.lessons.workings.little_english import grammar as grammar_of
from dlviz.engine.models import gpt as lab_gpt

from .redrawing import redraw

HOSTILE = ("[/x] the cat", "\x1b]0;x\x07cat", "[", "🐈 cat 猫", "the " * 29, ". . .", "<unk> <start>")


def drawn(seed: int = 0) -> Grammar:
    """A model with weights as drawn, in the form of what a training gives."""
    from dlviz.engine.lessons.trainings.grammar_lab import module

    rng = np.random.default_rng(seed)
    blank = Gpt(heads=HEADS, layers=LAYERS, weights={})
    shapes: dict[str, tuple[int, ...]] = {"embedding.weight": (len(words()), WIDTH)}
    shapes |= {"positions.table.weight": (LONGEST, WIDTH), "head.weight": (len(words()), WIDTH)}
    for k in range(LAYERS):
        for part in ("query", "key", "value", "output"):
            shapes |= {f"blocks.{k}.attention.{part}.weight": (WIDTH, WIDTH)}
            shapes |= {f"blocks.{k}.attention.{part}.bias": (WIDTH,)}
        shapes |= {
            f"blocks.{k}.feedforward.up.weight": (4 * WIDTH, WIDTH),
            f"blocks.{k}.feedforward.up.bias": (4 * WIDTH,),
        }
        shapes |= {
            f"blocks.{k}.feedforward.down.weight": (WIDTH, 4 * WIDTH),
            f"blocks.{k}.feedforward.down.bias": (WIDTH,),
        }
    for norm in (*(f"blocks.{k}.norm{n}" for k in range(LAYERS) for n in (1, 2)), "norm"):
        shapes |= {f"{norm}.weight": (WIDTH,), f"{norm}.bias": (WIDTH,)}
    model = Gpt(
        heads=blank.heads,
        layers=blank.layers,
        weights={name: rng.normal(0, 0.3, shape) for name, shape in shapes.items()},
    )
    module(model)  # the names are those of the lab's module
    return Grammar(model, model, np.array([0.0, 10.0]), np.array([4.6, 2.0]), np.array([4.6, 1.0]))


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    """One for all tests."""
    return drawn()


def facts(state: State, id_: str) -> list[Fact]:
    """The facts of a row that can be computed."""
    next_token.logits_after.cache_clear()
    claims = [claim for claim in proofs.CLAIMS if claim.id == id_ and (not claim.needs or claim.needs in state.trained)]
    return [claim.fact("generation", state) for claim in claims]


def test_softmax_without_the_temperature_turns_r3_red(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(fact.holds for fact in facts(LESSON.state(), "R3"))
    right: Callable[..., Any] = decoding.tempered
    for part in (decoding, softmax_frames):
        monkeypatch.setattr(part, "tempered", lambda z, t: right(z, 1.0))
    assert [fact.holds for fact in facts(LESSON.state(), "R3")] == [False, False, True]


def test_a_top_k_off_by_one_turns_r3_red_whatever_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "top_k_kept", lambda p, k: top_k_kept(p, k + 1 if k else 0))
    assert [fact.holds for fact in facts(LESSON.state(), "R3")] == [True, False, True]


def test_a_draw_from_the_other_end_turns_r3_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "draw", lambda chances, u: draw(chances, 1 - u))
    assert [fact.holds for fact in facts(LESSON.state(), "R3")] == [True, True, False]


def test_a_temperature_upside_down_turns_r3_red(monkeypatch: pytest.MonkeyPatch) -> None:
    right: Callable[..., Any] = decoding.tempered
    monkeypatch.setattr(softmax_frames, "tempered", lambda z, t: right(z, 1 / t))
    assert [fact.holds for fact in facts(LESSON.state(), "R3")] == [False, True, True]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda scaled, full, kept, p: Decoded(scaled * 5, full, kept, p),
        lambda scaled, full, kept, p: Decoded(scaled, p, kept, full),
        lambda scaled, full, kept, p: Decoded(scaled, full, ~kept, p),
    ],
)
def test_what_decoding_tells_beside_its_chances_is_proved(monkeypatch: pytest.MonkeyPatch, wrong: Any) -> None:
    monkeypatch.setattr(decoding, "Decoded", wrong)
    assert not facts(LESSON.state(), "R3")[1].holds


@pytest.mark.parametrize(
    ("module", "figure", "change"),
    [
        (softmax_frames, "logits", lambda f: {"values": -f.values}),
        (softmax_frames, "T 10", lambda f: {"labels": f.labels[::-1]}),
        (softmax_frames, "stable", lambda f: {"rows": [(*row[:3], row[2], row[4]) for row in f.rows]}),
        (softmax_frames, "stable", lambda f: {"marked": ()}),
        (decoding_figures, "table", lambda f: {"rows": [(*row[:2], row[1], *row[3:]) for row in f.rows]}),
        (decoding_figures, "table", lambda f: {"struck": ()}),
        (decoding_figures, "table", lambda f: {"struck": () if f.columns[2] == "z / 5" else f.struck}),
        (decoding_figures, "bars", lambda f: {"dropped": ()}),
        (decoding_figures, "bars", lambda f: {"labels": f.labels[::-1]}),
    ],
)
def test_what_is_shown_of_decoding_is_read(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, figure: str, change: Callable[[Any], dict[str, Any]]
) -> None:
    redraw(monkeypatch, (module,), figure, change)
    assert not all(fact.holds for fact in facts(LESSON.state(), "R3"))


def test_a_word_that_u_does_not_draw_turns_r3_red(monkeypatch: pytest.MonkeyPatch, grammar: Grammar) -> None:
    state = LESSON.state({"draw": 3, "temperature": 2.0}).with_result("grammar", grammar)
    assert all(fact.holds for fact in facts(state, "R3"))
    next_token.continued.cache_clear()
    monkeypatch.setattr(writing, "draw", lambda chances, u: draw(chances, 1 - u))
    found = facts(state, "R3")
    next_token.continued.cache_clear()
    assert [fact.holds for fact in found] == [True, True, True, True, False]


@pytest.mark.parametrize("change", [lambda f: {"values": f.values.T}, lambda f: {"values": f.values * 2}])
def test_changes_that_are_not_the_modules_turn_r2_red(
    monkeypatch: pytest.MonkeyPatch, grammar: Grammar, change: Callable[[Any], dict[str, Any]]
) -> None:
    redraw(monkeypatch, (generation,), "changes", change)
    assert not facts(LESSON.state().with_result("grammar", grammar), "R2")[0].holds


def test_a_mask_that_forgets_the_cache_turns_r2_red(monkeypatch: pytest.MonkeyPatch, grammar: Grammar) -> None:
    monkeypatch.setattr(lab_gpt, "causal_mask", lambda t, s, device: torch.ones(t, s, dtype=torch.bool).tril())
    assert not facts(LESSON.state().with_result("grammar", grammar), "R2")[0].holds


def test_the_grammar_that_is_shown_is_the_one_derived(monkeypatch: pytest.MonkeyPatch) -> None:
    right = little_english.next_words(HELD_OUT[:5])
    assert np.allclose([right.get(word, 0.0) for word in words()], following(HELD_OUT[:5]))
    monkeypatch.setattr(little_english, "grammar", lambda: {name: parts[:1] for name, parts in grammar_of().items()})
    assert not np.allclose(little_english.exact(HELD_OUT[:5]), following(HELD_OUT[:5]))


def test_a_drawn_word_is_always_in_the_table(grammar: Grammar) -> None:
    values = {"decoding": "sampled", "temperature": 10.0, "draw": 5}
    scene = next(scene for scene in LESSON.scenes if scene.name == "writing")
    for frame in scene.frames(LESSON.state(values).with_result("grammar", grammar)):
        table: Any = next(figure for figure in frame.figures if figure.name == "table")
        row = table.rows[table.marked[0]]
        assert table.columns[-1] == "Σ p" and f'"{row[0]}"' in frame.caption


def test_the_first_frame_of_the_past_has_a_word_before_it(grammar: Grammar) -> None:
    scene = next(scene for scene in LESSON.scenes if scene.name == "past")
    open_eyed = LESSON.parse([], preset="no-mask").with_result("grammar", grammar)
    assert scene.frames(open_eyed)[0].caption.startswith("No mask")
    assert "<start>" not in scene.frames(open_eyed)[0].caption


def test_a_nucleus_one_token_too_large_turns_r3_red(monkeypatch: pytest.MonkeyPatch) -> None:
    def larger(p: Any, mass: float) -> Any:
        kept = top_p_kept(p, mass)
        kept[np.argsort(-p, kind="stable")[: int(kept.sum()) + 1]] = True
        return kept

    state = LESSON.state({"top_p": 0.6})
    assert all(fact.holds for fact in facts(state, "R3"))
    monkeypatch.setattr(decoding, "top_p_kept", larger)
    assert [fact.holds for fact in facts(state, "R3")] == [True, False, True]


def test_without_the_mask_r2_is_red(grammar: Grammar) -> None:
    state = LESSON.state().with_result("grammar", grammar)
    assert all(fact.holds for fact in facts(state, "R2"))
    assert not any(fact.holds for fact in facts(state.with_values(mask=False), "R2"))


def test_an_untrained_model_leaves_r1_red(grammar: Grammar) -> None:
    assert not any(fact.holds for fact in facts(LESSON.state().with_result("grammar", grammar), "R1"))


def test_what_follows_in_the_grammar_is_what_its_derivations_say() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        said = sentence(rng)
        assert np.isclose(np.exp(-surprise(said) * len(said)), derivations(("S",), said))
        assert np.isclose(sum(next_words(said[:3]).values()), 1.0) and len(said) < LONGEST
    assert surprise(("cat", "the")) == np.inf and not next_words(HELD_OUT)
    assert 90 <= len(words()) <= 110


def test_decoding_at_its_ends() -> None:
    logits = np.array([1000.0, 999.0, -1000.0, -np.inf])
    for temperature in (0.01, 1.0, 10.0):
        for top_k in (0, 1, 3, 20):
            for top_p in (0.05, 0.5, 1.0):
                found = decode(logits, temperature, top_k, top_p)
                assert np.isfinite(found.chances).all() and np.isclose(found.chances.sum(), 1) and found.kept[0]
    assert top_k_kept(np.array([0.1, 0.7, 0.2]), 2).tolist() == [False, True, True]
    assert top_p_kept(np.array([0.5, 0.25, 0.25]), 0.75).tolist() == [True, True, False]


def test_draws_follow_the_chances() -> None:
    chances = np.array([0.2, 0.0, 0.5, 0.3])
    tokens = [draw(chances, u) for u in (0.0, 0.49, 0.5, 0.79, 0.8, 0.999999, 1.0)]
    assert tokens == [2, 2, 3, 3, 0, 0, 0]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_gives_frames_and_facts(text: str, grammar: Grammar) -> None:
    state = LESSON.state({"text": text, "decoding": "sampled", "temperature": 10.0}).with_result("grammar", grammar)
    assert sum(len(list(scene.frames(state))) for scene in LESSON.scenes) > 8
    assert all(fact.holds for fact in facts(state, "R2") + facts(state, "R3"))


def test_words_that_are_not_known_are_told(grammar: Grammar) -> None:
    state = LESSON.parse(["text=the wombat sat"]).with_result("grammar", grammar)
    scene = next(scene for scene in LESSON.scenes if scene.name == "next")
    assert "wombat" in scene.frames(state)[0].caption


@pytest.mark.parametrize("preset", [preset.name for preset in LESSON.presets])
def test_presets_give_frames(preset: str, grammar: Grammar) -> None:
    state = LESSON.parse([], preset=preset).with_result("grammar", grammar)
    assert all(frame.figures for scene in LESSON.scenes for frame in scene.frames(state))
