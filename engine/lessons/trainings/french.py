"""The training that `cross-attention` and `transformer` share: the lab's translator on its small French. Torch-free."""

from dataclasses import dataclass
from typing import Any

from ..kit.fixtures import Floats
from ..kit.state import State
from ..kit.training import Progress, Training
from ..workings.translating import Model, Plan

STEPS, SENTENCES, BATCH = 400, 8000, 64
PLAN = Plan(width=64, layers=2, heads=4, cross_heads=1, hidden=256)
EVERY = 5
"""Steps between two tellings."""


@dataclass(frozen=True, eq=False)
class French:
    """What the training left: the model, the same model before its first step, and how it went."""

    model: Model
    fresh: Model
    losses: Floats
    """(STEPS,): cross-entropy of every mini-batch, in nats a word."""
    exact: float
    """Share of sentences with pairs of noun and adjective never trained on that are translated without any mistake."""
    milliseconds: dict[str, float]
    """Measured here: one teacher-forced pass, and writing word by word with and without a cache."""


def train(state: State, progress: Progress) -> French:
    """Cross-entropy of the next word under teacher forcing, as `dlviz train translator` does, in fewer steps."""
    from . import french_lab

    return french_lab.train(state.seed, progress)


def result(state: State) -> French:
    """What the training gave."""
    found: Any = state.result("french")
    assert isinstance(found, French)
    return found


FRENCH = Training(
    name="french",
    title=f"a translator from French to English, {STEPS} steps of {BATCH} sentences",
    seconds=15,
    train=train,
)
