"""What a lesson shows in a state: the figures of its frames, for proofs that look at them and not at their helpers."""

from typing import Any

import numpy as np

from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Lesson
from ..kit.state import State


def frame_of(lesson: Lesson, scene: str, frame: int, state: State) -> Frame:
    """A frame, counted from 0, or from the end if negative."""
    found = next(each for each in lesson.scenes if each.name == scene)
    return found.frames(state)[frame]


def figure_of(lesson: Lesson, scene: str, frame: int, name: str, state: State) -> Any:
    """A figure of it by name."""
    return next(figure for figure in frame_of(lesson, scene, frame, state).figures if figure.name == name)


def values_of(lesson: Lesson, scene: str, frame: int, name: str, state: State) -> Floats:
    """The numbers of a grid or of bars that are drawn."""
    values: Floats = np.asarray(figure_of(lesson, scene, frame, name, state).values, dtype=np.float64)
    return values


def apart(shown: Any, oracle: Any) -> float:
    """The largest absolute difference; infinite where the shapes differ or a number is missing."""
    first, second = np.asarray(shown, dtype=np.float64), np.asarray(oracle, dtype=np.float64)
    if first.shape != second.shape:
        return float("inf")
    error = float(np.abs(first - second).max()) if first.size else 0.0
    return error if error == error else float("inf")
