"""Logs over a real sshd on loopback, started here for the user who runs the tests."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from dlviz.engine.runs.sources import ssh
from dlviz.engine.runs.sources.remote import Remote

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/libexec:" + os.environ.get("PATH", ""))
SERVER = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/client.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
"""
CLIENT = """
Host far
  HostName 127.0.0.1
  Port {port}
  IdentityFile {folder}/client
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known
  StrictHostKeyChecking accept-new
"""
WITHIN = 60.0
"""Seconds; only a test that fails waits so long."""


@dataclass
class Server:
    """An sshd that can be ended and started again."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def ssh(self) -> str:
        """The command that reaches it under the name `far`."""
        return f"ssh -F '{self.folder}/client.conf'"

    def start(self) -> None:
        """Start, and wait until it answers."""
        words = [str(SSHD), "-D", "-e", "-f", str(self.folder / "server.conf")]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(words, stderr=log, stdout=log)
        for _ in range(int(WITHIN / 0.05)):
            if self.process.poll() is not None:
                pytest.skip("sshd does not run here: " + (self.folder / "server.log").read_text()[-300:])
            with socket.socket() as trying:
                if not trying.connect_ex(("127.0.0.1", self.port)):
                    return
            time.sleep(0.05)
        raise AssertionError("sshd does not answer")

    def cut(self) -> None:
        """End it, with every connection."""
        if self.process is None:
            return
        for one in [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]:
            try:
                one.kill()
            except psutil.NoSuchProcess:
                continue
        self.process.wait()
        self.process = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    if SSHD is None or shutil.which("ssh") is None:
        pytest.skip("there is no sshd here")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    folder = tmp_path / "ssh"
    folder.mkdir(mode=0o700)
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "server.conf").write_text(SERVER.format(port=port, folder=folder))
    (folder / "client.conf").write_text(CLIENT.format(port=port, folder=folder))
    server = Server(folder, port)
    server.start()
    yield server
    server.cut()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def test_logs_grow_here_as_they_grow_there(server: Server, tmp_path: Path) -> None:
    there = tmp_path / "my runs"
    there.mkdir()
    log = there / "log.txt"
    log.write_text("step 1 loss 2\n")
    os.utime(log, (1_700_000_000, 1_700_000_000))
    with Remote(f"{getpass.getuser()}@far:{there}", ssh=server.ssh, cache=tmp_path / "cache") as remote:
        here = remote.folder / "log.txt"
        assert remote.wait(WITHIN)
        assert here.read_text() == "step 1 loss 2\n" and here.stat().st_mtime == 1_700_000_000
        until(lambda: remote.state == "connected" and remote.link() == "")
        with log.open("a") as file:
            file.write("step 2 loss 1\n")
        until(lambda: here.read_text() == log.read_text())
    assert server.process is not None
    over_there = psutil.Process(server.process.pid)
    until(lambda: not over_there.children())  # neither a session nor a master is left


def test_a_dropped_link_is_told_taken_up_again_and_loses_nothing(server: Server, tmp_path: Path) -> None:
    there = tmp_path / "runs"
    there.mkdir()
    log, bulk = there / "log.txt", there / "bulk.log"
    log.write_text("step 1\n")
    bulk.write_bytes(os.urandom(30_000_000))
    with Remote(f"far:{there}", ssh=server.ssh, cache=tmp_path / "cache") as remote:
        here = remote.folder / "log.txt"
        until(lambda: remote.received > 1_000_000)
        server.cut()  # in the middle of what is being sent
        until(lambda: "reconnecting" in remote.link())
        assert "last heard" in remote.state and "\n" not in remote.state
        with log.open("a") as file:
            file.write("step 2, while nobody could hear\n")
        server.start()
        until(lambda: here.read_text() == log.read_text())
        until(lambda: (remote.folder / "bulk.log").stat().st_size == bulk.stat().st_size)
        until(lambda: remote.state == "connected")
        assert (remote.folder / "bulk.log").read_bytes() == bulk.read_bytes()
        assert remote.received < 30_000_000 + 20_000_000, "what had come does not come again"
        seen = here.stat().st_ino
        server.cut()
        until(lambda: "reconnecting" in remote.link())
        server.start()
        with log.open("a") as file:
            file.write("step 3\n")
        until(lambda: here.read_text() == log.read_text())
        assert here.stat().st_ino == seen, "it is the same file that goes on"


def test_a_link_that_hangs_is_noticed(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh, "SILENT", 0.5)
    there = tmp_path / "runs"
    there.mkdir()
    log = there / "log.txt"
    log.write_text("step 1\n")
    with Remote(f"far:{there}", ssh=server.ssh, cache=tmp_path / "cache") as remote:
        assert server.process is not None
        until(lambda: remote.complete)
        halted = psutil.Process(server.process.pid).children()
        for one in halted:
            one.send_signal(signal.SIGSTOP)
        try:
            until(lambda: "nothing was heard for 0.5 s" in remote.link())
            monkeypatch.setattr(ssh, "SILENT", WITHIN)
            with log.open("a") as file:
                file.write("step 2\n")
            until(lambda: (remote.folder / "log.txt").read_text() == log.read_text())
        finally:
            for one in halted:
                if one.is_running():
                    one.send_signal(signal.SIGCONT)


def test_who_may_not_enter_is_told_so_in_a_sentence(server: Server, tmp_path: Path) -> None:
    (server.folder / "client.pub").write_text("")
    with pytest.raises(ValueError, match=r"^far:runs: .*Permission denied") as told:
        Remote("far:runs", ssh=server.ssh, cache=tmp_path / "cache").connect()
    assert "\n" not in str(told.value)
    server.cut()
    with pytest.raises(ValueError, match=r"^far:runs: .*(refused|closed|reset)"):
        Remote("far:runs", ssh=server.ssh, cache=tmp_path / "cache").connect()


def test_several_sources_on_one_host(server: Server, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "log.txt").write_text(name)
    first, second = (Remote(f"far:{tmp_path / n}", ssh=server.ssh, cache=tmp_path / "cache") for n in "ab")
    with first, second:
        assert first.wait(WITHIN) and second.wait(WITHIN)
        assert (first.folder / "log.txt").read_text() == "a" and (second.folder / "log.txt").read_text() == "b"
