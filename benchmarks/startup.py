"""How long it takes to the first picture and to the first step, and what small commands cost."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from dlviz.engine.runs.open import open_run

from .report import Figure, figure, median
from .terminal import PYTHON, Terminal, environment, until
from .throughput import ended

ROUNDS = 5
HERE = Path(__file__).parent.parent
DLVIZ = [PYTHON, "-m", "dlviz"]
SMALL = {
    "python -c pass": [PYTHON, "-c", "pass"],
    "dlviz --version": [*DLVIZ, "--version"],
    "dlviz models --json": [*DLVIZ, "models", "--json"],
}


def measure() -> list[Figure]:
    """Each beside the least that could be expected, in turns."""
    first: dict[str, list[float]] = {"lab": [], "empty": [], "step": [], "torch": []}
    cpu: dict[str, list[float]] = {name: [] for name in SMALL}
    with tempfile.TemporaryDirectory() as name:
        for k in range(ROUNDS):
            folder = Path(name) / str(k)
            folder.mkdir()
            first["empty"].append(painted([PYTHON, "-m", "benchmarks.empty"], folder, rb"an empty app"))
            # Not only the frame: the catalogue is on the screen.
            first["lab"].append(painted(DLVIZ, folder, rb"resnet"))
            for small, command in SMALL.items():
                cpu[small].append(used(command, folder))
            if k < 3:
                first["torch"].append(elapsed([PYTHON, "-c", "import torch"], folder))
                first["step"].append(step(folder))
    times = {name: median(values) for name, values in first.items()}
    costs = {name: 1000 * median(values) for name, values in cpu.items()}
    least = costs.pop("python -c pass")
    return [
        figure("`dlviz`, first picture", "s", times["lab"], "empty Textual app", times["empty"], more=0.25),
        figure("`dlviz train cnn --tui`, first step", "s", times["step"], "import torch", times["torch"], most=3.5),
        *(figure(f"`{name}`, CPU", "ms", cost, "python -c pass", least) for name, cost in costs.items()),
    ]


def painted(command: list[str], folder: Path, pattern: bytes) -> float:
    """Seconds from launch until `pattern` is on the screen."""
    with Terminal(command, folder, PYTHONPATH=str(HERE)) as app:
        seen = app.seen(pattern, timeout=30)
        if seen is None:
            return float("nan")
        app.quiet(0.2, 3)
        app.send("q")
        until(lambda: app.process.poll() is not None, 5, 0.02)
        return seen - app.started


def step(folder: Path) -> float:
    """Seconds from launch to the end of the first training step, by the run's own clock."""
    command = [*DLVIZ, "train", "cnn", "--steps", "20", "--run", "run", "--tui"]
    with Terminal(command, folder) as app:
        until(lambda: ended(folder / "run"), 60)
        app.send("q")
        until(lambda: app.process.poll() is not None, 5, 0.02)
    return float(open_run(folder / "run").series["loss/train"].points().times[0]) - app.started


def elapsed(command: list[str], folder: Path) -> float:
    """Wall-clock seconds of a command."""
    start = time.monotonic()
    subprocess.run(command, cwd=folder, env=environment(), check=True)
    return time.monotonic() - start


def used(command: list[str], folder: Path) -> float:
    """CPU seconds, user and system, of a command."""
    process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime
