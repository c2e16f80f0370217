"""Figures beside their baselines, as a table or as JSON."""

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure: `what` was measured in `unit`, against the `baseline` of the same run.

    `ratio` is figure / baseline, unless the target speaks of another comparison; `target` in words, and
    whether it is `met`; both stay empty where a figure is there for information.
    """

    what: str
    unit: str
    figure: float
    against: str = ""
    baseline: float | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None


def figure(
    what: str,
    unit: str,
    value: float,
    against: str = "",
    baseline: float | None = None,
    *,
    ratio: tuple[str, float] | None = None,
    least: float | None = None,
    most: float | None = None,
    more: float | None = None,
) -> Figure:
    """A figure with its ratio to the baseline and its target.

    Args:
        ratio: a target of the ratio: ("<=" or ">=", bound).
        least: a target of the figure itself: at least this.
        most: at most this.
        more: at most so much more than the baseline.
    """
    share = value / baseline if baseline else None
    target, met = "", None
    if ratio is not None and share is not None:
        target = f"ratio {ratio[0]} {ratio[1]:g}"
        met = share >= ratio[1] if ratio[0] == ">=" else share <= ratio[1]
    elif least is not None:
        target, met = f">= {least:g} {unit}", value >= least
    elif most is not None:
        target, met = f"<= {most:g} {unit}", value <= most
    elif more is not None and baseline is not None:
        target, met = f"<= baseline + {more:g} {unit}", value <= baseline + more
    return Figure(
        what=what, unit=unit, figure=value, against=against, baseline=baseline, ratio=share, target=target, met=met
    )


def table(title: str, figures: Sequence[Figure]) -> str:
    """The figures in aligned columns, under a title."""
    heads = ("what", "figure", "baseline", "ratio", "target", "")
    rows = [heads, *(_row(f) for f in figures)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(heads))]
    right = (False, True, False, True, False, False)
    lines = [
        "  ".join(cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, right, strict=True))
        for row in rows
    ]
    return "\n".join([title, *("  " + line.rstrip() for line in lines)])


def _row(f: Figure) -> tuple[str, ...]:
    base = "" if f.baseline is None else f"{number(f.baseline)} {f.against}".strip()
    verdict = "" if f.met is None else "met" if f.met else "MISSED"
    ratio = "" if f.ratio is None else f"{f.ratio:.3g}"
    return f.what, f"{number(f.figure)} {f.unit}", base, ratio, f.target, verdict


def number(value: float) -> str:
    """Three digits or so."""
    if value == 0 or 1000 <= abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def document(results: dict[str, list[Figure]]) -> dict[str, Any]:
    """All of it for `--json`."""
    measured = {name: [asdict(f) for f in figures] for name, figures in results.items()}
    return {"machine": machine(), "benchmarks": measured}


def machine() -> str:
    """What measured, and whether other programs had a share of it."""
    load = os.getloadavg()[0]
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f}"


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all are at or below."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


__all__ = ["Figure", "document", "figure", "machine", "median", "number", "quantile", "table"]
