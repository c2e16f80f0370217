"""The colours and signs of groups in a plane, and the legend below it."""

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from ....engine.lessons.kit.figures import Plane
from ...render.arena.colours import fake, real
from ...render.cells import Part, line
from ...render.colour import mix
from ...render.numbers import compact, cut
from ...render.palette import LEVELS, Ink, levels
from ...render.scale import Scale
from .keys import CLOUDS, LETTERS, SIGNS, wrapped_keys
from .look import Floats, scale_of, wrapped_words

FEW = 12
"""Points that are seen better as signs than as dots."""
_QUIET = 0.55
"""How much of a surface's colour is seen, so that points stand out."""
_NAME = 48
_BAR_LEAST, _BAR_MOST = 7, 25


def colour_of(name: str, k: int, ink: Ink) -> str:
    """The colour of a group: real and generated have their own everywhere."""
    low = name.lower()
    if low.startswith("real"):
        return real(ink)
    if low.startswith(("generated", "fake")):
        return fake(ink)
    return ink.categories[k % len(ink.categories)]


def colours(figure: Plane, ink: Ink) -> dict[str, str]:
    """A colour for each group of points, paths and arrows; those of one name have one."""
    names = list(dict.fromkeys([*figure.points, *figure.paths, *figure.arrow_groups]))
    found = {name: colour_of(name, k, ink) for k, name in enumerate(names)}
    return found | ({figure.bold: ink.foreground} if figure.bold in found else {})


def arrow_colours(figure: Plane, count: int, ink: Ink) -> list[str]:
    """The colour of each arrow: its group's, or one of their own."""
    tints, plain = colours(figure, ink), ink.foreground if ink.coloured else ink.categories[3]
    groups = figure.arrow_groups
    return [tints[groups[k]] if k < len(groups) else plain for k in range(count)]


def signs(figure: Plane, ink: Ink) -> dict[str, str]:
    """What a point of each group is drawn as: names of one character are their own sign."""
    names = list(figure.points)
    if len(names) > 1 and all(cell_len(name) == len(name.strip()) == 1 for name in names):
        return {name: name for name in names}
    found = {}
    for k, name in enumerate(names):
        few = len(np.asarray(figure.points[name], dtype=np.float64).reshape(-1, 2)) <= FEW
        signs_ = LETTERS if ink.depth == "none" else SIGNS if few else CLOUDS
        found[name] = signs_[k % len(signs_)]
    return found


def surface_of(figure: Plane) -> tuple[Floats, Scale] | None:
    """The surface and its scale, if there is one."""
    if figure.surface is None:
        return None
    values = np.atleast_2d(np.asarray(figure.surface, dtype=np.float64))
    return (values, scale_of(values, None, figure.surface_reach)) if values.size else None


def tint(scale: Scale, code: int, ink: Ink) -> str:
    """The colour of a level of the surface."""
    return mix(ink.background, levels(scale.map, ink)[code], _QUIET)


def shade(scale: Scale, code: int) -> str:
    """The character of a level of the surface where colours are few."""
    share = abs(code - LEVELS // 2) / (LEVELS // 2) if scale.diverging else code / (LEVELS - 1)
    ramp = " ·-=" if scale.diverging and code < LEVELS // 2 else " ░▒▓"
    return ramp[min(3, int(share * 3.99))]


def keys(figure: Plane, ink: Ink, width: int) -> list[Strip]:
    """The names of groups in their colours, wrapped, and what the tints of the surface mean."""
    strips = wrapped_keys(_chips(figure, ink, width), width, ink)
    found = surface_of(figure)
    return strips if found is None else [*strips, *_surface_keys(figure, found[1], ink, width)]


def _chips(figure: Plane, ink: Ink, width: int) -> list[list[Part]]:
    """An entry for each group of points, paths and arrows that does not tell its name in the plane."""
    shown, tints = signs(figure, ink), colours(figure, ink)
    arrowed = set(figure.arrow_groups)
    entries = [
        ("→" * (name in arrowed) + sign, name, tints[name]) for name, sign in shown.items() if name and sign != name
    ]
    told = {text for _, _, text in figure.labels}
    if told.issuperset(figure.points) and sum(cell_len(sign + name) + 3 for sign, name, _ in entries) > width:
        entries = []
    path = "━" if ink.depth != "none" else "~"
    entries += [(path, name, tints[name]) for name in figure.paths if name and name not in figure.points]
    entries += [("→", name, tints[name]) for name in dict.fromkeys(figure.arrow_groups) if name not in figure.points]
    if figure.arrows is not None and not figure.arrow_groups:
        entries.append(("→", figure.arrows_label or "arrows", arrow_colours(figure, 1, ink)[0]))
    return [[(sign + " ", ink.style(c, bold=True)), (cut(name, _NAME), ink.style())] for sign, name, c in entries]


def _surface_keys(figure: Plane, scale: Scale, ink: Ink, width: int) -> list[Strip]:
    """What the tints mean: the ends, and zero where it lies inside; the name below where it has no room beside."""
    low, high = compact(scale.low, 6, 3), compact(scale.high, 6, 3)
    name = cut(figure.surface_label or "surface", 2 * _NAME)
    ends = len(low) + len(high) + 2
    beside = ends + _BAR_LEAST + 2 + cell_len(name) <= width
    left = width - ends - (2 + cell_len(name) if beside else 0)
    room = max(3, min(_BAR_MOST, left if left % 2 else left - 1))
    codes = [round(k * (LEVELS - 1) / (room - 1)) for k in range(room)]
    if ink.coloured:
        bar: list[Part] = [(" ", ink.style(None, tint(scale, code, ink))) for code in codes]
    else:
        bar = [(shade(scale, code), ink.style()) for code in codes]
    if scale.diverging:
        bar[room // 2] = ("0", bar[room // 2][1])
    parts = [(low + " ", ink.style()), *bar, (f" {high}", ink.style())]
    quiet = ink.style(ink.dim)
    if beside:
        return [line([*parts, ("  " + name, quiet)], width, ink)]
    return [line(parts, width, ink), *(line([(row, quiet)], width, ink) for row in wrapped_words(name, width))]
