"""The rows of the table of final values: a run each, or a group each with mean ± sd. Knows nothing of any widget."""

import math
import statistics
from collections.abc import Sequence
from datetime import datetime

from ....engine.runs.analysis.columns import (
    FACTS,
    Column,
    ColumnError,
    Value,
    best,
    defaults,
    ordered,
    parse,
)
from ....engine.runs.analysis.grouping import groups
from ....engine.runs.run import Run
from ...render.numbers import clock, compact
from ...render.palette import Ink
from ..looks import common, looks
from ..roster import Member
from .sheet import Cell, Head, Row, Sheet, Tone

DESCENDING = "-"
SUITING, WITHOUT = "*", "!"
"""Among columns that are asked for: all that suit the runs, whoever is shown; a column of these that is not wanted."""
OTHER = "†"
"""Behind a value of a series whose tag only ends like the column's."""
MISSING = Cell("–", "dim")
SIGNS: dict[str, Tone] = {"failed": "bad", "running": "accent"}


def columns_of(specs: Sequence[str], runs: Sequence[Run]) -> list[Column]:
    """The columns that are asked for, or those that suit `runs`; what is not understood is left out.

    With those that suit (`*`) the others stand behind how the run stands.
    """
    own = [spec for spec in specs if spec != SUITING and not spec.startswith(WITHOUT)]
    if not specs or SUITING in specs:
        suiting = [spec for spec in defaults(runs) if WITHOUT + spec not in specs and spec not in own]
        facts = [spec for spec in suiting if spec in FACTS]
        own = [*facts, *own, *suiting[len(facts) :]]
    found: list[Column] = []
    for spec in own:
        try:
            column = parse(spec)
        except ColumnError:
            continue
        if column not in found:
            found.append(column)
    return found


def finals(
    members: Sequence[Member], columns: Sequence[Column], sort: str, group: Sequence[str], inside: bool, ink: Ink
) -> Sheet:
    """A row a member, without the folder that all are in; with `group` a row a group, and `inside` its members too."""
    values = [column.values([member.run for member in members]) for column in columns]
    notes = [others(column, members) for column in columns]
    heads = tuple(_head(column, sort) for column in columns)
    folder = common([member.name for member in members])
    skip = len(folder)
    if not group:
        rows = _rows(members, columns, values, notes, _order(columns, values, sort), skip, ink)
        return Sheet(f"run of {folder}" if folder else "run", heads, tuple(rows))
    place = {id(member.run): k for k, member in enumerate(members)}
    found = groups([member.run for member in members], group)
    inner = [[place[id(run)] for run in one.runs] for one in found]
    means = [[_mean([column[k] for k in ks]) for ks in inner] for column in values]
    leading = [best(column, own) for column, own in zip(columns, means, strict=True)]
    cells = [
        _noted(
            [_spread(column, [own[k] for k in ks], g in lead) for g, ks in enumerate(inner)],
            [any(note[k] for k in ks) for ks in inner],
        )
        for column, own, lead, note in zip(columns, values, leading, notes, strict=True)
    ]
    rows = []
    for g in _order(columns, means, sort):
        ks = inner[g]
        swatch, colour = looks(g, ink)
        rows.append(Row(f"{found[g].label} ({len(ks)})", tuple(column[g] for column in cells), swatch, colour))
        if inside:
            part, told = [[own[k] for k in ks] for own in values], [[note[k] for k in ks] for note in notes]
            some = [members[k] for k in ks]
            rows += [
                Row("  " + row.name, row.cells, row.swatch, row.colour, quiet=True)
                for row in _rows(some, columns, part, told, _order(columns, part, sort), skip, ink)
            ]
    return Sheet("group (runs)", heads, tuple(rows))


def _head(column: Column, sort: str) -> Head:
    mark = {column.spec: " ▲", DESCENDING + column.spec: " ▼"}.get(sort, "")
    if column.subject != "series":
        return Head("config" if column.subject == "config" else "", column.name, mark, left=column.kind == "text")
    how = column.reduction + (f" {column.place} of" if column.place else "")
    return Head(how, column.name, mark)


def _order(columns: Sequence[Column], values: Sequence[Sequence[Value]], sort: str) -> list[int]:
    """The numbers of the rows in the order that is asked for."""
    specs = [column.spec for column in columns]
    reverse = sort.startswith(DESCENDING) and sort not in specs
    spec = sort[1:] if reverse else sort
    count = len(values[0]) if values else 0
    return ordered(values[specs.index(spec)], reverse) if spec in specs else list(range(count))


def _rows(
    members: Sequence[Member],
    columns: Sequence[Column],
    values: Sequence[Sequence[Value]],
    notes: Sequence[Sequence[str]],
    order: Sequence[int],
    skip: int,
    ink: Ink,
) -> list[Row]:
    leading = [best(column, own) for column, own in zip(columns, values, strict=True)]
    cells = [
        _noted([_cell(column, value, k in lead) for k, value in enumerate(own)], [bool(one) for one in note])
        for column, own, lead, note in zip(columns, values, leading, notes, strict=True)
    ]
    rows = []
    for k in order if columns else range(len(members)):
        swatch, colour = looks(members[k].slot, ink)
        rows.append(Row(members[k].name[skip:], tuple(column[k] for column in cells), swatch, colour))
    return rows


def others(column: Column, members: Sequence[Member]) -> list[str]:
    """For each member the tag whose value stands in the column where it is not the column's own; else nothing."""
    tags = [column.tag(member.run) for member in members]
    return [tag if tag != column.name else "" for tag in tags]


def _noted(cells: Sequence[Cell], marked: Sequence[bool]) -> list[Cell]:
    """The cells of a column, in which those of `marked` rows are of series with another tag."""
    if not any(marked):
        return list(cells)
    texts = [cell.text.rstrip() + OTHER * mark for cell, mark in zip(cells, marked, strict=True)]
    numbers = [len(text.rstrip("*" + OTHER)) for text in texts]
    behind = max(len(text) - number for text, number in zip(texts, numbers, strict=True))
    return [
        Cell(text if cell is MISSING else text.ljust(number + behind), (cell.tone or "dim") if mark else cell.tone)
        for text, number, cell, mark in zip(texts, numbers, cells, marked, strict=True)
    ]


def _cell(column: Column, value: Value, leads: bool) -> Cell:
    if value is None:
        return MISSING
    if isinstance(value, str):
        return Cell(value, SIGNS.get(value, "") if column.name == "status" else "")
    tone: Tone = "best" if leads else "" if math.isfinite(value) else "bad"
    return Cell(written(column, value) + ("*" if leads else " " if column.better else ""), tone)


def written(column: Column, value: float) -> str:
    """A number in the form of its column."""
    if not math.isfinite(value):
        return compact(value, 8)
    if column.kind == "count":
        return f"{value:,.0f}"
    if column.kind == "duration":
        return clock(value)
    if column.kind == "date":
        try:
            return datetime.fromtimestamp(value).strftime("%m-%d %H:%M")
        except (ValueError, OverflowError, OSError):
            return "?"
    return compact(value, 10, 5)


def _numbers(values: Sequence[Value]) -> list[float]:
    return [value for value in values if isinstance(value, float) and math.isfinite(value)]


def _mean(values: Sequence[Value]) -> Value:
    """The mean of the numbers; of texts the one they share."""
    numbers = _numbers(values)
    if numbers:
        return math.fsum(value / len(numbers) for value in numbers)
    texts = {value for value in values if isinstance(value, str)}
    return texts.pop() if len(texts) == 1 else None


def _spread(column: Column, values: Sequence[Value], leads: bool) -> Cell:
    """Mean ± standard deviation (n-1); how many values it is of, where some are missing."""
    numbers = _numbers(values)
    if not numbers:
        texts = sorted({value for value in values if isinstance(value, str)})
        return MISSING if not texts else Cell(texts[0] if len(texts) == 1 else f"{len(texts)} values", "")
    mean = _mean(values)
    assert isinstance(mean, float)
    told = written(column, mean) if column.kind != "number" else compact(mean, 9, 4)
    if len(numbers) > 1 and column.kind != "date":
        sd = _deviation(numbers)
        told += " ± " + (written(column, sd) if column.kind != "number" else compact(sd, 7, 2))
    if len(numbers) < len(values):
        told += f" ({len(numbers)})"
    return Cell(told + ("*" if leads else " " if column.better else ""), "best" if leads else "")


def _deviation(numbers: Sequence[float]) -> float:
    """The standard deviation with n-1, for numbers of any size."""
    scale = max(map(abs, numbers)) or 1.0
    return statistics.stdev(value / scale for value in numbers) * scale
