"""A program under a terminal of its own: its output is kept, its end is known."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from dlviz.engine.runs.sources.command import Command, name_of

WITHIN = 60.0


def ran(directory: Path, code: str, **options: Any) -> tuple[Command, str, dict[str, Any]]:
    command = Command([sys.executable, "-c", code], directory, **options)
    command.start()
    assert command.wait(WITHIN)
    return command, (directory / "console.log").read_bytes().decode(), json.loads((directory / "run.json").read_text())


def test_what_it_prints_and_how_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    code = (
        "import sys,os; print(sys.stdout.isatty(), *os.get_terminal_size()); print('oh', file=sys.stderr); sys.exit(3)"
    )
    command, printed, told = ran(tmp_path, code, size=(99, 33))
    assert printed == "True 99 33\noh\n"
    assert command.status == 3 and (told["status"], told["exit_code"], told["reason"]) == ("failed", 3, "exit status 3")
    assert "hunter2" not in (tmp_path / "run.json").read_text()
    assert told["cwd"] == str(Path.cwd()) and "sys.exit(3)" in told["command"] and told["pid"]


@pytest.mark.parametrize(
    ("code", "status", "word", "reason"),
    [
        ("", 0, "finished", ""),
        ("import os; os.kill(os.getpid(), 9)", 137, "failed", "killed by SIGKILL"),
        ("import os; os.kill(os.getpid(), 2); input()", 130, "interrupted", "killed by SIGINT: KeyboardInterrupt"),
        ("raise ValueError('boom \\x1b[31m[/x]')", 1, "failed", "exit status 1: ValueError: boom [/x]"),
    ],
)
def test_endings(tmp_path: Path, code: str, status: int, word: str, reason: str) -> None:
    command, _, told = ran(tmp_path, code)
    assert (command.status, told["status"], told["exit_code"], told["reason"]) == (status, word, status, reason)


def test_all_of_much_output_is_kept_and_shown(tmp_path: Path) -> None:
    command = Command([sys.executable, "-c", "for i in range(200000): print('step', i)"], tmp_path)
    with (tmp_path / "shown").open("wb", buffering=0) as shown:
        command.echo = shown.fileno()
        command.start()
        assert command.wait(WITHIN)
    expected = "".join(f"step {i}\n" for i in range(200000))
    assert (tmp_path / "console.log").read_text() == expected == (tmp_path / "shown").read_text()


def test_who_comes_later_sees_every_line_from_then_on_once(tmp_path: Path) -> None:
    command = Command([sys.executable, "-c", "for i in range(30000): print('step', i)"], tmp_path)
    command.start()
    with (tmp_path / "shown").open("wb", buffering=0) as shown:
        command.come_to(shown.fileno(), 5)
        assert command.wait(WITHIN)
    lines = (tmp_path / "shown").read_text().split("\n")[1:]
    assert not any(lines) or lines == (tmp_path / "console.log").read_text().split("\n")[-len(lines) :]


def test_when_nobody_listens_any_more_it_goes_on(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = Command([sys.executable, "-c", "print('on')"], tmp_path)
    command.echo = writing
    command.start()
    assert command.wait(WITHIN) and command.status == 0
    os.close(writing)


def test_keys_signals_and_sizes_reach_it(tmp_path: Path) -> None:
    code = """
import os, signal
def told(*_): print("size", *os.get_terminal_size(), flush=True)
signal.signal(signal.SIGWINCH, told)
signal.signal(signal.SIGTERM, lambda *_: print("terminate", flush=True))
try:
    print(input("name? "))
    for _ in range(9): signal.pause()
except KeyboardInterrupt: print("stopped", flush=True)
"""
    command = Command([sys.executable, "-c", code], tmp_path)
    command.start()
    log = tmp_path / "console.log"

    def until(text: str) -> None:
        for _ in range(6000):
            if log.exists() and text in log.read_text():
                return
            command.wait(0.01)
        raise AssertionError(f"{text} never came")

    until("name? ")
    command.write(b"bob\n")
    until("bob\nbob\n")
    command.resize(50, 20)
    until("size 50 20")
    command.signal(signal.SIGTERM)
    until("terminate")
    command.write(b"\x03")
    until("stopped")
    assert command.wait(WITHIN) and command.status == 0


def test_a_child_that_outlives_it_holds_nothing_up(tmp_path: Path) -> None:
    code = "import subprocess; subprocess.Popen(['sleep', '60'], start_new_session=True); print('done')"
    command, printed, _ = ran(tmp_path, code)
    assert printed == "done\n" and command.seconds < 30


def test_what_cannot_be_run(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        Command([str(tmp_path)], tmp_path).start()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("python train.py --lr 3", "train"),
        ("python3.11 -u -m pkg.pretrain x", "pretrain"),
        ("torchrun --nproc 2 src/main.py", "main"),
        ("./my run", "my"),
        ("bash go.sh", "go"),
        ("make", "make"),
        ("...", "run"),
    ],
)
def test_names(words: str, name: str) -> None:
    assert name_of(words.split()) == name
