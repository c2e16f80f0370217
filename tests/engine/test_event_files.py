"""Event files: what we write, TensorBoard reads; what we read, TensorBoard reads the same."""

import math
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboardX import SummaryWriter

from dlviz.engine.runs.open import load_series
from dlviz.engine.runs.readers.tfevents import EventsReader
from dlviz.engine.runs.run import Record, Run
from dlviz.engine.runs.series import Series
from dlviz.engine.runs.writer import RunWriter

Table = dict[str, list[tuple[int, float, float]]]


def _tensorboard(directory: Path) -> Table:
    events = EventAccumulator(str(directory), size_guidance={"scalars": 0})
    events.Reload()
    return {tag: [(e.step, e.wall_time, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def _ours(directory: Path, before: int | None = None) -> Table:
    run = Run("r")
    load_series(run, directory, before)
    return {tag: _rows(series) for tag, series in run.series.items()}


def _rows(series: Series) -> list[tuple[int, float, float]]:
    points = series.points()
    return list(zip(points.steps.tolist(), points.times.tolist(), points.values.tolist(), strict=True))


def _same(one: Table, other: Table) -> None:
    assert one.keys() == other.keys()
    for tag in one:
        np.testing.assert_array_equal(np.array(one[tag]), np.array(other[tag]), err_msg=tag)


def _write(directory: Path, steps: range, resume_at: int | None = None, shift: float = 0.0) -> None:
    writer = RunWriter(directory, resume_at)
    for step in steps:
        values = {"loss/train": 1 / (step + 1) + shift}
        if step % 3 == 0:
            values |= {"loss/val": math.nan if step == 6 else shift - step, "größe": math.inf}
        writer.scalars(step, 1.7e9 + step / 8, values)
    writer.close()


def test_tensorboard_reads_what_we_wrote_and_so_do_we(tmp_path: Path) -> None:
    _write(tmp_path, range(1, 41))
    _same(_ours(tmp_path), _tensorboard(tmp_path))
    assert [step for step, _, _ in _ours(tmp_path)["loss/train"]] == list(range(1, 41))


def test_a_restart_supersedes_as_tensorboard_has_it(tmp_path: Path) -> None:
    _write(tmp_path, range(1, 21))
    _write(tmp_path, range(13, 31), resume_at=13, shift=5.0)
    _write(tmp_path, range(7, 16), resume_at=7, shift=9.0)
    _same(_ours(tmp_path), _tensorboard(tmp_path))
    points = _ours(tmp_path)["loss/train"]
    assert [step for step, _, _ in points] == list(range(1, 16))
    assert points[6][2] > 9 > points[5][2]


def test_points_from_a_step_on_can_be_left_out(tmp_path: Path) -> None:
    _write(tmp_path, range(1, 11))
    assert [step for step, _, _ in _ours(tmp_path, before=6)["loss/train"]] == [1, 2, 3, 4, 5]


def test_what_another_writer_wrote_is_read(tmp_path: Path) -> None:
    writer = SummaryWriter(str(tmp_path))
    for step in range(-3, 5):
        writer.add_scalar("a", step * 0.1, step, walltime=1.7e9 + step)
        writer.add_histogram("h", np.arange(10), step)
        writer.add_text("t", "\x1b]0;x\x07", step)
    writer.close()
    assert _ours(tmp_path)["a"] == _tensorboard(tmp_path)["a"]
    assert len(_ours(tmp_path)["a"]) == 8


def test_hostile_tags_are_made_harmless(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    writer.scalars(1, 0.0, {"\x1b]0;x\x07loss": 1.0, "[/x]": 2.0})
    writer.close()
    assert list(_ours(tmp_path)) == ["loss", "[/x]"]


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    directory = tmp_path_factory.mktemp("events")
    _write(directory, range(1, 12), resume_at=1)
    (path,) = directory.glob("*tfevents*")
    return path.read_bytes()


def _read(directory: Path, content: bytes) -> tuple[Table, list[str]]:
    directory.mkdir(exist_ok=True)
    (directory / "events.out.tfevents.1.x").write_bytes(content)
    reader = EventsReader(directory)
    assert not reader.look(math.inf)
    return {tag: _rows(series) for tag, series in reader.series.items()}, reader.warnings


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1))
def test_a_file_cut_anywhere_gives_the_events_before_the_cut(
    content: bytes, tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    directory = tmp_path_factory.getbasetemp() / "cut"
    (whole, _), (cut, damage) = _read(directory, content), _read(directory, content[: int(share * len(content))])
    assert not damage, "what is not yet written is no damage"
    for tag, points in cut.items():
        np.testing.assert_array_equal(points, whole[tag][: len(points)])
    assert len(whole["loss/train"]) == 11 and len(cut.get("loss/train", [])) >= int(share * 12) - 3


@settings(max_examples=300, deadline=None)
@given(flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=4))
def test_flipped_bits_never_raise_and_never_give_a_wrong_value(
    content: bytes, tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[float, int]]
) -> None:
    directory = tmp_path_factory.getbasetemp() / "flipped"
    damaged = bytearray(content)
    for place, bit in flips:
        damaged[int(place * len(content))] ^= 1 << bit
    (whole, _), (found, damage) = _read(directory, content), _read(directory, bytes(damaged))
    for tag, points in found.items():
        assert {repr(p) for p in points} <= {repr(p) for p in whole[tag]}, "what is damaged is left out"
    assert sum(map(len, found.values())) >= sum(map(len, whole.values())) - 3 * len(flips)
    assert bool(damage) or found == whole or bytes(damaged) == content or len(found["loss/train"]) < 11


def _framed(body: bytes) -> bytes:
    """A record whose checksums are right, as a writer with a fault of its own would make it."""
    from tensorboardX.record_writer import masked_crc32c

    length = struct.pack("<Q", len(body))
    return length + struct.pack("<I", masked_crc32c(length)) + body + struct.pack("<I", masked_crc32c(body))


@settings(max_examples=300, deadline=None)
@given(bodies=st.lists(st.binary(max_size=60), max_size=4), noise=st.binary(max_size=40))
def test_nonsense_never_raises(tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], noise: bytes) -> None:
    directory = tmp_path_factory.getbasetemp() / "nonsense"
    directory.mkdir(exist_ok=True)
    (directory / "events.out.tfevents.1.x").write_bytes(b"".join(map(_framed, bodies)) + noise)
    _ours(directory)


@pytest.mark.parametrize("step", [b"\xff" * 9 + b"\x01", b"\xff" * 9 + b"\x7f"], ids=["minus one", "too long"])
def test_a_step_is_a_signed_number_of_64_bits(tmp_path: Path, step: bytes) -> None:
    value = b"\x0a\x01a\x15" + struct.pack("<f", 1.0)
    body = b"\x10" + step + b"\x2a" + bytes([len(value) + 2]) + b"\x0a" + bytes([len(value)]) + value
    (tmp_path / "events.out.tfevents.1.x").write_bytes(_framed(body))
    assert _ours(tmp_path)["a"] == [(-1, 0.0, 1.0)] == _tensorboard(tmp_path).get("a", [(-1, 0.0, 1.0)])


def test_records_and_console(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    maps = np.random.default_rng(0).normal(size=(2, 3)).astype(np.float16)
    writer.record(Record(tag="predictions/val", kind="k", step=50, arrays={"conv1": maps}))
    writer.print("said: \ud800 é")
    writer.flush()
    with np.load(tmp_path / "records" / "predictions" / "val" / "000000050.npz") as arrays:
        np.testing.assert_array_equal(arrays["conv1"], maps)
    assert (tmp_path / "console.log").read_text("utf-8") == "said: \\ud800 é\n"
    writer.close()
    RunWriter(tmp_path).close()
    assert (tmp_path / "console.log").read_text("utf-8") == "said: \\ud800 é\n", "appended to, never cut"


def test_what_was_flushed_is_there_before_the_file_is_closed(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    writer.scalars(1, 0.0, {"a": 1.0})
    writer.flush()
    assert _ours(tmp_path) == {"a": [(1, 0.0, 1.0)]}
    writer.close()
