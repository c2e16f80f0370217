"""`dlviz lesson`: the index, a lesson on the screen, printed once, or as JSON."""

import shutil
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..engine.lessons.index import load
from ..engine.lessons.kit.lesson import Lesson
from ..engine.lessons.kit.state import State
from ..engine.lessons.study import documents
from ..engine.options import OptionError
from ..engine.runs.files import dump_json
from . import streams

if TYPE_CHECKING:
    from ..tui.lessons.reading import Reading

PATIENCE = 0.5
"""Seconds between two words on how far a training is."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the command line asked for."""

    name: str
    texts: tuple[str, ...] = ()
    preset: str = ""
    scene: str = ""
    frame: int | None = None
    figure: str = ""
    cell: str = ""
    depth: str = ""
    seed: int = 0
    train: bool = False
    plain: bool = False
    json: bool = False

    def state(self, lesson: Lesson) -> State:
        """The lesson's state with preset and settings; raises OptionError."""
        return lesson.parse(self.texts, self.preset, self.seed)


def index(*, plain: bool, json: bool) -> None:
    """All lessons: as JSON, on the screen, or printed."""
    from .. import cli

    if json:
        print(dump_json(documents.index()))
    elif plain or not cli.on_terminal():
        from ..engine.lessons.index import lessons
        from ..tui.plain_lesson import index_page

        print(index_page(list(lessons()), width(), coloured()))
    else:
        screen(None)


def show(wish: Wish) -> None:
    """One lesson."""
    from .. import cli

    streams.need_output()
    lesson = load(wish.name)
    state = wish.state(lesson)
    reading = read(wish, lesson, state)
    if not (wish.json or wish.plain) and cli.on_terminal():
        screen(wish, reading)
        return
    if wish.train:
        state = trained(lesson, state)
    only = reading.scene if wish.scene or wish.frame is not None else None
    need_frame(lesson, state, reading.scene, wish.frame)
    frame = (wish.frame or 1) - 1
    if wish.json:
        print(dump_json(documents.lesson_document(lesson, state, only, frame)))
        return
    from ..tui.lessons.reading import preset_told
    from ..tui.plain_lesson import lesson_page

    if reading.preset is not None:
        print(f"Preset {preset_told(reading.preset)}\n")
    print(lesson_page(lesson, state, documents.facts(lesson, state), width(), coloured(), only, frame))


def read(wish: Wish, lesson: Lesson, state: State) -> "Reading":
    """Where the command line leads to: a scene, else the preset's, a frame, a figure; raises OptionError."""
    from ..tui.lessons.reading import Reading
    from ..tui.lessons.returning import look_at

    reading = Reading.of(wish.name, state, wish.scene, wish.frame or 1)
    if wish.preset:
        preset = reading.preset = lesson.preset(wish.preset)
        if not wish.scene and preset.scene:
            names = [scene.name for scene in lesson.scenes]
            reading.go(names.index(preset.scene), (wish.frame or preset.frame) - 1)
    look_at(reading, wish.figure, wish.cell, wish.depth)
    return reading


def need_frame(lesson: Lesson, state: State, number: int, frame: int | None) -> None:
    """Raise OptionError where the scene has no frame of that number, from 1."""
    scene = lesson.scenes[number]
    if frame is None or (scene.needs and scene.needs not in state.trained):
        return
    frames = len(scene.frames(state))
    if frame > frames:
        raise OptionError(f"--frame {frame} is not there: scene {number + 1} of {lesson.name} has {frames} of them")


def trained(lesson: Lesson, state: State) -> State:
    """The state after the lesson's trainings; how far they are is told on stderr."""
    told = 0.0

    def tell(share: float, text: str = "", **numbers: float) -> None:
        nonlocal told
        if time.monotonic() - told > PATIENCE:
            told = time.monotonic()
            print(f"\rtraining: {share:4.0%} {text:40.40}", end="", file=sys.stderr, flush=True)

    import torch

    torch.set_num_threads(1)  # as on the screen, so that results are the same
    try:
        return documents.trained(lesson, state, tell)
    finally:
        if told:
            print("\r" + " " * 56 + "\r", end="", file=sys.stderr, flush=True)


def screen(wish: Wish | None, reading: "Reading | None" = None) -> None:
    """Open the screen; the process that computes starts first, while textual is imported."""
    from ..engine.lessons.study.study import Study

    study = Study().open()
    try:
        from .. import cli
        from ..tui.leaving import signals_end
        from ..tui.lessons.app import LessonApp
        from ..tui.lessons.pane import LessonsPane
        from ..tui.lessons.visited import Visited, default_file

        pane = LessonsPane(
            study=study,
            reading=reading,
            visited=Visited(default_file()),
            train=wish is not None and wish.train,
            id="lessons",
        )
        app = LessonApp(pane)
        with signals_end(app.end, study.close):
            cli.open_lab(app)
    finally:
        study.close()


def width() -> int:
    """Columns to print in."""
    return min(max(shutil.get_terminal_size((100, 24)).columns, 60), 160)


def coloured() -> bool:
    """Whether what is printed may be coloured."""
    import os

    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
