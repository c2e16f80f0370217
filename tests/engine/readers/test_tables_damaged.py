"""Damage in tables and JSON lines: cells that are no numbers, steps that are none, bytes that are no text."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from dlviz.engine.runs.discover import Discovery
from dlviz.engine.runs.readers.json_lines import JsonLinesReader
from dlviz.engine.runs.readers.reader import Reader
from dlviz.engine.runs.readers.table import TableReader
from dlviz.engine.runs.readers.tables import bulk

Told = dict[str, list[tuple[int, float]]]


def end(reader: Reader) -> Reader:
    """A reader that has read all there is."""
    while reader.look(time.monotonic() + 0.01):
        pass
    return reader


def told(reader: Reader) -> Told:
    """Steps and values by tag."""
    found = {tag: series.points() for tag, series in reader.series.items()}
    return {tag: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for tag, one in found.items()}


def watched(source: Path) -> Reader:
    """The one log of a folder, or of a file that was named."""
    ((one,),) = (place.found for place in Discovery(source).search())
    return end(one.make())


def csv(rows: Sequence[Sequence[Any]], head: str = "step,loss,acc") -> str:
    """A table of rows."""
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"


@pytest.mark.parametrize("name", ["x.log", "x.txt"])
@pytest.mark.parametrize(
    "form",
    [
        "step {0} loss 0.{0}",
        "step: {0} loss: 0.{0}",
        "Epoch {0} loss 0.{0}",
        "INFO step {0} loss 0.{0}",
        "Epoch {0}, loss 0.{0}, 12",
        "step\t{0}\tloss\t0.{0}",
        "{0} loss 0.{0}",
    ],
)
def test_printed_text_that_was_asked_for_is_no_table(tmp_path: Path, name: str, form: str) -> None:
    (tmp_path / name).write_text("".join(form.format(i) + "\n" for i in range(30)))
    reader = watched(tmp_path / name)
    assert reader.FORMAT == "console"
    assert told(reader) == {"loss": [(i, float(f"0.{i}")) for i in range(30)]}


@pytest.mark.parametrize(
    ("head", "tag"), [("step loss\n", "loss"), ("# step loss\n", "loss"), ("", "col1"), ("a 7\n", "7")]
)
def test_a_table_that_was_asked_for_is_one(tmp_path: Path, head: str, tag: str) -> None:
    (tmp_path / "x.log").write_text(head + "".join(f"{i} 0.{i}\n" for i in range(30)))
    reader = watched(tmp_path / "x.log")
    assert reader.FORMAT == "csv"
    assert told(reader)[tag] == [(i, float(f"0.{i}")) for i in range(30)]


def test_a_header_longer_than_what_is_looked_at(tmp_path: Path) -> None:
    names = [f"layer{k}/weight_norm" for k in range(3000)]
    rows = [[i, *(i + k for k in range(3000))] for i in range(3)]
    (tmp_path / "x.csv").write_text(csv(rows, ",".join(["step", *names])))
    got = told(watched(tmp_path / "x.csv"))
    assert list(got) == names and got[names[-1]] == [(0, 2999), (1, 3000), (2, 3001)]


@pytest.mark.parametrize("asked", [False, True])
def test_cells_that_are_no_numbers_are_named_and_counted(tmp_path: Path, asked: bool) -> None:
    rows = [[i, i / 2, i / 4] for i in range(100)]
    rows[1][2], rows[3][1], rows[50][1] = "oops", "garbage", "?!"  # type: ignore[call-overload]
    path = tmp_path / "log.csv"
    path.write_text(csv(rows))
    reader = watched(path if asked else tmp_path)
    assert len(told(reader)["loss"]) == 98 and len(told(reader)["acc"]) == 99
    assert sorted(reader.warnings) == [
        "log.csv: line 3: acc is not a number",
        "log.csv: line 5: loss is not a number (2 times)",
    ]


def test_columns_of_words_are_no_damage(tmp_path: Path) -> None:
    rows = [[i, i / 2, i / 4, "me" if i % 2 else "you", "" if i % 9 else "saved"] for i in range(100)]
    path = tmp_path / "log.csv"
    path.write_text(csv(rows, "step,loss,acc,who,note"))
    assert watched(tmp_path).warnings == []


def test_a_bad_cell_is_found_in_a_big_file_too(tmp_path: Path) -> None:
    n = 200_000
    frame = pl.DataFrame({"step": np.arange(n), "loss": np.arange(n) / 7, "acc": np.arange(n) / 3})
    lines = frame.write_csv().splitlines(keepends=True)
    for line in (3, 150_000):
        lines[line] = lines[line].replace(",", ",x", 1)
    path = tmp_path / "log.csv"
    path.write_text("".join(lines))
    reader = TableReader(path)
    end(reader)
    assert len(reader.series["loss"]) == n - 2 and len(reader.series["acc"]) == n
    assert reader.warnings == ["log.csv: line 4: loss is not a number (2 times)"]
    assert reader.rows is not None and not reader.rows.texts, "what follows is still read the fast way"


def test_absurd_steps_are_damage_and_the_axis_stays(tmp_path: Path) -> None:
    steps = [1, 2, 4, 7, 1e308, 10**26, -5, 8, 2.5, *range(9, 30)]
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps({"step": s, "loss": k}) + "\n" for k, s in enumerate(steps)))
    reader = end(JsonLinesReader(path))
    kept = [(step, k) for k, step in enumerate(steps) if k not in (4, 5, 6, 8)]
    assert told(reader) == {"loss": kept}
    assert reader.warnings == ["log.jsonl: row 5 has no step (step is 1e+308) (4 times)"]
    with path.open("a") as file:
        file.write('{"step": 1e99, "loss": 0}\n{"step": 30, "loss": 0.5}\n')
    assert told(end(reader)) == {"loss": [*kept, (30, 0.5)]}
    assert reader.warnings == ["log.jsonl: row 5 has no step (step is 1e+308) (5 times)"]


def test_steps_may_begin_below_zero_and_fractions_are_none(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(csv([[i - 1, i] for i in range(9)], "step,loss"))
    assert told(end(TableReader(path)))["loss"][:2] == [(-1, 0), (0, 1)]
    path.write_text(csv([[i / 2, i] for i in range(9)], "epoch,loss"))
    reader = end(TableReader(path))
    assert told(reader)["loss"] == [(i, i) for i in range(9)] and not reader.warnings


@pytest.mark.parametrize("first", [2**53 - 5, 10**18, 2**63 - 21])
@pytest.mark.parametrize("many", [20, 5_000])
def test_steps_are_whole_numbers_of_64_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: int, many: int
) -> None:
    monkeypatch.setattr(bulk, "LEAST", 1000)
    monkeypatch.setattr(bulk, "FIRST", 1000)
    first -= many - 20
    wanted: Told = {"loss": [(first + i, i / 2) for i in range(many)]}
    (tmp_path / "log.csv").write_text(csv([[first + i, i / 2] for i in range(many)], "step,loss"))
    assert told(watched(tmp_path)) == wanted
    (tmp_path / "log.csv").unlink()
    rows = "".join(json.dumps({"step": first + i, "loss": i / 2}) + "\n" for i in range(many))
    (tmp_path / "log.jsonl").write_text(rows)
    assert told(watched(tmp_path)) == wanted
    (tmp_path / "log.jsonl").unlink()
    columns = {"loss": [i / 2 for i in range(many)], "step": [first + i for i in range(many)]}
    (tmp_path / "history.json").write_text(json.dumps(columns))
    assert told(watched(tmp_path)) == wanted


def _row(i: int) -> bytes:
    return f"{i},{i / 8}\n".encode()


def _object(i: int) -> bytes:
    return json.dumps({"step": i, "loss": i / 8}).encode() + b"\n"


@pytest.mark.parametrize(
    ("make", "head", "row"), [(TableReader, b"step,loss\n", _row), (JsonLinesReader, b"", _object)], ids=["csv", "json"]
)
def test_bytes_that_are_no_text_in_a_file_that_grows(
    tmp_path: Path, make: Callable[[Path], Reader], head: bytes, row: Callable[[int], bytes]
) -> None:
    path = tmp_path / "log"
    path.write_bytes(head + b"".join(map(row, range(10))))
    reader = end(make(path))
    with path.open("ab") as file:
        file.write(row(10).replace(b"10", b"1\x000", 1) + row(11).replace(b"11", b"1\xff1", 1) + row(12))
    assert told(end(reader)) == {"loss": [(i, i / 8) for i in range(13) if i != 11]}
    assert any("holds zero bytes" in text for text in reader.warnings)
    assert any("is not UTF-8" in text for text in reader.warnings)


def test_a_key_that_is_no_text_puts_nothing_at_another_step(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    rows = [_object(i) for i in range(9)]
    rows[5] = rows[5].replace(b"step", b"st\xffep")
    path.write_bytes(b"".join(rows))
    reader = end(JsonLinesReader(path))
    assert told(reader) == {"loss": [(i, i / 8) for i in range(9) if i != 5]}
    path.write_bytes(b"".join(b'{"step": %d, "pr\xe9cision": %d}\n' % (i, i) for i in range(4)))
    assert [len(points) for points in told(end(JsonLinesReader(path))).values()] == [4]
