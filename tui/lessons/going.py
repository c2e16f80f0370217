"""Going through the lessons: frames, scenes, lessons, depths, the index."""

from ...engine.lessons.index import NAMES, load
from ...engine.lessons.search import Hit, hits
from ...engine.lessons.study.messages import Shown
from .looking import Looking
from .reading import DEPTHS, LAST, Reading
from .studying import PLAY


class Going(Looking):
    """What the keys that go somewhere do."""

    def on_mount(self) -> None:
        """The pulse of playing."""
        self.set_interval(PLAY, self._play)

    def open_lesson(self, name: str, scene: int | None = None) -> None:
        """Open a lesson where it was left, or at a scene."""
        if self.reading is None or self.reading.lesson.name != name:
            self._leave()
            self.reading = self._readings.setdefault(name, Reading.of(name))
        if scene is not None:
            self.reading.go(scene)
        self._train = False
        self._notice = ""
        self.study.open()
        self._compute()

    def _found(self) -> list[Hit]:
        """The lessons of the index, those that the search has found."""
        return hits(self._search)

    def action_step(self, by: int) -> None:
        """The next frame or the one before."""
        reading = self.reading
        if reading is None:
            return
        if reading.pass_time(by):
            self._compute()
            return
        before = reading.scene
        if reading.step(by):
            self._compute(facts=reading.scene != before)
        elif reading.settled:
            self._tell_end(by)

    def action_scene(self, by: int) -> None:
        """The next scene or the one before; at the end of the lesson first a word, then the next lesson."""
        reading = self.reading
        if reading is None:
            return
        if 0 <= reading.scene + by < len(reading.lesson.scenes):
            reading.go(reading.scene + by)
            self._compute()
        elif self._leaving == by:
            name = self._neighbour(by)
            self.open_lesson(name, 0 if by > 0 else len(load(name).scenes) - 1)
        else:
            self._tell_end(by)

    def _neighbour(self, by: int) -> str:
        """The lesson after this one, or before it; none at the ends."""
        at = NAMES.index(self.reading.lesson.name) + by if self.reading is not None else -1
        return NAMES[at] if 0 <= at < len(NAMES) else ""

    def _tell_end(self, by: int) -> None:
        """Say that this lesson ends here, and what opens the one beside it."""
        if self.reading is None:
            return
        there, name = self._neighbour(by), self.reading.lesson.name
        key = "]" if by > 0 else "["
        where = f"The end of {name}." if by > 0 else f"The beginning of {name}."
        opens = f"{key} opens {there}" if there else f"It is the {'last' if by > 0 else 'first'} lesson"
        self.tell(f"{where} {opens}, b the index.")
        self._leaving = by if there else 0

    def action_end(self, last: bool) -> None:
        """The first or the last frame of the scene; of a list its first or last line."""
        reading = self.reading
        if self._choosing is not None:
            self._choosing = self._choosing.to(len(self._choosing.entries) if last else 0)
            self._redraw()
        elif reading is None:
            self._chosen = LAST if last else 0
            self._redraw()
        elif reading.facts:
            reading.scroll = LAST if last else 0
            self._redraw()
        elif reading.scrub is not None:
            ends = reading.scrub.stops or (reading.scrub.low, reading.scrub.high)
            self._set({reading.scrub.name: type(reading.scrub.default)(ends[-1 if last else 0])})
        else:
            reading.to((reading.frames - 1 if reading.settled else LAST) if last else 0)
            self._compute(facts=False)

    def action_play(self) -> None:
        """Play the frames of the scene, or stop."""
        reading = self.reading
        if reading is None:
            return
        reading.playing = not reading.playing
        if reading.playing and reading.scrub is None and 0 < reading.frames <= reading.frame + 1:
            reading.to(0)
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
            reading.to(reading.frame + 1)
        else:
            reading.playing = False
        self._compute(facts=False)

    def action_deeper(self) -> None:
        """From the overview to the part, to the formula; a setting is typed."""
        reading = self.reading
        if reading is None:
            return
        if reading.chosen is not None:
            self._type(reading.chosen)
            return
        if self._steers():
            self.tell("arrows move the point, and the other figures follow")
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
            reading.in_settings = reading.by_letter = False
        elif reading.depth != "overview":
            reading.depth = DEPTHS[DEPTHS.index(reading.depth) - 1]
        else:
            self.action_index()
        self._redraw()

    def action_index(self) -> None:
        """Back to the index; what trains goes on."""
        if self.reading is not None:
            names = [found.lesson for found in self._found()]
            self._chosen = names.index(self.reading.lesson.name) if self.reading.lesson.name in names else 0
            self._leave()
        self._redraw()

    def _leave(self) -> None:
        """Put the lesson aside as it is."""
        if self.reading is not None:
            self.reading.playing = False
            self._readings[self.reading.lesson.name] = self.reading
            self.reading = None

    def action_facts(self) -> None:
        """All facts of the lesson, or its figures again."""
        if self.reading is not None:
            self.reading.facts = not self.reading.facts
            self.reading.scroll = 0
            self._redraw()
