"""The frames of group norm, the scale and shift that t adds to it, and the embedding of t. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Origin, Table, Wall
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from ..trainings.denoising_digits import NAME
from .adagn import CHANNELS, EPSILON, GROUPS, adagn, embedding, feature_maps, group_norm, statistics
from .noised_digit import noised
from .unet_plan import BLOCKS

STRIP = tuple(range(0, 1001, 50))
TIMES = tuple(range(1, 1001, 37))
MAPS = 8
"""Bars of a block at most."""


def _table(x: Floats, title: str) -> Table:
    mean, variance = statistics(x, GROUPS)
    rows = [
        (f"{g + 1}", float(round(m, 6)), float(round(v, 6)))
        for g, (m, v) in enumerate(zip(mean, variance, strict=True))
    ]
    return Table(name="groups", title=title, columns=("group", "mean", "variance"), rows=rows, digits=4)


def _wall(name: str, title: str, x: Floats) -> Wall:
    labels = [f"{i + 1}" for i in range(len(x))]
    return Wall(name=name, title=title, images=x, labels=labels, signed=True, scope="all maps", new_row=True)


def hand_set(state: State) -> tuple[Floats, Floats]:
    """Scale and shift (16,) of the sliders: of the first group's channels only."""
    first = np.arange(CHANNELS) < CHANNELS // GROUPS
    return state["scale"] * first, state["shift"] * first


def _cell(before: Floats, x: Floats, state: State, stage: int, row: int, column: int) -> Origin:
    mean, variance = statistics(before, GROUPS)
    h, normal, out = before[0, row, column], x[0, row, column], 0.0
    lines = [
        Formula(
            symbols="GN(h) = (h - mean) / sqrt(var + 1e-5)",
            numbers=f"({h:.3f} - ({mean[0]:.3f})) / sqrt({variance[0]:.3f} + {EPSILON:g}) = {normal:.3f}",
        )
    ]
    if stage == 2:
        out = (1 + state["scale"]) * normal + state["shift"]
        numbers = f"(1 + {state['scale']:g})·({normal:.3g}) + {state['shift']:g} = {out:.3g}"
        lines.append(Formula(symbols="h' = (1 + s) GN(h) + b", numbers=numbers))
    return Origin(formulas=tuple(lines), cells={"channel 1": ((row, column),)})


def normalising(state: State) -> tuple[Frame, ...]:
    """Sixteen maps: as they are, normalised in two groups, and scaled and shifted."""
    before = feature_maps(state["digit"], state.seed)
    normal = group_norm(before, GROUPS)
    after = adagn(normal, *hand_set(state))
    stages = (
        (
            before,
            "h",
            "h, as the convolution gives it: maps of any mean and size, here sixteen in two groups of eight.",
        ),
        (normal, "GN(h)", "Group norm: each group, over its maps and pixels, gets mean 0 and variance 1."),
        (
            after,
            "(1 + s) GN(h) + b",
            "AdaGN: t says by how much each map is scaled and shifted. Here you say it, for group 1; noughts leave "
            "group norm.",
        ),
    )

    def frame(stage: int) -> Frame:
        x, title, caption = stages[stage]
        channel = Grid(
            name="channel 1",
            title=f"channel 1: {title}",
            values=x[0],
            digits=1,
            signed=True,
            about="One map of 8x8 numbers, of group 1.",
            origin=partial(_cell, before, normal, state, stage) if stage else None,
        )
        return Frame(
            title=title,
            caption=caption,
            figures=(channel, _table(x, "mean and variance"), _wall("maps", f"all maps of {title}", x)),
        )

    return tuple(frame(stage) for stage in range(3))


def times(state: State) -> tuple[Frame, ...]:
    """The embedding of t as a strip, and what the network makes of t."""
    t = int(state["t"])
    near = int(np.abs(np.array(STRIP) - t).argmin())
    strip = Grid(
        name="strip",
        title="embedding of t, 32 numbers",
        about="Left half sines, right half cosines; fast ones at the left of each half tell neighbours apart, slow "
        "ones at the right tell early from late.",
        values=embedding(np.array(STRIP)),
        shows="shades",
        signed=True,
        reach=(-1, 1),
        row_labels=[str(s) for s in STRIP],
        row_axis="t",
        marks={"focus": tuple((near, column) for column in range(32))},
        picks=lambda row, column: {"t": max(1, STRIP[row])},
        origin=_sine,
    )
    now = embedding(np.array([float(t)]))[0]
    at = np.union1d(np.arange(0, 1001, 10), t)
    alike = Curves(
        name="alike",
        title=f"how alike e(t) and e({t}) are",
        about="The dot product of two embeddings, over its largest value: near in time is near in the embedding.",
        x=at,
        lines={"alike": embedding(at) @ now / 16},
        x_label="t",
        at=t,
    )
    return (
        Frame(
            caption="The network is told t as 32 waves. Two dense layers turn them into the vector that goes into "
            "every residual block.",
            figures=(strip, alike),
        ),
    )


def _sine(row: int, column: int) -> Origin:
    t, i, wave = STRIP[row], column % 16, "sin" if column < 16 else "cos"
    value = embedding(np.array([t]))[0, column]
    formula = Formula(
        symbols=f"e_i = {wave}(t / 10000^(2i/32)), i = {i}",
        numbers=f"{wave}({t} / {10000 ** (i / 16):.7g}) = {value:.3f}",
    )
    return Origin(formulas=(formula,))


def trained(state: State) -> tuple[Frame, ...]:
    """What a trained block does at t: its groups, its scale and shift; then all blocks at two times."""
    from ..trainings.denoiser_inside import adagn_of, blocks, scale_shift, watched

    denoiser, block, t, label = state.result(NAME), state["block"], max(1, int(state["t"])), int(state["digit"])
    network = denoiser.network
    x_t = noised(state, t)
    given, _, (groups, _, _) = adagn_of(network, block, x_t, t, label)
    scale, shift = (part[0] for part in scale_shift(network, block, [t], label))
    normal = group_norm(given, groups)
    times_ = np.union1d(TIMES, t)
    over = scale_shift(network, block, times_.tolist(), label)
    most = [int(i) for i in np.argsort(-over[0].std(0))[:4]]
    shown = min(len(scale), MAPS)
    of = f", {shown} of {len(scale)}" if shown < len(scale) else ""
    names = [f"map {i + 1}" for i in range(shown)]
    limit = max(float(np.abs(scale[:shown]).max()), float(np.abs(shift[:shown]).max()), 0.1)

    def change() -> dict[str, float]:
        one = watched(network, blocks(network), x_t[None], t, label)
        other = watched(network, blocks(network), x_t[None], int(state["other"]), label)
        return {
            name: float(np.sqrt(((one[name][1] - other[name][1]) ** 2).mean() / (one[name][1] ** 2).mean()))
            for name in BLOCKS
        }

    changes = denoiser.once(("change", state["draw"], t, state["other"], label), change)
    mean, variance = statistics(given, groups)
    after_mean, after_variance = statistics(normal, groups)
    table = Table(
        name="groups",
        title=f"{block}: groups before and after GN",
        columns=("group", "mean", "var", "→ mean", "→ var"),
        rows=[
            (
                g + 1,
                float(mean[g]),
                float(variance[g]),
                float(round(after_mean[g], 6)),
                float(round(after_variance[g], 4)),
            )
            for g in range(groups)
        ],
        digits=3,
        new_row=True,
        about="Group norm takes mean and variance of each group away; its own weight and bias are learned, but blind "
        "to t. AdaGN then scales and shifts by t.",
    )
    return (
        Frame(
            title="scale and shift of one block",
            caption=f"{block} at t = {t}: the embedding says for each map how much of it counts. Move t; i is another "
            "block.",
            figures=(
                Bars(
                    name="scale",
                    title=f"scale 1 + s by map{of}",
                    labels=names,
                    values=1 + scale[:shown],
                    high=1 + limit,
                ),
                Bars(name="shift", title=f"shift b by map{of}", labels=names, values=shift[:shown], high=limit),
                table,
            ),
            formulas=(Formula(symbols="h' = (1 + s(t)) GN(h) + b(t), s and b zero before training"),),
            facts=("AI1",),
        ),
        Frame(
            title="t reaches every block",
            caption=f"The same x_t told t = {t} or t = {int(state['other'])}: "
            + ("the same t, the same answers" if t == int(state["other"]) else "every block answers differently")
            + ". u changes the other t.",
            figures=(
                Bars(
                    name="changes",
                    title="how much its output changes",
                    labels=BLOCKS,
                    values=[changes[name] for name in BLOCKS],
                    percent=True,
                    marked=(BLOCKS.index(block),),
                    picks=lambda row, column: {"block": BLOCKS[min(row, len(BLOCKS) - 1)]},
                    about="Root mean squared difference over the root mean square of the output.",
                ),
                Curves(
                    name="over t",
                    title=f"{block}: scale s over t",
                    about="The four maps whose scale changes most with t. Point at a bar to choose the block.",
                    x=times_,
                    lines={f"map {i + 1}": over[0][:, i] for i in most},
                    x_label="t",
                    at=t,
                    levels={"0": 0.0},
                ),
            ),
            formulas=(Formula(symbols="|h(t) - h(t')| / |h(t)|"),),
            facts=("AI4",),
        ),
    )
