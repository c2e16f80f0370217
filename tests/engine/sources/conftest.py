"""An ssh that goes nowhere: it runs what it is told to in a shell on this machine."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlviz.engine.runs.sources.remote import Remote

from .looking import Reach

FAKE = """#!/bin/sh
case " $* " in *" -O "*) exit 0 ;; esac
while [ $# -gt 0 ]; do
    case $1 in -o | -p) shift 2 ;; -*) shift ;; *) break ;; esac
done
echo "Welcome to $1, a message of the day"
cd HOME && exec env PATH=TOOLS SHELL -s
"""


@pytest.fixture
def reach(tmp_path: Path) -> Iterator[Reach]:
    """Connects to a path through the fake: `reach("runs", shell="dash", tools=folder)`."""
    opened: list[Remote] = []

    def to(path: str = "runs", shell: str = "sh", tools: str | None = None) -> Remote:
        script = tmp_path / f"ssh {len(opened)}"
        text = FAKE.replace("HOME", f"'{tmp_path}'").replace("TOOLS", tools or os.environ["PATH"])
        script.write_text(text.replace("SHELL", shutil.which(shell.split()[0]) or shell))
        script.chmod(0o700)
        remote = Remote(f"someone@far:{path}", ssh=f"'{script}'", cache=tmp_path / "cache")
        opened.append(remote)
        remote.connect()
        remote.look()
        return remote

    yield to
    for remote in opened:
        remote.close()
