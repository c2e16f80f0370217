"""Records of an adversarial game, printed once: losses beside their equilibrium, how the discriminator answers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .render.arena.opinions import opinions
from .render.numbers import compact
from .render.palette import PLAIN
from .render.pen import Line, plain

Arrays = Mapping[str, NDArray[Any]]

LINES = 7
"""Of the histograms."""


def game(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """Losses, where they balance and why, the variety, and histograms of D's answers."""
    name, border = str(arrays["loss"]), float(arrays["border"])
    whose = "the averaged generator" if bool(arrays["averaged"]) else "the generator"
    lines = [plain(f"{tag}: {whose} against the discriminator, {name} losses on {len(arrays['fake'])} samples")]
    sides = zip(("D", "G"), arrays["losses"], arrays["equilibrium"], arrays["lines"], strict=True)
    for side, value, balance, written in sides:
        number = compact(float(balance), 6, 3)
        equal = f"{written} = {number}" if str(written) != number else number
        known = (
            f"{equal} where nobody can tell" if np.isfinite(balance) else "no fixed balance: D is free up to a constant"
        )
        lines.append(plain(f"loss of {side} {compact(float(value), 8, 3):<8} {known}"))
    lines.append(plain(f"variety {compact(float(arrays['variety']), 6, 2)} of the real examples'"))
    if int(arrays["turn"]):
        lines.append(plain(f"a step is open: half-steps of D so far {int(arrays['turn'])}, G's is to come"))
    where = "" if bool(arrays["fixed"]) else ", midway between its means"
    lines.append(plain(f"D's answers, each kind to its own peak; it cannot tell at {compact(border, 6, 2)}{where}"))
    kinds = [("real", arrays["real"], ""), ("unseen", arrays["held"], ""), ("fake", arrays["fake"], "")]
    named = [(kind, values, PLAIN.foreground) for kind, values, _ in kinds]
    return [*lines, *(plain(strip.text.rstrip()) for strip in opinions(named, border, PLAIN, width, LINES))]


def covered(arrays: Arrays) -> list[Line]:
    """How many modes the generated points cover, and which they miss."""
    if "covered" not in arrays or not len(arrays["covered"]):
        return []
    flags, counts = np.asarray(arrays["covered"], dtype=np.bool_), np.asarray(arrays["counts"])
    share = counts.sum() / max(1, len(arrays["points"]))
    lines = [plain(f"modes: {flags.sum()} of {len(flags)} covered, {share:.0%} of the generated points near one")]
    if not flags.all():
        places = np.asarray(arrays["centers"], dtype=np.float64)[~flags].round(4) + 0.0
        told = " ".join(f"({compact(x, 6, 3)},{compact(y, 6, 3)})" for x, y in places[:8].tolist())
        lines.append(plain(f"missing: {told}" + (f" and {len(places) - 8} more" if len(places) > 8 else "")))
    return lines


def folded(arrays: Arrays) -> list[Line]:
    """How much of the plane the manifold of the generator covers, and how strongly its points are pulled."""
    if "manifold" not in arrays or "pulls" not in arrays:
        return []
    pulls = np.linalg.norm(np.asarray(arrays["pulls"], dtype=np.float64), axis=1)
    pulls = pulls[np.isfinite(pulls)]
    if not pulls.size:
        return [plain("pull of the generator's loss on its points: no numbers")]
    median, most = compact(float(np.median(pulls)), 7, 3), compact(float(pulls.max()), 7, 3)
    return [plain(f"pull of the generator's loss on its points: {median} in the middle, {most} at most, by unit")]
