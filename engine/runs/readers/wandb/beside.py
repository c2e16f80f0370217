"""The files beside a `.wandb` log that stand in for what the log lacks: `output.log` and `config.yaml`."""

from pathlib import Path
from typing import Any

from ..console import Console
from ..regular import read_text
from ..tail import Tail

PIECE = 1 << 20
LARGEST = 4 << 20
"""Bytes of a config that is still read."""


class Output:
    """`files/output.log`, what the run printed."""

    def __init__(self, run: Path) -> None:
        self._tail = Tail(run / "files" / "output.log")
        self._console: Console | None = None

    def look(self) -> Console | None:
        """What is there of it now; None where there is nothing."""
        try:
            if self._tail.replaced():
                self._console = None
            while self._tail.more:
                text = self._tail.read(PIECE).decode("utf-8", "replace")
                self._console = self._console or Console()
                self._console.write(text)
        except OSError:
            pass
        return self._console


def config(run: Path) -> dict[str, Any]:
    """`files/config.yaml`, whose entries are `key: {value: …}`; empty where there is none that can be read."""
    path = run / "files" / "config.yaml"
    try:
        if path.stat().st_size > LARGEST:
            return {}
        text = read_text(path)
    except OSError:
        return {}
    import yaml

    try:
        found = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    entries = {str(k): v["value"] for k, v in found.items() if isinstance(v, dict) and "value" in v}
    return {key: value for key, value in entries.items() if key != "_wandb"}
