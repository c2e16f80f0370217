"""Where a number came from, in as many lines as there are: long sums are shortened in their middle."""

from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len
from textual.strip import Strip

from ...engine.lessons.kit.figures import Formula
from ..render.cells import line
from ..render.palette import Ink
from .draw.formula import broken
from .draw.formula import draw as formulas

_SUM = " + "
LEAD = "under the cursor: "


def news(told: Sequence[Formula], there: Sequence[Formula]) -> list[Formula]:
    """The formulas that do not stand there already, with the same numbers."""
    known = {_bare(formula) for formula in there}
    return [formula for formula in told if _bare(formula) not in known]


def same(one: Formula, other: Formula) -> bool:
    """Whether two formulas say the same in symbols, one perhaps shorter."""
    short, long = sorted((_bare(one)[0], _bare(other)[0]), key=len)
    return short == long or ("=" in short and long.startswith(short))


def _bare(formula: Formula) -> tuple[str, str]:
    """What two formulas have in common that differ in spaces only."""
    return formula.symbols.replace(" ", ""), formula.numbers.replace(" ", "")


def led(rows: list[Strip], ink: Ink, width: int, most: int) -> list[Strip]:
    """The rows with a word on whose numbers they are, in their first line or above it, where there is room."""
    if not rows:
        return rows
    lead, wide = line([(LEAD, ink.style(ink.dim))], cell_len(LEAD), ink), width - cell_len(LEAD)
    if cell_len(rows[0].text.rstrip()) <= wide:
        return [Strip.join([lead, rows[0].crop(0, wide)]), *rows[1:]]
    return [lead.adjust_cell_length(width), *rows] if len(rows) < most else rows


def origin_rows(told: Sequence[Formula], ink: Ink, width: int, most: int) -> list[Strip]:
    """The formulas in at most so many lines: in full, else with shortened sums, else the numbers only."""
    whole = formulas(told, ink, width)
    if len(whole) <= most:
        return whole
    for lines in range(max(1, most), 0, -1):
        short = [_shortened(formula, width, lines) for formula in told]
        found = formulas(short, ink, width)
        if len(found) <= most:
            return found
    bare = [replace(formula, symbols=formula.numbers or formula.symbols, numbers="") for formula in short]
    return formulas(bare, ink, width)[:most]


def _shortened(formula: Formula, width: int, lines: int) -> Formula:
    """The formula whose numbers take at most so many lines."""
    return replace(formula, numbers=shortened(formula.numbers, width, lines)) if formula.numbers else formula


def shortened(text: str, width: int, lines: int = 1) -> str:
    """`y = a + b + c + d = e` as `y = a + … + d = e`, in lines of `width` columns; the result is kept."""
    if len(broken(text, width, first="  ")) <= lines:
        return text
    head, equals, result = text.rpartition(" = ")
    if not equals:
        head, result = text, ""
    name, opens, terms = head.partition(" = ")
    if not opens:
        name, terms = "", head
    parts = _terms(terms)
    for kept in range(len(parts) - 2, -1, -1):
        tried = _SUM.join([*parts[:kept], "…", parts[-1]]) if kept else "…"
        whole = f"{name}{opens}{tried}{equals}{result}"
        if len(broken(whole, width, first="  ")) <= lines:
            return whole
    return f"{name}{opens}…{equals}{result}"


def _terms(text: str) -> list[str]:
    """The terms of a sum; what stands in brackets is one."""
    found, depth, last = [], 0, 0
    for k, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and text.startswith(_SUM, k):
            found.append(text[last:k])
            last = k + len(_SUM)
    return [*found, text[last:]]
