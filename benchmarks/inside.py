"""What looking inside costs: steps a second with a model's own view filling 160x50 cells, against no screen at all."""

import subprocess
import tempfile
import time
from pathlib import Path

from dlviz.engine.runs.open import open_run

from .report import Figure, figure, median
from .terminal import PYTHON, Terminal, environment, until
from .throughput import ended

STEPS = {
    "cnn": 6000,
    "gpt": 160,
    "translator": 400,
    "rnn": 8000,
    "gcn": 20_000,
    "vae": 1600,
    "gan": 3000,
    "diffusion": 300,
}
"""Some seconds of training each."""
ROUNDS = 2
COLUMNS, ROWS = 160, 50
SETTLE = 1.0
"""Seconds after which steps are counted: panes are there, and the first answers given."""


def measure() -> list[Figure]:
    """Each model with and without the lab, in turns."""
    return [of(model, steps) for model, steps in STEPS.items()]


def of(model: str, steps: int) -> Figure:
    """The median pace with the view open, beside that without a screen."""
    rates: dict[bool, list[float]] = {True: [], False: []}
    for k in range(ROUNDS):
        for looking in (True, False) if k % 2 else (False, True):
            with tempfile.TemporaryDirectory() as folder:
                rates[looking].append(pace(Path(folder), model, steps, looking))
    return figure(
        f"{model}, its view full screen",
        "steps/s",
        median(rates[True]),
        "no screen",
        median(rates[False]),
        ratio=(">=", 0.9),
    )


def pace(folder: Path, model: str, steps: int, looking: bool) -> float:
    """Steps a second of one training in a fresh process, from SETTLE seconds after it began."""
    words = ["train", model, "--steps", str(steps), "--set", f"validate_every={steps}", "--run", "run"]
    command = [PYTHON, "-m", "dlviz", *words]
    if looking:
        with Terminal([*command, "--tui"], folder, COLUMNS, ROWS) as lab:
            lab.seen(rb"steps/s", timeout=120)
            lab.send("6")
            time.sleep(0.2)
            lab.send("f")
            until(lambda: ended(folder / "run"), 300)
    else:
        subprocess.run([*command, "--plain"], cwd=folder, env=environment(), capture_output=True, check=True)
    run = open_run(folder / "run")
    points = next(series for tag, series in run.series.items() if len(series) >= steps - 1).points()
    counted = points.times >= points.times[0] + SETTLE
    return float(counted.sum() / (points.times[-1] - points.times[0] - SETTLE))
