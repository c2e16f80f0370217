"""Event files that grow, appear, are replaced, cut short or damaged."""

import math
import os
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.readers import tfevents
from dlviz.engine.runs.readers.events import framing, pieces
from dlviz.engine.runs.readers.events.bulk import Gatherer
from dlviz.engine.runs.readers.events.checksum import header_checksums, masked, wrong
from dlviz.engine.runs.readers.events.framing import header, next_header, walk
from dlviz.engine.runs.readers.folder import scan
from dlviz.engine.runs.readers.tfevents import EventsReader, find

from .eventlog import framed, name, read, rows, same, simple, table, write


def _long(count: int, seed: int = 0) -> bytes:
    """A file in which records of several lengths follow each other without order."""
    rng = random.Random(seed)
    out = []
    for k in range(count):
        tag = "t" * rng.choice([1, 1, 2, 9, 30, 300])
        value = b"\x0a" + _size(len(tag)) + tag.encode() + b"\x15" + struct.pack("<f", k)
        value = b"\x0a" + _size(len(value)) + value
        body = (
            b"\x09"
            + struct.pack("<d", 1.7e9 + k)
            + (b"\x10" + _size(k) if k else b"")
            + b"\x2a"
            + _size(len(value))
            + value
        )
        out.append(framed(body))
    return b"".join(out)


def _size(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _size(value >> 7)


@pytest.fixture(scope="module")
def long() -> bytes:
    return _long(6000)


def _offsets(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        found.append(at)
        at += 16 + int(struct.unpack_from("<Q", data, at)[0])
    return found


def test_lanes_follow_the_chain_of_records(long: bytes) -> None:
    chain, every = walk(long, 0), _offsets(long)
    assert chain.offsets.tolist() == every and chain.end == len(long) and not chain.broken
    assert (chain.lengths[:-1] == np.diff(every) - 16).all()
    for cut in (1, 5, 12, 20):
        chain = walk(long[:-cut], 0)
        assert chain.offsets.tolist() == every[:-1] and not chain.broken and chain.end == every[-1]


def test_a_long_file_is_not_read_one_record_at_a_time(long: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(framing, "_steps")
    chain = walk(long, 0)
    numbers: dict[bytes, int] = {}
    gatherer = Gatherer(lambda tag, plugin: numbers.setdefault(tag, len(numbers)))
    found = gatherer.gather(long, chain.offsets, chain.lengths)
    assert sum(map(len, found.columns)) + len(found.odd) == 6000 and len(found.odd) < 12
    assert len(numbers) == 5 and not found.damaged


def test_lanes_stop_where_a_header_is_damaged(long: bytes) -> None:
    every = _offsets(long)
    for index in (1, 700, 3000, 5999):
        damaged = bytearray(long)
        damaged[every[index] + 1] ^= 1
        chain = walk(bytes(damaged), 0)
        assert chain.offsets.tolist() == every[:index] and chain.end == every[index] and chain.broken
        after = next_header(bytes(damaged), chain.end + 1)
        assert after == (every[index + 1] if index + 1 < len(every) else -1)


def test_headers_that_only_look_like_some_do_not_mislead_the_lanes() -> None:
    inner = b"".join(framed(bytes(30)) for _ in range(400))
    data = b"".join(framed(inner) + framed(b"x" * 40) for _ in range(20))
    chain = walk(data, 0)
    assert chain.offsets.tolist() == _offsets(data) and chain.end == len(data) and not chain.broken


def test_header_checksums_are_those_of_the_library() -> None:
    from crc32c import crc32c

    table_ = header_checksums()
    for length in (0, 1, 40, 255, 256, 4097, 65_535):
        assert int(table_[length]) == masked(crc32c(struct.pack("<Q", length)))
        assert header(struct.pack("<QI", length, int(table_[length])), 0) == length
    assert header(struct.pack("<QI", 7, 0), 0) == -1


@pytest.mark.parametrize("damaged", [(), (0,), (5, 6), (5, 5 + 128), (5, 5 + 131, 9), (3, 1999)])
def test_no_damaged_row_hides_in_a_sum(damaged: tuple[int, ...]) -> None:
    """Even where the damage is the same in all of them."""
    from crc32c import crc32c

    rows_ = np.random.default_rng(0).integers(0, 1 << 63, (2000, 6), np.uint64)
    stored = np.array([masked(crc32c(row.tobytes()[:45])) for row in rows_], np.uint32)
    assert wrong(rows_, 45, stored) is None
    for k in damaged:
        rows_[k, 3] ^= np.uint64(1 << 20)
    found = wrong(rows_, 45, stored)
    assert (found is None) == (not damaged)
    assert found is None or np.flatnonzero(found).tolist() == sorted(damaged)


def test_a_large_file_with_every_kind_of_damage(tmp_path: Path, long: bytes) -> None:
    path, every = tmp_path / name(), _offsets(long)
    path.write_bytes(long)
    whole = table(read(tmp_path))
    assert sum(map(len, whole.values())) == 6000
    damaged = bytearray(long)
    for k in range(100, 5900, 97):
        damaged[every[k] + 12 + 5] ^= 0x10  # a time
    damaged[every[2000] : every[2001]] = bytes(every[2001] - every[2000])
    damaged[every[3000] + 3] ^= 1
    path.write_bytes(bytes(damaged))
    reader = read(tmp_path)
    lost = [*range(100, 5900, 97), 2000, 3000]
    kept = {tag: [p for p in points if p[0] not in lost] for tag, points in whole.items()}
    same(table(reader), kept)
    assert reader.warnings == [
        f"{name()}: records that do not match their checksums, the first at byte {every[100]:,} (60 times)",
        f"{name()}: places that hold no records, the first at byte {every[2000]:,} (2 times)",
    ]


def test_what_is_written_bit_by_bit_is_read_bit_by_bit(tmp_path: Path) -> None:
    data = write(tmp_path / name(), [simple(k, k, a=k, b=-k) for k in range(30)]).read_bytes()
    reader, seen = EventsReader(tmp_path), 0
    with (tmp_path / name()).open("r+b") as file:
        file.truncate(0)
        for at in range(0, len(data), 7):
            file.write(data[at : at + 7])
            file.flush()
            reader.look(math.inf)
            now = sum(len(series) for series in reader.series.values())
            assert now >= seen
            seen = now
    assert seen == 60 and not reader.warnings
    same(table(reader), table(read(tmp_path)))


def test_new_files_appear_and_earlier_ones_grow(tmp_path: Path) -> None:
    """However the growth of two files is interleaved, what is found is what is found at the end."""
    one = write(tmp_path / name(0), [simple(k, k, a=k) for k in range(50)]).read_bytes()
    two = write(tmp_path / name(1), [simple(k, k, a=-k) for k in range(30, 90)], version=False).read_bytes()
    final = table(read(tmp_path))
    assert [step for step, _, _ in final["a"]] == list(range(90))
    rng = random.Random(1)
    for _ in range(20):
        for number in (0, 1):
            (tmp_path / name(number)).unlink(missing_ok=True)
        (tmp_path / name(0)).touch()
        reader, left = EventsReader(tmp_path), {0: one, 1: two}
        while any(left.values()):
            number = rng.choice([k for k in left if left[k]])
            size = rng.randrange(1, 900)
            with (tmp_path / name(number)).open("ab") as file:
                file.write(left[number][:size])
            left[number] = left[number][size:]
            reader.look(math.inf)
        same(table(reader), final)


def test_a_file_that_is_replaced_or_shrinks_is_read_anew(tmp_path: Path) -> None:
    path = write(tmp_path / name(), [simple(k, k, a=k) for k in range(50)])
    reader = read(tmp_path)
    write(path, [simple(k, k, b=k) for k in range(3)])
    os.utime(path, (1, 1))
    reader.look(math.inf)
    assert {tag: len(rows(series)) for tag, series in reader.series.items()} == {"b": 3}
    path.unlink()
    reader.look(math.inf)
    assert len(reader.series["b"]) == 3, "what was read is kept"
    write(path, [simple(k, k, c=k) for k in range(60)])
    reader.look(math.inf)
    assert list(reader.series) == ["c"]


def test_room_that_is_not_yet_written_waits(tmp_path: Path) -> None:
    path = write(tmp_path / name(), [simple(k, k, a=k) for k in range(20)])
    data = path.read_bytes()
    path.write_bytes(data + bytes(5000))
    reader = read(tmp_path)
    assert len(reader.series["a"]) == 20 and not reader.warnings
    path.write_bytes(data + framed(simple(20, 20, a=20).SerializeToString()) + bytes(4000))
    reader.look(math.inf)
    assert len(reader.series["a"]) == 21
    path.write_bytes(data + bytes(5000) + framed(simple(20, 20, a=20).SerializeToString()))
    reader.look(math.inf)
    assert len(reader.series["a"]) == 21
    assert reader.warnings == [f"{name()}: places that hold no records, the first at byte {len(data):,}"]


def test_records_larger_than_a_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / name()
    large = framed(b"\x22" + _size(3_000_000) + bytes(3_000_000))  # a graph
    point = [framed(simple(k, k, a=k).SerializeToString()) for k in range(3)]
    path.write_bytes(point[0] + large + point[1] + large[:-1])
    reader = read(tmp_path)
    assert len(reader.series["a"]) == 2 and not reader.warnings
    with path.open("ab") as file:
        file.write(large[-1:] + point[2])
    reader.look(math.inf)
    assert len(reader.series["a"]) == 3 and not reader.warnings
    monkeypatch.setattr(pieces, "LARGEST", 1_000_000)
    monkeypatch.setattr(tfevents, "MOST", 1 << 21)
    passed = read(tmp_path)
    assert len(passed.series["a"]) == 3
    assert passed.warnings == [f"{name()}: records too large to be read, the first at byte {len(point[0]):,} (2 times)"]


def test_looking_is_done_in_short_pieces(tmp_path: Path, long: bytes) -> None:
    (tmp_path / name()).write_bytes(long * 12)
    reader = EventsReader(tmp_path)
    assert reader.look(-math.inf) is True and not reader.series
    assert reader.look(math.inf) is False and reader.series
    assert reader.look(-math.inf) is False, "there is nothing more"


def test_a_quiet_folder_of_many_files_is_hardly_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        write(tmp_path / name(number), [simple(number, number, a=number)])
    os.utime(tmp_path, (1, 1))
    reader = read(tmp_path)
    asked: list[Path] = []
    stat = Path.stat

    def counted(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        asked.append(path)
        return stat(path, follow_symlinks=follow_symlinks)

    for _ in range(10):
        reader.look(math.inf)
    monkeypatch.setattr(Path, "stat", counted)
    for _ in range(16):
        reader.look(math.inf)
    assert len(asked) <= 16 * 3 + 38, "the folder, the two newest, and each of the others once"
    with (tmp_path / name(3)).open("ab") as file:
        file.write(framed(simple(1000, 3, b=1).SerializeToString()))
    for _ in range(16):
        reader.look(math.inf)
    assert len(reader.series["b"]) == 1, "an old one that grows is seen in time"


def test_event_files_are_known_by_name_or_by_content(tmp_path: Path) -> None:
    write(tmp_path / "a" / name(), [])
    write(tmp_path / "b" / "renamed.log", [])
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "events.out.tfevents.1700000000.h").touch()
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "about_tfevents.md").write_text("no events at all\n")
    (tmp_path / "d" / "data.tfrecord").write_bytes(framed(b"\x0a\x05hello"))
    found = {path.name: [one.files for one in find(scan(path))] for path in sorted(tmp_path.iterdir())}
    assert {name_: len(files) for name_, files in found.items()} == {"a": 1, "b": 1, "c": 1, "d": 0}
    (one,) = find(scan(tmp_path / "a"))
    assert one.started == 1_700_000_000 and one.whole and one.make().look(math.inf) is False


@pytest.fixture(scope="module")
def mixed() -> bytes:
    return _long(400, seed=3)


@settings(max_examples=150, deadline=None)
@given(
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=40)), min_size=1, max_size=5),
    cuts=st.lists(st.floats(0, 1), max_size=3),
)
def test_whatever_is_done_to_a_file_no_wrong_point_is_read(
    mixed: bytes, tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[float, int, bytes]], cuts: list[float]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "edited"
    folder.mkdir(exist_ok=True)
    path = folder / name()
    data = mixed
    for place, removed, put in edits:
        at = int(place * len(data))
        data = data[:at] + put + data[at + removed :]
    path.unlink(missing_ok=True)
    path.write_bytes(mixed)
    true = {tag: set(points) for tag, points in table(read(folder)).items()}
    path.write_bytes(b"")
    reader = EventsReader(folder)
    for cut in [*sorted(cuts), 1.0]:
        path.write_bytes(data[: int(cut * len(data))])
        reader.look(math.inf)
    assert all(set(points) <= true[tag] for tag, points in table(reader).items())
    assert sum(len(series) for series in reader.series.values()) >= 400 - 8 * len(edits)
    same(table(reader), table(read(folder)))


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300), framed_=st.booleans(), bodies=st.lists(st.binary(max_size=80), max_size=30))
def test_noise_never_raises(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, framed_: bool, bodies: list[bytes]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "noise"
    folder.mkdir(exist_ok=True)
    (folder / name()).write_bytes(b"".join(map(framed, bodies)) + (framed(data) if framed_ else data))
    reader = read(folder)
    for shelf in reader.records.values():
        for k in range(len(shelf.steps)):
            shelf.read(k)
