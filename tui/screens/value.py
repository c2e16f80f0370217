"""Type the value of an option; it is checked while it is typed."""

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from ...engine.options import OptionError, Rule, show


class ValueScreen(ModalScreen[str]):
    """A field for one option; the result is the text, empty if nothing is to change."""

    DEFAULT_CSS = """
    ValueScreen {
        align: center middle;
        Vertical {
            width: 64; max-width: 95%; height: auto; padding: 0 1;
            border: round $accent; background: $surface; border-title-color: $accent;
        }
        Label { width: 100%; }
        Input { background: $panel; margin: 1 0; }
        #trouble { color: $error; height: auto; min-height: 1; }
    }
    """
    AUTO_FOCUS = "Input"
    BINDINGS = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, rule: Rule, value: Any) -> None:
        super().__init__()
        self._rule, self._value = rule, value

    def compose(self) -> ComposeResult:
        """What it means, the field, what is wrong."""
        with Vertical() as box:
            box.border_title = self._rule.name
            box.border_subtitle = "enter sets, escape cancels"
            yield Label(Content(f"{self._rule.help}; {self._rule.allowed}"))
            yield Input(show(self._value), compact=True)
            yield Label("", id="trouble")

    def action_cancel(self) -> None:
        """Change nothing."""
        self.dismiss("")

    @on(Input.Changed)
    def check(self, event: Input.Changed) -> None:
        """Say what is wrong at once."""
        self.query_one("#trouble", Label).update(Content(self._trouble(event.value)))

    @on(Input.Submitted)
    def done(self, event: Input.Submitted) -> None:
        """Take the value if it is allowed."""
        if not self._trouble(event.value):
            self.dismiss(event.value)

    def _trouble(self, text: str) -> str:
        try:
            self._rule.parse(text)
        except OptionError as error:
            return str(error)
        return ""
