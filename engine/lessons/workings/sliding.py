"""The frames of a kernel that slides over the image: window, products, sum, one place after the other."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..kit.figures import Card, Cell, Formula, Grid, Mark, Origin
from ..kit.fixtures import Floats, array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import convolving
from .convolving import Geometry

SYMBOLS = "y[i,j] = Σ x[i·s + a·d, j·s + b·d] · w[a,b]"
ROW = 72
"""Columns that image, kernel and output may take in one row, without the signs between them."""


@dataclass(frozen=True, eq=False)
class Slide:
    """One image, one kernel, and how it moves; everything else follows."""

    image: Floats
    kernel: Floats
    geometry: Geometry
    shows: str = "numbers"

    @classmethod
    def of(cls, state: State) -> "Slide":
        """From the settings image, kernel, stride, padding, and dilation and show where there are such."""
        image, kernel = array(state["image"]), array(state["kernel"])
        dilation, shows = state.values.get("dilation", 1), state.values.get("show", "numbers")
        geometry = Geometry(image.shape, kernel.shape, state["stride"], state["padding"], dilation)
        return cls(image, kernel, geometry, shows)

    @property
    def framed(self) -> Floats:
        """The padded image."""
        return convolving.padded(self.image, self.geometry.padding)

    @property
    def output(self) -> Floats:
        """[out rows, out columns]."""
        g = self.geometry
        return convolving.convolve(self.image, self.kernel, g.stride, g.padding, g.dilation)

    def patch(self, place: Cell) -> Floats:
        """The pixels under the kernel."""
        framed = self.framed
        return np.array([framed[cell] for cell in self.geometry.window(*place)]).reshape(self.kernel.shape)

    def formula(self, place: Cell, *, most: int = 9) -> Formula:
        """The sum of one place with its numbers; of more than `most` products only the sums of the kernel's rows."""
        patch, total = self.patch(place), number(self.output[place])
        terms = products(patch, self.kernel)
        if patch.size > most:
            terms = plus((patch * self.kernel).sum(axis=1))
        rows = "" if patch.size <= most else " (one sum for each row of the kernel)"
        return Formula(symbols=SYMBOLS + rows, numbers=f"y[{place[0]},{place[1]}] = {terms} = {total}")

    def source(self, row: int, column: int) -> Origin | None:
        """Where one number of the output came from."""
        if row > self.geometry.corner[0] or column > self.geometry.corner[1] or not self.geometry.fits:
            return None
        cells = {"image": self.geometry.window(row, column), "kernel": tuple(np.ndindex(*self.kernel.shape))}
        return Origin(formulas=(self.formula((row, column), most=25),), cells=cells)

    def picture(self, marks: dict[Mark, tuple[Cell, ...]], *, cursor: Cell | None = None) -> Grid:
        """The padded image; what no output reads is hatched."""
        p, (rows, columns) = self.geometry.padding, self.geometry.size
        padded = f", padded to {rows + 2 * p}x{columns + 2 * p}" if p else ""
        marks = {"never": self.geometry.never() if self.geometry.fits else (), **marks}
        border = f", in a border of {p} zeros on every side" if p else ""
        unread = " Hatched cells are never read: the kernel's steps jump over them or end before them."
        return Grid(
            name="image",
            title=f"image {rows}x{columns}{padded}",
            about=f"The pixels{border}.{unread if marks['never'] else ''} Edit a pixel with + and -.",
            values=self.framed,
            shows="shades" if self.shows == "shades" else "numbers",
            digits=1,
            reach=(0, 1),
            edits="image",
            edits_from=(p, p),
            cursor=cursor or (p + 1, p + 2),
            marks=marks,
        )

    def weights(self, marks: dict[Mark, tuple[Cell, ...]] | None = None) -> Grid:
        """The kernel, always as numbers."""
        rows, columns = self.kernel.shape
        return Grid(
            name="kernel",
            title=f"kernel {rows}x{columns}",
            about="The weights: the same ones at every place. Edit one with + and -, take another kernel with w.",
            values=self.kernel,
            digits=2,
            signed=True,
            reach=span(self.kernel),
            edits="kernel",
            join="×",
            marks=marks or {},
        )

    def alone(self) -> Grid:
        """The kernel without a sign before it, so that it may stand anywhere."""
        return replace(self.weights(), join="")

    def factor(self) -> Grid:
        """The kernel, joined to the image by a sign where both and the output fit into one row of a small screen."""
        longest = max(len(f"{round(float(weight), 2):g}") for weight in self.kernel.flat)
        columns = 4 * self.geometry.padded[1] + (longest + 1) * self.kernel.shape[1] + 5 * self.geometry.out[1]
        return self.weights() if columns <= ROW else self.alone()

    def products(self) -> Grid:
        """[kernel rows, kernel columns]: room for the products of one place, none of them known yet."""
        each = [self.patch(place) * self.kernel for place in np.ndindex(*self.geometry.out)]
        return Grid(
            name="products",
            title="pixel · weight",
            about="Each pixel in the window times the weight that lies on it. Their sum is one number of the output.",
            values=np.full(self.kernel.shape, np.nan),
            digits=2,
            signed=True,
            reach=steady(np.array(each), 2),
            join="·x =",
        )

    def result(self, values: Floats, marks: dict[Mark, tuple[Cell, ...]], *, join: str = "→", title: str = "") -> Grid:
        """The output, on the colour scale of the whole output."""
        rows, columns = self.geometry.out
        return Grid(
            name="output",
            title=title or f"output {rows}x{columns}",
            about="One number for each place of the kernel. Move here and the pixels it was made of light up.",
            values=values,
            shows="shades" if self.shows == "shades" else "numbers",
            digits=1,
            signed=True,
            reach=steady(self.output, 1),
            origin=self.source,
            join=join,
            marks=marks,
        )


def span(values: Floats) -> tuple[float, float]:
    """The ends of a colour scale about zero."""
    most = float(np.abs(values).max()) if values.size else 1.0
    return -(most or 1.0), most or 1.0


def steady(values: Floats, digits: int) -> tuple[float, float]:
    """The ends of a colour scale about zero, as long in print as the longest value: columns keep their width."""
    _, most = span(values)
    printed = (f"{round(float(value), digits):g}".partition(".")[2] for value in values.flat)
    decimals = max(map(len, printed), default=0)
    ends = math.ceil(most * 10**decimals - 1e-9)
    if decimals and ends % 10 == 0:
        ends += 1
    return -ends / 10**decimals, ends / 10**decimals


def number(value: float) -> str:
    """A number in few characters, never `-0`."""
    return f"{round(float(value), 3) + 0.0:g}"


def signed(value: float) -> str:
    """A number as a factor or a summand: in brackets where it is negative."""
    text = number(value)
    return f"({text})" if text.startswith("-") else text


def plus(parts: Floats) -> str:
    """`0.1 + (-0.3) + …`"""
    return " + ".join(signed(part) for part in parts)


def products(pixels: Floats, weights: Floats) -> str:
    """`0.1·2 + 0.9·(-1) + …`, all terms."""
    return " + ".join(f"{signed(x)}·{signed(w)}" for x, w in zip(pixels.flat, weights.flat, strict=True))


def too_large(slide: Slide) -> Frame:
    """The frame for a kernel that fits nowhere."""
    (height, width), (rows, columns) = slide.geometry.span, slide.geometry.padded
    text = (
        f"The kernel covers {height}x{width} pixels, the padded image has {rows}x{columns}: it fits nowhere, and there "
        "is no output. PyTorch raises an error here. Take less dilation, more padding, or a smaller kernel."
    )
    return Frame(
        caption="This kernel is larger than the padded image.",
        figures=(slide.picture({}), slide.weights(), Card(name="why", title="no output", text=text)),
    )


def slide_frames(state: State, whole: Callable[[Slide], Sequence[Frame]]) -> Sequence[Frame]:
    """The frames of `whole`, then one for each place of the kernel; or the one that says that it does not fit."""
    slide = Slide.of(state)
    if not slide.geometry.fits:
        return (too_large(slide),)
    first = tuple(whole(slide))

    def frame(k: int) -> Frame:
        return first[k] if k < len(first) else at_place(slide, k - len(first))

    return Frames(len(first) + slide.geometry.units, frame)


def at_place(slide: Slide, index: int) -> Frame:
    """The kernel at its place number `index`, row by row: window, kernel, products, and their sum in the output."""
    g = slide.geometry
    place = row, column = divmod(index, g.out[1])
    output = slide.output
    so_far = np.where(np.arange(g.units).reshape(g.out) <= index, output, np.nan)
    patch, under = slide.patch(place), g.window(row, column)
    multiplied = patch * slide.kernel

    def product(a: int, b: int) -> Origin:
        numbers = f"{products(patch[a : a + 1, b], slide.kernel[a : a + 1, b])} = {number(multiplied[a, b])}"
        cells = {"image": (under[a * slide.kernel.shape[1] + b],), "kernel": ((a, b),)}
        return Origin(formulas=(Formula(symbols="x · w", numbers=numbers),), cells=cells)

    grid = replace(slide.products(), values=multiplied, origin=product)
    outside = len(under) - len(g.inside(row, column))
    border = f" {outside} of the pixels are padding, which adds nothing." if outside else ""
    return Frame(
        title=f"place {index + 1} of {g.units}",
        caption=f"Row {row}, column {column} (from 0): the {patch.size} pixels in the window, each times its weight, "
        f"add up to {number(output[place])}.{border}",
        figures=(
            slide.picture({"window": under}),
            slide.alone(),
            grid,
            slide.result(so_far, {"target": (place,)}),
        ),
        formulas=(slide.formula(place),),
    )
