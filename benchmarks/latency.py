"""From key to paint while a model trains, against the same lab while it stands still; and the longest stall."""

import os
import random
import tempfile
import time
from pathlib import Path

from dlviz.engine.training.job import Job

from .report import Figure, figure, quantile
from .terminal import PYTHON, Terminal, until

KEYS = 30
"""Keys a block; blocks with and without training alternate."""
BLOCKS = 4
MODELS = ("cnn", "gpt", "translator", "gan", "diffusion")
"""The first is looked at more closely; the others have the longest steps."""
HERE = Path(__file__).parent.parent


def measure() -> list[Figure]:
    """Keys that move the selection of the options pane, at random intervals, in one lab a model."""
    first, *others = MODELS
    figures = typed(first, BLOCKS)
    return figures + [figure for model in others for figure in typed(model, 1)[1:2]]


def typed(model: str, blocks: int) -> list[Figure]:
    """Key to paint, median and 95th percentile, and how late the event loop is, while `model` trains and not."""
    rows = 2 + len(Job.of(model).options.rules())  # data, seed, and the options of the model
    keys: dict[bool, list[float]] = {True: [], False: []}
    spans: list[tuple[bool, float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = folder / "delays"
        command = [PYTHON, "-m", "benchmarks.probed", str(out), model, "10000000", str(folder / "run")]
        with Terminal(command, folder, PYTHONPATH=str(HERE)) as lab:
            lab.seen(rb"steps/s", timeout=90)
            lab.send("3")
            time.sleep(1.0)
            at = 0
            for block in range(2 * blocks):
                training = block % 2 == 0
                start = time.time()
                for _ in range(KEYS):
                    time.sleep(random.uniform(0.05, 0.25))
                    at = (at + 1) % rows
                    took = key(lab, at, rows)
                    keys[training] += [took] if took is not None else []
                spans.append((training, start, time.time()))
                lab.send(" ")  # pauses, or goes on
                time.sleep(1.5)
            os.kill(lab.process.pid, 15)
            until(lambda: out.exists(), 10)
        delays = [tuple(map(float, line.split())) for line in out.read_text().splitlines()]
    lag: dict[bool, list[float]] = {True: [], False: []}
    for training, start, end in spans:
        lag[training] += [late for at, late in delays if start <= at <= end]
    return [
        timed(f"{model}: key to paint, median", quantile(keys[True], 0.5), quantile(keys[False], 0.5)),
        timed(f"{model}: key to paint, 95th percentile", quantile(keys[True], 0.95), quantile(keys[False], 0.95), 50),
        timed("event loop late, 99th percentile", quantile(lag[True], 0.99), quantile(lag[False], 0.99)),
        timed("event loop late, longest stall", max(lag[True]), max(lag[False]), 30),
    ]


def timed(what: str, training: float, idle: float, most: float | None = None) -> Figure:
    """A figure in milliseconds from seconds."""
    return figure(f"{what}, training", "ms", 1000 * training, "paused", 1000 * idle, most=most)


def key(lab: Terminal, at: int, rows: int) -> float | None:
    """Seconds from typing `j` until the frame says that row `at` is chosen."""
    sent = lab.send("j")
    seen = lab.seen(rb"(?<![\d,])%d/%d(?![\d,])" % (at + 1, rows), since=sent, timeout=5)
    return None if seen is None else seen - sent
