"""Our own runs as the monitor reads them: status, config, curves, records, console; whatever run.json says."""

import json
import math
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.files import write_json
from dlviz.engine.runs.open import open_run
from dlviz.engine.runs.readers.folder import scan
from dlviz.engine.runs.readers.own import OwnReader, find, standing
from dlviz.engine.runs.run import Record
from dlviz.engine.runs.series import Series
from dlviz.engine.runs.writer import RunWriter


def _here(**values: Any) -> dict[str, Any]:
    mine = {"pid": os.getpid(), "process_created": psutil.Process().create_time(), "host": socket.gethostname()}
    return {"status": "running", **mine, **values}


def _read(folder: Path) -> OwnReader:
    reader = OwnReader(folder)
    assert reader.look(math.inf) is False
    return reader


def _rows(series: Series) -> list[tuple[int, float]]:
    points = series.points()
    return list(zip(points.steps.tolist(), points.values.tolist(), strict=True))


def _run(folder: Path, **values: Any) -> RunWriter:
    writer = RunWriter(folder)
    for step in range(1, 21):
        writer.scalars(step, 1.7e9 + step, {"loss/train": 1 / step})
    for step in (10, 20):
        maps = np.full((2, 3), step, np.float16)
        writer.record(Record(tag="predictions/val", kind="predictions", step=step, arrays={"p": maps}))
    writer.print("step 20")
    writer.describe(
        {"model": "cnn", "options": {"lr": 0.1}, "steps": 99, "metrics": {"test_loss": 0.5}, **_here(**values)}
    )
    writer.flush()
    return writer


def test_a_run_is_read_with_all_that_belongs_to_it(tmp_path: Path) -> None:
    marks = [{"step": 3, "time": 2.0, "text": "lr 0.1"}]
    _run(tmp_path, status="finished", marks=marks, name="nice").close()
    reader = _read(tmp_path)
    assert _rows(reader.series["loss/train"]) == _rows(open_run(tmp_path).series["loss/train"])
    assert (reader.status, reader.reason, reader.steps, reader.name) == ("finished", "", 99, "nice")
    assert reader.config == {"model": "cnn", "lr": 0.1} and reader.metrics == {"test_loss": 0.5}
    assert [(mark.step, mark.text) for mark in reader.marks] == [(3, "lr 0.1")]
    shelf = reader.records["predictions/val"]
    assert (shelf.kind, list(shelf.steps)) == ("predictions", [10, 20])
    record = shelf.read(1)
    assert record is not None and record.step == 20 and record.arrays["p"].max() == 20
    assert shelf.read(2) is None
    assert reader.console is not None and reader.console.lines()[:1] == ["step 20"]


def test_a_run_grows_while_it_is_read(tmp_path: Path) -> None:
    writer = _run(tmp_path)
    reader = _read(tmp_path)
    assert reader.status == "running" and reader.console is not None
    writer.scalars(21, 0.0, {"loss/train": 7.0})
    writer.record(Record(tag="predictions/val", kind="predictions", step=21, arrays={"p": np.zeros(1)}))
    writer.record(Record(tag="features", kind="feature maps", step=21, arrays={"p": np.zeros(1)}))
    writer.print("step 21")
    writer.describe(_here(status="failed", message="ValueError: no"))
    writer.close()
    reader.look(math.inf)
    assert _rows(reader.series["loss/train"])[-1] == (21, 7.0)
    assert list(reader.records["predictions/val"].steps) == [10, 20, 21] and reader.records["features"].kind
    assert reader.console.lines()[:2] == ["step 20", "step 21"]
    assert (reader.status, reader.reason) == ("failed", "ValueError: no")


def test_the_way_that_was_left_is_kept_as_a_branch(tmp_path: Path) -> None:
    writer = _run(tmp_path)
    reader = _read(tmp_path)
    writer.restart(11, 1234.5)
    for step in range(11, 16):
        writer.scalars(step, 2.0e9 + step, {"loss/train": -1.0})
    writer.describe(_here(branches=[{"step": 10, "reached": 20, "time": 1234.5}]))
    writer.close()
    reader.look(math.inf)
    assert [step for step, _ in _rows(reader.series["loss/train"])] == list(range(1, 16))
    for branches in (reader.branches, _read(tmp_path).branches, open_run(tmp_path).branches):
        (branch,) = branches

        assert [step for step, _ in _rows(branch.series["loss/train"])] == list(range(11, 21))


@pytest.fixture(scope="module")
def dead() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    return process.pid


def test_how_a_run_stands(dead: int) -> None:
    assert standing(_here()) == ("running", "")
    assert standing(_here(status="paused")) == ("running", "paused")
    assert standing(_here(pid=dead)) == ("failed", "its process is gone")
    assert standing(_here(status="stopped")) == ("finished", "stopped")
    assert standing(_here(status="finished", diverged_at=1200)) == ("finished", "diverged at step 1,200")
    assert standing({}) == ("", "")


def test_what_lies_in_a_run_is_part_of_it(tmp_path: Path) -> None:
    _run(tmp_path / "a").close()
    for name in ("branches", "checkpoint", "other"):
        (tmp_path / "a" / name).mkdir()
    folder = scan(tmp_path / "a")
    (found,) = find(folder)
    assert folder.closed == {"branches", "checkpoint", "records"} and found.whole
    assert sorted(path.name.split(".")[0] for path in found.files) == ["console", "events", "run"]
    assert found.make().look(math.inf) is False


def test_another_programs_run_json_is_not_ours(tmp_path: Path) -> None:
    for content in ('{"status": "done"}', "[1]", "{", '{"pid": 3}'):
        (tmp_path / "run.json").write_text(content)
        assert not list(find(scan(tmp_path)))


FOREIGN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
FIELDS = ("status", "metrics", "marks", "branches", "started", "pid", "host", "model", "steps", "name", "config")
MORE = ("options", "message", "reason", "diverged_at", "process_created", "versions")


@settings(max_examples=200, deadline=None)
@given(values=st.dictionaries(st.sampled_from(FIELDS + MORE), FOREIGN))
def test_whatever_run_json_says_nothing_is_raised(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "foreign-own"
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_text(json.dumps(_here() | values))
    for found in find(scan(folder)):
        reader = found.make()
        reader.look(math.inf)
        assert isinstance(reader.reason, str) and isinstance(reader.config, dict) and isinstance(found.started, float)


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    _run(tmp_path).close()
    (tmp_path / "records" / "predictions" / "val" / "000000030.npz").write_bytes(b"no archive")
    (tmp_path / "records" / "note.txt").write_text("hello")
    reader = _read(tmp_path)
    assert reader.records["predictions/val"].read(2) is None
    write_json(tmp_path / "run.json", _here(metrics={"a": "many"}))
    reader.look(math.inf)
    assert reader.metrics == {} and reader.series
