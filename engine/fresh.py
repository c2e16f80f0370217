"""Starting this program's own modules in a fresh process, whatever lies in the working directory. Torch-free."""

import os
import sys
from pathlib import Path


def command(module: str, *words: str) -> list[str]:
    """The command that runs `module`; a random.py of the user's does not stand in for Python's own."""
    return [sys.executable, "-P", "-m", module, *words]


def environment() -> dict[str, str]:
    """Our environment, with the places where our own modules were found."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(part or str(Path.cwd()) for part in sys.path)}
