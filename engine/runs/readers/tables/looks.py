"""Whether a table is the log of a training or a data set: both come as CSV and as JSON lines.

The rule: a log has a column whose name counts steps and whose numbers rise, or else numbers only, half of them under
names of what trainings measure. A data set is wide, or full of words. What the user named is a log wherever it holds
numbers.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from . import header
from .block import Block, wholes
from .cells import Rows
from .objects import Objects
from .words import CHRONICLE, EPOCH, IS_CLOCK, LEAVES, LOGGED, MEASURED, RANK, VAGUE, number, plain

WIDEST = 2000
"""A log has no more columns."""
NAMELESS = 32
"""A log without a header has no more."""
SAMPLE = 32
"""Rows that are looked at."""
SPOILED = 4
"""One cell of so many may be damaged in a column of numbers."""
FEWEST = 3
"""A single column has as many rows at least."""
_KEYS = re.compile(r'"((?:[^"\\]|\\.){1,80})"\s*:\s*-?\d')


def is_log(
    names: Iterable[str], block: Block, words: int, asked: bool, logged: bool = False, chronicle: bool = False
) -> bool:
    """Whether rows with these columns, `words` of which hold text, are a log.

    `logged` if the file is called by what trainings measure, `chronicle` if by what is written row after row.
    """
    names = list(names)
    if asked:
        return bool(block.columns)
    if not block.rows or len(names) > WIDEST:
        return False
    known = [name for name in names if (plain(name) in RANK or _leaf(name) in LEAVES) and name in block.columns]
    measured = [n for n in block.columns if n not in known and plain(n) not in IS_CLOCK and MEASURED.search(n)]
    others = [n for n in block.columns if n not in known and plain(n) not in IS_CLOCK]
    if 2 * words > len(names):
        return False
    for name in known:
        values = wholes(block.columns[name]) if block.columns[name].whole is not None else block.columns[name].values
        falls = sum(after < before for before, after in pairwise(values))
        if len(values) > 1 and (values == values[0]).all():
            continue
        sure = _leaf(name) not in VAGUE or 2 * len(measured) >= len(others) > 0 or (logged and not words)
        if sure and others and 4 * falls <= len(values) and (words <= len(others) or plain(name) in EPOCH):
            return True
    if not measured or block.rows < 2:
        return False
    return (logged or 2 * len(measured) >= len(others)) if not words else chronicle and words <= len(measured)


def _leaf(name: str) -> str:
    return plain(name).rpartition("/")[2]


def table(text: str, asked: bool, name: str = "") -> bool:
    """Whether a file of that name that begins so is a log in CSV."""
    found = header.read(text)
    if found is None:
        return False
    rows = Rows("", found, Counter())
    lines = text.split("\n") if "\n" in text else text.split("\r")
    block = rows.parse("\n".join([*lines[found.lines :][:SAMPLE], ""]).encode())
    if len(found.names) < 2 and not asked:
        told = LOGGED.search(name) is not None if found.numeric else MEASURED.search(found.names[0]) is not None
        return told and not rows.words and block.rows >= FEWEST
    if asked and _printed(found, rows):
        return False
    if found.numeric and not asked:
        return LOGGED.search(name) is not None and block.rows > 1 and len(found.names) <= NAMELESS
    if not block.rows and len({plain(one) for one in found.names} & RANK.keys()) > 0:
        long = (
            asked and "\n" not in text and len(found.names) > NAMELESS
        )  # even its header is longer than what was read
        return long or any(MEASURED.search(one) for one in found.names)
    logged, chronicle = LOGGED.search(name) is not None, CHRONICLE.search(name) is not None
    words = sum(SPOILED * one.count > one.numbers for one in rows.words.values())
    return is_log(found.names, block, words, asked, logged, chronicle)


def _printed(found: header.Header, rows: Rows) -> bool:
    """Whether lines are no rows but text with numbers in it: `step 3 loss 0.5`, whose first one would be a header."""
    return not found.numeric and bool(rows.words) and any(number(name) is not None for name in found.names)


def objects(text: str, asked: bool) -> bool:
    """Whether a file that begins so is a log in JSON lines."""
    start = text.lstrip("\ufeff \t\r\n")
    if not start.startswith("{"):
        return False
    lines = [line for line in text.split("\n")[: 2 * SAMPLE] if line.strip()]
    whole = lines if text.endswith("\n") or _is_object(lines[-1]) else lines[:-1]
    if not whole:  # the first line is longer than what was read
        keys = {plain(key) for key in _KEYS.findall(start)}
        return asked or bool(keys & RANK.keys() - VAGUE)
    good = [line for line in whole if _is_object(line)]
    if 2 * len(good) < len(whole):
        return False
    rows = Objects("", Counter())
    block = rows.parse(("\n".join(good) + "\n").encode())
    found = [json.loads(line) for line in good if '"' in line]
    texts = {
        key
        for one in found
        for key, value in one.items()
        if _wordy(value) and key not in block.columns and plain(key) not in IS_CLOCK
    }
    return is_log({*block.columns, *texts}, block, len(texts), asked, logged=True)


def _wordy(value: Any) -> bool:
    """Whether a value is a text, or a list that holds some."""
    if isinstance(value, list):
        return any(_wordy(one) or isinstance(one, dict) for one in value[:SAMPLE])
    return isinstance(value, str)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
