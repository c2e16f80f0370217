"""Going through the lessons: frames, scenes, depths, the index."""

from ...engine.lessons.index import NAMES
from ...engine.lessons.study.messages import Shown
from ..widgets.prompt import Prompt
from .index_view import found
from .looking import Looking
from .reading import DEPTHS, Reading
from .studying import PLAY


class Going(Looking):
    """What the keys that go somewhere do."""

    def on_mount(self) -> None:
        """The pulse of playing."""
        self.set_interval(PLAY, self._play)

    def open_lesson(self, name: str) -> None:
        """Open a lesson from its beginning."""
        if self.reading is None or self.reading.lesson.name != name:
            self.reading = self._readings.setdefault(name, Reading.of(name))
        self._train = False
        self._notice = ""
        self.study.open()
        self._compute()
        self.refresh_bindings()

    def action_step(self, by: int) -> None:
        """The next frame or the one before."""
        if self.reading is None:
            return
        if self.reading.pass_time(by):
            self._compute()
            return
        before = self.reading.scene
        if self.reading.step(by):
            self._compute(facts=self.reading.scene != before)

    def action_scene(self, by: int) -> None:
        """The next scene or the one before."""
        if self.reading is not None:
            self.reading.go(self.reading.scene + by)
            self._compute()

    def action_end(self, last: bool) -> None:
        """The first or the last frame of the scene; of the index its first or last line."""
        if self.reading is None:
            self._chosen = len(NAMES) if last else 0
            self._redraw()
            return
        scrub = self.reading.scrub
        if scrub is not None:
            ends = scrub.stops or (scrub.low, scrub.high)
            self._set({scrub.name: type(scrub.default)(ends[-1 if last else 0])})
            return
        self.reading.frame = self.reading.frames - 1 if last else 0
        self._compute(facts=False)

    def action_play(self) -> None:
        """Play the frames of the scene, or stop."""
        reading = self.reading
        if reading is None:
            return
        reading.playing = not reading.playing
        if reading.playing and reading.scrub is None and reading.frame >= reading.frames - 1:
            reading.frame = 0
        self._compute(facts=False)

    def _play(self) -> None:
        reading, shown = self.reading, self.study.view.shown
        if reading is None or not reading.playing or not isinstance(shown, Shown):
            return
        if shown.place.frame != reading.frame or not self.is_on_screen:
            return
        if reading.scrub is not None:
            reading.playing = reading.pass_time(1)
        elif reading.frame + 1 < reading.frames:
            reading.frame += 1
        else:
            reading.playing = False
        self._compute(facts=False)

    def action_deeper(self) -> None:
        """From the index into a lesson; from the overview to the part, to the formula; a setting is typed."""
        reading = self.reading
        if reading is None:
            names = found(self._search)
            if names:
                self.open_lesson(names[self._chosen])
            return
        if reading.chosen is not None:
            self._type(reading.chosen)
            return
        at = DEPTHS.index(reading.depth)
        if self._figure() is not None and at + 1 < len(DEPTHS):
            reading.depth = DEPTHS[at + 1]
            reading.scroll = 0
            self._ask_cursor()
            self._redraw()

    def action_back(self) -> None:
        """From the formula to the part, to the overview, to the index."""
        reading = self.reading
        if reading is None:
            self._search = ""
        elif reading.facts:
            reading.facts = False
            reading.scroll = 0
        elif reading.in_settings:
            reading.in_settings = False
        elif reading.depth != "overview":
            reading.depth = DEPTHS[DEPTHS.index(reading.depth) - 1]
        else:
            self.action_index()
        self._redraw()

    def action_index(self) -> None:
        """Back to the index; what trains goes on."""
        if self.reading is not None:
            names = found(self._search)
            self._chosen = names.index(self.reading.lesson.name) if self.reading.lesson.name in names else 0
            self.reading.playing = False
            self._readings[self.reading.lesson.name] = self.reading
            self.reading = None
            self.refresh_bindings()
        self._redraw()

    def action_search(self) -> None:
        """Search the index."""
        self.action_index()

        def take(text: str) -> str:
            self._search, self._chosen = text, 0
            self._redraw()
            return f"{len(found(text))} lessons"

        self.screen.query_one(Prompt).ask("search", self._search, lambda text: take(text) and "", take)

    def action_facts(self) -> None:
        """All facts of the lesson, or its figures again."""
        if self.reading is not None:
            self.reading.facts = not self.reading.facts
            self.reading.scroll = 0
            self._redraw()
