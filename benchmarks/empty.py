"""The least that a Textual app can be: `python -m benchmarks.empty`."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Empty(App[None]):
    """One line of text; `q` quits."""

    BINDINGS = [("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        """The line."""
        yield Static("an empty app")


if __name__ == "__main__":
    Empty().run()
