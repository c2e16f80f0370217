"""JSON lines, one by one: whatever may be in them. The fast way, `skeleton`, gives the same for what it takes."""

import json
import re
from collections import Counter
from typing import Any

from .block import Block, Cells
from .flatten import CONFIG, as_number, configured, flatten
from .phases import Phases, phase_key
from .words import IS_CLOCK, plain

_LOOSE = re.compile(
    r'"(?:[^"\\]|\\.)*"|(?<![\w.])([+-]?)(nan|inf(?:inity)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?![\w.])', re.IGNORECASE
)


def loads(text: str) -> Any:
    """What a line says, numbers as C and Python print them included (nan, inf, .5, +1); raises ValueError."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(_LOOSE.sub(_strict, text))


def _strict(found: "re.Match[str]") -> str:
    if found[2] is None:
        return found[0]
    value = float(found[1] + found[2])
    return (
        "NaN" if value != value else "-Infinity" if value == -float("inf") else f"{value!r}".replace("inf", "Infinity")
    )


class Objects:
    """Parses lines, each an object of numbers."""

    def __init__(self, name: str, damage: Counter[str]) -> None:
        self.name = name
        self.line = 0
        """The number of the last line that was parsed."""
        self.config: dict[str, Any] = {}
        self.last: dict[str, Any] = {}
        """The newest object."""
        self.mixed = False
        """Whether the lines are of several kinds."""
        self._damage = damage
        self._kinds: dict[str, str] = {}
        self._phases = Phases()

    def parse(self, data: bytes) -> Block:
        """The rows of whole lines."""
        cells = Cells()
        for raw in data.split(b"\n")[:-1]:
            self.line += 1
            self.one(raw, cells)
        return cells.block()

    def one(self, raw: bytes, cells: Cells) -> bool:
        """Add one line to `cells`, if it is a row."""
        if b"\0" in raw:
            self.damaged("zeros", "holds zero bytes")
            raw = raw.replace(b"\0", b"")
        text = raw.strip()
        if not text:
            return False
        try:
            line, broken = text.decode("utf-8"), False
        except UnicodeDecodeError:
            self.damaged("utf-8", "is not UTF-8")
            line, broken = text.decode("utf-8", "replace"), True
        try:
            found = loads(line.removeprefix("\ufeff"))
        except (ValueError, RecursionError):
            self.damaged("syntax", "is not JSON")
            return False
        if not isinstance(found, dict):
            self.damaged("kind", "is not an object")
            return False
        if broken and self.last and any("\ufffd" in key and key not in self.last for key in found):
            return False  # without the key that it had, its numbers would be told of another step

        said = configured(found)
        self.config.update(said)
        if said and not found.keys() - said.keys() - CONFIG:
            return False

        key = phase_key(found)
        phase = found[key] if key is not None else None

        def add(path: str, value: Any) -> None:
            number = as_number(path, value)
            if number is not None:
                if isinstance(phase, str) and plain(path) not in IS_CLOCK:
                    path = self._phases.tag(path, phase)
                cells.add(path, number)

        flatten(found, add)
        self.last = found
        cells.rows += 1
        return True

    def damaged(self, kind: str, words: str) -> None:
        """Count damage; of each kind the first place is named."""
        text = self._kinds.setdefault(kind, f"{self.name}: line {self.line} {words}")
        self._damage[text] += 1
