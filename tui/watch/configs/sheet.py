"""The configs of runs as a sheet: only what differs, or all. Knows nothing of any widget."""

from collections.abc import Sequence
from dataclasses import dataclass

from ....engine.runs.analysis.configs import Differences, config_of, differences, tell
from ...render.palette import Ink
from ..looks import common, looks
from ..roster import Member
from ..table.sheet import Cell, Head, Row, Sheet, layout, turned

MISSING = Cell("–", "dim")


@dataclass(frozen=True)
class Configs:
    """The sheet, the keys in its order, and what is left out of it in words."""

    sheet: Sheet
    keys: tuple[str, ...]
    turned: bool
    """Whether a run is a column, and a key a row."""
    note: str
    empty: str = ""
    """What is said where there is nothing to compare."""


def configs(members: Sequence[Member], everything: bool, words: str, width: int, height: int, ink: Ink) -> Configs:
    """What differs among the configs of `members`; `everything`: all keys; `words` must occur in a key."""
    runs = [member.run for member in members]
    found = differences(runs)
    if empty := _empty(members, found):
        return Configs(Sheet("run", (), ()), (), False, "", empty)
    alone = len(runs) - found.untold == 1
    keys = (*found.keys, *found.noise, *found.same) if everything or alone else found.keys
    matching = tuple(key for key in keys if words.lower() in key.lower())
    note = _note(found, everything or alone, len(keys) - len(matching))
    if not matching:
        told = f"no key holds “{words}”: / changes the filter" if words else _same(found, len(runs))
        return Configs(Sheet("run", (), ()), (), False, note, told)
    sheet = _sheet(members, matching, set(found.same) | set(found.noise), ink)
    flipped = turned(sheet, "key")
    flip = _flip(sheet, flipped, width, height)
    return Configs(flipped if flip else sheet, matching, flip, note)


def _flip(sheet: Sheet, flipped: Sheet, width: int, height: int) -> bool:
    """Whether a column a run suits the room better: a row a run unless its columns do not fit and the others do."""
    upright, lying = layout(sheet, width, height), layout(flipped, width, height)
    if upright.total <= width and len(sheet.rows) <= max(height - upright.heading, 1):
        return False
    if lying.total <= width:
        return upright.total > width or len(flipped.rows) < len(sheet.rows)
    return False


def _empty(members: Sequence[Member], found: Differences) -> str:
    if not members:
        return "no run is shown: space in the list of runs shows one"
    if found.untold == len(members):
        return "this run tells no config" if len(members) == 1 else f"none of the {len(members)} runs tells a config"
    return ""


def _same(found: Differences, runs: int) -> str:
    same = "its one key" if len(found.same) == 1 else f"all {len(found.same)} keys"
    told = f"nothing differs: the {runs - found.untold} configs agree in {same}"
    hidden = f" but {len(found.noise)} of paths, ids and times" if found.noise else ""
    return told + hidden + ("; v shows them" if found.same or found.noise else "")


def _note(found: Differences, everything: bool, filtered: int) -> str:
    told = []
    if found.same and not everything:
        told.append(f"{len(found.same)} alike")
    if found.noise and not everything:
        told.append(f"{len(found.noise)} of paths, ids, times left out")
    if filtered:
        told.append(f"{filtered} filtered out")
    if found.untold:
        told.append(f"{found.untold} run{'s' * (found.untold > 1)} without config")
    return ", ".join(told)


def _sheet(members: Sequence[Member], keys: Sequence[str], quiet: set[str], ink: Ink) -> Sheet:
    rows = []
    folder = common([member.name for member in members])
    for member in members:
        flat = config_of(member.run)
        cells = tuple(Cell(tell(flat[key]), "dim" if key in quiet else "") if key in flat else MISSING for key in keys)
        swatch, colour = looks(member.slot, ink)
        rows.append(Row(member.name[len(folder) :], cells, swatch, colour, quiet=not flat))
    heads = tuple(Head(above + dot, last, left=True) for above, dot, last in (key.rpartition(".") for key in keys))
    return Sheet(f"run of {folder}" if folder else "run", heads, tuple(rows))
