"""MLflow's file store, as MLflow wrote it and as its client read it back."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.runs.readers.folder import Found, scan
from dlviz.engine.runs.readers.mlflow_files import SELDOM, MlflowFiles, find

STORE: dict[str, Any] = json.loads((Path(__file__).parent / "stores" / "mlflow_files_3_17.json").read_text("utf-8"))
"""The files of a store by path, and what MlflowClient read from it."""
META = "run_id: abc\nartifact_uri: x\nlifecycle_stage: active\nrun_name: r\nstart_time: 1700000000000\nstatus: {}\n"
STATUS = {"FINISHED": "finished", "FAILED": "failed", "RUNNING": "running", "KILLED": "failed"}


def _unpacked(root: Path) -> Path:
    for name, text in STORE["files"].items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def _found(path: Path) -> list[Found]:
    folder = scan(path)
    runs = list(find(folder))
    for name in folder.folders:
        if name not in folder.closed and not name.startswith("."):
            runs += _found(path / name)
    return runs


def _look(reader: Any) -> None:
    while reader.look(time.monotonic() + 60):
        pass


def _run(tmp_path: Path, status: int = 1, **metrics: str) -> tuple[Path, MlflowFiles]:
    (tmp_path / "metrics").mkdir(exist_ok=True)
    (tmp_path / "meta.yaml").write_text(META.format(status))
    for name, text in metrics.items():
        (tmp_path / "metrics" / name).write_text(text)
    (found,) = find(scan(tmp_path))
    reader = found.make()
    assert isinstance(reader, MlflowFiles)
    _look(reader)
    return tmp_path, reader


def _points(reader: Any, tag: str) -> list[tuple[int, float]]:
    points = reader.series[tag].points()
    return list(zip(points.steps.tolist(), points.values.tolist(), strict=True))


def test_a_store_is_read_as_mlflow_reads_it(tmp_path: Path) -> None:
    runs = {Path(one.key).name: one for one in _found(_unpacked(tmp_path))}
    assert runs.keys() == STORE["expected"].keys()  # the deleted one is not among them
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
            np.testing.assert_array_equal(points.values, [float(value) for _, _, value in rows])
        assert not reader.warnings


def test_parameters_are_numbers_again_and_tags_stand_beside_them(tmp_path: Path) -> None:
    configs = []
    for one in _found(_unpacked(tmp_path)):
        reader = one.make()
        _look(reader)
        configs.append(reader.config)
    assert {"lr": 0.1, "opt": "adam", "a/b": 3, "tags.note": "hé"} in configs
    assert sum("tags.mlflow.parentRunId" in config for config in configs) == 2


def test_it_grows_by_lines_files_and_folders(tmp_path: Path) -> None:
    path, reader = _run(tmp_path, loss="1700000000000 1.5 0\n1700000001000 0.")
    assert _points(reader, "loss") == [(0, 1.5)]
    with (path / "metrics" / "loss").open("a") as file:
        file.write("5 1\n")
    (path / "metrics" / "val" / "deep").mkdir(parents=True)
    (path / "metrics" / "val" / "deep" / "acc").write_text("1700000001000 0.25 7\n")
    (path / "params").mkdir()
    (path / "params" / "lr").write_text("1e-3")
    _look(reader)
    assert _points(reader, "loss") == [(0, 1.5), (1, 0.5)] and _points(reader, "val/deep/acc") == [(7, 0.25)]
    assert reader.config == {"lr": 1e-3} and reader.status == "running"
    (path / "meta.yaml").write_text(META.format(5))
    _look(reader)
    assert (reader.status, reader.reason) == ("failed", "killed")


def test_a_finished_run_is_looked_at_seldom_but_is(tmp_path: Path) -> None:
    path, reader = _run(tmp_path, 3, **{f"m{k}": "1 1.0 1\n" for k in range(100)})
    assert len(reader.series) == 100
    with (path / "metrics" / "m7").open("a") as file:
        file.write("2 2.0 2\n")
    for _ in range(SELDOM):
        _look(reader)
    assert _points(reader, "m7") == [(1, 1.0), (2, 2.0)]


def test_a_resumed_run_takes_back_what_it_logs_again(tmp_path: Path) -> None:
    _, reader = _run(tmp_path, loss="".join(f"{k} {k}.0 {k}\n" for k in (0, 1, 2, 3, 2, 3, 4)), same="1 1 5\n2 2 5\n")
    assert [step for step, _ in _points(reader, "loss")] == [0, 1, 2, 3, 4]
    assert reader.series["loss"].points().times.tolist() == [0, 1, 2, 3, 4]
    assert [(mark.step, mark.text) for mark in reader.marks] == [(2, "resumed at step 2")]
    assert _points(reader, "same") == [(5, 2.0)]


def test_metrics_without_steps_are_numbered(tmp_path: Path) -> None:
    path, reader = _run(tmp_path, none="1 1.5 0\n2 2.5 0\n3 3.5 0\n", old="1700000000 2.0\n1700000001 3.0\n")
    assert _points(reader, "none") == [(0, 1.5), (1, 2.5), (2, 3.5)]
    assert _points(reader, "old") == [(0, 2.0), (1, 3.0)]
    assert reader.series["old"].points().times.tolist() == [1_700_000_000, 1_700_000_001]
    with (path / "metrics" / "none").open("a") as file:
        file.write("4 4.5 9\n")
    _look(reader)
    assert _points(reader, "none") == [(0, 3.5), (9, 4.5)]


def test_a_rewritten_metric_is_read_anew_and_damaged_lines_are_told(tmp_path: Path) -> None:
    path, reader = _run(tmp_path, loss="1 1.0 1\n2 2.0 2\n", bad="x y z\n1 nan 3 data digest\n\n5\n")
    assert len(_points(reader, "bad")) == 1
    assert reader.warnings == ["metrics/bad: a line is no metric (2 times)"]
    (path / "metrics" / "loss").write_text("9 9.0 9\n")
    _look(reader)
    assert _points(reader, "loss") == [(9, 9.0)]


def test_what_belongs_to_a_run_or_an_experiment_is_not_searched(tmp_path: Path) -> None:
    for name in ("artifacts", "metrics", "params", "tags"):
        (tmp_path / name).mkdir()
    (tmp_path / "meta.yaml").write_text(META.format(3))
    folder = scan(tmp_path)
    assert len(list(find(folder))) == 1 and folder.closed >= {"artifacts", "metrics", "params", "tags"}
    (tmp_path / "meta.yaml").write_text(META.format(3).replace("active", "deleted"))
    folder = scan(tmp_path)
    assert not list(find(folder)) and folder.closed >= set(folder.folders)
    (tmp_path / "meta.yaml").write_text("artifact_location: x\nexperiment_id: '1'\nname: e\n")
    folder = scan(tmp_path)
    assert not list(find(folder)) and "traces" in folder.closed
    (tmp_path / "meta.yaml").write_text("name: something else\n")
    folder = scan(tmp_path)
    assert not list(find(folder)) and not folder.closed


@given(st.binary(max_size=200), st.binary(max_size=80))
def test_no_bytes_are_too_odd(tmp_path_factory: pytest.TempPathFactory, data: bytes, meta: bytes) -> None:
    path = tmp_path_factory.mktemp("run")
    (path / "metrics").mkdir()
    (path / "params").mkdir()
    (path / "metrics" / "loss").write_bytes(data + b"\n1 2.5 99999999999999999999\n1 1e999 3\n")
    (path / "params" / "p").write_bytes(data)
    (path / "meta.yaml").write_bytes(META.format(1).encode() + meta)
    list(find(scan(path)))
    reader = MlflowFiles(path)
    _look(reader)
    assert _points(reader, "loss")[-1] == (3, float("inf")) and reader.warnings
