"""Pixels: an image is a grid of numbers, and what lies beside what matters."""

from dataclasses import replace
from functools import lru_cache, partial

import numpy as np

from .kit.figures import Formula, Grid, Origin
from .kit.fixtures import KERNELS, Floats, array, image_setting, kernel_setting
from .kit.lesson import Frame, Frames, Lesson, Note, Scene
from .kit.settings import Choice, Slider
from .kit.state import State
from .workings.sliding import number, products, steady


def shuffle_order(state: State) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """The order in which the 36 numbers are laid out anew."""
    return np.random.default_rng(state["shuffle"]).permutation(36)


def edges(image: Floats, kernel: Floats) -> Floats:
    """[4, 4]: the kernel slid over the image without padding."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    answer: Floats = np.einsum("ijkl,kl->ij", windows, kernel)
    return answer


@lru_cache(maxsize=4)
def dense_weights(seed: int) -> Floats:
    """[6, 36]: a dense layer from the 36 pixels to six units."""
    drawn: Floats = np.random.default_rng([seed, 1]).uniform(-1 / 6, 1 / 6, (6, 36))
    drawn.flags.writeable = False
    return drawn


def dense(image: Floats, weights: Floats, order: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> Floats:
    """[6]: the units for the pixels in a new order, each weight moved along with its pixel."""
    answer: Floats = weights[:, order] @ image.reshape(36)[order]
    return answer


def _scale(image: Floats, row: int, column: int) -> Origin:
    """A pixel as an integer of eight bits."""
    value = image[row, column]
    byte = round(value * 255)
    formulas = (
        Formula(symbols="x = byte / 255", numbers=f"{byte} / 255 ≈ {value:g}"),
        Formula(symbols="byte ≈ 255 x", numbers=f"255·{value:g} ≈ {byte}"),
    )
    return Origin(formulas=formulas, cells={"bytes": ((row, column),), "image": ((row, column),)})


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
    formulas = _scale(image, 1, 2).formulas[:1]
    return (Frame(caption=caption, figures=(picture, stored), formulas=formulas),)


def shuffled(state: State) -> Frames:
    """The same numbers in another order: a kernel is lost, a dense layer permuted alike is not."""
    image, kernel = array(state["image"]), array(state["kernel"])
    order = shuffle_order(state)
    mixed = image.reshape(36)[order].reshape(6, 6)

    def picture(shown: Floats, title: str, name: str = "image") -> Grid:
        return Grid(
            name=name,
            title=title,
            about="The pixels; shuffled they are the same 36 numbers, each at another place.",
            values=shown,
            shows=state["show"],
            digits=1,
            reach=(0, 1),
            edits="image" if shown is image else "",
        )

    in_place, other = picture(image, "in place"), picture(mixed, "the same, shuffled", "shuffled")

    def both() -> Frame:
        return Frame(
            caption="The same 36 numbers twice: all that differs is who is beside whom. Shuffle anew with u.",
            figures=(in_place, replace(other, title="the same 36 numbers, shuffled")),
        )

    def answer(shown: Floats, source: str, name: str) -> Grid:
        response = edges(shown, kernel)

        def origin(row: int, column: int) -> Origin:
            patch = shown[row : row + 3, column : column + 3]
            numbers = f"{products(patch, kernel)} = {number(response[row, column])}"
            patch_cells = tuple((row + r, column + c) for r in range(3) for c in range(3))
            every = tuple((r, c) for r in range(3) for c in range(3))
            formula = Formula(symbols="y = Σ x·w", numbers=numbers)
            return Origin(formulas=(formula,), cells={source: patch_cells, "kernel": every})

        return Grid(
            name=name,
            title=f"{source if source != 'image' else 'in place'}: found, 4x4",
            about="The response of the kernel at each place where it fits into the image.",
            values=response,
            shows=state["show"],
            digits=1,
            signed=True,
            reach=reach,
            join="→",
            origin=origin,
        )

    reach = steady(np.stack([edges(shown, kernel) for shown in (image, mixed)]), 1)

    def found() -> Frame:
        weights = Grid(
            name="kernel",
            title="kernel 3x3",
            about="The weights. Edit one with + and -, take another kernel with w.",
            values=kernel,
            signed=True,
            edits="kernel",
            join="×",
        )
        return Frame(
            caption="A 3x3 kernel answers to patterns of neighbours. On the shuffled numbers the same kernel finds "
            "another pattern.",
            figures=(
                in_place,
                weights,
                answer(image, "image", "edges"),
                replace(other, new_row=True),
                answer(mixed, "shuffled", "shuffled edges"),
            ),
        )

    def unmoved() -> Frame:
        weights, unit = dense_weights(state.seed), state["unit"]
        moved = weights[:, order]
        before, after = dense(image, weights, np.arange(36)), dense(mixed, moved, np.arange(36))
        every = tuple((r, c) for r in range(6) for c in range(6))

        def origin(row: int, column: int) -> Origin:
            x, w, y = ((image, weights, before), (mixed, moved, after))[row]
            numbers = f"{products(x, w[column].reshape(6, 6))} = {number(y[column])}"
            formula = Formula(symbols=("h_j = Σ_i W[j,i]·x[i]", "h_j = Σ_i W[j,π(i)]·x[π(i)]")[row], numbers=numbers)
            cells = {"shuffled": every, "weights": every} if row and column == unit else {}
            return Origin(formulas=(formula,), cells=cells)

        units = Grid(
            name="units",
            title="6 dense units, each a sum over all 36 pixels",
            about="The upper row is of the image in place, the lower one of the shuffled image with each weight moved "
            "along with its pixel. Move here to see the weights of another unit.",
            values=np.stack([before, after]),
            digits=3,
            signed=True,
            row_labels=("in place", "shuffled"),
            column_labels=tuple(f"h{j}" for j in range(6)),
            cursor=(1, unit),
            picks=lambda _, column: {"unit": column},
            marks={"focus": ((0, unit), (1, unit))},
            origin=origin,
            new_row=True,
        )
        own = Grid(
            name="weights",
            title=f"36 weights of h{unit}, shuffled alike",
            about="The weights of one dense unit, each at the place where its pixel is now.",
            values=moved[unit].reshape(6, 6),
            digits=2,
            signed=True,
            reach=(-1 / 6, 1 / 6),
            scope="the layer",
            join="×",
        )
        return Frame(
            caption="A dense layer does not know neighbours: permute its weights with the pixels, and nothing changes.",
            figures=(replace(other, title="shuffled image"), own, units),
            formulas=(Formula(symbols="Σ_i W[j,π(i)]·x[π(i)] = Σ_i W[j,i]·x[i], where π is the new order"),),
        )

    return Frames(3, lambda k: (both, found, unmoved)[k]())


LESSON = Lesson(
    name="pixels",
    chapter="convolution",
    title="Images are grids of numbers",
    summary="A greyscale image is a matrix of numbers from 0 to 1, and neighbours belong together.",
    settings=(
        image_setting(),
        kernel_setting(),
        Choice(name="show", default="numbers", choices=("numbers", "shades"), help="numbers or shades", key="s"),
        Slider(name="shuffle", default=1, low=1, high=99, help="which order the pixels are shuffled to", key="u"),
        Slider(name="unit", default=0, low=0, high=5, help="the dense unit whose weights are shown", key="d"),
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
    probe={"kernel": KERNELS["sharpen"], "shuffle": 7, "unit": 4},
)
