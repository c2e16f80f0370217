"""Runs found on disk: their status, their names, their list."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.files import write_json
from dlviz.engine.runs.listing import listing, table
from dlviz.engine.runs.open import find_run, find_runs, open_run, status_of
from dlviz.engine.runs.writer import RunWriter
from dlviz.engine.text import sanitize


def _here(**values: Any) -> dict[str, Any]:
    mine = {"pid": os.getpid(), "process_created": psutil.Process().create_time(), "host": socket.gethostname()}
    return {"status": "running", **mine, **values}


@pytest.fixture(scope="module")
def dead() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    return process.pid


def test_a_run_whose_process_lives_is_what_it_says() -> None:
    for status in ("loading", "running", "paused", "finished", "stopped", "failed"):
        assert status_of(_here(status=status)) == status
    assert status_of({}) == "unknown"


def test_a_run_whose_process_is_gone_is_lost(dead: int) -> None:
    for status in ("loading", "running", "paused"):
        assert status_of(_here(status=status, pid=dead)) == "lost"
        assert status_of(_here(status=status, pid=None)) == "lost"
        assert status_of(_here(status=status, pid=10**30)) == "lost"
    assert status_of(_here(status="finished", pid=dead)) == "finished"


def test_a_number_given_to_another_process_since_is_no_sign_of_life() -> None:
    created = psutil.Process().create_time()
    assert status_of(_here(process_created=created - 3600)) == "lost"
    assert status_of(_here(process_created=created + 0.01)) == "running"


def test_a_run_on_another_host_is_taken_to_live(dead: int) -> None:
    assert status_of(_here(host="elsewhere", pid=dead)) == "running"


def _run(directory: Path, **values: Any) -> Path:
    writer = RunWriter(directory)
    writer.scalars(1, 1.0, {"loss/train": 2.0})
    writer.describe({"model": "cnn", "step": 1, "steps": 9, "started": 1.7e9, "metrics": {}, **_here(**values)})
    writer.close()
    return directory


def test_a_run_is_read_back(tmp_path: Path) -> None:
    marks = [{"step": 1, "time": 2.0, "text": "lr \x1b[31m0.1"}]
    run = open_run(_run(tmp_path / "a\x1b[1mb", status="finished", metrics={"test_loss": "NaN"}, marks=marks))
    assert run.name == "ab" and run.status == "finished"
    assert run.series["loss/train"].last() == (1, 1.0, 2.0)
    assert run.marks[0].text == "lr 0.1" and str(run.metrics["test_loss"]) == "nan"


def test_no_run_no_reading(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no readable run\.json"):
        open_run(tmp_path)


def test_a_run_is_found_by_path_and_by_name(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    one = _run(root / "cnn-1", started=1.0e9)
    _run(root / "cnn-2", started=3.0e9)
    _run(root / "deep" / "cnn-3", started=2.0e9)
    assert find_run(str(one), root) == one and find_run("cnn-1", root) == one
    assert [p.name for p in find_runs(root)] == ["cnn-2", "cnn-3", "cnn-1"]
    with pytest.raises(ValueError, match=r"no run 'cnn-9'; the newest are: cnn-2, cnn-3, cnn-1$"):
        find_run("cnn-9", root)
    with pytest.raises(ValueError, match="there is none under"):
        find_run("x", tmp_path / "nowhere")
    assert find_runs(tmp_path / "nowhere") == [] == listing(tmp_path / "nowhere")


def test_the_list_names_status_step_and_accuracy(tmp_path: Path, dead: int) -> None:
    _run(tmp_path / "b", status="finished", metrics={"test_accuracy": 0.975}, started=2.0e9)
    _run(tmp_path / "a", pid=dead, steps=None, started=1.0e9)
    rows = listing(tmp_path)
    assert [(r["name"], r["status"], r["step"], r["steps"]) for r in rows] == [
        ("b", "finished", 1, 9),
        ("a", "lost", 1, None),
    ]
    head, first, second = table(rows).splitlines()
    assert head.split() == ["run", "status", "step", "started", "result"]
    assert first.split()[:3] == ["b", "finished", "1/9"] and first.split()[-3:] == ["97.5%", "test", "accuracy"]
    assert second.split()[:3] == ["a", "lost", "1"]
    assert head.index("status") == first.index("finished") == second.index("lost")


def test_an_empty_list_says_what_to_do() -> None:
    assert "dlviz train cnn" in table([])


FOREIGN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
FIELDS = ("status", "metrics", "marks", "started", "pid", "process_created", "host", "model", "step", "steps", "data")


@settings(max_examples=200, deadline=None)
@given(values=st.dictionaries(st.sampled_from(FIELDS), FOREIGN))
def test_a_foreign_run_json_never_breaks_the_list(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    root = tmp_path_factory.getbasetemp() / "foreign"
    (root / "x").mkdir(parents=True, exist_ok=True)
    (root / "x" / "run.json").write_text(json.dumps(_here() | values))
    text = table(listing(root))
    assert sanitize(text, newlines=True) == text
    try:
        open_run(root / "x")
    except ValueError as refused:
        assert sanitize(refused) == str(refused)


def test_what_json_cannot_hold_is_no_run(tmp_path: Path) -> None:
    write_json(tmp_path / "r" / "run.json", {"status": "running", "metrics": {"a": "many"}})
    with pytest.raises(ValueError, match="metrics"):
        open_run(tmp_path / "r")
