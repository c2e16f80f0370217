"""The frames of the U-Net's plan: the ladder box by box, its task, and how a skip is joined. Torch-free."""

from ..kit.figures import Bars, Box, Card, Formula, Ladder, Table, Wire
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .unet_plan import SKIPS, Part, conv, plan

SEGMENTATION = (
    "Segmentation (Ronneberger et al., 2015): the U-Net was made for it. In goes an image, out comes for every pixel a "
    "distribution over classes; the loss is cross-entropy. There is no t."
)
DENOISING = (
    "Denoising (Ho et al., 2020): the same U, another task. In go a noisy image and t, out comes for every pixel a "
    "real number, the noise in it; the loss is the mean squared error. Nothing is segmented."
)


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
                title="16 → 8 → 4 → 8 → 16 pixels",
                about="Down the left side of the U maps get smaller and more, at the bottom every pixel sees every "
                "other, up the right side they grow again and are joined with those of the left. t goes to each block.",
                boxes=boxes,
                wires=wires(state["cut"], names),
                share_label="parameters",
                cursor=(k, 0),
                picks=picks,
            ),
            Table(
                name="box",
                title=part.name,
                columns=("what", "value"),
                rows=(
                    ("gives", shape(part)),
                    ("numbers", part.channels * part.size**2),
                    ("parameters", f"{part.parameters:,}"),
                    ("of all", f"{part.parameters / total:.1%}"),
                ),
            ),
        )
        return Frame(
            caption=f"{part.name}: {part.does}. Press . for the next box; x cuts a skip.",
            figures=figures,
            formulas=(
                Formula(symbols="a U-Net = encoder + bottleneck + decoder + skips", numbers=f"{total:,} parameters"),
            ),
        )

    return Frames(len(parts), frame)


def task(state: State) -> tuple[Frame, ...]:
    """The same U for two tasks."""
    segments = state["task"] == "segmentation"
    head = "1x1 conv → K classes, softmax" if segments else "3x3 conv → 1 number, begins at zero"
    boxes = (
        Box(name="in", shape="1x16x16", detail="an image" if segments else "x_t, and t to every block"),
        Box(name="encoder", shape="8x16x16, 16x8x8", detail="the same", depth=1),
        Box(name="bottleneck", shape="32x4x4", detail="the same", depth=2),
        Box(name="decoder", shape="16x8x8, 8x16x16", detail="the same", depth=1),
        Box(name="head", shape="Kx16x16" if segments else "1x16x16", detail=head, active=True),
    )
    card = Card(
        name="card",
        title=f"what {state['task']} asks of it",
        text=(SEGMENTATION if segments else DENOISING),
    )
    return (
        Frame(
            caption="The U-Net comes from segmentation; in diffusion it regresses noise. Press v to change the task.",
            figures=(
                Ladder(name="task", title=state["task"], boxes=boxes, wires=(Wire(source=1, target=3, label="skips"),)),
                card,
            ),
            formulas=(
                Formula(
                    symbols="loss = -mean ln p(class of the pixel)" if segments else "loss = mean (eps - eps_hat)²"
                ),
            ),
        ),
    )


def joining(state: State) -> tuple[Frame, ...]:
    """Side by side, or added: what the next convolution costs."""
    c = int(state["channels"])
    concat, add = conv(2 * c, c), conv(c, c)
    figures = (
        Bars(
            name="parameters",
            title=f"3x3 convolution to {c} maps",
            labels=(f"concatenated, {c}+{c}={2 * c}", f"added, {c}"),
            values=[concat, add],
            about="Side by side the next convolution weighs the decoder's and the encoder's maps itself.",
        ),
        Table(
            name="joins",
            title="two ways to join",
            columns=("", "maps in", "parameters", "what it means"),
            rows=(
                ("concatenate", 2 * c, f"{concat:,}", "both kept apart, weights for each"),
                ("add", c, f"{add:,}", "map i + map i: they must mean the same"),
            ),
        ),
    )
    return (
        Frame(
            caption=f"U-Nets put the encoder's maps beside the decoder's: {c} + {c} = {2 * c} channels. Adding would "
            "need half the weights, and less freedom.",
            figures=figures,
            formulas=(
                Formula(symbols="concat: (2c·9 + 1)·c", numbers=f"({2 * c}·9 + 1)·{c} = {concat:,}"),
                Formula(symbols="add: (c·9 + 1)·c", numbers=f"({c}·9 + 1)·{c} = {add:,}"),
            ),
        ),
    )
