"""JSON lines: an object a row, its keys the columns, nested ones joined by `/`.

Lines that are not objects are counted. A last line without its end is taken if it is a whole object.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from . import json_whole
from .folder import Entry, Folder, Found, scan
from .tables import bulk, looks, skeleton
from .tables.block import Block
from .tables.following import FollowingReader
from .tables.objects import Objects, loads

ENDINGS = (".jsonl", ".ndjson", ".json", ".txt", ".log", ".jsonlines")
LOGGERS = {
    "scalars.json": "mmengine",
    "metrics.json": "detectron2",
    "trainer_log.jsonl": "llamafactory",
    "progress.json": "sb3",
    "metrics.jsonl": "jsonl",
    "log.jsonl": "jsonl",
    "log.txt": "jsonl",
    "log.json": "jsonl",
}
"""Files that loggers write, one a run."""
VISUALS = "vis_data"
COPIES = {"scalars.json": re.compile(r"\d{8}_\d{6}\.json"), "progress.json": re.compile(r"progress\.csv|log\.txt")}
"""What else a logger writes of the same numbers beside such a file."""


class JsonLinesReader(FollowingReader):
    """One file."""

    FORMAT = "jsonl"

    def __init__(self, path: Path, step_key: str = "", logger: str = "", alone: bool = False) -> None:
        super().__init__(path, step_key, logger, alone)
        self.objects = Objects(path.name, self.damage)

    def forget(self) -> None:
        super().forget()
        self.objects = Objects(self.path.name, self.damage)

    def begin(self, piece: bytes) -> bytes:
        return piece

    def fast(self, piece: bytes) -> Block | None:
        if not bulk.worth(piece):
            return None
        return skeleton.parse(piece, self.objects)

    def slow(self, piece: bytes) -> Block:
        block = self.objects.parse(piece)
        last = self.objects.last
        if "current_steps" in last and isinstance(last.get("total_steps"), int):  # LLaMA-Factory
            self.steps = last["total_steps"]
        return block

    def said(self) -> dict[str, Any]:
        return self.objects.config

    def whole(self, line: bytes, quiet: bool) -> bool:
        text = line.strip()
        if not text.startswith(b"{") or not text.endswith(b"}"):
            return False
        try:
            return isinstance(loads(text.decode("utf-8", "replace")), dict)
        except (ValueError, RecursionError):
            return False


def find(folder: Folder) -> Iterator[Found]:
    """The logs among the files of a folder that hold JSON: a logger's own is the folder's run."""
    yield from _mmengine(folder)
    logs = list(_logs(folder))
    named = {entry.name for entry in logs if entry.name.lower() in LOGGERS}
    copies = {
        entry.path
        for name in named & COPIES.keys()
        for entry in folder.files.values()
        if COPIES[name].fullmatch(entry.name)
    }
    logs = [entry for entry in logs if entry.path not in copies]
    for entry in logs:
        whole = len(logs) == 1 or (len(named) == 1 and entry.name in named)
        kind = LOGGERS.get(entry.name.lower(), "jsonl")
        files = (entry.path, *(path for path in copies if whole and entry.name in COPIES))
        make = partial(JsonLinesReader, entry.path, logger=kind, alone=not whole)
        name = "" if whole else entry.name
        yield Found(key=str(entry.path), format=kind, files=files, make=make, name=name, whole=whole)
    yield from json_whole.find(folder, {entry.name for entry in logs})


def _mmengine(folder: Folder) -> Iterator[Found]:
    """The run of a folder of MMEngine's, whose numbers lie in a folder of their own, its printed text beside that."""
    if VISUALS not in folder.folders or not any(name.endswith(".log") for name in folder.files):
        return
    try:
        below = scan(folder.path / VISUALS)
    except OSError:
        return
    logs = [entry for entry in _logs(below) if entry.name == "scalars.json" or entry.name in folder.files]
    if not logs or any("tfevents" in name for name in below.files):
        return
    folder.closed.add(VISUALS)
    entry = max(logs, key=lambda one: one.name == "scalars.json")
    make = partial(JsonLinesReader, entry.path, logger="mmengine")
    yield Found(key=str(entry.path), format="mmengine", files=(entry.path,), make=make)


def _logs(folder: Folder) -> Iterator[Entry]:
    for entry in folder.files.values():
        name = entry.name.lower().removesuffix(".gz")
        if not entry.size or not (folder.asked or name.endswith(ENDINGS)):
            continue
        text = entry.text
        if not text or not text.lstrip().startswith("{"):
            continue
        # One object on one line is a summary, a config or a history, unless a logger has that name.
        single = name.endswith(".json") and text.strip().count("\n") == 0
        if single and json_whole.is_history(text, folder.asked):
            continue
        single = single and name not in LOGGERS
        if (folder.asked or not single) and looks.objects(text, folder.asked):
            yield entry
