"""The lessons: an index, and one lesson at a time with its figures, settings and facts."""

from typing import ClassVar

from textual.binding import Binding
from textual.strip import Strip

from ...engine.lessons.study.messages import Untrained
from .going import Going
from .help import GENERAL, lesson_help
from .index_view import found, index_view
from .keys import ACTIONS, BINDINGS, IN_INDEX
from .lesson_view import LessonView

NAMED = frozenset(action.name.partition("(")[0] for action in ACTIONS)


class LessonsPane(Going):
    """The index of the lessons, or the lesson that is open."""

    DEFAULT_CSS = """
    LessonsPane { border: none; &:focus { border: none; } }
    """
    BINDINGS: ClassVar[list[Binding]] = BINDINGS  # type: ignore[assignment]

    @property
    def HELP(self) -> str:  # type: ignore[override]
        """What is on the screen now, explained."""
        return lesson_help(self.reading) if self.reading is not None else GENERAL

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now has a key: in the index, or in a lesson."""
        if action not in NAMED:
            return True
        return action in IN_INDEX if self.reading is None else action != "search"

    def draw(self, width: int, height: int) -> list[Strip]:
        """The index, or the lesson."""
        if self.reading is None:
            names = found(self._search)
            self._chosen = min(self._chosen, max(0, len(names) - 1))
            return index_view(names, self._chosen, self._search, self.visited, width, height, self.ink)
        view = LessonView(self.reading, self.study.view, self.ink, self._seen, self._notice)
        return view.strips(width, height)

    def action_nothing(self) -> None:
        """A key that means something elsewhere in the lab."""

    def action_preset(self) -> None:
        """The next preset."""
        preset = self.reading.next_preset() if self.reading is not None else None
        if self.reading is None or preset is None:
            self.tell("this lesson has no presets")
            return
        before = self.reading.scene
        self.reading.take(preset)
        self._compute()
        where = f", scene {self.reading.scene + 1}" if self.reading.scene != before else ""
        self.tell(f"{preset.name} ({'good' if preset.good else 'goes wrong'}{where}): {preset.why}", stays=True)

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
            self.study.train(reading.place, needed)
            self._redraw()
            return
        scenes = [f"{k} {scene.title}" for k, scene in enumerate(reading.lesson.scenes, start=1) if scene.needs]
        told = f"; those that do: {', '.join(scenes)}" if scenes else ""
        self.tell(f"nothing in this scene waits for a training{told}")

    def action_reset(self) -> None:
        """All settings as at first."""
        if self.reading is not None:
            if not self.study.view.gone:
                self.reading.reset()
            self._compute()

    def action_copy(self) -> None:
        """Copy the command that reproduces this very state."""
        if self.reading is not None:
            command = self.reading.command()
            self.app.copy_to_clipboard(command)
            self.tell(f"copied: {command}")
