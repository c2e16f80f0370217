"""Writing a translation word by word: the likeliest word each time, a drawn one, or a search over several at once.

Shapes: n sentences, w translations a sentence (the beam), t words, v target vocabulary.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..data.pairs import BEGIN, END, PAD
from ..models.attention import Cache
from ..models.translator import Translator
from .text import chances

Advance = Callable[[Tensor, Tensor | None], Tensor]
"""Called with the newest word of each row (rows,), and, where rows moved, the row that each continues (rows,).

Returns the log-probabilities of each row's next word (rows, v).
"""
PENALTY = 0.6


@dataclass(frozen=True)
class Answers:
    """Words (n, t), up to END unless they grew too many, then PAD; and the probability that each had, 1 at PAD."""

    words: Tensor
    probabilities: Tensor


@dataclass(frozen=True)
class Hypothesis:
    """A translation that the beam kept: its words with END, their probabilities, and its length-normalised score."""

    words: tuple[int, ...]
    probabilities: tuple[float, ...]
    score: float


class Writer:
    """An Advance for a Translator: remembers the source and the keys and values of what was written.

    `times` rows are written for each source sentence. PAD and BEGIN are never written.
    """

    def __init__(self, model: Translator, source_bs: Tensor, times: int = 1) -> None:
        memory, mask = model.encode(source_bs)
        self._memory, self._mask = memory.repeat_interleave(times, 0), mask.repeat_interleave(times, 0)
        self._caches = [Cache() for _ in model.decoder]
        self._model = model

    def __call__(self, words: Tensor, parents: Tensor | None = None) -> Tensor:
        """(rows, v) log-probabilities after the newest `words`."""
        if parents is not None:
            for cache in self._caches:
                if cache.key is not None and cache.value is not None:
                    cache.key, cache.value = cache.key[parents], cache.value[parents]
        logits = self._model.decode(words[:, None], self._memory, self._mask, self._caches)[:, -1]
        logits[:, [PAD, BEGIN]] = float("-inf")
        return logits.log_softmax(-1)


def greedy(advance: Advance, rows: int, longest: int, device: torch.device) -> Answers:
    """The likeliest word each time, at most `longest` of them."""
    return _write(advance, rows, longest, device, lambda log_p: log_p.argmax(-1))


def sample(
    advance: Advance,
    rows: int,
    longest: int,
    generator: torch.Generator,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
) -> Answers:
    """A word drawn each time, from what `chances` leaves; the probabilities told are the model's own."""

    def choose(log_p: Tensor) -> Tensor:
        weights = torch.stack([chances(row, temperature, top_k, top_p) for row in log_p])
        return torch.multinomial(weights, 1, generator=generator)[:, 0]

    return _write(advance, rows, longest, generator.device, choose)


def _write(
    advance: Advance, rows: int, longest: int, device: torch.device, choose: Callable[[Tensor], Tensor]
) -> Answers:
    last = torch.full((rows,), BEGIN, device=device)
    done = torch.zeros(rows, dtype=torch.bool, device=device)
    words, probabilities = [], []
    for _ in range(longest):
        log_p = advance(last, None)
        last = choose(log_p).masked_fill(done, PAD)
        words.append(last)
        probabilities.append(log_p.gather(-1, last[:, None])[:, 0].exp().masked_fill(done, 1.0))
        done = done | (last == END)
        if bool(done.all()):
            break
    return Answers(torch.stack(words, 1), torch.stack(probabilities, 1))


def length_penalty(length: int, alpha: float) -> float:
    """What a log-probability of `length` words is divided by (Wu et al., 2016, arXiv 1609.08144, equation 14)."""
    return float(((5 + length) / 6) ** alpha)


def beam(
    advance: Advance, sentences: int, longest: int, width: int, device: torch.device, alpha: float = PENALTY
) -> list[list[Hypothesis]]:
    """The best translations found of each sentence, best first, at most `width`.

    Each step keeps the likeliest continuations of those kept before; one that ends leaves the beam and narrows it,
    so that a width of 1 is greedy and a width that holds everything finds the best there is.

    Args:
        advance: for sentences * width rows, those of a sentence side by side.
        sentences: n.
        longest: most words; what is unfinished then counts as it is.
        width: w.
        device: of the rows.
        alpha: exponent of the length penalty; 0 compares plain log-probabilities.
    """
    n, w = sentences, width
    score = torch.full((n, w), float("-inf"), device=device)
    score[:, 0] = 0.0
    words = torch.empty((n, w, 0), dtype=torch.long, device=device)
    each = torch.empty((n, w, 0), device=device)  # log-probability of each word
    last, parents = torch.full((n * w,), BEGIN, device=device), None
    found: list[list[Hypothesis]] = [[] for _ in range(n)]
    first = torch.arange(n, device=device)[:, None] * w
    for length in range(1, longest + 1):
        log_p = advance(last, parents).view(n, w, -1)
        v = log_p.shape[-1]
        score, place = (score[:, :, None] + log_p).flatten(1).topk(w, 1)
        free = w - torch.tensor([len(h) for h in found], device=device)
        score = score.masked_fill(torch.arange(w, device=device) >= free[:, None], float("-inf"))
        row, newest = place // v, place % v
        parents, last = (first + row).flatten(), newest.flatten()
        step = log_p.flatten(0, 1)[parents, last].view(n, w, 1)
        words = torch.cat((words.flatten(0, 1)[parents].view(n, w, -1), newest[:, :, None]), 2)
        each = torch.cat((each.flatten(0, 1)[parents].view(n, w, -1), step), 2)
        ended = (score > float("-inf")) & ((newest == END) | (length == longest))
        for k, j in ended.nonzero().tolist():
            kept = Hypothesis(
                words=tuple(words[k, j].tolist()),
                probabilities=tuple(each[k, j].exp().tolist()),
                score=float(score[k, j]) / length_penalty(length, alpha),
            )
            found[k].append(kept)
        score = score.masked_fill(ended, float("-inf"))
        if not bool((score > float("-inf")).any()):
            break
    return [sorted(hypotheses, key=lambda h: -h.score) for hypotheses in found]


def best_of(found: list[list[Hypothesis]], device: torch.device) -> Answers:
    """The first hypothesis of each sentence."""
    longest = max(len(hypotheses[0].words) for hypotheses in found)
    words = torch.full((len(found), longest), PAD, device=device)
    probabilities = torch.ones((len(found), longest), device=device)
    for k, (best, *_) in enumerate(found):
        words[k, : len(best.words)] = torch.tensor(best.words, device=device)
        probabilities[k, : len(best.words)] = torch.tensor(best.probabilities, device=device)
    return Answers(words, probabilities)
