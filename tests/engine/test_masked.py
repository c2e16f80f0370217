"""Masked language modelling: what is hidden, what is counted, and the baseline against counting by hand."""

from collections import Counter
from itertools import pairwise
from math import log

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from dlviz.engine.data.corpus import Corpus
from dlviz.engine.models.encoder import Encoder
from dlviz.engine.objectives.masked import Masked, choose, disguise
from dlviz.engine.objectives.neighbours import Neighbours
from dlviz.engine.options import OptionError
from dlviz.engine.recipes.encoder import EncoderOptions

CPU = torch.device("cpu")
ALPHABET = "abcd"


def _corpus(train: int = 4000, val: int = 700) -> Corpus:
    """The alphabet again and again: what is hidden follows from either neighbour."""
    return Corpus(name="circle", train=ALPHABET * (train // 4), val=ALPHABET * (val // 4), description="")


def _objective(data: Corpus | None = None, **options: object) -> Masked:
    data = data or _corpus()
    chosen = EncoderOptions(**({"context": 16, "batch": 32, "steps": 60, "lr": 0.01} | options))  # type: ignore[arg-type]
    torch.manual_seed(0)
    return Masked(Masked.build(Encoder, chosen, data), data, chosen, 0, CPU)


def test_of_the_chosen_eighty_are_masked_ten_replaced_ten_kept() -> None:
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randint(50, (500, 200), generator=generator)
    given, asked = disguise(tokens, 50, 0.15, generator)
    n = int(asked.sum())
    assert n / asked.numel() == pytest.approx(0.15, abs=0.005)
    assert torch.equal(given[~asked], tokens[~asked]), "what is not asked stays"
    masked, same = (given[asked] == 50).float().mean(), (given[asked] == tokens[asked]).float().mean()
    assert float(masked) == pytest.approx(0.8, abs=0.02)
    assert float(same) == pytest.approx(0.1 + 0.1 / 50, abs=0.02)
    assert given.max() == 50 and given.min() >= 0


def test_something_is_asked_in_every_row() -> None:
    asked = choose(torch.zeros(300, 5), 0.01, torch.Generator().manual_seed(0))
    assert asked.any(1).all() and int(asked.sum()) < 330


def test_batches_are_a_pure_function_of_seed_and_step() -> None:
    one, other = _objective(), _objective()
    state = torch.get_rng_state()
    for a, b in zip(one.batch(3), other.batch(3), strict=True):
        assert torch.equal(a, b) and a.shape == (32, 16)
    assert not torch.equal(one.batch(3)[1], one.batch(4)[1])
    assert torch.equal(torch.get_rng_state(), state)


def test_the_loss_counts_the_asked_tokens_alone() -> None:
    objective = _objective()
    tokens, given, asked = objective.batch(0)
    logits = objective.model(given)
    expected = -logits.log_softmax(2)[asked].gather(1, tokens[asked][:, None]).mean()
    values = objective.step(0, 0.5)
    assert values["loss/train"] == pytest.approx(float(expected.detach()), rel=1e-5)
    assert values["masked_bits_per_char/train"] == pytest.approx(float(expected.detach()) / log(2), rel=1e-5)


class _Oracle(nn.Module):
    """Knows the circle: a hidden letter is the one after its left neighbour, or before its right one."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, tokens: Tensor) -> Tensor:
        place = torch.arange(tokens.shape[1])
        phase = ((tokens - place) % 4).masked_fill(tokens == 4, 9)
        start = phase.mode(1).values if (phase != 9).all() else phase.amin(1)
        return nn.functional.one_hot((start[:, None] + place) % 4, 4).float() * 50 + self.unused


def test_whoever_knows_the_text_is_always_right_and_sees_no_answer() -> None:
    data, options = _corpus(), EncoderOptions(context=16)
    objective = Masked(_Oracle(), data, options, 0, CPU)
    metrics = objective.test()
    assert metrics["masked_accuracy"] == 1.0 and metrics["masked_bits_per_char"] == pytest.approx(0, abs=1e-4)
    assert 0.95 < metrics["neighbours_accuracy"] < 1.0, "they know nothing where both neighbours are hidden"
    assert metrics["unigram_accuracy"] == pytest.approx(0.25, abs=0.06)
    given = objective.inputs("test", 0, 5)[0]
    assert given.max() == 4, "of held-out text every asked token is the mask"


def test_it_learns_and_leaves_generators_and_modes_alone() -> None:
    objective = _objective()
    before = objective.validate()
    for number in range(60):
        objective.step(number, number / 60)
    state = torch.get_rng_state()
    after, metrics, records = objective.validate(), objective.test(), list(objective.final_records())
    assert after["masked_bits_per_char/val"] < 1.2 < 1.8 < before["masked_bits_per_char/val"]
    assert after["accuracy/val"] > 0.5 > before["accuracy/val"]
    assert metrics["masked_bits_per_char"] == pytest.approx(after["masked_bits_per_char/val"])
    assert set(metrics) == {
        "masked_accuracy", "masked_bits_per_char", "neighbours_accuracy", "neighbours_bits_per_char",
        "unigram_accuracy",
    }  # fmt: skip
    assert torch.equal(torch.get_rng_state(), state) and objective.model.training
    texts = next(r for r in records if r.kind == "text").arrays
    prompt, text = str(texts["prompt"]), str(texts["text"])
    assert len(prompt) == len(text) == 16 and "_" in prompt and "_" not in text
    assert all(p in ("_", t) for p, t in zip(prompt, text, strict=True))
    assert sum(r.kind == "attention" for r in records) == objective.options.layers


def test_a_short_text_shrinks_the_window_and_a_tiny_one_is_refused() -> None:
    assert _objective(_corpus(val=8)).context == 8
    assert _objective(_corpus(val=8)).validate()["loss/val"] > 0
    with pytest.raises(OptionError, match="too few tokens"):
        _objective(Corpus(name="x", train="ab" * 100, val="a", description=""))


def _by_hand(train: list[int], v: int, known: dict[int, int], place: int, reach: int) -> list[float]:
    """The formula of the docstring, by going through the text again and again."""
    p = [1 / v] * v
    left = right = 0
    spans = [(0, 0)]
    for k in range(1, 2 * reach + 1):
        if k % 2 and left == k // 2 and place - left - 1 in known:
            left += 1
        elif not k % 2 and right == k // 2 - 1 and place + right + 1 in known:
            right += 1
        spans.append((left, right))
    for a, b in dict.fromkeys(spans):
        around = [*range(-a, 0), *range(1, b + 1)]
        context = [known[place + o] for o in around]
        seen = Counter(train[i] for i in range(a, len(train) - b) if [train[i + o] for o in around] == context)
        if seen:
            n, types = sum(seen.values()), len(seen)
            p = [(seen[c] + types * p[c]) / (n + types) for c in range(v)]
    return p


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_neighbours_are_the_formula(data: st.DataObject) -> None:
    v = data.draw(st.integers(1, 4))
    letters = st.integers(0, v - 1)
    train = data.draw(st.lists(letters, min_size=1, max_size=30))
    text = data.draw(st.lists(letters, min_size=1, max_size=9))
    hidden = sorted(data.draw(st.sets(st.integers(0, len(text) - 1), min_size=1)))
    known = np.ones(len(text), bool)
    known[hidden] = False
    model = Neighbours(np.array(train), v)
    p = model.probabilities(np.array(text), known, np.array(hidden))
    np.testing.assert_allclose(p.sum(1), 1)
    seen = {i: token for i, token in enumerate(text) if known[i]}
    for row, place in zip(p, hidden, strict=True):
        np.testing.assert_allclose(row, _by_hand(train, v, seen, place, model.reach))


def test_a_large_vocabulary_shortens_the_reach_so_that_no_two_contexts_are_confused() -> None:
    reaches = [Neighbours(np.zeros(3, np.int64), v).reach for v in (100, 512, 65_536, 2**61)]
    assert reaches == [3, 2, 1, 0]
    assert all(a > b for a, b in pairwise(reaches))
