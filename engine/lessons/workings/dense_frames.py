"""The frames of a dense layer: one unit and all its pixels, and the matrix of all weights."""

from functools import partial

import numpy as np

from ..kit.figures import Formula, Grid, Origin, Table
from ..kit.fixtures import array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import dense_layer, layer_counts
from .linking import present
from .sliding import number, products, signed, span

ALL = tuple(np.ndindex(6, 6))


def _image(state: State, everything: bool = False) -> Grid:
    return Grid(
        name="image",
        title="image, 36 pixels",
        about="The 6x6 pixels. Edit one with + and -: every hidden unit changes.",
        values=array(state["image"]),
        shows="shades" if state["show"] == "shades" else "numbers",
        digits=1,
        reach=(0, 1),
        edits="image",
        cursor=(1, 2),
        marks={"source": ALL} if everything else {},
    )


def _unit(state: State) -> tuple[int, int]:
    unit: int = state["unit"]
    return divmod(unit, 6)


def _source(state: State, row: int, column: int) -> Origin:
    """All 36 pixels and all 36 weights of one unit."""
    (matrix, biases), image = dense_layer.weights(state.seed), array(state["image"])
    unit = row * 6 + column
    y = dense_layer.hidden(image, matrix, biases)[row, column]
    sums, b = products(image, matrix[unit].reshape(6, 6)), signed(biases[unit])
    short = Formula(symbols="h_j = Σ + b_j", numbers=f"{number(float(y - biases[unit]))} + {b} = {number(y)}")
    whole = Formula(symbols="h_j = Σ_i W[j,i]·x_i + b_j", numbers=f"{sums} + {b} = {number(y)}")
    return Origin(formulas=(short, whole), cells={"image": ALL})


def _hidden(state: State, join: str = "→") -> Grid:
    matrix, biases = dense_layer.weights(state.seed)
    values = dense_layer.hidden(array(state["image"]), matrix, biases)
    return Grid(
        name="hidden",
        title="hidden layer, units 0 to 35",
        about="Each unit is the sum of all 36 pixels times its own 36 weights, plus its bias. Move here to choose one.",
        values=values,
        shows="shades" if state["show"] == "shades" else "numbers",
        digits=3,
        signed=True,
        reach=span(values),
        cursor=_unit(state),
        marks={"focus": (_unit(state),)},
        picks=lambda row, column: {"unit": row * 6 + column},
        origin=partial(_source, state),
        join=join,
    )


def connections(state: State) -> Frames:
    """One unit and all its pixels; its weights and products; all units."""
    unit, (matrix, biases) = state["unit"], dense_layer.weights(state.seed)
    image, own = array(state["image"]), matrix[state["unit"]].reshape(6, 6)
    value = float((own * image).sum() + biases[unit])
    total = float((own * image).sum())
    formula = Formula(
        symbols="h_j = Σ_i W[j,i]·x_i (the 36 products) + b_j (the bias)",
        numbers=f"h_{unit} = {signed(total)} + {signed(biases[unit])} = {number(value)}",
    )

    def lit() -> Frame:
        return Frame(
            caption=f"Hidden unit {unit} is connected to all 36 pixels. Move in the hidden layer: they all stay lit.",
            figures=present(_image(state, True), _hidden(state)),
            formulas=(Formula(symbols="h_j = Σ_i W[j,i]·x_i + b_j: a sum over all 36 pixels"),),
        )

    def weighted() -> Frame:
        def product(r: int, c: int) -> Origin:
            numbers = f"{number(image[r, c])}·{signed(own[r, c])} = {number(own[r, c] * image[r, c])}"
            cells = {"image": ((r, c),), "weights": ((r, c),)}
            return Origin(formulas=(Formula(symbols="x_i · W[j,i]", numbers=numbers),), cells=cells)

        def summed(_: int, at: int) -> Origin | None:
            if at == 2:
                return Origin(formulas=(formula,), cells={"sum": ((0, 0), (0, 1))})
            if at == 1:
                return Origin(formulas=(Formula(symbols="b_j", numbers=f"the bias of unit {unit}"),))
            every = Formula(symbols="Σ_i W[j,i]·x_i", numbers=f"{products(image, own)} = {number(total)}")
            return Origin(formulas=(every,), cells={"products": ALL})

        weights = Grid(
            name="weights",
            title=f"36 weights of unit {unit}",
            values=own,
            digits=2,
            signed=True,
            reach=(-1 / 6, 1 / 6),
            join="×",
            scope="the layer",
            about="One weight for each pixel, used by this unit only.",
        )
        parts = Grid(
            name="products",
            title="pixel · weight",
            values=own * image,
            digits=2,
            signed=True,
            reach=span(own * image),
            join="=",
            new_row=True,
            origin=product,
            about="Each pixel times its weight.",
        )
        made = Grid(
            name="sum",
            title="sum, bias, unit",
            values=np.array([[total, biases[unit], value]]),
            digits=3,
            signed=True,
            column_labels=("Σ", f"b_{unit}", f"h_{unit}"),
            join="Σ →",
            origin=summed,
            cursor=(0, 2),
            about="The products add up; with the bias they are the number of the unit.",
        )
        return Frame(
            caption=f"Each pixel has a weight of its own in unit {unit}. The 36 products and the bias add up to "
            f"{number(value)}.",
            figures=present(_image(state), weights, parts, made),
        )

    def degrees() -> Frame:
        degree = Grid(
            name="degree",
            title="inputs of each unit",
            values=np.count_nonzero(matrix, axis=1).reshape(6, 6),
            digits=0,
            signed=False,
            reach=(0, 36),
            join="→",
            about="How many pixels each unit reads.",
        )
        made = int(np.count_nonzero(matrix))
        return Frame(
            caption=f"Every one of the 36 units reads 36 pixels: {made} connections.",
            figures=present(_image(state), degree),
            formulas=(Formula(symbols="connections = pixels · units", numbers=f"36 · 36 = {made}"),),
        )

    return Frames(3, lambda k: (lit, weighted, degrees)[k]())


def weights(state: State) -> Frames:
    """The weight matrix, every cell its own value; the counter."""
    unit, (matrix, biases) = state["unit"], dense_layer.weights(state.seed)

    def half(name: str, first: int) -> Grid:
        """18 units of 36: side by side both halves fit on a small screen."""
        own = first <= unit < first + 18

        def entry(j: int, i: int) -> Origin:
            j += first
            numbers = f"from pixel ({i // 6},{i % 6}) to unit {j}: {matrix[j, i]:.4f}"
            formula = Formula(symbols="W[j,i], drawn at random before training", numbers=numbers)
            return Origin(formulas=(formula,), cells={"image": (divmod(i, 6),), "hidden": (divmod(j, 6),)})

        return Grid(
            name=name,
            title=f"weights of units {first} to {first + 17}",
            about="One row for each hidden unit, one column for each pixel. No two cells share a value: all are free.",
            values=matrix[first : first + 18],
            shows="shades",
            signed=True,
            reach=(-1 / 6, 1 / 6),
            scope="the layer",
            row_axis="unit",
            column_axis="pixel",
            cursor=(unit - first if own else 0, 14),
            picks=lambda j, i: {"unit": j + first},
            origin=entry,
            marks={"source": tuple((unit - first, i) for i in range(36))} if own else {},
        )

    total = layer_counts.dense_parameters(6)

    def counted(row: int, column: int) -> Origin | None:
        made = (
            Formula(symbols="units · pixels", numbers=f"36·36 = {matrix.size}"),
            Formula(symbols="one for each unit", numbers=f"biases: {biases.size}"),
            Formula(symbols="weights + biases", numbers=f"{matrix.size} + {biases.size} = {total}"),
        )
        return Origin(formulas=(made[row],)) if column else None

    table = Table(
        name="count",
        title="parameters",
        columns=("what", "how many"),
        rows=(("weights, 36·36", matrix.size), ("biases", biases.size), ("in all", total)),
        marked=(2,),
        origin=counted,
    )

    def frame(k: int) -> Frame:
        formula = Formula(symbols="parameters = 36·36 + 36", numbers=f"{matrix.size} + {biases.size} = {total}")
        if k == 0:
            caption = "Each connection has a weight of its own: a row of 36 for each of the 36 units, all different."
            return Frame(caption=caption, figures=present(half("matrix", 0), half("matrix below", 18)))
        return Frame(
            caption=f"With a bias for each unit: {total} parameters, for an image of 36 pixels.",
            figures=present(_image(state), _hidden(state), table),
            formulas=(formula,),
        )

    return Frames(2, frame)
