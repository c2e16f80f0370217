"""Records that are text: what a language model wrote, what its tokens cost, translations, attention."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from .render.crossing import KEY, crossing
from .render.numbers import cut, pad
from .render.palette import DARK
from .render.pen import Line, pen, plain
from .render.prose import KEY as COST_KEY
from .render.prose import continued, priced

Arrays = Mapping[str, NDArray[Any]]

LINES = 30
PASSAGE = 12
MATRIX = 34


def text(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """A prompt and how the model goes on."""
    prompt, written = str(arrays["prompt"]), str(arrays["text"])
    title = f"{tag}: {len(written):,} characters of the model (|) after a prompt of {len(prompt):,} (>)"
    return [plain(title), *continued(prompt, written, width, LINES)]


def tokens(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """A passage, and what each of its tokens cost."""
    texts, loss = [str(token) for token in arrays["tokens"]], np.asarray(arrays["loss"], dtype=np.float64)
    title = f"{tag}: {len(texts)} tokens, {loss.mean():.2f} nats each on average; {COST_KEY}"
    return [plain(title), *priced(texts, loss, width, PASSAGE, colour)]


def translations(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """Source, what the model answered, and below a wrong answer what was expected."""
    rows = list(zip(*(map(str, arrays[name]) for name in ("source", "answer", "target")), strict=True))
    right = sum(answer == target for _, answer, target in rows)
    first = min(max((cell_len(cut(source, width)) for source, _, _ in rows), default=0), (width - 4) // 2)
    lines: list[Line] = [[(f"{tag}: {right} of {len(rows)} as expected", None)]]
    for source, answer, target in rows[:LINES]:
        good = answer == target
        room = width - first - 4
        mark = pen(DARK.good if good else DARK.bad)
        lines.append([(pad(source, first) + "  ", None), ("= " if good else "! ", mark), (cut(answer, room), None)])
        if not good:
            lines.append([(" " * (first + 4), None), (cut(f"expected: {target}", room), mark)])
    if len(rows) > LINES:
        lines.append([(f"… and {len(rows) - LINES} more", None)])
    return lines


def attention(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """Who looks at whom, averaged over the heads."""
    weights = np.asarray(arrays["weights"], dtype=np.float64)
    rows, columns = ([str(name) for name in arrays[side]] for side in ("rows", "columns"))
    heads = f", mean of {len(weights)} heads" if len(weights) > 1 else ""
    title = f"{tag}: what each row looks at{heads}; {KEY}"
    return [plain(title), *crossing(weights.mean(0), rows, columns, width, MATRIX)]
