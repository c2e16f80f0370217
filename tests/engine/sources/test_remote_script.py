"""The script that runs over there, run here by several shells: the copy is always what the folder holds."""

import os
import random
import shutil
from pathlib import Path

import pytest

from dlviz.engine.runs.sources import ssh

from .looking import SHELLS, Reach, catch_up, contents

BSD_STAT = """#!/bin/sh
[ "$1" = -L ] && shift
[ "$1" = -f ] || exit 1
shift
[ "$1" = %z ] && exec REAL -c %s "$2"
[ "$1" = '%z|%m|%d:%i|%Fm|%N' ] || exit 1
shift
exec REAL -L -c '%s|%Y|%d:%i|%.9Y|%n' "$@"
"""
TOOLS = "awk sort sed find tail head cat cksum date wc"


@pytest.mark.parametrize("shell", SHELLS)
def test_growth_replacement_shrinking_and_deletion(shell: str, tmp_path: Path, reach: Reach) -> None:
    there = tmp_path / "runs"
    (there / "a").mkdir(parents=True)
    log, other = there / "a" / "log.txt", there / "other.csv"
    log.write_text("step 1\n")
    other.write_bytes(bytes(range(256)) * 50)
    remote = reach(shell=shell)
    assert contents(remote.folder) == contents(there)
    with log.open("a") as file:
        file.write("step 2\n")
    inode = (remote.folder / "a" / "log.txt").stat().st_ino
    catch_up(remote)
    assert contents(remote.folder) == contents(there)
    assert (remote.folder / "a" / "log.txt").stat().st_ino == inode, "what grows is the same file"
    other.write_bytes(b"short")
    log.with_name("aside").write_text("step 7, another file that is longer than it was\n")
    log.with_name("aside").rename(log)
    catch_up(remote)
    assert contents(remote.folder) == contents(there)
    log.unlink()
    (there / "a").rmdir()
    catch_up(remote)
    assert contents(remote.folder) == {"other.csv": b"short"}
    assert not (remote.folder / "a").exists()


def test_only_what_is_new_is_sent(tmp_path: Path, reach: Reach) -> None:
    there = tmp_path / "runs"
    there.mkdir()
    (there / "big.log").write_bytes(random.Random(0).randbytes(300_000))
    remote = reach()
    before = remote.received
    remote.look()
    assert remote.received - before < 60, "nothing has changed"
    with (there / "big.log").open("ab") as file:
        file.write(b"x" * 100)
    before = remote.received
    remote.look()
    assert 100 < remote.received - before < 500
    assert contents(remote.folder) == contents(there)


def test_in_place_rewrites_of_the_same_or_greater_length_are_seen(tmp_path: Path, reach: Reach) -> None:
    there = tmp_path / "runs"
    there.mkdir()
    same, longer = there / "same.yaml", there / "metrics.csv"
    same.write_text("status: 1\n")
    longer.write_text("step,loss\n" + "1,2\n" * 9000)
    remote = reach()
    same.write_text("status: 3\n")
    longer.write_text("step,loss,acc\n" + "1,2,3\n" * 9000)
    os.utime(same, (1e9, 1e9))
    catch_up(remote)
    assert contents(remote.folder) == contents(there)
    assert (remote.folder / "same.yaml").stat().st_mtime == 1e9


def test_what_differs_only_in_the_middle_is_seen(tmp_path: Path, reach: Reach) -> None:
    there = tmp_path / "runs"
    there.mkdir()
    edited, replaced = there / "edited.json", there / "replaced.json"
    for path in (edited, replaced):
        path.write_bytes(b"a" * 30_000)
    remote = reach()
    with edited.open("r+b") as file:
        file.seek(15_000)
        file.write(b"EDITED")
    os.utime(edited, (1e9, 1e9))
    (tmp_path / "aside").write_bytes(b"a" * 15_000 + b"REPLACED" + b"a" * 20_000)
    (tmp_path / "aside").rename(replaced)
    catch_up(remote)
    assert contents(remote.folder) == contents(there)


@pytest.mark.parametrize("shell", SHELLS)
def test_odd_names(shell: str, tmp_path: Path, reach: Reach) -> None:
    there = tmp_path / "my 'runs' $HOME"
    there.mkdir()
    names = ["a b", " lead", "trail ", "it's", 'say "x"', "$(touch hacked)", "`id`", "back\\slash", "*", "-n", "tab\t"]
    names += ["[x]", "ünï.log", "#", "~", "%s%n", "END", ";rm", "&", "F|", "=", "."]
    for name in names[:-3]:
        (there / name).write_text(f"step 1 of {name}\n")
    (there / os.fsdecode(b"\xff.log")).write_text("not UTF-8\n")
    (there / "-dir").mkdir()
    (there / "-dir" / "=").write_text("x")
    wanted = contents(there)
    (there / "new\nline").write_text("left out")
    (there / "bar|bar").write_text("left out")
    remote = reach("my 'runs' $HOME", shell)
    catch_up(remote)
    assert contents(remote.folder) == wanted
    assert not (there / "hacked").exists() and not (tmp_path / "hacked").exists()


def test_what_is_no_log_is_left_there(tmp_path: Path, reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh, "LARGEST", 5000)
    there = tmp_path / "runs"
    for folder in (".git", "node_modules", "x/records/a", "x/files/media"):
        (there / folder).mkdir(parents=True)
    wanted = ["x/records/a/7.npz", "x/events.out.tfevents.1.h", "x/run.wandb", "x/log.jsonl.gz", "x/files/media/a.png"]
    others = [".git/HEAD", "node_modules/a.txt", "x/model.pt", "x/m.safetensors", "x/train.py", "x/cat.jpg"]
    for name in (*wanted, *others):
        (there / name).write_text("x")
    (there / "x/huge.csv").write_text("y" * 6000)
    remote = reach()
    catch_up(remote)
    assert sorted(contents(remote.folder)) == sorted(wanted)
    assert remote.large == {"x/huge.csv"}


def test_links_are_followed_once_and_nothing_comes_twice(tmp_path: Path, reach: Reach) -> None:
    there, far = tmp_path / "runs", tmp_path / "scratch"
    (there / "run1").mkdir(parents=True)
    far.mkdir()
    (there / "run1" / "log.txt").write_text("step 1\n")
    (far / "log.txt").write_text("step 2\n")
    for name, to in {
        "latest": "run1",
        "moved": str(far),
        "loop": ".",
        "gone": "nowhere",
        "l.txt": "run1/log.txt",
    }.items():
        (there / name).symlink_to(to)
    (tmp_path / "entry").symlink_to(there)
    remote = reach("entry")
    catch_up(remote)
    assert contents(remote.folder) == {"run1/log.txt": b"step 1\n", "moved/log.txt": b"step 2\n"}


def test_a_file_alone_and_a_path_below_home(tmp_path: Path, reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "a b").mkdir(parents=True)
    (tmp_path / "home" / "a b" / "out.log").write_text("step 1\n")
    (tmp_path / "home" / "a b" / "no.log").write_text("no\n")
    for path in ("~/a b/out.log", str(tmp_path / "home/a b/out.log"), "home/a b/out.log"):
        assert contents(reach(path).folder) == {"out.log": b"step 1\n"}
    with pytest.raises(ValueError, match=r"far:~/nothing: there is nothing of that name"):
        reach("~/nothing")


@pytest.mark.parametrize("kind", ["bsd", "none"])
def test_machines_with_another_stat_or_none(kind: str, tmp_path: Path, reach: Reach) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in TOOLS.split():
        (tools / name).symlink_to(str(shutil.which(name)))
    if kind == "bsd":
        (tools / "stat").write_text(BSD_STAT.replace("REAL", str(shutil.which("stat"))))
        (tools / "stat").chmod(0o700)
    there = tmp_path / "runs"
    (there / "a b").mkdir(parents=True)
    (there / "a b" / "log.txt").write_text("step 1\n")
    remote = reach(tools=str(tools))
    with (there / "a b" / "log.txt").open("a") as file:
        file.write("step 2\n")
    catch_up(remote)
    (there / "new.txt").write_text("1")
    catch_up(remote)
    assert contents(remote.folder) == contents(there)


def test_much_comes_in_turns_and_every_run_has_its_turn_early(tmp_path: Path, reach: Reach) -> None:
    there = tmp_path / "runs"
    there.mkdir()
    for i in range(3):
        (there / f"huge{i}.log").write_bytes(random.Random(i).randbytes(5_000_000 + i))
    for i in range(40):
        (there / f"small{i}.log").write_text(f"step {i}\n")
    remote = reach()
    assert sum(name.startswith("small") for name in contents(remote.folder)) == 40
    assert remote.received < 1.1 * ssh.BUDGET
    assert not remote.wait(0)
    catch_up(remote)
    assert contents(remote.folder) == contents(there)
    assert remote.complete and remote.received < 15_200_000


@pytest.mark.parametrize("shell", SHELLS)
def test_many_small_files_come_together(shell: str, tmp_path: Path, reach: Reach) -> None:
    for i in range(2300):
        path = tmp_path / "runs" / f"run {i % 7}" / f"metric {i}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{i} " * (i % 50))
        os.utime(path, (i, i))
    remote = reach(shell=shell)
    catch_up(remote)
    assert contents(remote.folder) == contents(tmp_path / "runs")
    with (tmp_path / "runs" / "run 0" / "metric 7").open("a") as file:
        file.write("8 ")
    catch_up(remote)
    assert contents(remote.folder) == contents(tmp_path / "runs")
