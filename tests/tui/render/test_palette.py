from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from dlviz.tui.render.colour import contrast, distance, hexed, luminance, mix, oklab, readable, rgb, xterm
from dlviz.tui.render.palette import (
    ANSI16_DARK,
    ANSI16_LIGHT,
    DARK,
    DIVERGING,
    LEVELS,
    LIGHT,
    PLAIN,
    SEQUENTIAL,
    Ink,
    detect_depth,
    levels,
)

DARK256, LIGHT256 = replace(DARK, depth="256"), replace(LIGHT, depth="256")
INKS = [DARK, LIGHT, DARK256, LIGHT256, ANSI16_DARK, ANSI16_LIGHT, PLAIN]
COLOURED = [DARK, LIGHT, DARK256, LIGHT256]

# Machado, Oliveira & Fernandes 2009, severity 1: how colours look to those who lack one kind of cone.
BLINDNESS = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def seen(colour: str, blindness: str) -> str:
    linear = (np.asarray(rgb(colour)) / 255) ** 2.2
    return hexed(*(255 * (np.asarray(BLINDNESS[blindness]) @ linear).clip(0, 1) ** (1 / 2.2)))


@pytest.mark.parametrize("ink", COLOURED)
def test_a_sequential_map_only_leaves_the_background(ink: Ink) -> None:
    light = [oklab(colour)[0] for colour in levels(SEQUENTIAL, ink)]
    steps = np.diff(light if ink.dark else light[::-1])
    assert len(light) == LEVELS and (steps >= -1e-6).all()
    assert distance(levels(SEQUENTIAL, ink)[0], ink.background) < 0.12
    assert abs(light[-1] - light[0]) > 0.6


@pytest.mark.parametrize("ink", COLOURED)
def test_zero_of_a_diverging_map_is_neutral_and_both_ends_are_far(ink: Ink) -> None:
    colours = levels(DIVERGING, ink)
    middle = LEVELS // 2
    _, a, b = oklab(colours[middle])
    assert abs(a) < 0.02 and abs(b) < 0.02
    away = [abs(luminance(colour) - luminance(colours[middle])) for colour in colours]
    assert (np.diff(away[middle:]) >= -1e-6).all() and (np.diff(away[: middle + 1]) <= 1e-6).all()
    assert abs(oklab(colours[0])[0] - oklab(colours[-1])[0]) < (0.1 if ink.depth == "truecolor" else 0.16)


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("ink", [DARK, LIGHT])
def test_colour_blind_people_tell_the_signs_and_the_categories(ink: Ink, blindness: str) -> None:
    colours = levels(DIVERGING, ink)
    for step in range(LEVELS // 4, LEVELS // 2):
        pair = (seen(colours[LEVELS // 2 - step], blindness), seen(colours[LEVELS // 2 + step], blindness))
        assert distance(*pair) > 0.05
    for first, second in combinations(ink.categories, 2):
        assert distance(seen(first, blindness), seen(second, blindness)) > 0.07, (first, second)


@pytest.mark.parametrize("ink", [DARK, LIGHT])
def test_every_colour_reads_on_the_background(ink: Ink) -> None:
    assert len(ink.categories) == 8
    assert min(contrast(colour, ink.background) for colour in ink.categories) > 3
    assert min(contrast(c, ink.background) for c in (ink.foreground, ink.dim, ink.accent, ink.good, ink.bad)) > 4.5


@pytest.mark.parametrize("ink", [ANSI16_DARK, ANSI16_LIGHT])
def test_sixteen_colours_are_named_ones(ink: Ink) -> None:
    for colour in (ink.foreground, ink.dim, ink.accent, ink.good, ink.bad, *ink.categories, "#123456"):
        style = ink.style(colour, ink.track)
        assert style.color is not None and style.bgcolor is not None
        assert style.color.is_system_defined and style.bgcolor.is_system_defined
    assert str(ink.style()) == "default on default"


def test_no_colours_are_attributes_only() -> None:
    for style in (
        PLAIN.style(PLAIN.bad, PLAIN.accent, True, True, True),
        PLAIN.style(PLAIN.dim),
        PLAIN.selected(),
    ):
        assert style.color is None and style.bgcolor is None
    assert PLAIN.style(PLAIN.dim).dim and PLAIN.style(PLAIN.accent).bold and PLAIN.selected().reverse


def test_styles_are_explicit_and_cached() -> None:
    style = DARK.style(dim=True)
    assert style.color is not None and style.bgcolor is not None and not style.dim
    assert style.bgcolor.name == DARK.background
    assert DARK.style("#ff0000") is DARK.style("#ff0000")


def test_a_selection_shows_at_every_depth() -> None:
    assert all(ink.selected() != ink.style(bold=True) for ink in INKS)


@pytest.mark.parametrize(
    ("environ", "system", "depth"),
    [
        ({}, "truecolor", "truecolor"),
        ({}, "256", "256"),
        ({}, "standard", "16"),
        ({}, "windows", "16"),
        ({}, None, "none"),
        ({"NO_COLOR": "1"}, "truecolor", "none"),
        ({"NO_COLOR": ""}, "256", "256"),
    ],
)
def test_depth_is_found(environ: dict[str, str], system: str | None, depth: str) -> None:
    assert detect_depth(environ, system) == depth


def test_colour_arithmetic() -> None:
    assert mix("#102030", "#f0e0d0", 0) == "#102030" and mix("#102030", "#f0e0d0", 1) == "#f0e0d0"
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert xterm("#5f87af") == "#5f87af"
    assert all(contrast(readable(c), c) >= 4.5 for ink in COLOURED for c in levels(DIVERGING, ink))
