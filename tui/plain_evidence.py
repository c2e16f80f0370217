"""What evidence tells in a Bayesian network of pixels, as lines of text."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .render.bars import bars
from .render.palette import PLAIN
from .render.pen import Line, plain
from .render.sheet import ready, sheet

Arrays = Mapping[str, NDArray[Any]]

UNKNOWN = 0.5


def evidence(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """What is known and how likely that is, the classes, and images: posterior, most probable, sample, example."""
    c, h, w = (int(side) for side in arrays["shape"])
    known, told = np.asarray(arrays["evidence"]), bool(arrays["told"])
    classes = [str(name) for name in arrays["classes"]]
    title = f"{tag}: {int((known >= 0).sum())} of {len(known)} pixels known"
    index, label = int(arrays["example_index"]), classes[int(arrays["example_label"])]
    if bool(arrays["from_example"]):
        title += f", the upper half of image {index} (class {label})"
    log = round(float(arrays["log_evidence"]), 3) + 0.0
    lines = [plain(f"{title}; log p(evidence) {log:.3f} nats")]
    if told:
        posterior = np.asarray(arrays["posterior"], np.float64)
        lines.append(plain("p(class | evidence):"))
        drawn = bars(classes, posterior.tolist(), PLAIN, min(width, 60), form="{:.2%}")
        lines += [plain(strip.text) for strip in drawn]
    given = np.where(known < 0, UNKNOWN, known) if colour else known == 1
    rows = [given, arrays["white"], arrays["best"], arrays["sample"], arrays["example"]]
    images = np.stack([np.asarray(row, np.float64).reshape(1, c * h, w) for row in rows])
    names = ("known", "p(on)", "best", "sample", "example")
    pictures, block = ready(images, width)
    per_row = max(1, min(len(names), (width + 1) // (pictures.shape[3] + 1)))
    best, sample = (_whole(arrays, which, classes, told) for which in ("best", "sample"))
    lines.append(plain(f"most probable whole image: {best}; sample {int(arrays['seed'])}: {sample}"))
    averaged = f", {block}x{block} pixels averaged" if block > 1 else ""
    what = ("known (grey: unknown)", "p(on | evidence)") if colour else ("known and on", "p(on | evidence) above 0.50")
    lines.append(plain(f"from the left: {', '.join(what)}, most probable, sample, example{averaged}"))
    for start in range(0, len(names), per_row):
        heads = names[start : start + per_row] if pictures.shape[3] >= 7 else ()
        lines += sheet(pictures[start : start + per_row], per_row, colour, 0.5, (), heads)
    return lines


def _whole(arrays: Arrays, which: str, classes: list[str], told: bool) -> str:
    name = f", class {classes[int(arrays[f'{which}_class'])]}" if told else ""
    return f"log p {float(arrays[f'{which}_log_joint']):.3f} nats{name}"
