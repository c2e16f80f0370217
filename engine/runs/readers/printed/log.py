"""A log, line by line: metrics, options, tables, and how it ended."""

import math
import re
import time
from collections.abc import Sequence

from .columns import Boxes, Columns
from .endings import Ending
from .extractor import Extractor
from .names import epochal, metric, rank, strict
from .numbers import LIKE, number
from .settings import Settings, plain
from .stamps import head

_NUMBER = re.compile(LIKE)
_BOXES = " |│┃+-─━┌├└┏┡╇┗"
_SUMMARY = re.compile(r"\s*all\s+\d+\s+\d+\s+\S")


class Log:
    """What the lines of one log have told so far."""

    def __init__(self) -> None:
        self.extractor = Extractor()
        self.ending = Ending()
        self.settings = Settings()
        self._columns = Columns()
        self._boxes = Boxes()
        self._seen: dict[tuple[str, ...], dict[str, str]] = {}
        self._row: tuple[dict[str, float], tuple[str, int, int | None]] | None = None
        """The newest row of a table; the next may tell anew of the same count."""
        self._summary: tuple[str, ...] = ()

    def live(self, now: float, written: float) -> None:
        """Tell when lines that tell no time are printed (NaN: not known), and when the log was last written to."""
        self.extractor.time = now
        self.extractor.year = time.localtime(written).tm_year

    def feed(self, line: str) -> None:
        """Take in one line or refresh."""
        ending, extractor = self.ending, self.extractor
        if ending.inside:
            ending.feed(line)
            return
        if line[0] in _BOXES and (box := self._boxes.feed(line)):
            self._box(box)
        if self._columns.names and self._table(line):
            return
        if "mAP50" in line and "Class" in line:
            words = line.split("%")[0].split()[:7]
            self._summary = tuple(re.sub(r"^(\w+)\((\w+)$", r"\1(\2)", word.rstrip("):")) for word in words)
            return
        if extractor.feed(line):
            extractor.block = False
            if ending.status and extractor.trained:
                ending.go_on()
            return
        extractor.trained = False
        ending.feed(line)
        if self._summary and _SUMMARY.match(line):
            self._all(line)
        else:
            self._columns.head(line)
        if not extractor.columns and not self._row:
            extractor.block = not self._boxes.open and self.settings.feed(line[head(line)[0] :])

    def settle(self, unfinished: Sequence[str]) -> None:
        """Take what is last for true: of bars, of tables, and a bar whose line has not ended."""
        for line in unfinished:
            if self.extractor.closed(line):
                self.feed(line)
        self.extractor.settle()
        self._put_row()
        self.settings.end()

    def _table(self, line: str) -> bool:
        """Take in a row of a table; whether it is one."""
        row = self._columns.row(line)
        if row is None:
            return False
        counts = [name for name in row if name == "#" or rank(name) is not None] or [
            n for n in row if epochal(n) or n == "E"
        ]
        if not counts:
            return False
        name = counts[0]
        value, total = row[name]
        if value != value or value != int(value):
            return False
        counter = ("epoch" if epochal(name) or name == "E" else name, int(value), total)
        if self._row is not None and self._row[1] != counter:
            self._put_row()
        others = {tag: one[0] for tag, one in row.items() if tag != name and tag.lower() not in ("e", "epoch", "time")}
        self._row = (others, counter)
        return True

    def _put_row(self) -> None:
        if self._row is not None:
            values, counter = self._row
            self.extractor.table(("table", counter[0]), values, counter)
            self._row = None

    def _all(self, line: str) -> None:
        """The summary of a validation of Ultralytics: the row `all`."""
        values = [float(word) for word in line.split()[3:] if _NUMBER.fullmatch(word)]
        tags = self._summary[3 : 3 + len(values)]
        if self._row is not None:
            self._put_row()
        self.extractor.table("summary", dict(zip(tags, values, strict=False)), None)

    def _box(self, rows: dict[str, str]) -> None:
        """A box of names and numbers: metrics if it comes again with others, or has a counter; else options."""
        names = tuple(rows)
        values = {name: number(text) for name, text in rows.items() if _NUMBER.fullmatch(text)}
        counts = [(rank(name.rsplit("/", 1)[-1]), name) for name in values]
        known = sorted((order, name) for order, name in counts if order is not None)
        steps = [name for name in values if name.rsplit("/", 1)[-1].lower() in ("total_timesteps", "totalenvinteracts")]
        epochs = [name for name in values if epochal(name)]
        name = next(iter([*steps, *(name for _, name in known), *epochs]), "")
        metrics = any(metric(one) or one.startswith(("rollout/", "train/", "eval/")) for one in values)
        before = self._seen.get(names)
        self._seen[names] = rows
        if len(self._seen) > 100:
            self._seen.clear()
        changed = before is not None and before != rows
        single = len(values) == len(rows) and all(strict(one) for one in values)
        if values and metrics and (name or changed or single):
            counter = (name, int(values[name]), None) if name and math.isfinite(values[name]) else None
            self.extractor.table(("box", name), {tag: v for tag, v in values.items() if tag != name}, counter)
        elif not self.extractor.columns:
            self.settings.values.update((one, plain(text)) for one, text in rows.items() if text)
