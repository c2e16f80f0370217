"""The monitor: how soon it shows what was logged, what a quiet look costs, what it sends, and how fast keys are."""

import json
import os
import random
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

import dlviz
from dlviz.engine.runs.watcher import Watcher

from . import ingest_log
from .report import Figure, figure, median, quantile
from .startup import painted
from .terminal import PYTHON, Terminal, environment

EVENTS, ROUNDS, QUIET, SECONDS = 1_000_000, 3, 200, 12.0
WATCH = [PYTHON, "-m", "dlviz", "watch"]
HERE = Path(__file__).parent.parent


def measure() -> list[Figure]:
    """Each beside what it is to be compared with, in the same run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_STATE_HOME"] = str(folder / "state")
        log = ingest_log.make(folder / "log", EVENTS)
        return [*first_chart(log, folder), *keys(log, folder), quiet(folder / "many"), *sent(folder)]


def first_chart(log: Path, folder: Path) -> list[Figure]:
    """From launch to charts of all points, against TensorBoard's first answer of 1,000 sampled ones."""
    ours, theirs, empty = [], [], []
    for _ in range(ROUNDS):
        empty.append(painted([PYTHON, "-m", "benchmarks.empty"], folder, rb"an empty app"))
        ours.append(painted([*WATCH, str(log)], folder, rb"1\.0M points"))
        theirs.append(answered(log))
    what = f"{EVENTS:,} events: first charts, with all points"
    return [
        figure(what, "s", median(ours), "TensorBoard's first answer", median(theirs), ratio=("<=", 1)),
        figure(f"{what}, beside", "s", median(ours), "empty Textual app", median(empty)),
    ]


def answered(log: Path) -> float:
    """Seconds until TensorBoard, with its Rust loader, gives the first scalars."""
    start = time.time()
    command = [PYTHON, "-m", "tensorboard.main", "--logdir", str(log), "--port", "0", "--load_fast", "true"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(), text=True)
    try:
        assert process.stdout is not None
        url = next((line.split("http://")[1].split("/")[0] for line in process.stdout if "http://" in line), "")
        threading.Thread(target=process.stdout.read, daemon=True).start()
        ask = f"http://{url}/data/plugin/scalars/scalars?run=.&tag=loss%2Ftrain"
        while time.time() < start + 60:
            try:
                with urllib.request.urlopen(ask, timeout=5) as answer:
                    if len(json.load(answer)):
                        return time.time() - start
            except (urllib.error.URLError, OSError, ValueError):
                pass
            time.sleep(0.01)
        return float("nan")
    finally:
        process.terminate()
        process.wait()


def keys(log: Path, folder: Path) -> list[Figure]:
    """Key to paint while the log is being read, in several launches; and while eight of it are, which takes longer."""
    many = folder / "copies"
    for k in range(8):
        shutil.copytree(log, many / f"run{k}")
    figures = []
    for source, points, launches, most in ((log, rb"1\.0M points", 8, 50.0), (many, rb"8\.0M points", 2, None)):
        during: list[float] = []
        after: list[float] = []
        for _ in range(launches):
            with Terminal([*WATCH, str(source)], folder) as app:
                app.seen(rb"Quit", timeout=30)
                while app.seen(points, timeout=0) is None and len(during) < 400:
                    during += [took] if (took := _key(app)) is not None else []
                    time.sleep(random.uniform(0.01, 0.04))
                app.quiet(1)
                after += [took for _ in range(10) if (took := _key(app)) is not None]
        count = EVENTS * (8 if source == many else 1)
        what = f"key to paint while {count:,} points are read, 95th percentile of {len(during)}"
        baseline = 1000 * quantile(after, 0.95)
        figures.append(figure(what, "ms", 1000 * quantile(during, 0.95), "afterwards", baseline, most=most))
    shutil.rmtree(many)
    return figures


def _key(app: Terminal) -> float | None:
    """Seconds from a key that trims outliers, or no longer, until anything is painted."""
    sent = app.send("o")
    seen = app.seen(rb".", since=sent, timeout=2)
    return None if seen is None else seen - sent


def quiet(folder: Path) -> Figure:
    """A look at many finished runs in which nothing has changed."""
    for k in range(QUIET):
        with dlviz.Run(folder / f"run{k}", config={"lr": k}) as run:
            for step in range(100):
                run.log(step, loss=1 / (step + 1), acc=step / 100)
    watcher = Watcher([folder])
    watcher.complete()
    times, searches = [], []
    for _ in range(30):
        start = time.perf_counter()
        watcher._round()
        times.append(time.perf_counter() - start)
        start = time.perf_counter()
        watcher.search()
        searches.append(time.perf_counter() - start)
    what = f"a quiet look at {QUIET} finished runs"
    return figure(what, "ms", 1000 * median(times), "a search for new ones", 1000 * median(searches), most=5)


def sent(folder: Path) -> list[Figure]:
    """Bytes to a terminal of 160x50 while nothing changes, and while runs of four charts grow by 10 rows a second."""
    figures = []
    for count, most in ((1, 3.0), (4, 8.0)):
        source = folder / f"live{count}"
        with growing(source, count), Terminal([*WATCH, str(source)], folder, 160, 50) as app:
            app.seen(rb"points shown", timeout=30)
            time.sleep(4)
            process, start = psutil.Process(app.process.pid), time.time()
            before = sum(process.cpu_times()[:2])
            time.sleep(SECONDS)
            spent = (sum(process.cpu_times()[:2]) - before) / SECONDS
            rate = len(app.written(start, start + SECONDS)) / SECONDS / 1000
            what = f"{count} run{'s' * (count > 1)}, 4 charts, 10 rows a second, 160x50"
            figures.append(figure(f"{what}: sent", "kB/s", rate, most=most))
            figures.append(figure(f"{what}: CPU", "% of a core", 100 * spent))
            if count == 1:
                memory = process.memory_info().rss / 1e6
                figures.append(figure(f"{what}: memory", "MB", memory))
    with Terminal([*WATCH, str(folder / "live1")], folder, 160, 50) as app:
        app.seen(rb"points shown", timeout=30)
        app.quiet(3.0)
        process, start = psutil.Process(app.process.pid), time.time()
        before = sum(process.cpu_times()[:2])
        time.sleep(SECONDS)
        spent = (sum(process.cpu_times()[:2]) - before) / SECONDS
        figures.append(figure("finished runs: sent", "B/s", len(app.written(start)) / SECONDS, most=0))
        figures.append(figure("finished runs: CPU", "% of a core", 100 * spent, most=2))
    return figures


@contextmanager
def growing(folder: Path, count: int) -> Iterator[None]:
    """Runs that another thread writes to: a thousand rows at once, then ten a second."""
    stop = threading.Event()
    runs = [dlviz.Run(folder / f"run{k}", config={"lr": k}) for k in range(count)]
    noise = random.Random(0)

    def row(step: int) -> None:
        for k, run in enumerate(runs):
            loss = (k + 2) / (1 + step / 100) + noise.gauss(0, 0.05)
            run.log(step, {"loss/train": loss, "loss/val": loss * 1.1, "acc": 1 - loss / 9, "lr": 1e-3 / (1 + step)})

    def grow() -> None:
        step = 1000
        while not stop.wait(0.1):
            row(step)
            step += 1

    for step in range(1000):
        row(step)
    thread = threading.Thread(target=grow)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        for run in runs:
            run.close()
