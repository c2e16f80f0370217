"""CSV and its kin: whatever separates the cells, whatever stands in them.

Knows headers that are repeated, that change, or that are not there; rows that are too short or too long are read as
far as they go, and counted. A last line without its end waits, unless it has all its cells and nobody has written for
a minute.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from .folder import Entry, Folder, Found
from .tables import bulk, header, looks, metric_files
from .tables.block import Block
from .tables.cells import Rows
from .tables.following import FollowingReader

SAMPLE = 32 << 10
"""Bytes by which a table without a clear header is given up."""
ENDINGS = (".csv", ".tsv", ".txt", ".log", ".dat", ".tab")
LOGGERS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "results.csv": ("ultralytics", lambda head: "box_loss" in head or "metrics/" in head),
    "progress.csv": ("sb3", lambda head: "time/total_timesteps" in head or "misc/total_timesteps" in head),
    "progress.txt": ("spinningup", lambda head: "Epoch" in head and "\t" in head),
    "summary.csv": ("timm", lambda head: "epoch" in head and "train_loss" in head),
    "metrics.csv": ("csv", lambda head: True),
    "history.csv": ("csv", lambda head: True),
    "training.log": ("csv", lambda head: True),
    "log.csv": ("csv", lambda head: True),
}
"""Files that loggers write, one a run: the logger, and what else its header must hold."""


class TableReader(FollowingReader):
    """One file."""

    FORMAT = "csv"

    def __init__(self, path: Path, step_key: str = "", logger: str = "", alone: bool = False) -> None:
        super().__init__(path, step_key, logger, alone)
        self._said: dict[str, Any] = {}
        self.rows: Rows | None = None
        self._first = b""

    def forget(self) -> None:
        super().forget()
        self.rows, self._first = None, b""

    def begin(self, piece: bytes) -> bytes:
        if self.rows is not None:
            return piece
        piece, self._first = self._first + piece, b""
        end = max(SAMPLE, piece.find(b"\n", piece.find(b"\n") + 1) + 1)
        found = header.read(piece[:end].decode("utf-8", "replace"))
        if found is None:
            if len(piece) < SAMPLE:
                self._first = piece
                return b""
            self.damage[f"{self.path.name}: no columns are recognised"] += 1
            found = header.Header(",", ("col0",), numeric=True)
        self.rows = Rows(self.path.name, found, self.damage)
        self._said = _comment(piece)
        for _ in range(found.lines):
            piece = piece[piece.index(b"\n") + 1 :]
        return piece

    def said(self) -> dict[str, Any]:
        return self._said

    def fast(self, piece: bytes) -> Block | None:
        rows = self.rows
        if rows is None or rows.open or rows.phased is not None or not bulk.worth(piece):
            return None
        block = bulk.parse(piece, rows.header, rows.texts)
        if block is not None:
            rows.line += block.rows
            rows.count(block)
        return block

    def slow(self, piece: bytes) -> Block:
        assert self.rows is not None
        return self.rows.parse(piece)

    def whole(self, line: bytes, quiet: bool) -> bool:
        if not quiet or self.rows is None or self.rows.open or line.count(b'"') % 2:
            return False
        columns = self.rows.header
        return len(header.split(line.decode("utf-8", "replace"), columns.separator)) == len(columns.names) > 1


def _comment(piece: bytes) -> dict[str, Any]:
    """What a first line behind a `#` says in JSON, as Stable-Baselines3's Monitor writes it."""
    if not piece.startswith(b"#{"):
        return {}
    try:
        found = json.loads(piece[1 : piece.index(b"\n")])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def find(folder: Folder) -> Iterator[Found]:
    """The logs among a folder's tables: a logger's own file is the folder's run, others are runs by themselves."""
    claimed: set[str] = set()
    for found in metric_files.find(folder):
        claimed |= {path.name for path in found.files if path.parent == folder.path}
        yield found
    logs = [entry for entry in _tables(folder) if entry.name not in claimed]
    named = {entry.name: kind for entry in logs if (kind := _logger(entry))}
    for entry in logs:
        whole = len(logs) == 1 or (len(named) == 1 and entry.name in named)
        kind = named.get(entry.name, "csv")
        make = partial(TableReader, entry.path, logger=kind, alone=not whole)
        yield Found(
            key=str(entry.path),
            format=kind,
            files=(entry.path,),
            make=make,
            name="" if whole else entry.name,
            whole=whole,
        )


def _tables(folder: Folder) -> Iterator[Entry]:
    for entry in folder.files.values():
        name = entry.name.lower().removesuffix(".gz")
        if not entry.size or not (folder.asked or name.endswith(ENDINGS)):
            continue
        text = entry.text
        if (
            text
            and not text.lstrip().startswith(("{", "[", "<"))
            and looks.table(text, _asked(folder, entry, text), name)
        ):
            yield entry


def _asked(folder: Folder, entry: Entry, text: str) -> bool:
    """Whether whatever holds numbers is a log: the user named the file, or only a logger writes such a first line."""
    monitored = text.startswith("#{") and "\nr,l,t" in text
    return monitored or (folder.asked and entry.name.lower().removesuffix(".gz").endswith(ENDINGS))


def _logger(entry: Entry) -> str:
    """The logger that wrote a file, or nothing."""
    kind, fits = LOGGERS.get(entry.name.lower(), ("", lambda head: False))
    return kind if kind and fits((entry.text or "").split("\n", 1)[0]) else ""
