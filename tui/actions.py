"""What can be done anywhere in the lab, declared once: keys, footer, palette and help read this table."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True)
class Action:
    """One action: its keys, the app's method, a short title, and what it does."""

    keys: str
    name: str
    title: str
    about: str
    shown: str
    """The keys as help and footer name them."""
    footer: bool = False


ACTIONS = (
    Action("space", "run", "Train/Pause", "train the chosen model; pause; go on", "space", True),
    Action("a", "steps(1)", "Step", "a single step, then pause", "a", True),
    Action("A", "steps(10)", "Ten steps", "ten steps, then pause", "A"),
    Action("z", "speed", "Speed", "slow motion: full speed, 100, 30, 10 or 3 steps a second", "z"),
    Action("B", "earlier", "Back", "go back in the training, to the snapshot before; what lies ahead is kept", "B"),
    Action("F", "later", "Forward", "after going back: forward to the next snapshot", "F"),
    Action("r", "restart", "Restart", "start again from the first step, with the options of the form", "r"),
    Action("e", "end", "End", "end the training and save it", "e"),
    Action("less_than_sign", "lr(0.5)", "Halve lr", "halve the learning rate, also in flight", "<"),
    Action("greater_than_sign", "lr(2.0)", "Double lr", "double the learning rate, also in flight", ">"),
    Action("ctrl+s", "save", "Save", "write a checkpoint now", "ctrl+s"),
    Action("ctrl+t", "light", "Light or dark", "the light theme, or the dark one", "ctrl+t"),
    Action("f", "big", "Full screen", "this pane alone on the screen, and back", "f"),
    Action("ctrl+left,alt+left", "resize(-1, 0)", "Narrower", "move the pane's border left", "ctrl+←"),
    Action("ctrl+right,alt+right", "resize(1, 0)", "Wider", "move the pane's border right", "ctrl+→"),
    Action("ctrl+up,alt+up", "resize(0, -1)", "Shorter", "move the pane's border up", "ctrl+↑"),
    Action("ctrl+down,alt+down", "resize(0, 1)", "Taller", "move the pane's border down", "ctrl+↓"),
    Action("question_mark", "help", "Help", "explain what has the focus", "?", True),
    Action(
        "q,ctrl+c,ctrl+q",
        "quit",
        "Quit",
        "quit; a training is saved, or goes on in the background",
        "q",
        True,
    ),
)


def bindings(actions: Sequence[Action]) -> list[Binding]:
    """The keys of a table of actions."""
    return [
        Binding(a.keys, a.name, a.title, show=a.footer, key_display=a.shown, id=a.title.lower().replace(" ", "-"))
        for a in actions
    ]


BINDINGS = bindings(ACTIONS)


PLACES = "`tab`, `1` … `9`, `0`, `T` | go to a pane; `T`: the lessons"


def general_help(actions: Sequence[Action] = ACTIONS, panes: str = PLACES) -> str:
    """The table of keys that work everywhere, in Markdown; `panes` is the row of those that go to a pane."""
    rows = [f"| `{action.shown}` | {action.about} |" for action in actions]
    more = [f"| {panes} |", "| `ctrl+p` | all commands, themes among them |"]
    return "\n".join(["# Everywhere", "", "| key | does |", "|---|---|", *rows, *more])
