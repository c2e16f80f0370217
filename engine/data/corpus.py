"""Text to learn a language from: some of it to train on, some of it held out. Torch-free."""

from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..text import sanitize
from .base import Data, DataError

HELD_OUT = 0.08
"""Share of a text that is not trained on."""
MOST_HELD_OUT = 50_000
LEAST, MOST = 200, 5_000_000
"""Characters: what a text must have, and what is read of it."""
BLOCKS = 50
SEPARATOR = "\n\n"


@dataclass(frozen=True, kw_only=True)
class Corpus(Data):
    """A text in two parts. The held-out part is only measured, nothing is chosen by it: it is validation and test."""

    name: str
    train: str
    val: str
    description: str

    @property
    def kind(self) -> str:
        """Always text."""
        return "text"

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Characters of the training part and of the held-out part, which serves as val and as test."""
        return len(self.train), len(self.val), len(self.val)

    @property
    def alphabet(self) -> str:
        """Every character of both parts once, in order of its code."""
        return "".join(sorted(set(self.train) | set(self.val)))

    def parts(self) -> Iterator[tuple[str, NDArray[Any] | str]]:
        """Both texts."""
        yield "train", self.train
        yield "val", self.val


def load(path: Path, seed: int) -> Corpus:
    """The text in the file at `path`, about 8 % of it held out in blocks that the seed draws; raises DataError.

    Nothing is left out, except beyond MOST characters. At most about MOST_HELD_OUT are held out.
    """
    where = sanitize(path, limit=200)
    text = _read(path, where)
    if len(text) < LEAST:
        raise DataError(f"{where} has {len(text)} characters of text: expected at least {LEAST} to learn from")
    share = min(HELD_OUT, MOST_HELD_OUT / len(text))
    blocks = _blocks(text, max(BLOCKS, round(4 / share)))
    held = max(1, round(share * len(blocks)))
    chosen = set(np.random.default_rng([seed, 0x7E47]).choice(len(blocks), held, replace=False).tolist())
    train = "".join(block for k, block in enumerate(blocks) if k not in chosen)
    val = "".join(block for k, block in enumerate(blocks) if k in chosen)
    name = sanitize(path.name)
    return Corpus(
        name=name,
        train=train,
        val=val,
        description=f"{'the first ' if len(text) == MOST else ''}{len(text):,} characters of {name}; {held} of "
        f"{len(blocks)} blocks of paragraphs or lines held out by the seed, {len(val):,} characters",
    )


def _read(path: Path, where: str) -> str:
    """The file's text with plain line ends; raises DataError for what is no text."""
    try:
        with path.open("rb") as file:
            raw = file.read(4 * MOST)
    except OSError as error:
        raise DataError(f"cannot read {where}: {error.strerror or error}") from None
    try:
        text = getincrementaldecoder("utf-8-sig")().decode(raw, final=len(raw) < 4 * MOST)
    except UnicodeDecodeError as error:
        raise DataError(f"{where} is not text in UTF-8 (byte {error.start + 1:,} cannot be read as such)") from None
    if "\0" in text:
        raise DataError(f"{where} holds zero bytes, so it is not text: expected a text file in UTF-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not text.strip():
        raise DataError(f"{where} is empty: expected at least {LEAST} characters of text to learn from")
    return text[:MOST]


def _blocks(text: str, count: int) -> list[str]:
    """`text` cut into about `count` consecutive pieces of like size, where paragraphs end if it can be.

    Where paragraphs are too long it is cut at line ends, where lines are too long anywhere.
    """
    size = max(1, len(text) // count)
    blocks, start = [], 0
    while len(text) - start > 1.5 * size:
        end = _cut(text, start + size // 2, start + size + size // 2)
        blocks.append(text[start:end])
        start = end
    return [*blocks, text[start:]]


def _cut(text: str, low: int, high: int) -> int:
    """Where between `low` and `high` a piece had best end."""
    for mark in (SEPARATOR, "\n", " "):
        place = text.find(mark, (low + high) // 2, high)
        if place < 0:
            place = text.rfind(mark, low, high)
        if place >= 0:
            return place + len(mark)
    return (low + high) // 2
