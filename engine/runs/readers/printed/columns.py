"""Tables as they are printed: a row of names and rows of numbers below it, or boxes of names and numbers."""

import re

from .names import epochal, metric, rank
from .numbers import LIKE, number

_CELL = re.compile(rf"(?P<number>{LIKE})(?P<unit>[%A-Za-z]{{0,3}})|\d+(?::\d\d){{1,2}}|-+")
_WALL = re.compile(r"[|│┃]")
_RULE = re.compile(r"\s*[-=+|─━┌┐└┘├┤┬┴┼╇╈┏┓┗┛┡┩┠┨│ ]{4,}\s*$")


WIDEST = 400
"""Characters of a table's line."""


class Columns:
    """A row of names that is followed by rows of numbers: fastai, spaCy, Ultralytics."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()

    def head(self, line: str) -> bool:
        """Whether the line is a row of names, of which one counts and one is a metric."""
        if len(line) > WIDEST or re.search(r"(?<!\w)\d", line):
            return False
        names = tuple(part.strip() for part in re.split(r"[|│]|\s{2,}|\t", line.strip(" |│")) if part.strip())
        if len(names) < 3:
            names = tuple(line.split())
        if not 3 <= len(names) <= 40 or any(
            len(name) > 30 or (not name[0].isalpha() and name != "#") for name in names
        ):
            return False
        counts = [name for name in names if epochal(name) or rank(name) is not None or name in ("#", "E")]
        if not counts or not any(metric(name) for name in names) or any(sign in line for sign in ":="):
            return False
        self.names = names
        return True

    def row(self, line: str) -> dict[str, tuple[float, int | None]] | None:
        """The numbers of a row below the names, each with its total (`3/100`) where it has one."""
        parts = line.replace("|", " ").replace("│", " ").split()
        names = self.names
        if not parts or not parts[0][0].isdigit() or len(parts) < len(names) or len(parts) > len(names) + 12:
            return None
        out: dict[str, tuple[float, int | None]] = {}
        for name, part in zip(names, parts, strict=False):
            text, _, total = part.rstrip(":").partition("/")
            found = _CELL.fullmatch(text)
            if found is None:
                return None
            if found["number"]:
                out[name] = (number(found["number"]), int(total) if total.isdigit() else None)
        extra = parts[len(names) :]
        if extra and not any("%" in part for part in extra):
            return None
        return out if len(out) > 1 else None


class Boxes:
    """Boxes of names and numbers that come again and again: Stable-Baselines, spinningup."""

    def __init__(self) -> None:
        self._rows: dict[str, str] = {}
        self._section = ""

    def feed(self, line: str) -> dict[str, str] | None:
        """Take in a line of a box; the whole box where it ends. Sections (`rollout/`) stand before their names."""
        cells = [cell.strip() for cell in _WALL.split(line.strip())]
        if len(cells) == 4 and cells[1] and not cells[0] and not cells[3] and len(line) < WIDEST:
            name, value = cells[1:3]
            if name.endswith("/") and not value:
                self._section = name
            else:
                self._rows[self._section + name] = value
            return None
        if _RULE.match(line) and self._rows:
            rows, self._rows, self._section = self._rows, {}, ""
            return rows
        self._rows, self._section = {}, ""
        return None

    @property
    def open(self) -> bool:
        """Whether a box is being read."""
        return bool(self._rows)
