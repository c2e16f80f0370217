"""Trainings in the background: started apart from the terminal, found again by their run directory."""

import os
import signal
import subprocess
import time
from pathlib import Path

from ..fresh import command, environment
from ..runs.files import CONSOLE, read_run_json
from ..runs.open import alive, status_of
from .commands import Stop
from .remote import RemoteSession
from .status import ENDED

STARTS_WITHIN = 60.0
STOPS_WITHIN = 30.0


def detach(arguments: list[str], directory: Path) -> dict[str, object]:
    """Start `dlviz ARGUMENTS` in a session of its own, and wait until its run has begun.

    Args:
        arguments: of the command line, with `--run DIRECTORY` among them.
        directory: where the run appears; its console.log takes what the process prints.

    Returns:
        run, pid and status.

    Raises:
        ValueError: the process ended before it began; the text is its last line.
    """
    directory.mkdir(parents=True, exist_ok=True)
    before = read_run_json(directory) or {}
    with (directory / CONSOLE).open("ab") as console:
        process = subprocess.Popen(
            command("dlviz", *arguments),
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
        )
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        described = read_run_json(directory) or {}
        if described.get("pid") == process.pid and described.get("updated") != before.get("updated"):
            return {"run": str(directory), "pid": process.pid, "status": status_of(described)}
        if process.poll() is not None:
            raise ValueError(last_line(directory / CONSOLE) or f"the training ended at once, see {directory / CONSOLE}")
        time.sleep(0.05)
    raise ValueError(f"the training did not begin within {STARTS_WITHIN:g} s, see {directory / CONSOLE}")


def last_line(path: Path) -> str:
    """The last line of a small log that is not empty."""
    lines = [line for line in path.read_text("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("dlviz: ") if lines else ""


def stop(directory: Path) -> str:
    """Make the training in `directory` save and end; returns its status, raises ValueError if it does not."""
    described = read_run_json(directory)
    assert described is not None
    if status_of(described) in (*ENDED, "lost", "interrupted", "unknown"):
        return status_of(described)
    try:
        session = RemoteSession(directory).open()
    except ValueError:
        if not alive(described) or not isinstance(described.get("pid"), int):
            raise
        os.kill(described["pid"], signal.SIGTERM)
    else:
        session.send(Stop())
        session.wait(lambda status: status.state in ENDED, STOPS_WITHIN)
        session.close()
    deadline = time.monotonic() + STOPS_WITHIN
    while time.monotonic() < deadline:
        state = status_of(read_run_json(directory) or described)
        if state in (*ENDED, "lost"):
            return state
        time.sleep(0.05)
    raise ValueError(f"the training in {directory} did not end within {STOPS_WITHIN:g} s")
