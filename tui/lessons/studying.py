"""What a pane of lessons holds, asks of its study, and hears from it."""

import time
from collections.abc import Hashable

from textual.timer import Timer

from ...engine.lessons.index import lessons, load
from ...engine.lessons.kit.figures import Figure, Plane
from ...engine.lessons.study.messages import Shown, Trained, Untrained
from ...engine.lessons.study.study import Study
from ...engine.options import OptionError
from ..panes.pane import Pane
from ..widgets.prompt import Prompt
from .chooser import Chooser
from .keys import NAMED
from .lesson_view import LessonView
from .reading import Reading, preset_told
from .seen import Seen
from .visited import Visited

PLAY = 0.7
"""Seconds that a frame is shown while it plays."""
SETTLE = 0.15
"""Seconds without a change after which the facts are computed anew."""
NOTICE = 6.0
"""Seconds that a sentence stands in place of the caption."""


class Studying(Pane):
    """Holds what is read, and a study that computes it."""

    def __init__(
        self,
        *,
        study: Study | None = None,
        reading: Reading | None = None,
        visited: Visited | None = None,
        train: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """Show the index, or `reading`; `train` begins at once what its scene needs."""
        super().__init__(id=id)
        self.study = study or Study()
        self.reading = reading
        self.visited = visited or Visited()
        self._train = train
        self._readings: dict[str, Reading] = {}
        """Where one was in each lesson."""
        self._seen = Seen()
        self._search = ""
        self._chosen = 0
        self._loaded = False
        """Whether the index has been read; before that a word says so, for it takes a while."""
        self._choosing: Chooser | None = None
        """The list of scenes or presets, while one is chosen."""
        self._changes = 0
        self._notice = ""
        self._leaving = 0
        """Where a second `]` (1) or `[` (-1) leads out of the lesson; 0: nowhere, for nothing was said of it."""
        self._asked_of: Shown | None = None
        """The frame of which was asked where the number under the cursor came from."""
        self._ended: Trained | None = None
        """The last training that ended, once it was heeded."""
        self._done: set[Hashable] = set()
        """The trainings that ended well, by their keys."""
        self._keyed: Hashable = None
        """What the keys that can be used depended on when they were shown."""
        self._settling: Timer | None = None
        self._noticing: Timer | None = None

    def on_mount(self) -> None:
        """Listen to the study."""
        self.study.heard = self._heard
        self.study.open()
        if not self.screen.query(Prompt):
            self.screen.mount(Prompt())
        if self.reading is not None:
            self._compute()
            if self.reading.preset is not None:
                self.tell(preset_told(self.reading.preset), stays=True)

    def _load(self) -> None:
        list(lessons())
        self._loaded = True
        self._redraw()

    def on_unmount(self) -> None:
        """The process ends with the pane."""
        self.study.heard = lambda: None
        self.study.close()

    def stale(self) -> Hashable:
        """What the picture depends on."""
        view = self.study.view
        since = view.began if view.told is not None else view.asked_at
        clock = int(time.monotonic() - since) if view.told is not None or view.busy else 0
        return (self._changes, view.number, clock, view.busy, self.has_focus)

    def pull(self) -> None:
        """Redraw what has changed, and the line of keys where others can be used now."""
        keyed = tuple(self.check_action(name, ()) for name in sorted(NAMED))
        if keyed != self._keyed:
            self._keyed = keyed
            self.refresh_bindings()
        super().pull()

    def _heard(self) -> None:
        """From the listening thread: look at once."""
        if self.is_attached:
            self.app.call_later(self._take)

    def _take(self) -> None:
        reading, view = self.reading, self.study.view
        if reading is None:
            return
        if view.gone:
            self._done.clear()
        if not view.behind:
            self._arrived(reading)
        if self._train:
            self._train = False
            needed = [scene.needs for scene in (reading.at, *reading.lesson.scenes) if scene.needs]
            if needed:
                self.study.train(reading.place, needed[0])
        ended = view.ended
        if isinstance(ended, Trained) and self._ended is not ended:
            self._ended = ended
            if not (ended.error or ended.cancelled):
                lesson = load(ended.place.lesson)
                state = lesson.state(ended.place.values, ended.place.seed)
                self._done.add((lesson.name, lesson.training(ended.training).key(state)))
                reading.frame = reading.frame or reading.asked
                self._compute()
        if view.pointed is not None and view.pointed.picked:
            self._set(dict(view.pointed.picked))
        self.pull()

    def _arrived(self, reading: Reading) -> None:
        """What is shown is what was asked for last."""
        view = self.study.view
        shown = view.shown
        if view.failed is not None:
            frames = max(1, reading.frames)
            reading.arrive(min(reading.frame, frames - 1), frames)
        elif isinstance(shown, Untrained) and self._current(shown):
            reading.wait()
        elif isinstance(shown, Shown) and self._current(shown):
            reading.waits, reading.asked = False, 0
            if reading.arrive(shown.place.frame, shown.frames):
                self._compute(facts=False)
                return
            self.visited.add(reading.lesson.name, reading.at.name)
            if shown.place.frame == 0:
                reading.captions[reading.scene] = shown.frame.caption
            if view.pointed is None and self._asked_of is not shown:
                self._asked_of = shown
                self._point()

    def _trained(self) -> frozenset[str]:
        """The scenes whose training was done with the settings as they are."""
        reading = self.reading
        if reading is None:
            return frozenset()
        lesson, state = reading.lesson, reading.state
        done = {t.name for t in lesson.trainings if (lesson.name, t.key(state)) in self._done}
        here = {reading.at.needs} if isinstance(self.study.view.shown, Shown) and reading.settled else set()
        return frozenset(scene.name for scene in lesson.scenes if scene.needs and scene.needs in done | here)

    def _current(self, shown: Shown | Untrained) -> bool:
        reading = self.reading
        return reading is not None and (shown.place.lesson, shown.place.scene) == (reading.lesson.name, reading.scene)

    def _compute(self, facts: bool = True) -> None:
        """Ask for the frame, and after a moment for the facts; what was said of the last state is said no more."""
        if self.reading is None:
            return
        self._notice = ""
        self._leaving = 0
        self._changes += 1
        self.study.show(self.reading.place)
        if facts:
            if self._settling is not None:
                self._settling.stop()
            self._settling = self.set_timer(SETTLE, self._prove)
        self.pull()

    def _prove(self) -> None:
        if self.reading is not None:
            self.study.prove(self.reading.place)

    def _figure(self) -> Figure | None:
        """The figure with the cursor."""
        if self.reading is None or self.reading.in_settings or self.reading.facts:
            return None
        return self._focused()

    def _focused(self) -> Figure | None:
        """The figure that has the cursor, or had it before the settings."""
        if self.reading is None:
            return None
        view = LessonView(self.reading, self.study.view, self.ink, self._seen)
        return view.focused(view.shown.frame if view.shown is not None else None)

    def _point(self, pick: bool = False) -> None:
        """Ask where the number under the cursor came from."""
        figure, reading = self._focused(), self.reading
        if figure is None or reading is None:
            return
        key = (reading.scene, figure.name)
        cell = reading.cells.get(key, figure.cursor)
        at = reading.places.get(key, figure.at) if isinstance(figure, Plane) else None
        if cell is None and at is None:
            return
        shown = self.study.view.shown
        if isinstance(shown, Shown) and (figure.name in shown.explains or (pick and figure.name in shown.picks)):
            self.study.point(figure.name, cell or (0, 0), at, pick)

    def _set(self, values: dict[str, object]) -> None:
        """Change settings, and compute what follows; what is not allowed is told."""
        if self.reading is None:
            return
        try:
            changed = self.reading.set(values)
        except OptionError as error:
            self.tell(str(error))
            return
        if changed:
            self._compute()

    def tell(self, text: str, stays: bool = False) -> None:
        """A sentence in place of the caption: for a while, or until something changes."""
        self._notice = text
        self._leaving = 0
        self._changes += 1
        if self._noticing is not None:
            self._noticing.stop()
        if not stays:
            self._noticing = self.set_timer(NOTICE, self._hush)
        self.pull()

    def _hush(self) -> None:
        self._notice = ""
        self._leaving = 0
        self._changes += 1
        self.pull()

    def _redraw(self) -> None:
        self._changes += 1
        self.pull()
