"""The training of `generation`: a small GPT on sentences of the little English grammar. Torch-free."""

from dataclasses import dataclass
from typing import Any

from ..kit.fixtures import Floats
from ..kit.state import State
from ..kit.training import Progress, Training
from ..workings.gpt_forward import Gpt

STEPS, BATCH, WIDTH, LAYERS, HEADS = 300, 64, 48, 2, 4
EVERY = 10
"""Steps between two measurements of the sentence that is held out."""


@dataclass(frozen=True, eq=False)
class Grammar:
    """The trained model, the same before its first step, and its losses in nats a word."""

    model: Gpt
    fresh: Gpt
    steps: Floats
    """Steps at which was measured."""
    train: Floats
    held_out: Floats
    """Of the sentence that is never trained on."""


def train(state: State, progress: Progress) -> Grammar:
    """Cross-entropy of the next word on sentences drawn from the grammar, all but the one held out."""
    from . import grammar_lab

    return grammar_lab.train(state.seed, progress)


def result(state: State) -> Grammar:
    """What the training gave."""
    found: Any = state.result("grammar")
    assert isinstance(found, Grammar)
    return found


GRAMMAR = Training(
    name="grammar",
    title=f"a small GPT on a grammar of a hundred words, {STEPS} steps of {BATCH} sentences",
    seconds=8,
    train=train,
)
