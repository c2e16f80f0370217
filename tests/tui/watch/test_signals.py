"""Signals and lost terminals: real processes under a terminal leave it as it was, and nothing behind."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dlviz.tui.watch.open import Sparing

WITHIN = 60.0
"""Seconds; only a test that fails waits so long."""
DLVIZ = (sys.executable, "-m", "dlviz")
MODES = {b"?1049": b"h", b"?25": b"l", b"?1000": b"h", b"?1003": b"h", b"?1006": b"h", b"?2004": b"h", b"?1004": b"h"}
"""What a screen does to a terminal, and must undo: alternate screen, hidden cursor, mouse, paste, focus."""
ENDINGS = [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGHUP, 0), (signal.SIGQUIT, 131)]
SSH = """#!/bin/sh
for word in "$@"; do case $word in ControlPath=*) echo "${word#ControlPath=}" > PLACE/control ;; esac; done
case " $* " in *" -O "*) exit 0 ;; esac
exec sh -s
"""


class Terminal:
    """A terminal with a program that has it as its own."""

    def __init__(self, folder: Path, *words: str, controlling: bool = True, **options: Any) -> None:
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.before, self.slave, self.said = termios.tcgetattr(slave), slave, b""
        state = {"XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache")}
        env = {**os.environ, **state, "TMPDIR": str(folder), "TERM": "xterm-256color", "DLVIZ_SSH": str(folder / "ssh")}
        streams = {"stdin": slave, "stdout": slave, "stderr": slave} | options

        def take() -> None:
            os.setsid()
            if controlling:
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(words, cwd=folder, env=env, preexec_fn=take, **streams)

    def until(self, there: bytes | Callable[[], bool]) -> None:
        """Read until `there` was said, or is true."""
        deadline = time.monotonic() + WITHIN
        while not (there() if callable(there) else there in self.said):
            assert time.monotonic() < deadline, self.said[-3000:]
            self._read(0.05)

    def ended(self) -> int:
        """Read to the end; its exit status."""
        deadline = time.monotonic() + WITHIN
        while self.process.poll() is None:
            assert time.monotonic() < deadline, "it does not end"
            self._read(0.05)
        while self._read(0.0):
            pass
        return self.process.returncode

    def vanish(self) -> None:
        """Be gone."""
        for end in (self.slave, self.master):
            os.close(end)
        self.master = -1

    def close(self) -> None:
        """End all."""
        if self.master >= 0:
            self.vanish()
        self.process.kill()
        self.process.wait()

    @property
    def left(self) -> list[bytes]:
        """What the program has done to it and not undone."""
        ons = {mode: on for mode, on in MODES.items() if b"\x1b[" + mode + on in self.said}
        undone = {b"h": b"l", b"l": b"h"}
        left = [m for m, on in ons.items() if self._last(m + undone[on]) < self._last(m + on)]
        return left + [b"termios"] * (termios.tcgetattr(self.slave)[:4] != self.before[:4])

    def _last(self, code: bytes) -> int:
        return self.said.rfind(b"\x1b[" + code)

    def _read(self, timeout: float) -> bool:
        if not select.select([self.master], [], [], timeout)[0]:
            return False
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:
            return False
        self.said += data
        return bool(data)


Open = Callable[..., Terminal]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens a terminal: `opened(word, …)`."""
    terminals: list[Terminal] = []

    def one(*words: str, **options: Any) -> Terminal:
        terminals.append(Terminal(tmp_path, *words, **options))
        return terminals[-1]

    yield one
    for terminal in terminals:
        terminal.close()


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "metrics.csv").write_text("step,accuracy\n" + "".join(f"{k},{k}\n" for k in range(50)))
    return folder


def left_behind(folder: Path) -> list[Path]:
    return list(folder.glob("dlviz-*"))


@pytest.mark.parametrize(("number", "status"), ENDINGS)
def test_the_monitor_restores_the_terminal_and_remembers(
    opened: Open, logs: Path, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    terminal = opened(*DLVIZ, "watch", "logs")
    terminal.until(b"accuracy")
    assert {b"?1049", b"?25", b"?1000", b"termios"} <= set(terminal.left)
    terminal.process.send_signal(number)
    assert terminal.ended() == status
    assert terminal.left == []
    assert list((tmp_path / "state" / "dlviz" / "watch").iterdir()), "what was seen is remembered"


@pytest.mark.parametrize("controlling", [True, False], ids=["hung up", "nobody tells"])
def test_a_terminal_that_vanishes_ends_the_monitor(opened: Open, logs: Path, controlling: bool) -> None:
    terminal = opened(*DLVIZ, "watch", "logs", controlling=controlling)
    terminal.until(b"accuracy")
    terminal.vanish()
    assert terminal.process.wait(WITHIN) == 0


def test_a_signal_while_the_screen_is_being_built(opened: Open, logs: Path) -> None:
    terminal = opened(*DLVIZ, "watch", "logs")
    terminal.until(b"\x1b[?1049h")
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ended() == 130 and terminal.left == []
    assert b"Error" not in terminal.said and b"NoMatches" not in terminal.said


def test_a_signal_while_help_is_open(opened: Open, logs: Path) -> None:
    terminal = opened(*DLVIZ, "watch", "logs")
    terminal.until(b"accuracy")
    os.write(terminal.master, b"?")
    terminal.until(b"esc")
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ended() == 130 and terminal.left == []


def test_a_terminal_that_takes_no_more(opened: Open, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    terminal = opened(*DLVIZ, "watch", "-", stdin=reading)
    os.close(reading)
    os.write(writing, b"step 1 accuracy 1\nstep 2 accuracy 2\n")
    terminal.until(b"accuracy")
    os.set_blocking(terminal.master, False)
    for _ in range(50):  # nobody reads what is drawn anew
        os.write(terminal.master, b"b")
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.process.wait(WITHIN) == 130
    assert not left_behind(tmp_path)
    os.close(writing)


@pytest.mark.parametrize(
    ("number", "once", "status"),
    [(signal.SIGTERM, False, 130), (signal.SIGHUP, False, 0), (signal.SIGTERM, True, 143), (signal.SIGHUP, True, 129)],
)
def test_what_came_through_a_pipe_is_thrown_away(
    opened: Open, tmp_path: Path, number: signal.Signals, once: bool, status: int
) -> None:
    reading, writing = os.pipe()
    terminal = opened(*DLVIZ, "watch", "-", *["--once"] * once, stdin=reading)
    os.close(reading)
    os.write(writing, b"".join(b"step %d accuracy %d\n" % (k, k) for k in range(20)))
    log = [*left_behind(tmp_path)]
    terminal.until(lambda: bool(log) or bool(log.extend(left_behind(tmp_path))))
    if not once:
        terminal.until(b"accuracy")
    terminal.process.send_signal(number)
    assert terminal.ended() == status
    assert terminal.left == [] and not left_behind(tmp_path)
    os.close(writing)


def test_no_connection_is_left(opened: Open, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "ssh").write_text(SSH.replace("PLACE", str(tmp_path)))
    (tmp_path / "ssh").chmod(0o700)
    terminal = opened(*DLVIZ, "watch", f"far:{logs}")
    terminal.until(b"accuracy")
    control = Path((tmp_path / "control").read_text().strip()).parent
    assert control.is_dir()
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ended() == 130 and terminal.left == []
    assert not control.exists()


def test_a_folder_that_is_yet_to_come(opened: Open, tmp_path: Path) -> None:
    terminal = opened(*DLVIZ, "watch", "later")
    terminal.until(b"waiting for later")
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "metrics.csv").write_text("step,accuracy\n1,2\n2,3\n")
    terminal.until(b"accuracy")
    os.write(terminal.master, b"q")
    assert terminal.ended() == 0
    for words in (("later2", "--once"), ("no/later",)):
        assert opened(*DLVIZ, "watch", *words).ended() == 1


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_what_was_run_and_then_us(opened: Open, number: signal.Signals, status: int) -> None:
    terminal = opened(*DLVIZ, "run", "--", "sh", "-c", "echo step 1 accuracy 2; exec sleep 600")
    terminal.until(b"accuracy")
    terminal.process.send_signal(number)
    assert terminal.ended() == status and terminal.left == []


def test_a_signal_before_its_screen_ends_what_was_run(opened: Open, tmp_path: Path) -> None:
    terminal = opened(*DLVIZ, "run", "--", "sleep", "600")
    terminal.until(lambda: (tmp_path / "runs").exists())
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ended() in (143, -signal.SIGTERM) and terminal.left == []


@pytest.mark.parametrize("controlling", [True, False], ids=["hung up", "nobody tells"])
def test_when_its_terminal_vanishes_a_run_ends_with_what_it_ran(
    opened: Open, tmp_path: Path, controlling: bool
) -> None:
    code = "trap 'echo > heard; exit 7' HUP; echo step 1 accuracy 2; while :; do sleep 0.1; done"
    terminal = opened(*DLVIZ, "run", "--", "sh", "-c", code, controlling=controlling)
    terminal.until(b"accuracy")
    terminal.vanish()
    assert terminal.process.wait(WITHIN) == 7
    assert (tmp_path / "heard").exists()


def test_a_terminal_that_vanishes_after_the_screen_was_left(opened: Open, tmp_path: Path) -> None:
    code = "trap 'echo > heard; exit 7' HUP; echo step 1 accuracy 2; while :; do sleep 0.1; done"
    terminal = opened(*DLVIZ, "run", "--", "sh", "-c", code)
    terminal.until(b"accuracy")
    os.write(terminal.master, b"q")
    terminal.until(b"Ctrl-C stops it")
    assert terminal.left in ([], [b"termios"]), "keys are the program's"
    terminal.vanish()
    assert terminal.process.wait(WITHIN) == 7


def test_after_its_end_the_screen_stays_until_it_is_left(opened: Open) -> None:
    terminal = opened(*DLVIZ, "run", "--", "sh", "-c", "echo step 1 accuracy 2; exit 5")
    terminal.until(b"failed")
    assert terminal.process.poll() is None
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.ended() == 5 and terminal.left == []


def test_calls_are_spared_and_the_last_is_not_lost() -> None:
    called: list[float] = []
    twice = threading.Event()

    def act() -> None:
        called.append(time.monotonic())
        if len(called) == 2:
            twice.set()

    wake = Sparing(act)
    for _ in range(100):
        wake()
    while not called:
        twice.wait(0.001)
    for _ in range(100):
        wake()
    assert twice.wait(WITHIN) and called[1] - called[0] >= 0.4
