"""The state of a lesson: the value of every setting, the seed, and what was trained. Torch-free."""

from collections.abc import Mapping
from typing import Any


class State:
    """What frames and facts are a pure function of: `state["stride"]`, `state.seed`, `state.result("toy")`."""

    def __init__(self, values: Mapping[str, Any], *, seed: int = 0, trained: Mapping[str, Any] | None = None) -> None:
        self.values = dict(values)
        self.seed = seed
        self.trained = dict(trained or {})

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def result(self, training: str) -> Any:
        """What the training gave; only scenes and claims that need it ask."""
        return self.trained[training]

    def with_values(self, **values: Any) -> "State":
        """A copy with some settings changed, unchecked."""
        return State({**self.values, **values}, seed=self.seed, trained=self.trained)

    def with_result(self, training: str, result: Any) -> "State":
        """A copy that also holds what a training gave."""
        return State(self.values, seed=self.seed, trained={**self.trained, training: result})
