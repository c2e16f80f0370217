"""The frames of one side of an image: at which columns the kernel stands, and how many places it has."""

import numpy as np

from ..kit.figures import Formula, Grid
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import convolving
from .linking import present


def size_formula(n: int, k: int, s: int, p: int) -> Formula:
    """The places of a kernel of k along n pixels with padding p on both sides, in steps of s."""
    size = convolving.output_size(n, k, s, p)
    exact = (n + 2 * p - k) / s
    numbers = f"floor(({n} + 2·{p} - {k}) / {s}) + 1 = floor({exact:.3g}) + 1 = {size}" if size else "no place fits"
    return Formula(symbols="out = floor((n + 2p - k) / s) + 1", numbers=numbers)


def positions(state: State) -> Frames:
    """One side of the image: where the kernel stands, step by step, and what it leaves at the end."""
    n, k, s, p = state["n"], state["k"], state["stride"], state["padding"]
    begins, width = convolving.starts(n, k, s, p), n + 2 * p
    line = np.pad(np.linspace(0.3, 0.9, n), p)
    end = begins[-1] + k if begins else 0
    read = {begin + tap for begin in begins for tap in range(k)}

    def frame(i: int) -> Frame:
        shown = begins if i == 0 else begins[:i]
        rows = max(1, len(begins))
        values = np.tile(line, (rows, 1))
        if i:
            values[len(shown) :] = np.nan
        never = tuple((row, c) for row in range(len(shown) or 1) for c in range(width) if c not in read)
        grid = Grid(
            name="steps",
            title=f"one row of {n} pixels, padded to {width}",
            about="Each line is one place of the kernel, which is drawn as a window. Padding is 0. Hatched columns are "
            "never read: between two windows, or after the last.",
            values=values,
            digits=1,
            shows="shades" if width > 15 else "numbers",
            reach=(0, 1),
            column_labels=tuple(str(c) for c in range(width)),
            column_axis="column of the padded row",
            row_axis="step",
            marks={"window": tuple((row, b + tap) for row, b in enumerate(shown) for tap in range(k)), "never": never},
        )
        if not begins:
            caption = f"A kernel of {k} does not fit into {width} columns: there is no output."
        elif i == 0:
            rest = f" Columns from {end} on are left over: the division is rounded down." if end < width else ""
            caption = f"The kernel begins at columns {', '.join(map(str, begins))}: {len(begins)} places.{rest}"
        else:
            caption = f"Step {i}: columns {begins[i - 1]} to {begins[i - 1] + k - 1}, {s} further than the step before."
            caption = caption if i > 1 else f"Step 1: columns 0 to {k - 1} (columns count from 0)."
        return Frame(caption=caption, figures=present(grid), formulas=(size_formula(n, k, s, p),))

    return Frames(1 + len(begins), frame)
