"""One run out of its `.wandb` log, read while it is written."""

import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ...run import Mark
from ..console import Console
from ..reader import Reader
from ..regular import open_regular
from ..tail import Tail
from . import beside, messages
from .columns import gather
from .framing import BLOCK, HEADER, MAGIC, Cut, Framing, record_at
from .history import History
from .media import Media
from .rows import Rows
from .told import Told
from .values import flat

PIECE = 1 << 20
NAMED = 3
"""So many damaged places are named; more are counted."""
FETCHED = 4 << 20
"""Longest record that is read again for its media, in bytes."""


class WandbReader(Reader):
    """History, system metrics, config, output and exit code of a run."""

    FORMAT = "wandb"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._tail = Tail(path)
        self._begin()

    def _begin(self) -> None:
        self._framing, self._history, self._told = Framing(), History(), Told()
        self._waits: tuple[int, float] | None = None
        self._hurt = 0
        self._output = beside.Output(self.path.parent)
        self._own_output = self._asked = False
        self.console, self.config, self.status, self.reason = None, {}, "", ""

    def look(self, until: float) -> bool:
        """Read what has been written since the last look."""
        tail = self._tail
        try:
            if tail.replaced():
                self.forget()
                self._begin()
            while tail.more and self._waits != (tail.size, tail.mtime):
                self._piece()
                if time.monotonic() > until:
                    return tail.more and self._waits != (tail.size, tail.mtime)
        except OSError as error:
            self.damage[f"{self.path.name}: cannot be read: {error.strerror or error}"] = 1
        self._stand_in()
        return False

    def _stand_in(self) -> None:
        """Take from the files beside the log what it does not tell."""
        if self._own_output:
            return
        self.console = self._output.look()
        if not self.config and not self._asked and self._history.step >= 0:
            self._asked = True
            self.config = beside.config(self.path.parent)

    def _piece(self) -> None:
        tail = self._tail
        base, data = tail.offset, tail.read(PIECE)
        head = 0
        if base == 0:
            head = min(HEADER, len(data))
            if len(data) >= HEADER and not data.startswith(MAGIC):
                self._wound(0)
        if len(data) < head + 1:
            tail.back(data)
            self._waits = (tail.size, tail.mtime)
            return
        cut = self._framing.cut(data[head:], base + head, last=base + len(data) >= tail.size)
        used = head + cut.used
        if used < len(data):
            tail.back(data[used:])
            if base + len(data) >= tail.size or not used:
                self._waits = (tail.size, tail.mtime)
        for place in cut.damaged:
            self._wound(place)
        if cut.starts:
            self._take(cut)

    def _take(self, cut: Cut) -> None:
        """Read the records of a piece: history in bulk, the others one by one."""
        rows, starts, ends = Rows(), np.array(cut.starts, np.int64), np.array(cut.ends, np.int64)
        columns = gather(cut.data, starts, ends)
        others: list[tuple[int, int, bytes]] = []
        for k in columns.others.tolist():
            try:
                for field_number, body in messages.fields(cut.data[cut.starts[k] : cut.ends[k]]):
                    if isinstance(body, bytes):
                        others.append((k, field_number, body))
            except ValueError:
                self._wound(cut.place(k))

        def found(tag: str, kind: str, step: int, record: int) -> None:
            self._shelf(tag, kind).add(step, cut.place(record))

        for _, field_number, body in others:
            self._told.early(field_number, body)
        self._history.started = self._told.started
        before = self._history.step
        records, steps = self._history.bulk(cut.data, columns, rows, found)
        for k, field_number, body in others:
            at = int(np.searchsorted(records, k))
            step = int(steps[at - 1]) if at else max(before, 0)
            try:
                if field_number == 2:
                    self._history.single(body, k, rows, found)
                elif field_number == 7:
                    self._stats(body, k, step, rows)
                else:
                    self._told.take(field_number, body, step)
            except ValueError:
                self._wound(cut.place(k))
        rows.into(self.one)
        self._tell()

    def _stats(self, body: bytes, record: int, step: int, rows: Rows) -> None:
        """System metrics: points of `system/…` at the step that had been reached."""
        when, values = self._history.time, {}
        for field_number, value in messages.fields(body):
            if field_number == 2:
                when = messages.seconds(value)
            elif field_number == 3 and isinstance(value, bytes):
                path, number = messages.item(value)
                if isinstance(number, (int, float)):
                    values[".".join(path)] = float(number)
        for key, number in values.items():
            rows.append(f"system/{key}", record, step, when, number)

    def _tell(self) -> None:
        """Pass on what the run has told of itself."""
        told = self._told
        self.name = told.name
        if told.config:
            self.config = dict(told.config)
        self.status, self.reason = told.status, told.reason
        if len(told.marks) > len(self.marks):
            self.marks = [Mark(step, when or self._history.time, text) for step, when, text in told.marks]
        if told.printed:
            if not self._own_output or self.console is None:
                self.console, self._own_output = Console(), True
            self.console.write("".join(told.printed))
            told.printed.clear()

    def _shelf(self, tag: str, kind: str) -> Media:
        shelf = self.records.get(tag)
        if not isinstance(shelf, Media) or shelf.kind != kind:
            shelf = Media(tag, kind, self.path.parent / "files", partial(fetch, self.path))
            self.records = {**self.records, tag: shelf}
        return shelf

    def _wound(self, place: int) -> None:
        self._hurt += 1
        if self._hurt <= NAMED:
            self.damage[f"{self.path.name}: damaged in the block of byte {place:,}"] += 1
        else:
            self.damage[f"{self.path.name}: more damaged blocks"] += 1


def fetch(path: Path, place: int, tag: str) -> Any:
    """What was logged as `tag` in the history record that begins at byte `place` of a log; None if it is not there."""
    try:
        with open_regular(path) as file:
            file.seek(place)
            for size in (BLOCK, FETCHED):
                file.seek(place)
                record = record_at(file.read(size), place)
                if record:
                    break
        tree: dict[str, Any] = {}
        for number, value in messages.fields(messages.part(record, 2)):
            if number == 1 and isinstance(value, bytes):
                keys, leaf = messages.item(value)
                if keys:
                    messages.placed(tree, keys, leaf)
    except (OSError, ValueError):
        return None
    return next((leaf for name, leaf in flat(tree, "") if name == tag), None)
