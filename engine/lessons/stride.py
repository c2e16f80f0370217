"""Stride: the kernel moves by several pixels, and most places are never computed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .kit.figures import Cell, Formula, Grid, Origin, Table
from .kit.fixtures import Floats, image_setting, kernel_setting
from .kit.lesson import Frame, Frames, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Slider, matrix
from .kit.state import State
from .workings import convolving
from .workings.kernel_places import positions, size_formula
from .workings.linking import present
from .workings.sliding import Slide, number, slide_frames

STAR = matrix([[1.0 if (r, c) == (3, 3) else 0.0 for c in range(6)] for r in range(6)])
"""One bright pixel, off the grid of stride 2."""
ROWS = 11
"""Of the table of the strongest: as many as the screen has room for."""


def first(slide: Slide) -> tuple[Frame, ...]:
    """What a stride leaves unread, before the kernel moves."""
    g = slide.geometry
    never, rest = len(g.never()), (g.padded[0] - g.span[0]) % g.stride
    lost = f"{never} of {g.padded[0] * g.padded[1]} cells are never read (hatched)." if never else "Every cell is read."
    stops = f" One more step would leave the image by {g.stride - rest}." if rest else ""
    return (
        Frame(
            caption=f"The kernel moves by {g.stride}: {g.out[0]}x{g.out[1]} outputs. {lost}{stops}",
            figures=present(slide.picture({}), slide.alone(), slide.products(), slide.result(slide.output, {})),
            formulas=(size_formula(g.size[0], g.kernel[0], g.stride, g.padding),),
        ),
    )


def full(slide: Slide) -> Floats:
    """The output with stride 1."""
    return convolving.convolve(slide.image, slide.kernel, 1, slide.geometry.padding)


def kept(slide: Slide) -> tuple[Cell, ...]:
    """The cells of the full output that the stride visits."""
    rows, columns = slide.geometry.out
    return tuple((r * slide.geometry.stride, c * slide.geometry.stride) for r in range(rows) for c in range(columns))


def strongest(slide: Slide) -> tuple[Cell, ...]:
    """The cells of the full output that are strongest by magnitude, none of them 0: as many as are kept, and ties."""
    values = np.abs(full(slide))
    least = max(np.sort(values, axis=None)[-len(kept(slide))] - 1e-9, 1e-9)
    order = np.argsort(-values, axis=None, kind="stable")
    cells = (divmod(int(at), values.shape[1]) for at in order)
    return tuple(cell for cell in cells if values[cell] >= least)


def sampled(state: State) -> Sequence[Frame]:
    """All outputs of stride 1, those that a larger stride keeps, and what it loses."""
    slide = Slide.of(state)
    return Frames(3, lambda k: (_full, _kept, _strongest)[k](slide))


def _all(slide: Slide, title: str, visited: bool, join: str = "") -> Grid:
    whole = replace(slide, geometry=replace(slide.geometry, stride=1))
    values, places = full(slide), kept(slide)
    never = tuple(cell for cell in np.ndindex(*values.shape) if cell not in places) if visited else ()
    grid = whole.result(values, {"never": never}, title=title, join=join)
    about = "Every place of the kernel, one pixel after the other. The hatched ones are not computed with this stride."
    return replace(grid, name="full", about=about)


def _full(slide: Slide) -> Frame:
    values = full(slide)
    return Frame(
        caption=f"Stride 1: the kernel stands at every place, {values.size} hidden units."
        + (f" Step on for stride {slide.geometry.stride}." if slide.geometry.stride > 1 else " Raise the stride: s."),
        figures=present(
            slide.picture({"never": ()}), slide.factor(), _all(slide, f"stride 1, {values.size} units", False, "→")
        ),
        formulas=(size_formula(6, 3, 1, slide.geometry.padding),),
    )


def _kept(slide: Slide) -> Frame:
    g = slide.geometry

    def origin(row: int, column: int) -> Origin:
        cell = (row * g.stride, column * g.stride)
        numbers = f"y_{g.stride}[{row},{column}] = y_1[{cell[0]},{cell[1]}] = {number(slide.output[row, column])}"
        return Origin(formulas=(Formula(symbols="y_s[i,j] = y_1[s·i, s·j]", numbers=numbers),), cells={"full": (cell,)})

    short = replace(slide.result(slide.output, {}), title=f"stride {g.stride}, {g.units} units", origin=origin)
    return Frame(
        caption=f"Stride {g.stride}: {g.units} units instead of {full(slide).size}. They are every {_nth(g.stride)} "
        "row and column of the full output (hatched: not computed)."
        if g.stride > 1
        else "Stride 1 computes every place: nothing is left out. Raise the stride with s.",
        figures=present(_all(slide, f"stride 1, {full(slide).size} units", True), short),
        formulas=(
            Formula(
                symbols="y_s[i,j] = y_1[s·i, s·j]",
                numbers=f"y_{g.stride}[1,1] = y_1[{g.stride},{g.stride}] = {number(slide.output[1, 1])}"
                if min(g.out) > 1
                else "",
            ),
        ),
    )


def _nth(stride: int) -> str:
    return {1: "single", 2: "second", 3: "third"}.get(stride, f"{stride}th")


def _strongest(slide: Slide) -> Frame:
    best, places = strongest(slide), set(kept(slide))
    held, possible = len(places.intersection(best)), len(best)
    values = full(slide)
    grid = _all(slide, f"stride 1, the {possible} strongest marked", True)
    never = tuple(cell for cell in grid.marks["never"] if cell not in best)
    grid = replace(grid, marks={"winner": best, "dropped": never})
    shown = best if possible <= ROWS else best[: ROWS - 1]
    rows = [(f"({r},{c})", number(values[r, c]), "kept" if (r, c) in places else "not computed") for r, c in shown]
    if possible > len(shown):
        rest = best[len(shown) :]
        rows.append((f"{len(rest)} more", "", f"{len(places.intersection(rest))} kept"))

    def source(row: int, column: int) -> Origin | None:
        if row >= len(shown) or column != 1:
            return None
        r, c = shown[row]
        return Origin(formulas=(whole.formula((r, c)),), cells={"full": ((r, c),)})

    whole = replace(slide, geometry=replace(slide.geometry, stride=1))
    return Frame(
        caption=_found(slide, held, possible),
        figures=present(
            grid,
            Table(
                name="strongest",
                title="strongest by magnitude",
                about="The largest outputs of stride 1 by magnitude, and whether the stride computes them at all.",
                columns=("place", "response", f"with stride {slide.geometry.stride}"),
                rows=tuple(rows),
                struck=tuple(i for i, cell in enumerate(shown) if cell not in places),
                origin=source,
            ),
        ),
    )


def _found(slide: Slide, held: int, possible: int) -> str:
    """What the grid keeps of the strongest, and why they are so many."""
    fair, stride = len(kept(slide)), slide.geometry.stride
    if not possible:
        return "All responses are 0: there is nothing to keep and nothing to lose."
    why = "all that are not 0"
    if possible >= fair:
        why = f"as many as stride {stride} computes" if possible == fair else f"{fair}, as many as are kept, and ties"
    told = f"The {possible} strongest responses" if possible > 1 else "The strongest response"
    if held < possible:
        return f"{told} by magnitude ({why}): the fixed grid keeps {held}. It is blind to importance."
    return f"{told} by magnitude ({why}): all lie on the grid here. It does not look for them."


LESSON = Lesson(
    name="stride",
    chapter="convolution",
    title="Stride",
    summary="The kernel moves by several pixels: fewer outputs, sampled on a fixed grid.",
    settings=(
        image_setting(),
        kernel_setting(),
        Slider(name="stride", default=2, low=1, high=5, help="pixels that the kernel moves", key="s"),
        Slider(name="padding", default=1, low=0, high=2, help="rows of zeros around the image", key="z"),
        Choice(name="show", default="numbers", choices=("numbers", "shades"), help="numbers or shades", key="v"),
        Slider(name="n", default=6, low=2, high=16, help="pixels of the row", key="n"),
        Slider(name="k", default=3, low=1, high=7, help="columns of the kernel", key="e"),
    ),
    scenes=(
        Scene(
            name="by two",
            title="Shifting by two pixels",
            ids=("F3",),
            frames=lambda state: slide_frames(state, first),
            settings=("image", "kernel", "stride", "padding", "show"),
        ),
        Scene(
            name="sampled",
            title="Fewer hidden units, sampled on a grid",
            ids=("F1",),
            frames=sampled,
            settings=("image", "kernel", "stride", "padding", "show"),
        ),
        Scene(
            name="positions",
            title="Where the kernel stands",
            ids=("F2",),
            frames=positions,
            settings=("n", "k", "stride", "padding"),
        ),
    ),
    presets=(
        Preset(
            name="one-bright-pixel",
            values={"image": STAR, "kernel": kernel_setting().named["identity"], "stride": 2},
            why="The only bright pixel lies off the grid of stride 2: the output is empty.",
            good=False,
            scene="sampled",
            frame=2,
        ),
        Preset(
            name="checkers-vanish",
            values={"image": image_setting().named["checkers"], "kernel": kernel_setting().named["identity"]},
            why="A pattern as fine as the stride vanishes: only its dark pixels are sampled (aliasing).",
            good=False,
            scene="sampled",
            frame=2,
        ),
        Preset(
            name="gaps",
            values={"stride": 5, "padding": 1},
            why="A stride larger than the kernel leaves gaps: the two rows and columns between are read by no output.",
            good=False,
            scene="by two",
        ),
        Preset(
            name="even-fit",
            values={"n": 7, "k": 3, "stride": 2, "padding": 0},
            why="(7 - 3) / 2 is a whole number: every pixel is read.",
            scene="positions",
        ),
    ),
    notes=(
        Note(
            id="F1",
            said="strides reduce the number of hidden units and store only the most important information",
            right="Strides sub-sample on a fixed grid: what is kept depends on where it lies, not on how strong it is.",
        ),
        Note(
            id="F2",
            said="the stride determines how many pixels the filter shifts over the image at each step",
            right="Where (n + 2p - k) / s is no whole number it is rounded down: the last rows and columns are "
            "never read.",
        ),
    ),
    probe={
        "kernel": matrix([[1, -2, 0], [3, 0.5, -1], [0, 2, -0.5]]),
        "stride": 3,
        "padding": 2,
        "n": 11,
        "k": 4,
    },
    source="Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016 (arXiv 1603.07285)",
)
