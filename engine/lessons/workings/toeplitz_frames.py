"""The frames of a convolution as one matrix: which weight is where, the product, and what is counted."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ..kit.figures import Cell, Formula, Grid, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import toeplitz
from .connecting import chosen
from .linking import present
from .sliding import Slide, number, products, span, too_large

ABOUT = (
    "One row for each output, one column for each pixel, both in the order of flattening. The same weights stand along "
    "the diagonals: doubly block Toeplitz. Move here to choose an output."
)
SUM = "y[k] = Σ_i x[i]·M[k,i]"


def as_matrix(state: State) -> Sequence[Frame]:
    """The whole matrix; some of its rows, weight by weight; one row and its product with the image; the counts."""
    slide = Slide.of(state)
    if not slide.geometry.fits:
        return (too_large(slide),)
    return Frames(4, lambda k: (_whole, _rows, _product, _counts)[k](slide, chosen(state, slide)))


def _whole(slide: Slide, place: Cell) -> Frame:
    g = slide.geometry
    values = toeplitz.as_matrix(g, slide.kernel)
    unit = place[0] * g.out[1] + place[1]
    row = tuple((unit, int(pixel)) for pixel in np.flatnonzero(toeplitz.taps(g)[unit]))
    matrix = Grid(
        name="matrix",
        title=f"matrix M, {values.shape[0]}x{values.shape[1]}",
        about=ABOUT,
        values=values,
        shows="shades",
        signed=True,
        reach=span(slide.kernel),
        row_axis="output",
        column_axis="pixel",
        cursor=row[len(row) // 2] if row else (unit, 0),
        picks=partial(_pick, g.out[1]),
        origin=partial(_entry, slide),
        marks={"source": row},
    )
    return Frame(
        caption="A row for each output, a column for each pixel: the weights stand in bands along the diagonals, all "
        "else is 0.",
        figures=present(matrix),
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
    return Origin(formulas=(Formula(symbols="M[output, pixel] = w[a,b]", numbers=numbers),), cells=cells, gives=False)


def _pixels(slide: Slide, place: Cell) -> Grid:
    """The image without its border: the matrix has a column for each pixel, none for padding."""
    bare = replace(slide, geometry=replace(slide.geometry, padding=0))
    read = tuple(cell for _, cell in slide.geometry.inside(*place))
    title = "image 6x6" + (", its padding adds nothing" if slide.geometry.padding else "")
    return replace(bare.picture({"window": read, "never": ()}), title=title)


def _rows(slide: Slide, place: Cell) -> Frame:
    """The rows of one row of outputs: which weight, counted from 0, connects each output and pixel."""
    g = slide.geometry
    first = place[0] * g.out[1]
    names = np.arange(slide.kernel.size, dtype=float).reshape(slide.kernel.shape)
    taps = toeplitz.taps(g)[first : first + g.out[1]]
    reach = (0.0, float(slide.kernel.size - 1))
    numbered = replace(slide.weights(), title="weights, numbered from 0", values=names, digits=0, signed=False)
    rows = Grid(
        name="rows",
        title=f"which weight: rows {first} to {first + g.out[1] - 1} of the matrix",
        about=ABOUT,
        values=np.where(taps > 0, taps - 1.0, np.nan),
        digits=0,
        signed=False,
        reach=reach,
        row_labels=tuple(str(first + k) for k in range(g.out[1])),
        row_axis="output",
        column_axis="pixel, 0 to 35",
        cursor=(place[1], int(np.argmax(taps[place[1]] > 0))),
        picks=lambda row, _: {"row": place[0], "column": row},
        origin=lambda row, pixel: _entry(slide, first + row, pixel),
        marks={"source": tuple((place[1], int(pixel)) for pixel in np.flatnonzero(taps[place[1]]))},
    )
    return Frame(
        caption=f"The rows of the outputs in row {place[0]}: the same {slide.kernel.size} weights in each, moved along "
        "from row to row.",
        figures=present(rows, replace(numbered, reach=reach, join="", new_row=True, edits="")),
    )


def _product(slide: Slide, place: Cell) -> Frame:
    """One row of the matrix, laid out like the image, times the image: one number of the output."""
    g = slide.geometry
    matrix = toeplitz.as_matrix(g, slide.kernel)
    unit = place[0] * g.out[1] + place[1]
    product = (matrix @ slide.image.ravel()).reshape(g.out)
    read = tuple(cell for _, cell in g.inside(*place))

    def origin(row: int, column: int) -> Origin:
        k, reads = row * g.out[1] + column, g.inside(row, column)
        at = [r * g.size[1] + c for _, (r, c) in reads]
        terms = products(slide.image.ravel()[at], matrix[k, at])
        numbers = f"y[{k}] = {terms or '0'} = {number(product[row, column])}"
        under = tuple(cell for _, cell in reads)
        cells = {"image": under, "row": under} if k == unit else {}
        return Origin(formulas=(Formula(symbols=SUM, numbers=numbers),), cells=cells)

    weights = Grid(
        name="row",
        title=f"row {unit} of M, as 6x6",
        about="The entries of one row of the matrix, each at the place of its pixel. All others are 0.",
        values=matrix[unit].reshape(g.size),
        signed=True,
        reach=span(slide.kernel),
        origin=lambda r, c: _entry(slide, unit, r * g.size[1] + c),
        marks={"window": read},
        join="×",
    )
    output = slide.result(product, {"target": (place,)}, title=f"y = M · x, as {g.out[0]}x{g.out[1]}")
    return Frame(
        caption="Matrix times flattened image is the flattened output: a dense layer with most weights 0, the others "
        "tied.",
        figures=present(
            replace(_pixels(slide, place), title="x: image 6x6"),
            weights,
            replace(output, picks=lambda r, c: {"row": r, "column": c}, origin=origin, cursor=place),
        ),
    )


def _counts(slide: Slide, place: Cell) -> Frame:
    g = slide.geometry
    taps = toeplitz.taps(g)
    entries, connected = taps.size, toeplitz.connections(g)
    distinct = int(np.unique(taps[taps > 0]).size)

    def origin(row: int, column: int) -> Origin | None:
        if not column:
            return None
        free = f"weights of the kernel: {slide.kernel.shape[0]} · {slide.kernel.shape[1]} = {slide.kernel.size}"
        numbers = (
            f"{g.units} · {g.size[0] * g.size[1]} = {entries}"
            if row == 0 or column == 1
            else (f"taps that lie on the image, over {g.units} outputs = {connected}", free)[row - 1]
        )
        symbols = "outputs · pixels" if row == 0 or column == 1 else ("connections", "one for each tap")[row - 1]
        return Origin(formulas=(Formula(symbols=symbols, numbers=numbers),))

    table = Table(
        name="entries",
        title="entries of the matrix",
        about="A dense layer has a weight of its own for each entry; the convolution has 0 or one of its few weights.",
        columns=("entries", "dense", "convolution"),
        rows=(
            ("in all", entries, entries),
            ("connected", entries, connected),
            ("free to differ", entries, distinct),
        ),
        marked=(2,),
        origin=origin,
    )
    return Frame(
        caption=f"{connected} entries are connected, and among them are only {distinct} different weights.",
        figures=present(table),
        formulas=(
            Formula(
                symbols="share connected = connections / entries",
                numbers=f"{connected} / {entries:,} = {100 * connected / entries:.2f} %",
            ),
        ),
    )
