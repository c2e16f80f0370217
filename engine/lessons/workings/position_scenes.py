"""The scenes of `positions` on sinusoids: the table, its dot products, its wavelengths. Torch-free."""

from typing import Any

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Origin, Table
from ..kit.lesson import Frame
from ..kit.state import State
from .sinusoids import likeness, rates, sinusoids, wavelengths

PLACES = 24
"""Positions that are drawn."""


def table_of(state: State) -> tuple[Frame, ...]:
    """The heat map of position by dimension, and one position as numbers."""
    width, p = state["width"], state["position"]
    places = max(PLACES, p + 1)
    table = sinusoids(np.arange(places), width)
    columns = min(width, 32)
    rate = rates(width)

    def origin(row: int, column: int) -> Origin:
        return entry(row, column, width)

    def picks(row: int, column: int) -> dict[str, int]:
        return {"position": row}

    heat = Grid(
        name="PE",
        title=f"PE, position x dimension, {places}x{width}" + (f" (first {columns})" if columns < width else ""),
        about="Even columns are sines, odd ones cosines. On the left they turn fast, to the right ever more slowly.",
        values=table[:, :columns],
        shows="shades",
        signed=True,
        reach=(-1, 1),
        scope="PE",
        row_labels=tuple(map(str, range(places))),
        row_axis="position",
        column_axis="dimension",
        cursor=(p, 0),
        marks={"focus": tuple((p, column) for column in range(columns))},
        origin=origin,
        picks=picks,
    )
    first = Bars(
        name="row",
        title=f"PE({p}), dimensions 0 to 7",
        labels=tuple(f"{'cos' if i % 2 else 'sin'}({p}·{rate[i // 2]:.3g})" for i in range(min(8, width))),
        values=table[p, :8],
        high=1,
        origin=lambda bar, column: entry(p, bar, width),
    )
    norm = float((table[p] ** 2).sum())
    norms = Formula(symbols="|PE(p)|² = Σ sin² + cos² = d/2", numbers=f"{norm:.6g} = {width}/2")
    start = Grid(
        name="start",
        title="PE(0)",
        about="At position 0 every sine is 0 and every cosine 1.",
        values=table[:1, :8],
        row_labels=("0",),
        new_row=True,
        origin=lambda row, column: entry(0, column, width),
    )
    return (
        Frame(
            caption="Each position p = 0, 1, 2, … gets d numbers between -1 and 1, like the hands of d/2 clocks.",
            figures=(heat, first),
            formulas=(
                Formula(
                    symbols="PE(p, 2i) = sin(p / 10000^(2i/d)), PE(p, 2i+1) = cos(…)",
                    numbers=f"PE({p}, 0) = sin({p}) = {table[p, 0]:.3f}, PE({p}, 1) = cos({p}) = {table[p, 1]:.3f}",
                ),
            ),
        ),
        Frame(
            caption="All positions are equally long: sin² + cos² = 1 for each pair. Position 0 is 0, 1, 0, 1, …",
            figures=(
                Bars(
                    name="norms",
                    title="|PE(p)|²",
                    labels=tuple(f"p = {k}" for k in range(6)),
                    values=(table[:6] ** 2).sum(1),
                    reference=("d/2", width / 2),
                    origin=lambda bar, column: _squares(bar, width),
                ),
                start,
            ),
            formulas=(norms,),
        ),
    )


def _squares(p: int, width: int) -> Origin:
    """|PE(p)|² as one sin² + cos² for each pair."""
    told = " + ".join(["1"] * min(8, width // 2)) + (" + …" if width > 16 else "")
    first = float(rates(width)[0]) * p
    pair = f"{np.sin(first) ** 2:.4f} + {np.cos(first) ** 2:.4f} = 1"
    return Origin(
        formulas=(
            Formula(symbols=f"Σ over {width // 2} pairs of sin² + cos²", numbers=f"{told} = {width / 2:g}"),
            Formula(symbols=f"pair 0: sin²({p}) + cos²({p})", numbers=pair),
        )
    )


def entry(row: int, column: int, width: int) -> Origin:
    """Where PE(row) at `column` came from."""
    pair, name = column // 2, "cos" if column % 2 else "sin"
    angle = row * float(rates(width)[pair])
    value = np.cos(angle) if column % 2 else np.sin(angle)
    power = f"10000^({2 * pair}/{width})"
    numbers = f"{name}({row} / {power}) = {name}({angle:.4f}) = {value:.4f}"
    return Origin(formulas=(Formula(symbols=f"PE(p, {column}) = {name}(p / {power})", numbers=numbers),))


def dots(state: State) -> tuple[Frame, ...]:
    """PE(p)·PE(q) depends on q - p alone."""
    width, k = state["width"], state["offset"]
    table = sinusoids(np.arange(PLACES), width)
    products = table @ table.T
    line = np.array([likeness(j, width) for j in range(4 * PLACES)])
    here = [(p, p + k) for p in range(PLACES - k)] if k < PLACES else []

    def origin(row: int, column: int) -> Origin:
        j = abs(row - column)
        numbers = f"k = {j}: {likeness(j, width):.4f}; row times row: {products[row, column]:.4f}"
        return Origin(formulas=(Formula(symbols="PE(p)·PE(p+k) = Σ cos(k w_i)", numbers=numbers),))

    matrix = Grid(
        name="dots",
        title=f"PE(p)·PE(q), {PLACES}x{PLACES}",
        about="Every diagonal holds one number: how alike two positions are depends on their distance alone.",
        values=products,
        shows="shades",
        signed=True,
        scope="dot products",
        row_labels=tuple(map(str, range(PLACES))),
        row_axis="p",
        column_axis="q",
        marks={"focus": tuple(here)},
        origin=origin,
    )
    curve = Curves(
        name="likeness",
        title="Σ cos(k w_i) over the distance k",
        x=np.arange(len(line), dtype=float),
        lines={"likeness": line},
        x_label="k",
        levels={"d/2": width / 2},
        at=float(k),
    )
    spread = np.array([products[p, p + k] for p in range(PLACES - k)]) if k < PLACES else np.array([0.0])
    return (
        Frame(
            caption=f"At distance k = {k} the dot product is {likeness(k, width):.2f}, wherever p is: only "
            "the distance counts.",
            figures=(matrix, curve),
            formulas=(
                Formula(
                    symbols="PE(p)·PE(p+k) = Σ cos(k w_i)",
                    numbers=f"{likeness(k, width):.4f} for every p, within {np.ptp(spread):.0e}",
                ),
            ),
        ),
    )


def lengths(state: State) -> tuple[Frame, ...]:
    """Wavelengths from 2 pi up."""
    width = state["width"]
    waves = wavelengths(width)
    many, last = len(waves) > 8, len(waves) - 1
    picked = sorted({0, 1, last // 4, last // 2, 3 * last // 4, last}) if many else list(range(len(waves)))
    rows: list[list[Any]] = []
    for before, i in zip([-1, *picked], picked, strict=False):
        rows += [["…", "", "", ""]] if i > before + 1 else []
        rows.append([str(i), f"{2 * i}, {2 * i + 1}", f"{rates(width)[i]:.4g}", f"{waves[i]:,.2f}"])

    def origin(row: int, column: int) -> Origin | None:
        if rows[row][0] == "…":
            return None
        i = int(rows[row][0])
        rate = f"10000^(-{2 * i}/{width}) = {rates(width)[i]:.4g}"
        formulas = [Formula(symbols="w_i = 10000^(-2i/d)", numbers=rate)]
        if column == 3:
            numbers = f"2π / {rates(width)[i]:.4g} = {waves[i]:,.2f} positions"
            formulas.insert(0, Formula(symbols="wavelength = 2π / w_i", numbers=numbers))
        elif column < 2:
            told = f"pair {i}, counted from 0: {2 * i} and {2 * i + 1}"
            formulas = [Formula(symbols="dimensions 2i (sine) and 2i + 1 (cosine)", numbers=told)]
        return Origin(formulas=tuple(formulas))

    table = Table(
        name="table",
        title=f"d = {width}",
        columns=("pair i", "dimensions", "w_i", "wavelength"),
        rows=rows,
        marked=(len(rows) - 1,),
        origin=origin,
    )
    curve = Curves(
        name="waves",
        title="positions until a pair has gone round",
        x=np.arange(len(waves), dtype=float),
        lines={"wavelength": waves},
        x_label="pair i",
        log_y=True,
        about="Pair i goes round once in 2π / w_i positions. The upper line, 2π·10000, would be the pair i = d/2, but "
        "the last pair is i = d/2 - 1.",
        at=float(last),
        levels={"shortest, 2π": 2 * np.pi, "2π·10000, not reached": 2 * np.pi * 10_000},
        dots=len(waves) <= 16,
    )
    return (
        Frame(
            caption=f"Wavelengths grow geometrically from 2π to {waves[-1]:,.0f} positions: fine and coarse clocks.",
            figures=(table, curve),
            formulas=(
                Formula(
                    symbols="2π · 10000^(2i/d), i = 0 … d/2 - 1",
                    numbers=f"2π = {waves[0]:.4f} … 2π·10000^(1 - 2/{width}) = {waves[-1]:,.0f}",
                ),
            ),
        ),
    )
