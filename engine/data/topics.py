"""The embedded default text: Python's own reference on statements, types and syntax, from a file beside this one."""

import lzma
from importlib.resources import files

from .corpus import SEPARATOR, Corpus

HELD_OUT = (
    "assignment", "bltin-ellipsis-object", "bltin-type-objects", "calls", "conversions", "execmodel", "exprlists",
    "numbers", "raise", "unary",
)  # fmt: skip
"""Topics that are not trained on; topics.md says how they were drawn."""
MARK = "\f"


def load(seed: int) -> Corpus:
    """The topics of `help()` in CPython 3.11; whole topics are held out, the same for every seed."""
    topics = read()
    return Corpus(
        name="topics",
        train=SEPARATOR.join(text for name, text in topics.items() if name not in HELD_OUT),
        val=SEPARATOR.join(topics[name] for name in HELD_OUT),
        description=f"English documentation prose: {len(topics)} topics of Python's help() (CPython 3.11, "
        f"PSF licence), each paragraph once; {len(HELD_OUT)} whole topics held out for every seed: "
        + ", ".join(HELD_OUT),
    )


def read() -> dict[str, str]:
    """Every topic's text by its name, in the order of the file."""
    packed = (files(__package__) / "topics.txt.xz").read_bytes()
    chapters = lzma.decompress(packed).decode("ascii").split(MARK)[1:]
    return {name: text for name, _, text in (chapter.partition("\n") for chapter in chapters)}
