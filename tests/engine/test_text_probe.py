"""The text probe: tables as softmax and enumeration have them, texts as the samplers write them, costs as losses."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from dlviz.engine.catalog import CATALOG
from dlviz.engine.data.base import Data
from dlviz.engine.data.corpus import Corpus
from dlviz.engine.data.load import load_data
from dlviz.engine.data.pairs import BEGIN, END, PAD, encode
from dlviz.engine.objectives.masked import MARK
from dlviz.engine.objectives.translation import shifted
from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import Inside, LookInside
from dlviz.engine.probes.text.tables import Rules, table
from dlviz.engine.runs.run import Record
from dlviz.engine.sampling.text import Writer, chances
from dlviz.engine.sampling.translation import Writer as WordWriter
from dlviz.engine.sampling.translation import beam, sample
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer

GPT = ("layers=1", "width=32", "heads=2", "context=24", "vocabulary=200")
CASES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "gpt": ("gpt", "topics", GPT),
    "gpt char": ("gpt", "topics", (*GPT, "tokens=char")),
    "rnn": ("rnn", "topics", ("units=24", "embedding=16", "context=32")),
    "lstm": ("lstm", "topics", ("units=24", "embedding=16", "context=32")),
    "encoder": ("encoder", "topics", ("layers=1", "context=24")),
    "translator": ("translator", "french", ("width=32", "hidden=32", "layers=1")),
}
WRITERS = ("gpt", "gpt char", "rnn", "lstm")
_DATA: dict[tuple[str, str], Data] = {}
_TRAINERS: dict[str, Any] = {}


def _fresh(case: str, *more: str, data: Data | None = None) -> Any:
    model, source, texts = CASES[case]
    key = (source, model if source == "french" else "")
    if data is None and key not in _DATA:
        _DATA[key] = load_data(source, 0, kinds=CATALOG[model].objectives)
        if isinstance(whole := _DATA[key], Corpus):
            _DATA[key] = Corpus(name="topics", train=whole.train[:40_000], val=whole.val[:4000], description="")
    options = ("steps=12", "batch=4", "validate_every=12", *texts, *more)
    return Trainer(Job.of(model, options, source, device="cpu"), data or _DATA[key])


def _trained(case: str) -> Any:
    """A model that has learned a little, shared: looking changes nothing."""
    if case not in _TRAINERS:
        trainer = _TRAINERS[case] = _fresh(case)
        for number in range(60 if case == "translator" else 12):  # words depend on the words before
            trainer.objective.step(number, number / 120)
    return _TRAINERS[case]


def _look(trainer: Any, part: str = "", text: str = "", index: int = 0, split: str = "test", **more: Any) -> Any:
    """The arrays of the one record of `part`."""
    found = inside(trainer, LookInside("text", split, index, text, tuple({"part": part, **more}.items())))
    (record,) = found.records
    return record.arrays


def _logits(trainer: Any, *inputs: Tensor) -> Tensor:
    trainer.model.eval()
    with torch.no_grad():
        logits: Tensor = trainer.model(*inputs)
    return logits


LOGITS = st.lists(st.floats(-6, 6, width=32), min_size=2, max_size=9, unique=True).map(torch.tensor)


@given(LOGITS, st.floats(0.3, 3), st.integers(0, 10), st.floats(0.05, 1))
@settings(max_examples=100)
def test_a_table_is_softmax_and_its_rules_are_those_of_enumeration(
    logits: Tensor, temperature: float, top_k: int, top_p: float
) -> None:
    found = table(logits, Rules(temperature, top_k, top_p), len(logits))
    order = sorted(range(len(logits)), key=lambda k: -float(logits[k]))
    numbers = found["number"].tolist()
    tempered = (logits.double() / temperature).softmax(0)
    assert [round(float(tempered[k]), 12) for k in numbers] == [round(float(tempered[k]), 12) for k in order]
    assert found["rank"].tolist() == [*range(1, len(logits) + 1)]
    np.testing.assert_allclose(found["score"], logits[numbers])
    np.testing.assert_allclose(found["probability"], logits.softmax(0)[numbers], rtol=1e-5)
    np.testing.assert_allclose(found["tempered"], tempered[numbers], rtol=1e-5)
    np.testing.assert_array_equal(found["chance"], chances(logits, temperature, top_k, top_p)[numbers])
    mass, nucleus = 0.0, 0
    for k in order:  # the shortest beginning that has so much
        if mass >= top_p:
            break
        mass, nucleus = mass + float(tempered[k]), nucleus + 1
    for row, rule in enumerate(found["rule"].tolist()):
        by_k, by_p = bool(top_k and row >= top_k), row >= max(1, nucleus)
        if abs(float(tempered[numbers[:row]].sum()) - top_p) < 1e-9:
            continue  # equal but for rounding: either is right
        assert rule == ", ".join(name for name, struck in (("top-k", by_k), ("top-p", by_p)) if struck)
        assert (found["chance"][row] > 0) == (not rule)
    kept = [not rule for rule in found["rule"].tolist()]
    assert int(found["kept"]) == sum(kept) and int(found["vocabulary"]) == len(logits)
    assert float(found["mass"]) == pytest.approx(float(found["tempered"][kept].sum()), rel=1e-5)


def test_temperature_0_strikes_out_all_but_one_and_numbers_that_are_none_are_told() -> None:
    found = table(torch.tensor([1.0, 3.0, 2.0]), Rules(0.0), 3)
    assert found["rule"].tolist() == ["", "greedy", "greedy"] and found["number"].tolist() == [1, 2, 0]
    assert found["chance"].tolist() == [1, 0, 0] and int(found["kept"]) == 1
    never = table(torch.tensor([1.0, -math.inf, 2.0]), Rules(), 3)
    assert never["rule"].tolist() == ["", "", "never"] and int(never["kept"]) == 2
    with pytest.raises(ValueError, match="answers with nan"):
        table(torch.tensor([1.0, math.nan]), Rules(), 2)


def test_a_tiny_chance_is_not_taken_for_a_struck_one() -> None:
    """At a low temperature float32 has no number for it."""
    found = table(torch.tensor([9.0, 0.0, -9.0, -20.0]), Rules(0.05, top_k=3), 4)
    assert found["chance"].tolist()[1:] == [0, 0, 0] and found["rule"].tolist() == ["", "", "", "top-k"]


def test_a_token_that_is_asked_for_is_in_the_table() -> None:
    found = table(torch.arange(9.0), Rules(), 3, with_token=0)
    assert found["number"].tolist() == [8, 7, 0] and found["rank"].tolist() == [1, 2, 9]


@pytest.mark.parametrize("case", WRITERS)
def test_the_next_token_is_that_of_a_full_pass(case: str) -> None:
    trainer = _trained(case)
    for text, index in (("The import", 0), ("", 0), ("", 3), ("", -1)):
        found = _look(trainer, "next", text, index, temperature=0.7, top_k=5)
        tokenizer = trainer.objective.tokenizer
        prompt = tokenizer.encode("".join(found["prompt"].tolist()))
        logits = _logits(trainer, torch.tensor([prompt]))[0, -1]
        np.testing.assert_allclose(found["score"], logits[found["number"]], atol=1e-5)
        np.testing.assert_allclose(found["probability"], logits.softmax(0)[found["number"]], atol=1e-6)
        drawn = chances(logits, 0.7, 5, trainer.objective.options.top_p)
        np.testing.assert_allclose(found["chance"], drawn[found["number"]], atol=1e-5)
        assert [tokenizer.tokens[k] for k in found["number"]] == found["tokens"].tolist()
        assert (int(found["true"]) >= 0) == (not text) and found["passage"][1] == (
            0 if text else len(trainer.objective.val)
        )
        if not text:
            assert tokenizer.tokens[int(found["true"])] == found["after"][0] and found["true"] in found["number"]
            passage = "".join([*found["prompt"], *found["after"]])
            assert passage in trainer.objective.data.val


@pytest.mark.parametrize("case", WRITERS)
@pytest.mark.parametrize("text", ["", "The "])
def test_what_is_written_is_what_the_sampler_writes(case: str, text: str) -> None:
    trainer = _trained(case)
    objective = trainer.objective
    settings_: dict[str, Any] = {"temperature": 1.3, "top_k": 7, "top_p": 0.9, "seed": 5, "length": 40}
    found = _look(trainer, "generation", text, **settings_)
    prompt = objective.tokenizer.encode("".join(found["prompt"].tolist()))
    writer, generator = Writer(trainer.model, prompt, objective.context, trainer.device), torch.Generator()
    generator.manual_seed(5)
    for k in range(40):
        written = writer.write(1.3, 7, 0.9, generator)
        assert written.token == found["number"][k] and objective.tokenizer.tokens[written.token] == found["tokens"][k]
        assert float(found["probability"][k]) == float(written.probabilities[written.token])
        assert float(found["chance"][k]) == float(written.chances[written.token]) > 0
        np.testing.assert_array_equal(found["candidates_chance"][k], written.chances[found["candidates_number"][k]])
        p, own = written.probabilities, written.probabilities[written.token]
        assert int((p > own).sum()) < found["rank"][k] <= int((p >= own).sum())
    assert not np.array_equal(found["number"], _look(trainer, "generation", text, **settings_ | {"seed": 6})["number"])


def test_the_samples_of_the_training_are_written_alike() -> None:
    """By default the probe has the options and the seed of the objective."""
    trainer = _trained("gpt char")
    found = _look(trainer, "generation", "The ", length=30)
    assert "".join(found["tokens"]) == trainer.objective.write("The ", 30)


@pytest.mark.parametrize("case", WRITERS)
def test_writing_step_by_step_equals_a_full_pass(case: str) -> None:
    trainer = _trained(case)
    found = _look(trainer, "generation", "The", length=20)
    prompt = trainer.objective.tokenizer.encode("The")
    assert len(prompt) + 20 <= trainer.objective.context + 1
    logits = _logits(trainer, torch.tensor([[*prompt, *found["number"][:-1]]]))[0, len(prompt) - 1 :]
    np.testing.assert_allclose(found["score"], logits[range(20), found["number"]], atol=1e-4)
    rows = np.take_along_axis(logits.numpy(), found["candidates_number"], 1)
    np.testing.assert_allclose(found["candidates_score"], rows, atol=1e-4)


@pytest.mark.parametrize("case", WRITERS)
def test_costs_are_the_cross_entropy(case: str) -> None:
    trainer = _trained(case)
    val, context = trainer.objective.val, trainer.objective.context
    window = val.at(torch.tensor([2 * context]))
    logits = _logits(trainer, window[:, :-1])[0]
    loss = F.cross_entropy(logits, window[0, 1:], reduction="none")
    found = _look(trainer, "tokens", index=2)
    np.testing.assert_allclose(found["loss"], loss, atol=1e-5)
    assert found["loss"].sum() == pytest.approx(
        float(F.cross_entropy(logits, window[0, 1:], reduction="sum")), rel=1e-5
    )
    np.testing.assert_allclose(found["probability"], np.exp(-found["loss"]), rtol=1e-5)
    order = logits.argsort(1, descending=True)
    assert found["rank"].tolist() == [
        row.tolist().index(k) + 1 for row, k in zip(order, window[0, 1:].tolist(), strict=True)
    ]
    names = trainer.objective.tokenizer.tokens
    assert [*found["first"], *found["tokens"]] == [names[k] for k in window[0].tolist()]


@pytest.mark.parametrize("case", ["gpt", "rnn"])
def test_bits_per_character_are_the_objectives_own(case: str) -> None:
    """On a held-out text that is one passage."""
    whole = _fresh(case).objective.data
    data = Corpus(name="one", train=whole.train[:20_000], val=whole.train[500:520], description="")
    trainer = _fresh(case, data=data)
    trainer.objective.step(0, 0.0)
    found = _look(trainer, "tokens")
    values = trainer.objective.validate()
    assert len(trainer.objective.val) == 1 and found["passage"].tolist() == [0, 1]
    assert float(found["bits_per_char"]) == pytest.approx(values["bits_per_char/val"], rel=1e-5)
    assert found["loss"].mean() == pytest.approx(values["loss/val"], rel=1e-5)


def test_the_passage_that_trainings_keep_has_the_same_costs() -> None:
    trainer = _trained("gpt")
    kept = next(record for record in trainer.objective.records() if record.kind == "tokens")
    found = _look(trainer, "tokens")
    np.testing.assert_allclose(found["loss"], kept.arrays["loss"], atol=1e-6)
    assert found["tokens"].tolist() == kept.arrays["tokens"].tolist()


def test_ones_own_text_is_cut_to_what_is_read_at_once() -> None:
    trainer = _trained("gpt char")
    found = _look(trainer, "tokens", "import " * 20)
    assert len(found["loss"]) == trainer.objective.context and int(found["left_out"]) == 140 - 25
    assert len(_look(trainer, "next", "import " * 20)["prompt"]) == 140
    line = _look(trainer, "next", "a⏎b")
    assert line["prompt"].tolist() == ["a", "\n", "b"]
    walked = _look(trainer, "next", "import", place=2)
    assert walked["prompt"].tolist() == ["i", "m"] and walked["after"].tolist() == ["p", "o", "r", "t"]
    assert _look(trainer, "next", "import", place=0)["prompt"].tolist() == ["i"]


def test_a_hidden_token_is_guessed_from_both_sides() -> None:
    trainer = _trained("encoder")
    tokenizer, mask = trainer.objective.tokenizer, len(trainer.objective.tokenizer)
    for place in (0, 7, 23):
        found = _look(trainer, "next", index=1, place=place)
        before, after = found["prompt"].tolist(), found["after"].tolist()
        assert len(before) == place and "".join(before + after) in trainer.objective.data.val
        tokens = torch.tensor([tokenizer.encode("".join(before + after))])
        true = int(tokens[0, place])
        tokens[0, place] = mask
        p = _logits(trainer, tokens)[0, place].softmax(0)
        assert int(found["true"]) == true and found["hidden"]
        np.testing.assert_allclose(found["probability"], p[found["number"]], atol=1e-6)
        cost = _look(trainer, "tokens", index=1)
        assert cost["loss"][place] == pytest.approx(-math.log(float(p[true])), abs=1e-5)
    assert len(cost["loss"]) == 24 and float(cost["bits_per_char"]) == pytest.approx(cost["loss"].mean() / math.log(2))


def test_a_gap_that_the_user_leaves_is_the_one_that_is_guessed() -> None:
    trainer = _trained("encoder")
    found = _look(trainer, "next", f"st{MARK}te")
    assert found["prompt"].tolist() == ["s", "t"] and found["after"].tolist() == ["t", "e"] and int(found["true"]) == -1
    cost = _look(trainer, "tokens", f"st{MARK}te")
    assert np.isnan(cost["loss"]).tolist() == [False, False, True, False, False] and cost["rank"][2] == 0
    with pytest.raises(ValueError, match="no text from left to right"):
        _look(trainer, "generation")
    assert [r.kind for r in inside(trainer, LookInside("text")).records] == ["next", "tokens"]


FRENCH = "un chat noir boit de l'eau"


@pytest.mark.parametrize("beams", [1, 3])
def test_a_sentence_is_translated_as_the_objective_does(beams: int) -> None:
    trainer = _trained("translator")
    trainer.objective.change("beam", beams)
    try:
        found = _look(trainer, "generation", FRENCH)
        ((text, probability),) = trainer.objective.translate([FRENCH])
        numbers = found["number"].tolist()
        words = [trainer.objective.data.target_words[k] for k in numbers if k != END]
        assert "".join(found["tokens"].tolist()).replace(" <end>", "").replace("<end>", "") == text
        assert len(words) == len(numbers) - (numbers[-1] == END)
        assert np.prod(found["probability"].astype(float)) == pytest.approx(probability, rel=1e-3)
        if beams > 1:
            writer = WordWriter(trainer.model.eval(), torch.tensor([_source(trainer)]), 3)
            with torch.no_grad():
                kept = beam(writer, 1, trainer.objective._longest, 3, trainer.device)[0]
            np.testing.assert_allclose(found["scores"], [one.score for one in kept], rtol=1e-5)
    finally:
        trainer.objective.change("beam", 1)


def _source(trainer: Any) -> list[int]:
    words = ["un", "chat", "noir", "boit", "de", "l'", "eau"]
    found: list[int] = encode([words], trainer.objective.data.source_words, end=False)[0].tolist()
    return found


@pytest.mark.parametrize("place", [0, 2, 4])
def test_the_next_word_is_that_of_a_full_pass(place: int) -> None:
    trainer = _trained("translator")
    found = _look(trainer, "next", split="specimen", place=place)
    source, target = trainer.objective.inputs("specimen", 0)
    logits = _logits(trainer, source, target)[0, place]
    logits[[PAD, BEGIN]] = -math.inf
    np.testing.assert_allclose(found["score"], logits.log_softmax(0)[found["number"]], atol=1e-4)
    assert int(found["true"]) == int(trainer.objective.data.specimen.target[0, place])


@pytest.mark.parametrize("method", ["greedy", "beam", "sample"])
def test_the_table_of_each_word_is_that_of_a_full_pass(method: str) -> None:
    trainer = _trained("translator")
    found = _look(trainer, "generation", FRENCH, decode=method, beam=3)
    source, words = torch.tensor([_source(trainer)]), found["number"]
    logits = _logits(trainer, source, torch.tensor([[BEGIN, *words[:-1]]]))[0]
    logits[:, [PAD, BEGIN]] = -math.inf
    expected = np.take_along_axis(logits.log_softmax(1).numpy(), found["candidates_number"], 1)
    np.testing.assert_allclose(found["candidates_score"], expected, atol=1e-4)
    np.testing.assert_allclose(found["score"], logits.log_softmax(1)[range(len(words)), words], atol=1e-4)


def test_words_are_drawn_as_the_sampler_draws_them() -> None:
    trainer = _trained("translator")
    found = _look(trainer, "generation", FRENCH, decode="sample", temperature=2.0, top_k=9, seed=3)
    writer = WordWriter(trainer.model.eval(), torch.tensor([_source(trainer)]))
    with torch.no_grad():
        answers = sample(writer, 1, trainer.objective._longest, torch.Generator().manual_seed(3), 2.0, 9)
    assert found["number"].tolist() == answers.words[0].tolist()
    np.testing.assert_allclose(found["probability"], answers.probabilities[0], rtol=1e-5)
    assert (found["rank"] <= 9).all()


def test_what_a_right_word_costs_is_the_loss_of_the_training() -> None:
    trainer = _trained("translator")
    for index in (0, 5):
        found = _look(trainer, "tokens", index=index)
        source, target = (torch.from_numpy(side[[index]]) for side in
                          (trainer.objective.data.test.source, trainer.objective.data.test.target))  # fmt: skip
        logits = _logits(trainer, source, shifted(target))
        total = F.cross_entropy(logits[0], target[0], ignore_index=PAD, reduction="sum")
        assert found["loss"].sum() == pytest.approx(float(total), rel=1e-5)
        assert len(found["loss"]) == int((target != PAD).sum()) and math.isnan(float(found["bits_per_char"]))
    own = _look(trainer, "tokens", FRENCH + " => a black cat drinks water")
    assert "".join(own["tokens"]) == "a black cat drinks water <end>"
    after = _look(trainer, "next", FRENCH + " => a black")
    assert after["prompt"].tolist() == ["a", " black"] and int(after["true"]) == -1
    walked = _look(trainer, "next", split="specimen", place=2)
    assert len(walked["prompt"]) == 2 and walked["tokens"][list(walked["number"]).index(int(walked["true"]))]
    last = _look(trainer, "next", split="specimen", place=99)
    assert int(last["true"]) == END and not len(last["after"])
    with pytest.raises(ValueError, match="needs the right translation"):
        _look(trainer, "tokens", FRENCH)


@pytest.mark.parametrize("case", CASES)
def test_looking_changes_nothing(case: str) -> None:
    def losses(look: bool) -> tuple[list[dict[str, float]], list[Tensor]]:
        trainer = _fresh(case, "dropout=0.2")
        found = []
        for number in range(4):
            found.append(trainer.objective.step(number, 0.0))
            before = [m.training for m in trainer.model.modules()], torch.get_rng_state()
            grads = [None if p.grad is None else p.grad.clone() for p in trainer.model.parameters()]
            if look:
                first, again = (inside(trainer, LookInside("text", index=number)) for _ in range(2))
                assert _equal(first, again)
            assert before[0] == [m.training for m in trainer.model.modules()]
            assert torch.equal(before[1], torch.get_rng_state())
            for p, grad in zip(trainer.model.parameters(), grads, strict=True):
                assert (p.grad is None) == (grad is None)
                assert p.grad is None or grad is None or torch.equal(p.grad, grad)
        return found, [p.detach().clone() for p in trainer.model.parameters()]

    (seen, after), (unseen, expected) = losses(True), losses(False)
    assert seen == unseen and all(torch.equal(a, b) for a, b in zip(after, expected, strict=True))


def _equal(a: Inside, b: Inside) -> bool:
    def flat(found: Inside) -> list[Any]:
        return [(r.tag, r.kind, name, array.tolist()) for r in found.records for name, array in r.arrays.items()]

    return str(flat(a)) == str(flat(b))


@pytest.mark.parametrize("case", CASES)
def test_arrays_can_be_kept_and_sent(case: str) -> None:
    for record in inside(_trained(case), LookInside("text")).records:
        assert isinstance(record, Record)
        assert all(array.dtype.kind in "biufU" for array in record.arrays.values()), record.tag
        assert sum(array.nbytes for array in record.arrays.values()) < 400_000


@pytest.mark.parametrize(
    ("settings_", "words"),
    [
        ({"temperature": -1.0}, "temperature cannot be -1"),
        ({"temperature": float("nan")}, "temperature cannot be nan"),
        ({"top_k": 2.5}, "top_k cannot be 2.5: it is a whole number"),
        ({"top_p": 2.0}, "top_p cannot be 2"),
        ({"length": 10_000.0}, "length cannot be 10000"),
        ({"seed": "x\x1b[2J"}, "seed cannot be x"),
        ({"part": "all"}, "no part 'all'"),
        ({"place": -7.0}, "place cannot be -7"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(settings_: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("[", r"\[")) as error:
        inside(_trained("gpt"), LookInside("text", settings=tuple(settings_.items())))
    assert "\x1b" not in str(error.value) and "\n" not in str(error.value)


def test_unknown_characters_models_without_text_and_broken_ones() -> None:
    trainer = _trained("gpt")
    with pytest.raises(ValueError, match=r"never seen these characters.*☃"):
        _look(trainer, "next", "snow ☃")
    with pytest.raises(ValueError, match="at least two tokens"):
        _look(trainer, "tokens", "T")
    assert [r.kind for r in inside(trainer, LookInside("text", text="T")).records] == ["next", "generation"]
    with pytest.raises(ValueError, match="no split"):
        inside(_trained("translator"), LookInside("text", split="none"))
    with pytest.raises(ValueError, match="decode cannot be"):
        _look(_trained("translator"), "generation", decode="dream")
    classifier = Trainer(Job.of("mlp", ("steps=2",), device="cpu"), load_data("digits", 0))
    with pytest.raises(ValueError, match="neither reads nor writes text"):
        inside(classifier, LookInside("text"))
    broken = _fresh("gpt")
    with torch.no_grad():
        for parameter in itertools.islice(broken.model.parameters(), 1):
            parameter.fill_(math.nan)
    for part in ("next", "generation"):
        with pytest.raises(ValueError, match="answers with nan"):
            _look(broken, part)
    cost = _look(broken, "tokens")
    assert np.isnan(cost["loss"]).all() and not cost["rank"].any()
