"""Running text in few columns: a prompt and what a model wrote, tokens with what each of them cost."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar

import numpy as np
from rich.cells import cell_len
from rich.style import Style

from ...engine.text import sanitize
from .palette import DARK, LEVELS, SEQUENTIAL, levels
from .pen import Line, pen

SHADES = " ░▒▓█"
EDGES = (1.0, 2.0, 4.0, 6.0)
"""Nats from which on a token's shade is one step darker."""
KEY = "░ from 1 nat, ▒ from 2, ▓ from 4, █ from 6"
RETURN = "⏎"
T = TypeVar("T")


def continued(prompt: str, text: str, width: int, height: int) -> list[Line]:
    """Prompt, then continuation, wrapped to `width` columns and cut to `height` lines.

    Each line says at its start whose its first character is: `>` for the prompt, `|` for the model.
    """
    style = pen(DARK.accent)
    cells: list[tuple[str, Style | None]] = [(char, None) for char in sanitize(prompt, newlines=True)]
    cells += [(char, style) for char in sanitize(text, newlines=True, limit=200_000)]
    lines: list[Line] = []
    wrapped = list(wrap(cells, width - 2))
    for row in wrapped[:height]:
        mark = "|" if row and row[0][1] is not None else ">"
        mark = mark if row else (lines[-1][0][0][0] if lines else ">")
        lines.append([(mark + " ", pen(DARK.dim)), *_joined(row)])
    if len(wrapped) > height:
        lines.append([(f"… {len(wrapped) - height} more lines are kept in the run", pen(DARK.dim))])
    return lines


def priced(tokens: Sequence[str], costs: Any, width: int, height: int, colour: bool) -> list[Line]:
    """Tokens as they stand in the text, darker the more nats each one cost, on at most `height` lines.

    Without colour the shades stand on a line of their own below the characters.
    """
    ramp = levels(SEQUENTIAL, DARK)
    cells: list[tuple[str, int]] = []
    for token, cost in zip(tokens, np.nan_to_num(np.asarray(costs, dtype=np.float64), nan=99.0), strict=False):
        step = int(np.searchsorted(EDGES, cost, side="right"))
        text = sanitize(token, newlines=True).replace("\n", RETURN + "\n")
        cells += [(char, step) for char in text]
    lines: list[Line] = []
    for row in wrap(cells, width):
        if len(lines) >= height:
            break
        if colour:
            background = [f"{ramp[step * (LEVELS // 2) // len(EDGES)]}" for _, step in row]
            lines.append(
                _joined([
                    (char, Style(color="#ffffff", bgcolor=back) if step else None)
                    for (char, step), back in zip(row, background, strict=True)
                ])
            )  # fmt: skip
            continue
        lines.append([("".join(char for char, _ in row), None)])
        lines.append([("".join(SHADES[step] * cell_len(char) for char, step in row), None)])
    return lines


def wrap(cells: Sequence[tuple[str, T]], width: int) -> Iterator[list[tuple[str, T]]]:
    """Characters with what belongs to each, broken at line feeds and, where there are any, after spaces."""
    row: list[tuple[str, T]] = []
    used = 0
    for char, own in cells:
        if char == "\n":
            yield row
            row, used = [], 0
            continue
        if used + cell_len(char) > max(1, width):
            if char == " ":
                continue  # what the eye takes for the break
            cut = next((k for k in range(len(row), 0, -1) if row[k - 1][0] == " "), 0) or len(row)
            yield row[:cut]
            row = row[cut:]
            used = sum(cell_len(before) for before, _ in row)
        row.append((char, own))
        used += cell_len(char)
    if row:
        yield row


def _joined(cells: Sequence[tuple[str, Style | None]]) -> Line:
    return [("".join(char for char, _ in group), style) for style, group in groupby(cells, key=lambda cell: cell[1])]
