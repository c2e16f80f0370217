"""Records that are numbers in a plane: points, surfaces, latent means, hidden states over time."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .plain_arena import covered, folded
from .plain_hidden import gates
from .render.bars import bars
from .render.bitmap import bitmap
from .render.colour import rgb
from .render.crossing import head
from .render.hidden.labels import readable
from .render.numbers import compact, pad
from .render.palette import DARK, LEVELS, PLAIN, SEQUENTIAL, levels
from .render.pen import Line, plain
from .render.pooling import shrink
from .render.scatter import letters, outside, scatter, window
from .render.sheet import beside

Arrays = Mapping[str, NDArray[Any]]

LINES = 32
"""Of one drawing, at most."""
RAMP = " ░▒▓█"
USED = 0.1
"""Nats from which on a latent number says something."""


def points(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """Real points beside generated ones, on the same axes."""
    real, made, centers = (np.asarray(arrays[name], dtype=np.float64) for name in ("real", "points", "centers"))
    columns = (width - 2) // 2
    view = window(real)
    left = scatter(real, view, columns, columns // 2, DARK.accent if colour else None)
    right = scatter(made, view, columns, columns // 2, DARK.good if colour else None)
    low, high, bottom, top = (compact(edge, 6, 3) for edge in view)
    lost = outside(made, view)
    lines = [plain(f"{tag}: {len(real)} real points and {len(made)} generated, x {low}..{high}, y {bottom}..{top}")]
    lines += beside([plain("real"), *left], [plain("generated" + (f", {lost} outside" if lost else "")), *right],
                    columns + 2)  # fmt: skip
    if len(centers):
        shares = [_nearest(cloud, centers) for cloud in (real, made)]
        least, most = ([f"{pick(share):.0%}" for share in shares] for pick in (np.min, np.max))
        empty = int((shares[1] == 0).sum())
        lines.append(
            plain(
                f"nearest to each of {len(centers)} centres: {least[0]} to {most[0]} of the real, "
                f"{least[1]} to {most[1]} of the generated points" + (f"; {empty} centres have none" if empty else "")
            )
        )
    return [*lines, *covered(arrays), *folded(arrays)]


def surface(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """Numbers on a grid over the plane, its top row first."""
    grid = np.asarray(arrays["grid"], dtype=np.float64)
    low, high, bottom, top = (compact(edge, 6, 3) for edge in arrays["extent"])
    title = f"{tag}: on {grid.shape[0]}x{grid.shape[1]} places, x {low}..{high}, y {bottom}..{top}"
    if "border" in arrays:
        border = float(arrays["border"])
        title += f", above {compact(border, 6, 3)} (real, to it) on {np.mean(grid > border):.0%} of them"
    grid = shrink(grid, 2 * LINES, width, "mean")
    if colour:
        return [plain(title + _range(grid)), *bitmap(_coloured(_shares(grid)), True)]
    even = np.concatenate([grid, grid[len(grid) - len(grid) % 2 :]])  # two rows a line, else it would look too tall
    return [plain(title + _range(grid)), *_blocks(even.reshape(-1, 2, grid.shape[1]).mean(1), 1)]


def latent(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """Where the images lie in the plane of the latent numbers, or of their two principal components where those
    were found; how much each number says; of a probe also the example and the cursor."""
    mean, kl = np.asarray(arrays["mean"]), np.asarray(arrays["kl"], dtype=np.float64)
    found = np.asarray(arrays["plane"]) if "plane" in arrays else mean
    lines = []
    if found.shape[1] == 2:
        view = window(found)
        labels = np.asarray(arrays["labels"])
        names = [_letter(k) for k in range(int(max(labels.max(initial=0), 0)) + 1)]
        low, high, bottom, top = (compact(edge, 6, 3) for edge in view)
        x, y = ("z_1", "z_2") if mean.shape[1] <= 2 else ("pc 1", "pc 2")
        told = f"{tag}: {len(mean)} images by class, {x} {low}..{high}, {y} {bottom}..{top}"
        if mean.shape[1] > 2:
            told += f" (principal components, {float(arrays['share']):.0%} of the variance)"
        lines.append(plain(told))
        lines += letters(found, labels, names, view, min(width, 64), min(width, 64) // 2)
    used = int((kl > USED).sum())
    lines.append(plain(f"{tag}: {used} of {len(kl)} numbers say more than {USED} nats, {kl.sum():.1f} in all"))
    numbers, largest = [f"z_{k + 1}" for k in range(len(kl))], float(kl.max(initial=USED))
    drawn = bars(numbers, kl.tolist(), PLAIN, min(width, 60), high=largest, form="{:.2f} nats")
    lines += [plain(strip.text) for strip in drawn[:LINES]]
    return [*lines, *_probed(arrays)] if "nats" in arrays else lines


def _probed(arrays: Arrays) -> list[Line]:
    """What was asked of the latent space: an example's bound, the cursor."""
    reconstruction, kl = (float(value) for value in arrays["nats"])
    classes = [str(name) for name in arrays["classes"]]
    x, y = (compact(float(value), 8) for value in arrays["cursor"])
    told = f" and class {classes[int(arrays['told'])]}" if int(arrays["told"]) >= 0 else ""
    z = ", ".join(compact(float(value), 8) for value in arrays["cursor_z"])
    return [
        plain(
            f"example {int(arrays['example'])}, class {classes[int(arrays['example_label'])]}: "
            f"-log p(x|z) {reconstruction:.3f} + KL {kl:.3f} = {reconstruction + kl:.3f} nats, "
            f"mean of {int(arrays['draws'])} draws"
        ),
        plain(f"cursor {x}, {y}: decoded from z = ({z}){told}"),
    ]


def hidden(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """What the units hold (time, units) at every step: a line a unit, time from left to right; the gates of an LSTM."""
    states = np.asarray(arrays["hidden"], dtype=np.float64)
    steps, units = states.shape
    room = width // 2
    change = np.ptp(np.nan_to_num(states), axis=0) if states.size else np.zeros(units)
    shown = np.sort(np.argsort(-change, kind="stable")[:LINES])
    across = states[-room:, shown].T
    told = f", the {LINES} that change most" if units > LINES else ""
    told += f", the newest {room}" if steps > room else ""
    lines = [plain(f"{tag}: {units} units down, {steps} steps to the right{told}{_range(states)}")]
    if "tokens" in arrays:
        lines.append(plain("".join(pad(head(readable(str(token)), 2), 2) for token in arrays["tokens"][-room:])))
    wide = _coloured(_shares(across)).repeat(2, axis=1).repeat(2, axis=2) if colour else None
    drawn = bitmap(wide, True) if wide is not None else _blocks(across, 2)
    return [*lines, *drawn, *gates(arrays, width)]


def _shares(values_hw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each value's place between the least and the largest, in 0..1; -1 for what is no number."""
    finite = values_hw[np.isfinite(values_hw)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    share = (values_hw - low) / ((high - low) or 1.0)
    return np.where(np.isfinite(share), share, -1.0)


def _blocks(values_hw: NDArray[np.float64], columns: int) -> list[Line]:
    """A line a row and `columns` a number, from blank for the least to full for the largest; `?` for what is none."""
    most = len(RAMP) - 1
    glyphs = [["?" if share < 0 else RAMP[round(share * most)] for share in row] for row in _shares(values_hw).tolist()]
    return [plain("".join(glyph * columns for glyph in row)) for row in glyphs]


def _coloured(shares_hw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares as colours (3, h, w) in 0..1."""
    ramp = np.array([rgb(colour) for colour in levels(SEQUENTIAL, DARK)]) / 255
    colours: NDArray[np.float64] = ramp[np.rint(shares_hw.clip(0, 1) * (LEVELS - 1)).astype(int)].transpose(2, 0, 1)
    return np.where(shares_hw < 0, np.nan, colours)


def _nearest(points_n2: NDArray[np.float64], centers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the points nearest to each center (k,)."""
    finite = points_n2[np.isfinite(points_n2).all(1)]
    near = np.square(finite[:, None] - centers).sum(2).argmin(1) if len(finite) else np.zeros(0, np.int64)
    return np.bincount(near, minlength=len(centers)) / max(1, len(points_n2))


def _letter(k: int) -> str:
    return "0123456789abcdefghijklmnopqrstuvwxyz"[k % 36]


def _range(values: NDArray[Any]) -> str:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return ", no numbers"
    return f", from {compact(float(finite.min()), 8, 3)} (blank) to {compact(float(finite.max()), 8, 3)} (full)"
