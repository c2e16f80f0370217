"""What tests of copies look at."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dlviz.engine.runs.sources.remote import Remote

Reach = Callable[..., Remote]
SHELLS = [
    pytest.param(name, marks=pytest.mark.skipif(not shutil.which(name.split()[0]), reason=f"there is no {name} here"))
    for name in ("dash", "bash --posix", "busybox sh", "mksh", "zsh")
]


def catch_up(remote: Remote) -> None:
    """Look until there is no more; deletions count when they are seen twice."""
    remote.look()
    for _ in range(200):
        if not remote.look().more:
            return
    raise AssertionError("there is always more")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
