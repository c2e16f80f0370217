"""JSON lines: what is read of them, and that the fast way and the slow one find the same."""

import gzip
import json
import math
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.readers import ray
from dlviz.engine.runs.readers.folder import scan
from dlviz.engine.runs.readers.json_lines import JsonLinesReader, find
from dlviz.engine.runs.readers.reader import Reader
from dlviz.engine.runs.readers.tables import skeleton
from dlviz.engine.runs.readers.tables.block import Block
from dlviz.engine.runs.readers.tables.objects import Objects


def read(path: Path, reader: Reader | None = None) -> Reader:
    """Everything a file holds, by a new reader or one that goes on."""
    reader = reader or JsonLinesReader(path)
    while reader.look(time.monotonic() + 0.01):
        pass
    return reader


def told(reader: Reader) -> dict[str, list[tuple[int, float]]]:
    """Steps and values by tag."""
    out = {}
    for tag, series in reader.series.items():
        points = series.points()
        out[tag] = list(zip(points.steps.tolist(), points.values.tolist(), strict=True))
    return out


def lines(tmp_path: Path, *rows: Any, name: str = "log.jsonl") -> Path:
    """A file of rows, each an object or a text as it stands."""
    path = tmp_path / name
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def test_nested_keys_lists_and_numbers_in_quotes(tmp_path: Path) -> None:
    row = {
        "step": 3,
        "a": {"b": {"c": 1}, "d": "0.5"},
        "box": [0.1, {"x": 2}],
        "long": [0] * 17,
        "note": "x",
        "ok": True,
    }
    assert told(read(lines(tmp_path, row))) == {
        "a/b/c": [(3, 1)],
        "a/d": [(3, 0.5)],
        "box.0": [(3, 0.1)],
        "box.1/x": [(3, 2)],
    }


def test_damage_is_named_and_reading_goes_on(tmp_path: Path) -> None:
    path = lines(
        tmp_path, {"step": 1, "loss": 1}, "oops", "", "[1]", "3", '{"step": 2, "loss": ', {"step": 3, "loss": 3}
    )
    reader = read(path)
    assert told(reader) == {"loss": [(1, 1), (3, 3)]}
    assert reader.warnings == [
        "log.jsonl: line 2 is not JSON (2 times)",
        "log.jsonl: line 4 is not an object (2 times)",
    ]


def test_numbers_that_json_lacks(tmp_path: Path) -> None:
    words = ["NaN", "Infinity", "-Infinity", "nan", "-inf", ".5", "+2", "1e999", "9" * 400, "null"]
    path = lines(tmp_path, *(f'{{"step": {k}, "loss": {word}}}' for k, word in enumerate(words)))
    found = [value for _, value in told(read(path))["loss"]]
    assert [repr(v) for v in found] == ["nan", "inf", "-inf", "nan", "-inf", "0.5", "2.0", "inf", "inf"]


def test_config_and_total_steps(tmp_path: Path) -> None:
    path = lines(
        tmp_path,
        {"config": {"lr": 0.1, "model": "vit"}},
        {"current_steps": 5, "total_steps": 80, "loss": 2, "elapsed_time": "0:00:10"},
        {"current_steps": 10, "total_steps": 80, "loss": 1, "elapsed_time": "0:00:20"},
    )
    reader = read(path)
    assert told(reader)["loss"] == [(5, 2), (10, 1)] and reader.steps == 80
    assert reader.config == {"lr": 0.1, "model": "vit"}


def test_rows_without_a_step_belong_to_the_last_one(tmp_path: Path) -> None:
    path = lines(tmp_path, *({"step": k, "loss": k} for k in range(5)), {"test_acc": 0.9})
    assert told(read(path))["test_acc"] == [(4, 0.9)]


def test_steps_within_epochs_count_on_and_validation_keeps_its_place(tmp_path: Path) -> None:
    """MMCV's *.log.json: the first line is about the machine, iterations begin again with each epoch."""
    rows: list[Any] = [{"env_info": "linux", "seed": 7}]
    for epoch in (1, 2, 3):
        rows += [{"mode": "train", "epoch": epoch, "iter": k, "loss": epoch + k} for k in (50, 100)]
        rows.append({"mode": "val", "epoch": epoch, "iter": 10, "mAP": epoch})
    reader = read(lines(tmp_path, *rows))
    assert [s for s, _ in told(reader)["loss"]] == [50, 100, 150, 200, 250, 300]
    assert told(reader)["mAP"] == [(100, 1), (200, 2), (300, 3)] and reader.config == {"env_info": "linux", "seed": 7}


def test_validation_of_mmengine_counts_epochs(tmp_path: Path) -> None:
    train = [{"loss": 1.0, "time": 0.3, "data_time": 0.1, "iter": k, "step": k} for k in range(50, 1000, 50)]
    val = [{"mAP": 0.5, "time": 0.2, "data_time": 0.1, "step": 1}]
    found = told(read(lines(tmp_path, *train, *val)))
    assert len(found["time"]) == len(train) and found["mAP"] == [(1, 0.5)] and found["val/time"] == [(1, 0.2)]


def test_an_object_without_a_line_end_is_whole_but_half_of_one_waits(tmp_path: Path) -> None:
    path = lines(tmp_path, {"step": 1, "loss": 1})
    path.write_text(path.read_text() + '{"step": 2, "loss": 0.5}')
    reader = read(path)
    assert told(reader)["loss"] == [(1, 1), (2, 0.5)]
    with path.open("a") as file:
        file.write('\n{"step": 3, "loss"')
    assert len(told(read(path, reader))["loss"]) == 2
    with path.open("a") as file:
        file.write(": 0.25}\n")
    assert told(read(path, reader))["loss"] == [(1, 1), (2, 0.5), (3, 0.25)] and not reader.warnings


def test_gzip_replaced_and_gone(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"step": 1, "loss": 1}\n') + gzip.compress(b'{"step": 2, "loss": 2}\n'))
    reader = read(path)
    assert told(reader)["loss"] == [(1, 1), (2, 2)]
    path.write_bytes(gzip.compress(b'{"step": 1, "acc": 1}\n'))
    assert told(read(path, reader)) == {"acc": [(1, 1)]}
    path.unlink()
    assert told(read(path, reader)) == {"acc": [(1, 1)]} and reader.warnings


KEY = st.text('ab1.-e {},:"\\é', max_size=3)
LEAF = st.one_of(
    st.floats(),
    st.integers(-(10**25), 10**25),
    st.sampled_from([None, True, "nan", "1.5", "a,b", 'a:}"', "", [1, 2.5], {"x": 1}]),
)
OBJECT = st.dictionaries(KEY, LEAF, min_size=1, max_size=3)


def columns(block: Block) -> dict[str, list[str]]:
    return {tag: [repr(v) for v in column.spread(block.rows)] for tag, column in block.columns.items()}


@settings(max_examples=150, deadline=None)
@given(
    forms=st.lists(OBJECT, min_size=1, max_size=3),
    odd=st.lists(st.sampled_from(["", "oops", "{", '{"a": 1', "[1]", '{"a":1,"b"}', '{"a",1:2}']), max_size=2),
    data=st.data(),
)
def test_the_fast_way_finds_what_the_slow_one_finds(forms: list[Any], odd: list[str], data: st.DataObject) -> None:
    numbers = st.one_of(st.floats(), st.integers(-(10**6), 10**6))

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [filled(item) for item in value]
        return data.draw(numbers) if isinstance(value, int | float) and not isinstance(value, bool) else value

    some = [filled(form) for form in forms for _ in range(3)]
    rows = [json.dumps(row) for row in some * 30] + odd
    text = ("\n".join(rows) + "\n").encode()
    slow, fast = Objects("x", Counter()), Objects("x", Counter())
    expected, found = slow.parse(text), skeleton.parse(text, fast)
    assert (
        found is not None or len({line.translate(None, b"0123456789+-.eENaInfity") for line in text.split(b"\n")}) > 1
    )
    if found is not None:
        assert found.rows == expected.rows and columns(found) == columns(expected)
        assert (fast.line, fast._damage, fast.config) == (slow.line, slow._damage, slow.config)


@pytest.mark.parametrize("odd", ['{"a", 1, "b": {"c": 2}}', '{"a": 1, "b": {"c": 2,}', '{"a": 1, "d": {"c": 2}}'])
def test_a_line_that_is_almost_like_the_others_is_seen(odd: str) -> None:
    text = ('{"a": 1, "b": {"c": 2}}\n' * 200 + odd + "\n").encode()
    slow, fast = Objects("x", Counter()), Objects("x", Counter())
    expected, found = slow.parse(text), skeleton.parse(text, fast)
    assert found is not None and columns(found) == columns(expected) and fast._damage == slow._damage


def test_big_files_are_read_as_polars_reads_them(tmp_path: Path) -> None:
    n = 60_000
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"step": np.arange(n), "train/loss": rng.normal(size=n), "lr": rng.normal(size=n)})
    path = tmp_path / "log.jsonl"
    frame.write_ndjson(path)
    rows = path.read_text().splitlines()
    rows[100:100] = ["oops"]
    rows[5000:5000] = [json.dumps({"step": 4999, "val": {"loss": 1.5}, "lr": math.nan}), ""]
    path.write_text("\n".join(rows) + "\n")
    reader = read(path)
    for tag in ("train/loss", "lr"):
        points = reader.series[tag].points()
        np.testing.assert_array_equal(points.steps, np.arange(n))
        np.testing.assert_array_equal(points.values, frame[tag].to_numpy())
    assert told(reader)["val/loss"] == [(4999, 1.5)]
    assert reader.warnings == ["log.jsonl: line 101 is not JSON"]


@settings(max_examples=150, deadline=None)
@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.text('{}[]":,0123456789.-eNaInfity\n\\ustp ', max_size=300).map(
            lambda t: b'{"step": 1, "a": 2}\n' + t.encode()
        ),
    )
)
def test_no_bytes_are_too_strange(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("f") / "log.jsonl"
    path.write_bytes(data)
    list(find(scan(path.parent)))
    reader = read(path)
    path.write_bytes(data + b'\n{"step": 1}\n' + data)
    read(path, reader)
    path.write_bytes(b"[" * 100_000 + b"\n")
    read(path, reader)


def test_which_files_are_logs(tmp_path: Path) -> None:
    texts = {
        "a/log.txt": '{"train_loss": 1.5, "epoch": 0}\n{"train_loss": 1.25, "epoch": 1}\n',
        "b/metrics.json": '{"iteration": 19, "total_loss": 2.5}\n',
        "c/config.json": '{"lr": 0.1, "epochs": 3, "loss": 2}\n',
        "d/data.jsonl": '{"id": 1, "text": "so", "label": 0}\n{"id": 2, "text": "so", "label": 1}\n',
        "e/answers.jsonl": '{"prompt": "why", "score": 0.5}\n{"prompt": "how", "score": 0.75}\n',
        "f/long.jsonl": '{"step": 1, "note": "' + "x" * 30_000 + '"}\n',
        "g/train.jsonl": '{"step": 1, "loss": 2}\n',
        "g/val.jsonl": '{"step": 1, "loss": 2}\n',
        "h/results.json": '[\n {"epoch": 1, "loss": 3},\n {"epoch": 2, "loss": 2}\n]\n',
        "i/history.json": '{"loss": [3, 2, 1], "val_loss": [4, 3, null]}',
        "j/people.json": '[{"id": 1, "age": 30}, {"id": 2, "age": 31}]',
        "k/progress.json": '{"time/total_timesteps": 10, "rollout/ep_rew_mean": 1}\n',
        "k/progress.csv": "time/total_timesteps,rollout/ep_rew_mean\n10,1\n",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    found = {
        folder.name: [(one.name, one.format, len(one.files)) for one in find(scan(folder))]
        for folder in sorted(tmp_path.iterdir())
    }
    assert found == {
        "a": [("", "jsonl", 1)],
        "b": [("", "detectron2", 1)],
        "c": [],
        "d": [],
        "e": [],
        "f": [("", "jsonl", 1)],
        "g": [("train.jsonl", "jsonl", 1), ("val.jsonl", "jsonl", 1)],
        "h": [("", "json", 1)],
        "i": [("", "json", 1)],
        "j": [],
        "k": [("", "sb3", 2)],
    }


def test_whole_documents(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    path.write_text('{"loss": [3, 2, 1], "val_loss": [4, null, 2]}')
    (found,) = find(scan(tmp_path))
    reader = read(path, found.make())
    assert told(reader) == {"loss": [(0, 3), (1, 2), (2, 1)], "val_loss": [(0, 4), (2, 2)]} and not reader.LIVE
    path.write_text('[{"epoch": 1, "los')
    assert len(told(read(path, reader))) == 2 and reader.warnings == ["history.json: is not whole JSON"]
    path.write_text('[{"epoch": 1, "loss": 5}]')
    os.utime(path, (1, 1))
    assert told(read(path, reader)) == {"loss": [(1, 5)]}


def test_ray_prefers_its_json_and_knows_when_it_is_done(tmp_path: Path) -> None:
    rows = [
        {"training_iteration": k, "info": {"kl": k}, "pid": 7, "config": {"lr": 0.1}, "done": k == 3} for k in (1, 2, 3)
    ]
    lines(tmp_path, *rows, name="result.json")
    (tmp_path / "progress.csv").write_text("training_iteration,info/kl\n1,1\n")
    (tmp_path / "params.json").write_text('{"layers": [64, 64]}')
    (found,) = ray.find(scan(tmp_path))
    reader = read(tmp_path, found.make())
    assert told(reader) == {"info/kl": [(1, 1), (2, 2), (3, 3)]} and reader.status == "finished"
    assert reader.config == {"layers": [64, 64], "lr": 0.1} and len(found.files) == 3
