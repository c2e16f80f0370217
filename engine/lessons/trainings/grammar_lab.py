"""Train the lab's GPT on the little English grammar for `generation`. Imports torch."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...models.gpt import Gpt as Module
from ...probes.capture import looking
from ...recipes.gpt import GptOptions
from ...training.descent import Descent
from ..kit.seeding import seeded
from ..kit.training import Progress
from ..workings.gpt_forward import Gpt
from ..workings.little_english import HELD_OUT, LONGEST, numbers, sentence, words
from .grammar import BATCH, EVERY, HEADS, LAYERS, STEPS, WIDTH, Grammar

IGNORED = -100
"""The target behind the end of a sentence."""


def options() -> GptOptions:
    """GPT-2's parts: learned positions, LayerNorm, biases; trained by AdamW."""
    return GptOptions(
        steps=STEPS,
        batch=BATCH,
        optimizer="adamw",
        lr=4e-3,
        weight_decay=0.01,
        width=WIDTH,
        layers=LAYERS,
        heads=HEADS,
        positions="learned",
        norm="layer",
        qk_norm=False,
        activation="relu",
        bias=True,
        dropout=0.0,
        context=LONGEST,
    )


def module(model: Gpt) -> Module:
    """The lab's module with these weights, in eval mode and double precision."""
    with seeded(0):
        built = Module(options(), len(words())).double()
    built.load_state_dict({name: torch.from_numpy(np.asarray(array)) for name, array in model.weights.items()})
    return built.eval()


def taken(built: Module) -> Gpt:
    """The weights as arrays of doubles."""
    weights = {name: w.detach().double().numpy().copy() for name, w in built.state_dict().items()}
    return Gpt(heads=HEADS, layers=LAYERS, weights=weights)


def drawn(rng: np.random.Generator) -> tuple[int, ...]:
    """A sentence as numbers; the one held out is drawn anew."""
    while (said := sentence(rng)) == HELD_OUT:
        pass
    return numbers(said)


def batch(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Tokens (b, t) and the token after each, behind the end of a sentence ignored."""
    rows = [drawn(rng) for _ in range(BATCH)]
    t = max(map(len, rows)) - 1
    tokens = torch.tensor([[*row[:-1], *[0] * (t + 1 - len(row))] for row in rows])
    return tokens, torch.tensor([[*row[1:], *[IGNORED] * (t + 1 - len(row))] for row in rows])


def loss_of(built: Module, tokens: Tensor, target: Tensor) -> Tensor:
    """Mean cross-entropy in nats a word (scalar)."""
    return F.cross_entropy(built(tokens).flatten(0, 1), target.flatten(), ignore_index=IGNORED)


def train(seed: int, progress: Progress) -> Grammar:
    """The finished model of this seed, with its losses on the way."""
    chosen, rng = options(), np.random.default_rng(seed)
    held = torch.tensor([numbers(HELD_OUT)])
    steps, losses, out = [], [], []
    with seeded(seed):
        built = Module(chosen, len(words()))
    fresh, descent = taken(built), Descent(built, chosen)
    for number in range(STEPS + 1):
        loss = loss_of(built.train(), *batch(rng))
        if number % EVERY == 0:
            with looking(built):
                outside = float(loss_of(built, held[:, :-1], held[:, 1:]))
            steps.append(number)
            losses.append(float(loss.detach()))
            out.append(outside)
            progress(number / STEPS, f"step {number} of {STEPS}", loss=losses[-1], held_out=outside)
        if number < STEPS:
            descent.step(loss, chosen, number / STEPS)
    return Grammar(taken(built), fresh, np.array(steps, dtype=float), np.array(losses), np.array(out))
