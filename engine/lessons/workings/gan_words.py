"""What is said under the frames of the arena: what each layer shows, and why points have collapsed where they have.

Torch-free.
"""

from typing import Any

import numpy as np

from .modes import modes

KEYS = "d trains D, g trains G, m both, x both 25 times; r begins again."
LAYERS = (
    "D's answer tints the plane; G's points are its negative examples.",
    "G bends one sheet of random numbers over the data: it cannot tear it, only thin it out.",
    "What D teaches G: each made point is pulled where G's loss falls.",
    "All players at once.",
    "Which parts of the data do G's points reach? A mode counts from 1 % of them on.",
    "Neither loss simply falls: what one gains, the other loses.",
)
UNTOUCHED = "Nothing is trained yet: press x first, a few times. "
ONE_PLACE, OF_DATA = 0.7, 2.0
"""Root of the variance of made points below which they lie in one place, and that of the ring."""
RATIO = 40
"""How much faster D learns than G in the recipe that collapses."""


def spread(points: Any) -> float:
    """Root mean square distance of points [n, 2] from their mean."""
    return float(np.sqrt(np.asarray(points, dtype=np.float64).var(axis=0).sum()))


def caption(k: int, game: Any, recipe: str, rate: float = 1.0, trained: bool = False) -> str:
    """What the k-th layer of the arena shows, and in a collapse why it came to it."""
    times = f"{RATIO * rate:g}"
    if recipe == "collapse" and (trained or game.done["g"] >= 25) and spread(game.view.fake) < ONE_PLACE:
        return _collapsed(k, game.view, times)
    if not trained and not game.losses:
        return f"{UNTOUCHED}{LAYERS[k]}" if k else f"{LAYERS[k]} {KEYS}"
    if recipe == "collapse":
        return f"{LAYERS[k]} No R1, and D learns {times} times as fast: play on with x."
    return f"{LAYERS[k]} {KEYS}"


def _collapsed(k: int, view: Any, times: str) -> str:
    """Why made points lie in one place, seen in the k-th layer."""
    return (
        f"Collapsed: made points spread {spread(view.fake):.2f}, data {OF_DATA:g}. No R1 limits D's slope; it learns "
        f"{times} times as fast and tells them: D {view.d_fake:.2f}.",
        "Collapsed: the whole sheet lies in one place. Neighbours were pulled alike, and D had moved on before G could "
        "spread.",
        "Why one place? D judges each point alone: neighbours get much the same pull, and G's loss asks no point to "
        "differ from the others.",
        f"G runs to where D answers highest; without R1 and {times} times as fast, D has moved that place before G is "
        "there.",
        f"Modes {modes(view.fake)} of 8: one place that fools D for a moment is enough for G's loss. It does not count "
        "modes.",
        "D is unrestrained (no R1, a penalty on its slope): it can soon tell any place that G flees to, so its loss "
        "falls back every time.",
    )[k]
