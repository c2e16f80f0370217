"""What is well and what is not: the thresholds, each declared once, and a verdict in words on every layer.

Torch-free.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

SATURATED_FROM = 0.97
"""A tanh beyond this share of its range counts as saturated: its slope is below 1 - 0.97^2 = 0.06."""
SATURATED = 0.5
"""Share of saturated outputs at which a layer passes on little gradient (what saturation does: Glorot & Bengio,
"Understanding the difficulty of training deep feedforward neural networks", 2010; the number is ours)."""
DEAD, SOME_DEAD = 0.5, 0.1
"""Share of units that are zero for every example (dying ReLUs: Lu et al., 2019, arXiv 1903.06733; numbers ours)."""
GUIDE = 1e-3
"""Norm of an update over the norm of the weights that is usually healthy (Karpathy, Stanford CS231n notes,
"Neural Networks Part 3", "Ratio of weights:updates")."""
SLOW, FAST = 1e-5, 1e-1
"""A hundred times less and more than the guide; ours."""
OVERTHROWN = 1.0
"""An update as large as the weights themselves leaves nothing of what was learned."""
FULL_RATE = 0.1
"""Below this share of the peak learning rate a small update is what the schedule wants."""
VANISHING, EXPLODING = 1e-3, 1e3
"""Gradient norm over the median of all layers (what it means: Pascanu, Mikolov & Bengio, 2013, arXiv 1211.5063; the
numbers are ours)."""

WELL, WATCH, BAD = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Vitals:
    """What is known of one layer; NaN for what is not, -1 for counts that make no sense in it."""

    name: str
    broken: str = ""
    """Which of its output, weights and gradients hold numbers that are not finite, in words."""
    units: int = -1
    dead: int = -1
    saturated: float = math.nan
    gradient: float = math.nan
    update: float = math.nan
    last: bool = False
    """Whether it is the model's answer, that may saturate."""


def judge(all_vitals: Sequence[Vitals], batches: int, factor: float = 1.0) -> list[tuple[int, str]]:
    """How bad (WELL, WATCH, BAD) and the reason in words, for each layer.

    `batches` are those over which units were dead, `factor` that of the schedule on the learning rate.
    """
    known = [v.gradient for v in all_vitals if math.isfinite(v.gradient)]
    typical = median(known) if known else math.nan
    return [_verdict(vitals, typical, batches, factor) for vitals in all_vitals]


def _verdict(v: Vitals, typical: float, batches: int, factor: float) -> tuple[int, str]:
    if v.broken:
        return BAD, f"not finite: {v.broken}"
    found = [*_dead(v, batches), *_saturated(v), *_gradient(v, typical), *_update(v, factor)]
    if not found:
        return WELL, "ok"
    worst = max(level for level, _ in found)
    return worst, "; ".join(words for _, words in sorted(found, key=lambda one: -one[0]))


def _dead(v: Vitals, batches: int) -> list[tuple[int, str]]:
    if v.units <= 0 or v.dead < SOME_DEAD * v.units:
        return []
    over = f"over the last {batches} batches" if batches > 1 else "over 1 batch"
    level = BAD if v.dead > DEAD * v.units else WATCH
    if level == WATCH and batches == 1:  # a few units rest in any one batch
        return []
    return [(level, f"{v.dead} of {v.units} units dead {over}")]


def _saturated(v: Vitals) -> list[tuple[int, str]]:
    if v.last or not v.saturated > SATURATED:
        return []
    return [(BAD, f"saturated: {v.saturated:.0%} beyond {SATURATED_FROM} of the range")]


def _gradient(v: Vitals, typical: float) -> list[tuple[int, str]]:
    if not math.isfinite(v.gradient) or not typical > 0:
        return []
    times = v.gradient / typical
    if times == 0:
        return [(BAD, "vanishing: the gradient is zero")]
    if times < VANISHING:
        return [(BAD, f"vanishing: gradient {_short(times)} of the median")]
    return [(BAD, f"exploding: gradient {_short(times)} times the median")] if times > EXPLODING else []


def _update(v: Vitals, factor: float) -> list[tuple[int, str]]:
    if v.update > FAST:
        level = BAD if v.update > OVERTHROWN else WATCH
        return [(level, f"fast: a step moves it by {_short(v.update)} of its size; {GUIDE:g} is usual")]
    if v.update < SLOW and factor >= FULL_RATE:
        return [(WATCH, f"slow: a step moves it by {_short(v.update)} of its size; {GUIDE:g} is usual")]
    return []


def _short(value: float) -> str:
    """Two digits, an exponent without zeros and plus."""
    mantissa, _, power = f"{value:.2g}".partition("e")
    return f"{mantissa}e{int(power)}" if power else mantissa


def headline(names: Sequence[str], verdicts: Sequence[tuple[int, str]], broken: str) -> str:
    """All of it in one sentence; `broken` says where and when the first value that is not finite was met."""
    if broken:
        return broken
    worst = max((level for level, _ in verdicts), default=WELL)
    layers = f"{len(names)} layer{'s' * (len(names) != 1)}"
    if worst == WELL:
        return f"healthy: nothing stands out in {layers}"
    at = [level for level, _ in verdicts].index(worst)
    more = sum(level > WELL for level, _ in verdicts) - 1
    others = f", and {more} more layer{'s' * (more != 1)}" if more else ""
    return f"{names[at]}: {verdicts[at][1]}{others}"
