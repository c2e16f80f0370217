"""Pixels: an image is a grid of numbers, and what lies beside what matters."""

from functools import partial

import numpy as np

from .kit.figures import Formula, Grid, Origin
from .kit.fixtures import Floats, array, image_setting, kernel_setting
from .kit.lesson import Frame, Frames, Lesson, Note, Scene
from .kit.settings import Choice, Slider
from .kit.state import State


def shuffle_order(state: State) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """The order in which the 36 numbers are laid out anew."""
    return np.random.default_rng(state["shuffle"]).permutation(36)


def edges(image: Floats, kernel: Floats) -> Floats:
    """[4, 4]: the kernel slid over the image without padding."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    answer: Floats = np.einsum("ijkl,kl->ij", windows, kernel)
    return answer


def _scale(image: Floats, row: int, column: int) -> Origin:
    """A pixel as an integer of eight bits."""
    value = image[row, column]
    formula = Formula(symbols="x = byte / 255", numbers=f"{value:g} ≈ {round(value * 255)} / 255")
    return Origin(formulas=(formula,), cells={"bytes": ((row, column),), "image": ((row, column),)})


def numbers(state: State) -> tuple[Frame, ...]:
    """The image as numbers or shades, and as bytes."""
    image = array(state["image"])
    picture = Grid(
        name="image",
        title="image, 6x6",
        about="Each cell is one pixel: 0 is black, 1 is white. Edit one with + and -.",
        values=image,
        shows=state["show"],
        digits=1,
        reach=(0, 1),
        edits="image",
        cursor=(1, 2),
        origin=partial(_scale, image),
    )
    stored = Grid(
        name="bytes",
        title="as stored, 0 to 255",
        about="Files hold whole numbers of eight bits; networks are fed the same numbers divided by 255.",
        values=np.rint(image * 255),
        shows=state["show"],
        digits=0,
        reach=(0, 255),
        origin=partial(_scale, image),
        join="=",
    )
    caption = "A greyscale image is a matrix of numbers. Edit a pixel with + and -, show shades with s."
    return (Frame(caption=caption, figures=(picture, stored), formulas=(Formula(symbols="x = byte / 255"),)),)


def shuffled(state: State) -> Frames:
    """The same numbers in another order: what a kernel finds is gone."""
    image, kernel = array(state["image"]), array(state["kernel"])
    order = shuffle_order(state)
    mixed = image.reshape(36)[order].reshape(6, 6)

    def frame(k: int) -> Frame:
        shown, name = ((image, "in place"), (mixed, "the same 36 numbers, shuffled"))[k]
        response = edges(shown, kernel)

        def origin(row: int, column: int) -> Origin:
            patch = shown[row : row + 3, column : column + 3]
            sums = " + ".join(f"{x:g}·{w:g}" for x, w in zip(patch.flat, kernel.flat, strict=True))
            formula = Formula(symbols="y = Σ x·w", numbers=f"{sums} = {response[row, column]:.3g}")
            patch_cells = tuple((row + r, column + c) for r in range(3) for c in range(3))
            return Origin(formulas=(formula,), cells={"image": patch_cells})

        return Frame(
            caption=(
                "A kernel that looks for edges finds the strokes of the image."
                if k == 0
                else "After shuffling it finds noise. A dense layer whose weights are permuted alike would not mind."
            ),
            figures=(
                Grid(name="image", title=name, values=shown, shows=state["show"], digits=1, reach=(0, 1)),
                Grid(
                    name="edges",
                    title="what a 3x3 kernel finds",
                    about="The response of the kernel at each place where it fits into the image.",
                    values=response,
                    digits=1,
                    signed=True,
                    join="→",
                    origin=origin,
                ),
            ),
        )

    return Frames(2, frame)


LESSON = Lesson(
    name="pixels",
    chapter="convolution",
    title="Images are grids of numbers",
    summary="A greyscale image is a matrix of numbers from 0 to 1, and neighbours belong together.",
    settings=(
        image_setting(),
        kernel_setting(),
        Choice(name="show", default="numbers", choices=("numbers", "shades"), help="numbers or shades", key="s"),
        Slider(name="shuffle", default=1, low=1, high=99, step=1, help="which order the pixels are shuffled to"),
    ),
    scenes=(
        Scene(
            name="numbers", title="A matrix of numbers", ids=("A2", "A3"), frames=numbers, settings=("image", "show")
        ),
        Scene(name="shuffled", title="Neighbours matter", ids=("A1",), frames=shuffled),
    ),
    notes=(
        Note(
            id="A2",
            said="pixel values, typically ranging from 0 to 1",
            right="Files store whole numbers from 0 to 255; dividing by 255 gives 0 to 1.",
        ),
    ),
)
