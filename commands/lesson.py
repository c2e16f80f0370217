"""`dlviz lesson`: the index, a lesson on the screen, printed once, or as JSON."""

import shutil
import sys
import time
from dataclasses import dataclass

from ..engine.lessons.index import load
from ..engine.lessons.kit.lesson import Lesson
from ..engine.lessons.kit.state import State
from ..engine.lessons.study import documents
from ..engine.runs.files import dump_json
from . import streams

PATIENCE = 0.5
"""Seconds between two words on how far a training is."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the command line asked for."""

    name: str
    texts: tuple[str, ...] = ()
    preset: str = ""
    scene: str = ""
    frame: int = 1
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
    from ..tui.lessons.reading import scene_number

    streams.need_output()
    lesson = load(wish.name)
    state = wish.state(lesson)
    only = scene_number(lesson, wish.scene) if wish.scene else None
    if not (wish.json or wish.plain) and cli.on_terminal():
        screen(wish)
        return
    if wish.train:
        state = trained(lesson, state)
    if wish.json:
        print(dump_json(documents.lesson_document(lesson, state)))
        return
    from ..tui.plain_lesson import lesson_page

    print(lesson_page(lesson, state, documents.facts(lesson, state), width(), coloured(), only, wish.frame - 1))


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


def screen(wish: Wish | None) -> None:
    """Open the screen; the process that computes starts first, while textual is imported."""
    from ..engine.lessons.study.study import Study

    study = Study().open()
    try:
        from .. import cli
        from ..tui.leaving import signals_end
        from ..tui.lessons.app import LessonApp
        from ..tui.lessons.pane import LessonsPane
        from ..tui.lessons.reading import Reading
        from ..tui.lessons.visited import Visited, default_file

        reading = None
        if wish is not None:
            lesson = load(wish.name)
            reading = Reading.of(wish.name, wish.state(lesson), wish.scene, wish.frame)
            if wish.preset:
                reading.preset = lesson.preset(wish.preset)
                if not wish.scene and reading.preset.scene:
                    names = [scene.name for scene in lesson.scenes]
                    reading.go(names.index(reading.preset.scene), max(wish.frame, reading.preset.frame) - 1)
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
