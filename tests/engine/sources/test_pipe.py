"""What comes through a pipe lies in a file as it comes, and keys come from the terminal."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dlviz.engine.runs.sources import pipe as pipe_module
from dlviz.engine.runs.sources.pipe import Pipe

WITHIN = 60.0
KEYS = """
import os, sys
from dlviz.engine.runs.sources.pipe import Pipe
with Pipe() as pipe:
    assert pipe.wait(60)
    print((pipe.folder / "console.log").read_text().strip(), sys.__stdin__.isatty(), os.read(0, 100), flush=True)
"""


def test_bytes_lie_in_the_file_as_they_come() -> None:
    reading, writing = os.pipe()
    garbage = bytes(range(256)) * 1000
    with Pipe(reading) as pipe:
        log, described = pipe.folder / "console.log", pipe.folder / "run.json"
        assert json.loads(described.read_text())["status"] == "running"
        os.write(writing, b"step 1 loss 2\r")
        assert not pipe.wait(0)
        sent = 0
        while sent < len(garbage):
            sent += os.write(writing, garbage[sent:])
        os.close(writing)
        assert pipe.wait(WITHIN)
        assert log.read_bytes() == b"step 1 loss 2\r" + garbage
        assert json.loads(described.read_text())["status"] == "finished"
        assert pipe.folder.parent.stat().st_mode & 0o777 == 0o700
    assert not pipe.folder.exists()
    os.close(reading)


def fed(pipe: Pipe, writing: int, data: bytes, size: int) -> bytes:
    """Write `data`; what is in the file once `size` bytes of it have been kept or lost."""
    log = pipe.folder / "console.log"
    os.write(writing, data)
    while log.stat().st_size + pipe.lost < size:
        pipe.wait(0.01)
    return log.read_bytes()


def test_no_more_is_kept_than_allowed_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipe_module, "KEPT", 20)
    reading, writing = os.pipe()
    with Pipe(reading) as pipe:
        assert fed(pipe, writing, b"step 1 loss 2\n", 14) == b"step 1 loss 2\n"
        assert pipe.link() == ""
        assert fed(pipe, writing, b"step 2 loss 2\n", 28) == b"step 1 loss 2\n"
        for _ in range(100):
            os.write(writing, bytes(60_000))  # nobody is held up
        os.close(writing)
        assert pipe.wait(WITHIN) and pipe.lost == 14 + 6_000_000
        assert pipe.link() == "standard input: 6.0 MB of it not kept: only the first 0.0 GB are"
    os.close(reading)


def test_the_disk_is_not_filled_and_a_gap_ends_with_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with Pipe(reading) as pipe:
        fed(pipe, writing, b"step 1\nste", 10)
        monkeypatch.setattr(pipe_module, "SPARE", float("inf"))
        monkeypatch.setattr(pipe_module, "SHARE", 1.1)
        assert fed(pipe, writing, b"p 2\nstep 3\nst", 23) == b"step 1\nste"
        assert "nearly full" in pipe.link()
        monkeypatch.undo()
        assert fed(pipe, writing, b"ep 4", 27) == b"step 1\nste"
        assert fed(pipe, writing, b" x\nstep 5\n", 37) == b"step 1\nste\nstep 5\n"
        assert pipe.lost == 37 - 18
    os.close(writing)
    os.close(reading)


def test_who_writes_is_told_that_nobody_listens() -> None:
    reading, writing = os.pipe()
    pipe = Pipe(reading)
    pipe.start()
    os.write(writing, b"x")
    pipe.close()
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        os.write(writing, b"y")
    os.close(writing)


def test_a_file_is_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"step 1\n")
    source = os.open(tmp_path / "a.log", os.O_RDONLY)
    with Pipe(source) as pipe:
        assert pipe.wait(WITHIN)
        assert (pipe.folder / "console.log").read_bytes() == b"step 1\n"
    os.close(source)


def test_a_terminal_is_no_pipe() -> None:
    master, slave = pty.openpty()
    with pytest.raises(ValueError, match="standard input is no pipe"):
        Pipe(slave)
    for end in (master, slave):
        os.close(end)
    with pytest.raises(ValueError, match="standard input is closed"):
        Pipe(slave)


def test_keys_come_from_the_terminal() -> None:
    child, master = pty.fork()
    if not child:
        os.execv(
            "/bin/sh", ["sh", "-c", f"stty -icanon -echo; echo ready; echo step 1 | '{sys.executable}' -c '{KEYS}'"]
        )
    said = b""
    while b"ready" not in said:
        said += os.read(master, 1000)
    os.write(master, b"q")
    while b"'q'" not in said:
        said += os.read(master, 1000)
    os.waitpid(child, 0)
    os.close(master)
    assert b"step 1 True b'q'" in said


def test_a_writer_dies_of_sigpipe_when_dlviz_leaves() -> None:
    code = "from dlviz.engine.runs.sources.pipe import Pipe\nwith Pipe() as p: print(p.wait(0.1))"
    with subprocess.Popen(["yes"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as writer:
        subprocess.run([sys.executable, "-c", code], stdin=writer.stdout, check=True, capture_output=True, timeout=120)
        assert writer.stdout is not None
        writer.stdout.close()
        assert writer.wait(WITHIN) == -signal.SIGPIPE
