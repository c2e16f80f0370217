"""Reading event files of a million scalars, beside both of TensorBoard's loaders."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from .ingest_log import make
from .report import Figure, figure, median
from .terminal import PYTHON, environment

EVENTS = 1_000_000
ROUNDS = 5
HERE = Path(__file__).parent.parent


def measure() -> list[Figure]:
    """All scalars of one log into memory, each reader in a process of its own, in turns.

    EventAccumulator takes half a minute and has one turn.
    """
    figures = []
    with tempfile.TemporaryDirectory() as name:
        for what, tensors in (("simple values", False), ("tensors", True)):
            log = make(Path(name) / what.replace(" ", "-"), EVENTS, tensors=tensors)
            found: dict[str, list[dict[str, Any]]] = {"ours": [], "rust": []}
            for _ in range(ROUNDS):
                for reader, turns in found.items():
                    turns.append(read(reader, log))
            found["accumulator"] = [read("accumulator", log)]
            rates = {reader: EVENTS / median([one["seconds"] for one in turns]) for reader, turns in found.items()}
            peaks = {reader: median([one["peak"] for one in turns]) for reader, turns in found.items()}
            for peer, title, least in (("accumulator", "EventAccumulator", 60), ("rust", "data server (Rust)", 3)):
                rate = f"{EVENTS:,} {what}"
                figures.append(figure(rate, "events/s", rates["ours"], title, rates[peer], ratio=(">=", least)))
                memory = f"{EVENTS:,} {what}, peak memory"
                figures.append(figure(memory, "MB", peaks["ours"], title, peaks[peer], ratio=("<=", 1)))
    return figures


def read(reader: str, log: Path) -> dict[str, Any]:
    """Seconds, peak memory in MB and points of one reader; all must have found every point."""
    command = [PYTHON, "-m", "benchmarks.ingest_one", reader, str(log)]
    ran = subprocess.run(command, cwd=HERE, env=environment(), check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    assert found["points"] == EVENTS, f"{reader} found {found['points']:,} points"
    return found
