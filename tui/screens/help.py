"""`?`: everything that is on the screen, explained."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Markdown


class HelpScreen(ModalScreen[None]):
    """Shows the help of the pane that has the focus, then the keys that work everywhere."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        VerticalScroll {
            width: 84; max-width: 96%; height: auto; max-height: 92%; padding: 0 1;
            border: round $accent; background: $surface; border-title-color: $accent;
        }
        Markdown { padding: 0; }
        MarkdownH1 { margin: 0 0 1 0; content-align: left middle; }
        MarkdownTable { margin: 0 0 1 0; }
        MarkdownTableContent { keyline: none; grid-gutter: 0 2; grid-columns: auto 1fr; }
        MarkdownTableContent > .cell, MarkdownTableContent > .header { padding: 0; }
        MarkdownTableContent > .header { color: $foreground 60%; text-style: none; }
    }
    """
    AUTO_FOCUS = "VerticalScroll"
    BINDINGS = [Binding("escape,question_mark,q", "dismiss", "Close")]

    def __init__(self, pane: str, text: str, everywhere: str) -> None:
        super().__init__()
        self._pane, self._text, self._everywhere = pane, text, everywhere

    def compose(self) -> ComposeResult:
        """The pane's own text first."""
        with VerticalScroll() as box:
            box.border_title = f"help: {self._pane}"
            box.border_subtitle = "escape closes"
            yield Markdown(self._text.strip() + "\n\n" + self._everywhere)
