"""The frames of sparse connections and of shared weights: which pixels an output reads, and through which weight."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..kit.figures import Cell, Formula, Grid, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import toeplitz
from .linking import present
from .sliding import Slide, number, too_large

SLOPE = "∂y[i,j]/∂w[a,b] = x[i·s + a·d, j·s + b·d]"


def chosen(state: State, slide: Slide) -> Cell:
    """The output that is looked at."""
    return slide.geometry.clamped(state["row"], state["column"])


def sparse(state: State) -> Sequence[Frame]:
    """One output and the few pixels that it reads; how many each output reads; how many outputs each pixel feeds."""
    slide = Slide.of(state)
    if not slide.geometry.fits:
        return (too_large(slide),)
    return Frames(3, lambda k: (_inputs, _degrees, _feeds)[k](slide, chosen(state, slide)))


def _picking(grid: Grid, place: Cell) -> Grid:
    """The same grid, whose cursor chooses the output that is looked at."""
    return replace(grid, cursor=place, picks=lambda row, column: {"row": row, "column": column})


def _inputs(slide: Slide, place: Cell) -> Frame:
    g = slide.geometry
    inside, window = len(g.inside(*place)), g.window(*place)
    missing = f" The other {len(window) - inside} lie on padding." if inside < len(window) else ""
    return Frame(
        caption=f"Output ({place[0]},{place[1]}), from 0, reads {inside} of the {g.size[0] * g.size[1]} pixels; a "
        f"dense unit reads all. Move in the output.{missing}",
        figures=present(
            slide.picture({"source": window}),
            slide.factor(),
            _picking(slide.result(slide.output, {"focus": (place,)}), place),
        ),
        formulas=(slide.formula(place),),
    )


def _degrees(slide: Slide, place: Cell) -> Frame:
    g = slide.geometry
    taps = toeplitz.taps(g)
    degrees = np.count_nonzero(taps, axis=1).reshape(g.out).astype(float)

    def origin(row: int, column: int) -> Origin:
        numbers = f"{len(g.inside(row, column))} of {len(g.window(row, column))} taps lie on the image"
        cells = {"image": g.window(row, column)}
        return Origin(formulas=(Formula(symbols="inputs = taps on the image", numbers=numbers),), cells=cells)

    grid = Grid(
        name="inputs",
        title=f"inputs of each output, {g.out[0]}x{g.out[1]}",
        about="How many pixels each output is connected to."
        + (" At the border some taps (weights at their places) lie on padding." if g.padding else ""),
        values=degrees,
        digits=0,
        signed=False,
        reach=(0, float(degrees.max())),
        origin=origin,
        join="→",
        marks={"focus": (place,)},
    )
    made, possible = toeplitz.connections(g), taps.size
    share = f"{100 * made / possible:.2f} %"
    table = Table(
        name="connections",
        title="connections",
        columns=("layer", "connections", "of all"),
        rows=(("dense", possible, "100 %"), ("convolution", made, share)),
        marked=(1,),
        new_row=True,
    )
    return Frame(
        caption=f"Together {made} of {possible:,} possible connections, {share}: sparse interactions.",
        figures=present(slide.picture({"source": g.window(*place)}), _picking(grid, place), table),
        formulas=(
            Formula(symbols="share = connections / (pixels · outputs)", numbers=f"{made} / {possible:,} = {share}"),
        ),
    )


def _feeds(slide: Slide, place: Cell) -> Frame:
    g = slide.geometry
    taps = toeplitz.taps(g)
    feeds = np.count_nonzero(taps, axis=0).reshape(g.size).astype(float)
    never = tuple((int(r), int(c)) for r, c in np.argwhere(feeds == 0))

    def origin(row: int, column: int) -> Origin:
        fed = tuple(divmod(int(unit), g.out[1]) for unit in np.flatnonzero(taps[:, row * g.size[1] + column]))
        numbers = f"pixel ({row},{column}) lies under the kernel at {len(fed)} places"
        return Origin(formulas=(Formula(symbols="outputs fed", numbers=numbers),), cells={"output": fed})

    grid = Grid(
        name="feeds",
        title=f"outputs that each pixel feeds, {g.size[0]}x{g.size[1]}",
        about="The other way round: to how many outputs each pixel contributes."
        + (" Hatched pixels feed none." if never else ""),
        values=feeds,
        digits=0,
        signed=False,
        reach=(0, max(1.0, float(feeds.max()))),
        origin=origin,
        cursor=(2, 2),
        marks={"never": never},
    )
    lost = f" {len(never)} pixels are never read." if never else ""
    return Frame(
        caption=f"Each pixel reaches only the outputs near it, at most {int(feeds.max())}.{lost}",
        figures=present(grid, slide.result(slide.output, {"focus": (place,)})),
    )


def shared(state: State) -> Sequence[Frame]:
    """The kernel does not change with the place; one weight moves every output whose tap is on the image; counters."""
    slide = Slide.of(state)
    if not slide.geometry.fits:
        return (too_large(slide),)
    return Frames(3, lambda k: (_same_kernel, _one_weight, _counters)[k](slide, chosen(state, slide), state["tap"]))


def _same_kernel(slide: Slide, place: Cell, tap: int) -> Frame:
    return Frame(
        caption="Move in the output: the window moves over the image, the kernel stays the same.",
        figures=present(
            slide.picture({"window": slide.geometry.window(*place)}),
            replace(slide.factor(), marks={"source": tuple(np.ndindex(*slide.kernel.shape))}),
            _picking(slide.result(slide.output, {"focus": (place,)}), place),
        ),
        formulas=(slide.formula(place),),
    )


def _one_weight(slide: Slide, place: Cell, asked: int) -> Frame:
    g, tap = slide.geometry, min(asked, slide.kernel.size - 1)
    columns = slide.kernel.shape[1]
    a, b = divmod(tap, columns)
    framed = slide.framed
    under = {(r, c): g.window(r, c)[tap] for r, c in np.ndindex(*g.out)}
    slopes = np.array([framed[cell] for cell in under.values()]).reshape(g.out)
    on_image = tuple(at for at in under if tap in dict(g.inside(*at)))
    outside = tuple(at for at in under if at not in on_image)

    def origin(row: int, column: int) -> Origin:
        at = under[row, column]
        numbers = f"∂y[{row},{column}]/∂w[{a},{b}] = x[{at[0]},{at[1]}] = {number(slopes[row, column])}"
        cells = {"image": (under[row, column],), "kernel": ((a, b),)}
        return Origin(formulas=(Formula(symbols=SLOPE, numbers=numbers),), cells=cells)

    weights = replace(slide.weights({"focus": ((a, b),)}), cursor=(a, b), picks=lambda r, c: {"tap": r * columns + c})
    slope = Grid(
        name="slope",
        title=f"∂y/∂w[{a},{b}]: x under it",
        about="By how much each output changes when this one weight grows by 1: by the pixel that lies under it."
        + (" Hatched outputs have padding there." if outside else ""),
        values=slopes,
        shows="shades" if slide.shows == "shades" else "numbers",
        digits=1,
        reach=(0, 1),
        origin=origin,
        join="→",
        marks={"never": outside},
    )
    named = f"Weight {tap}" + (" (the last)" if tap < asked else "")
    moves = int(np.count_nonzero([slopes[at] for at in on_image]))
    only = "" if moves == len(on_image) else f"; it moves the {moves} whose pixel is not 0"
    return Frame(
        caption=f"{named} in row {a}, column {b} (from 0): {len(on_image)} of {g.units} outputs use it{only}. Edit it "
        "with + and -; another: a.",
        figures=present(
            slide.picture({"source": tuple(under[at] for at in on_image)}),
            replace(weights, join=""),
            slope,
            replace(slide.result(slide.output, {}), join=""),
        ),
    )


def _counters(slide: Slide, place: Cell, tap: int) -> Frame:
    g = slide.geometry
    uses = toeplitz.uses(g).astype(float)
    weights, inside, pixels = slide.kernel.size, int(uses.sum()), g.size[0] * g.size[1]

    def origin(a: int, b: int) -> Origin:
        numbers = f"w[{a},{b}] lies on a pixel at {int(uses[a, b])} of {g.units} places"
        return Origin(formulas=(Formula(symbols="uses of a weight", numbers=numbers),))

    grid = Grid(
        name="uses",
        title="outputs that use each weight",
        about="How many outputs multiply a pixel with this weight"
        + ("; products with padding are not counted." if g.padding else "."),
        values=uses,
        digits=0,
        signed=False,
        reach=(0, float(uses.max())),
        origin=origin,
    )
    table = Table(
        name="counts",
        title="weights and products",
        columns=("layer", "weights", "products", "products a weight"),
        rows=(
            ("dense", pixels * g.units, pixels * g.units, 1),
            *([("convolution, with padding", weights, weights * g.units, g.units)] if g.padding else []),
            ("convolution, on the image", weights, inside, round(inside / weights, 1)),
        ),
        marked=(1, 2) if g.padding else (1,),
        new_row=True,
    )
    return Frame(
        caption=f"{weights} weights, each used {g.units} times: {weights * g.units} products, {inside} of them with "
        "real pixels.",
        figures=present(grid, table),
        formulas=(
            Formula(symbols="products = outputs · weights", numbers=f"{g.units} · {weights} = {weights * g.units}"),
        ),
    )
