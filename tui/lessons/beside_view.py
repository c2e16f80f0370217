"""What stands beside the figures on a wide screen: settings, presets, and the facts of the scene."""

from collections.abc import Sequence

from textual.strip import Strip

from ...engine.lessons.study.messages import Proved
from ..render.cells import blank, line, wrapped
from ..render.palette import Ink
from . import fact_view, settings_view
from .reading import Reading


def column(reading: Reading, facts: Sequence[Proved | None], width: int, height: int, ink: Ink) -> list[Strip]:
    """The whole column, with what settings do and why presets are there as far as there is room."""
    edge, inner = line([("│", ink.style(ink.dim))], 1, ink), width - 1
    for helps, whys in ((True, True), (False, True), (False, False)):
        rows = [*_settings(reading, inner, ink, helps), *_presets(reading, inner, ink, whys)]
        rows += [*([blank(inner, ink)] if rows else []), *_facts(reading, facts, inner, ink)]
        if len(rows) <= height:
            break
    rows = rows[:height] + [blank(inner, ink)] * (height - len(rows))
    return [Strip.join([edge, row]) for row in rows]


def _settings(reading: Reading, width: int, ink: Ink, helps: bool) -> list[Strip]:
    if not reading.settings:
        return []
    rows = [line([(" settings", ink.style(bold=True))], width, ink)]
    for setting in reading.settings:
        rows += settings_view.slider(setting, reading, width, ink, helps)
    return [*rows, blank(width, ink)] if reading.lesson.presets else rows


def _presets(reading: Reading, width: int, ink: Ink, whys: bool) -> list[Strip]:
    if not reading.lesson.presets:
        return []
    rows = [line([(" presets  p", ink.style(bold=True))], width, ink)]
    for preset in reading.lesson.presets:
        here = preset is reading.preset
        sign = "▸" if here else "+" if preset.good else "−"
        rows.append(line([(f" {sign} {preset.name}", ink.style(ink.good if preset.good else ink.bad, bold=here))],
                         width, ink))  # fmt: skip
        if here or whys:
            style = ink.style(None if here else ink.dim)
            rows += [line([("   " + row, style)], width, ink) for row in wrapped(preset.why, width - 4)]
    return rows


def _facts(reading: Reading, facts: Sequence[Proved | None], width: int, ink: Ink) -> list[Strip]:
    rows = [line([(" facts of this scene  f: all", ink.style(bold=True))], width, ink)]
    for proved in facts:
        if proved is not None and proved.fact.id in reading.at.ids:
            rows += fact_view.fact_lines(proved, width, ink)
    return rows
