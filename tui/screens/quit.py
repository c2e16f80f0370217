"""What to do with a training when the user quits."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

CHOICES = (
    ("stop", "Stop and save", "ends here; can be resumed later"),
    ("detach", "Go on in the background", "dlviz attach brings it back"),
    ("cancel", "Cancel", "stay"),
)


class QuitScreen(ModalScreen[str]):
    """Asks; the result is `stop`, `detach` or `cancel`."""

    DEFAULT_CSS = """
    QuitScreen {
        align: center middle;
        Vertical {
            width: 66; height: auto; max-width: 95%; padding: 0 1;
            border: round $accent; background: $surface; border-title-color: $accent;
        }
        Label { margin: 0 1 1 1; }
        OptionList { height: auto; background: $surface; padding: 0; }
        OptionList, OptionList:focus { border: none; }
    }
    """
    BINDINGS = [Binding("escape,q", "cancel", "Cancel")]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and the three answers."""
        with Vertical() as box:
            box.border_title = "quit"
            yield Label(Content(self._question))
            yield OptionList(
                *(
                    Option(Content.assemble((f"{title:26}", "bold"), (about, "dim")), id=name)
                    for name, title, about in CHOICES
                )
            )

    def action_cancel(self) -> None:
        """Stay."""
        self.dismiss("cancel")

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Give the answer."""
        self.dismiss(event.option_id or "cancel")
