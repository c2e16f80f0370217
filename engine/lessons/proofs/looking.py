"""What a lesson shows, for facts to read: a frame of a scene and its figures, and how far they are from an oracle."""

from typing import Any

import numpy as np

from ..kit.facts import Outcome
from ..kit.lesson import Frame, Lesson
from ..kit.state import State


def frame(lesson: Lesson, scene: str, state: State, k: int = 0) -> Frame:
    """Frame `k`, from 0, of the scene called `scene`; -1 is the last."""
    return next(each for each in lesson.scenes if each.name == scene).frames(state)[k]


def figures(lesson: Lesson, scene: str, state: State, k: int = 0) -> dict[str, Any]:
    """The figures of a frame by name."""
    return {figure.name: figure for figure in frame(lesson, scene, state, k).figures}


def apart(*pairs: tuple[Any, Any]) -> float:
    """The largest absolute difference of what is shown and an oracle; infinite where shapes or gaps differ."""
    largest = 0.0
    for ours, oracle in pairs:
        first, second = np.asarray(ours, dtype=float), np.asarray(oracle, dtype=float)
        if first.shape != second.shape or not first.size:
            return float("inf")
        error = float(np.abs(first - second).max())
        largest = max(largest, error if np.isfinite(error) else float("inf"))
    return largest


def agree(*pairs: tuple[Any, Any], tolerance: float = 1e-9, also: bool = True) -> Outcome:
    """Every pair of (shown, oracle) agrees within `tolerance`, and what else must be true is."""
    error = apart(*pairs)
    told = {"largest difference": error} if also else {"largest difference": error, "the rest": "does not hold"}
    return Outcome(told, f"<= {tolerance:g}", error <= tolerance and also)
