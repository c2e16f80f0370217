"""MLflow's SQLite store, as MLflow filled it and as its client read it back; live, locked, damaged, replaced."""

import json
import math
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.readers.database import Database, unique
from dlviz.engine.runs.readers.folder import Found, scan
from dlviz.engine.runs.readers.mlflow_database import find

STORE: dict[str, Any] = json.loads((Path(__file__).parent / "stores" / "mlflow_3_17.json").read_text("utf-8"))
"""The tables of a store as SQL, and what MlflowClient read from it."""
STATUS = {"FINISHED": "finished", "FAILED": "failed", "RUNNING": "running", "KILLED": "failed"}
INSERT = "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)"


def _store(path: Path, wal: bool = False) -> sqlite3.Connection:
    made = sqlite3.connect(path, isolation_level=None)
    if wal:
        made.execute("PRAGMA journal_mode = WAL")
    made.executescript("\n".join(["BEGIN;", *STORE["sql"], "COMMIT;"]))
    return made


def _look(reader: Any) -> None:
    while reader.look(time.monotonic() + 60):
        pass


def _named(path: Path, ending: str) -> Found:
    return next(one for one in find(scan(path)) if one.name.endswith(ending))


def test_a_store_is_read_as_mlflow_reads_it(tmp_path: Path) -> None:
    _store(tmp_path / "any.name").close()
    runs = {one.key.partition("#")[2]: one for one in find(scan(tmp_path))}
    assert runs.keys() == STORE["expected"].keys()  # the deleted one is not among them
    assert len({one.name for one in runs.values()}) == len(runs) and not any(one.whole for one in runs.values())
    for id_, told in STORE["expected"].items():
        reader = runs[id_].make()
        _look(reader)
        assert (reader.name, reader.status) == (told["name"], STATUS[told["status"]])
        assert {k: str(v) for k, v in reader.config.items() if not k.startswith("tags.")} == told["params"]
        assert reader.series.keys() == told["metrics"].keys()
        for tag, rows in told["metrics"].items():
            points = reader.series[tag].points()
            assert points.steps.tolist() == [step for step, _, _ in rows]
            assert points.times.tolist() == [stamp / 1000 for _, stamp, _ in rows]
            values = [math.copysign(math.inf, v) if abs(v) > 1.7e308 else v for _, _, v in _floats(rows)]
            np.testing.assert_array_equal(points.values, values)
        assert not reader.warnings


def _floats(rows: Any) -> list[tuple[int, int, float]]:
    return [(step, stamp, float(value)) for step, stamp, value in rows]


def test_names_tell_the_experiment_the_parent_and_apart(tmp_path: Path) -> None:
    _store(tmp_path / "mlflow.db").close()
    names = sorted(one.name for one in find(scan(tmp_path)))
    plain = [name for name in names if name.endswith(("same [name]", "failing", "running"))]
    assert plain == ["exp é [red]/failing", "exp é [red]/running", "exp é [red]/same [name]"]
    assert sum(name.startswith("exp é [red]/same [name] ") for name in names) == 1
    assert sum("/same [name]/child" in name for name in names) == 2
    told = unique([("1", "a"), ("2", "a"), ("3", ""), ("4", "a 2")])
    assert told == {"1": "a", "2": "a 2", "3": "3", "4": "a 2 4"}


@pytest.mark.parametrize("wal", [False, True])
def test_what_another_connection_adds_is_seen(tmp_path: Path, wal: bool) -> None:
    writer = _store(tmp_path / "mlflow.db", wal)
    found = _named(tmp_path, "/running")
    id_, reader = found.key.partition("#")[2], found.make()
    _look(reader)
    assert len(reader.series["loss"]) == 1
    before = sorted(path.name for path in tmp_path.iterdir())
    for step in range(1, 4):
        writer.execute(INSERT, ("loss", 0.5, 1_700_000_000_000, id_, step))
        _look(reader)
        assert reader.series["loss"].points().steps.tolist() == list(range(step + 1))
    writer.execute("UPDATE runs SET status = 'KILLED' WHERE run_uuid = ?", (id_,))
    writer.execute("INSERT INTO params (key, value, run_uuid) VALUES ('late', '7', ?)", (id_,))
    new = ("new", "added", "LOCAL", "RUNNING", 1_800_000_000_000, "active", 1)
    writer.execute(
        "INSERT INTO runs (run_uuid, name, source_type, status, start_time, lifecycle_stage, experiment_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        new,
    )
    _look(reader)
    assert (reader.status, reader.reason, reader.config["late"]) == ("failed", "killed", 7)
    assert _named(tmp_path, "/added").key.endswith("#new")
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    writer.close()


def test_a_quiet_store_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _store(tmp_path / "mlflow.db").close()
    reader = _named(tmp_path, "/running").make()
    _look(reader)
    monkeypatch.setattr(Database, "rows", lambda *_: pytest.fail("asked"))
    assert not reader.look(time.monotonic() + 60)


def test_a_locked_store_waits_and_is_no_damage(tmp_path: Path) -> None:
    writer = _store(tmp_path / "mlflow.db")
    found = _named(tmp_path, "/running")
    reader = found.make()
    writer.execute("BEGIN EXCLUSIVE")
    assert reader.look(time.monotonic() + 60) and not reader.series
    assert not list(find(scan(tmp_path)))
    writer.execute("COMMIT")
    _look(reader)
    assert len(reader.series["loss"]) == 1 and not reader.warnings
    writer.close()


def test_another_store_in_its_place_is_read_anew(tmp_path: Path) -> None:
    writer = _store(tmp_path / "mlflow.db")
    found = _named(tmp_path, "/running")
    id_, reader = found.key.partition("#")[2], found.make()
    writer.executemany(INSERT, [("loss", 0.5, 1, id_, k) for k in range(1, 30)])
    writer.close()
    _look(reader)
    assert len(reader.series["loss"]) == 30
    _store(tmp_path / "other").close()
    (tmp_path / "other").replace(tmp_path / "mlflow.db")
    _look(reader)
    assert reader.series["loss"].points().steps.tolist() == [0]


def test_a_writer_killed_in_a_transaction_leaves_what_it_had_committed(tmp_path: Path) -> None:
    """Its journal is undone in a copy; the store itself stays as it is."""
    _store(tmp_path / "mlflow.db").close()
    script = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN')\n"
        "c.execute('UPDATE metrics SET value = -1.0')\n"
        "c.execute('CREATE TABLE junk AS SELECT * FROM metrics a, metrics b')\n"
        "os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "mlflow.db")], check=False)
    assert (tmp_path / "mlflow.db-journal").exists()
    held = (tmp_path / "mlflow.db").read_bytes()
    reader = _named(tmp_path, "/running").make()
    _look(reader)
    assert reader.series["loss"].points().values.tolist() == [1.0] and not reader.warnings
    assert (tmp_path / "mlflow.db").read_bytes() == held and (tmp_path / "mlflow.db-journal").exists()


def test_an_early_schema(tmp_path: Path) -> None:
    made = sqlite3.connect(tmp_path / "old.db")
    made.executescript(
        "CREATE TABLE experiments (experiment_id INTEGER, name TEXT); INSERT INTO experiments VALUES (0, 'Default');"
        "CREATE TABLE runs (run_uuid TEXT, status TEXT, start_time BIGINT, experiment_id INTEGER);"
        "CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid TEXT);"
        "CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);"
        "CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT);"
        "INSERT INTO runs VALUES ('abcdefghijk', 'FINISHED', 1500000000, 0);"
        "INSERT INTO tags VALUES ('mlflow.runName', 'called', 'abcdefghijk');"
        "INSERT INTO metrics VALUES ('a', 1.5, 1500000000, 'abcdefghijk'), ('a', 2.5, 1500000001, 'abcdefghijk'),"
        "('a', 'words', 1, 'abcdefghijk');"
    )
    made.commit()
    made.close()
    (found,) = find(scan(tmp_path))
    reader = found.make()
    _look(reader)
    assert (found.name, found.started) == ("called", 1_500_000_000)
    assert reader.series["a"].points().values.tolist() == [1.5, 2.5]
    assert reader.series["a"].points().steps.tolist() == [0, 1]
    assert reader.warnings == ["old.db: a row of metrics is no metric"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    _store(path).close()
    return path.read_bytes()


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.floats(0, 0.999) | st.floats(0, 0.06), st.integers(1, 255)), max_size=30),
    st.just(1.0) | st.floats(0.001, 1),
)
def test_no_damage_is_too_odd(
    tmp_path_factory: pytest.TempPathFactory, stored: bytes, flips: list[tuple[float, int]], kept: float
) -> None:
    path = tmp_path_factory.mktemp("odd") / "mlflow.db"
    path.write_bytes(stored)
    readers = [one.make() for one in find(scan(path.parent))]
    body = bytearray(stored[: int(kept * len(stored))])
    for place, bits in flips:
        body[int(place * len(body))] ^= bits
    path.write_bytes(body)
    for reader in [*readers, *(one.make() for one in find(scan(path.parent)))]:
        _look(reader)
        assert isinstance(reader.warnings, list)
