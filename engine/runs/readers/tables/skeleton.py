"""Big pieces of JSON lines, parsed as tables: lines that differ only in their numbers have the same skeleton.

Where a colon or a brace stands a comma is put; then every line is a row of cells, and all cells but those of the
numbers must be the same in every row. polars parses and compares them.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np

from .block import Block, Cells, Column, Ints
from .bulk import coarse, read
from .flatten import as_number, configured, flatten
from .objects import Objects
from .phases import phase_key

_COMMAS = bytes.maketrans(b":}", b",,")
_NUMBERS = b"0123456789+-.eENaInfity"
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?(?:Infinity|\d[\d.eE+-]*)|NaN')
WORTH = 64
"""So many lines of one skeleton are worth a call."""


@dataclass(frozen=True)
class _Hole:
    """A number in a line, by its place among the numbers."""

    index: int


@dataclass(frozen=True)
class Skeleton:
    """What lines have in common: their cells, None for a number; and which tags are which cells, or constant."""

    cells: tuple[str | None, ...]
    tags: dict[str, int | float]
    colons: int
    braces: int


def skeleton(line: bytes) -> Skeleton | None:
    """The skeleton of an object's line, or None if it has none."""
    holes: list[_Hole] = []

    def hole(_: str) -> _Hole:
        holes.append(_Hole(len(holes)))
        return holes[-1]

    try:
        found = json.loads(line, parse_int=hole, parse_float=hole, parse_constant=hole)
    except (ValueError, RecursionError):
        return None
    tokens = [token for token in _TOKEN.finditer(line) if token[0][:1] != b'"']
    if not isinstance(found, dict) or len(tokens) != len(holes) or not holes or configured(found) or phase_key(found):
        return None
    row = line.translate(_COMMAS)
    cells: list[str | None] = list(row.decode("utf-8").split(","))
    places = [row.count(b",", 0, token.start()) for token in tokens]
    for place, token in zip(places, tokens, strict=True):
        if (cells[place] or "").strip() != token[0].decode():
            return None
        cells[place] = None
    tags: dict[str, int | float] = {}

    def add(path: str, value: Any) -> None:
        if isinstance(value, _Hole):
            tags[path] = places[value.index]
        elif (number := as_number(path, value)) is not None:
            tags[path] = float(number)

    flatten(found, add)
    return Skeleton(tuple(cells), tags, line.count(b":"), line.count(b"}"))


def columns(data: bytes, form: Skeleton) -> tuple[int, dict[str, Column]] | None:
    """The number of rows and the columns of lines that all have one skeleton; None if one of them has another."""
    frame = read(data.translate(_COMMAS), ",", [cell is None for cell in form.cells])
    if frame is None:
        return None
    rows = frame.height
    for series, cell in zip(frame.get_columns(), form.cells, strict=True):
        if series.null_count() != (rows if cell == "" else 0) or (cell and not bool((series == cell).all())):
            return None
    if data.count(b":") != form.colons * rows or data.count(b"}") != form.braces * rows:
        return None
    out = {}
    for tag, place in form.tags.items():
        out[tag] = Column(np.full(rows, place) if isinstance(place, float) else frame.to_series(place).to_numpy())
    return rows, out


def parse(data: bytes, objects: Objects) -> Block | None:
    """The rows of whole lines as `objects` would give them; None if they have too little in common."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    first = skeleton(data[: data.index(b"\n")]) if not objects.mixed else None
    found = columns(data, first) if first is not None else None
    if found is not None and coarse(found[1]):
        return None
    if found is not None:
        objects.line += found[0]
        return Block(*found)
    return _mixed(data, objects)


def _mixed(data: bytes, objects: Objects) -> Block | None:
    """The rows of lines of several skeletons, those of training and those of evaluation."""
    lines, forms = data.split(b"\n")[:-1], data.translate(None, _NUMBERS).split(b"\n")[:-1]
    kinds = {form: k for k, form in enumerate(dict.fromkeys(forms))}
    objects.mixed = 1 < len(kinds) <= len(lines) // WORTH
    if len(kinds) * WORTH > len(lines):
        return None
    kind = np.fromiter(map(kinds.__getitem__, forms), np.int64, len(forms))
    is_row = np.ones(len(lines), bool)
    parts: list[tuple[Ints, dict[str, Column]]] = []
    rest: list[int] = []
    for k in range(len(kinds)):
        members: Ints = np.flatnonzero(kind == k)
        form = skeleton(lines[members[0]]) if len(members) >= WORTH else None
        found = None
        if form is not None:
            found = columns(b"\n".join([*compress(lines, (kind == k).tolist()), b""]), form)
        if found is not None and coarse(found[1]):
            return None
        if found is None:
            rest += members.tolist()
        else:
            parts.append((members, found[1]))
    before, rest = objects.line, sorted(rest)
    for k in rest:
        objects.line, cells = before + k + 1, Cells()
        is_row[k] = objects.one(lines[k], cells)
        parts.append((np.array([k]), dict(cells.block().columns)))
    objects.line = before + len(lines)
    return _merged(parts, is_row)


def _merged(parts: list[tuple[Ints, dict[str, Column]]], is_row: "np.ndarray[Any, np.dtype[np.bool_]]") -> Block:
    """One block of the columns of some lines each, in the lines' order."""
    total, number = int(is_row.sum()), np.cumsum(is_row) - 1
    counts = Counter(tag for _, found in parts for tag in found)
    gathered: dict[str, tuple[list[Any], list[Any]]] = {tag: ([], []) for tag in counts}
    for members, found in parts:
        rows = number[members]
        for tag, column in found.items():
            gathered[tag][0].append(rows)
            gathered[tag][1].append(column.values)
    out = {}
    for tag, (places, values) in gathered.items():
        if sum(map(len, values)) == total:  # every row has one, so that each goes straight to its place
            numbers = np.empty(total)
            for rows, some in zip(places, values, strict=True):
                numbers[rows] = some
            out[tag] = Column(numbers)
        elif len(places) == 1:
            out[tag] = Column(values[0], places[0])
        else:
            at, numbers = np.concatenate(places), np.concatenate(values)
            order = np.argsort(at, kind="stable")
            out[tag] = Column(numbers[order], at[order])
    return Block(total, out)
