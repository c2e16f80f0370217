"""The keys of a pane of lessons, declared once: bindings, footer and help read this table."""

from textual.binding import Binding

from ..actions import Action, bindings

ACTIONS = (
    Action("full_stop", "step(1)", "Next", "the next frame, after the last one the next scene", ".", True),
    Action("right_square_bracket", "scene(1)", "Scene", "the next scene; `[` the one before, `S` all", "]", True),
    Action(
        "tab",
        "region(1)",
        "Focus",
        "the next figure, after the last one the settings, which `↑` and `↓` choose",
        "tab",
        True,
    ),
    Action("enter", "deeper", "Open", "a lesson; a figure alone, then its formula; types a setting", "⏎", True),
    Action("escape", "back", "Back", "back: the settings, formula, part, overview, index", "esc", True),
    Action("p", "presets", "Preset", "choose a preset, good or bad, and read why", "p", True),
    Action("space", "play", "Play", "play the frames of the scene, or stop", "␣", True),
    Action("f", "facts", "Facts", "all facts, the corrections of the notes, links; and back", "f", True),
    Action("t", "train", "Train", "train what the scene needs, or call it off", "t", True),
    Action("plus,equals_sign", "edit(1)", "Edit", "the number under the cursor, or the setting, up, down", "+ -", True),
    Action("S", "scenes", "Scenes", "", ""),
    Action("y", "copy", "Copy", "copy the command that leads to this very place", "y", True),
    Action("slash", "search", "Search", "search the lessons", "/", True),
    Action("comma", "step(-1)", "Before", "the frame before", ","),
    Action("left_square_bracket", "scene(-1)", "Scene before", "", ""),
    Action("shift+tab", "region(-1)", "Figure before", "the figure before", "shift+tab"),
    Action("up,k", "move('up')", "Up", "move the cursor; up and down among settings", "↑ ↓ ← → or k j h l"),
    Action("down,j", "move('down')", "Down", "", ""),
    Action("left,h", "move('left')", "Left", "", ""),
    Action("right,l", "move('right')", "Right", "", ""),
    Action("minus", "edit(-1)", "Minus", "", ""),
    Action("less_than_sign", "turn(-1)", "Setting down", "the setting that was turned last, down and up", "< >"),
    Action("greater_than_sign", "turn(1)", "Setting up", "", ""),
    Action("home", "end(False)", "First", "the first and the last frame", "home end"),
    Action("end", "end(True)", "Last", "", ""),
    Action("r", "reset", "Reset", "all settings as at first", "r"),
    Action("b", "index", "Index", "back to the index of the lessons", "b"),
    Action("pagedown", "page(1)", "Page down", "scroll by a page", "PgDn PgUp"),
    Action("pageup", "page(-1)", "Page up", "", ""),
)
NAMED = frozenset(action.name.partition("(")[0] for action in ACTIONS)
IN_INDEX = frozenset({"deeper", "search", "back", "move", "end", "page"})
"""What can be done while the index is shown."""
IN_CHOOSER = frozenset({"deeper", "back", "move", "end", "page", "presets", "scenes"})
"""What can be done while a scene or a preset is chosen."""
IN_FACTS = frozenset({"facts", "back", "move", "end", "page", "copy", "index", "search"})
"""What can be done while the facts are listed."""

QUIET = "a,A,z,B,F,e"
"""Keys of the lab that would start or change its training: here they are the settings' or nobody's."""
BINDINGS: list[Binding] = [*bindings(ACTIONS), Binding(QUIET, "nothing", show=False)]
