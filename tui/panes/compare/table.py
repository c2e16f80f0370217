"""The table of a comparison as rows of texts: quantities down, models across. Knows nothing of any screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from ....engine.comparing.metrics import metric
from ....engine.comparing.words import digits
from ....engine.text import sanitize
from ...render.numbers import pad, short

ARROWS = {1: " ↑", -1: " ↓", 0: ""}
GAP = 2
LONGEST = 16
"""Columns that a name may have at the head of the table; longer ones get a letter, if any is longer."""

Line = tuple[str, list[tuple[str, bool]]]


@dataclass(frozen=True)
class Row:
    """A label, one text a model ("" where it states nothing), and which of them lead."""

    label: str
    cells: tuple[str, ...]
    leading: tuple[bool, ...]


def heads(document: Mapping[str, Any]) -> list[str]:
    """The names of the models at the head of the table: letters if one is long."""
    names = [sanitize(entry["name"], limit=100) for entry in document["entries"]]
    if max(map(cell_len, names), default=0) <= LONGEST:
        return names
    return [letter(k) for k in range(len(names))]


def letter(k: int) -> str:
    """A, B, … Z, A2, …"""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[k % 26] + (str(k // 26 + 1) if k >= 26 else "")


def rows(document: Mapping[str, Any]) -> list[Row]:
    """What it costs, then every metric; values with their sd over seeds where there are several."""
    entries = document["entries"]
    none = (False,) * len(entries)

    def row(label: str, cells: Sequence[str]) -> Row:
        return Row(label, tuple(cells), none)

    found = [
        row("parameters", [_count(e["parameters"]) for e in entries]),
        row("multiply-adds", [short(e["multiply_adds"]) if e["multiply_adds"] else "" for e in entries]),
        row("steps", [_steps(e["steps"]) for e in entries]),
        row("training", [_spread(e["train_seconds"], 1.0, " s") for e in entries]),
        row("time per step", [_pace(e) for e in entries]),
    ]
    if len({len(e["seeds"]) for e in entries}) > 1:
        found.append(row("seeds", [str(len(e["seeds"])) for e in entries]))
    names = list(dict.fromkeys(name for e in entries for name in e["metrics"]))
    names.sort(key=lambda name: -sum(name in e["metrics"] for e in entries))  # what all state comes first
    for name in names:
        how, leaders = metric(name), document["leaders"].get(name, [])
        cells = [_spread(e["metrics"].get(name), how.scale, _suffix(how.unit)) for e in entries]
        label = sanitize(how.label, limit=40) + ARROWS[how.better]
        found.append(Row(label, tuple(cells), tuple(e["name"] in leaders for e in entries)))
    return [r for r in found if any(r.cells)]


def blocks(names: Sequence[str], table: Sequence[Row], width: int) -> list[list[int]]:
    """Which models go side by side in `width` columns; the others follow below."""
    left = max((cell_len(r.label) for r in table), default=0)
    sizes = [max([cell_len(n), *(cell_len(r.cells[k]) + 1 for r in table)]) + GAP for k, n in enumerate(names)]
    found: list[list[int]] = []
    room = 0
    for k, size in enumerate(sizes):
        if not found or size > room:
            found.append([])
            room = width - left
        found[-1].append(k)
        room -= size
    return found


def lines(names: Sequence[str], table: Sequence[Row], shown: Sequence[int]) -> list[Line]:
    """Head and rows for the models `shown`: a padded label, and padded cells with whether they lead."""
    left = max((cell_len(r.label) for r in table), default=0)
    sizes = [max([cell_len(names[k]), *(cell_len(r.cells[k]) + 1 for r in table)]) + GAP for k in shown]
    head = [(pad(names[k] + " ", size, "right"), False) for k, size in zip(shown, sizes, strict=True)]
    made = [(" " * left, head)]
    for r in table:
        cells = []
        for k, size in zip(shown, sizes, strict=True):
            lead = r.leading[k]
            cells.append((pad(r.cells[k] + ("*" if lead else " "), size, "right"), lead))
        made.append((pad(r.label, left), cells))
    return made


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _steps(values: Sequence[int]) -> str:
    if not values:
        return ""
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{short(low)}-{short(high)}"


def _pace(entry: Mapping[str, Any]) -> str:
    seconds = entry["seconds_per_step"]
    if not seconds:
        return ""
    scale, unit = (1e3, " ms") if seconds < 1 else (1.0, " s")
    sd = (entry["seconds_per_step_sd"] or 0.0) * scale
    return f"{digits(seconds * scale, sd)} ± {digits(sd, sd)}{unit}" if sd else f"{seconds * scale:.3g}{unit}"


def _spread(summary: Mapping[str, Any] | None, scale: float, suffix: str) -> str:
    if summary is None:
        return ""
    mean, sd = float(summary["mean"]) * scale, float(summary["sd"] or 0.0) * scale
    if sd > 0:
        return f"{digits(mean, sd)} ± {digits(sd, sd)}{suffix}"
    return f"{mean:.4g}{suffix}"


def _suffix(unit: str) -> str:
    return f" {unit}" if unit in ("%", "s") else ""
