"""`.wandb` logs that are cut short, damaged, or nothing of the kind."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .wandb_reading import LOG, look, points, read
from .wandb_writing import BLOCK, HEADER, field, framed, row


def test_every_truncation_is_a_prefix_and_no_damage(tmp_path: Path) -> None:
    log, small = tmp_path / "run-x.wandb", framed(row(k, {("loss",): k / 7, ("a", "b"): k}, 1.0 + k) for k in range(6))
    for data, every in ((small, 1), (LOG.read_bytes(), 71)):
        log.write_bytes(data)
        whole = points(read(log))
        for end in range(0, len(data), every):
            log.write_bytes(data[:end])
            reader = read(log)
            assert not reader.warnings, end
            for tag, found in points(reader).items():
                np.testing.assert_array_equal(np.array(found), np.array(whole[tag][: len(found)]))


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, LOG.stat().st_size - 1), st.integers(1, 255)), min_size=1, max_size=4))
def test_flipped_bits_cost_what_they_hit_and_are_told(tmp_path_factory: pytest.TempPathFactory, flips: Any) -> None:
    data = bytearray(LOG.read_bytes())
    for place, bits in flips:
        data[place] ^= bits
    log = tmp_path_factory.mktemp("flip") / "run-x.wandb"
    log.write_bytes(data)
    reader, whole = read(log), points(read(LOG))
    for tag, found in points(reader).items():
        if not tag.startswith("system/"):  # these take their steps from the rows around them
            assert {repr(p) for p in found} <= {repr(p) for p in whole[tag]}
    lost = len(whole["loss"]) - len(points(reader).get("loss", []))
    if bytes(data) != LOG.read_bytes() and lost and reader.status:
        assert reader.warnings  # a cut that reaches the end looks like a file that is still written to


def test_a_damaged_block_is_told_and_the_next_one_is_read(tmp_path: Path) -> None:
    data = bytearray(framed(row(k, {("loss",): float(k)}) for k in range(3000)))
    data[BLOCK + 500] ^= 1
    data[2 * BLOCK : 2 * BLOCK + 200] = bytes(200)
    log = tmp_path / "run-x.wandb"
    log.write_bytes(data)
    reader = read(log)
    steps = reader.series["loss"].points().steps.tolist()
    assert steps[0] == 0 and steps[-1] == 2999 and 2000 < len(steps) < 2999 and steps == sorted(steps)
    assert len(reader.warnings) == 2 and all("run-x.wandb" in text for text in reader.warnings)


def test_room_that_is_not_yet_written_to_waits(tmp_path: Path) -> None:
    first, second = framed([row(0, {("loss",): 1.0})]), framed([row(0, {("loss",): 1.0}), row(1, {("loss",): 2.0})])
    log = tmp_path / "run-x.wandb"
    log.write_bytes(first + bytes(100_000))
    reader = read(log)
    assert points(reader) == {"loss": [(0, 1.0)]} and not reader.warnings
    log.write_bytes(second + bytes(100_000))
    look(reader)
    assert points(reader) == {"loss": [(0, 1.0), (1, 2.0)]} and not reader.warnings


@settings(max_examples=200)
@given(st.binary(max_size=400) | st.lists(st.binary(max_size=60), max_size=8).map(framed))
def test_no_bytes_are_too_odd(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    log = tmp_path_factory.mktemp("odd") / "run-x.wandb"
    for body in (
        data,
        HEADER + data,
        framed([field(2, data), field(1, 3) + field(2, field(1, data)), field(17, data)]),
    ):
        log.write_bytes(body)
        reader = read(log)
        for shelf in reader.records.values():
            shelf.read(0)
        assert isinstance(reader.warnings, list)
