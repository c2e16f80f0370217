"""The frames of the U-Net's plan: the ladder box by box, its task, and how a skip is joined. Torch-free."""

from ..kit.figures import Bars, Box, Formula, Ladder, Origin, Table, Wire
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .unet_plan import SKIPS, Part, conv, plan

TASKS = (
    ("from", "Ronneberger et al., 2015", "Ho et al., 2020"),
    ("goes in", "an image", "noisy image x_t, and t"),
    ("encoder", "8x16x16 → 16x8x8", "8x16x16 → 16x8x8"),
    ("bottleneck", "32x4x4", "32x4x4, with attention"),
    ("decoder, skips", "16x8x8 → 8x16x16", "16x8x8 → 8x16x16"),
    ("head", "1x1 conv → K classes", "3x3 conv, begins at zero"),
    ("comes out", "Kx16x16: which class", "1x16x16: the noise"),
    ("loss", "-mean ln p(class)", "mean (eps - eps_hat)²"),
)
"""The same U for two tasks: what differs is what goes in, what comes out, and the loss."""


def wires(cut: str, names: list[str]) -> tuple[Wire, ...]:
    """The skips between boxes; `cut` is the size of the one that is cut, or all, or none."""
    return tuple(
        Wire(
            source=names.index(source),
            target=names.index(target),
            label=f"skip {size}",
            cut=cut in ("all", size),
        )
        for size, source, target in SKIPS
    )


def shape(part: Part) -> str:
    """`8x16x16`."""
    return f"{part.channels}x{part.size}x{part.size}" if part.size > 1 else str(part.channels)


def ladder(state: State) -> Frames:
    """Every box in its turn."""
    parts = plan()
    names = [part.name for part in parts]
    total = sum(part.parameters for part in parts)
    most = max(part.parameters for part in parts)

    def picks(row: int, column: int) -> dict[str, str]:
        block = parts[min(row, len(parts) - 1)].block
        return {"block": block} if block else {}

    def frame(k: int) -> Frame:
        boxes = tuple(
            Box(
                name=part.name,
                shape=shape(part),
                detail=f"{part.parameters:,}",
                depth=part.depth,
                share=part.parameters / most,
                active=i == k,
            )
            for i, part in enumerate(parts)
        )
        part = parts[k]
        figures = (
            Ladder(
                name="unet",
                about="Down the left side of the U maps get smaller and more, at the bottom every pixel sees every "
                "other, up the right side they grow again and are joined with those of the left. t goes to each block.",
                boxes=boxes,
                wires=wires(state["cut"], names),
                cursor=(k, 0),
                picks=picks,
            ),
            Table(
                name="box",
                title=part.name,
                columns=("this box", ""),
                rows=(
                    ("gives", shape(part)),
                    ("numbers", part.channels * part.size**2),
                    ("parameters", f"{part.parameters:,}"),
                    ("of all", f"{part.parameters / total:.1%}"),
                    ("all", f"{total:,}"),
                ),
            ),
        )
        return Frame(
            caption=f"{part.name}: {part.does}. Press . for the next box; x cuts a skip.",
            figures=figures,
        )

    return Frames(len(parts), frame)


def task(state: State) -> tuple[Frame, ...]:
    """The same U for two tasks."""
    return (
        Frame(
            caption="The U-Net comes from segmentation; in diffusion it regresses noise. The U is the same, the marked "
            "rows differ.",
            figures=(
                Table(
                    name="task",
                    title="one U, two tasks",
                    about="Segmentation asks for a class of every pixel, denoising for a real number: nothing is "
                    "segmented. Only the denoiser is told t.",
                    columns=("", "segmentation", "denoising"),
                    rows=TASKS,
                    marked=tuple(k for k, (_, one, other) in enumerate(TASKS) if one != other and k),
                ),
            ),
        ),
    )


def joining(state: State) -> tuple[Frame, ...]:
    """Side by side, or added: what the next convolution costs."""
    c = int(state["channels"])
    concat, add = conv(2 * c, c), conv(c, c)
    counts = (
        Formula(symbols="concat: (2c·9 + 1)·c", numbers=f"({2 * c}·9 + 1)·{c} = {concat:,}"),
        Formula(symbols="add: (c·9 + 1)·c", numbers=f"({c}·9 + 1)·{c} = {add:,}"),
    )
    figures = (
        Bars(
            name="parameters",
            title=f"3x3 convolution to {c} maps",
            labels=(f"concatenated, {c}+{c}={2 * c}", f"added, {c}"),
            values=[concat, add],
            about="Side by side the next convolution weighs the decoder's and the encoder's maps itself.",
            origin=lambda row, column: Origin(formulas=(counts[row],)),
        ),
        Table(
            name="joins",
            title="two ways to join",
            columns=("", "maps in", "parameters", "what it means"),
            rows=(
                ("concatenate", 2 * c, f"{concat:,}", "both kept apart, weights for each"),
                ("add", c, f"{add:,}", "map i + map i: they must mean the same"),
            ),
            origin=lambda row, column: Origin(formulas=(counts[row],)) if column == 2 else None,
        ),
    )
    return (
        Frame(
            caption=f"U-Nets put the encoder's maps beside the decoder's: {c} + {c} = {2 * c} channels. Adding would "
            "need half the weights, and less freedom.",
            figures=figures,
            formulas=counts,
        ),
    )
