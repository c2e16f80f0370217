"""MLflow's SQLite store: many runs a file, in the tables runs, metrics, params and tags."""

import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .database import Database, DatabaseReader, runs_of, unique
from .folder import Folder, Found
from .mlflow_words import PARENT, STATES, is_ours, seconds, setting
from .resuming import Floats, Ints, extend

LONGEST = 16 << 10
"""Characters of a parameter or tag that are read."""
AT_ONCE = 50_000


def find(folder: Folder) -> Iterator[Found]:
    """The runs of the databases in a folder that are not deleted."""
    return runs_of(folder, _runs, MlflowDatabase, MlflowDatabase.FORMAT)


def _runs(store: Database) -> Iterator[tuple[str, str, float]]:
    """Id, name and start of every run; a name is led by its experiment and the run that it belongs to."""
    columns = store.columns("runs")
    if not {"run_uuid", "status"} <= columns or "key" not in store.columns("metrics"):
        return
    name = "r.name" if "name" in columns else "NULL"
    alive = "WHERE coalesce(r.lifecycle_stage, '') <> 'deleted'" if "lifecycle_stage" in columns else ""
    found = list(
        store.rows(
            f"SELECT r.run_uuid, coalesce(nullif({name}, ''), t.value, ''), coalesce(e.name, ''), p.value, "
            "r.start_time "
            "FROM runs r LEFT JOIN experiments e ON e.experiment_id = r.experiment_id "
            "LEFT JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'mlflow.runName' "
            f"LEFT JOIN tags p ON p.run_uuid = r.run_uuid AND p.key = '{PARENT}' {alive} ORDER BY r.start_time, r.rowid"
        )
    )
    called = {id_: str(own) for id_, own, *_ in found}
    names = {}
    for id_, own, experiment, parent, _ in found:
        parts = (experiment if experiment != "Default" else "", called.get(parent, ""), own)
        names[str(id_)] = "/".join(str(part) for part in parts if part)
    for (id_, name), row in zip(unique(names.items()).items(), found, strict=True):
        yield id_, name, seconds(row[4]) if isinstance(row[4], (int, float)) else 0.0


class MlflowDatabase(DatabaseReader):
    """Metrics, parameters and tags of one run."""

    FORMAT = "mlflow"

    def __init__(self, path: Path, run: str) -> None:
        super().__init__(path)
        self._run = run
        self._last = 0
        """The rowid of the newest metric that was read."""
        self._columns: set[str] = set()

    def ask(self, until: float) -> bool:
        """Read the run's state and its new metrics."""
        store = self.database
        self._about(store)
        if self._last and not any(
            store.rows("SELECT 1 FROM metrics WHERE rowid = ? AND run_uuid = ?", self._last, self._run)
        ):
            self.forget()
            self._last = 0
        columns = store.columns("metrics")
        step = "step" if "step" in columns else "0"
        is_nan = "is_nan" if "is_nan" in columns else "0"
        sql = (
            f"SELECT rowid, key, value, timestamp, {step}, {is_nan} FROM metrics "
            "WHERE run_uuid = ? AND rowid > ? ORDER BY rowid LIMIT ?"
        )
        while rows := list(store.rows(sql, self._run, self._last, AT_ONCE)):
            self._take(rows)
            self._last = rows[-1][0]
            if len(rows) < AT_ONCE:
                break
            if time.monotonic() > until:
                return True
        return False

    def _take(self, rows: list[tuple[Any, ...]]) -> None:
        """Add rows of rowid, key, value, milliseconds, step, is_nan."""
        _, keys, values, stamps, steps, nans = zip(*rows, strict=True)
        codes: dict[Any, int] = {}
        try:
            found = np.array(values, np.float64), np.array(stamps, np.int64), np.array(steps, np.int64)
            void = np.array(nans, bool)
            each = np.array([codes.setdefault(key, len(codes)) for key in keys])
        except (TypeError, ValueError, OverflowError):
            self._one_by_one(rows)
            return
        number, times, step = np.where(void, np.nan, found[0]), found[1] / 1, found[2]
        times = np.where(np.abs(times) > 1e11, times / 1000, times)
        order = np.argsort(each, kind="stable")
        for key, members in zip(codes, np.split(order, np.flatnonzero(np.diff(each[order])) + 1), strict=True):
            self._add(str(key), step[members], times[members], number[members])

    def _one_by_one(self, rows: list[tuple[Any, ...]]) -> None:
        """The same where a row is none."""
        points: dict[str, list[tuple[int, float, float]]] = {}
        for _, key, value, stamp, step, is_nan in rows:
            try:
                number = math.nan if is_nan else float(value)
                point = int(np.int64(step or 0)), seconds(stamp or 0), number
            except (TypeError, ValueError, OverflowError):
                self.damage[f"{self.path.name}: a row of metrics is no metric"] += 1
                continue
            points.setdefault(str(key), []).append(point)
        for key, found in points.items():
            steps, times, values = zip(*found, strict=True)
            self._add(key, np.array(steps, np.int64), np.array(times, np.float64), np.array(values, np.float64))

    def _add(self, key: str, steps: Ints, times: Floats, values: Floats) -> None:
        # Databases have no infinity; MLflow keeps it as the largest number there is.
        values = np.where(np.abs(values) >= sys.float_info.max, np.copysign(np.inf, values), values)
        extend(self, key, steps, times, values)

    def _about(self, store: Database) -> None:
        """Status, name, parameters and tags."""
        name = "name" if "name" in store.columns("runs") else "''"
        for status, own in store.rows(f"SELECT status, {name} FROM runs WHERE run_uuid = ?", self._run):
            self.status, self.reason = STATES.get(str(status), ("", ""))
            self.name = str(own or "")
        config: dict[str, Any] = {}
        ask = "SELECT key, substr(value, 1, ?) FROM {} WHERE run_uuid = ?"
        for key, value in store.rows(ask.format("params"), LONGEST, self._run):
            config[str(key)] = setting(str(value))
        for key, value in store.rows(ask.format("tags"), LONGEST, self._run):
            if is_ours(str(key)):
                config[f"tags.{key}"] = setting(str(value))
        self.config = config
