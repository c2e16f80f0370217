"""Which tags are shown and in what order: pinned first, losses next, what the machine did last.

Knows nothing of any screen.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from ....engine.runs.analysis.tags import words

_SPLITS = {"train", "training", "val", "valid", "validation", "test", "eval", "evaluation", "dev", "total", "epoch"}
_LOSS = {"loss", "nll"}
_COUNTS = {"epoch", "step", "steps", "iter", "iteration", "tokens", "time", "timestamp", "runtime", "timesteps"}
"""Words of tags that only count what has passed."""
_MACHINE = ("system/", "system.", "sys/")


def ordered(tags: Iterable[str], pinned: Sequence[str] = (), lines: Collection[str] | None = None) -> list[str]:
    """The distinct tags: pinned ones as they were pinned, losses, the others by prefix, counters, the machine's.

    Of these kinds each begins with the tags in `lines`, which most runs have more than one point of; None: all are.
    """
    held = set(tags)
    known = held if lines is None else set(lines)
    first = [tag for tag in dict.fromkeys(pinned) if tag in held]
    return first + sorted(held.difference(first), key=lambda tag: (_rank(tag), tag not in known, natural(tag)))


def matching(tags: Sequence[str], pattern: str) -> tuple[list[str], str]:
    """The tags in which the regular expression is found, and what is wrong with it: then all tags.

    Capitals count only where the pattern has some.
    """
    if not pattern:
        return list(tags), ""
    try:
        wanted = re.compile(pattern, 0 if any(c.isupper() for c in pattern) else re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        return list(tags), f"not a regular expression: {error}"
    return [tag for tag in tags if wanted.search(tag)], ""


def natural(tag: str) -> tuple[object, ...]:
    """A key that sorts by prefix, and numbers in texts by their size: layer2 before layer10."""
    prefix, _, rest = tag.rpartition("/")
    return (*_parts(prefix), "", *_parts(rest), tag)


def _parts(text: str) -> tuple[str, ...]:
    """Pieces that compare as texts though numbers among them count by size."""
    pieces = re.split(r"([0-9]+)", text.lower())
    return tuple(
        f"{len(piece.lstrip('0')):06d}{piece.lstrip('0')}" if k % 2 else piece for k, piece in enumerate(pieces)
    )


def _rank(tag: str) -> int:
    found = set(words(tag))
    if tag.lower().startswith(_MACHINE):
        return 4
    if found & _LOSS and found <= _LOSS | _SPLITS:
        return 0 if "test" not in found else 1  # a test is mostly a single point
    if tag.startswith("_") or found <= _COUNTS | {"global", "elapsed", "total"}:
        return 3
    return 1
