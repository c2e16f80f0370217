"""Pairs of sentences from a user's file: on each line a source, a tab, a target."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from ..text import in_words, sanitize
from .base import DataError
from .pairs import SPECIAL, Pairs, PairSplit, encode, tokenize

LEAST, MOST = 20, 300_000
"""Lines that a file may have."""
LONGEST = 100
"""Words that a sentence may have."""
HELD_OUT, MOST_HELD_OUT = 0.1, 1000
"""Share of the sources that goes to validation, and to the test, and the most of them."""
PLENTY = 2000
"""Training sentences from which on a word that occurs once is unknown, so that the unknown is learned too."""
MOST_WORDS = 20_000
NAMED = 5

Lines = list[tuple[tuple[str, ...], tuple[str, ...]]]


def load(path: Path, seed: int) -> Pairs:
    """The pairs in the file at `path`, split 80/10/10 by the seed, or at most 1,000 sources to val and to test.

    All translations of a source are in the same part.
    Empty lines are passed over, and so is what stands behind a second tab. Raises DataError, which names bad lines.
    """
    where = sanitize(path, limit=200)
    lines = _read(path, where)
    sources = sorted({source for source, _ in lines})
    if len(sources) < LEAST:
        raise DataError(f"{where} has {len(sources)} different source sentences: expected at least {LEAST}")
    rng = Random(seed)
    sources.sort(key=lambda _: rng.random())
    held = min(max(1, round(HELD_OUT * len(sources))), MOST_HELD_OUT)
    part_of = dict.fromkeys(sources, "train") | dict.fromkeys(sources[:held], "val")
    part_of |= dict.fromkeys(sources[held : 2 * held], "test")
    parts: dict[str, Lines] = {"train": [], "val": [], "test": []}
    for pair in lines:
        parts[part_of[pair[0]]].append(pair)
    for part in parts.values():
        part.sort(key=lambda _: rng.random())
    source = _vocabulary([s for s, _ in parts["train"]])
    target = _vocabulary([t for _, t in parts["train"]])
    name = sanitize(path.name)
    return Pairs(
        name=name,
        **{part: _split(pairs, source, target) for part, pairs in parts.items()},
        specimen=_split(parts["val"][:1], source, target),
        source_words=source,
        target_words=target,
        description=(
            f"{len(lines):,} pairs of sentences from {name}, {len(source) - len(SPECIAL):,} source and "
            f"{len(target) - len(SPECIAL):,} target words; the seed holds {len(parts['val']):,} pairs out for "
            f"validation and {len(parts['test']):,} for the test"
        ),
    )


def _read(path: Path, where: str) -> Lines:
    """The different pairs of the file, in its order."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot read {where}: {sanitize(in_words(error))}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{where} is no UTF-8 text: expected a source, a tab and a target on each line") from error
    lines: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = {}
    bad: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        sides = [tokenize(sanitize(side)) for side in line.rstrip("\r").split("\t")[:2]]
        if len(sides) < 2:
            bad.append((number, "has no tab"))
        elif not all(sides):
            bad.append((number, f"has no {'target' if sides[0] else 'source'}"))
        elif max(map(len, sides)) > LONGEST:
            bad.append((number, f"has {max(map(len, sides))} words, more than {LONGEST}"))
        else:
            lines[tuple(sides[0]), tuple(sides[1])] = None
    if bad:
        told = "; ".join(f"line {number} {what}" for number, what in bad[:NAMED])
        more = f"; and {len(bad) - NAMED:,} more lines" if len(bad) > NAMED else ""
        raise DataError(f"{where}: {told}{more}: expected a source, a tab and a target on each line")
    if len(lines) > MOST:
        raise DataError(f"{where} has {len(lines):,} pairs of sentences: expected at most {MOST:,}")
    return list(lines)


def _vocabulary(sentences: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The special words, then those of `sentences`, the most frequent first."""
    counts = Counter(word for sentence in sentences for word in sentence)
    least = 2 if len(sentences) >= PLENTY else 1
    words = sorted((word for word, count in counts.items() if count >= least), key=lambda word: (-counts[word], word))
    return SPECIAL + tuple(words[:MOST_WORDS])


def _split(lines: Lines, source_words: Sequence[str], target_words: Sequence[str]) -> PairSplit:
    return PairSplit(
        source=encode([source for source, _ in lines], source_words, end=False),
        target=encode([target for _, target in lines], target_words, end=True),
    )
