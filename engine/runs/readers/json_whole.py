"""JSON files that hold a whole history at once: a list of objects, or an object of lists of one length.

Such files are written anew each time, so that they are read anew when they change.
"""

import json
import re
from collections.abc import Container, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from .folder import Folder, Found
from .reader import Reader
from .sidecars import config
from .tables.block import Block, Cells, gathered
from .tables.flatten import as_number, flatten
from .tables.sheet import Sheet
from .tables.words import IS_CLOCK, MEASURED, RANK, VAGUE, plain

LARGEST = 256 << 20
"""Bytes; a larger file is not read."""
_OBJECTS = re.compile(r'\s*\[\s*\{\s*"')
_LISTS = re.compile(r'"((?:[^"\\]|\\.){1,80})"\s*:\s*(?:\[|\{\s*"0"\s*:)\s*(?:-?\d|NaN|null)')
_KEYS = re.compile(r'"((?:[^"\\]|\\.){1,80})"\s*:\s*(?:-?\d|NaN|-?Infinity)')


class JsonReader(Reader):
    """One file, read anew whenever it has changed."""

    FORMAT = "json"
    LIVE = False

    def __init__(self, path: Path, alone: bool = False) -> None:
        super().__init__()
        self.path = path
        self._alone = alone
        self._stat: tuple[int, int, int] | None = None

    def look(self, until: float) -> bool:
        try:
            stat = self.path.stat()
            seen = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
            if seen == self._stat:
                return False
            self._stat = seen
            if stat.st_size > LARGEST:
                self.damage[f"{self.path.name}: {stat.st_size:,} bytes are too many for one JSON document"] = 1
                return False
            text = self.path.read_text("utf-8-sig", "replace")
        except OSError as error:
            self.damage[f"{self.path.name}: {error.strerror or error}"] = 1
            return False
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            # It may be half written; what was read before stays until it is whole again.
            self.damage[f"{self.path.name}: is not whole JSON"] = 1
            return False
        self.forget()
        rows = block(found)
        if rows is None:
            self.damage[f"{self.path.name}: holds no history"] = 1
            return False
        if not self._alone:
            self.config = config(self.path.parent, self.damage)
        sheet = Sheet(self, lambda: stat.st_mtime, name=self.path.name)
        while not sheet.take(rows):
            sheet.clear()
        return False


def block(found: Any) -> Block | None:
    """The rows of a document: a list of objects, an object of lists, or one of these a level below."""
    if isinstance(found, list):
        return _objects([item for item in found if isinstance(item, dict)])
    if not isinstance(found, dict):
        return None
    lists = {key: items for key, value in found.items() if (items := _listed(value))}
    for key in ("history", "log_history", "logs", "metrics"):
        below = found.get(key)
        if isinstance(below, dict | list) and (inner := block(below)) is not None and inner.columns:
            return inner
    columns = {}
    for key, items in lists.items():
        values = [as_number(key, v) if isinstance(v, int | float | str) else None for v in items]
        known = [(k, v) for k, v in enumerate(values) if v is not None]
        if known:
            rows, numbers = zip(*known, strict=True)
            columns[key] = (list(rows), list(numbers))
    length = max((len(items) for key, items in lists.items() if key in columns), default=0)
    if not columns:
        return None
    return Block(length, {key: gathered(numbers, rows) for key, (rows, numbers) in columns.items()})


def _listed(value: Any) -> list[Any]:
    """The items of a list, or of an object whose keys are 0, 1, 2 …, as pandas writes columns."""
    if isinstance(value, dict) and len(value) > 1 and all(key == str(k) for k, key in enumerate(value)):
        return list(value.values())
    return value if isinstance(value, list) else []


def _objects(items: list[dict[str, Any]]) -> Block | None:
    cells = Cells()

    def add(path: str, value: Any) -> None:
        number = as_number(path, value)
        if number is not None:
            cells.add(path, number)

    for item in items:
        flatten(item, add)
        cells.rows += 1
    return cells.block() if items else None


def find(folder: Folder, taken: Container[str]) -> Iterator[Found]:
    """The histories among a folder's files that are not yet `taken`."""
    found = [
        entry.path
        for entry in folder.named(".json")
        if entry.name not in taken and is_history(entry.text, folder.asked)
    ]
    for path in found:
        alone = len(found) > 1
        make = partial(JsonReader, path, alone=alone)
        yield Found(
            key=str(path), format="json", files=(path,), make=make, name=path.name if alone else "", whole=not alone
        )


def is_history(text: str | None, asked: bool) -> bool:
    """Whether a file that begins so holds a whole history; one that was `asked` for need not measure anything known."""
    if not text:
        return False
    if _OBJECTS.match(text):
        names = {plain(name) for name in _KEYS.findall(text)}
        return bool(names) and (asked or bool(names & RANK.keys() - VAGUE and any(MEASURED.search(n) for n in names)))
    if text.lstrip()[:1] != "{":
        return False
    lists = [name for one in _LISTS.findall(text) if (name := plain(one)) not in RANK and name not in IS_CLOCK]
    return bool(lists) and (asked or sum(MEASURED.search(name) is not None for name in lists) * 2 > len(lists))
