"""What the lessons on attention train when they are asked to. Torch-free until then."""

from typing import Any

from ..kit.state import State
from ..kit.training import Progress, Training


def _pronouns(state: State, progress: Progress) -> Any:
    from ..trainings.pronouns import train

    return train(state, progress)


def _peeking(state: State, progress: Progress) -> Any:
    from ..trainings.peeking import train

    return train(state, progress)


PRONOUNS = Training(
    name="pronouns", title='what "it" stands for, learned from 432 sentences', seconds=3, train=_pronouns
)
PEEKING = Training(name="peeking", title="the same GPT with the causal mask and without it", seconds=8, train=_peeking)
