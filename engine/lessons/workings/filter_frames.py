"""The frames of several filters: what each finds, and what each alone changes."""

import numpy as np

from ..kit.figures import Bars, Formula, Grid, Origin, Table, Wall
from ..kit.fixtures import Floats, array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import filter_bank
from .filter_bank import FILTERS, NAMES, SHORT, SHORTEST
from .sliding import number, products, span


def picture(state: State) -> Grid:
    shows = "shades" if state["show"] == "shades" else "numbers"
    return Grid(
        name="image",
        title="image 6x6, padded by 1",
        about="The pixels, from 0 black to 1 white; a border of zeros, not drawn, keeps the maps at 6x6. Edit a pixel "
        "with + and -.",
        values=array(state["image"]),
        shows=shows,  # type: ignore[arg-type]
        digits=1,
        reach=(0, 1),
        edits="image",
        cursor=(1, 2),
    )


def _map(state: State, j: int, values: Floats, reach: tuple[float, float], name: str = "map", join: str = "→") -> Grid:
    image, kernel = np.pad(array(state["image"]), 1), array(FILTERS[j])

    def origin(row: int, column: int) -> Origin:
        sums = products(image[row : row + 3, column : column + 3], kernel)
        under = ((row + a - 1, column + b - 1) for a in range(3) for b in range(3))
        cells = tuple((r, c) for r, c in under if 0 <= r < 6 and 0 <= c < 6)
        formula = Formula(symbols="y = Σ x·w", numbers=f"{sums} = {number(values[row, column])}")
        return Origin(formulas=(formula,), cells={"image": cells, "filter": tuple(np.ndindex(3, 3))})

    return Grid(
        name=name,
        title=f"channel {j}: {NAMES[j]}",
        about="One number for each place of the filter: large where its pattern is, about 0 where it is not.",
        values=values,
        shows="shades" if state["show"] == "shades" else "numbers",
        digits=1,
        signed=True,
        reach=reach,
        origin=origin,
        join=join,
    )


def one_is_not_enough(state: State) -> Frames:
    """Three filters on one image, one after the other, then their maps side by side."""
    stack = filter_bank.maps(array(state["image"]))[:3]
    reach = span(stack)
    found = ("strokes that run down", "strokes that run across", "pixels brighter than those around")

    def frame(k: int) -> Frame:
        if k < 3:
            kernel = Grid(
                name="filter",
                title=f"filter {k}",
                values=array(FILTERS[k]),
                digits=1,
                signed=True,
                join="×",
                about="The weights of this filter.",
            )
            return Frame(
                title=NAMES[k],
                caption=f"Filter {k} (counted from 0) answers to {found[k]}. Zeros lie around the image, so the map "
                "has 6x6 numbers, too.",
                figures=(picture(state), kernel, _map(state, k, stack[k], reach)),
            )
        cosines = filter_bank.cosines(stack)
        largest = float(np.abs(cosines[np.triu_indices(3, 1)]).max())
        alike = "the maps have little in common" if largest < 0.5 else "in this image two maps have much in common"
        short = SHORT[:3]
        rows = tuple((short[i], *(f"{cosines[i, j]:.2f}" for j in range(3))) for i in range(3))
        table = Table(
            name="cosines",
            title="cosine between maps",
            about="1: the same pattern; 0: nothing in common; -1: opposite.",
            columns=("map", *short),
            rows=rows,
            new_row=True,
        )
        pictures = Wall(
            name="maps",
            title="three maps of one image",
            images=stack,
            labels=SHORT[:3],
            signed=True,
            reach=reach,
            about="The same image seen by three filters.",
        )
        return Frame(
            title="side by side",
            caption=f"Three maps of one image: the largest cosine between two of them is {largest:.2f}, {alike}.",
            figures=(picture(state), pictures, table),
            formulas=(Formula(symbols="cos = a·b / (|a| |b|)", numbers=f"vertical, horizontal: {cosines[0, 1]:.3f}"),),
        )

    return Frames(4, frame)


def one_filter_one_channel(state: State) -> Frames:
    """Filters above, the maps that they make below; one filter set to 0."""
    image, j = array(state["image"]), state["filter"]
    off = j if state["zeroed"] else None
    full, stack = filter_bank.maps(image), filter_bank.maps(image, off)
    kernels = np.stack([array(kernel) * (i != off) for i, kernel in enumerate(FILTERS)])
    labels = tuple(f"{i} {name}" for i, name in enumerate(SHORTEST))

    def picks(index: int, _: int) -> dict[str, int]:
        return {"filter": index}

    def frame(_: int) -> Frame:
        changes = np.abs(stack - full).reshape(len(FILTERS), -1).max(1)
        dropped = () if off is None else (off,)
        walls = tuple(
            Wall(
                name=name,
                title=title,
                images=images,
                labels=labels,
                signed=True,
                reach=span(images),
                chosen=j,
                picks=picks,
                dropped=dropped,
                cursor=(j, 0),
                new_row=bool(k),
                join="↓" if k else "",
                about=about,
            )
            for k, (name, title, images, about) in enumerate(
                (
                    ("filters", "filters, 3x3", kernels, "The weights of each filter. Move here to choose one."),
                    ("maps", "output channels, 6x6", stack, "The map that each filter makes."),
                )
            )
        )
        bars = Bars(
            name="changes",
            title="change of each channel",
            about="The largest change of a number of each channel since the filter was set to 0.",
            labels=labels,
            values=changes,
            high=float(np.abs(full).max()) or 1.0,
            dropped=dropped,
            marked=(j,),
            new_row=True,
        )
        caption = f"Filter {j} makes channel {j}. Set its weights to 0 with u and see what changes."
        if off is not None:
            caption = f"Filter {j} is 0: channel {j} is empty, and the other channels are as they were."
        return Frame(caption=caption, figures=(*walls, bars))

    return Frames(1, frame)
