"""What every data set answers, whatever it holds. Torch-free: a data set must not delay the first picture."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray


class DataError(ValueError):
    """Data that cannot be found or used; the text is one sentence for the user."""


class Data(ABC):
    """A named data set, already split; its `kind` decides which objectives can learn from it."""

    name: str
    description: str
    classes: tuple[str, ...] = ()

    @property
    @abstractmethod
    def kind(self) -> str:
        """What it holds: images, features, sequences, points, text, pairs or graph."""

    @property
    @abstractmethod
    def sizes(self) -> tuple[int, int, int]:
        """Examples of the train, val and test split."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one input; empty where inputs have no fixed shape."""
        return ()

    @abstractmethod
    def parts(self) -> Iterator[tuple[str, NDArray[Any] | str]]:
        """Everything that decides a training on it, by name, in a fixed order; for the fingerprint."""
