"""trackio's SQLite files: a project a file, many runs in it, a JSON text a step."""

import time
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..run import Mark
from .database import BusyError, DamageError, Database, DatabaseReader, runs_of, unique
from .folder import Folder, Found
from .resuming import extend
from .wandb.media import KINDS, Media
from .wandb.values import decoded, flat, number

AT_ONCE = 5_000
NEEDED = {"id", "run_name", "metrics", "step", "timestamp"}


def find(folder: Folder) -> Iterator[Found]:
    """The runs of the projects in a folder."""
    return runs_of(folder, _runs, Trackio, Trackio.FORMAT)


def _identity(columns: set[str]) -> str:
    """The column by which runs are told apart; early versions had only their names."""
    return "run_id" if "run_id" in columns else "run_name"


def _runs(store: Database) -> Iterator[tuple[str, str, float]]:
    """Id, name and start of every run, the oldest first."""
    columns = store.columns("metrics")
    if not columns >= NEEDED:
        return
    by = _identity(columns)
    # From one id to the next along the index, so that the cost is that of the runs, not of their rows.
    sql = (
        f"WITH RECURSIVE ids(id) AS (SELECT min({by}) FROM metrics UNION ALL "
        f"SELECT (SELECT min({by}) FROM metrics WHERE {by} > ids.id) FROM ids WHERE ids.id IS NOT NULL) "
        f"SELECT ids.id, m.run_name, m.id, m.timestamp FROM ids JOIN metrics m "
        f"ON m.id = (SELECT id FROM metrics WHERE {by} = ids.id LIMIT 1)"
    )
    found = sorted(store.rows(sql), key=lambda row: int(row[2]))
    names = unique((str(id_), str(name)) for id_, name, *_ in found)
    for id_, _, _, stamp in found:
        yield str(id_), names[str(id_)], _seconds(stamp)


class Trackio(DatabaseReader):
    """Metrics, system metrics, alerts and config of one run."""

    FORMAT = "trackio"

    def __init__(self, path: Path, run: str) -> None:
        super().__init__(path)
        self._run = run
        self._last = {"metrics": 0, "system_metrics": 0, "alerts": 0}
        """The id of the newest row of each table that was read."""
        self._clock: tuple[list[float], list[int]] = [], []
        """When steps were reached, so that what has only a time gets a step."""
        self._points: dict[str, list[tuple[int, float, float]]] = {}

    def ask(self, until: float) -> bool:
        """Read what the tables have gained."""
        last, store = self._last, self.database
        by = _identity(store.columns("metrics"))
        if last["metrics"] and not any(
            store.rows(f"SELECT 1 FROM metrics WHERE id = ? AND {by} = ?", last["metrics"], self._run)
        ):
            self.forget()
            self._last, self._clock = dict.fromkeys(last, 0), ([], [])
        if self._table("metrics", "timestamp, step, metrics, run_name", self._row, until):
            return True
        if self._table("system_metrics", "timestamp, metrics", self._system, until):
            return True
        if self._table("alerts", "timestamp, step, title, text", self._alert, until):
            return True
        self._configured()
        return False

    def _table(self, table: str, wanted: str, take: Any, until: float) -> bool:
        """Give the new rows of a table to `take`; True if there are more."""
        columns = self.database.columns(table)
        if not columns >= {"id", *wanted.split(", ")}:
            return False
        sql = f"SELECT id, {wanted} FROM {table} WHERE {_identity(columns)} = ? AND id > ? ORDER BY id LIMIT ?"
        while True:
            rows = list(self.database.rows(sql, self._run, self._last[table], AT_ONCE))
            for row in rows:
                try:
                    take(*row)
                except (ValueError, TypeError, OverflowError):
                    self.damage[f"{self.path.name}: a row of {table} cannot be read"] += 1
                self._last[table] = row[0]
            self._flush()
            if len(rows) < AT_ONCE:
                return False
            if time.monotonic() > until:
                return True

    def _row(self, id_: int, stamp: Any, step: int, text: str | bytes, name: str) -> None:
        step, when = _step(step), _seconds(stamp)
        self.name = str(name)
        self._clock[0].append(when)
        self._clock[1].append(step)
        for tag, value in flat(_mapping(text), ""):
            if isinstance(value, dict):
                kind = KINDS.get(str(value.get("_type")))
                if kind is not None:
                    self._shelf(tag, kind).add(step, id_)
            elif (found := number(value)) is not None:
                self._points.setdefault(tag, []).append((step, when, found))

    def _flush(self) -> None:
        """Add the points that were gathered to their series."""
        for tag, points in self._points.items():
            steps, times, values = zip(*points, strict=True)
            extend(self, tag, np.array(steps, np.int64), np.array(times, np.float64), np.array(values, np.float64))
        self._points.clear()

    def _system(self, _: int, stamp: Any, text: str | bytes) -> None:
        when = _seconds(stamp)
        times, steps = self._clock
        at = bisect_right(times, when)
        step = steps[at - 1] if at else 0
        for tag, value in flat(_mapping(text), ""):
            if isinstance(value, (int, float)):
                self.one(f"system/{tag}").append(step, when, float(value))

    def _alert(self, _: int, stamp: Any, step: int | None, title: str, text: str | None) -> None:
        when = _seconds(stamp)
        if step is None:
            at = bisect_right(self._clock[0], when)
            step = self._clock[1][at - 1] if at else 0
        words = ": ".join(str(part) for part in (title, text) if part)
        self.marks = [*self.marks, Mark(_step(step), when, words)]

    def _configured(self) -> None:
        columns = self.database.columns("configs")
        if "config" not in columns:
            return
        for (text,) in self.database.rows(f"SELECT config FROM configs WHERE {_identity(columns)} = ?", self._run):
            try:
                found = _mapping(text)
            except ValueError:
                self.damage[f"{self.path.name}: a config cannot be read"] = 1
                continue
            self.config = {key: value for key, value in found.items() if not key.startswith("_")}
            if found.get("_Group"):
                self.config["trackio.group"] = found["_Group"]

    def _shelf(self, tag: str, kind: str) -> Media:
        shelf = self.records.get(tag)
        if not isinstance(shelf, Media) or shelf.kind != kind:
            shelf = Media(tag, kind, self.path.parent / "media", partial(fetch, self.path))
            self.records = {**self.records, tag: shelf}
        return shelf


def fetch(path: Path, id_: int, tag: str) -> Any:
    """What was logged as `tag` in the row `id_`; None if it is no longer there."""
    store = Database(path)  # of its own: whoever looks at a record is another thread
    try:
        for (text,) in store.rows("SELECT metrics FROM metrics WHERE id = ?", id_):
            return next((leaf for name, leaf in flat(_mapping(text), "") if name == tag), None)
    except (BusyError, DamageError, ValueError):
        pass
    return None


def _mapping(text: Any) -> dict[str, Any]:
    """A JSON object. Raises ValueError."""
    if not isinstance(text, (str, bytes)):
        raise ValueError("no text")
    found = decoded(text)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _step(step: Any) -> int:
    """A step that a series can hold. Raises ValueError, TypeError, OverflowError."""
    whole = int(step)
    if not -(1 << 63) <= whole < 1 << 63:
        raise OverflowError(whole)
    return whole


def _seconds(stamp: Any) -> float:
    """A timestamp, ISO 8601 or a number, in seconds since the epoch; 0 where it is neither."""
    try:
        return float(stamp) if isinstance(stamp, (int, float)) else datetime.fromisoformat(str(stamp)).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
