"""Whatever comes from over there: no exception but Lost, no hang, and nothing outside of the folder."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.sources.answer import Answer, read_answer
from dlviz.engine.runs.sources.mirror import Mirror, Piece, Stat
from dlviz.engine.runs.sources.place import Place
from dlviz.engine.runs.sources.ssh import Lost

GOOD = (
    b"F|0|5|5|9|1:2|t|./a.log\nhelloD|./b\nL|9|9|1:3|t|./c\nG|0|2|2|9|1:4|t|./d\nG|0|3|3|9|1:5|t|./e\nB|5\nxxyyyE\n"
    b"5|9|1:2|t|./a.log\n2|9|1:4|t|./d\n3|9|1:5|t|./e\nZ|0\n"
)
NOTES = [
    b"[]",
    b'{"./a": [1]}',
    b'{"./a": [99, "9|9|1:2|t|./a"]}',
    b"[" * 9999,
    b'{"./\\ud800": [0, "0|9|1:2|t|./\\ud800"]}',
    b'{"./\\u0000": [0, "0|9|1:2|t|./\\u0000"]}',
]


class Canned:
    """A talk that says what it was given, in pieces, and then breaks off."""

    told = False

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)

    def ask(self, request: bytes) -> str:
        return "0"

    def line(self) -> bytes:
        end = self.data.find(b"\n")
        if end < 0:
            raise Lost("the connection was closed")
        found = bytes(self.data[:end])
        del self.data[: end + 1]
        return found

    def some(self, most: int) -> bytes:
        if not self.data:
            raise Lost("the connection was closed")
        found = bytes(self.data[: min(most, 3)])
        del self.data[: len(found)]
        return found


def answer(data: bytes, aside: Path) -> Answer:
    return read_answer(Canned(data), b"", aside)  # type: ignore[arg-type]


def test_a_good_answer(tmp_path: Path) -> None:
    told = answer(GOOD, tmp_path)
    assert [(p.offset, p.data, p.stat.name) for p in told.good({})] == [
        (0, b"hello", "./a.log"),
        (0, b"xx", "./d"),
        (0, b"yyy", "./e"),
    ]
    assert (told.gone, [s.name for s in told.large], told.more) == (["./b"], ["./c"], False)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(GOOD)), st.binary(max_size=20), st.integers(0, 20))
def test_damaged_answers(tmp_path: Path, at: int, inserted: bytes, removed: int) -> None:
    try:
        told = answer(GOOD[:at] + inserted + GOOD[at + removed :], tmp_path)
    except Lost:
        return
    for piece in told.good({}):
        assert ".." not in Path(piece.stat.name).parts


@pytest.mark.parametrize("after", ["4|9|1:2|t|./a.log", "5|9|1:7|t|./a.log", "5|9|1:2|t|./other"])
def test_a_file_that_changed_meanwhile_does_not_count(after: str, tmp_path: Path) -> None:
    told = answer(GOOD.replace(b"E\n5|9|1:2|t|./a.log", f"E\n{after}".encode()), tmp_path)
    assert [p.stat.name for p in told.good({})] == ["./d", "./e"]


def test_files_that_came_together_count_together(tmp_path: Path) -> None:
    told = answer(GOOD.replace(b"\n2|9|1:4|t|./d", b"\n2|9|1:4|u|./d"), tmp_path)
    assert [p.stat.name for p in told.good({})] == ["./a.log"]


def test_a_database_counts_only_if_it_stayed_the_same() -> None:
    was, now = Stat.of("5|9|1:2|t|./a.db"), Stat.of("5|9|1:2|u|./a.db")
    log = Stat.of("3|9|1:5|t|./a.db-wal")
    assert was is not None and now is not None and log is not None
    pieces = [Piece(was, 0, b"hello"), Piece(log, 0, b"wal")]
    assert not Answer(pieces=pieces, after={was.name: now, log.name: log}).good({})
    assert not Answer(pieces=pieces[1:], after={was.name: now, log.name: log}).good({was.name: (5, was.line)})
    assert len(Answer(pieces=pieces, after={was.name: was, log.name: log}).good({})) == 2
    assert len(Answer(pieces=pieces[1:], after={was.name: was, log.name: log}).good({was.name: (5, was.line)})) == 1


def test_the_clocks_differ(tmp_path: Path) -> None:
    mirror = Mirror(Place(host="far", path="runs"), "ssh", tmp_path)
    found = Stat.of("5|1000000|1:2|t|./a.log")
    assert found is not None and mirror.put(Piece(found, 0, b"hello"), 3600.0)
    assert (mirror.folder / "a.log").stat().st_mtime == 1_003_600
    mirror.close()


def test_a_file_where_a_folder_was_and_the_other_way_round(tmp_path: Path) -> None:
    mirror = Mirror(Place(host="far", path="runs"), "ssh", tmp_path)
    for name, content in (("./a/b", b"1"), ("./a", b"2"), ("./a/c", b"3")):
        found = Stat.of(f"1|1|1:2|t|{name}")
        assert found is not None and mirror.put(Piece(found, 0, content), 0)
        assert (mirror.folder / name).read_bytes() == content
    mirror.forget("./a")
    mirror.forget("./a/b")
    assert (mirror.folder / "a" / "c").exists()
    mirror.close()


def test_the_index_of_another_log_is_thrown_away(tmp_path: Path) -> None:
    mirror = Mirror(Place(host="far", path="runs"), "ssh", tmp_path)
    for name, left in (("./a.db", "a.db-shm"), ("./a.db-wal", "a.db-shm")):
        (mirror.folder / left).write_bytes(b"index")
        found = Stat.of(f"1|1|1:2|t|{name}")
        assert found is not None and mirror.put(Piece(found, 0, b"x"), 0)
        assert not (mirror.folder / left).exists()
    mirror.close()


def test_a_piece_that_does_not_fit_is_not_taken(tmp_path: Path) -> None:
    mirror = Mirror(Place(host="far", path="runs"), "ssh", tmp_path)
    whole, more = Stat.of("5|1|1:2|t|./a"), Stat.of("8|1|1:2|t|./a")
    assert whole is not None and more is not None
    assert not mirror.put(Piece(more, 5, b"xyz"), 0), "nothing is here yet"
    assert mirror.put(Piece(whole, 0, b"hello"), 0) and mirror.put(Piece(more, 5, b"xyz"), 0)
    assert (mirror.folder / "a").read_bytes() == b"helloxyz"
    (mirror.folder / "a").write_bytes(b"somebody else")
    assert not mirror.put(Piece(more, 8, b"!"), 0)
    assert b"-|-|0|||0|./a" in mirror.request(["./a"])
    mirror.close()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary() | st.sampled_from(NOTES))
def test_a_note_that_was_damaged(tmp_path: Path, noted: bytes) -> None:
    mirror = Mirror(Place(host="far", path="runs"), "ssh", tmp_path)
    mirror.close()
    (mirror.home / "index.json").write_bytes(noted)
    (mirror.folder / "a").write_bytes(b"x")
    again = Mirror(Place(host="far", path="runs"), "ssh", tmp_path)
    assert again.known == {} and not list(again.folder.iterdir())
    again.close()
