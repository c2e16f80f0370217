"""The catalogue as a tree by family, with a search above it."""

import difflib
from typing import Any

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Tree

from ...engine.catalog import CATALOG, Entry


class ModelsPane(Vertical):
    """Models in a tree; moving through it chooses one, Enter trains it."""

    DEFAULT_CSS = """
    ModelsPane {
        border: round $foreground 30%;
        border-title-color: $foreground 80%;
        &:focus-within { border: round $accent; border-title-color: $accent; border-title-style: bold; }
        Tree { background: transparent; padding: 0; scrollbar-size-vertical: 1; }
        Input { display: none; background: $panel; }
        &.-searching Input { display: block; }
    }
    """
    HELP = """
# Models

The catalogue by family. Moving the highlight chooses a model: its card and its options appear beside the tree.

| key | does |
|---|---|
| `up` `down` | choose |
| `space` | train the chosen model; while it trains, pause and go on |
| `/` | search by name, family or a word of the description; `escape` clears it |
"""
    BINDINGS = [Binding("slash", "search", "Search")]

    class Chosen(Message):
        """A model was chosen."""

        def __init__(self, model: str) -> None:
            super().__init__()
            self.model = model

    def __init__(self, chosen: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.border_title = "models"
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """The search field, shown when asked for, above the tree."""
        yield Input(placeholder="name, family, word", compact=True)
        yield ModelTree("models")

    def on_mount(self) -> None:
        """Fill the tree."""
        self._fill("")

    def pull(self) -> None:
        """The catalogue does not change."""

    def action_search(self) -> None:
        """Show the search field."""
        self.add_class("-searching")
        self.query_one(Input).focus()

    def on_key(self, event: Any) -> None:
        """Escape leaves the search."""
        if event.key == "escape" and self.has_class("-searching"):
            event.stop()
            self.remove_class("-searching")
            self.query_one(Input).value = ""
            self.query_one(Tree).focus()

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show what matches."""
        self._fill(event.value)

    @on(Input.Submitted)
    def to_tree(self) -> None:
        """Go to the first match."""
        self.query_one(Tree).focus()

    @on(Tree.NodeHighlighted)
    def choose(self, event: Tree.NodeHighlighted[str]) -> None:
        """Tell the app which model is chosen."""
        if event.node.data and event.node.data != self._chosen:
            self._chosen = event.node.data
            self.post_message(self.Chosen(event.node.data))

    def _fill(self, search: str) -> None:
        tree = self.query_one(ModelTree)
        tree.clear()
        entries = matching(search)
        for family in dict.fromkeys(entry.family for entry in entries):
            branch = tree.root.add(Text(family), expand=True)
            for entry in entries:
                if entry.family == family:
                    leaf = branch.add_leaf(Text(entry.name), data=entry.name)
                    if entry.name == self._chosen:
                        tree.call_after_refresh(tree.move_cursor, leaf)
        if not entries:
            tree.root.add_leaf(Text("nothing matches"))
        elif search:
            self.post_message(self.Chosen(entries[0].name))
            self._chosen = entries[0].name


class ModelTree(Tree[str]):
    """A tree without a visible root, whose families stay open."""

    show_root = False
    show_guides = False
    guide_depth = 2
    auto_expand = False
    BINDINGS = [
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("space", "app.run", "Train"),
        Binding("enter", "app.train", "Train and watch"),
    ]


def matching(search: str) -> list[Entry]:
    """Entries whose name, family or description has every word of `search`; else those with a near name."""
    words = search.lower().split()
    found = [e for e in CATALOG.values() if all(w in f"{e.name} {e.family} {e.summary}".lower() for w in words)]
    if found or not search:
        return found
    return [CATALOG[name] for name in difflib.get_close_matches(search.lower(), CATALOG, cutoff=0.5)]
