"""trackio's project files, as trackio wrote them and as it reads them back; live, renamed, of earlier versions."""

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dlviz.engine.runs.readers.folder import scan
from dlviz.engine.runs.readers.trackio import Trackio, find

STORE: dict[str, Any] = json.loads((Path(__file__).parent / "stores" / "trackio_0_43.json").read_text("utf-8"))
"""The tables of a project as SQL, and what trackio's own SQLiteStorage.get_logs read from it."""
WHEN = "2026-11-23T15:00:0{}+00:00"


def _project(path: Path, wal: bool = False) -> sqlite3.Connection:
    made = sqlite3.connect(path, isolation_level=None)
    if wal:
        made.execute("PRAGMA journal_mode = WAL")
    made.executescript("\n".join(["BEGIN;", *STORE["sql"], "COMMIT;"]))
    return made


def _log(writer: sqlite3.Connection, run: str, step: Any, metrics: Any, second: int = 0) -> None:
    body = metrics if isinstance(metrics, (bytes, str)) else json.dumps(metrics).encode()
    writer.execute(
        "INSERT INTO metrics (run_id, timestamp, run_name, step, metrics) VALUES (?, ?, ?, ?, ?)",
        (run, WHEN.format(second), f"name of {run}", step, body),
    )


def _look(reader: Any) -> None:
    while reader.look(time.monotonic() + 60):
        pass


def _readers(path: Path) -> dict[str, Trackio]:
    found = {}
    for one in find(scan(path)):
        reader = one.make()
        assert isinstance(reader, Trackio)
        _look(reader)
        found[one.name] = reader
    return found


def _leaves(value: Any, tag: str) -> dict[str, float]:
    if isinstance(value, dict) and "_type" not in value:
        return {k: v for key, inner in value.items() for k, v in _leaves(inner, f"{tag}.{key}").items()}
    return {tag: float(value)} if isinstance(value, (int, float)) else {}


def test_a_project_is_read_as_trackio_reads_it(tmp_path: Path) -> None:
    _project(tmp_path / "p.db").close()
    readers = _readers(tmp_path)
    assert list(readers) == list(STORE["expected"])
    for name, rows in STORE["expected"].items():
        expected: dict[str, list[tuple[int, float]]] = {}
        for row in rows:
            for key, value in row.items():
                if key not in ("timestamp", "step"):
                    for tag, number in _leaves(value, key).items():
                        expected.setdefault(tag, []).append((row["step"], number))
        series = {t: s.points() for t, s in readers[name].series.items() if not t.startswith("system/")}
        assert series.keys() == expected.keys()
        for tag, points in series.items():
            np.testing.assert_array_equal(np.column_stack([points.steps, points.values]), np.array(expected[tag]))
        assert readers[name].name == name and not readers[name].warnings
    first, second = readers.values()
    assert first.config == {"lr": 1, "nest": {"a": 1}}
    assert second.config == {"lr": 0.1, "nest": {"a": 1}, "trackio.group": "g"}
    assert second.series["system/gpu/0/util"].last() is not None and len(second.series["system/cpu"]) == 1
    assert [(mark.step, mark.text) for mark in first.marks] == [(11, "Al: some")]
    counts = second.records["h"].read(0)
    assert counts is not None and counts.step == 12 and counts.arrays["edges"].tolist() == [0, 1, 2, 4]


def test_images_lie_in_the_media_folder_of_the_project(tmp_path: Path) -> None:
    writer = _project(tmp_path / "p.db")
    (tmp_path / "media" / "p").mkdir(parents=True)
    Image.new("RGB", (5, 4), (1, 2, 3)).save(tmp_path / "media" / "p" / "x.png")
    _log(writer, "new", 3, {"img": {"_type": "trackio.image", "file_path": "p/x.png", "caption": "c"}})
    _log(writer, "new", 4, {"img": {"_type": "trackio.image", "file_path": "../p.db"}})
    writer.close()
    shelf = _readers(tmp_path)["name of new"].records["img"]
    record = shelf.read(0)
    assert list(shelf.steps) == [3, 4] and record is not None and record.labels == {"caption": "c"}
    assert record.arrays["image"].tolist() == [[[1, 2, 3]] * 5] * 4 and shelf.read(1) is None


@pytest.mark.parametrize("wal", [False, True])
def test_rows_runs_and_alerts_that_are_added_are_seen(tmp_path: Path, wal: bool) -> None:
    writer = _project(tmp_path / "p.db", wal)
    _log(writer, "new", 0, {"x": 1})
    reader = _readers(tmp_path)["name of new"]
    for step in range(1, 5):
        _log(writer, "new", step, {"x": step, "y": {"z": "NaN"}}, step)
        _look(reader)
        assert reader.series["x"].points().steps.tolist() == list(range(step + 1))
    assert len(reader.series["y.z"]) == 4
    writer.execute(
        "INSERT INTO alerts (run_id, timestamp, run_name, title) VALUES ('new', ?, 'x', 'hot')", (WHEN.format(3),)
    )
    writer.execute(
        "INSERT INTO system_metrics (run_id, timestamp, run_name, metrics) VALUES ('new', ?, 'x', ?)",
        (WHEN.format(2), b'{"gpu/0/util": 9, "words": "no"}'),
    )
    _log(writer, "later", 0, {"x": 1})
    _look(reader)
    assert [(mark.step, mark.text) for mark in reader.marks] == [(3, "hot")]
    assert reader.series["system/gpu/0/util"].points().steps.tolist() == [2]
    assert "name of later" in _readers(tmp_path)
    writer.close()


def test_a_run_that_was_renamed_by_rewriting_its_rows_is_read_anew(tmp_path: Path) -> None:
    writer = _project(tmp_path / "p.db")
    for step in range(5):
        _log(writer, "new", step, {"x": step})
    reader = _readers(tmp_path)["name of new"]
    kept = writer.execute(
        "SELECT run_id, timestamp, 'other', step, metrics FROM metrics WHERE run_id = 'new'"
    ).fetchall()
    writer.execute("DELETE FROM metrics WHERE run_id = 'new'")
    writer.executemany("INSERT INTO metrics (run_id, timestamp, run_name, step, metrics) VALUES (?, ?, ?, ?, ?)", kept)
    _look(reader)
    assert reader.series["x"].points().steps.tolist() == [0, 1, 2, 3, 4] and reader.name == "other"
    assert not reader.marks
    assert "other" in _readers(tmp_path)
    writer.close()


def test_a_resumed_run_takes_back_what_it_logs_again(tmp_path: Path) -> None:
    writer = _project(tmp_path / "p.db")
    for value, step in enumerate((0, 1, 2, 3, 2, 3, 4)):
        _log(writer, "new", step, {"x": value})
    writer.close()
    reader = _readers(tmp_path)["name of new"]
    assert reader.series["x"].points().values.tolist() == [0, 1, 4, 5, 6]
    assert [(mark.step, mark.text) for mark in reader.marks] == [(2, "resumed at step 2")]


def test_projects_of_early_versions_tell_runs_by_name(tmp_path: Path) -> None:
    made = sqlite3.connect(tmp_path / "old.db")
    made.executescript(
        "CREATE TABLE metrics (id INTEGER PRIMARY KEY, timestamp TEXT, run_name TEXT, step INTEGER, metrics TEXT);"
        "CREATE TABLE configs (id INTEGER PRIMARY KEY, run_name TEXT, config TEXT, created_at TEXT);"
        """INSERT INTO metrics VALUES (1, '2025-01-01T00:00:00+00:00', 'a', 0, '{"x": Infinity}');"""
        """INSERT INTO metrics VALUES (2, '2025-01-01T00:00:01+00:00', 'b', 0, '{"x": 2}');"""
        """INSERT INTO configs VALUES (1, 'a', '{"lr": 1, "_Created": 1}', '');"""
    )
    made.commit()
    made.close()
    readers = _readers(tmp_path)
    assert list(readers) == ["a", "b"] and readers["a"].config == {"lr": 1}
    assert readers["a"].series["x"].last() == (0, 1735689600.0, float("inf"))


def test_other_databases_are_none_of_ours(tmp_path: Path) -> None:
    made = sqlite3.connect(tmp_path / "x.db")
    made.execute("CREATE TABLE metrics (id INTEGER, something TEXT)")
    made.close()
    (tmp_path / "empty.db").write_bytes(b"")
    (tmp_path / "text.db").write_text("SQLite format 3")
    assert not list(find(scan(tmp_path)))


@settings(max_examples=60)
@given(
    st.binary(max_size=60) | st.text(max_size=60) | st.just("[" * 100_000) | st.just('{"x": 1e999, "y": {"x": [1]}}'),
    st.integers(-(2**63), 2**63 - 1) | st.text(max_size=3) | st.floats() | st.binary(max_size=3),
    st.text(max_size=6) | st.floats(),
)
def test_no_row_is_too_odd(tmp_path_factory: pytest.TempPathFactory, body: Any, step: Any, stamp: Any) -> None:
    path = tmp_path_factory.mktemp("odd")
    made = sqlite3.connect(path / "p.db", isolation_level=None)
    made.executescript(
        "CREATE TABLE metrics (id INTEGER PRIMARY KEY, run_id TEXT, timestamp, run_name, step, metrics);"
        "CREATE TABLE configs (id INTEGER PRIMARY KEY, run_id TEXT, config);"
        "CREATE TABLE alerts (id INTEGER PRIMARY KEY, run_id TEXT, timestamp, step, title, text);"
        "CREATE TABLE system_metrics (id INTEGER PRIMARY KEY, run_id TEXT, timestamp, metrics);"
    )
    try:
        made.execute("INSERT INTO metrics VALUES (1, 'r', ?, 'r', ?, ?)", (stamp, step, body))
        made.execute("INSERT INTO metrics VALUES (2, 'r', '', 'r', 5, '{\"fine\": 1}')")
        made.execute("INSERT INTO configs VALUES (1, 'r', ?)", (body,))
        made.execute("INSERT INTO alerts VALUES (1, 'r', ?, ?, ?, ?)", (stamp, step, body, body))
        made.execute("INSERT INTO system_metrics VALUES (1, 'r', ?, ?)", (stamp, body))
    except UnicodeEncodeError:
        return
    made.close()
    (reader,) = _readers(path).values()
    assert reader.series["fine"].last() == (5, 0.0, 1.0)
