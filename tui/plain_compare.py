"""A comparison printed once: progress while it runs, then table, curves, verdicts, and where the runs are."""

import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, Any, Self

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from ..engine.comparing.state import Progress as State
from ..engine.text import sanitize
from .panes.compare.table import blocks, heads, lines, rows
from .panes.compare.words import common_tag, headline, left, where
from .panes.words import wrap
from .render.plotext_chart import overlay

WIDTH, WIDEST, HEIGHT = 80, 160, 15
LINES = 2
"""Progress lines of one training where there is no terminal."""


class Progress:
    """Progress of a comparison on a stream: a bar on a terminal, a few lines a training elsewhere."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._bar: Bar | None = None
        self._said: tuple[str, int, int, str] = ("", -1, -1, "")
        if stream.isatty():
            self._bar = Bar(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[rest]}", markup=False),
                console=Console(file=stream),
                transient=True,
            )

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task("loading", total=1.0, rest="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, state: State) -> None:
        """Draw how far it is."""
        if self._bar is not None:
            rest = f"{state.share:.0%}{left(state.left)}"
            self._bar.update(self._task, description=where(state), completed=state.share, rest=rest)
            return
        part = LINES * state.step // max(state.steps, 1) if state.step else 0
        key = (state.name, state.seed, part if state.run else 0, state.message.partition(":")[0])
        if key != self._said and (state.run or state.message):
            self._said = key
            rest = f"  all {state.share:.0%}{left(state.left)}" if state.run and state.step else ""
            print(where(state) + rest, file=self._stream, flush=True)


def report(document: Mapping[str, Any], stream: IO[str]) -> None:
    """Print a comparison; its width is that of the terminal, 80 columns elsewhere."""
    width = WIDTH
    if stream.isatty() or "COLUMNS" in os.environ:
        width = max(40, min(Console(file=stream).width, WIDEST))
    for text in text_lines(document, width, colour=stream.isatty()):
        print(text, file=stream)


def text_lines(document: Mapping[str, Any], width: int, *, colour: bool = False) -> list[str]:
    """The report in lines of at most `width` columns."""
    found = wrap(headline(document), width)
    names = heads(document)
    if any(name != entry["name"] for name, entry in zip(names, document["entries"], strict=True)):
        for name, entry in zip(names, document["entries"], strict=True):
            found += hanging(f"{name} = {entry['name']}", width, 4)
    table = rows(document)
    for shown in blocks(names, table, width):
        found.append("")
        for label, cells in lines(names, table, shown):
            found.append((label + "".join(cell for cell, _ in cells)).rstrip())
    if document["leaders"]:
        found += [
            "",
            *wrap("mean ± standard deviation over seeds; * the best, and those not seen to differ from it", width),
        ]
    for title, curves in overlays(document):
        found += ["", title, *overlay(curves, width, HEIGHT, colour=colour)]
    for title, sentences in (("Differences", document["verdicts"]), ("Read off", document["reading"])):
        if sentences:
            found += ["", title]
            for sentence in sentences:
                found += hanging(f"- {sentence}", width, 2)
    found.append("")
    for note in document["notes"]:
        found += hanging(f"({note})", width, 1)
    if document["run"]:
        found += [f"kept in {document['run']}", f"more seeds: dlviz compare --run {document['run']} --seeds N"]
    return found


Line = tuple[str, Sequence[float], Sequence[float]]


def overlays(document: Mapping[str, Any]) -> list[tuple[str, list[Line]]]:
    """Curves that may lie over one another: of models whose objective, and so whose loss, is the same."""
    found: list[tuple[str, list[Line]]] = []
    kinds = dict.fromkeys(entry["objective"] for entry in document["entries"])
    for kind in kinds:
        same = [entry for entry in document["entries"] if entry["objective"] == kind and entry["curves"]]
        tag = common_tag(same)
        if tag and (len(same) > 1 or len(kinds) == 1):
            each = [(sanitize(e["name"], limit=40), e["curves"][tag]["steps"], e["curves"][tag]["mean"]) for e in same]
            found.append((f"{sanitize(tag)}, mean over seeds", each))
    return found


def hanging(text: str, width: int, indent: int) -> list[str]:
    """`text` wrapped, the lines after the first indented."""
    first, *more = wrap(text, width - indent) or [""]
    return [first, *(" " * indent + part for part in more)]
