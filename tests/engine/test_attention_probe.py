"""The attention probe: what it shows is what PyTorch's own attention does with that layer's Q, K, V and mask."""

import itertools
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import entropy

from dlviz.engine.catalog import CATALOG
from dlviz.engine.data.base import Data
from dlviz.engine.data.load import load_data
from dlviz.engine.data.pairs import BEGIN, END, PAD
from dlviz.engine.models.attention import ScaledDotProduct
from dlviz.engine.probes.attention.numbers import numbers, rollout
from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import LookInside
from dlviz.engine.runs.run import Record
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer

CASES = {
    "gpt": ("gpt", "topics", ("context=24", "tokens=char", "layers=2")),
    "encoder recall": ("encoder", "recall:distance=4", ()),
    "encoder text": ("encoder", "topics", ("context=16",)),
    "translator": ("translator", "french:sentences=300,test=20", ("cross_heads=2",)),
    "diffusion": ("diffusion", "digits", ()),
}
OWN = {
    "gpt": "The import",
    "encoder recall": "C5A2 , . ; ? A",
    "encoder text": "an <mask>bject",
    "translator": "Un chat noir boit de l'eau",
}
_DATA: dict[str, Data] = {}


def trainer(case: str, steps: int = 2) -> Trainer:
    """A model that has learned a little."""
    model, source, texts = CASES[case]
    if case not in _DATA:
        _DATA[case] = load_data(source, 0, kinds=CATALOG[model].objectives)
    made = Trainer(Job.of(model, ("steps=400", *texts), source, device="cpu"), _DATA[case])
    for _ in itertools.islice(made.steps(), steps):
        pass
    return made


@pytest.fixture(scope="module")
def trained() -> dict[str, Trainer]:
    """One of each."""
    return {case: trainer(case) for case in CASES}


def look(made: Trainer, **how: Any) -> dict[str, Record]:
    """What the probe finds, by tag."""
    records = inside(made, LookInside("attention", **how)).records
    assert all(record.kind == "attention" and record.step == made.step for record in records)
    return {record.tag: record for record in records}


def passes(made: Trainer, found: dict[str, Any], **how: Any) -> dict[str, Record]:
    """The same, noting in `found` what each attention of the last pass was given and put out."""
    names = {module: name for root in (made.model, *(a.module for a in made.objective.averages.values()))
             for name, module in root.named_modules()}  # fmt: skip
    handles = [
        module.register_forward_hook(
            lambda m, given, out: found.update({f"attention/{names[m].removesuffix('.attend')}": (given, out)})
        )
        for module in names
        if isinstance(module, ScaledDotProduct)
    ]
    try:
        return look(made, **how)
    finally:
        for handle in handles:
            handle.remove()


def layers(records: dict[str, Record]) -> dict[str, Record]:
    """Without the rollouts."""
    return {tag: record for tag, record in records.items() if "layers" not in record.arrays}


ASKED = [(case, text) for case in CASES for text in ("", OWN.get(case, "-")) if text != "-"]


@pytest.mark.parametrize(("case", "text"), ASKED)
def test_weights_are_those_of_pytorchs_own_attention(trained: dict[str, Trainer], case: str, text: str) -> None:
    given: dict[str, Any] = {}
    found = layers(passes(trained[case], given, index=3, text=text))
    assert found.keys() == given.keys() and len(found) >= 1
    for tag, record in found.items():
        (q, k, v, *masks), out = given[tag]
        mask = masks[0] if masks else None
        weights = torch.from_numpy(record.arrays["weights"])
        assert record.arrays["weights"].dtype == np.float32
        # Values that are the unit vectors bring the weights themselves to light.
        oracle = F.scaled_dot_product_attention(q, k, torch.eye(k.shape[2]).expand(*k.shape[:3], -1), mask)[0]
        torch.testing.assert_close(weights, oracle, rtol=0, atol=1e-5)
        formula = q[0] @ k[0].transpose(-2, -1) / q.shape[-1] ** 0.5
        formula = (
            formula
            if mask is None
            else torch.where(mask.expand(1, q.shape[1], *formula.shape[1:])[0], formula, -torch.inf)
        )
        torch.testing.assert_close(weights, formula.softmax(-1), rtol=0, atol=1e-5)
        torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:2]), rtol=0, atol=1e-5)
        torch.testing.assert_close(weights @ v[0], out[0], rtol=0, atol=1e-5)
        rows, columns = record.arrays["rows"], record.arrays["columns"]
        assert weights.shape[1:] == (len(rows), len(columns))
        if "mask" in record.arrays:
            masked = ~np.broadcast_to(record.arrays["mask"], weights.shape)
            assert masked.any() and (record.arrays["weights"][masked] == 0.0).all()
        if record.arrays["type"] == "causal":
            above = np.triu(np.ones(weights.shape[1:], dtype=bool), 1)
            np.testing.assert_array_equal(record.arrays["mask"][0], ~above)
            assert (record.arrays["weights"][:, above] == 0.0).all()


def test_types_and_labels(trained: dict[str, Trainer]) -> None:
    types = {case: [str(r.arrays["type"]) for r in look(made).values()] for case, made in trained.items()}
    assert types["gpt"] == ["causal"] * 3 and types["encoder recall"] == ["self"] * 3
    assert types["diffusion"] == ["self"]
    assert types["translator"] == ["self", "self", "causal", "cross", "causal", "cross", "self", "causal"]
    tags = list(look(trained["translator"]))
    assert tags[-2:] == ["attention/rollout.encoder", "attention/rollout.decoder"]
    assert list(look(trained["gpt"]))[-1] == "attention/rollout"
    pixels = next(iter(look(trained["diffusion"]).values())).arrays
    assert pixels["rows"].tolist()[:5] == ["0,0", "0,1", "0,2", "0,3", "1,0"] and pixels["shape"].tolist() == [4, 4]
    own = next(iter(look(trained["gpt"], text="a b\nc").values())).arrays
    assert own["rows"].tolist() == ["a", "␣", "b", "⏎", "c"] == own["columns"].tolist()
    guessed = next(iter(look(trained["encoder text"], text="an <mask>").values())).arrays
    assert guessed["rows"].tolist() == ["a", "n", "␣", "_"]
    recalled = next(iter(look(trained["encoder recall"], text=OWN["encoder recall"]).values())).arrays
    assert recalled["rows"].tolist() == list("C5A2,.;?A")


def test_a_translator_reads_its_own_greedy_translation(trained: dict[str, Trainer]) -> None:
    made = trained["translator"]
    given: dict[str, Any] = {}
    fed: list[Any] = []
    handle = made.model.register_forward_hook(lambda m, args, out: fed.append((args, out)))
    found = passes(made, given, text=OWN["translator"])
    handle.remove()
    ((source, read), logits) = fed[-1]
    words = made.objective.data.target_words
    cross = found["attention/decoder.1.cross_attention"].arrays
    assert cross["columns"].tolist() == ["un", "chat", "noir", "boit", "de", "l'", "eau"] and source.shape == (1, 7)
    assert read[0, 0] == BEGIN
    # Greedy: fed with what it wrote, it would write the same again.
    logits[..., [PAD, BEGIN]] = -torch.inf
    assert cross["rows"].tolist() == [words[k] for k in logits[0].argmax(-1)]
    own = found["attention/decoder.1.attention"].arrays
    assert own["rows"].tolist() == ["<begin>", *cross["rows"].tolist()[:-1]]


def test_padding_gets_exactly_nothing(trained: dict[str, Trainer]) -> None:
    made = trained["translator"]
    source = made.objective.data.test.source
    index = int((source == PAD).sum(1).argmax())
    pads = int((source[index] == PAD).sum())
    assert pads > 0
    plain = look(made, index=index)
    padded = look(made, index=index, settings=(("padding", True),))
    for tag in ("attention/encoder.1.attention", "attention/decoder.0.cross_attention"):
        arrays = padded[tag].arrays
        assert (arrays["weights"][..., -pads:] == 0.0).all() and not arrays["mask"][..., -pads:].any()
        assert arrays["columns"].tolist()[-pads:] == ["<pad>"] * pads
        kept = arrays["weights"][:, : len(plain[tag].arrays["rows"]), :-pads]
        np.testing.assert_allclose(kept, plain[tag].arrays["weights"], atol=1e-5)
        assert "mask" not in plain[tag].arrays
    assert made.objective.data.test.target[index].tolist().count(END) == 1
    assert (padded["attention/rollout.encoder"].arrays["weights"][0, :-pads, -pads:] == 0.0).all()


def test_numbers_are_the_textbooks() -> None:
    weights = np.random.default_rng(0).dirichlet(np.ones(5), (3, 4))
    told = numbers(weights)
    nats = entropy(weights, axis=-1)
    np.testing.assert_allclose(told["entropy"], nats.mean(-1), rtol=1e-5)
    np.testing.assert_allclose(told["entropy_share"], (nats / np.log(5)).mean(-1), rtol=1e-5)
    np.testing.assert_allclose(told["first"], weights[..., 0].mean(-1), rtol=1e-5)
    apart = [[abs(i - j) for j in range(5)] for i in range(4)]
    np.testing.assert_allclose(told["distance"], (weights * apart).sum(-1).mean(-1), rtol=1e-5)


def test_numbers_leave_out_queries_without_a_choice() -> None:
    n = 6
    flat = (np.tri(n) / np.arange(1, n + 1)[:, None])[None]
    told = numbers(flat, np.tri(n, dtype=bool)[None])
    assert told["entropy_share"] == pytest.approx(1.0)
    assert told["entropy"] == pytest.approx(np.mean(np.log(np.arange(2, n + 1))))
    assert told["first"] == pytest.approx(np.mean(1 / np.arange(2, n + 1)))
    sure = numbers(np.eye(n)[None])
    assert sure["entropy"] == sure["entropy_share"] == sure["distance"] == 0
    assert np.isnan(numbers(np.ones((2, 1, 1)))["entropy"]).all()
    places = (np.array([[0, 0], [3, 4]]),) * 2
    assert numbers(np.array([[[0.0, 1.0], [0.0, 1.0]]]), None, places)["distance"] == 2.5


def test_rollout_is_abnars_and_zuidemas() -> None:
    rng = np.random.default_rng(1)
    stack = rng.dirichlet(np.ones(6), (4, 3, 6))
    expected = np.eye(6)
    for layer in stack:
        a = layer.mean(0) + np.eye(6)
        expected = np.diag(1 / a.sum(1)) @ a @ expected
    np.testing.assert_allclose(rollout(list(stack)), expected, atol=1e-6)
    np.testing.assert_allclose(rollout(list(stack)).sum(-1), 1, atol=1e-6)


def test_rollouts_go_through_their_own_stack(trained: dict[str, Trainer]) -> None:
    for case, tag, stack in (
        ("gpt", "attention/rollout", "attention/blocks.{}.attention"),
        ("translator", "attention/rollout.decoder", "attention/decoder.{}.attention"),
    ):
        found = look(trained[case])
        arrays = found[tag].arrays
        expected = rollout([found[stack.format(k)].arrays["weights"] for k in range(int(arrays["layers"]))])
        np.testing.assert_allclose(arrays["weights"][0], expected, atol=1e-6)
        assert (np.triu(arrays["weights"][0], 1) == 0).all() and arrays["weights"].shape[0] == 1


def test_the_timestep_is_the_one_asked_for(trained: dict[str, Trainer]) -> None:
    made = trained["diffusion"]
    half, same = look(made), look(made, settings=(("t", 496.0),))
    late = look(made, settings=(("t", 950.0),))
    tag = "attention/attention.attention"
    np.testing.assert_array_equal(half[tag].arrays["weights"], same[tag].arrays["weights"])
    assert not np.array_equal(half[tag].arrays["weights"], late[tag].arrays["weights"])
    assert "t = 950 of 1,000" in str(late[tag].arrays["note"])


@pytest.mark.parametrize(
    ("case", "how", "words"),
    [
        ("gpt", {"text": "naïve é"}, "never has the character 'é', 'ï'"),
        ("encoder recall", {"text": "C5 x"}, "'x' is not among the tokens of the data: A B C"),
        ("encoder recall", {"text": "C5" * 40}, "reads at most 14 tokens, and these are 80"),
        ("encoder text", {"text": "<mask>é"}, "never has the character 'é'"),
        ("translator", {"text": "un dragon boit \x1b[2J"}, "'dragon', .* are not among the [0-9]* source words"),
        ("translator", {"text": "un " * 50}, "at most"),
        ("translator", {"text": "  "}, "an empty text"),
        ("diffusion", {"text": "a seven"}, "looks at images, not at words"),
        ("diffusion", {"settings": (("t", 2000.0),)}, "from 1 to 1000, not 2000"),
        ("diffusion", {"settings": (("t", "x"),)}, "from 1 to 1000, not x"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    trained: dict[str, Trainer], case: str, how: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match="(?s)" + words.replace("(", r"\(")) as error:
        look(trained[case], **how)
    assert "\n" not in str(error.value) and "\x1b" not in str(error.value)


def test_a_model_without_attention_says_so() -> None:
    for model, source in (("cnn", "digits"), ("diffusion", "ring")):
        made = Trainer(Job.of(model, (), source, device="cpu"), load_data(source, 0, kinds=CATALOG[model].objectives))
        with pytest.raises(ValueError, match=f"no attention in {model}"):
            look(made)


def test_a_long_text_is_cut_and_that_is_said(trained: dict[str, Trainer]) -> None:
    arrays = next(iter(look(trained["gpt"], text="ab" * 30).values())).arrays
    assert len(arrays["rows"]) == 24 and str(arrays["note"]) == "the first 24 of 60 tokens"


@pytest.mark.parametrize("case", CASES)
def test_looking_changes_nothing(trained: dict[str, Trainer], case: str) -> None:
    """Two trainings, one looked at: the same losses, bit for bit."""
    alone, seen = trainer(case), trainer(case)
    modes = [m.training for m in seen.model.modules()]
    state = torch.get_rng_state()
    gradients = [None if p.grad is None else p.grad.clone() for p in seen.model.parameters()]
    for text in {"", OWN.get(case, "")}:
        look(seen, text=text)
    assert torch.equal(state, torch.get_rng_state()) and modes == [m.training for m in seen.model.modules()]
    for p, before in zip(seen.model.parameters(), gradients, strict=True):
        assert (p.grad is None and before is None) or torch.equal(p.grad, before)  # type: ignore[arg-type]
    assert not any(m._forward_hooks for m in seen.model.modules())
    torch.manual_seed(5)
    expected = [s.values for s in itertools.islice(alone.steps(), 2)]
    torch.manual_seed(5)
    found = [s.values for s in itertools.islice(seen.steps(), 2)]
    assert repr(expected) == repr(found)
