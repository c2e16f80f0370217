"""Lessons: to the first frame, from the index into each, what a change costs, and how long all facts take."""

import subprocess
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path

from dlviz.engine.lessons.index import NAMES, load
from dlviz.engine.lessons.study.messages import Place
from dlviz.engine.lessons.study.study import Study

from .report import Figure, figure, median
from .startup import DLVIZ, HERE, elapsed, painted
from .terminal import PYTHON, environment

ROUNDS = 5
CHANGES = 20
AMID = 0.1
"""Seconds after which facts that were asked for are being computed, or their oracles imported."""


def measure() -> list[Figure]:
    """Each beside the least that could be expected, in turns."""
    launch: dict[str, list[float]] = {"lesson": [], "empty": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(ROUNDS):
            launch["empty"].append(painted([PYTHON, "-m", "benchmarks.empty"], folder, rb"an empty app"))
            launch["lesson"].append(painted([*DLVIZ, "lesson", "convolution"], folder, rb"kernel 3x3"))
        opened, again, changed = opening()
        beside, replayed = beside_facts(), beside_a_replay()
        torch = elapsed([PYTHON, "-c", "import torch"], folder)
        quick = verified(folder, "--quick")
        trained = verified(folder)
    slow = max(opened, key=lambda name: opened[name])
    least, usual = "the same again", median(list(again.values()))
    return [
        figure(
            "`dlviz lesson convolution`, first frame",
            "s",
            median(launch["lesson"]),
            "empty Textual app",
            median(launch["empty"]),
        ),
        figure(f"opening a lesson, the slowest ({slow})", "ms", opened[slow], least, again[slow], most=300),
        figure("opening a lesson, median", "ms", median(list(opened.values())), least, usual, most=300),
        figure("the same while facts of another are computed, the slowest", "ms", max(beside), least, usual, most=300),
        figure("the same, median", "ms", median(beside), least, usual, most=300),
        figure("the same while 100 moves of a game are replayed", "ms", replayed, least, usual, most=300),
        figure("a setting turned, the slowest lesson", "ms", max(changed.values()), least, usual, most=100),
        figure("`dlviz verify --quick`", "s", quick, "import torch", torch, most=20),
        figure("`dlviz verify`, three seeds", "s", trained, "without training", quick, most=320),
    ]


def opening() -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Milliseconds until the first frame of each lesson, the same once more, and after a setting was turned."""
    heard = threading.Event()
    study = Study(heard.set)
    study.open()
    opened, again, changed = {}, {}, {}
    for name in NAMES:
        lesson = load(name)
        place = Place(lesson=name, values=lesson.defaults)
        opened[name], again[name] = shown(study, heard, place), shown(study, heard, place)
        values, times = dict(lesson.defaults), []
        for k in range(CHANGES):
            if not lesson.settings:
                break
            setting = lesson.settings[k % len(lesson.settings)]
            values[setting.name] = setting.turn(values[setting.name], 1)
            times.append(shown(study, heard, Place(lesson=name, values=dict(values))))
        changed[name] = median(times) if times else again[name]
    study.close()
    return opened, again, changed


def beside_facts() -> list[float]:
    """Milliseconds until the first frame of each lesson while the facts of the one before it are computed."""
    heard = threading.Event()
    study = Study(heard.set)
    study.open()
    times = []
    for before, name in pairwise((NAMES[-1], *NAMES)):
        study.prove(Place(lesson=before, values=load(before).defaults))
        time.sleep(AMID)
        times.append(shown(study, heard, Place(lesson=name, values=load(name).defaults)))
    study.close()
    return times


def beside_a_replay() -> float:
    """Milliseconds until the first frame of another lesson a second after a long game was asked for."""
    heard = threading.Event()
    study = Study(heard.set)
    lesson = load("gan")
    arena = [scene.name for scene in lesson.scenes].index("arena")
    study.show(Place(lesson="gan", values={**lesson.defaults, "moves": "x" * 100}, scene=arena))
    time.sleep(1.0)
    took = shown(study, heard, Place(lesson="convolution", values=load("convolution").defaults))
    study.close()
    return took


def shown(study: Study, heard: threading.Event, place: Place) -> float:
    """Milliseconds until a frame that was asked for is there."""
    before = study.view.shown
    start = time.perf_counter()
    study.show(place)
    while study.view.shown is before and study.view.failed is None:
        heard.wait(0.5)
        heard.clear()
    return 1000 * (time.perf_counter() - start)


def verified(folder: Path, *words: str) -> float:
    """Seconds of `dlviz verify`."""
    start = time.monotonic()
    command = [*DLVIZ, "verify", *words, "--json"]
    subprocess.run(command, cwd=folder, env=environment(PYTHONPATH=str(HERE)), check=False, stdout=subprocess.DEVNULL)
    return time.monotonic() - start
