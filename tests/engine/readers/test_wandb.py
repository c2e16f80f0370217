"""`.wandb` logs: what wandb wrote and its own classes read, we read; live, damaged, replaced, hostile."""

import json
import math
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dlviz.engine.runs.readers.folder import scan
from dlviz.engine.runs.readers.wandb import WandbReader, find

from .wandb_reading import LOG, STORES, Table, look, points, read, same
from .wandb_writing import field, framed, item, row


def _told(own: Path = STORES / "wandb_0_31.json") -> dict[str, Any]:
    """What the classes that wandb generates from its own .proto read from the log."""
    return dict(json.loads(own.read_text()))


def _numbers(rows: Iterable[Any]) -> Table:
    """The series of a log by a plain reading of its rows."""
    found: Table = {}
    for step, items in rows:
        media = {tuple(path[:-1]) for path, _ in items if path[-1] == "_type"}
        for path, text in items:
            value = json.loads(text)
            if not isinstance(value, (int, float)) or path[0] in ("_step", "_runtime", "_timestamp"):
                continue
            if not any(tuple(path[:k]) in media for k in range(1, len(path))):
                found.setdefault(".".join(path), []).append((step, float(value)))
    return found


def test_a_run_that_wandb_wrote_is_read_as_its_own_classes_read_it() -> None:
    reader, told = read(LOG), _told()
    same({tag: p for tag, p in points(reader).items() if not tag.startswith("system/")}, _numbers(told["rows"]))
    assert {"train.acc", "train/acc", "train.deep.x", "flag", "late"} <= reader.series.keys()
    assert reader.name == "a [run]"
    assert reader.config == {
        "lr": 0.5,
        "new": True,
        "nest": {"a": 1, "b": [1, 2]},
        "s": "x",
        "wandb": {"group": "g"},
    }
    assert (reader.status, reader.reason) == ("failed", "RuntimeError: boom")
    assert [(mark.step, mark.text) for mark in reader.marks] == [(6, "title: text")]
    assert reader.console is not None
    assert reader.console.lines()[:3] == ["hello red", "prog 2", "Traceback (most recent call last):"]
    assert not reader.warnings
    clock = reader.series["loss"].points().times
    stamps = [json.loads({p[0]: t for p, t in items}["_timestamp"]) for _, items in told["rows"][:-1]]
    np.testing.assert_array_equal(clock, stamps)


def test_system_metrics_are_series_at_the_step_that_was_reached() -> None:
    reader, told = read(LOG), _told()["stats"]
    memory = reader.series["system/memory_percent"].points()
    assert memory.values.tolist() == [values["memory_percent"] for _, values in told if "memory_percent" in values]
    assert memory.times.tolist() == pytest.approx([when for when, values in told if "memory_percent" in values])
    assert memory.steps[0] == 0 and memory.steps[-1] == 6


def test_images_and_histograms_are_read_when_asked_for(tmp_path: Path) -> None:
    log = Path(shutil.copy(LOG, tmp_path / "run-x.wandb"))
    pixels = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)
    for _, items in _told()["rows"]:
        for path, text in items:
            names = json.loads(text) if path[-1] == "filenames" else [json.loads(text)] if path[-1] == "path" else []
            for name in names:
                (tmp_path / "files" / name).parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(tmp_path / "files" / name)
    reader = read(log)
    assert {tag: (shelf.kind, list(shelf.steps)) for tag, shelf in reader.records.items()} == {
        "img": ("image", [0, 5, 10]),
        "imgs": ("image", [0, 5, 10]),
        "hist": ("histogram", [0, 5, 10]),
    }
    one, several, counts = (reader.records[tag].read(1) for tag in ("img", "imgs", "hist"))
    assert one is not None and several is not None and counts is not None
    np.testing.assert_array_equal(one.arrays["image"], pixels)
    assert (one.step, one.labels) == (5, {"caption": "cap"})
    assert several.arrays["image"].shape == (3, 8, 3)
    assert counts.arrays["counts"].tolist() == [1, 2, 3] and counts.arrays["edges"].tolist() == [0, 1, 2, 4]
    shutil.rmtree(tmp_path / "files")
    assert reader.records["img"].read(0) is None


def test_an_image_outside_of_the_run_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "run" / "files").mkdir(parents=True)
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    (tmp_path / "run" / "files" / "link.png").symlink_to(tmp_path / "secret.png")
    paths = ("../../secret.png", str(tmp_path / "secret.png"), "link.png", "a\0b", "", "no.png")
    media = [{"_type": "image-file", "path": path} for path in paths]
    log = tmp_path / "run" / "run-x.wandb"
    log.write_bytes(framed(row(k, {("img",): value}) for k, value in enumerate(media)))
    shelf = read(log).records["img"]
    assert list(shelf.steps) == list(range(len(paths)))
    assert [shelf.read(k) for k in range(len(paths))] == [None] * len(paths)


def test_it_is_read_while_it_is_written(tmp_path: Path) -> None:
    data, log = LOG.read_bytes(), tmp_path / "run-x.wandb"
    log.write_bytes(b"")
    reader = WandbReader(log)
    seen = 0
    for end in range(0, len(data) + 1, 97):
        log.write_bytes(data[:end])
        look(reader)
        assert sum(map(len, reader.series.values())) >= seen
        seen = sum(map(len, reader.series.values()))
    log.write_bytes(data)
    look(reader)
    whole = read(LOG)
    same(points(reader), points(whole))
    assert not reader.warnings
    assert reader.console is not None and whole.console is not None
    assert reader.console.lines() == whole.console.lines()


def test_another_file_in_its_place_is_read_anew(tmp_path: Path) -> None:
    log = tmp_path / "run-x.wandb"
    log.write_bytes(framed(row(k, {("a",): 1.0}) for k in range(50)))
    reader = read(log)
    log.write_bytes(framed(row(k, {("b",): 2.0}) for k in range(5)))
    look(reader)
    assert {tag: len(series) for tag, series in reader.series.items()} == {"b": 5}


KEYS = st.lists(st.text(min_size=1, max_size=9), min_size=1, max_size=3).map(tuple)
VALUES = st.floats() | st.integers(-(2**70), 2**70) | st.booleans() | st.text(max_size=5) | st.none()
ROWS = st.lists(st.dictionaries(KEYS, VALUES | st.lists(st.integers(), max_size=3), max_size=6), max_size=12)


@settings(max_examples=120)
@given(ROWS, st.integers(0, 40_000), st.integers(1, 5000))
def test_any_rows_are_read_as_a_plain_reader_would(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[tuple[str, ...], Any]], pad: int, part: int
) -> None:
    rows = [{k: v for k, v in one.items() if "_type" not in k and k[0][:1] != "_"} for one in rows]
    records = [row(2 * k, values, 100.0 + k) for k, values in enumerate(rows)]
    data = framed([field(1, 1) + field(3, bytes(pad)), *records])
    log = tmp_path_factory.mktemp("rows") / "run-x.wandb"
    reader = WandbReader(log)
    for end in range(part, len(data) + part, max(part, len(data) // 6)):
        log.write_bytes(data[:end])
        look(reader)
    log.write_bytes(data)
    look(reader)
    expected: Table = {}
    for k, values in enumerate(rows):
        for path, value in values.items():
            if value in ("NaN", "Infinity", "-Infinity") or isinstance(value, (bool, int, float)):
                expected.setdefault(".".join(path), []).append((2 * k, float(value)))
    same(points(reader), expected)


def test_older_and_newer_layouts(tmp_path: Path) -> None:
    flat = b"".join(field(1, item([key], text, nested=False)) for key, text in (("loss", "0.5"), ("_step", "7")))
    nested = field(1, item(["train"], '{"acc": 1, "deep": {"x": "NaN"}}', nested=False))
    typed = field(1, field(1, "typed") + bytes([6 << 3 | 1]) + np.float64(2.5).tobytes())
    integer = field(1, field(2, "whole") + field(5, 5))  # zigzag: -3
    info = field(200, field(1, "stream"))
    log = tmp_path / "run-x.wandb"
    log.write_bytes(
        framed(
            [
                field(17, field(17, field(1, 1_000))),
                field(2, flat + nested),
                info + field(2, flat + field(1, item(["_runtime"], "5")) + field(2, field(1, 8))),
                field(1, 9) + field(2, typed + integer + field(2, field(1, 9)) + info),
            ]
        )
    )
    found = points(read(log))
    assert found["loss"] == [(7, 0.5), (8, 0.5)] and found["train.acc"] == [(7, 1.0)]
    assert math.isnan(found["train.deep.x"][0][1])
    assert found["typed"] == [(9, 2.5)] and found["whole"] == [(9, -3.0)]
    assert read(log).series["loss"].points().times.tolist()[-1] == 1005.0


def test_what_the_log_lacks_is_taken_from_the_files_beside_it(tmp_path: Path) -> None:
    log = tmp_path / "run-x.wandb"
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "output.log").write_text("one\n\rtwo")
    (tmp_path / "files" / "config.yaml").write_text("_wandb:\n  value: 1\nlr:\n  desc: null\n  value: 0.5\n")
    log.write_bytes(framed([row(0, {("loss",): 1.0})]))
    reader = read(log)
    assert reader.config == {"lr": 0.5}
    assert reader.console is not None and reader.console.lines() == ["one", "two"]
    (tmp_path / "files" / "config.yaml").write_text("]][[")
    assert read(log).config == {}


def test_a_folder_is_known_by_what_its_file_holds(tmp_path: Path) -> None:
    for name in ("files", "logs", "tmp", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "run-x.wandb").write_bytes(LOG.read_bytes())
    (tmp_path / "no.wandb").write_bytes(b"something else")
    folder = scan(tmp_path)
    (found,) = find(folder)
    assert found.started == 0.0
    dated = tmp_path.rename(tmp_path.parent / "offline-run-20260131_235958-x")
    (other,) = find(scan(dated))
    assert time.strftime("%Y%m%d %H%M%S", time.localtime(other.started)) == "20260131 235958"
    dated.rename(tmp_path)
    assert found.whole and found.files == (tmp_path / "run-x.wandb",)
    assert folder.closed == {"files", "logs", "tmp"}
    reader = found.make()
    reader.look(time.monotonic() + 60)
    assert "loss" in reader.series
