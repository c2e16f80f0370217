"""What a learner sees: the figures of a frame by name, so that a fact is about the numbers that are shown."""

from collections.abc import Callable, Sequence
from typing import Any

from ..kit.lesson import Frame
from ..kit.state import State


def figures(frame: Frame) -> dict[str, Any]:
    """The figures of a frame by their names."""
    return {figure.name: figure for figure in frame.figures}


def seen(frames: Callable[[State], Sequence[Frame]], state: State, k: int = 0) -> dict[str, Any]:
    """The figures of the k-th frame of a scene, by name; negative from the end."""
    return figures(frames(state)[k])


def number(text: str) -> float:
    """The number that ends a text such as `9·0.1 + 0.2 = 1.1`; raises ValueError."""
    return float(text.replace(",", "").replace("≈", "=").rsplit("=", 1)[-1])
