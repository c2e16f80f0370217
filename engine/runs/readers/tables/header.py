"""What separates the cells of a table, and what its columns are called."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .words import BLANK, number

SEPARATORS = ("\t", ",", ";", "|")
BLANKS = ""
"""The separator of a table whose columns are set apart by any number of blanks."""
_RUN = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class Header:
    """The columns of a table; `lines` are how many lines at the file's start come before the first row."""

    separator: str
    names: tuple[str, ...]
    lines: int = 0
    numeric: bool = False
    """Whether there is no header: the first line holds numbers."""
    decimal: bool = False
    """Whether numbers have a comma where others have a point."""


def split(line: str, separator: str) -> list[str]:
    """The cells of a line, without the blanks around them."""
    if separator == BLANKS:
        return _RUN.split(line.strip())
    if '"' in line:
        try:
            cells = next(csv.reader([line.strip("\r\n")], delimiter=separator, skipinitialspace=True), [])
        except csv.Error:
            cells = line.replace('"', "").split(separator)
    else:
        cells = line.split(separator)
    if separator == "|" and len(cells) > 2 and not cells[0].strip() and not cells[-1].strip():
        cells = cells[1:-1]
    return [cell.strip() for cell in cells]


def read(text: str) -> Header | None:
    """The header of a table by its first lines, or None if these are no table."""
    lines = text.split("\n") if "\n" in text else text.split("\r")
    if len(lines) > 1:
        lines.pop()  # it may be cut
    skipped = 0
    while skipped < len(lines) and (not lines[skipped].strip() or _comment(lines, skipped)):
        skipped += 1
    body = [line for line in lines[skipped : skipped + 40] if line.strip() and not line.startswith("#")]
    if skipped < len(lines) and lines[skipped].startswith("#"):
        body.insert(0, lines[skipped].lstrip("# "))
    if not body:
        return None
    best = max((_fit(body, separator), -k, separator) for k, separator in enumerate((*SEPARATORS, BLANKS)))
    separator = best[2] if best[0] > 0 else ","
    if best[0] <= 0 and (len(body) < 2 or any(number(line.strip()) is None for line in body[1:])):
        return None
    first = split(body[0], separator)
    decimal = separator in ";\t" and _commas(body[1:], separator)
    numbers = [number(cell.replace(",", ".") if decimal else cell) for cell in first]
    blank = sum(n is None and c.lower() in BLANK for n, c in zip(numbers, first, strict=True))
    found = sum(n is not None for n in numbers)
    if found + blank == len(first) or (separator and len(first) - blank < 2 * found):
        names = tuple(f"col{k}" for k in range(len(first)))
        return Header(separator, names, skipped, True, decimal)
    return Header(separator, named(first), skipped + 1, decimal=decimal)


def named(cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, each but once: a second one gets a number; one without a name is called by its place."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    names: dict[str, None] = {}
    for k, cell in enumerate(cells):
        name = cell or ("index" if k == 0 else f"col{k}")
        count = 1
        while name in names:
            name, count = f"{cell or 'col'}.{count}", count + 1
        names[name] = None
    return tuple(names)


def is_header(cells: Sequence[str], header: Header) -> bool:
    """Whether a row is a header again: none of its cells is a number, and half of them are names of columns."""
    words = [cell for cell in cells if cell]
    if len(words) < 2 or len(set(words)) < len(words) - len(cells) // 2 or header.numeric:
        return False
    if any(number(cell) is not None or cell.lower() in BLANK for cell in words):
        return False
    return 2 * sum(cell in header.names for cell in words) >= len(words)


def _comment(lines: Sequence[str], k: int) -> bool:
    """Whether line `k` is a comment, and not a header behind a `#` as numpy.savetxt writes it."""
    if not lines[k].startswith("#"):
        return False
    if lines[k].startswith("#{") or k + 1 >= len(lines):
        return True
    return not any(
        1 < len(split(lines[k].lstrip("# "), s)) == len(split(lines[k + 1], s))
        and number(split(lines[k + 1], s)[0]) is not None
        for s in (*SEPARATORS, BLANKS)
    )


def _fit(body: Sequence[str], separator: str) -> float:
    """How well lines are split: how many of them have as many cells as the first, which has two at least."""
    if separator and separator not in body[0]:
        return 0.0
    width = len(split(body[0], separator))
    if width < 2:
        return 0.0
    same = sum(len(split(line, separator)) == width for line in body)
    # A table may be ragged; blanks also stand in prose, and must fit on every line.
    return same / len(body) if separator else float(same == len(body) and len(body) > 1) / 2


def _commas(rows: Sequence[str], separator: str) -> bool:
    cells = [cell for row in rows for cell in split(row, separator) if cell]
    return any(re.fullmatch(r"[+-]?\d+,\d+(e[+-]?\d+)?", cell, re.I) for cell in cells) and not any(
        re.fullmatch(r"[+-]?\d+\.\d+(e[+-]?\d+)?", cell, re.I) for cell in cells
    )
