"""Whether a generator has collapsed, told from the history of its validations. Torch-free.

A collapsed generator makes good examples of few kinds: its samples lie near modes, but near few of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

NEAR = 0.25
"""Share of samples near a mode from which on missing modes count: spread evenly, so many would cover all of them."""
FEW = 0.5
"""Share of the modes up to which the generator has collapsed."""
STUCK = 3
"""Validations in a row after which it is no accident."""


@dataclass(frozen=True)
class Verdict:
    """One sentence, whether it is a collapse, and the step since when it holds; -1 where nothing is known."""

    text: str
    collapsed: bool = False
    since: int = -1


def verdict(steps: Sequence[int], modes: Sequence[float], near: Sequence[float], total: int) -> Verdict:
    """The verdict on validations at `steps`, each with its modes covered and its share of samples near a mode."""
    history = list(zip(steps, modes, near, strict=True))
    if not history or total < 2:
        return Verdict("no modes counted yet" if total > 1 else "these data have no separate modes to count")
    _, now, share = history[-1]
    told = f"{now:.0f} of {total} modes"
    few = [part <= FEW * total and close >= NEAR for _, part, close in history]
    row = _row(few)
    if row >= STUCK:
        since = history[-row][0]
        best = max((part for _, part, _ in history[:-row]), default=0.0)
        fell = f", after {best:.0f}" if best > now else ""
        return Verdict(f"Mode collapse since step {since:,}: {told}{fell}, {share:.0%} near a mode", True, since)
    if few[-1]:
        return Verdict(f"{told}, {share:.0%} near a mode: a collapse, if it stays so")
    if now >= total:
        since = history[-_row([part >= total for _, part, _ in history])][0]
        return Verdict(f"no collapse: all {total} modes since step {since:,}, {share:.0%} near a mode", False, since)
    early = ": too early to tell" if share < NEAR else ""
    return Verdict(f"{told}, {share:.0%} near a mode{early}")


def _row(flags: Sequence[bool]) -> int:
    """How many of the last flags are set, without a gap."""
    return next((k for k, flag in enumerate(reversed(flags)) if not flag), len(flags))
