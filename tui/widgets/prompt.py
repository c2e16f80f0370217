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
from ..render.cells import wrapped
from ..render.numbers import shorten

Answer = Callable[[str], str]
"""Takes the text and says what it means, or what is wrong with it."""
LINES, TYPED = 2, 12
"""Lines above the input that a hint may take, and columns that are kept free for typing."""


class Prompt(Horizontal):
    """Asks one thing at a time; escape brings back what was there before."""

    DEFAULT_CSS = """
    Prompt {
        display: none; dock: bottom; height: 1; width: 1fr;
        Static { width: auto; height: 1; padding: 0 1; color: $accent; text-style: bold; }
        #hint { dock: right; color: $foreground 60%; text-style: none; }
        &.above #hint { dock: top; width: 100%; height: auto; }
        Input { width: 1fr; height: 1; border: none; padding: 0; background: $background; }
        Input:focus { border: none; background-tint: $foreground 0%; }
    }
    """
    BINDINGS = [Binding("escape", "leave", "Leave", show=False), Binding("tab", "complete", "Complete", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._before = self._hint = ""
        self._lines = self._width = 0
        self._change: Answer | None = None
        self._done: Answer | None = None
        self._complete: Callable[[str], list[str]] | None = None
        self._move: Callable[[str], object] | None = None
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
        move: Callable[[str], object] | None = None,
    ) -> None:
        """Ask for a text.

        Args:
            question: what is asked for, in a word or two.
            value: what stands there at first.
            done: takes the text at `enter`; a sentence that it gives says what is wrong, and it is asked again.
            change: takes every text on the way, and the old one at `escape`; says what it would do.
            complete: what `tab` may make of the text.
            move: takes `up` and `down`, where what is typed chooses from a list.
        """
        self._before, self._change, self._done, self._complete = value, change, done, complete
        self._move = move
        self._lines = 0
        self._back = self.screen.focused
        self.query_one("#question", Static).update(Content(question))
        line = self.query_one(Input)
        line.value = value
        line.cursor_position = len(value)
        self._say(change(value) if change is not None else "")
        self.display = True
        self.screen.set_focus(line)  # at once: what is typed next is meant for it

    def _say(self, hint: str) -> None:
        self._hint = sanitize(hint, limit=600)
        self._lay()

    def _lay(self) -> None:
        """Show the hint beside the input, or above it where it is too long; then it stays there for this question."""
        width = self.screen.size.width
        question, line = self.query_one("#question", Static), self.query_one(Input)
        beside = width - cell_len(str(question.content)) - max(cell_len(line.value) + 1, TYPED) - 4
        rows = [self._hint]
        if self._lines or cell_len(self._hint) > beside:
            rows = lines_of(self._hint, width - 2)
            self._lines = max(self._lines, len(rows))
        self.set_class(self._lines > 0, "above")
        self.styles.height = 1 + self._lines
        self.query_one("#hint", Static).update(Content("\n".join(rows)))

    def on_resize(self, event: events.Resize) -> None:
        """Measure anew where the width is another."""
        if self.display and event.size.width != self._width:
            self._width, self._lines = event.size.width, 0
            self._lay()

    @on(Input.Changed)
    def changed(self, event: Input.Changed) -> None:
        """Answer what is typed."""
        event.stop()
        if self.display:
            self._say(self._change(event.value) if self._change is not None else self._hint)

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Take it, or say what is wrong."""
        event.stop()
        wrong = self._done(event.value) if self._done is not None else ""
        if wrong:
            self._say(wrong)
        else:
            self._end()

    def on_key(self, event: events.Key) -> None:
        """Up and down in the list that is chosen from."""
        if self._move is not None and event.key in ("up", "down"):
            event.stop()
            self._move(event.key)

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


def lines_of(hint: str, width: int) -> list[str]:
    """A hint in lines of `width` columns, two at most; what is too long even so is cut in its middle."""
    rows = wrapped(hint, max(width, 8))
    if len(rows) <= LINES:
        return rows
    return [*rows[: LINES - 1], shorten(" ".join(rows[LINES - 1 :]), max(width, 8))]
