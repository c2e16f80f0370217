"""Decoding: greedy against its own teacher-forced rerun, the beam against enumeration, sampling against its odds."""

from functools import cache
from itertools import product
from math import log

import pytest
import torch
from torch import Tensor

from dlviz.engine.data.pairs import BEGIN, END, PAD
from dlviz.engine.models.translator import Translator
from dlviz.engine.recipes.translator import TranslatorOptions
from dlviz.engine.sampling.translation import (
    PENALTY,
    Answers,
    Hypothesis,
    Writer,
    beam,
    best_of,
    greedy,
    length_penalty,
    sample,
)

CPU = torch.device("cpu")
LONGEST = 4
WORDS = 6  # PAD, BEGIN, END, UNKNOWN and two more


@cache
def _log_p(seed: int, sentence: int, prefix: tuple[int, ...]) -> Tensor:
    code = sum((w + 1) * 11**k for k, w in enumerate(prefix)) * 101 + sentence * 7 + seed
    scores = 2 * torch.randn(WORDS, generator=torch.Generator().manual_seed(code))
    scores[[PAD, BEGIN]] = float("-inf")
    return scores.log_softmax(-1)


class Table:
    """A language of its own for each sentence: the next word's log-probabilities depend on all words before."""

    def __init__(self, seed: int, sentences: int, times: int = 1) -> None:
        self.seed = seed
        self.rows: list[tuple[int, tuple[int, ...]]] = [(k, ()) for k in range(sentences) for _ in range(times)]

    def __call__(self, words: Tensor, parents: Tensor | None = None) -> Tensor:
        if parents is not None:
            self.rows = [self.rows[k] for k in parents.tolist()]
        self.rows = [(k, (*prefix, w)) for (k, prefix), w in zip(self.rows, words.tolist(), strict=True)]
        return torch.stack([self.log_p(k, prefix) for k, prefix in self.rows])

    def log_p(self, sentence: int, prefix: tuple[int, ...]) -> Tensor:
        return _log_p(self.seed, sentence, prefix)

    def enumerate(self, sentence: int, alpha: float) -> list[tuple[float, tuple[int, ...]]]:
        """Every translation of at most LONGEST words with its score, best first."""
        found = []
        for length in range(1, LONGEST + 1):
            for words in product(range(WORDS), repeat=length):
                finished = words[-1] == END or length == LONGEST
                if finished and END not in words[:-1] and PAD not in words and BEGIN not in words:
                    score = sum(float(self.log_p(sentence, (BEGIN, *words[:k]))[word]) for k, word in enumerate(words))
                    found.append((score / ((5 + length) / 6) ** alpha, words))
        return sorted(found, reverse=True)


@pytest.mark.parametrize("alpha", [0.0, 0.6, 2.0])
def test_a_beam_that_holds_everything_finds_everything_in_order(alpha: float) -> None:
    found = beam(Table(3, 2, 150), 2, LONGEST, 150, CPU, alpha)
    for sentence in range(2):
        expected = Table(3, 2).enumerate(sentence, alpha)
        assert len(expected) > 100
        assert [h.words for h in found[sentence][:20]] == [words for _, words in expected[:20]]
        assert {h.words for h in found[sentence]} == {words for _, words in expected}
        assert [h.score for h in found[sentence][:20]] == pytest.approx([s for s, _ in expected[:20]], abs=1e-4)


def test_wider_is_better_and_the_length_penalty_prefers_longer_ones() -> None:
    best = [[beam(Table(s, 1, w), 1, LONGEST, w, CPU, 0.0)[0][0].score for s in range(30)] for w in (1, 2, 3, 150)]
    means = [sum(scores) / len(scores) for scores in best]
    assert means == sorted(means) and means[0] < means[1]
    plain, long = (
        [len(beam(Table(s, 1, 150), 1, LONGEST, 150, CPU, a)[0][0].words) for s in range(30)] for a in (0.0, 5.0)
    )
    assert sum(long) > sum(plain)


@pytest.mark.parametrize("sentences", [1, 5])
def test_a_beam_of_one_is_greedy(sentences: int) -> None:
    for seed in range(6):
        answers = greedy(Table(seed, sentences), sentences, LONGEST, CPU)
        narrow = best_of(beam(Table(seed, sentences), sentences, LONGEST, 1, CPU), CPU)
        assert torch.equal(answers.words, narrow.words)
        torch.testing.assert_close(answers.probabilities, narrow.probabilities)


def test_the_probabilities_of_a_hypothesis_are_those_of_its_words() -> None:
    table = Table(8, 3)
    for sentence, hypotheses in enumerate(beam(Table(8, 3, 4), 3, LONGEST, 4, CPU)):
        assert 1 <= len(hypotheses) <= 4
        assert len({h.words for h in hypotheses}) == len(hypotheses)
        for h in hypotheses:
            expected = [float(table.log_p(sentence, (BEGIN, *h.words[:k]))[w].exp()) for k, w in enumerate(h.words)]
            assert h.probabilities == pytest.approx(expected, rel=1e-5)
            assert h.score == pytest.approx(sum(map(log, expected)) / length_penalty(len(h.words), PENALTY), rel=1e-4)


def test_best_of_fills_up_with_pad() -> None:
    answers = best_of([[Hypothesis((4, END), (0.5, 0.25), -1.0)], [Hypothesis((END,), (0.125,), -2.0)]], CPU)
    assert answers.words.tolist() == [[4, END], [END, PAD]]
    assert answers.probabilities.tolist() == [[0.5, 0.25], [0.125, 1.0]]


@pytest.fixture(scope="module")
def model() -> Translator:
    torch.manual_seed(4)
    options = TranslatorOptions(width=16, heads=2, hidden=32)
    model = Translator(options, 12, 9, 20).eval()
    torch.nn.init.normal_(model.head.weight, std=0.6)
    return model


SOURCES = torch.tensor([[4, 5, 6, 7], [8, 9, PAD, PAD], [10, 11, 4, PAD], [5, PAD, PAD, PAD]])


@torch.no_grad()
def test_greedy_is_the_argmax_of_a_rerun_on_its_own_words(model: Translator) -> None:
    answers = greedy(Writer(model, SOURCES), len(SOURCES), 10, CPU)
    read = torch.nn.functional.pad(answers.words[:, :-1], (1, 0), value=BEGIN)
    logits = model(SOURCES, read)
    logits[..., [PAD, BEGIN]] = float("-inf")
    best, chosen = logits.softmax(-1).max(-1)
    written = answers.words != PAD
    assert written.sum() > 8 and torch.equal(chosen[written], answers.words[written])
    torch.testing.assert_close(best[written], answers.probabilities[written], rtol=1e-4, atol=1e-6)
    assert (answers.probabilities[~written] == 1).all()


@torch.no_grad()
def test_a_beam_over_the_model_scores_its_words_as_a_rerun_does(model: Translator) -> None:
    """Caches follow the rows that are continued: any mix-up would change the probabilities."""
    found = beam(Writer(model, SOURCES, 5), len(SOURCES), 8, 5, CPU)
    moved = 0
    for source, hypotheses in zip(SOURCES, found, strict=True):
        for h in hypotheses:
            read = torch.tensor([[BEGIN, *h.words[:-1]]])
            logits = model(source[None], read)[0]
            logits[:, [PAD, BEGIN]] = float("-inf")
            expected = logits.softmax(-1)[torch.arange(len(h.words)), torch.tensor(h.words)]
            assert h.probabilities == pytest.approx(expected.tolist(), rel=1e-3, abs=1e-6)
            moved += len(h.words) > 2
    assert moved >= 8


@torch.no_grad()
def test_what_is_beside_a_sentence_does_not_matter(model: Translator) -> None:
    together = greedy(Writer(model, SOURCES), len(SOURCES), 10, CPU)
    for k, source in enumerate(SOURCES):
        alone = greedy(Writer(model, source[source != PAD][None]), 1, 10, CPU)
        n = alone.words.shape[1]
        assert torch.equal(alone.words[0], together.words[k, :n]) and (together.words[k, n:] == PAD).all()


def _first_words(seed: int, **how: float) -> Tensor:
    """How often each word came first, of 1,000 draws."""

    def advance(words: Tensor, parents: Tensor | None) -> Tensor:
        return torch.tensor([0.0, 0.0, 0.1, 0.2, 0.3, 0.4]).log().expand(len(words), -1)

    answers: Answers = sample(advance, 1000, 1, torch.Generator().manual_seed(seed), **how)  # type: ignore[arg-type]
    p = torch.tensor([0.0, 0.0, 0.1, 0.2, 0.3, 0.4])
    torch.testing.assert_close(answers.probabilities[:, 0], p[answers.words[:, 0]])
    return torch.bincount(answers.words[:, 0], minlength=6) / 1000


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, [0.1, 0.2, 0.3, 0.4]),
        ({"temperature": 0.5}, [1 / 30, 4 / 30, 9 / 30, 16 / 30]),
        ({"temperature": 0.0}, [0, 0, 0, 1]),
        ({"top_k": 2}, [0, 0, 3 / 7, 4 / 7]),
        ({"top_p": 0.75}, [0, 2 / 9, 3 / 9, 4 / 9]),
    ],
)
def test_words_are_drawn_with_their_odds(how: dict[str, float], expected: list[float]) -> None:
    drawn = _first_words(1, **how)
    assert drawn[2:].tolist() == pytest.approx(expected, abs=0.06) and drawn[:2].sum() == 0
    assert torch.equal(drawn, _first_words(1, **how))


def test_a_drawn_sentence_ends_like_any_other() -> None:
    answers = sample(Table(2, 40), 40, LONGEST, torch.Generator().manual_seed(0))
    for row in answers.words.tolist():
        ends = row.index(END) if END in row else len(row)
        assert all(w > PAD for w in row[:ends]) and set(row[ends + 1 :]) <= {PAD}
