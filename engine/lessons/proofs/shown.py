"""What a lesson shows, for facts to read: a frame of a scene and its figures, and how far they are from an oracle."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..kit.facts import Outcome, Value
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Lesson
from ..kit.state import State


def frame(lesson: Lesson, scene: str, state: State, k: int = 0) -> Frame:
    """Frame `k`, from 0, of the scene called `scene`; -1 is the last."""
    return next(each for each in lesson.scenes if each.name == scene).frames(state)[k]


def figures(lesson: Lesson, scene: str, state: State, k: int = 0) -> dict[str, Any]:
    """The figures of a frame by name."""
    return named(frame(lesson, scene, state, k))


def named(frame: Frame) -> dict[str, Any]:
    """The figures of a frame that is at hand, by name."""
    return {figure.name: figure for figure in frame.figures}


def seen(frames: Callable[[State], Sequence[Frame]], state: State, k: int = 0) -> dict[str, Any]:
    """The figures of the k-th frame of what a scene calls, by name; negative from the end."""
    return named(frames(state)[k])


def figure_of(lesson: Lesson, scene: str, k: int, name: str, state: State) -> Any:
    """A figure of a frame by name."""
    return figures(lesson, scene, state, k)[name]


def values_of(lesson: Lesson, scene: str, k: int, name: str, state: State) -> Floats:
    """The numbers of a grid or of bars that are drawn."""
    values: Floats = np.asarray(figure_of(lesson, scene, k, name, state).values, dtype=np.float64)
    return values


def bars_by_label(bars: Any) -> dict[str, float]:
    """The number of each bar by its label."""
    return dict(zip(bars.labels, np.ravel(bars.values).tolist(), strict=True))


def rows_by_name(table: Any) -> dict[str, tuple[Any, ...]]:
    """The cells of each row by the name in its first cell."""
    return {row[0]: tuple(row[1:]) for row in table.rows}


def called(labels: Sequence[str], tokens: Sequence[str]) -> bool:
    """Whether rows or bars are called by the tokens in order; long ones end in `…`."""
    return len(labels) == len(tokens) and all(
        token.startswith(label.rstrip("…")) for label, token in zip(labels, tokens, strict=True)
    )


def number(text: str) -> float:
    """The number that ends a text such as `9·0.1 + 0.2 = 1.1`; raises ValueError."""
    return float(text.replace(",", "").replace("≈", "=").rsplit("=", 1)[-1])


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


def agree(*pairs: tuple[Any, Any], tolerance: float = 1e-9, also: bool = True, says: str = "") -> Outcome:
    """Every pair of (shown, oracle) agrees within `tolerance`, and what else must be true is."""
    error = apart(*pairs)
    told = {"largest difference": error} if also else {"largest difference": error, "the rest": "does not hold"}
    return Outcome(told, f"<= {tolerance:g}", error <= tolerance and also, says)


def difference(*pairs: tuple[Any, Any], limit: float = 1e-5) -> Outcome:
    """The largest difference of several pairs of arrays, as one fact."""
    return agree(*pairs, tolerance=limit)


def together(computed: Value, expected: Value, *parts: Outcome | bool) -> Outcome:
    """A fact of several parts told in few numbers: it holds if all do."""
    return Outcome(computed, expected, all(part if isinstance(part, bool) else part.holds for part in parts))
