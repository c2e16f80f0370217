"""One door to all data: a name from the table, or a path to the user's own files."""

import difflib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from ..options import Options
from ..text import sanitize
from . import (
    arrays,
    blocks,
    corpus,
    digits,
    digits16,
    folders,
    french,
    gaussians,
    karate,
    openml,
    pairs_file,
    points,
    recall,
    tables,
    topics,
)
from .base import Data, DataError
from .dataset import Dataset
from .growth import Progress


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What a source is asked for; `options` is what stood behind the colon."""

    seed: int
    options: Options
    progress: Progress | None


@dataclass(frozen=True)
class Source:
    """A data set with a name: its kind, one line, how it is made, and its options if it has any."""

    kind: str
    summary: str
    load: Callable[[Ask], Data]
    options: type[Options] = Options


def _download(name: str) -> Callable[[Ask], Data]:
    return lambda ask: openml.load(name, ask.seed, ask.progress)


def _points(name: str) -> Callable[[Ask], Data]:
    return lambda ask: points.load(name, ask.seed)


def _french(ask: Ask) -> Data:
    assert isinstance(ask.options, french.FrenchOptions)
    return french.load(ask.seed, ask.options)


def _gaussians(ask: Ask) -> Data:
    assert isinstance(ask.options, gaussians.GaussianOptions)
    return gaussians.load(ask.options, ask.seed)


def _recall(ask: Ask) -> Data:
    assert isinstance(ask.options, recall.RecallOptions)
    return recall.load(ask.options, ask.seed)


def _blocks(ask: Ask) -> Data:
    assert isinstance(ask.options, blocks.BlockOptions)
    return blocks.load(ask.options, ask.seed)


SOURCES: dict[str, Source] = {
    "digits": Source("images", "1,797 handwritten digits of 8x8 pixels, built in", lambda ask: digits.load(ask.seed)),
    "digits14": Source(
        "images",
        "the same digits centred on a 14x14 canvas, to test with shifts",
        lambda ask: digits.load_canvas(ask.seed),
    ),
    "digits16": Source("images", digits16.SUMMARY, lambda ask: digits16.load(ask.seed)),
    **{
        name: Source("images", f"{source.summary}, downloaded once", _download(name))
        for name, source in openml.SOURCES.items()
    },
    **{name: Source("points", summary, _points(name)) for name, summary in points.NAMES.items()},
    "topics": Source(
        "text", "371,444 characters of Python's own documentation, built in", lambda ask: topics.load(ask.seed)
    ),
    "french": Source("pairs", "sentences of a small French and their English, built in", _french, french.FrenchOptions),
    "gaussians": Source("features", gaussians.SUMMARY, _gaussians, gaussians.GaussianOptions),
    "recall": Source("sequences", recall.SUMMARY, _recall, recall.RecallOptions),
    "karate": Source("graph", karate.SUMMARY, lambda ask: karate.load()),
    "sbm": Source("graph", blocks.SUMMARY, _blocks, blocks.BlockOptions),
}


def names(kinds: Collection[str]) -> dict[str, str]:
    """The names of data of these kinds, each with one line."""
    return {name: source.summary for name, source in SOURCES.items() if source.kind in kinds}


@dataclass(frozen=True)
class Reader:
    """What reads the user's own files with these endings, called with path and seed."""

    kinds: tuple[str, ...]
    endings: tuple[str, ...]
    about: str
    load: Callable[[Path, int], Data]


READERS = (
    Reader(("images", "features"), (".npz",), "a .npz file with x_train and y_train", arrays.load),
    Reader(("features",), (".csv", ".tsv"), "a .csv or .tsv file with a label column", tables.load),
    Reader(("points",), (".csv", ".tsv"), "a .csv or .tsv file with two columns of numbers", points.load_table),
    Reader(("images",), ("/",), "a folder of images per class", folders.load),
    Reader(("text",), ("",), "any file of text in UTF-8", corpus.load),
    Reader(("pairs",), (".tsv", ".txt"), "a .tsv file with a source and a target sentence a line", pairs_file.load),
)
"""The first that suits the model and the path is taken; `/` stands for a folder, an empty ending for any file."""


def split_source(source: str) -> tuple[str, str]:
    """Name and options of `NAME:KEY=VALUE,…`; anything else is a path, and has no options."""
    name, _, rest = source.partition(":")
    return (name, rest) if name in SOURCES else (source, "")


def kind_of(source: str, kinds: Collection[str]) -> str:
    """The kind of data that `source` will be, among `kinds`; for a path a guess by its ending."""
    name, _ = split_source(source)
    if name in SOURCES:
        return SOURCES[name].kind
    return next((k for reader in _suitable(source, kinds) for k in reader.kinds if k in kinds), next(iter(kinds), ""))


def stamp(source: str) -> int:
    """When the file or folder `source` last changed, in ns; 0 for what is not there or built in."""
    try:
        return 0 if split_source(source)[0] in SOURCES else Path(source).expanduser().stat().st_mtime_ns
    except (OSError, ValueError, RuntimeError):
        return 0


@overload
def load_data(source: str, seed: int, progress: Progress | None = None) -> Dataset: ...


@overload
def load_data(source: str, seed: int, progress: Progress | None = None, *, kinds: Collection[str]) -> Data: ...


def load_data(
    source: str, seed: int, progress: Progress | None = None, *, kinds: Collection[str] = ("images", "features")
) -> Data:
    """The data set called `source` in SOURCES, or the one at the path `source`, split by the seed.

    `kinds` are those that can be used; `progress` is called as `openml.load` says while something is downloaded.
    Raises DataError, and OptionError for what stands behind the colon.
    """
    name, rest = split_source(source)
    if name in SOURCES:
        found = SOURCES[name]
        if found.kind not in kinds:
            raise DataError(f"{name} holds {found.kind}, and this model learns from {_or(kinds)}: {_advice(kinds)}")
        options = found.options.parse(part for part in rest.split(",") if part.strip())
        return found.load(Ask(seed=seed, options=options, progress=progress))
    path = Path(source)
    try:
        path = path.expanduser()
        exists = path.exists()
    except (OSError, RuntimeError, ValueError):
        exists = False  # a path too long for the system, a `~name` that nobody has
    if not source or not exists:
        near = difflib.get_close_matches(source.lower().partition(":")[0], SOURCES, n=1, cutoff=0.5)
        hint = f", did you mean {near[0]}?" if near else ""
        where = sanitize(source, limit=200) or "an empty name"
        raise DataError(f"no data at {where}{hint}: {_advice(kinds)}")
    for reader in _suitable(source, kinds):
        return reader.load(path, seed)
    raise DataError(f"cannot read {sanitize(path, limit=200)} as data: {_advice(kinds)}")


def _suitable(source: str, kinds: Collection[str]) -> list[Reader]:
    """The readers of the path `source` that give one of `kinds`."""
    try:
        path = Path(source).expanduser()
        ending = "/" if path.is_dir() else path.suffix.lower()
    except (OSError, RuntimeError, ValueError):
        return []
    suits = [r for r in READERS if not set(kinds).isdisjoint(r.kinds)]
    return [r for r in suits if ending in r.endings or (ending != "/" and "" in r.endings)]


def _advice(kinds: Collection[str]) -> str:
    """What may be given, in words."""
    known = ", ".join(names(kinds))
    files = ", or ".join(reader.about for reader in READERS if not set(kinds).isdisjoint(reader.kinds))
    return "give " + " or ".join(part for part in (f"a name ({known})" if known else "", files) if part)


def _or(words: Collection[str]) -> str:
    return " or ".join(words)
