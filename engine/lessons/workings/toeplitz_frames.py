"""The frames of a convolution as one matrix: which weight is where, the product, and what is counted."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ..kit.figures import Cell, Formula, Grid, Origin, Table
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import toeplitz
from .connecting import chosen
from .linking import present
from .sliding import Slide, number, products, span, too_large

ABOUT = (
    "One row for each output, one column for each pixel, both in the order of flattening. The same weights stand along "
    "the diagonals: doubly block Toeplitz. Move here: the row's patch lights up in the image."
)


def as_matrix(state: State) -> Sequence[Frame]:
    """The matrix of taps, the matrix of weights with its product, and the counts."""
    slide = Slide.of(state)
    if not slide.geometry.fits:
        return (too_large(slide),)
    return Frames(3, lambda k: (_taps, _product, _counts)[k](slide, chosen(state, slide)))


def _matrix(slide: Slide, place: Cell, values: Floats, title: str, reach: tuple[float, float], signed: bool) -> Grid:
    g = slide.geometry
    unit = place[0] * g.out[1] + place[1]
    row = tuple((unit, int(pixel)) for pixel in np.flatnonzero(toeplitz.taps(g)[unit]))
    return Grid(
        name="matrix",
        title=title,
        about=ABOUT,
        values=values,
        shows="shades",
        signed=signed,
        reach=reach,
        row_axis="output",
        column_axis="pixel",
        cursor=row[len(row) // 2] if row else (unit, 0),
        picks=partial(_pick, g.out[1]),
        origin=partial(_entry, slide),
        marks={"source": row},
    )


def _pick(columns: int, unit: int, pixel: int) -> dict[str, int]:
    return {"row": unit // columns, "column": unit % columns}


def _entry(slide: Slide, unit: int, pixel: int) -> Origin:
    g = slide.geometry
    tap = int(toeplitz.taps(g)[unit, pixel])
    place, at = divmod(unit, g.out[1]), divmod(pixel, g.size[1])
    weight = "0, not connected"
    cells: dict[str, tuple[Cell, ...]] = {"image": (at,), "output": (place,)}
    if tap:
        a, b = divmod(tap - 1, g.kernel[1])
        weight = f"w[{a},{b}] = {number(slide.kernel[a, b])}"
        cells["kernel"] = ((a, b),)
    numbers = f"output ({place[0]},{place[1]}), pixel ({at[0]},{at[1]}): {weight}"
    return Origin(formulas=(Formula(symbols="M[output, pixel] = w[a,b]", numbers=numbers),), cells=cells)


def _pixels(slide: Slide, place: Cell) -> Grid:
    """The image without its border: the matrix has a column for each pixel, none for padding."""
    bare = replace(slide, geometry=replace(slide.geometry, padding=0))
    read = tuple(cell for _, cell in slide.geometry.inside(*place))
    title = "image 6x6" + (", its padding adds nothing" if slide.geometry.padding else "")
    return replace(bare.picture({"window": read, "never": ()}), title=title)


def _taps(slide: Slide, place: Cell) -> Frame:
    taps = toeplitz.taps(slide.geometry)
    names = np.arange(1.0, slide.kernel.size + 1).reshape(slide.kernel.shape)
    weights = replace(slide.weights(), title="weights, counted from 1", values=names, digits=0, signed=False, edits="")
    weights = replace(weights, reach=(0, slide.kernel.size), join="", new_row=True)
    title = f"which weight, {taps.shape[0]}x{taps.shape[1]}"
    matrix = _matrix(slide, place, taps.astype(float), title, (0, slide.kernel.size), False)
    return Frame(
        caption=f"A row for each output, a column for each pixel: the same {slide.kernel.size} weights in every row, "
        "moved along. All else is 0.",
        figures=present(matrix, _pixels(slide, place), weights),
    )


def _product(slide: Slide, place: Cell) -> Frame:
    g = slide.geometry
    values = toeplitz.as_matrix(g, slide.kernel)
    product = (values @ slide.image.ravel()).reshape(g.out)
    matrix = _matrix(slide, place, values, f"matrix M, {values.shape[0]}x{values.shape[1]}", span(slide.kernel), True)

    def origin(row: int, column: int) -> Origin | None:
        if (row, column) not in np.ndindex(*g.out):
            return None
        unit, read = row * g.out[1] + column, g.inside(row, column)
        at = [r * g.size[1] + c for _, (r, c) in read]
        terms = products(slide.image.ravel()[at], values[unit, at])
        numbers = f"y[{unit}] = {terms or '0'} = {number(product[row, column])}"
        symbols = "y[k] = Σ_i x[i]·M[k,i], where M[k,i] is connected"
        cells = {"image": tuple(cell for _, cell in read), "matrix": tuple((unit, pixel) for pixel in at)}
        return Origin(formulas=(Formula(symbols=symbols, numbers=numbers),), cells=cells)

    output = slide.result(product, {"target": (place,)}, join="", title=f"y = M · x, as {g.out[0]}x{g.out[1]}")
    return Frame(
        caption="Matrix times flattened image is the flattened output: a dense layer with most weights 0, the others "
        "tied.",
        figures=present(
            matrix,
            replace(_pixels(slide, place), title="x: image 6x6"),
            replace(output, picks=lambda r, c: {"row": r, "column": c}, origin=origin, cursor=place, new_row=True),
        ),
    )


def _counts(slide: Slide, place: Cell) -> Frame:
    g = slide.geometry
    taps = toeplitz.taps(g)
    entries, connected = taps.size, toeplitz.connections(g)
    distinct = int(np.unique(taps[taps > 0]).size)
    table = Table(
        name="entries",
        title="entries of the matrix",
        columns=("entries", "dense", "convolution"),
        rows=(
            ("in all", entries, entries),
            ("connected", entries, connected),
            ("free to differ", entries, distinct),
        ),
        marked=(2,),
        new_row=True,
    )
    matrix = _matrix(slide, place, (taps > 0).astype(float), "connected or not", (0, 1), False)
    return Frame(
        caption=f"{connected} entries are connected, and among them are only {distinct} different weights.",
        figures=present(matrix, table),
        formulas=(
            Formula(
                symbols="share connected = connections / entries",
                numbers=f"{connected} / {entries:,} = {100 * connected / entries:.2f} %",
            ),
        ),
    )
