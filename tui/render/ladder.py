"""The layers of a model, one line each: tree, kind, output shape, parameters and multiply-adds."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from .cells import Part, blank, line, note
from .numbers import cut, pad, short
from .palette import Ink

_GAP = 2
_DROPPED_FIRST = ("mult-adds", "kind", "parameters", "output")


@dataclass(frozen=True)
class Rung:
    """One layer; `depth` is how deep it lies in the tree, `shape` its output shape in words."""

    name: str
    kind: str
    shape: str
    parameters: int
    macs: int
    depth: int


def ladder(
    rungs: Sequence[Rung], ink: Ink, width: int, *, selected: int | None = None, first: int = 0, height: int
) -> list[Strip]:
    """A header and the layers from `first` on, in exactly `width` x `height` cells.

    Columns are dropped as the width shrinks; a name is cut only when all of them are gone.
    """
    if not rungs:
        return note("no layers", width, ink, height)
    room = max(0, height - 1)
    first = max(0, min(first, len(rungs) - room))
    shown = range(first, min(len(rungs), first + room))
    trees = _branches([rung.depth for rung in rungs])
    names = [tree + cut(rung.name, max(40, width // 2)) for tree, rung in zip(trees, rungs, strict=True)]
    told = f"layer {shown.start + 1}-{shown.stop} of {len(rungs)}" if len(shown) < len(rungs) else "layer"
    columns = _columns(rungs)
    sizes = {title: max(len(title), *map(cell_len, texts)) for title, texts in columns.items()}
    wide = max(cell_len(told), *map(cell_len, names))
    for title in _DROPPED_FIRST:
        if wide + sum(size + _GAP for size in sizes.values()) <= width:
            break
        del sizes[title]
    # Spare room widens the names at most a little: eyes must not lose the line.
    wide = min(width - sum(size + _GAP for size in sizes.values()), wide + 4) if sizes else width

    def drawn(name: str, tree: str, cells: dict[str, str], style: Style, quiet: Style) -> Strip:
        text = pad(name, wide)
        parts: list[Part] = [(text[: len(tree)], quiet), (text[len(tree) :], style)]
        for title, size in sizes.items():
            text = pad(cells[title], size, "left" if title in ("kind", "output") else "right")
            parts.append((" " * _GAP + text, style if title == "output" else quiet))
        return line(parts, width, ink, quiet)

    dim = ink.style(ink.dim)
    strips = [drawn(told, "", {title: title for title in sizes}, dim, dim)][:height]
    for index in shown:
        chosen = index == selected
        style = ink.selected() if chosen else ink.style()
        cells = {title: columns[title][index] for title in sizes}
        strip = drawn(names[index], trees[index], cells, style, style if chosen else dim)
        strips.append(strip)
    return [*strips, *[blank(width, ink)] * (height - len(strips))]


def _columns(rungs: Sequence[Rung]) -> dict[str, list[str]]:
    return {
        "kind": [cut(rung.kind, 24) for rung in rungs],
        "output": [cut(rung.shape, 24) for rung in rungs],
        "parameters": [short(rung.parameters) if rung.parameters else "-" for rung in rungs],
        "mult-adds": [short(rung.macs) if rung.macs else "-" for rung in rungs],
    }


def _branches(depths: Sequence[int]) -> list[str]:
    """The lines of the tree before each name."""
    texts: list[str] = []
    open_at: set[int] = set()
    for depth in reversed(depths):
        if depth <= 0:
            open_at.clear()
            texts.append("")
            continue
        stem = "".join("│ " if level in open_at else "  " for level in range(1, depth))
        texts.append(stem + ("├─" if depth in open_at else "└─") + " ")
        open_at = {level for level in open_at if level <= depth} | {depth}
    return texts[::-1]
