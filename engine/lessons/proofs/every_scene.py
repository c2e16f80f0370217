"""Facts that every lesson has: all that it shows computes, and the formulas beside its numbers add up."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from ..kit.cells import cells, number
from ..kit.facts import Claim, Outcome
from ..kit.figures import Figure, Formula
from ..kit.lesson import Frame, Lesson, Scene
from ..kit.state import State
from .arithmetic import result, wrong

FRAMES, CELLS = 8, 12
"""Frames of a scene and cells of a figure that are looked at, evenly spread, the last among them."""


def claims(lesson: Lesson) -> tuple[Claim, ...]:
    """One for what needs no training, and one for each training."""
    found = []
    for needs in dict.fromkeys(scene.needs for scene in lesson.scenes):
        scenes = [scene for scene in lesson.scenes if scene.needs == needs]
        says = "every number shown is what its formula says"
        found.append(Claim(id=scenes[0].ids[0], says=says, check=partial(adds_up, scenes), needs=needs))
    return tuple(found)


def adds_up(scenes: list[Scene], state: State) -> Outcome:
    """Frames and origins compute, formulas in numbers add up, and one of an origin's gives the number it explains."""
    count, bad = 0, []
    for scene in scenes:
        frames = scene.frames(state)
        for k in _spread(len(frames), FRAMES):
            for said in _frame(frames[k]):
                count += 1
                bad += [f"{scene.name} {k + 1}: {said}"] if said else []
    right = {"right": count - len(bad)}
    return Outcome({**right, "wrong": bad[0]} if bad else right, {"right": count}, not bad)


def _frame(frame: Frame) -> Iterator[str]:
    """For every formula what is wrong with it, or nothing."""
    yield from (wrong(formula.numbers) for formula in frame.formulas)
    for figure in frame.figures:
        there = cells(figure)
        for cell in [there[k] for k in _spread(len(there), CELLS)] if figure.origin is not None else ():
            yield from _origin(frame, figure, cell)


def _origin(frame: Frame, figure: Figure, cell: tuple[int, int]) -> Iterator[str]:
    origin = figure.origin(*cell) if figure.origin is not None else None
    if origin is None:
        return
    yield from (wrong(formula.numbers) for formula in origin.formulas)
    for other in frame.figures:
        if strange := set(origin.cells.get(other.name, ())) - set(cells(other)):
            yield f"{figure.name} {cell} points at {sorted(strange)[0]} of {other.name}"
    value = number(figure, cell)
    if origin.gives and value is not None:
        yield _given(origin.formulas, value, figure, cell)


def _given(formulas: tuple[Formula, ...], value: float, figure: Figure, cell: tuple[int, int]) -> str:
    """What the formulas give instead of the number, where none of them gives it."""
    found = [each for formula in formulas for each in result(formula.numbers)]
    digits = 0.5 * 10.0 ** -getattr(figure, "digits", 4)
    if not found or any(abs(given - value) <= 1.02 * slack + digits + 1e-9 for given, slack in found):
        return ""
    return f"{figure.name} {cell} is {value:.4g}, its formula gives {found[-1][0]:.4g}"


def _spread(size: int, most: int) -> list[int]:
    return sorted({int(k) for k in np.linspace(0, size - 1, min(size, most)).round()}) if size else []
