"""What a comparison says of itself to other processes: how far it is, and what it found. Torch-free."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..runs.files import ROOT

FILE = "comparison.json"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a comparison is: `share` in 0..1 of the whole, `left` in seconds (None: not known)."""

    done: int = 0
    tasks: int = 0
    name: str = ""
    seed: int = 0
    step: int = 0
    steps: int = 0
    share: float = 0.0
    left: float | None = None
    message: str = ""
    run: str = ""


def read(directory: Path) -> dict[str, Any] | None:
    """What `comparison.json` in `directory` says, or None."""
    try:
        value = json.loads((directory / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def new_directory(root: Path = ROOT) -> Path:
    """A name for a new comparison under `root`."""
    stem = str(root / f"compare-{time.strftime('%Y%m%d-%H%M%S')}")
    return next(path for k in range(1, 10_000) if not (path := Path(stem if k == 1 else f"{stem}-{k}")).exists())
