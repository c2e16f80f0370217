"""Records that tell a model's health: the table of its layers, and histograms of their weights and outputs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .render.health.map import FLOOR, density, spread_title
from .render.health.table import Tone, basis, header, row, scales
from .render.histogram import histogram as columns
from .render.numbers import compact, cut, pad
from .render.palette import DARK, PLAIN
from .render.pen import Line, pen, plain

Arrays = Mapping[str, NDArray[Any]]

LAYERS = 200
"""Lines of a table, at most."""
ROWS = 12
RAMP = " ░▒▓█"
COLOURS: dict[Tone, str] = {
    "dim": DARK.dim,
    "good": DARK.good,
    "bad": DARK.bad,
    "watch": DARK.categories[1],
    "accent": DARK.accent,
    "bar": DARK.accent,
}


def health(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """The sentence that sums it up, over what it is, and a line a layer."""
    count = len(arrays["layers"])
    lines = [plain(f"{tag}: {cut(str(arrays['headline']), 300)}"), plain(basis(arrays))]
    lines += [plain(told)] if (told := scales(arrays, width)) else []
    body = [header(arrays, width), *(row(arrays, k, width) for k in range(min(count, LAYERS)))]
    lines += [[(text, pen(COLOURS[tone]) if colour and tone else None) for text, tone in parts] for parts in body]
    reasons = [k for k in range(min(count, LAYERS)) if int(arrays["level"][k])]
    lines += [plain(f"{arrays['layers'][k]}: {cut(str(arrays['verdicts'][k]), 300)}") for k in reasons]
    return lines + ([plain(f"… and {count - LAYERS} more layers")] if count > LAYERS else [])


def histograms(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """A layer's weights: time from left to right, values from bottom to top, the darker the more of them."""
    steps = np.ravel(arrays["steps"])
    drawn = density(np.atleast_2d(arrays["counts"]), arrays["edges"], ROWS, width - 9)
    if drawn is None:
        return [plain(f"{tag}: no weights")]
    shares = ((drawn.levels - FLOOR) / max(float(drawn.levels.max()) - FLOOR, 1e-9)).clip(0, 1)
    body = ["".join(RAMP[code] for code in codes) for codes in np.rint(shares * (len(RAMP) - 1)).astype(int).tolist()]
    ends = {0: compact(drawn.high, 7, 2), len(body) - 1: compact(drawn.low, 7, 2)}
    when = f"at step {steps[0]:,}" if len(steps) == 1 else f"at {len(steps)} steps from {steps[0]:,} to {steps[-1]:,}"
    title = f"{tag}: weights by value {when}; from 1e{FLOOR:.0f} of them to {10 ** float(drawn.levels.max()):.2g}"
    return [plain(title), *(plain(f"{pad(ends.get(y, ''), 8, 'right')} {text}") for y, text in enumerate(body))]


def histogram(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """A layer's outputs over the batch."""
    strips = columns(arrays["counts"], arrays["edges"], PLAIN, width, 8)
    title = spread_title(f"{tag} by value", arrays)
    return [plain(title), *(plain(strip.text.rstrip()) for strip in strips)]
