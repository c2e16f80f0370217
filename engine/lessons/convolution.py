"""Convolution: a small kernel slides over the image, shared by all places."""

from .kit.figures import Formula
from .kit.fixtures import KERNELS, image_setting
from .kit.lesson import Frame, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Numbers, Slider, matrix
from .workings.averaging import averages
from .workings.connecting import shared, sparse
from .workings.equivariance import meter
from .workings.flattening import flatten
from .workings.parameter_frames import counts
from .workings.sliding import Slide, slide_frames
from .workings.toeplitz_frames import as_matrix

SIZED = {
    **KERNELS,
    "point-1": matrix([[2]]),
    "box-2": matrix([[0.25] * 2] * 2),
    "row-3": matrix([[-1, 0, 1]]),
    "box-5": matrix([[0.04] * 5] * 5),
    "ring-5": matrix([[max(abs(r - 2), abs(c - 2)) - 1.5 for c in range(5)] for r in range(5)]),
}
"""Kernels of several sizes by name."""


def whole(slide: Slide) -> tuple[Frame, ...]:
    """The image, the kernel, and all of the output."""
    g = slide.geometry
    rows, span, p, s = g.size[0], g.span[0], g.padding, g.stride
    exact = (g.padded[0] - span) % s == 0
    numbers = f"floor(({rows} + 2·{p} - {g.dilation}·({g.kernel[0]}-1) - 1) / {s}) + 1 = {g.out[0]}"
    never = len(g.never())
    unread = f" {never} of {g.padded[0] * g.padded[1]} cells are never read (hatched)." if never else ""
    floored = "" if exact else " One more step would leave the image."
    return (
        Frame(
            caption=f"Each place of the kernel gives one number: step with the dot.{unread}{floored}",
            figures=(slide.picture({}), slide.alone(), slide.products(), slide.result(slide.output, {})),
            formulas=(Formula(symbols="rows = floor((n + 2p - d·(k-1) - 1) / s) + 1", numbers=numbers),),
        ),
    )


_WINDOW = ("image", "kernel", "stride", "padding", "dilation", "show")
_PICKED = (*_WINDOW, "row", "column")

LESSON = Lesson(
    name="convolution",
    chapter="convolution",
    title="Convolution",
    summary="A small kernel slides over the image; every place uses the same few weights.",
    settings=(
        image_setting(),
        Numbers(
            name="kernel",
            default=SIZED["sobel-x"],
            help="the kernel, 1x1 to 5x5",
            key="w",
            named=SIZED,
            rows=(1, 5),
            low=-9,
            high=9,
            step=0.5,
        ),
        Slider(name="stride", default=1, low=1, high=4, help="pixels that the kernel moves", key="s"),
        Slider(name="padding", default=1, low=0, high=2, help="rows of zeros around the image", key="z"),
        Slider(name="dilation", default=1, low=1, high=3, help="pixels from one weight to the next", key="d"),
        Choice(name="show", default="numbers", choices=("numbers", "shades"), help="numbers or shades", key="v"),
        Slider(name="row", default=2, low=0, high=9, help="row of the output that is looked at, from 0", key="R"),
        Slider(name="column", default=2, low=0, high=9, help="column of the output that is looked at, from 0", key="C"),
        Slider(name="tap", default=4, low=0, high=24, help="the weight that is looked at, row by row from 0", key="a"),
        Slider(name="down", default=1, low=0, high=5, help="pixels that the image is shifted down", key="m"),
        Slider(name="right", default=1, low=0, high=5, help="pixels that the image is shifted right", key="x"),
        Choice(
            name="border",
            default="circular",
            choices=("circular", "zeros"),
            key="u",
            help="what lies beyond the border when the image is shifted",
        ),
        Slider(name="n", default=6, low=2, high=64, help="rows and columns of the image", key="n"),
        Slider(name="k", default=3, low=1, high=11, help="rows and columns of the kernel", key="e"),
        Slider(name="c_in", default=1, low=1, high=64, help="channels that come in", key="c"),
        Slider(name="c_out", default=1, low=1, high=64, help="channels that go out", key="o"),
    ),
    scenes=(
        Scene(
            name="sliding",
            title="The kernel slides",
            ids=("D1",),
            settings=_WINDOW,
            frames=lambda state: slide_frames(state, whole),
        ),
        Scene(
            name="average",
            title="A weighted sum, not always an average",
            ids=("D1",),
            frames=averages,
            settings=("image", "kernel", "show"),
        ),
        Scene(name="sparse", title="Sparse interactions", ids=("C1",), frames=sparse, settings=_PICKED),
        Scene(name="shared", title="Shared weights", ids=("C2", "E1"), frames=shared, settings=(*_PICKED, "tap")),
        Scene(
            name="counted",
            title="Parameters: convolution against dense",
            ids=("E4",),
            frames=counts,
            settings=("n", "k", "c_in", "c_out"),
        ),
        Scene(name="matrix", title="A convolution is a matrix", ids=("E2",), frames=as_matrix, settings=_PICKED),
        Scene(
            name="equivariance",
            title="Shift the image",
            ids=("E3",),
            frames=meter,
            settings=("image", "kernel", "stride", "down", "right", "border", "show"),
        ),
        Scene(name="flatten", title="Flattening", ids=("D2",), frames=flatten, settings=("image", "show")),
    ),
    presets=(
        Preset(
            name="border-unread",
            values={"stride": 2},
            good=False,
            scene="sliding",
            why="(6 + 2 - 3) / 2 is no whole number: it is rounded down, and the last row and column are never read.",
        ),
        Preset(
            name="pixels-skipped",
            values={"stride": 4, "padding": 0, "kernel": SIZED["box-2"]},
            good=False,
            scene="sliding",
            why="A stride larger than the kernel jumps over pixels: no output ever sees them.",
        ),
        Preset(
            name="too-large",
            values={"kernel": SIZED["box-5"], "dilation": 3, "padding": 0},
            good=False,
            scene="sliding",
            why="A dilated kernel covers more than the image has: there is no place for it.",
        ),
        Preset(
            name="dilated",
            values={"dilation": 2, "padding": 2},
            scene="sliding",
            why="The same 9 weights, two pixels apart, cover 5x5 pixels; padding 2 keeps the output at 6x6.",
        ),
        Preset(
            name="blur",
            values={"kernel": SIZED["box"], "padding": 0},
            scene="average",
            why="Nine equal weights that sum to 1: each output is the average of its neighbourhood.",
        ),
        Preset(
            name="shift-by-stride",
            values={"stride": 2, "down": 2, "right": 0},
            scene="equivariance",
            why="With stride 2 a shift by 2 pixels is a shift of the output by 1.",
        ),
        Preset(
            name="shift-off-grid",
            values={"stride": 2, "down": 1, "right": 0},
            good=False,
            scene="equivariance",
            why="With stride 2 a shift by 1 pixel is no shift of the output: other pixels fall on the grid.",
        ),
        Preset(
            name="shifts-of-stride-2",
            values={"stride": 2, "down": 2, "right": 0},
            scene="equivariance",
            frame=2,
            why="Of the 36 shifts of the image 9 are shifts of the output: those by even numbers of pixels.",
        ),
        Preset(
            name="border-breaks",
            values={"border": "zeros", "right": 2},
            good=False,
            scene="equivariance",
            why="Padding with zeros is exact away from the border only.",
        ),
    ),
    notes=(
        Note(
            id="D1",
            said="applying a kernel to an image, computing a weighted average",
            right="A weighted sum, not always an average: weights may be negative and need not sum to 1.",
        ),
        Note(
            id="E2",
            said="the mapping is a convolution between input variables and the filter",
            right="Networks compute cross-correlation: the kernel is not turned by 180° first.",
        ),
        Note(
            id="E3",
            said="translation invariance: CNNs are relatively insensitive to the location of objects",
            right="Equivariant: the output shifts along (circular border, steps of the stride). Invariance comes "
            "from pooling.",
        ),
    ),
    probe={
        "kernel": matrix([[1, -2, 0.5], [0.5, 3, -1]]),
        "stride": 2,
        "padding": 2,
        "dilation": 2,
        "row": 1,
        "column": 2,
        "tap": 5,
        "down": 2,
        "right": 4,
        "n": 7,
        "k": 5,
        "c_in": 3,
        "c_out": 2,
    },
    source="Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016 (arXiv 1603.07285)",
)
