"""Steps a second of `cnn` while the lab draws curves and feature maps, against the bare loop."""

import subprocess
import tempfile
from pathlib import Path

from dlviz.engine.runs.files import read_run_json
from dlviz.engine.runs.open import open_run

from .report import Figure, figure, median
from .terminal import PYTHON, Terminal, environment, until

STEPS = 3000
ROUNDS = 5
HERE = Path(__file__).parent.parent


def measure() -> list[Figure]:
    """Three ways to take the same steps, in turns; import and set-up are left out."""
    rates: dict[str, list[float]] = {"bare": [], "plain": [], "lab": []}
    for k in range(ROUNDS):
        for way in (list(rates), list(rates)[::-1])[k % 2]:
            with tempfile.TemporaryDirectory() as folder:
                rates[way].append({"bare": bare, "plain": plain, "lab": lab}[way](Path(folder)))
    base = median(rates["bare"])
    return [
        figure("cnn, lab open at 120x40", "steps/s", median(rates["lab"]), "bare loop", base, ratio=(">=", 0.9)),
        figure("cnn, `dlviz train`, no screen", "steps/s", median(rates["plain"]), "bare loop", base),
        figure("spread of the bare loop (max - min)", "steps/s", max(rates["bare"]) - min(rates["bare"]), "", base),
    ]


def bare(folder: Path) -> float:
    """The loop alone in a fresh process."""
    command = [PYTHON, "-m", "benchmarks.bare", str(STEPS)]
    done = subprocess.run(command, cwd=HERE, env=environment(), capture_output=True, text=True, check=True)
    return float(done.stdout)


def plain(folder: Path) -> float:
    """The engine's thread, its run written, without a screen."""
    command = [PYTHON, "-m", "dlviz", "train", "cnn", "--steps", str(STEPS), "--run", "run", "--plain"]
    subprocess.run(command, cwd=folder, env=environment(), capture_output=True, check=True)
    return pace(folder / "run")


def lab(folder: Path) -> float:
    """The same under the lab, in a terminal that takes every byte."""
    command = [PYTHON, "-m", "dlviz", "train", "cnn", "--steps", str(STEPS), "--run", "run", "--tui"]
    with Terminal(command, folder):
        until(lambda: ended(folder / "run"), 240)
    return pace(folder / "run")


def ended(run: Path) -> bool:
    """Whether the run in this folder has come to its end."""
    return (read_run_json(run) or {}).get("status") in ("finished", "stopped", "failed")


def pace(run: Path) -> float:
    """Steps a second of wall-clock time between the first and the last point of the loss."""
    points = open_run(run).series["loss/train"].points()
    return float((len(points) - 1) / (points.times[-1] - points.times[0]))
