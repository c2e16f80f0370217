"""Findings in sentences that hold their numbers."""

import math

from .plateau import Plateau
from .slowing import Slow
from .spikes import Spike

LEAST = 0.01
"""Seconds between points that are worth telling."""


def no_number(tag: str, step: int, value: float, bad: int, of: int, since: tuple[int, int] | None) -> str:
    """`loss is NaN from step 1,200 on: 35 of 120 points are not finite`; `since`: from which step on, how many."""
    name = "NaN" if math.isnan(value) else "infinite" if value > 0 else "minus infinite"
    points = f"{bad:,} of {of:,} points {'is' if bad == 1 else 'are'} not finite"
    if since is None:
        when = f"at step {step:,}"
    elif bad == 1:
        when = f"at step {step:,}, its last"
    elif since[1] == bad:
        when = f"from step {step:,} on"
    else:
        when = f"at step {step:,}, and not finite from step {since[0]:,} on"
    return f"{tag} is {name} {when}: {points}"


def spiked(tag: str, spike: Spike, count: int = 1) -> str:
    """`loss jumped to 9.3 at step 1,200: 14x the rolling median 0.66`."""
    if spike.median > 0:
        told = f"{figure(spike.value / spike.median, 2)}x the rolling median {figure(spike.median)}"
    else:
        told = f"{figure(spike.height, 2)} deviations above the rolling median {figure(spike.median)}"
    most = f", the worst of {count:,} spikes" if count > 1 else ""
    return f"{tag} jumped to {figure(spike.value)} at step {spike.step:,}: {told}{most}"


def no_progress(tag: str, flat: Plateau) -> str:
    """`val/loss has not improved since step 3,000: best mean of 40 points 0.412 then, 0.415 since`."""
    of = f"mean of {flat.points:,} points" if flat.points > 1 else "value"
    return (
        f"{tag} has not improved since step {flat.step:,}: best {of} {figure(flat.best)} then, "
        f"{figure(flat.since)} in the last third"
    )


def quiet_for(quiet: float, usual: float, step: int) -> str:
    """`nothing new for 12 min, after step 5,000; usually a point comes every 2 s`."""
    often = f"; usually a point comes every {duration(usual)}" if usual >= LEAST else ""
    return f"nothing new for {duration(quiet)}, after step {step:,}{often}"


def slowed(slow: Slow) -> str:
    """`0.8 steps/s since step 5,200: 0.42x the usual 1.9 steps/s`."""
    share = figure(slow.recent / slow.usual, 2)
    return f"{figure(slow.recent)} steps/s since step {slow.step:,}: {share}x the usual {figure(slow.usual)} steps/s"


def figure(value: float, digits: int = 3) -> str:
    """A number in few digits: 9.3, 0.0012, 1.2e+09, 1,200."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "infinity" if value > 0 else "-infinity"
    if 1000 <= abs(value) < 1e7:
        return f"{value:,.0f}"
    return f"{value:.0f}" if 100 <= abs(value) < 1000 and digits <= 3 else f"{value:.{digits}g}"


def duration(seconds: float) -> str:
    """Seconds in the unit that suits: 2.5 s, 12 min, 3.4 h, 2.1 days."""
    if seconds < 100:
        return f"{seconds:.2g} s"
    for size, unit, up_to in ((60.0, "min", 100 * 60.0), (3600.0, "h", 48 * 3600.0)):
        if seconds < up_to:
            return f"{seconds / size:.3g} {unit}" if seconds / size < 10 else f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.1f} days"
