"""Files of a run: whole or not there, and JSON that any reader takes."""

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.files import dump_json, new_run_dir, read_run_json, write_atomically, write_json


def test_a_kill_before_the_rename_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    write_atomically(path, b"old")

    def killed(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new", durable=True)
    assert path.read_bytes() == b"old"
    monkeypatch.undo()
    write_atomically(path, b"newer")
    assert path.read_bytes() == b"newer"
    assert [p.name for p in tmp_path.iterdir()] == ["run.json"], "the next writing takes the same name aside"


def test_a_kill_while_writing_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.pt"
    write_atomically(path, b"old")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new", durable=True)
    assert path.read_bytes() == b"old"


def test_missing_folders_are_made(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a" / "b" / "c", b"x")
    assert (tmp_path / "a" / "b" / "c").read_bytes() == b"x"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def _as_written(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    if isinstance(value, dict):
        return {k: _as_written(v) for k, v in value.items()}
    return [_as_written(v) for v in value] if isinstance(value, list) else value


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_any_value_becomes_strict_ascii_json(value: Any) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    text = dump_json(value)
    assert text.isascii() and text.isprintable()
    assert json.loads(text, parse_constant=refuse) == _as_written(value)


def test_tuples_are_lists_and_nan_is_a_string() -> None:
    assert dump_json({"a": (1, math.nan), 2: -math.inf}) == '{"a": [1, "NaN"], "2": "-Infinity"}'


def test_run_json_round_trip_and_what_cannot_be_read(tmp_path: Path) -> None:
    assert read_run_json(tmp_path) is None
    write_json(tmp_path / "run.json", {"name": "é\x1b[31m", "loss": math.nan})
    assert read_run_json(tmp_path) == {"name": "é\x1b[31m", "loss": "NaN"}
    for broken in (b"", b"{", b"[1]", b"\xff\xfe", b'"text"', b"[" * 100_000):
        (tmp_path / "run.json").write_bytes(broken)
        assert read_run_json(tmp_path) is None


def test_a_new_run_directory_never_takes_one_that_is_there(tmp_path: Path) -> None:
    made = [new_run_dir("cnn", tmp_path / "runs") for _ in range(3)]
    assert len(set(made)) == 3 and all(p.is_dir() and p.name.startswith("cnn-") for p in made)
