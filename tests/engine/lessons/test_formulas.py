"""Every formula that a lesson shows with its numbers adds up, at the defaults and with every preset."""

from collections.abc import Iterator

import pytest

from dlviz.engine.lessons.index import NAMES, load
from dlviz.engine.lessons.kit.figures import Formula
from dlviz.engine.lessons.kit.lesson import Frame
from dlviz.engine.lessons.kit.state import State

from .arithmetic import wrong
from .test_every_lesson import _cells

FRAMES, CELLS = 8, 12
"""Frames of a scene and cells of a figure that are looked at, evenly spread."""


@pytest.mark.parametrize(
    ("text", "adds_up"),
    [
        ("0.1·1 + 0.2·(-2) = -0.3", True),
        ("0.1·1 + 0.2·(-2) = 0.3", False),
        ("5.68 / √4 = 2.84", True),
        ("floor((6 + 2·1 - 3) / 2) + 1 = 3", True),
        ("floor((6 + 2·1 - 3) / 2) + 1 = 4", False),
        (".0219 / .3529 = 0.0621", True),
        ("y[0,2] = 0.33·3 ≈ 1", True),
        ("x_340 = 0.5530 x_0 + 0.8332 eps", True),
        ("1,024 + 1 = 1,025", True),
        ("2^10 = 1000", False),
        ("50% = 0.5", True),
    ],
)
def test_arithmetic_is_checked(text, adds_up):
    assert bool(wrong(text)) != adds_up


def formulas(frame: Frame) -> Iterator[Formula]:
    yield from frame.formulas
    for figure in frame.figures:
        if figure.origin is not None:
            cells = _cells(figure)
            for cell in cells[:: max(1, len(cells) // CELLS)]:
                origin = figure.origin(*cell)
                yield from origin.formulas if origin is not None else ()


def states(name: str) -> Iterator[tuple[str, State]]:
    lesson = load(name)
    yield "defaults", lesson.state()
    for preset in lesson.presets:
        yield preset.name, lesson.state(preset.values)


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_with_numbers_adds_up(name):
    bad = []
    for told, state in states(name):
        for scene in load(name).scenes:
            if scene.needs:
                continue
            frames = scene.frames(state)
            for k in range(0, len(frames), max(1, len(frames) // FRAMES)):
                for formula in formulas(frames[k]):
                    said = wrong(formula.numbers)
                    if said:
                        bad.append(f"{told}, {scene.name} {k + 1}: {said}")
    assert not bad, "\n".join(bad[:10])
