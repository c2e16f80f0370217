"""Tables and JSON as real trainings leave them: other encodings, repeated headers, folds, phases, what is no log."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from dlviz.engine.runs.readers import json_lines, ray, table
from dlviz.engine.runs.readers.folder import Found, scan

Told = dict[str, list[tuple[int, float]]]
ROWS = "step,loss\n" + "".join(f"{i},{1 / (i + 1)}\n" for i in range(20))


def found(folder: Path) -> list[Found]:
    """The runs that tables and JSON make of a folder, in the order of the search."""
    seen = scan(folder)
    first = list(json_lines.find(seen))
    taken = {path.name for one in first for path in one.files}
    seen.files = {name: entry for name, entry in seen.files.items() if name not in taken}
    return [*first, *table.find(seen)]


def told(one: Found) -> Told:
    """Steps and values by tag of a run, read to its end."""
    reader = one.make()
    while reader.look(time.monotonic() + 0.01):
        pass
    out = {}
    for tag, series in reader.series.items():
        points = series.points()
        out[tag] = list(zip(points.steps.tolist(), points.values.tolist(), strict=True))
    return out


def only(folder: Path, name: str, data: str | bytes) -> Told:
    """What the one log of a folder tells."""
    (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    (one,) = found(folder)
    return told(one)


@pytest.mark.parametrize(
    "data",
    [
        ROWS.encode("utf-16"),
        ROWS.encode("utf-16-be").join([b"\xfe\xff", b""]),
        ROWS.replace("\n", "\r").encode(),
        ROWS.encode() + b"\0" * 512,
        "".join(f"step,loss\n{i},{1 / (i + 1)}\n" for i in range(20)).encode(),
    ],
    ids=["PowerShell", "big endian", "old Mac", "zeros after a crash", "header before each row"],
)
def test_encodings_and_endings(tmp_path: Path, data: bytes) -> None:
    assert only(tmp_path, "log.csv", data) == {"loss": [(i, 1 / (i + 1)) for i in range(20)]}


def test_zeros_behind_json_lines(tmp_path: Path) -> None:
    assert only(tmp_path, "log.jsonl", b'{"step": 4, "loss": 0.5}\n' + b"\0" * 300) == {"loss": [(4, 0.5)]}


def test_one_column(tmp_path: Path) -> None:
    assert only(tmp_path, "a.csv", "train_loss\n3\n2\n1\n") == {"train_loss": [(0, 3), (1, 2), (2, 1)]}
    (tmp_path / "a.csv").unlink()
    assert only(tmp_path, "train_loss.txt", "3\n2\n1\n") == {"col0": [(0, 3), (1, 2), (2, 1)]}


def test_rows_of_numbers_and_words_without_a_header(tmp_path: Path) -> None:
    text = "".join(f"{1787 + i // 3},{i},jump,{70.5 + i},0.5\n" for i in range(9))
    assert set(only(tmp_path, "training_log.csv", text)) == {"col0", "col1", "col3", "col4"}


def test_folds_follow_each_other(tmp_path: Path) -> None:
    rows = "".join(f"{seed},{epoch},{seed + epoch / 10}\n" for seed in (42, 7) for epoch in range(10))
    steps = [step for step, _ in only(tmp_path, "log.csv", "seed,epoch,loss\n" + rows)["loss"]]
    assert steps == list(range(20))


def test_iterations_from_zero_in_each_epoch(tmp_path: Path) -> None:
    rows = "".join(f"{epoch},{i * 50},{epoch + i / 10}\n" for epoch in range(3) for i in range(4))
    steps = [step for step, _ in only(tmp_path, "log.csv", "epoch,iter,loss\n" + rows)["loss"]]
    assert steps == list(range(0, 600, 50))


def test_lengths_of_episodes_are_no_steps(tmp_path: Path) -> None:
    text = "episode,reward,steps\n7,1.5,41\n8,2.5,42\n9,3.5,37\n"
    assert only(tmp_path, "training_log.csv", text)["reward"] == [(7, 1.5), (8, 2.5), (9, 3.5)]


def test_a_column_that_never_falls_is_the_better_step(tmp_path: Path) -> None:
    rows = "".join(f"{i % 15},{i},{i / 2}\n" for i in range(60))
    steps = [step for step, _ in only(tmp_path, "log.csv", "episode,global_episode,reward\n" + rows)["reward"]]
    assert steps == list(range(60))


def _phases(kind: str) -> str:
    rows: list[dict[str, object]] = []
    for epoch in range(12):
        rows.append({"epoch": epoch, "split": "train", "loss": epoch + 0.5})
        rows.append({"epoch": epoch, "split": "val", "loss": epoch + 0.25})
    if kind == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows)
    return pd.DataFrame(rows).to_csv(index=False)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_rows_of_validation_have_series_of_their_own(tmp_path: Path, kind: str) -> None:
    got = only(tmp_path, f"log.{kind}", _phases(kind))
    assert got["loss"] == [(epoch, epoch + 0.5) for epoch in range(12)]
    assert got["val/loss"] == [(epoch, epoch + 0.25) for epoch in range(12)]


@pytest.mark.parametrize("key", ["i", "tokens", "consumed_samples", "data/step"])
def test_what_stands_for_the_step_where_nothing_else_does(tmp_path: Path, key: str) -> None:
    rows = "".join(json.dumps({key: 3 * i, "loss": i / 4}) + "\n" for i in range(10))
    assert only(tmp_path, "log.jsonl", rows)["loss"] == [(3 * i, i / 4) for i in range(10)]


def test_an_amount_that_stays_is_no_step(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"samples": 64, "loss": i / 4}) + "\n" for i in range(4))
    assert only(tmp_path, "log.jsonl", rows)["loss"] == [(i, i / 4) for i in range(4)]


def test_a_history_as_keras_has_it_and_as_pandas_writes_it(tmp_path: Path) -> None:
    history: dict[str, Sequence[float]] = {"loss": [3.0, 2.0, 1.0], "val_loss": [4.0, 3.0, 2.0]}
    wanted = {tag: list(enumerate(values)) for tag, values in history.items()}
    assert only(tmp_path, "history.json", json.dumps(history)) == wanted
    assert only(tmp_path, "history.json", pd.DataFrame(history).to_json()) == wanted
    assert only(tmp_path, "history.json", json.dumps({"epoch": [5, 6, 7], **history}))["loss"] == [
        (5, 3),
        (6, 2),
        (7, 1),
    ]


def test_a_chronicle_may_hold_words(tmp_path: Path) -> None:
    text = "train/loss,train/kl,video\n0.5,0.1,a.mp4\n0.25,0.2,b.mp4\n"
    assert only(tmp_path, "progress.csv", text)["train/loss"] == [(0, 0.5), (1, 0.25)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metrics.csv", "Model,Accuracy,F1\nSVM,0.97,0.9\nForest,0.83,0.8\n"),
        ("training_log.csv", "date,exercise,weight\n2024-11-27 13:37:27,squat,15\n2024-11-28 13:37:27,squat,16\n"),
        ("predictions.csv", "index,prediction,target,score\n0,1,1,0.9\n1,0,1,0.2\n"),
        ("bench.csv", "n,time,iterations\n10,0.1,1000\n100,1.1,1000\n"),
        ("results.csv", "Model,Accuracy,F1\nSVM,0.97,0.9\nForest,0.83,0.8\n"),
        ("iris.csv", "sepal_length,petal_length,species\n5.1,1.4,setosa\n4.9,1.3,setosa\n"),
        ("ages.csv", "age\n31\n45\n62\n"),
        ("chat.jsonl", '{"id": 1, "conversations": [{"from": "human"}], "score": 0.5}\n' * 3),
        ("config.json", '{"hidden_size": 768, "layers": [1, 2, 3]}'),
    ],
)
def test_what_is_no_log(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert found(tmp_path) == []


def test_mmengines_two_folders_are_one_run(tmp_path: Path) -> None:
    (tmp_path / "vis_data").mkdir()
    rows = "".join(json.dumps({"loss": i / 4, "step": 50 * i}) + "\n" for i in range(5))
    for name in ("scalars.json", "20240501_100000.json"):
        (tmp_path / "vis_data" / name).write_text(rows)
    (tmp_path / "20240501_100000.log").write_text("2024/05/01 10:00:00 - mmengine - INFO - Epoch(train) [1][50/500]\n")
    seen = scan(tmp_path)
    (one,) = json_lines.find(seen)
    assert one.whole and seen.closed == {"vis_data"}
    assert told(one)["loss"] == [(50 * i, i / 4) for i in range(5)]


def test_a_trial_of_rays_that_failed(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text('{"training_iteration": 1, "loss": 0.5, "done": false}\n')
    (one,) = ray.find(scan(tmp_path))
    reader = one.make()
    reader.look(time.monotonic() + 1)
    assert reader.status == ""
    (tmp_path / "error.txt").write_text("Traceback (most recent call last):\n  File x\nValueError: boom\n\n")
    reader.look(time.monotonic() + 1)
    assert (reader.status, reader.reason) == ("failed", "ValueError: boom")
