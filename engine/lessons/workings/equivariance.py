"""The frames of the equivariance meter: shift the image, and see whether the output shifts along."""

from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np

from ..kit.figures import Bars, Cell, Formula, Grid, Mark, Origin, Table
from ..kit.fixtures import Floats, array
from ..kit.lesson import Frame, Frames
from ..kit.settings import Matrix
from ..kit.state import State
from . import shifting
from .linking import present
from .sliding import number, products, signed, span

EXACT = 1e-12


def meter(state: State) -> Sequence[Frame]:
    """First convolved then shifted, against first shifted then convolved; all shifts; and after global pooling."""
    return Frames(3, lambda k: (_two_ways, _all_shifts, _pooled)[k](state))


def both_ways(state: State, down: int, right: int) -> tuple[Floats, Floats, Floats | None]:
    """(output, output of the shifted image, output shifted by as much or None if that is no whole number of cells)."""
    image, kernel, stride = array(state["image"]), array(state["kernel"]), state["stride"]
    wrap = state["border"] == "circular"
    output = shifting.layer(image, kernel, stride, wrap)
    after = shifting.layer(shifting.shifted(image, down, right, wrap), kernel, stride, wrap)
    moves = shifting.expected_shift(down, right, stride)
    return output, after, None if moves is None else shifting.shifted(output, *moves, wrap=wrap)


def global_pools(values: Floats) -> dict[str, float]:
    """Global pooling of one map: its maximum, and its mean after ReLU (the plain mean is 0 for weights of sum 0)."""
    return {
        "maximum": float(values.max()),
        "mean after ReLU": float(np.maximum(values, 0).mean()),
    }


def _grid(name: str, title: str, values: Floats, state: State, reach: tuple[float, float], **more: object) -> Grid:
    shows = "shades" if state["show"] == "shades" else "numbers"
    return Grid(name=name, title=title, values=values, digits=1, reach=reach, shows=shows, **more)  # type: ignore[arg-type]


def _told(down: int, right: int) -> str:
    return f"down {down}, right {right}"


def _source(state: State, image: Floats, values: Floats, row: int, column: int) -> Origin:
    """The pixels of the shifted image, round the border where it is circular."""
    kernel, stride, wrap = array(state["kernel"]), state["stride"], state["border"] == "circular"
    top, left = (kernel.shape[0] - 1) // 2, (kernel.shape[1] - 1) // 2
    cells = [(row * stride + a - top, column * stride + b - left) for a, b in np.ndindex(*kernel.shape)]
    on_image = [0 <= r < 6 and 0 <= c < 6 for r, c in cells]
    pixels = np.array(
        [image[r % 6, c % 6] if wrap or inside else 0.0 for (r, c), inside in zip(cells, on_image, strict=True)]
    )
    under = tuple((r % 6, c % 6) for (r, c), inside in zip(cells, on_image, strict=True) if wrap or inside)
    weights = tuple(np.ndindex(*kernel.shape))
    numbers = f"{products(pixels, kernel)} = {number(values[row, column])}"
    return Origin(formulas=(Formula(symbols="y = Σ x·w", numbers=numbers),), cells={"image": under, "kernel": weights})


def _moved_source(state: State, output: Floats, moves: Cell, row: int, column: int) -> Origin:
    """Where a number of the shifted output was before, and the pixels that it is the sum of, where they are now."""
    wrap, (rows, columns) = state["border"] == "circular", output.shape
    at = row - moves[0], column - moves[1]
    symbols = "shift(y)[i,j] = y[i-a, j-b], where y = Σ x·w"
    if not wrap and not (0 <= at[0] < rows and 0 <= at[1] < columns):
        return Origin(formulas=(Formula(symbols=symbols, numbers="from beyond the border = 0"),))
    at = at[0] % rows, at[1] % columns
    before = _source(state, array(state["image"]), output, *at)
    now = [(r + state["down"], c + state["right"]) for r, c in before.cells["image"]]
    cells = tuple((r % 6, c % 6) for r, c in now if wrap or (r < 6 and c < 6))
    numbers = f"y[{at[0]},{at[1]}] = {before.formulas[0].numbers}"
    formula = Formula(symbols=symbols, numbers=numbers)
    return Origin(formulas=(formula,), cells={"image": cells, "kernel": before.cells["kernel"]})


def _two_ways(state: State) -> Frame:
    image = array(state["image"])
    down, right, stride = state["down"], state["right"], state["stride"]
    wrap = state["border"] == "circular"
    moved = shifting.shifted(image, down, right, wrap)
    output, after, along = both_ways(state, down, right)
    reach = span(output)
    pixels = _grid("image", f"image shifted by ({down},{right})", moved, state, (0, 1))
    kernel = array(state["kernel"])
    weights = Grid(
        name="kernel", title="kernel", values=kernel, signed=True, reach=span(kernel), edits="kernel", join="×",
        about="The weights. Edit one with + and -, take another kernel with w.",
    )  # fmt: skip
    computed = _grid(
        "shifted first",
        "conv(shift(x))",
        after,
        state,
        reach,
        new_row=True,
        signed=True,
        origin=partial(_source, state, moved, after),
        about="The shifted image, convolved.",
    )
    if along is None:
        error, moves = shifting.nearest_shift(output, after, wrap)
        along = shifting.shifted(output, *moves, wrap=wrap)
        title = "nearest shift of conv(x)"
        caption = (
            f"One output cell is {stride} pixels wide and cannot shift by a part. The nearest shift is off by "
            f"{number(error)}: not equivariant."
            if error > EXACT
            else f"The image moved by no multiple of {stride}; here the output happens to be one of its shifts. In "
            "general it is none."
        )
    else:
        error, title = float(np.abs(along - after).max()), "shift(conv(x))"
        moves = down // stride, right // stride
        caption = (
            "Shifted then convolved is the same as convolved then shifted: convolution is equivariant."
            if error <= EXACT and wrap
            else "Both ways agree on this image; with zeros beyond the border they need not."
            if error <= EXACT
            else f"Both ways differ by up to {number(error)}: {_why(stride, wrap)}."
        )
    differ = tuple((int(r), int(c)) for r, c in np.argwhere(np.abs(along - after) > EXACT))
    marks: dict[Mark, tuple[Cell, ...]] = {"winner": differ} if differ else {}
    other = _grid(
        "shifted last",
        title,
        along,
        state,
        reach,
        join="=" if error <= EXACT else "≠",
        signed=True,
        marks=marks,
        origin=partial(_moved_source, state, output, moves),
        about="The output of the image as it was, shifted afterwards."
        + (" Cells that differ are marked." if differ else ""),
    )
    same = int(along.size - len(differ))
    share = Formula(symbols="equal cells / cells", numbers=f"{same} / {along.size} = {number(same / along.size)}")
    gauge = Bars(
        name="meter",
        title=f"largest difference {number(error) if error > EXACT else 0}",
        about="The equivariance meter: how many cells are equal both ways, and by how much they differ at most.",
        labels=("equal",),
        values=np.array([same / along.size]),
        high=1.0,
        percent=True,
        notes=(f"{same} of {along.size}",),
        origin=lambda *_: Origin(formulas=(share,)),
    )
    return Frame(caption=caption, figures=(pixels, weights, gauge, computed, other))


def _why(stride: int, wrap: bool) -> str:
    if not wrap:
        return "at the border pixels leave and zeros come in"
    return f"a circle of 6 pixels is no whole number of steps of {stride}"


@lru_cache(maxsize=32)
def _errors(image: Matrix, kernel: Matrix, stride: int, wrap: bool) -> Floats:
    """[6, 6]: by how much the output of each shift of the image misses the shift, or any shift, of the output."""
    pixels, weights = array(image), array(kernel)
    output = shifting.layer(pixels, weights, stride, wrap)
    errors = np.zeros((6, 6))
    for down, right in np.ndindex(6, 6):
        after = shifting.layer(shifting.shifted(pixels, down, right, wrap), weights, stride, wrap)
        moves = shifting.expected_shift(down, right, stride)
        if moves is None:
            error = shifting.nearest_shift(output, after, wrap)[0]
        else:
            error = float(np.abs(shifting.shifted(output, *moves, wrap=wrap) - after).max())
        errors[down, right] = 0 if error <= EXACT else error
    errors.flags.writeable = False
    return errors


def _all_shifts(state: State) -> Frame:
    stride, wrap = state["stride"], state["border"] == "circular"
    chosen = state["down"] % 6, state["right"] % 6
    errors = _errors(state["image"], state["kernel"], stride, wrap)
    other = 2 if stride == 1 else 1
    compared = _errors(state["image"], state["kernel"], other, wrap)
    reach = (0, max(1e-9, float(errors.max()), float(compared.max())))
    exact = int((errors == 0).sum())

    def grid(name: str, of: int, values: Floats) -> Grid:
        def origin(down: int, right: int) -> Origin:
            fits = down % of == 0 and right % of == 0
            symbols = "max |conv(shift(x)) - shift(conv(x))|"
            symbols = symbols if fits else f"the least, over all shifts of the output, of {symbols}"
            told = f"down {down}, right {right}, over {(-(-6 // of)) ** 2} cells = {number(values[down, right])}"
            return Origin(formulas=(Formula(symbols=symbols, numbers=told),))

        return _grid(
            name,
            f"stride {of}: {int((values == 0).sum())} of 36 exact",
            values,
            state,
            reach,
            about="By how much the output of each shifted image misses the nearest shift of the output; 0 (marked): "
            "it is a shift. Move here to choose a shift of the image.",
            signed=False,
            row_labels=tuple(str(i) for i in range(6)),
            column_labels=tuple(str(i) for i in range(6)),
            row_axis="down",
            column_axis="right",
            cursor=chosen,
            picks=lambda down, right: {"down": down, "right": right},
            origin=origin,
            marks={"winner": tuple((int(r), int(c)) for r, c in np.argwhere(values == 0)), "focus": (chosen,)},
        )

    even = np.array([[r % stride == 0 and c % stride == 0 for c in range(6)] for r in range(6)])
    which = f", the multiples of {stride}" if stride > 1 and np.array_equal(even, errors == 0) else ""
    border = "" if wrap else " Zeros come in at the border."
    return Frame(
        caption=f"Stride {stride}: {exact} of 36 shifts of the image shift the output{which}. "
        f"{_told(*chosen).capitalize()}: off by {number(errors[chosen])}.{border}",
        figures=(grid("errors", stride, errors), grid("other stride", other, compared)),
    )


def _pooled(state: State) -> Frame:
    down, right = state["down"], state["right"]
    output, after, _ = both_ways(state, down, right)
    pooled, moved = global_pools(output), global_pools(after)
    rows = tuple(
        (name, number(pooled[name]), number(moved[name]), number(moved[name] - pooled[name])) for name in pooled
    )

    def origin(row: int, column: int) -> Origin | None:
        if not column:
            return None
        name = list(pooled)[row]
        if column == 3:
            numbers = f"{number(moved[name])} - {signed(pooled[name])} = {number(moved[name] - pooled[name])}"
            return Origin(formulas=(Formula(symbols="after - before", numbers=numbers),))
        values, figure = ((output, "before"), (after, "after"))[column - 1]
        if row == 0:
            top = divmod(int(np.argmax(values)), values.shape[1])
            numbers = f"the largest of {values.size} numbers = {number(values[top])}"
            return Origin(formulas=(Formula(symbols="max y", numbers=numbers),), cells={figure: (top,)})
        numbers = f"{number(np.maximum(values, 0).sum())} / {values.size} = {number((pooled, moved)[column - 1][name])}"
        lit = tuple((int(r), int(c)) for r, c in np.argwhere(values > 0))
        return Origin(formulas=(Formula(symbols="Σ max(0, y) / cells", numbers=numbers),), cells={figure: lit})

    table = Table(
        name="pooled",
        title="global pooling",
        columns=("pooled by", "as it was", f"shifted {_told(down, right)}", "difference"),
        rows=rows,
        new_row=True,
        origin=origin,
    )
    reach = span(output)
    moved_image = shifting.shifted(array(state["image"]), down, right, state["border"] == "circular")
    sources = (partial(_source, state, array(state["image"]), output), partial(_source, state, moved_image, after))
    figures = present(
        _grid("before", "output", output, state, reach, signed=True, origin=sources[0]),
        _grid("after", "output of the shifted image", after, state, reach, signed=True, origin=sources[1]),
        table,
    )
    same = all(abs(moved[name] - pooled[name]) <= EXACT for name in pooled)
    caption = (
        "Global pooling forgets where: the pooled number stays the same. This is invariance, and convolution alone "
        "does not give it."
        if same
        else "The pooled number changes too: the stride skips, or the border takes away, some of the responses."
    )
    return Frame(caption=caption, figures=figures)
