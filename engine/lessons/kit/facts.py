"""Facts: a claim, what was computed, what is expected by somebody else, and whether it holds. Torch-free."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .state import State

Value = Any
"""A number, a short text, a list of them, or a dictionary of them by name."""


@dataclass(frozen=True)
class Outcome:
    """What the check of a claim found; `says` replaces the claim's words where they depend on the settings."""

    computed: Value
    expected: Value
    holds: bool
    says: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Claim:
    """A statement of the syllabus that a machine can check; several claims may share an `id`."""

    id: str
    says: str
    check: Callable[[State], Outcome]
    needs: str = ""
    """The training whose result it is about."""

    def fact(self, lesson: str, state: State) -> "Fact":
        """The claim computed in a state; a check that fails to compute is a fact that does not hold."""
        try:
            outcome = self.check(state)
        except Exception as error:
            outcome = Outcome(f"{type(error).__name__}: {error}", "a result", False)
        return Fact(
            lesson=lesson,
            id=self.id,
            claim=outcome.says or self.says,
            computed=plain(outcome.computed),
            expected=plain(outcome.expected),
            holds=bool(outcome.holds),
            trained=self.needs,
        )


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A claim with its verdict."""

    lesson: str
    id: str
    claim: str
    computed: Value
    expected: Value
    holds: bool
    trained: str = ""
    seeds: Mapping[int, bool] = field(default_factory=dict)
    """Where it was computed with several seeds, the verdict of each."""


def equal(computed: Value, expected: Value) -> Outcome:
    """Both are the same: counts, shapes, names."""
    return Outcome(computed, expected, bool(computed == expected))


def close(computed: Value, expected: Value, tolerance: float = 1e-6) -> Outcome:
    """Numbers that agree within an absolute tolerance; dictionaries and sequences item by item."""
    return Outcome(computed, expected, _near(computed, expected, tolerance))


def same_arrays(ours: Any, oracle: Any, tolerance: float = 1e-6, what: str = "largest difference") -> Outcome:
    """Two arrays agree: the largest absolute difference is at most `tolerance`."""
    import numpy as np

    first, second = np.asarray(ours, dtype=float), np.asarray(oracle, dtype=float)
    if first.shape != second.shape:
        return Outcome(f"shape {first.shape}", f"shape {second.shape}", False)
    error = float(np.abs(first - second).max()) if first.size else 0.0
    return Outcome({what: error}, f"<= {tolerance:g}", error <= tolerance)


def at_most(computed: float, bound: float) -> Outcome:
    """Not above a bound."""
    return Outcome(computed, f"<= {bound:g}", computed <= bound)


def at_least(computed: float, bound: float) -> Outcome:
    """Not below a bound."""
    return Outcome(computed, f">= {bound:g}", computed >= bound)


def every(**parts: Outcome) -> Outcome:
    """One fact of several parts, each by name; it holds if all do."""
    return Outcome(
        {name.replace("_", " "): part.computed for name, part in parts.items()},
        {name.replace("_", " "): part.expected for name, part in parts.items()},
        all(part.holds for part in parts.values()),
    )


def plain(value: Any) -> Value:
    """Numbers of NumPy and PyTorch, tuples and mappings as what JSON has."""
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def told(value: Value) -> str:
    """A value in words: `dense 1332, convolution 10`."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {told(part)}" for name, part in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(told(part) for part in value)
    return str(value)


def _near(a: Any, b: Any, tolerance: float) -> bool:
    if isinstance(a, Mapping):
        return isinstance(b, Mapping) and a.keys() == b.keys() and all(_near(a[k], b[k], tolerance) for k in a)
    if isinstance(a, Sequence) and not isinstance(a, str):
        return (
            isinstance(b, Sequence)
            and len(a) == len(b)
            and all(_near(x, y, tolerance) for x, y in zip(a, b, strict=True))
        )
    return bool(abs(a - b) <= tolerance)
