"""Names inside a run directory, and writing that a kill cannot tear."""

import json
import os
import time
from pathlib import Path
from typing import Any

from .readers.regular import read_bytes

RUN_JSON = "run.json"
CHECKPOINT = Path("checkpoint") / "state.pt"
CONSOLE = "console.log"
SOCKET = "control.sock"
RECORDS = "records"
BRANCHES = "branches"
"""Records of steps that were done again in another way."""
KIND = "__kind__"
"""The name under which a record's file keeps its kind."""
ROOT = Path("runs")
KINDS: dict[str, type] = {"status": str, "host": str, "metrics": dict, "marks": list, "branches": list, "pid": int}
TIMES = ("started", "updated", "process_created")
LAST_TIME = 1e11
"""Seconds since the epoch beyond which a number is no time."""


def write_atomically(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write aside and rename, so that `path` always holds one whole version.

    Args:
        path: its folder is made if missing.
        content: all of it.
        durable: also wait until the disk has it (checkpoints).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with aside.open("wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    aside.replace(path)


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write `value` as readable JSON, atomically; numbers that JSON lacks become strings."""
    write_atomically(path, (dump_json(value, indent=1) + "\n").encode("ascii"))


def dump_json(value: Any, indent: int | None = None) -> str:
    """ASCII JSON in which NaN and the infinities are the strings "NaN", "Infinity", "-Infinity"."""
    return json.dumps(_plain(value), indent=indent, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        if value != value:
            return "NaN"
        if value in (float("inf"), float("-inf")):
            return "Infinity" if value > 0 else "-Infinity"
        return value
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def read_run_json(directory: Path) -> dict[str, Any] | None:
    """The run's own description, or None where there is none that can be read.

    Other programs use the name run.json too: common fields that are not of our kind are left out.
    """
    try:
        value = json.loads(read_bytes(directory / RUN_JSON))
    except (OSError, ValueError, RecursionError):
        return None
    return {k: v for k, v in value.items() if _is_ours(k, v)} if isinstance(value, dict) else None


def _is_ours(name: str, value: Any) -> bool:
    if name in TIMES:
        return isinstance(value, int | float) and 0 <= value < LAST_TIME
    return isinstance(value, KINDS.get(name, object))


def new_run_dir(model: str, root: Path = ROOT) -> Path:
    """Make `root/MODEL-YYYYMMDD-HHMMSS`, with a number behind it if that is taken."""
    root.mkdir(parents=True, exist_ok=True)
    stem = f"{model}-{time.strftime('%Y%m%d-%H%M%S')}"
    for suffix in range(1, 10_000):
        path = root / (stem if suffix == 1 else f"{stem}-{suffix}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise OSError(f"no free name for a run in {root}")
