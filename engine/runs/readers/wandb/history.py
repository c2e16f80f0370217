"""History: the rows that a program logged, as points of series and as places of media."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import messages
from .columns import Columns, Ints, groups
from .media import KINDS
from .rows import Rows
from .values import NOTHING, SIMPLE, decoded, flat, number, numbers

OWN = ("_step", "_runtime", "_timestamp")
Path = tuple[str, ...]
Found = Callable[[str, str, int, int], None]
"""Called with tag, kind, step and number of the record of every medium."""


@dataclass
class History:
    """What has to be remembered from row to row."""

    started: float = 0.0
    """When the run began, in seconds since the epoch."""
    step: int = -1
    time: float = 0.0
    """The step and the time of the newest row."""
    media: set[Path] = field(default_factory=set)
    """Keys whose values are media, told as items of their own (`img._type`, `img.path`, …)."""
    _paths: dict[bytes, Path] = field(default_factory=dict)

    def bulk(self, data: bytes, columns: Columns, rows: Rows, found: Found) -> tuple[Ints, Ints]:
        """Take in the rows that were gathered; returns their records and steps."""
        records, items = columns.history, columns.items
        if not len(records):
            return records, records
        keyed: dict[Path, Ints] = {}
        for key, members in groups(data, items):
            path = self._path(key)
            keyed[path] = np.concatenate([keyed[path], members]) if path in keyed else members
        steps, times = self._clock(data, columns, keyed)
        self.media.update(path[:-1] for path in keyed if len(path) > 1 and path[-1] == "_type")
        for path, members in keyed.items():
            if path[0] in OWN and len(path) == 1:
                continue
            prefix = next((path[:k] for k in range(1, len(path)) if path[:k] in self.media), None)
            if prefix is not None and path != (*prefix, "_type"):
                continue
            row = items.record[members]
            texts = items.texts(data, members)
            tag = ".".join(path if prefix is None else prefix)
            if prefix is not None:
                for k, text in zip(row.tolist(), texts, strict=True):
                    kind = KINDS.get(text.decode("utf-8", "replace").strip('"'))
                    if kind is not None:
                        found(tag, kind, int(steps[k]), int(records[k]))
                continue
            values = numbers(texts)
            if values is not None:
                rows.add(tag, records[row], steps[row], times[row], values)
                continue
            for k, text in zip(row.tolist(), texts, strict=True):
                if text in SIMPLE:
                    rows.append(tag, int(records[k]), int(steps[k]), float(times[k]), SIMPLE[text])
                elif text[:1] not in NOTHING:
                    self._leaves(tag, text, int(records[k]), int(steps[k]), float(times[k]), rows, found)
        return records, steps

    def single(self, message: bytes, record: int, rows: Rows, found: Found) -> None:
        """Take in one row that is not laid out as the others. Raises ValueError where it is none."""
        step: int | None = None
        tree: dict[str, Any] = {}
        for field_number, value in messages.fields(message):
            if not isinstance(value, bytes):
                continue
            if field_number == 1:
                path, leaf = messages.item(value)
                if path:
                    messages.placed(tree, path, leaf)
            elif field_number == 2:
                step = next((v for n, v in messages.fields(value) if n == 1 and isinstance(v, int)), 0)
                step -= (step >> 63) << 64
        own = {key: number(tree.pop(key, None)) for key in OWN}
        if step is None:
            step = _whole(own["_step"], self.step + 1)
        if (when := own["_timestamp"]) is None:
            when = self.started + own["_runtime"] if own["_runtime"] and self.started else self.time
        self.step, self.time = step, when
        for tag, leaf in flat(tree, ""):
            self._leaf(tag, leaf, record, step, when, rows, found)

    def _path(self, key: bytes) -> Path:
        path = self._paths.get(key)
        if path is None:
            path = self._paths[key] = tuple(messages.words(part) for _, part in messages.fields(key))
        return path

    def _clock(self, data: bytes, columns: Columns, keyed: dict[Path, Ints]) -> tuple[Ints, NDArray[np.float64]]:
        """Steps and times of the rows; what a row lacks is taken from the one before it."""
        count = len(columns.history)

        def own(name: str) -> NDArray[np.float64]:
            column = np.full(count, np.nan)
            members = keyed.get((name,))
            if members is not None:
                values = numbers(columns.items.texts(data, members))
                if values is not None:
                    column[columns.items.record[members]] = values
            return column

        steps, times = columns.steps.copy(), own("_timestamp")
        missing = np.flatnonzero(steps < 0)
        if len(missing):
            told = own("_step")
            before = self.step
            for k in missing.tolist():
                steps[k] = _whole(told[k], (int(steps[k - 1]) if k else before) + 1)
        empty = np.isnan(times)
        if empty.any():
            if self.started:
                times = np.where(empty, self.started + own("_runtime"), times)
            empty = np.isnan(times)
            latest = np.maximum.accumulate(np.where(empty, -1, np.arange(count)))
            times = np.where(latest < 0, self.time, times[latest])
        self.step, self.time = int(steps[-1]), float(times[-1])
        return steps, times

    def _leaves(self, tag: str, text: bytes, record: int, step: int, when: float, rows: Rows, found: Found) -> None:
        try:
            value = decoded(text)
        except ValueError:
            return
        for name, leaf in flat(value, tag):
            self._leaf(name, leaf, record, step, when, rows, found)

    def _leaf(self, tag: str, leaf: Any, record: int, step: int, when: float, rows: Rows, found: Found) -> None:
        if isinstance(leaf, dict):
            kind = KINDS.get(str(leaf.get("_type")))
            if kind is not None:
                found(tag, kind, step, record)
            return
        value = number(leaf)
        if value is not None:
            rows.append(tag, record, step, when, value)


def _whole(value: float | None, other: int) -> int:
    return int(value) if value is not None and abs(value) < 2**62 else other
