"""CSV: what is read of it, and that the fast way and the slow one find the same."""

import csv
import gzip
import io
import os
import time
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.readers.folder import Entry, Folder, scan
from dlviz.engine.runs.readers.reader import Reader
from dlviz.engine.runs.readers.table import TableReader, find
from dlviz.engine.runs.readers.tables import bulk, header
from dlviz.engine.runs.readers.tables.cells import Rows


def read(path: Path, reader: Reader | None = None) -> Reader:
    """Everything a file holds, by a new reader or one that goes on."""
    reader = reader or TableReader(path)
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


def csv_of(tmp_path: Path, text: str | bytes, name: str = "log.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "step,loss,acc\n1,0.5,0.1\n2,0.25,0.2\n",
        "\ufeffstep,loss,acc\r\n1,0.5,0.1\r\n2,0.25,0.2\r\n",
        "step\tloss\tacc\n1\t0.5\t0.1\n2\t0.25\t0.2\n",
        "step;loss;acc\n1;0,5;0,1\n2;0,25;0,2\n",
        "step | loss | acc\n1 | 0.5 | 0.1\n2 | 0.25 | 0.2\n",
        "  step    loss   acc\n    1   0.5    0.1\n    2   0.25   0.2\n",
        "# step loss acc\n1 0.5 0.1\n2 0.25 0.2\n",
        '"step","loss","acc"\n"1","0.5","0.1"\n"2","0.25","0.2"\n',
        "Step , loss, acc,\n  1,0.5, 0.1,\n  2,0.25, 0.2,\n",
        "step,loss,acc\n\n1,0.5,0.1\nstep,loss,acc\n2,0.25,0.2\n\n",
        "step,loss,acc\n1,0.5,0.1\nacc,step,loss\n0.2,2,0.25\n",
    ],
    ids=[
        "comma",
        "bom crlf",
        "tab",
        "semicolon",
        "pipe",
        "blanks",
        "savetxt",
        "quoted",
        "padded",
        "repeated",
        "changed",
    ],
)
def test_separators_and_headers(tmp_path: Path, text: str) -> None:
    reader = read(csv_of(tmp_path, text))
    assert told(reader) == {"loss": [(1, 0.5), (2, 0.25)], "acc": [(1, 0.1), (2, 0.2)]}
    assert not reader.warnings


def test_blanks_and_numbers_that_are_none(tmp_path: Path) -> None:
    cells = ["1.5", "", "NA", "None", "null", "-", "nan", "inf", "-Infinity", "True", "1_0", "x"]
    text = "step,loss\n" + "".join(f"{k},{cell}\n" for k, cell in enumerate(cells))
    found = told(read(csv_of(tmp_path, text)))["loss"]
    assert [step for step, _ in found] == [0, 6, 7, 8]
    assert np.isnan(found[1][1]) and found[2][1] == np.inf and found[3][1] == -np.inf


def test_names_twice_and_rows_of_other_lengths(tmp_path: Path) -> None:
    reader = read(csv_of(tmp_path, "step,loss,loss,\n1,2,3,\n2,4\n3,5,6,,7\n4,7,8,\n"))
    assert told(reader) == {"loss": [(1, 2), (2, 4), (3, 5), (4, 7)], "loss.1": [(1, 3), (3, 6), (4, 8)]}
    assert reader.warnings == ["log.csv: line 3 has 2 cells and not 3", "log.csv: line 4 has 5 cells and not 3"]


def test_no_header(tmp_path: Path) -> None:
    assert told(read(csv_of(tmp_path, "1,0.5\n2,0.4\n3,0.3\n"))) == {"col1": [(1, 0.5), (2, 0.4), (3, 0.3)]}


@pytest.mark.parametrize(
    ("text", "tag", "steps"),
    [
        ("epoch,global_step,loss\n1,10,1\n2,20,1\n", "loss", [10, 20]),
        ("Epoch,loss\n3,1\n4,1\n", "loss", [3, 4]),
        ("epoch,loss\n0.5,1\n1.0,1\n", "loss", [0, 1]),
        ("time/total_timesteps,time/iterations,r\n2048,1,1\n4096,2,1\n", "r", [2048, 4096]),
        ("epoch,loss\n" + "0,1\n" * 10 + "1,1\n" * 10, "loss", list(range(20))),
        ("epoch,iter,loss\n1,5,1\n1,10,1\n2,5,1\n2,10,1\n3,5,1\n", "loss", [5, 10, 15, 20, 25]),
        ("epoch,step,loss\n1,5,1\n1,10,1\n1,15,1\n1,20,1\n1,25,1\n2,5,1\n2,10,1\n", "loss", [5, 10]),
        (",G,D\n0,1,2\n1,1,2\n", "G", [0, 1]),
        ("loss,acc\n1,2\n1,2\n", "loss", [0, 1]),
    ],
    ids=["global", "Epoch", "fractions", "sb3", "same again", "within epochs", "restart", "index", "none"],
)
def test_which_column_is_the_step(tmp_path: Path, text: str, tag: str, steps: list[int]) -> None:
    assert [step for step, _ in told(read(csv_of(tmp_path, text)))[tag]] == steps


def test_the_user_may_name_the_step(tmp_path: Path) -> None:
    path = csv_of(tmp_path, "step,tokens,loss\n1,100,2\n2,200,1\n")
    assert told(read(path, TableReader(path, "Tokens")))["loss"] == [(100, 2), (200, 1)]


def test_a_resumed_training_takes_the_place_of_what_it_repeats(tmp_path: Path) -> None:
    reader = read(csv_of(tmp_path, "step,loss\n" + "".join(f"{k},{k}\n" for k in [*range(20), *range(10, 15)])))
    assert told(reader)["loss"] == [(k, k) for k in range(15)]
    assert [(mark.step, mark.text) for mark in reader.marks] == [(10, "resumed at step 10")]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("step,time,loss\n1,1700000000,1\n2,1700000060.5,1\n", [1_700_000_000, 1_700_000_060.5]),
        ("timestamp\tstep\tloss\n1700000000000\t1\t1\n1700000060500\t2\t1\n", [1_700_000_000, 1_700_000_060.5]),
        (
            "date,step,loss\n2023-11-14T22:13:20Z,1,1\n2023-11-14 22:14:20.5+00:00,2,1\n",
            [1_700_000_000, 1_700_000_060.5],
        ),
    ],
)
def test_wall_clocks(tmp_path: Path, text: str, times: list[float]) -> None:
    reader = read(csv_of(tmp_path, text))
    (series,) = reader.series.values()
    assert series.points().times.tolist() == times


def test_seconds_since_the_start_end_when_the_file_was_written(tmp_path: Path) -> None:
    path = csv_of(tmp_path, "step,time,loss\n1,0,1\n2,10,1\n3,25,1\n")
    os.utime(path, (1_700_000_025, 1_700_000_025))
    reader = read(path)
    assert reader.series["loss"].points().times.tolist() == [1_700_000_000, 1_700_000_010, 1_700_000_025]
    assert list(reader.series) == ["time", "loss"]


def test_a_line_waits_for_its_end(tmp_path: Path) -> None:
    path = csv_of(tmp_path, "step,loss\n1,0.5\n2,0.1")
    reader = read(path)
    assert told(reader)["loss"] == [(1, 0.5)]
    with path.open("a") as file:
        file.write("25\n3,0.0")
    assert told(read(path, reader))["loss"] == [(1, 0.5), (2, 0.125)]


def test_a_last_line_without_end_is_whole_when_nobody_writes_any_more(tmp_path: Path) -> None:
    path = csv_of(tmp_path, "step,loss\n1,0.5\n2,0.1")
    os.utime(path, (time.time() - 600,) * 2)
    reader = read(path)
    assert told(reader)["loss"] == [(1, 0.5), (2, 0.1)]
    with path.open("a") as file:  # and if it goes on after all, it is read anew
        file.write("25\n3,0.4\n")
    assert told(read(path, reader))["loss"] == [(1, 0.5), (2, 0.125), (3, 0.4)]


def test_a_header_that_grows_is_read_anew(tmp_path: Path) -> None:
    path = csv_of(tmp_path, "step,a\n1,1\n2,2\n")
    reader = read(path)
    path.write_text("step,a,b\n1,1,\n2,2,\n3,3,9\n")
    assert told(read(path, reader)) == {"a": [(1, 1), (2, 2), (3, 3)], "b": [(3, 9)]}


def test_growing_row_by_row_gives_what_reading_at_once_gives(tmp_path: Path) -> None:
    rows = [f"{k // 3},{k},{1 / (k + 1)},{'' if k % 2 else k}\n" for k in range(150)]
    whole = csv_of(tmp_path, "epoch,iter,loss,val\n" + "".join(rows), "whole.csv")
    path = csv_of(tmp_path, "epoch,iter,loss,val\n")
    reader = read(path)
    for row in rows:
        with path.open("a") as file:
            file.write(row)
        read(path, reader)
    assert told(reader) == told(read(whole))


def test_gzip_of_several_members_that_grows(tmp_path: Path) -> None:
    path = csv_of(tmp_path, gzip.compress(b"step,loss\n1,0.5\n"), "log.csv.gz")
    reader = read(path)
    with path.open("ab") as file:
        file.write(gzip.compress(b"2,0.25\n3,0.1\n"))
    assert told(read(path, reader))["loss"] == [(1, 0.5), (2, 0.25), (3, 0.1)]
    with path.open("ab") as file:
        file.write(b"broken" * 10)
    assert "cannot be unpacked further" in " ".join(read(path, reader).warnings)
    assert len(told(reader)["loss"]) == 3


def test_a_quiet_look_is_one_stat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = read(csv_of(tmp_path, "step,loss\n1,0.5\n"))
    calls: Counter[str] = Counter()
    for name in ("stat", "open"):
        real = getattr(Path, name)
        monkeypatch.setattr(Path, name, lambda *a, _r=real, _n=name, **k: (calls.update([_n]), _r(*a, **k))[1])
    reader.look(time.monotonic() + 1)
    assert calls == {"stat": 1}


CELL = st.one_of(
    st.floats(allow_subnormal=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(
        ["", "NA", "nan", "inf", "-inf", "+1", ".5", "5.", "1e5", "1E-3", "-", " 2", "2 ", "x", '"3"', "1_0"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=4),
)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=4),
    odd=st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=1),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_the_fast_way_finds_what_the_slow_one_finds(rows: list[list[str]], odd: list[list[str]], end: str) -> None:
    """polars takes only what it reads as `cells` does; the rest it refuses."""
    data = "".join(",".join(row) + end for row in rows + odd).encode("utf-8", "replace")
    columns = header.Header(",", ("step", "loss", "acc"))
    slow = Rows("x", columns, Counter())
    expected = slow.parse(data)
    found = bulk.parse(data, columns, slow.texts)
    if found is not None:
        assert not slow._damage and found.rows == expected.rows and found.columns.keys() == expected.columns.keys()
        for name, column in found.columns.items():
            np.testing.assert_array_equal(column.spread(found.rows), expected.columns[name].spread(found.rows))


def test_big_files_are_read_as_polars_reads_them(tmp_path: Path) -> None:
    n = 120_000
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"step": np.arange(n), "loss": rng.normal(size=n), "acc": rng.normal(size=n)})
    frame = frame.with_columns(acc=pl.when(pl.col("step") % 3 == 0).then(pl.col("acc")), note=pl.lit("a b"))
    path = tmp_path / "log.csv"
    frame.write_csv(path)
    text = path.read_bytes()
    middle = text.index(b"\n", len(text) // 2) + 1
    path.write_bytes(text[:middle] + b"step,loss,acc,note\n" + b"oops\n" + text[middle:])  # what polars stumbles over
    reader = read(path)
    for tag in ("loss", "acc"):
        points, expected = reader.series[tag].points(), frame.drop_nulls(tag)
        np.testing.assert_array_equal(points.steps, expected["step"].to_numpy())
        np.testing.assert_array_equal(points.values, expected[tag].to_numpy())
    assert [w.split(" has ")[1] for w in reader.warnings] == ["1 cells and not 4"]


@settings(max_examples=150, deadline=None)
@given(
    data=st.one_of(
        st.binary(max_size=400),
        st.text("step,loss\t;|0123456789.-naif\"'\r\n# e+", max_size=400).map(lambda t: b"step,loss\n" + t.encode()),
    )
)
def test_no_bytes_are_too_strange(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("f") / "log.csv"
    path.write_bytes(data)
    list(find(scan(path.parent)))
    reader = read(path)
    path.write_bytes(data + b"\n1,2\n" + data)
    read(path, reader)
    path.write_bytes(data[: len(data) // 2])
    read(path, reader)


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 99), st.text(max_size=6), st.floats(allow_nan=False)), max_size=12))
def test_what_pythons_csv_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str, float]]
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["n", "a, b", "loss"])
    writer.writerows((n, "t" + text.replace("\0", ""), x) for n, text, x in rows)
    path = tmp_path_factory.mktemp("f") / "log.csv"
    path.write_bytes(out.getvalue().encode("utf-8", "replace"))
    found = told(read(path)).get("loss", [])
    assert [x for _, x in found] == [x for _, _, x in rows]


def seen(folder: Folder) -> list[tuple[str, str]]:
    return [(one.name, one.format) for one in find(folder)]


@pytest.mark.parametrize(
    ("text", "is_log"),
    [
        ("epoch,loss\n1,0.5\n", True),
        ("step,anything\n1,0.5\n2,1\n", True),
        ("loss,val_loss\n1,2\n1,2\n", True),
        ("epoch,train_loss\n", True),
        ("date,open,close\n2020-01-01,1,2\n2020-01-02,1,2\n", False),
        ("sepal_length,species\n5.1,setosa\n4.9,setosa\n", False),
        ("model,accuracy\nvit,0.9\nresnet,0.8\n", False),
        ("step,q,a\n1,why so,because\n2,how so,thus\n", False),
        ("1,2\n2,3\n", False),
        ("index,age,height\n0,31,1.8\n1,25,1.7\n", False),
    ],
)
def test_logs_and_data_sets(tmp_path: Path, text: str, is_log: bool) -> None:
    path = csv_of(tmp_path, text, "table.csv")
    assert bool(seen(scan(tmp_path))) is is_log
    entry = Entry(path, path.stat().st_size, 0.0)
    named = Folder(tmp_path, {entry.name: entry}, asked=True)
    assert (
        seen(named) if any(c.isdigit() for c in text) else True
    )  # what the user named is read wherever it has numbers


def test_the_loggers_own_file_is_the_folders_run(tmp_path: Path) -> None:
    csv_of(tmp_path, "epoch,time,train/box_loss\n1,5.5,0.3\n2,11,0.2\n", "results.csv")
    csv_of(tmp_path, "epoch,loss\n1,2\n", "other.csv")
    assert sorted(seen(scan(tmp_path))) == [("", "ultralytics"), ("other.csv", "csv")]


def test_one_file_a_metric(tmp_path: Path) -> None:
    csv_of(tmp_path, "step,train_loss\n10,3\n20,2\nstep,train_loss\n20,1.5\n", "Train_Samples_train_loss.csv")
    csv_of(tmp_path, "step,lr\n10,0.1\n", "Train_Samples_lr.csv")
    (found,) = find(scan(tmp_path))
    reader = read(tmp_path, found.make())
    assert told(reader) == {"Train/Samples/train_loss": [(10, 3), (20, 1.5)], "Train/Samples/lr": [(10, 0.1)]}
    csv_of(tmp_path, "step,wer\n10,0.9\n", "Eval_wer.csv")
    os.utime(tmp_path, (1, 1))
    assert "Eval/wer" in told(read(tmp_path, reader))


def test_dvclive(tmp_path: Path) -> None:
    (tmp_path / "plots/metrics/train").mkdir(parents=True)
    csv_of(tmp_path, "timestamp\tstep\tloss\n1700000000000\t0\t1.5\n", "plots/metrics/train/loss.tsv")
    (tmp_path / "params.yaml").write_text("lr: 1e-3\n")
    folder = scan(tmp_path)
    (found,) = find(folder)
    reader = read(tmp_path, found.make())
    assert told(reader) == {"train/loss": [(0, 1.5)]} and reader.config == {"lr": 0.001} and folder.closed == {"plots"}
