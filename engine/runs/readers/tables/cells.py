"""Rows of a table cell by cell: whatever may be in them. The fast way, `bulk`, gives the same for what it takes."""

from collections import Counter
from dataclasses import dataclass

from .axis import steplike
from .block import Block, Cells
from .header import Header, is_header, named, split
from .instants import seconds
from .phases import Phases, phase_key
from .words import BLANK, IS_CLOCK, number, plain

OPEN = 64
"""So many lines may belong to one quoted cell."""
NAMED = 8
"""So many columns with cells that are no numbers are named."""


@dataclass
class Words:
    """The cells of one column that are no numbers: how many, the line of the first, and how many are numbers."""

    line: int
    count: int = 0
    numbers: int = 0


class Rows:
    """Parses the lines of a CSV file; knows its header, which may be repeated or change."""

    def __init__(self, name: str, header: Header, damage: Counter[str]) -> None:
        self.name = name
        self.header = header
        self.line = header.lines
        """The number of the last line that was parsed."""
        self.words: dict[str, Words] = {}
        """The columns that hold words."""
        self._numbers: Counter[str] = Counter()
        self._damage = damage
        self._open: list[str] = []
        self._kinds: dict[str, str] = {}
        self._phases = Phases()
        self._set(header)

    def _set(self, header: Header) -> None:
        self.header = header
        self.clocks = [plain(name) in IS_CLOCK for name in header.names]
        self.steps = frozenset(name for name in header.names if steplike(name))
        key = phase_key(header.names)
        self.phased = header.names.index(key) if key is not None else None
        """The column that says whether a row is of training or of validation."""

    @property
    def open(self) -> bool:
        """Whether a quoted cell goes on in the next line."""
        return bool(self._open)

    def parse(self, data: bytes) -> Block:
        """The rows of whole lines."""
        cells = Cells()
        for raw in data.split(b"\n")[:-1]:
            self.line += 1
            if b"\0" in raw:
                self.damaged("zeros", "holds zero bytes")
                raw = raw.replace(b"\0", b"")
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError:
                self.damaged("utf-8", "is not UTF-8")
                line = raw.decode("utf-8", "replace")
            if self._open or line.count('"') % 2:
                self._open.append(line)
                if "\n".join(self._open).count('"') % 2 and len(self._open) < OPEN:
                    continue
                line, self._open = " ".join(self._open), []
            line = line.removesuffix("\r")
            if line and not line.isspace() and not line.startswith("#"):
                self._row(line, cells)
        block = cells.block()
        self.count(block)
        return block

    @property
    def texts(self) -> frozenset[str]:
        """The columns that hold words in most rows; in others a word is damage."""
        return frozenset(name for name, found in self.words.items() if found.count >= found.numbers)

    def count(self, block: Block) -> None:
        """Take note of how many numbers the columns have in the next rows, and tell of words among them."""
        for tag, column in block.columns.items():
            self._numbers[tag if self.phased is None else tag.rpartition("/")[2]] += len(column.values)
        named = 0
        for name, found in self.words.items():
            found.numbers = self._numbers[name if self.phased is None else name.rpartition("/")[2]]
            told = named < NAMED and found.count < found.numbers
            named += told
            text = f"{self.name}: line {found.line}: {name} is not a number"
            if told:
                self._damage[text] = found.count
            else:
                self._damage.pop(text, None)

    def _row(self, line: str, cells: Cells) -> None:
        header = self.header
        row = split(line, header.separator)
        found, texts = 0, []
        phase = row[self.phased] if self.phased is not None and self.phased < len(row) else None
        for k, (name, cell) in enumerate(zip(header.names, row, strict=False)):
            value = number(cell.replace(",", ".") if header.decimal else cell)
            if value is None:
                value = seconds(cell) if self.clocks[k] else None
                if value is None:
                    if cell.lower() not in BLANK:
                        texts.append(name)
                    continue
            found += 1
            cells.add(name if phase is None or self.clocks[k] else self._phases.tag(name, phase), value)
        if not found and is_header(row, header):
            self._set(Header(header.separator, named(row), header.lines, decimal=header.decimal))
            return
        for name in texts if found or len(row) == len(header.names) else ():
            self.words.setdefault(name, Words(self.line)).count += 1
            if name in self.steps:
                cells.text(name)
        extra = row[len(header.names) :]
        if len(row) < len(header.names):
            self.damaged("short", f"has {len(row)} cells and not {len(header.names)}")
        elif any(cell.lower() not in BLANK for cell in extra):
            self.damaged("long", f"has {len(row)} cells and not {len(header.names)}")
        cells.rows += 1

    def damaged(self, kind: str, words: str) -> None:
        """Count damage; of each kind the first place is named."""
        text = self._kinds.setdefault(kind, f"{self.name}: line {self.line} {words}")
        self._damage[text] += 1
