"""Sentences in two languages, word by word, to learn translation from. Torch-free."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import Data

PAD, BEGIN, END, UNKNOWN = range(4)
SPECIAL = ("<pad>", "<begin>", "<end>", "<unk>")

_TOKEN = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’](?=\w)|\w+(?:['’]\w+)*|[^\w\s]")


@dataclass(frozen=True, kw_only=True)
class PairSplit:
    """Sentences of one part as numbers of words, filled up with PAD.

    `source` is (n, s) and `target` (n, t), int64; a target ends with END. `gold` is (n, t, s), True where a source
    word may be what a target word comes from, or None where nobody knows.
    """

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    gold: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.source)

    @property
    def swapped(self) -> NDArray[np.bool_] | None:
        """(n, t), True where a target word and another one have changed sides: all their sources cross."""
        return None if self.gold is None else crossings(self.gold)


@dataclass(frozen=True, kw_only=True)
class Pairs(Data):
    """Pairs of sentences in three parts, and the words of both languages; the specimen is a sentence to look at."""

    name: str
    train: PairSplit
    val: PairSplit
    test: PairSplit
    specimen: PairSplit
    source_words: tuple[str, ...]
    target_words: tuple[str, ...]
    description: str

    @property
    def kind(self) -> str:
        """Always pairs."""
        return "pairs"

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Sentences of the train, val and test split."""
        return len(self.train), len(self.val), len(self.test)

    def parts(self) -> Iterator[tuple[str, NDArray[Any] | str]]:
        """Words, then the sentences of each part."""
        yield "words", repr((self.source_words, self.target_words))
        for name in ("train", "val", "test"):
            split = self.split(name)
            yield f"{name} {split.source.shape} {split.target.shape}", split.source
            yield "", split.target

    def split(self, name: str) -> PairSplit:
        """The split called `train`, `val`, `test` or `specimen`."""
        return {"train": self.train, "val": self.val, "test": self.test, "specimen": self.specimen}[name]

    @property
    def longest(self) -> tuple[int, int]:
        """Most words of a source and of a target sentence, its END counted."""
        splits = (self.train, self.val, self.test, self.specimen)
        return max(s.source.shape[1] for s in splits), max(s.target.shape[1] for s in splits)


def tokenize(text: str) -> list[str]:
    """Words and punctuation marks in lower case; the elided words of French (l', d', qu', …) are words of their own."""
    return _TOKEN.findall(unicodedata.normalize("NFC", text).lower())


def detokenize(words: Sequence[str]) -> str:
    """The words as a line of text: no space after an apostrophe or before a full stop or comma."""
    line = ""
    for word in words:
        glued = not line or line[-1] in "'’" or word in (".", ",", ")", "…")
        line += word if glued else " " + word
    return line


def encode(sentences: Sequence[Sequence[str]], words: Sequence[str], *, end: bool) -> NDArray[np.int64]:
    """(n, longest) numbers of words, those not in `words` UNKNOWN, with END behind the last if `end`."""
    number = {word: k for k, word in enumerate(words)}
    longest = max((len(sentence) for sentence in sentences), default=0) + end
    out = np.full((len(sentences), longest), PAD, dtype=np.int64)
    for row, sentence in zip(out, sentences, strict=True):
        codes = [number.get(word, UNKNOWN) for word in sentence] + [END] * end
        row[: len(codes)] = codes
    return out


def decode(codes: Sequence[int] | NDArray[np.int64], words: Sequence[str]) -> list[str]:
    """The words that the numbers stand for, up to END, without PAD."""
    out = []
    for code in codes:
        if code == END:
            break
        if code != PAD:
            out.append(words[code])
    return out


def crossings(gold: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n, t) of links (n, t, s): True where a target word has changed sides with another, their sources crossing."""
    t, s = gold.shape[1:]
    place = np.arange(s)
    linked: NDArray[np.bool_] = np.any(gold, axis=2)
    first = np.where(linked, np.where(gold, place, s).min(2, initial=s), -1)
    last = np.where(gold, place, -1).max(2, initial=-1)
    earlier = np.triu(np.ones((t, t), dtype=bool), 1)  # [i, j]: target word i stands before j
    both = linked[:, :, None] & linked[:, None, :]
    crossed = earlier & both & (first[:, :, None] > last[:, None, :])
    swapped: NDArray[np.bool_] = crossed.any(2) | crossed.any(1)
    return swapped
