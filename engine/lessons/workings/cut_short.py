"""Long sentences are cut: the caption says how many tokens are looked at, and how many are not. Torch-free."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .sentences import MOST, split

CAPTION = 150
"""Characters of a caption that two lines of 80 columns hold."""


def left_out(text: str, most: int = MOST) -> str:
    """One sentence about the tokens of a text that are not looked at, or nothing."""
    more = len(split(text, len(text) + 1)) - most
    return f"The first {most} tokens are looked at; {more} {'is' if more == 1 else 'are'} left out." if more > 0 else ""


def cut_short(
    frames: Callable[[State], Sequence[Frame]], most: int = MOST, texts: Sequence[str] = ("text",)
) -> Callable[[State], Sequence[Frame]]:
    """The scene `frames` with captions that begin with what is left out of the settings `texts`."""

    def made(state: State) -> Sequence[Frame]:
        found = frames(state)
        told = next(filter(None, (left_out(state[name], most) for name in texts)), "")
        if not told:
            return found
        return Frames(len(found), lambda k: replace(found[k], caption=_fitted(told, found[k].caption)))

    return made


def _fitted(told: str, caption: str) -> str:
    """What is left out, then as many sentences of the caption as fit behind it, one at least."""
    first, *rest = re.split(r"(?<=[.?:]) (?=[A-Z])", caption)
    line = f"{told} {first}"
    for sentence in rest:
        if len(f"{line} {sentence}") > CAPTION:
            break
        line = f"{line} {sentence}"
    return line
