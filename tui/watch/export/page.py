"""All charts of the shown runs as one SVG, and a page of HTML that stands alone: charts, final values, configs."""

import time
from collections.abc import Sequence
from dataclasses import replace

from ....engine.runs.analysis.configs import config_of, differences, tell
from ....engine.runs.analysis.difference import difference
from ....engine.runs.analysis.grouping import aggregate, groups
from ...render.axes import Axes, neat
from ...render.curve import Curve
from ...render.numbers import cut
from ...render.palette import LIGHT
from ..charts.board import named, smooth
from ..charts.extras import difference_of
from ..charts.scene import Scene
from ..charts.tags import matching, ordered
from ..roster import Member
from ..sight import Sight
from ..table.finals import columns_of, finals
from ..table.sheet import Sheet
from .vector import chart, colour, legend, words

WIDTH, HEIGHT, GAP = 400, 250, 12
COLUMNS = 3
TITLE = 62
"""Letters for which there is room over a chart."""
MOST = 200
"""Charts of a page."""


def svg(members: Sequence[Member], sight: Sight) -> str:
    """A document of all charts whose tags match, three side by side, under one legend."""
    body, width, height = _charts(members, sight)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}"><rect width="100%" height="100%" fill="#fff"/>{body}</svg>\n'
    )


def html(members: Sequence[Member], sight: Sight, title: str) -> str:
    """A page without any link or script."""
    shown = [member for member in members if member.shown]
    body, width, height = _charts(members, sight)
    runs = [member.run for member in shown]
    found = differences(runs)
    rows = [
        "<tr><th>run</th>" + "".join(f"<th>{words(key)}</th>" for key in found.keys) + "</tr>",
        *(
            f"<tr><td>{_swatch(m.slot)}{words(m.name)}</td>"
            + "".join(f"<td>{words(_told(m, key))}</td>" for key in found.keys)
            + "</tr>"
            for m in shown
        ),
    ]
    configs = f"<h2>What differs in their configs</h2><table>{''.join(rows)}</table>" if found.keys else ""
    table = _table(finals(shown, columns_of(sight.specs, runs), sight.sort, sight.group, False, LIGHT), shown)
    notes = [f"{words(m.name)}: {words(f.text)}" for m in shown for f in m.run.findings]
    health = "<h2>What is wrong</h2><ul>" + "".join(f"<li>{one}</li>" for one in notes) + "</ul>" if notes else ""
    written = time.strftime("%Y-%m-%d %H:%M")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{words(title)}</title><style>body{{font:14px/1.5 Helvetica,Arial,sans-serif;margin:2em;color:#222}}"
        "table{border-collapse:collapse;margin:1em 0}"
        "td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}"
        "td:first-child,th:first-child{text-align:left}th{color:#555}.best{font-weight:bold}"
        "i{display:inline-block;width:1.2em;height:.3em;margin-right:.5em;vertical-align:middle}</style></head><body>"
        f"<h1>{words(title)}</h1><p>{len(shown)} runs, written by dlviz on {written}. {words(_how(sight))}</p>"
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}">{body}</svg>'
        f"<h2>Final values</h2>{table}{configs}{health}</body></html>\n"
    )


def _how(sight: Sight) -> str:
    how = smooth(sight)
    told = f"Lines are smoothed ({how.words()}), raw values pale behind. " if how.on else "Not smoothed. "
    return told + "Every pixel column spans its least and greatest value: no spike is left out."


def _told(member: Member, key: str) -> str:
    config = config_of(member.run)
    return tell(config[key]) if key in config else "–"


def _swatch(slot: int) -> str:
    return f'<i style="background:{colour(slot)}"></i>'


def _table(sheet: Sheet, members: Sequence[Member]) -> str:
    slots = {member.name: member.slot for member in members}
    heads = "".join(f"<th>{words(head.whole)}</th>" for head in sheet.heads)
    rows = [f"<tr><th>{words(sheet.corner)}</th>{heads}</tr>"]
    for row in sheet.rows:
        slot = next((s for name, s in slots.items() if name.endswith(row.name)), None)
        mark = _swatch(slot) if slot is not None else ""
        cells = "".join(f"<td>{words(cell.text)}</td>" for cell in row.cells)
        rows.append(f"<tr><td>{mark}{words(row.name)}</td>{cells}</tr>")
    other = any("†" in cell.text for row in sheet.rows for cell in row.cells)
    note = "<p>† the value of another tag that ends so</p>" if other else ""
    return f"<table>{''.join(rows)}</table>{note}"


def _charts(members: Sequence[Member], sight: Sight) -> tuple[str, float, float]:
    """The charts as SVG, and the size that they take."""
    shown = [member for member in members if member.shown]
    scene = Scene()
    scene.show(shown, sight.x)
    tags, _ = matching(ordered(scene.tags(), sight.pinned, scene.lines()), sight.tag_filter)
    if not tags:
        raise ValueError("no run that is chosen has a series whose tag matches")
    width = COLUMNS * (WIDTH + GAP) + GAP
    sizes = scene.sizes(sight.group)
    drawn = {tag: _curves(scene, tag, sight, sizes) for tag in tags[:MOST]}
    head, top = legend(named(scene, drawn, sizes), width)
    log_x = sight.scale in ("log x", "log-log")
    parts = [head]
    for k, (tag, curves) in enumerate(drawn.items()):
        low, high = sight.window or neat(*(scene.extent((tag,), log_x) or (0.0, 1.0)), log=log_x)
        axes = Axes(x=sight.x, low=low, high=high, log_x=log_x, clip=sight.trim, smooth=smooth(sight))
        log = sight.scale in ("log y", "log-log") or tag in sight.logs
        y_low, y_high = sight.limits.get(tag, (None, None))
        axes = replace(axes, log=log, y_low=y_low, y_high=y_high)
        x, y = GAP + k % COLUMNS * (WIDTH + GAP), top + k // COLUMNS * (HEIGHT + GAP)
        notes = ", ".join(f"{curve.label}: {curve.note}" for curve in curves if curve.note)
        parts.append(chart(curves, axes, x, y, WIDTH, HEIGHT, cut(f"{tag} ({notes})" if notes else tag, TITLE)))
    return "".join(parts), width, top + -(-len(drawn) // COLUMNS) * (HEIGHT + GAP)


def _curves(scene: Scene, tag: str, sight: Sight, sizes: dict[str, int]) -> list[Curve]:
    members = {member.run.path: member for member in scene.members}
    pair = [members[path] for path in sight.pair if path in members]
    if sight.difference and len(pair) == 2:
        series = difference(pair[0].run, pair[1].run, tag, sight.x)
        return [] if series is None else [scene.lone(difference_of(pair, 40), series)]
    if sight.group:
        found = groups(scene.runs, sight.group)
        made = (aggregate(group.runs, tag, sight.band, sight.x, group.label) for group in found)
        return scene.grouped([one for one in made if one is not None], sizes)
    return scene.curves(tag, sight)
