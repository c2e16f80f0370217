"""Bytes to the terminal while a model trains and while nothing happens, and the CPU that idling takes."""

import tempfile
import time
from pathlib import Path

import psutil

from .report import Figure, figure
from .terminal import COLUMNS, PYTHON, ROWS, Terminal

SECONDS = 6.0


def measure() -> list[Figure]:
    """The lab in two sizes: training, then paused; and the lab that has just been opened."""
    figures = []
    for columns, rows in ((COLUMNS, ROWS), (200, 60)):
        with tempfile.TemporaryDirectory() as folder:
            figures += training(Path(folder), columns, rows)
    with tempfile.TemporaryDirectory() as folder, Terminal([PYTHON, "-m", "dlviz"], Path(folder)) as lab:
        lab.seen(rb"resnet", timeout=30)
        lab.quiet(3.0)
        return [*figures, *still(lab, "nothing loaded")]


def training(folder: Path, columns: int, rows: int) -> list[Figure]:
    """Bytes a second, beside those of one whole picture; what a pause costs at the usual size."""
    command = [PYTHON, "-m", "dlviz", "train", "cnn", "--steps", "10000000", "--run", "run", "--tui"]
    with Terminal(command, folder, columns, rows) as lab:
        lab.seen(rb"steps/s", timeout=60)
        time.sleep(2.0)
        start = time.time()
        time.sleep(SECONDS)
        rate = len(lab.written(start, start + SECONDS)) / SECONDS
        lab.send(" ")
        time.sleep(1.0)
        lab.quiet(1.0)
        whole = repaint(lab, columns, rows)
        what = f"training, {columns}x{rows}"
        figures = [figure(what, "kB/s", rate / 1000, "kB, whole picture", whole / 1000)]
        return figures + (still(lab, "paused") if columns == COLUMNS else [])


def repaint(lab: Terminal, columns: int, rows: int) -> int:
    """Bytes of one picture: what a terminal gets that grew by a column and shrank again, halved."""
    start = time.time()
    for size in (columns + 1, columns):
        lab.resize(size, rows)
        time.sleep(0.3)
        lab.quiet(0.5, 5)
    return len(lab.written(start)) // 2


def still(lab: Terminal, what: str) -> list[Figure]:
    """Bytes and CPU of a lab in which nothing happens."""
    process = psutil.Process(lab.process.pid)
    start, before = time.time(), sum(process.cpu_times()[:2])
    time.sleep(SECONDS)
    spent = (sum(process.cpu_times()[:2]) - before) / (time.time() - start)
    return [
        figure(f"{what}, sent", "B/s", len(lab.written(start)) / SECONDS, most=0),
        figure(f"{what}, CPU", "% of a core", 100 * spent, most=2),
    ]
