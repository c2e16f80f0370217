"""What a translator makes of a sentence: the next word, its translation word by word, what each right word costs.

Shapes: s source words, t target words, v target vocabulary, n words written, k rows of a table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from ...data.pairs import BEGIN, END, PAD, SPECIAL, UNKNOWN, Pairs, detokenize, encode, tokenize
from ...objectives.translation import MARGIN, Translation, shifted
from ...runs.run import Record
from ...sampling.translation import Hypothesis, Writer, beam, greedy, sample
from ...text import sanitize
from ..capture import looking
from ..requests import Array, LookInside
from .language import costs, written_arrays
from .tables import CANDIDATES, ROWS, Rules, labels, number, table

DECODERS = ("greedy", "beam", "sample")
ARROW = "=>"
WIDTH = 4
"""Of a beam that was asked for, where the model's own options search none."""


@dataclass(frozen=True)
class Sentence:
    """Words of both languages as numbers, the target's empty where it is unknown; its place among the others."""

    source: list[int]
    target: list[int]
    index: int
    count: int

    @property
    def arrays(self) -> dict[str, Array]:
        """Which sentence it is."""
        return {"passage": np.array([self.index, self.count])}


class Listening:
    """An Advance that remembers the log-probabilities (v,) of its first row at every step."""

    def __init__(self, advance: Writer) -> None:
        self._advance = advance
        self.seen: list[Tensor] = []

    def __call__(self, words: Tensor, parents: Tensor | None = None) -> Tensor:
        """As the Writer has them."""
        log_p = self._advance(words, parents)
        self.seen.append(log_p[0].float().cpu())
        return log_p


def translation(objective: Translation, look: LookInside, rules: Rules, part: str) -> Iterator[Record]:
    """The records of `part`, or of all parts that the sentence has."""
    sentence = _sentence(objective, look)
    found: list[Record] = []
    with looking(objective.model):  # not around a yield: a generator may be left waiting
        if part in ("", "next"):
            found.append(_next(objective, sentence, look, rules))
        if part in ("", "generation"):
            found.append(_generation(objective, sentence, look, rules))
        if part == "tokens" or (not part and sentence.target):
            found.append(_tokens(objective, sentence))
    yield from found


def surfaces(words: Sequence[str]) -> list[str]:
    """Each word as it stands in the line that `detokenize` makes of all, with the space before it."""
    lines = [detokenize(words[:k]) for k in range(len(words) + 1)]
    return [line[len(before) :] for before, line in pairwise(lines)]


def _sentence(objective: Translation, look: LookInside) -> Sentence:
    data = objective.data
    if look.text:
        source, arrow, target = look.text.partition(ARROW)
        words = tokenize(source)[: data.longest[0] + MARGIN] or [SPECIAL[UNKNOWN]]
        given = tokenize(target)[: data.longest[1] + MARGIN - 1] if arrow else []
        if strange := [word for word in given if word not in data.target_words]:
            raise ValueError(f"the words that it learns, {data.name}, do not have {', '.join(map(repr, strange[:3]))}")
        right = encode([given], data.target_words, end=True)[0].tolist() if given else []
        return Sentence(encode([words], data.source_words, end=False)[0].tolist(), right, -1, 0)
    try:
        split = data.split(look.split)
    except KeyError:
        raise ValueError(f"there is no split {look.split!r}; there are: train, val, test, specimen") from None
    index = look.index % len(split)
    source_s, target_t = split.source[index], split.target[index]
    return Sentence(source_s[source_s != PAD].tolist(), target_t[target_t != PAD].tolist(), index, len(split))


def _next(objective: Translation, sentence: Sentence, look: LookInside, rules: Rules) -> Record:
    """The word after the first `place` right ones; after all of the user's own, without END."""
    place = int(number(look, "place", -1, -1, 1e9, whole=True))
    if place < 0:
        place = 0 if sentence.count else max(0, len(sentence.target) - 1)
    given, after = sentence.target[:place], sentence.target[place:]
    if END in given:
        given, after = given[:-1], given[-1:]
    log_p = _after(_writer(objective, sentence), given, objective.device)[-1]
    true = after[0] if after and (sentence.count or place < len(sentence.target) - 1) else -1
    names = objective.data.target_words
    found = table(log_p, rules, ROWS, with_token=true)
    whole = [*(names[k] for k in given), *(names[k] for k in after if k != END)]
    texts = [sanitize(text) for text in surfaces(whole)]
    arrays = {
        "prompt": np.array(texts[: len(given)], dtype=np.str_),
        "after": np.array(texts[len(given) :], dtype=np.str_),
        "tokens": labels(found["number"], names),
        "true": np.array(true),
        "source": _source(objective.data, sentence),
    }
    return Record(tag="next", kind="next", step=0, arrays=arrays | found | rules.arrays() | sentence.arrays)


def _generation(objective: Translation, sentence: Sentence, look: LookInside, rules: Rules) -> Record:
    """As a language model's, with the `source`; of a beam also the other `hypotheses` with their `scores`."""
    data, device = objective.data, objective.device
    own = objective.options.beam
    method = look.get("decode", "beam" if own > 1 else "greedy")
    if method not in DECODERS:
        raise ValueError(f"decode cannot be {sanitize(method, limit=40)}; allowed: {', '.join(DECODERS)}")
    longest = min(rules.length, data.longest[1] + MARGIN)
    advance, others = Listening(_writer(objective, sentence)), []
    if method == "beam":
        width = int(number(look, "beam", own if own > 1 else WIDTH, 1, 16, whole=True))
        rules = replace(rules, temperature=1.0, top_k=0, top_p=1.0)
        found = beam(_writer(objective, sentence, width), 1, longest, width, device)[0]
        words, others = list(found[0].words), found
        seen = _after(advance, words[:-1], device)
    else:
        if method == "greedy":
            rules = replace(rules, temperature=0.0)
            answers = greedy(advance, 1, longest, device)
        else:
            generator = torch.Generator(device).manual_seed(rules.seed)
            answers = sample(advance, 1, longest, generator, rules.temperature, rules.top_k, rules.top_p)
        words, seen = answers.words[0].tolist(), advance.seen
    names = data.target_words
    tables = [table(log_p, rules, CANDIDATES, with_token=word) for log_p, word in zip(seen, words, strict=True)]
    arrays = {"prompt": np.array([], dtype=np.str_), "source": _source(data, sentence), "decode": np.array(method)}
    arrays |= written_arrays(words, tables, names)
    arrays["tokens"] = np.array([sanitize(text) for text in surfaces([names[k] for k in words])], dtype=np.str_)
    right = [names[k] for k in sentence.target if k != END]
    arrays["right"] = np.array(sanitize(detokenize(right)))
    arrays |= _hypotheses(others, names)
    return Record(tag="generation", kind="generation", step=0, arrays=arrays | rules.arrays() | sentence.arrays)


def _hypotheses(found: Sequence[Hypothesis], names: Sequence[str]) -> dict[str, Array]:
    """The translations that a beam kept, best first, with length-normalised scores."""
    lines = [sanitize(detokenize([names[k] for k in one.words if k != END])) for one in found]
    scores = np.array([one.score for one in found], dtype=np.float32)
    return {"hypotheses": np.array(lines, dtype=np.str_), "scores": scores}


def _tokens(objective: Translation, sentence: Sentence) -> Record:
    """The cost of each right word and of END, given the right ones before it."""
    if not sentence.target:
        raise ValueError(f"what a word costs needs the right translation: type it after the sentence and {ARROW}")
    device, names = objective.device, objective.data.target_words
    source, target = (torch.tensor([words], device=device) for words in (sentence.source, sentence.target))
    logits = objective.model(source, shifted(target))[0]
    texts = [sanitize(text) for text in surfaces([names[k] for k in sentence.target])]
    arrays = costs(logits, target[0], 0) | {
        "tokens": np.array(texts, dtype=np.str_),
        "first": np.array([], dtype=np.str_),
        "left_out": np.array(0),
        "source": _source(objective.data, sentence),
    }
    return Record(tag="passage", kind="tokens", step=0, arrays=arrays | sentence.arrays)


def _source(data: Pairs, sentence: Sentence) -> Array:
    texts = surfaces([data.source_words[k] for k in sentence.source])
    return np.array([sanitize(text) for text in texts], dtype=np.str_)


def _writer(objective: Translation, sentence: Sentence, times: int = 1) -> Writer:
    return Writer(objective.model, torch.tensor([sentence.source], device=objective.device), times)


def _after(advance: Writer | Listening, words: Sequence[int], device: torch.device) -> list[Tensor]:
    """Log-probabilities (v,) of the word after BEGIN, and after each of `words`."""
    return [advance(torch.tensor([word], device=device), None)[0].float().cpu() for word in (BEGIN, *words)]
