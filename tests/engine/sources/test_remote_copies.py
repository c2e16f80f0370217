"""Copies of logs: databases, privacy, later sessions, and any history of changes."""

import errno
import os
import random
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from dlviz.engine.runs.sources.mirror import Mirror, Piece
from dlviz.engine.runs.sources.remote import Remote

from .looking import Reach, catch_up, contents


def test_databases_come_whole_with_their_log(tmp_path: Path, reach: Reach) -> None:
    there = tmp_path / "runs"
    there.mkdir()
    writer = sqlite3.connect(there / "mlflow.db", isolation_level=None)
    writer.execute("pragma journal_mode=wal")
    writer.execute("create table metrics (step integer, value blob)")
    remote = reach()
    for step in range(30):
        writer.execute("insert into metrics values (?, randomblob(3000))", (step,))
        if step % 7 == 6:
            writer.execute("pragma wal_checkpoint(restart)")
        catch_up(remote)
        with sqlite3.connect(f"file:{remote.folder / 'mlflow.db'}?mode=ro", uri=True) as reader:
            assert reader.execute("select count(*) from metrics").fetchone() == (step + 1,)
            assert reader.execute("pragma integrity_check").fetchone() == ("ok",)
        reader.close()
    writer.close()


def test_whoever_waits_is_told_of_new_files_and_not_of_growth(tmp_path: Path, reach: Reach) -> None:
    there = tmp_path / "runs"
    there.mkdir()
    (there / "a.log").write_text("1")
    remote = reach()
    catch_up(remote)
    told = threading.Semaphore(0)
    remote.on_change(told.release)
    assert told.acquire(timeout=60), "something is there already"
    (there / "b.log").write_text("1")
    remote.start()
    assert told.acquire(timeout=60)
    assert (remote.folder / "b.log").exists()
    while told.acquire(blocking=False):
        pass
    (there / "a.log").write_text("12")
    while (remote.folder / "a.log").read_text() != "12":
        assert not told.acquire(timeout=0.01)
    remote.close()


def test_a_command_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLVIZ_SSH", "ssh 'x")
    with pytest.raises(
        ValueError, match=r"^the environment variable DLVIZ_SSH is no command line: No closing quotation$"
    ):
        Remote("far:runs", cache=tmp_path)


def test_a_database_in_the_middle_of_a_transaction_waits(tmp_path: Path, reach: Reach) -> None:
    there = tmp_path / "runs"
    there.mkdir()
    (there / "a.sqlite").write_bytes(b"torn")
    (there / "a.sqlite-journal").write_bytes(b"what it was")
    remote = reach()
    assert contents(remote.folder) == {}
    (there / "a.sqlite-journal").unlink()
    catch_up(remote)
    assert contents(remote.folder) == {"a.sqlite": b"torn"}


def test_a_name_that_is_not_taken_here_holds_nothing_up(
    tmp_path: Path, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Mirror.put

    def refuse(self: Mirror, piece: Piece, skew: float) -> bool:
        if piece.stat.name == "./long":
            raise OSError(errno.ENAMETOOLONG, "File name too long")
        return put(self, piece, skew)

    monkeypatch.setattr(Mirror, "put", refuse)
    (tmp_path / "runs").mkdir()
    for name in ("a", "long", "z"):
        (tmp_path / "runs" / name).write_text("step 1")
    remote = reach()
    before = remote.received
    remote.look()
    assert sorted(contents(remote.folder)) == ["a", "z"]
    assert remote.received - before < 60, "it is not sent again"


def test_the_copy_is_private(tmp_path: Path, reach: Reach) -> None:
    (tmp_path / "runs").mkdir()
    remote = reach()
    for folder in (remote.folder, *list(remote.folder.parents)[:4]):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_later_session_goes_on_where_this_one_was(tmp_path: Path, reach: Reach) -> None:
    there = tmp_path / "runs"
    there.mkdir()
    (there / "log.txt").write_bytes(random.Random(1).randbytes(100_000))
    first = reach()
    first.close()
    with (first.folder / "log.txt").open("ab") as file:  # a kill between the bytes and the note of them
        file.write(b"half of something")
    with (there / "log.txt").open("ab") as file:
        file.write(b"more")
    second = Remote("someone@far:runs", ssh=f"'{tmp_path / 'ssh 0'}'", cache=tmp_path / "cache")
    try:
        assert second.folder == first.folder
        second.connect()
        second.look()
        assert contents(second.folder) == contents(there)
        assert second.received < 1000
        again = Remote("someone@far:runs", ssh=f"'{tmp_path / 'ssh 0'}'", cache=tmp_path / "cache")
        again.connect()
        again.look()
        assert again.folder != second.folder, "two sessions at once do not write to one copy"
        assert contents(again.folder) == contents(there)
        again.close()
        assert not again.folder.exists() and second.folder.exists()
    finally:
        second.close()


def test_a_random_history_ends_in_the_same_folder(tmp_path: Path, reach: Reach) -> None:
    there = tmp_path / "runs"
    there.mkdir()
    remote, chance = reach(), random.Random(5)
    for _ in range(60):
        path = there / f"d{chance.randrange(2)}" / f"f{chance.randrange(4)}.log"
        path.parent.mkdir(exist_ok=True)
        act = chance.choice(["grow", "grow", "grow", "replace", "shrink", "delete", "aside"])
        if act == "delete" or (act == "shrink" and not path.exists()):
            path.unlink(missing_ok=True)
        elif act == "shrink":
            os.truncate(path, path.stat().st_size // 2)
        elif act == "aside":
            path.with_suffix(".new").write_bytes(chance.randbytes(chance.randrange(9000)))
            path.with_suffix(".new").rename(path)
        else:
            with path.open("ab" if act == "grow" else "wb") as file:
                file.write(chance.randbytes(chance.randrange(9000)))
        if chance.random() < 0.4:
            remote.look()
    catch_up(remote)
    assert contents(remote.folder) == contents(there)
