"""Settings of a lesson: typed, bounded, declared once for sliders, keys, `--set` and `--json`. Torch-free."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...options import OptionError, Rule, show
from ...text import printable, sanitize

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing that a learner may change; values are hashable."""

    name: str
    default: Any
    help: str
    key: str = ""
    """A letter that turns it forward, wherever the focus is."""

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return self._rule.allowed

    def parse(self, text: str) -> Any:
        """The value that `text` stands for; raises OptionError."""
        return self._rule.parse(text)

    def check(self, value: Any) -> Any:
        """`value` if it is allowed; raises OptionError."""
        return self._rule.check(value)

    def show(self, value: Any) -> str:
        """The text that `parse` reads."""
        return show(value)

    def turn(self, value: Any, by: int) -> Any:
        """The value `by` turns on: the arrow keys and the setting's own key."""
        return value

    @property
    def _rule(self) -> Rule:
        return Rule(name=self.name, kind=type(self.default), default=self.default, help=self.help)


@dataclass(frozen=True, kw_only=True)
class Slider(Setting):
    """A number in a range; `stops` are the only values where they are given, else it moves by `step`."""

    low: float = 0.0
    high: float = 1.0
    step: float = 1.0
    stops: tuple[float, ...] = ()
    scrub: bool = False
    """Whether it is the lesson's time, drawn as a scrubber under the figures."""

    def parse(self, text: str) -> Any:
        """The number that `text` stands for; raises OptionError."""
        if not _plain(text) or len(text) > 60:
            raise self._rule.refuse(sanitize(text, limit=60))
        return self.check(super().parse(text))

    def check(self, value: Any) -> Any:
        """`value` if it is allowed; raises OptionError."""
        value = super().check(value)
        if self.stops and value not in self.stops:
            raise self._rule.refuse(value)
        return value

    def turn(self, value: Any, by: int) -> Any:
        """The next value, within the range."""
        if self.stops:
            at = self.stops.index(value) + by
            return self.stops[min(max(at, 0), len(self.stops) - 1)]
        turned = min(max(value + by * self.step, self.low), self.high)
        return int(turned) if isinstance(self.default, int) else round(turned, 10)

    def share(self, value: Any) -> float:
        """Where the value lies between the ends, 0..1."""
        if self.stops:
            return self.stops.index(value) / max(1, len(self.stops) - 1)
        return (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0

    @property
    def _rule(self) -> Rule:
        choices = tuple(show(stop) for stop in self.stops)
        kind = type(self.default)
        if choices:
            return _Stops(name=self.name, kind=kind, default=self.default, help=self.help, stops=choices)
        return Rule(name=self.name, kind=kind, default=self.default, help=self.help, low=self.low, high=self.high)


@dataclass(frozen=True, kw_only=True)
class _Stops(Rule):
    """A number that must be one of a few, so told in words."""

    stops: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return "one of " + ", ".join(self.stops)


@dataclass(frozen=True, kw_only=True)
class Choice(Setting):
    """One of a few words."""

    choices: tuple[str, ...]

    def turn(self, value: Any, by: int) -> Any:
        """The next choice, round and round."""
        return self.choices[(self.choices.index(value) + by) % len(self.choices)]

    @property
    def _rule(self) -> Rule:
        return Rule(name=self.name, kind=str, default=self.default, help=self.help, choices=self.choices)


@dataclass(frozen=True, kw_only=True)
class Switch(Setting):
    """On or off."""

    def turn(self, value: Any, by: int) -> Any:
        """The other one."""
        return not value


@dataclass(frozen=True, kw_only=True)
class Words(Setting):
    """A text of one line: a sentence of the learner's own."""

    least: int = 1
    most: int = 200
    """Characters."""

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        return f"a text of {self.least} to {self.most} characters"

    def parse(self, text: str) -> Any:
        """The text, in one line and harmless; raises OptionError."""
        return self.check(text)

    def check(self, value: Any) -> Any:
        """The text, in one line and harmless; raises OptionError."""
        text = " ".join(printable(str(value)).split())
        if not self.least <= len(text) <= self.most:
            what = "only spaces" if value and not text else f"{len(text):,} characters"
            raise OptionError(f"{self.name} has {what}; allowed: {self.allowed}")
        return text


@dataclass(frozen=True, kw_only=True)
class Moves(Setting):
    """A history of moves as letters, each appended by a key of its own: replaying it gives the state."""

    moves: Mapping[str, str]
    """What each letter does; the letters are also the keys."""
    most: int = 400

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        told = ", ".join(f"{letter} ({about})" for letter, about in self.moves.items())
        return f"up to {self.most} of the letters {told}"

    def parse(self, text: str) -> Any:
        """The moves; raises OptionError."""
        return self.check(text.strip())

    def check(self, value: Any) -> Any:
        """The moves if each is known; raises OptionError."""
        if not isinstance(value, str) or len(value) > self.most or set(value) - set(self.moves):
            raise OptionError(f"{self.name} cannot be {sanitize(str(value), limit=60)!r}; allowed: {self.allowed}")
        return value


@dataclass(frozen=True, kw_only=True)
class Numbers(Setting):
    """A matrix of numbers: pixels or a kernel, edited cell by cell; `named` are values with a name."""

    low: float = 0.0
    high: float = 1.0
    step: float = 0.1
    named: Mapping[str, Matrix]
    rows: tuple[int, int] = (1, 12)
    """How many rows, and columns, it may have: least and most."""
    columns: tuple[int, int] | None = None
    """How many columns it may have, where not as many as rows."""

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        (least, most), (narrow, wide) = self.rows, self.columns or self.rows
        size = f"{least} by {narrow}" + ("" if (least, narrow) == (most, wide) else f" to {most} by {wide}")
        return (
            f"{', '.join(self.named)}, or {size} numbers from {self.low:g} to {self.high:g}, rows parted by /, "
            "such as 0,1/1,0"
        )

    def parse(self, text: str) -> Any:
        """A named matrix, or rows of numbers; raises OptionError."""
        text = text.strip()
        if text in self.named:
            return self.named[text]
        try:
            if _plain(text):
                return self.check([[float(part) for part in row.split(",")] for row in text.split("/")])
        except ValueError:  # of our own too, which quotes what it understood instead of what was typed
            pass
        raise self._refuse(text)

    def check(self, value: Any) -> Any:
        """The matrix as tuples if size and numbers are allowed; raises OptionError."""
        if isinstance(value, str):
            return self.parse(value)
        matrix = tuple(tuple(float(cell) for cell in row) for row in value)
        (least, most), (narrow, wide) = self.rows, self.columns or self.rows
        square = matrix and all(len(row) == len(matrix[0]) for row in matrix)
        if not square or not (least <= len(matrix) <= most and narrow <= len(matrix[0]) <= wide):
            raise self._refuse(self.show(matrix))
        if any(not (math.isfinite(cell) and self.low <= cell <= self.high) for row in matrix for cell in row):
            raise self._refuse(self.show(matrix))
        return matrix

    def show(self, value: Any) -> str:
        """Its name, or its rows, each number with as many digits as it has."""
        for name, known in self.named.items():
            if known == value:
                return name
        return "/".join(",".join(show(cell) for cell in row) for row in value)

    def turn(self, value: Any, by: int) -> Any:
        """The next of the named matrices."""
        names = list(self.named)
        shown = self.show(value)
        at = names.index(shown) + by if shown in self.named else 0
        return self.named[names[at % len(names)]]

    def edited(self, value: Matrix, row: int, column: int, by: int) -> Matrix:
        """The matrix with one cell moved by steps, within the range."""
        cells = [list(line) for line in value]
        cells[row][column] = round(min(max(cells[row][column] + by * self.step, self.low), self.high), 6)
        return tuple(tuple(line) for line in cells)

    def _refuse(self, text: str) -> OptionError:
        return OptionError(f"{self.name} cannot be {sanitize(text, limit=60)!r}; allowed: {self.allowed}")


def _plain(text: str) -> bool:
    """Whether it may be numbers as everybody writes them: Python takes 1_0 and the digits of all scripts as well."""
    return text.isascii() and "_" not in text


def matrix(rows: Sequence[Sequence[float]]) -> Matrix:
    """Rows of numbers as a Matrix."""
    return tuple(tuple(float(cell) for cell in row) for row in rows)
