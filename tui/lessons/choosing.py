"""Choosing a scene, a preset or a lesson: lists that stand in place of the figures, and the search."""

from ...engine.lessons.search import hits
from ..widgets.prompt import Prompt
from .chooser import presets, scenes
from .going import Going
from .index_view import counted
from .reading import preset_told


class Choosing(Going):
    """What the keys that open a list do, and what happens in it."""

    def action_scenes(self) -> None:
        """The list of scenes, or back from it."""
        if self.reading is None:
            return
        self.reading.playing = False
        there = self._choosing is not None and self._choosing.kind == "scenes"
        self._choosing = None if there else scenes(self.reading, self._trained())
        self._redraw()

    def action_presets(self) -> None:
        """The list of presets; in it the next one."""
        if self.reading is None:
            return
        self.reading.playing = False
        if self._choosing is not None and self._choosing.kind == "presets":
            self._choosing = self._choosing.to((self._choosing.at + 1) % len(self._choosing.entries))
        elif self.reading.lesson.presets:
            self._choosing = presets(self.reading)
        self._redraw()

    def action_deeper(self) -> None:
        """Take what is chosen in a list; from the index into a lesson; in a lesson deeper."""
        if self._choosing is not None:
            self._open_entry(self._choosing.at)
        elif self.reading is None:
            self._open_entry(self._chosen)
        else:
            super().action_deeper()

    def _open_entry(self, at: int) -> None:
        """Take a line of the list that is shown, by its number."""
        chooser, reading = self._choosing, self.reading
        if reading is None:
            found = self._found()
            if 0 <= at < len(found):
                self._chosen = at
                self.open_lesson(found[at].lesson, found[at].scene)
            return
        self._choosing = None
        if chooser is None:
            return
        if chooser.kind == "scenes":
            reading.go(at)
            self._compute()
            return
        preset = reading.lesson.preset(chooser.to(at).entry.name)
        before = reading.scene
        reading.take(preset)
        self._compute()
        where = f" Scene {reading.scene + 1}." if reading.scene != before else ""
        self.tell(preset_told(preset) + where, stays=True)

    def action_back(self) -> None:
        """Leave the list; else back by one."""
        if self._choosing is not None:
            self._choosing = None
            self._redraw()
        else:
            super().action_back()

    def action_index(self) -> None:
        """Back to the index; what trains goes on."""
        self._choosing = None
        super().action_index()

    def action_search(self) -> None:
        """Search the lessons: enter opens the chosen one."""
        if self.reading is not None:
            self._search = ""
        self.action_index()

        def change(text: str) -> str:
            if text != self._search:
                self._search, self._chosen = text, 0
                self._redraw()
            found = self._found()
            return f"{counted(found)}; ↑ ↓ choose, Enter opens" if found and text else counted(found)

        def take(text: str) -> str:
            found = hits(text)
            if not found:
                return "no lesson has that in it"
            self.call_later(self._open_entry, min(self._chosen, len(found) - 1))
            return ""

        self.screen.query_one(Prompt).ask("search", self._search, take, change, move=self.action_move)
