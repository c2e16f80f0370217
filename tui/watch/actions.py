"""What can be done anywhere in the monitor, declared once: keys, footer, palette and help read this table."""

from ..actions import Action, bindings

PANES = ("runs", "charts", "configs", "table", "records", "console", "health", "system")
"""In the order of their number keys."""

GOING = "`tab`, `1` … `8` | go to a pane; the number of the one below the charts again puts it away"
"""How one goes from pane to pane, for the help."""

ACTIONS = (
    Action("b", "sidebar", "Runs list", "show or hide the list of runs", "b"),
    Action("f", "big", "Full screen", "this pane alone on the screen, and back", "f"),
    Action("r", "reload", "Look again", "look for new runs and new points at once", "r"),
    Action("ctrl+t", "light", "Light or dark", "the light theme, or the dark one", "ctrl+t"),
    Action("ctrl+left,alt+left", "resize(-1, 0)", "Narrower", "move the pane's border left", "ctrl+←"),
    Action("ctrl+right,alt+right", "resize(1, 0)", "Wider", "move the pane's border right", "ctrl+→"),
    Action("ctrl+up,alt+up", "resize(0, -1)", "Shorter", "move the pane's border up", "ctrl+↑"),
    Action("ctrl+down,alt+down", "resize(0, 1)", "Taller", "move the pane's border down", "ctrl+↓"),
    Action("question_mark", "help", "Help", "explain what has the focus", "?", True),
    Action("q,ctrl+c,ctrl+q", "quit", "Quit", "quit; what is shown is remembered", "q", True),
)

BINDINGS = bindings(ACTIONS)
