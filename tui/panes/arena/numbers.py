"""The arena in numbers: modes, losses beside their equilibrium, histograms of D's answers, losses over the steps."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.strip import Strip

from ....engine.probes.arena.verdict import Verdict, verdict
from ....engine.runs.run import Run
from ...render.arena.colours import fake, real
from ...render.arena.losses import Loss, losses, smoothing
from ...render.arena.opinions import opinions
from ...render.cells import line
from ...render.numbers import compact, cut
from ...render.palette import Ink
from ..blocks import Block, heading, remark
from ..words import wrap

Arrays = Mapping[str, NDArray[Any]]

SIDES = ("discriminator", "generator")
CHART_LEAST = 5


def story(run: Run, total: int) -> Verdict:
    """The verdict on the run's validations so far; `total` modes."""
    tags = ("quality/modes", "quality/near_mode")
    if any(tag not in run.series for tag in tags):
        return verdict((), (), (), total)
    modes, near = (run.series[tag].points() for tag in tags)
    count = min(len(modes), len(near))
    return verdict(modes.steps[:count].tolist(), modes.values[:count].tolist(), near.values[:count].tolist(), total)


def banner(found: Verdict, ink: Ink, width: int) -> Block:
    """A line that cannot be overlooked, if there is a collapse."""
    if not found.collapsed:
        return []
    style = ink.style(ink.bad, bold=True, reverse=True)
    return [line([(cut(f" {found.text} ", width), style)], width, ink, style)]


def modes(points: Arrays, ink: Ink, width: int) -> Block:
    """How many modes this sample covers, and which are missing."""
    covered = np.asarray(points.get("covered", ()), dtype=np.bool_)
    if not covered.size:
        return []
    counts, of = np.asarray(points["counts"]), len(points["points"])
    told = f"{counts.sum() / max(1, of):.0%} near one, of these {of} points"
    block = [heading(f"{covered.sum()} of {len(covered)} modes", told, width, ink)]
    if not covered.all():
        centers = _rounded(points["centers"])[~covered].tolist()
        places = [f"({compact(x, 5, 2)},{compact(y, 5, 2)})" for x, y in centers]
        rest = f" and {len(places) - 8} more" if len(places) > 8 else ""
        block += [
            remark(text, width, ink, ink.bad) for text in wrap("missing " + " ".join(places[:8]) + rest, width)[:3]
        ]
    return block


def _rounded(centers: Any) -> NDArray[np.float64]:
    """Coordinates, of which those that are next to nothing are zero."""
    places = np.asarray(centers, dtype=np.float64)
    unit = 1e-4 * max(float(np.abs(places).max(initial=0.0)), 1e-300)
    rounded: NDArray[np.float64] = np.where(np.abs(places) < unit, 0.0, places)
    return rounded


def sums(game: Arrays, ink: Ink, width: int) -> Block:
    """Both losses on these samples beside the values where the game is balanced, and the variety."""
    name = str(game["loss"])
    block = [heading("losses", f"{name}, on these samples", width, ink)]
    for side, colour, value, balance, written in zip(
        "DG", colours(ink), game["losses"].tolist(), game["equilibrium"].tolist(), game["lines"].tolist(), strict=True
    ):
        number = compact(balance, 6, 3)
        known = f"balanced at {written}" + ("" if written == number else f" = {number}")
        told = known if np.isfinite(balance) else "no fixed balance: D is free up to a constant"
        parts = [(f"{side} {compact(value, 7, 3):<7} ", ink.style(colour, bold=True)), (told, ink.style(ink.dim))]
        block.append(line([(cut(text, width), style) for text, style in parts], width, ink))
    return block


def variety(game: Arrays, ink: Ink, width: int) -> Block:
    """How far apart generated examples lie, beside real ones."""
    share = float(game["variety"])
    low = share < 0.3
    text = f"variety {compact(share, 5, 2)} of the real examples'" + (": all are alike" if low else "")
    return [remark(text, width, ink, ink.bad if low else None)]


def answers(game: Arrays, ink: Ink, width: int, height: int) -> Block:
    """D's answers to real, unseen real and generated examples."""
    kinds = [("real", game["real"], real(ink)), ("unseen", game["held"], real(ink)), ("fake", game["fake"], fake(ink))]
    return opinions(kinds, float(game["border"]), ink, width, height)


def chart(run: Run, game: Arrays | None, ink: Ink, width: int, height: int) -> Block:
    """The losses of the run with the lines where the game is balanced."""
    balance = game["equilibrium"].tolist() if game is not None else [float("nan")] * 2
    written = game["lines"].tolist() if game is not None else ["", ""]
    found = [
        Loss(letter, run.series[f"loss/{side}"], colour, value, text)
        for letter, side, colour, value, text in zip("DG", SIDES, colours(ink), balance, written, strict=True)
        if f"loss/{side}" in run.series
    ]
    window = smoothing(found)
    told = f"mean of {window} steps each" if window > 1 else "every step"
    parts = [("losses over the steps ", ink.style(bold=True))]
    parts += [(f"{loss.name}━ ", ink.style(loss.colour, bold=True)) for loss in found]
    head = line([*parts, (cut(told, max(0, width - 29)), ink.style(ink.dim))], width, ink)
    return [head, *losses(found, ink, width, height - 1)]


def colours(ink: Ink) -> tuple[str, str]:
    """Of D's and of G's loss."""
    return ink.categories[2], ink.categories[3]


def panel(
    run: Run, points: Arrays | None, game: Arrays | None, found: Verdict, ink: Ink, width: int, height: int
) -> list[Strip]:
    """As much of the numbers as there is room for, what matters most first."""
    blank = remark("", width, ink)
    block: Block = modes(points, ink, width) if points is not None else []
    if block and not found.collapsed:
        block += [remark(text, width, ink) for text in wrap(f"validations: {found.text}", width)[:2]]
    if game is not None:
        block += sums(game, ink, width)
        block += variety(game, ink, width)
        rest = height - len(block)
        if rest >= 5:
            tall = 10 if rest >= 20 else 7 if rest >= 17 else 4
            block += [heading("D's answers", "", width, ink), *answers(game, ink, width, tall)]
    rest = height - len(block)
    if rest >= CHART_LEAST + 1:
        block += [
            *([blank] if rest > CHART_LEAST + 3 else []),
            *chart(run, game, ink, width, rest - (rest > CHART_LEAST + 3)),
        ]
    return block[:height]


def brief(points: Arrays | None, game: Arrays | None, ink: Ink, width: int) -> Strip:
    """One line of the most important, where there is no room for more."""
    parts = []
    if points is not None and len(points.get("covered", ())):
        covered = np.asarray(points["covered"])
        parts.append((f"{covered.sum()}/{len(covered)} modes  ", ink.style(bold=True)))
    if game is not None:
        for side, colour, value, balance in zip("DG", colours(ink), game["losses"], game["equilibrium"], strict=True):
            known = f" ({compact(float(balance), 5, 2)})" if np.isfinite(balance) else ""
            parts.append((f"{side} {compact(float(value), 6, 2)}{known}  ", ink.style(colour)))
    return line(parts, width, ink)
