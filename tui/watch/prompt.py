"""One line at the bottom in which the user types: a filter, limits, columns; it is answered as it is typed."""

from collections.abc import Callable

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from ...engine.text import sanitize

Answer = Callable[[str], str]
"""Takes the text and says what it means, or what is wrong with it."""


class Prompt(Horizontal):
    """Asks one thing at a time; escape brings back what was there before."""

    DEFAULT_CSS = """
    Prompt {
        display: none; dock: bottom; height: 1; width: 1fr;
        Static { width: auto; height: 1; padding: 0 1; color: $accent; text-style: bold; }
        #hint { color: $foreground 60%; text-style: none; max-width: 50%; }
        Input { width: 1fr; height: 1; border: none; padding: 0; background: $background; }
        Input:focus { border: none; background-tint: $foreground 0%; }
    }
    """
    BINDINGS = [Binding("escape", "leave", "Leave", show=False), Binding("tab", "complete", "Complete", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._before = ""
        self._change: Answer | None = None
        self._done: Answer | None = None
        self._complete: Callable[[str], list[str]] | None = None
        self._back: Widget | None = None

    def compose(self) -> ComposeResult:
        """The question, the line, and what is said of it."""
        yield Static("", id="question")
        yield Input(compact=True)
        yield Static("", id="hint")

    def ask(
        self,
        question: str,
        value: str,
        done: Answer,
        change: Answer | None = None,
        complete: Callable[[str], list[str]] | None = None,
    ) -> None:
        """Ask for a text.

        Args:
            question: what is asked for, in a word or two.
            value: what stands there at first.
            done: takes the text at `enter`; a sentence that it gives says what is wrong, and it is asked again.
            change: takes every text on the way, and the old one at `escape`; says what it would do.
            complete: what `tab` may make of the text.
        """
        self._before, self._change, self._done, self._complete = value, change, done, complete
        self._back = self.screen.focused
        self.query_one("#question", Static).update(Content(question))
        line = self.query_one(Input)
        line.value = value
        line.cursor_position = len(value)
        self._say(change(value) if change is not None else "")
        self.display = True
        line.focus()

    def _say(self, hint: str) -> None:
        text = sanitize(hint, limit=300)
        while cell_len(text) > max(self.size.width // 2, 20):
            text = text[:-2] + "…" if len(text) > 2 else ""
        self.query_one("#hint", Static).update(Content(text))

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Answer what is typed."""
        event.stop()
        if self.display and self._change is not None:
            self._say(self._change(event.value))

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Take it, or say what is wrong."""
        event.stop()
        wrong = self._done(event.value) if self._done is not None else ""
        if wrong:
            self._say(wrong)
        else:
            self._end()

    def action_leave(self) -> None:
        """Bring back what was there before."""
        if self._change is not None:
            self._change(self._before)
        self._end()

    def action_complete(self) -> None:
        """Put the first completion in, and show the others."""
        line = self.query_one(Input)
        found = self._complete(line.value) if self._complete is not None else []
        if not found:
            return
        line.value = found[0]
        line.cursor_position = len(line.value)
        if len(found) > 1:
            self._say("  ".join(found[:6]))

    def _end(self) -> None:
        self.display = False
        if self._back is not None and self._back.is_attached:
            self._back.focus()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Whoever goes elsewhere by mouse leaves things as they are."""
        if self.display and self.screen.focused is not self.query_one(Input):
            self.display = False
