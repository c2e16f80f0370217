"""Rows whose step is none: damage, where they are few; where they are many, their column does not count steps."""

from dataclasses import dataclass

import numpy as np

from .block import Block, Bools
from .words import EPOCH, RANK, plain

LIMIT = 2.0**63
FRACTIONS = 8
"""One in so many steps may be a fraction, before they are taken for something else."""


@dataclass
class Steps:
    """Judges a column of steps block after block."""

    key: str
    rows: int = 0
    odd: int = 0
    fractions: int = 0
    risen: bool = False
    """Whether a step was not negative: those that are after it are damage, for no training is resumed there."""

    def bad(self, block: Block) -> Bools | None:
        """Which rows of the next block have no step that can be one, if any."""
        column = block.columns[self.key]
        values, whole = column.values, column.whole
        self.rows += block.rows
        with np.errstate(invalid="ignore"):
            fine = (np.floor(values) == values) & (np.abs(values) < LIMIT)
        if whole is not None:
            fine |= (np.abs(values) == LIMIT) & (whole != 0)
        if not fine.all():
            self.fractions += int((~fine & (np.abs(values) < LIMIT)).sum())
        if len(values) and not values.min() >= 0:
            risen = np.logical_or.accumulate(fine & (values >= 0)) | self.risen
            fine &= ~(risen & (values < 0))
        self.risen = self.risen or bool((values >= 0).any())
        words = block.texts.get(self.key)
        if fine.all() and words is None:
            return None
        bad = np.zeros(block.rows, bool)
        bad[np.flatnonzero(~fine) if column.rows is None else column.rows[~fine]] = True
        if words is not None:
            bad[words] = True
        self.odd += int(bad.sum())
        return bad

    @property
    def few(self) -> bool:
        """Whether what is bad so far are a few rows of a column that otherwise counts steps."""
        name = plain(self.key)
        strict = name in EPOCH or name not in RANK
        return 2 * self.odd <= self.rows and self.fractions * FRACTIONS <= (0 if strict else self.rows)


def readable(block: Block, key: str) -> Block | None:
    """A table's first rows without those whose step is none; None if they are too many."""
    steps = Steps(key)
    bad = steps.bad(block)
    if bad is None:
        return block
    return block.kept(~bad) if steps.few else None
