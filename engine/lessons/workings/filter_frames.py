"""The frames of several filters: what each finds, and what each alone changes."""

import numpy as np

from ..kit.figures import Bars, Formula, Grid, Origin, Table, Wall
from ..kit.fixtures import Floats, array
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from . import filter_bank
from .filter_bank import FILTERS, NAMES, SHORT, SHORTEST
from .sliding import number, products, signed, span

COSINE = "cos = a·b / (|a| |b|)"


def told(cosine: float) -> str:
    """Two decimals, never `-0.00`."""
    return f"{round(cosine, 2) + 0.0:.2f}"


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
    """Four filters on one image, one after the other, then their maps side by side."""
    stack = filter_bank.maps(array(state["image"]))
    count = len(stack)
    reach = span(stack)
    found = (
        "strokes that run down",
        "strokes that run across",
        "pixels brighter than those around",
        "bright neighbourhoods",
    )

    def frame(k: int) -> Frame:
        if k < count:
            kernel = Grid(
                name="filter",
                title=f"filter {k}, 3x3",
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
        largest = float(np.abs(cosines[np.triu_indices(count, 1)]).max())
        alike = "the maps have little in common" if largest < 0.5 else "in this image two maps have much in common"
        rows = tuple((SHORT[i], *(told(cosines[i, j]) for j in range(count))) for i in range(count))

        def origin(i: int, j: int) -> Origin | None:
            if not j:
                return None
            a, b = stack[i], stack[j - 1]
            sizes = float(np.linalg.norm(a)), float(np.linalg.norm(b))
            numbers = f"{(a * b).sum():.4f} / ({sizes[0]:.4f}·{sizes[1]:.4f}) = {told(cosines[i, j - 1])}"
            formula = Formula(symbols=COSINE, numbers=numbers if min(sizes) > 0 else "one map is empty: 0")
            return Origin(formulas=(formula,), cells={"maps": ((i, 0), (j - 1, 0))})

        table = Table(
            name="cosines",
            title="cosine between maps",
            about="1: the same pattern; 0: nothing in common; -1: opposite.",
            columns=("map", *SHORT),
            rows=rows,
            new_row=True,
            origin=origin,
        )
        pictures = Wall(
            name="maps",
            title="four maps of one image",
            images=stack,
            labels=SHORT,
            signed=True,
            reach=reach,
            about="The same image seen by four filters.",
        )
        return Frame(
            title="side by side",
            caption=f"Four maps of one image: no cosine between two of them is beyond ±{largest:.2f}; {alike}.",
            figures=(picture(state), pictures, table),
            formulas=(Formula(symbols=COSINE),),
        )

    return Frames(count + 1, frame)


def one_filter_one_channel(state: State) -> Frames:
    """Filters above, the maps that they make below; then one filter set to 0, and what changes."""
    image, j = array(state["image"]), state["filter"]
    full = filter_bank.maps(image)
    labels = tuple(f"{i} {name}" for i, name in enumerate(SHORTEST))

    def picks(index: int, _: int) -> dict[str, int]:
        return {"filter": index}

    def frame(k: int) -> Frame:
        off = j if k else None
        stack = filter_bank.maps(image, off)
        kernels = np.stack([array(kernel) * (i != off) for i, kernel in enumerate(FILTERS)])
        changes = np.abs(stack - full).reshape(len(FILTERS), -1).max(1)
        dropped = () if off is None else (off,)
        walls = tuple(
            Wall(
                name=name,
                title=title,
                images=images,
                labels=labels,
                signed=True,
                reach=span(scale),
                chosen=j,
                picks=picks,
                dropped=dropped,
                cursor=(j, 0),
                new_row=bool(n),
                join="→" if n else "",
                about=about,
            )
            for n, (name, title, images, scale, about) in enumerate(
                (
                    ("filters", "filters, 3x3", kernels, array(FILTERS), "The weights. Move here to choose a filter."),
                    ("maps", "output channels, 6x6", stack, full, "The map that each filter makes."),
                )
            )
        )
        if off is None:
            caption = f"Filter {j} makes channel {j}, and no other. Choose one with s; step on to set it to 0."
            return Frame(caption=caption, figures=walls)

        def origin(i: int, _: int) -> Origin:
            at = np.unravel_index(int(np.abs(stack[i] - full[i]).argmax()), full[i].shape)
            numbers = f"abs({number(stack[i][at])} - {signed(full[i][at])}) = {number(changes[i])}"
            symbols = f"largest change of 36, in row {at[0]}, column {at[1]}"
            return Origin(formulas=(Formula(symbols=symbols, numbers=numbers),), cells={"maps": ((i, 0),)})

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
            origin=origin,
        )
        caption = f"The weights of filter {j} are set to 0: channel {j} is empty, the others are as they were."
        return Frame(caption=caption, figures=(*walls, bars))

    return Frames(2, frame)
