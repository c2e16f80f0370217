"""What the panes that look inside the loaded model share: the frame's texts, the empty state, full screen."""

from textual.content import Content
from textual.strip import Strip

from ..render.cells import note
from .pane import Pane

EMPTY = "no model is loaded: choose one and press space"


class ModelPane(Pane):
    """A pane that is empty until a model is loaded."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._titles = ("", "")

    def entitle(self, title: str, subtitle: str) -> None:
        """Set the frame's texts; only a change repaints it."""
        if (title, subtitle) != self._titles:
            self._titles = (title, subtitle)
            self.border_title, self.border_subtitle = Content(title), Content(subtitle)

    def vacant(self, error: str, width: int, height: int) -> list[Strip]:
        """Why there is nothing to see, in one line; `error` is the engine's answer."""
        status = self.lab.session.status
        if status.state == "loading":
            text = f"loading {status.model} …"
        elif not status.model:
            text = EMPTY
        elif status.state == "failed":
            text = status.message or error
        else:
            text = error or "…"
        return note(text, width, self.ink, height)

    def action_large(self) -> None:
        """This pane alone on the screen, or not."""
        if self.screen.maximized is self:
            self.screen.minimize()
        else:
            self.screen.maximize(self)
