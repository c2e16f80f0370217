"""Choose the value of an option from a list; the data may also be a path that is typed."""

from collections.abc import Collection
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from ...engine.options import Rule, show
from .value import ValueScreen

TYPED = "a path …"


class ChoiceScreen(ModalScreen[str]):
    """The allowed values, the current one highlighted; the result is the value, empty if nothing is to change."""

    DEFAULT_CSS = """
    ChoiceScreen {
        align: center middle;
        Vertical {
            width: 84; max-width: 95%; height: auto; max-height: 95%; padding: 0 1;
            border: round $accent; background: $surface; border-title-color: $accent;
        }
        Label { margin: 0 1 1 1; width: 100%; }
        OptionList {
            height: auto; max-height: 16; background: $surface; padding: 0;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        OptionList, OptionList:focus { border: none; }
    }
    """
    AUTO_FOCUS = "OptionList"
    BINDINGS = [
        Binding("escape,q", "cancel", "Cancel"),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
    ]

    def __init__(self, rule: Rule, value: Any, values: dict[str, str], *, typed: bool = False) -> None:
        """`values` are those to choose from, each with a remark; `typed` adds a row for any other text."""
        super().__init__()
        self._rule, self._value, self._values, self._typed = rule, value, values, typed

    def compose(self) -> ComposeResult:
        """What it means, and the values."""
        wide = max(map(len, (*self._values, TYPED))) + 2
        rows = [
            *self._values.items(),
            *([(TYPED, "your own: a .npz, .csv or .tsv file, or a folder of images")] if self._typed else []),
        ]
        with Vertical() as box:
            box.border_title = self._rule.name
            box.border_subtitle = "enter sets, escape cancels"
            yield Label(Content(self._rule.help))
            yield OptionList(
                *(Option(Content.assemble((name.ljust(wide), "bold"), (about, "dim"))) for name, about in rows)
            )

    def on_mount(self) -> None:
        """Start at the current value."""
        names = [*self._values, *([show(self._value)] if self._typed else [])]
        self.query_one(OptionList).highlighted = names.index(show(self._value)) if show(self._value) in names else 0

    def action_cancel(self) -> None:
        """Change nothing."""
        self.dismiss("")

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Give the value, or have it typed."""
        if event.option_index < len(self._values):
            self.dismiss(list(self._values)[event.option_index])
            return
        self.app.push_screen(ValueScreen(self._rule, self._value), self._take)

    def _take(self, text: str | None) -> None:
        if text:
            self.dismiss(text)


def asking(rule: Rule, value: Any, kinds: Collection[str] = ()) -> ModalScreen[str]:
    """The screen that asks for an option: a list where the values can be listed, else a field.

    `kinds` are the kinds of data that may be chosen.
    """
    values = rule.choices or (("true", "false") if rule.kind is bool and not rule.many else ())
    if rule.name == "data" and not values:
        from ...engine.data.load import names  # its readers: not on the way to the first picture

        return ChoiceScreen(rule, value, names(kinds), typed=True)
    if not values or rule.many:
        return ValueScreen(rule, value)
    return ChoiceScreen(rule, value, {name: "default" if name == show(rule.default) else "" for name in values})
