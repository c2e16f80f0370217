"""Draw the README's pictures with the program itself: `make pictures`.

Trains for real in a scratch folder; what is in the pictures is what the lab showed.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from textual.pilot import Pilot

from dlviz.engine.lessons.index import load
from dlviz.engine.runs.watcher import Watcher
from dlviz.engine.training.commands import Load
from dlviz.engine.training.job import Job
from dlviz.engine.training.status import ENDED
from dlviz.engine.training.train import train
from dlviz.tui.app import DlvizApp
from dlviz.tui.lessons.app import LessonApp
from dlviz.tui.lessons.pane import LessonsPane
from dlviz.tui.lessons.reading import Reading
from dlviz.tui.lessons.visited import Visited
from dlviz.tui.watch.app import WatchApp

HERE = Path(__file__).parent.resolve() / "pictures"


async def settle(pilot: Pilot[object], app: DlvizApp, pulls: int = 12) -> None:
    """Let the engine answer and the screen draw."""
    for _ in range(pulls):
        await asyncio.sleep(0.1)
        app.tick()
        await pilot.pause()


async def picture(name: str, job: Job, size: tuple[int, int], keys: Iterable[str], theme: str = "dlviz-dark") -> None:
    """Train `job` to its end in the lab, press `keys`, and keep the screen as NAME.svg."""
    app = DlvizApp(load=Load(job=job, start=True))
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        while app.session.status.state not in ENDED:
            await settle(pilot, app, 1)
        await settle(pilot, app)
        for key in keys:
            await pilot.press(key)
            await settle(pilot, app, 3)
        await settle(pilot, app)
        (HERE / f"{name}.svg").write_text(app.export_screenshot(title="dlviz"), encoding="utf-8")
        app.session.close()


async def watching(size: tuple[int, int], keys: Iterable[str]) -> None:
    """Train an mlp with three learning rates and two seeds each, then watch what they have left."""
    runs = Path("watched")
    for lr in (0.0003, 0.003, 0.03):
        for seed in (0, 1):
            job = Job.of("mlp", lr=lr, steps=300, validate_every=20, seed=seed)
            # In a thread, because a training catches signals in the main one.
            await asyncio.to_thread(train, job, run_dir=str(runs / f"lr-{lr}" / f"seed-{seed}"))
    watcher = Watcher([runs])
    watcher.complete()
    app = WatchApp(watcher, title="runs")
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.5)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.3)
        (HERE / "watch.svg").write_text(app.export_screenshot(title="dlviz watch"), encoding="utf-8")


async def lesson(name: str, size: tuple[int, int], scene: str, keys: Iterable[str], picture: str) -> None:
    """Open a scene of a lesson, trained if it needs that, press `keys`, and keep the screen as PICTURE.svg."""
    reading = Reading.of(name, load(name).state(), scene)
    pane = LessonsPane(reading=reading, visited=Visited(), train=bool(reading.at.needs), id="lessons")
    app = LessonApp(pane)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(2)
        while pane.study.view.told is not None:
            await pilot.pause(0.2)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.3)
        await pilot.pause(3)
        pane.pull()
        await pilot.pause()
        (HERE / f"{picture}.svg").write_text(app.export_screenshot(title="dlviz lesson"), encoding="utf-8")


async def main() -> None:
    """All pictures."""
    HERE.mkdir(exist_ok=True)
    cnn = Job.of("cnn")
    await picture("lab", cnn, (150, 46), ["5", "down", "down", "down", "down"])
    await picture("cell", cnn, (100, 30), ["5", "down", "down", "down", "down", "f", "enter", "enter", "enter"])
    await picture("predictions", cnn, (100, 30), ["6", "f"], theme="dlviz-light")
    await picture("attention", Job.of("translator", ("steps=600",)), (120, 34), ["6", "f"])
    await picture("arena", Job.of("gan", ("steps=3000",)), (120, 34), ["6", "f"])
    await picture("denoise", Job.of("diffusion", ("steps=600",)), (120, 34), ["6", "f", *["right"] * 30])
    await watching((150, 46), ["s", "s", "3", "2", "right", "left", "left", "left"])
    await lesson("convolution", (120, 30), "sliding", ["full_stop"] * 9, "lesson")
    await lesson("gan", (150, 34), "collapse", [], "lesson_gan")
    plain = Job.of("resnet", ("depth=24", "batch_norm=false", "skip=false", "steps=2", "validate_every=1"))
    await picture("vanishing", plain, (80, 24), ["5"])


if __name__ == "__main__":
    os.environ["COLORTERM"] = "truecolor"
    os.environ.setdefault("TERM", "xterm-256color")
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        asyncio.run(main())
