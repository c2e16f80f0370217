"""Big pieces of clean tables, parsed by polars; whatever is not clean is left to `cells`."""

import sys
from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .axis import steplike
from .block import EXACT, Block, Column, Ints
from .header import BLANKS, Header

if TYPE_CHECKING:
    import polars as pl

LEAST, FIRST = 256 << 10, 2 << 20
"""Bytes below which polars is not worth its call, and its import."""
FEWEST = 64
"""Rows below which it is neither: it takes much memory for a column."""
BLANK = ["NA", "N/A", "#N/A", "None", "none", "null", "nil", "-", "--"]
"""Blank cells in the spellings that occur; others are left to `cells`."""


def worth(piece: bytes) -> bool:
    """Whether a piece is big enough to be parsed here."""
    least = LEAST if "polars" in sys.modules else FIRST
    at = 0 if len(piece) >= least else -1
    for _ in range(FEWEST):
        if at < 0:
            return False
        at = piece.find(b"\n", at + 1)
    return at >= 0


def coarse(columns: Mapping[str, Column]) -> bool:
    """Whether one of the columns that may be the step holds whole numbers that are too large for floats."""
    for name, column in columns.items():
        if steplike(name) and len(column.values) and not np.abs(column.values).max() < EXACT:
            sizes = np.abs(column.values)
            if bool(((sizes >= EXACT) & (sizes <= 2.0**63)).any()):
                return True
    return False


def parse(data: bytes, header: Header, text: Container[str]) -> Block | None:
    """The rows of whole lines, as `cells` would give them; None if some cell needs a closer look.

    `text` are the columns that held words; if there now is a number in one of them, that is not clean.
    """
    separator, width = header.separator, len(header.names)
    if separator in (BLANKS, "|") or header.decimal or b'"' in data or b"#" in data or b"\0" in data:
        return None
    if width < 2 or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
        return None
    numeric = [name not in text for name in header.names]
    frame = read(data, separator, numeric)
    if frame is None:
        frame = read(data, separator, numeric, BLANK)
    if frame is None:
        return None
    # A row that is too long is an error; one that is too short has been filled up silently, a blank line as well.
    if frame.to_series(width - 1).null_count() and data.count(separator.encode()) != (width - 1) * frame.height:
        return None
    columns = {}
    for name, series in zip(header.names, frame.get_columns(), strict=True):
        if name in text:
            if not _wordy(series):
                return None
        elif (column := numbers(series)) is not None:
            columns[name] = column
    return None if coarse(columns) else Block(frame.height, columns)


def read(data: bytes, separator: str, numeric: Sequence[bool], blank: Sequence[str] = ()) -> "pl.DataFrame | None":
    """Columns of numbers and of texts; None if a cell is not what it should be."""
    import polars as pl
    from polars.exceptions import PolarsError

    schema = {str(k): pl.Float64 if is_number else pl.String for k, is_number in enumerate(numeric)}
    try:
        return pl.read_csv(
            data, has_header=False, schema=schema, separator=separator, null_values=list(blank) or None, quote_char=None
        )
    except (PolarsError, ValueError):
        return None


def numbers(series: "pl.Series") -> Column | None:
    """A column of numbers without its blank cells; None if it has none."""
    missing = series.null_count()
    if not missing:
        return Column(series.to_numpy())
    if missing == len(series):
        return None
    rows: Ints = np.flatnonzero(series.is_not_null().to_numpy())
    return Column(series.drop_nulls().to_numpy(), rows)


def _wordy(series: "pl.Series") -> bool:
    """Whether no cell begins as a number, a time or a special number does."""
    return not bool(series.str.contains(r"^\s*([+-]?[\d.]|[+-]?(?i:nan|inf))").any())
