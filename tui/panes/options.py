"""The options of the chosen model as a form: one row each, validated by the same rules as the command line."""

from collections.abc import Hashable
from typing import Any

from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip

from ...engine.options import Rule, show
from ...engine.training.job import default_options
from ...engine.training.status import ACTIVE
from ..render.cells import line
from ..render.numbers import cut, pad
from .pane import Pane
from .words import wrap

ABOUT = 4
"""Lines at the bottom that explain the option at the cursor."""
HEADINGS_FROM = 7
"""Rows from which on there is room for headings."""


class OptionsPane(Pane):
    """Names and values; left and right step through what is allowed, Enter asks for a value."""

    HELP = """
# Options

Everything that decides the training. A value that is not the default is bright; `~` marks options that may
change while the model trains: the curves get a mark where they did. Others take effect at the next start (`r`).

| key | does |
|---|---|
| `up` `down` `home` `end` | choose an option |
| `left` `right` | the previous, next choice; numbers are halved, doubled |
| `enter` | choose from a list, or type; what is typed is checked as on the command line |
| `backspace` | the default again |

The line at the bottom says what the option means and what is allowed.
"""
    BINDINGS = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("home", "jump(False)", "First", show=False),
        Binding("end", "jump(True)", "Last", show=False),
        Binding("left", "turn(-1)", "Less", show=False),
        Binding("right", "turn(1)", "More", key_display="←/→"),
        Binding("enter", "edit", "Choose"),
        Binding("backspace", "reset", "Default"),
    ]

    class Edit(Message):
        """The user wants to choose or type a value."""

        def __init__(self, rule: Rule, value: Any) -> None:
            super().__init__()
            self.rule = rule
            self.value = value

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.border_title = "options"
        self._at = 0
        self._first = 0

    @property
    def rules(self) -> list[Rule]:
        """The rows in their order."""
        return [row for row in self.rows if isinstance(row, Rule)]

    @property
    def rows(self) -> list[Rule | str]:
        """What is changed most, the model's options, the rest of the training's; each group below its heading."""
        rules = self.lab.draft.options.rules()
        first = {rule.name: rule for rule in (DATA, *(rules[n] for n in FIRST if n in rules), SEED)}
        rest = [rule for name, rule in rules.items() if name not in first]
        groups = {"model": [r for r in rest if r.group == "model"], "training": [r for r in rest if r.group != "model"]}
        rows: list[Rule | str] = [*first.values()]
        for title, group in groups.items():
            rows += [title, *group] if group else []
        return rows

    def value(self, rule: Rule) -> Any:
        """The draft's value of a row."""
        return getattr(self.lab.draft if rule in RUN_RULES else self.lab.draft.options, rule.name)

    def stale(self) -> Hashable:
        """The draft, the cursor and whether something trains."""
        return self.lab.draft, self._at, self._first, self.lab.session.status.state, self.has_focus

    def draw(self, width: int, height: int) -> list[Strip]:
        """Rows, a rule, and what the option at the cursor means."""
        ink, rules = self.ink, self.rules
        self._at = min(self._at, len(rules) - 1)
        room = max(1, height - ABOUT - 1) if height > ABOUT + 3 else height
        rows: list[Rule | str] = self.rows if room >= HEADINGS_FROM else [*rules]
        at = rows.index(rules[self._at])
        top = 0 if self._at == 0 else at - isinstance(rows[at - 1], str)  # with the heading above it
        self._first = min(max(self._first, at - room + 1), top, max(0, len(rows) - room))
        name_width = min(max(len(rule.name) for rule in rules) + 2, width * 3 // 5)
        strips = []
        for rule in rows[self._first : self._first + room]:
            if isinstance(rule, str):
                strips.append(line([(cut(f"── {rule} ", width).ljust(width, "─"), ink.style(ink.dim))], width, ink))
                continue
            value, text = self.value(rule), show(self.value(rule))
            mark = "~" if rule.live else " "
            cells = pad(f"{mark}{rule.name}", name_width) + cut(text, width - name_width)
            if rule is rows[at]:
                style = ink.selected() if self.has_focus else ink.style(bold=True)
                strips.append(line([(pad(cells, width), style)], width, ink))
            else:
                plain = ink.style(ink.dim)
                bright = ink.style(ink.accent) if value != self.default(rule) else ink.style()
                strips.append(line([(cells[:name_width], plain), (cells[name_width:], bright)], width, ink))
        if room < height:
            rule = rules[self._at]
            strips += [line([], width, ink)] * (room - len(strips))
            strips.append(line([("─" * width, ink.style(ink.dim))], width, ink))
            about = wrap(f"{rule.name}: {rule.help}", width) + wrap(rule.allowed, width)
            if self.lab.session.status.state in ACTIVE and not rule.live:
                about.append("takes effect at the next start (r)")
            strips += [line([(text, ink.style(ink.dim))], width, ink) for text in about[:ABOUT]]
        self.border_subtitle = f"{self._at + 1}/{len(rules)}"
        return strips

    def default(self, rule: Rule) -> Any:
        """The default of a row, as it suits the data."""
        draft = self.lab.draft
        if rule in RUN_RULES:
            return draft.entry.data if rule is DATA else rule.default
        return getattr(default_options(draft.entry, draft.data), rule.name)

    def action_move(self, by: int) -> None:
        """Choose another option."""
        self._at = (self._at + by) % len(self.rules)
        self.pull()

    def action_jump(self, last: bool) -> None:
        """Choose the first or the last option."""
        self._at = len(self.rules) - 1 if last else 0
        self.pull()

    def action_turn(self, by: int) -> None:
        """The next value in a direction."""
        rule = self.rules[self._at]
        self.lab.set_option(rule.name, show(turned(rule, self.value(rule), by)))

    def action_edit(self) -> None:
        """Choose or type a value."""
        rule = self.rules[self._at]
        self.post_message(self.Edit(rule, self.value(rule)))

    def action_reset(self) -> None:
        """The default again."""
        rule = self.rules[self._at]
        self.lab.set_option(rule.name, show(self.default(rule)))


DATA = Rule(name="data", kind=str, default="digits", help="a name, or a path to your own data")
SEED = Rule(name="seed", kind=int, default=0, help="fixes the split, the weights, the order", low=0, high=2**31 - 1)
RUN_RULES = (DATA, SEED)
FIRST = ("steps", "lr", "batch")
"""What is changed most: it comes first, between data and seed."""


def turned(rule: Rule, value: Any, by: int) -> Any:
    """The value beside `value`: the next choice, the other truth, or twice or half the number within bounds."""
    if rule.choices:
        return rule.choices[(rule.choices.index(value) + by) % len(rule.choices)]
    if rule.kind is bool:
        return not value
    if rule.many:
        return tuple(turned(one, part, by) for one, part in zip([_single(rule)] * len(value), value, strict=True))
    if rule.kind not in (int, float):
        return value
    low = rule.low if rule.low is not None else 0.0
    high = rule.high if rule.high is not None else float("inf")
    if rule.kind is int:
        step = value + by if abs(value) < 8 else (value * 2 if by > 0 else value // 2)
        return int(min(max(step, low), high))
    if high <= 1:
        return float(min(max(round(value + 0.05 * by, 4), low), high))
    if value == 0:
        return 0.01 if by > 0 else 0.0
    return float(min(max(float(f"{value * (2.0**by):.3g}"), low), high))


def _single(rule: Rule) -> Rule:
    return Rule(name=rule.name, kind=rule.kind, default=None, help="", low=rule.low, high=rule.high)
