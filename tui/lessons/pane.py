"""The lessons: an index, and one lesson at a time with its figures, settings and facts."""

from typing import ClassVar

from textual.binding import Binding
from textual.geometry import Size
from textual.strip import Strip

from ...engine.lessons.study.messages import Untrained
from ..render.cells import note
from ..watch.sparing import changed
from .chooser import chooser_view
from .help import GENERAL, lesson_help
from .index_view import index_view
from .keys import BINDINGS, IN_CHOOSER, IN_FACTS, IN_INDEX, NAMED
from .lesson_view import LEAST, LessonView
from .returning import command
from .touching import Touching
from .training_view import lasting


class LessonsPane(Touching):
    """The index of the lessons, or the lesson that is open."""

    DEFAULT_CSS = """
    LessonsPane { border: none; &:focus { border: none; } }
    """
    BINDINGS: ClassVar[list[Binding]] = BINDINGS  # type: ignore[assignment]

    @property
    def HELP(self) -> str:  # type: ignore[override]
        """What is on the screen now, explained."""
        return lesson_help(self.reading, self.study.view) if self.reading is not None else GENERAL

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now has a key: in a list, in the index, among facts, or in a lesson."""
        if action not in NAMED:
            return True
        reading = self.reading
        if self._choosing is not None:
            return action in IN_CHOOSER
        if reading is None:
            return action in IN_INDEX and (action != "back" or bool(self._search))
        if reading.facts:
            return action in IN_FACTS
        if action == "edit":
            return self._editable()
        missing = {"train": not reading.lesson.trainings, "presets": not reading.lesson.presets}
        return not missing.get(action, False)

    def draw(self, width: int, height: int) -> list[Strip]:
        """The list to choose from, the index, or the lesson."""
        if width < LEAST[0] or height < LEAST[1]:
            return note("too small: lessons need 40 x 12 cells", width, self.ink, height)
        if self._choosing is not None and self.reading is not None:
            return chooser_view(self._choosing, self.reading.lesson.name, width, height, self.ink)
        if self.reading is None:
            if not self._loaded:
                self.call_after_refresh(self._load)
                return note("loading the lessons …", width, self.ink, height)
            found = self._found()
            self._chosen = min(self._chosen, max(0, len(found) - 1))
            return index_view(found, self._chosen, self._search, self.visited, width, height, self.ink)
        view = LessonView(self.reading, self.study.view, self.ink, self._seen, self._notice)
        return view.strips(width, height)

    def _show(self, strips: list[Strip], size: Size) -> None:
        """Only the cells that differ are sent, not whole rows with all their colours."""
        old = self._strips
        if not old or len(strips) != len(old) or any(s.cell_length != size.width for s in (*strips, *old)):
            super()._show(strips, size)
            return
        self._strips = strips
        if regions := changed(old, strips):
            self.refresh(*regions)

    def action_nothing(self) -> None:
        """A key that means something elsewhere in the lab."""

    def action_train(self) -> None:
        """Train what the scene needs, or call off what trains."""
        reading, view = self.reading, self.study.view
        if reading is None:
            return
        if view.told is not None:
            self.study.cancel()
            self.tell(f"{view.told.training} is called off")
            return
        waiting = [p.fact.trained for p in view.facts if p is not None and p.waits and p.fact.id in reading.at.ids]
        needed = view.shown.training if isinstance(view.shown, Untrained) else next(iter(waiting), "")
        if needed:
            self._hush()
            self.study.train(reading.place, needed)
            self._redraw()
            return
        trained = self._trained()
        scenes = [
            f"{k} {scene.title}"
            for k, scene in enumerate(reading.lesson.scenes, start=1)
            if scene.needs and scene.name not in trained
        ]
        said = "already trained" if reading.at.needs else "nothing in this scene waits for a training"
        told = f"; those that do: {', '.join(scenes)}" if scenes else ""
        self.tell(f"{said}{told}")

    def action_reset(self) -> None:
        """All settings as at first."""
        if self.reading is not None:
            self.reading.reset()
            self._compute()

    def action_copy(self) -> None:
        """Copy the command that leads to this very place."""
        reading = self.reading
        if reading is not None:
            trained = reading.at.name in self._trained()
            words = command(reading, self._focused(), trained)
            self.app.copy_to_clipboard(words)
            again = (
                f" (trains again, about {lasting(reading.lesson.training(reading.at.needs).seconds)})"
                if trained
                else ""
            )
            self.tell(f"copied: {words}{again}")
