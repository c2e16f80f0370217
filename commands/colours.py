"""How many colours the screen uses."""

import os

from ..engine.options import OptionError

COLOURS = ("auto", "truecolor", "256", "16", "none")


def choose_colour(color: str) -> None:
    """Tell textual, which reads it when imported, how many colours to use."""
    if color not in COLOURS:
        raise OptionError(f"color cannot be {color!r}; allowed: one of {', '.join(COLOURS)}")
    if color == "none":
        os.environ["NO_COLOR"] = "1"
    elif color != "auto":
        os.environ.pop("NO_COLOR", None)
        os.environ["TEXTUAL_COLOR_SYSTEM"] = "standard" if color == "16" else color
