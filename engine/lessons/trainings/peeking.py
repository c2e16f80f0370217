"""Trains the same GPT twice on a small grammar: with the causal mask, and without. Imports torch.

The whole window goes in, and the logits are compared with the window shifted by one, so that without a mask every
word may see the word that it is to predict.

Shapes: b batch, t tokens, v vocabulary, l layers, h heads.
"""

import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from ...models.attention import ScaledDotProduct, causal_mask
from ...models.gpt import Gpt
from ...recipes.gpt import GptOptions
from ...sampling.text import chances
from ..kit.fixtures import Floats
from ..kit.seeding import seeded
from ..kit.state import State
from ..kit.training import Progress
from ..workings.grammar import STOP, WORDS, accepted, sentences, stream

OPTIONS = GptOptions(layers=2, width=48, heads=4, context=64, dropout=0.0)
STEPS, BATCH, LENGTH, LR = 180, 24, 24, 5e-3
WRITTEN = 60
"""Words that each model writes."""
PASSAGES = 6
"""Held-out passages whose attention is kept."""
EVERY = 0.1


@dataclass(frozen=True, eq=False)
class Arm:
    """One trained model: its losses, what it wrote, and what its heads did on the held-out passages."""

    losses: Floats
    """[steps], nats a word."""
    held_out: float
    """Nats a word of unseen sentences, scored as it was trained."""
    alone: float
    """The same where each word is predicted by the words before it alone, as in writing."""
    written: tuple[str, ...]
    right: float
    """Share of the written sentences that the grammar has."""
    attention: Floats
    """[passages, l, h, t, t]."""
    weights: dict[str, NDArray[np.float32]]
    """What was learned, by name; arrays alone, to be sent anywhere."""

    def model(self) -> Gpt:
        """The network with these weights, in eval mode."""
        with seeded(0):
            model = Gpt(OPTIONS, len(WORDS))
        model.load_state_dict({name: torch.from_numpy(array) for name, array in self.weights.items()})
        return model.eval()


@dataclass(frozen=True, eq=False)
class Peeking:
    """Both models, and the passages."""

    honest: Arm
    cheating: Arm
    floor: float
    """Nats a word of the held-out sentences by the grammar itself."""
    passages: tuple[tuple[str, ...], ...]


def logits(model: Gpt, tokens_bt: Tensor, masked: bool) -> Tensor:
    """(b, t, v), with the causal mask or without any."""
    x = model.embedding(tokens_bt)
    size = tokens_bt.shape[1]
    mask = causal_mask(size, size, tokens_bt.device) if masked else None
    for block in model.blocks:
        x = block(x, mask)
    return model.head(model.norm(x))  # type: ignore[no-any-return]


def train(state: State, progress: Progress) -> Peeking:
    """Both models on the same batches from the same weights."""
    rng = np.random.default_rng(state.seed + 100)
    held_out, costs = _windows(rng, 128)
    progress(0.0, "drawing sentences")
    seen, _ = _windows(rng, STEPS * BATCH)
    arms = [_arm(state.seed, masked, seen, held_out, progress) for masked in (True, False)]
    passages = tuple(tuple(WORDS[k] for k in row[: LENGTH // 2].tolist()) for row in held_out[:PASSAGES])
    return Peeking(arms[0], arms[1], float(costs.mean()), passages)


def _windows(rng: np.random.Generator, count: int) -> tuple[Tensor, Floats]:
    """Windows (count, LENGTH + 1) that begin with a full stop, and -ln p of their words but the first."""
    drawn = [stream(rng, LENGTH) for _ in range(count)]
    tokens = [[WORDS.index(word) for word in (STOP, *words)] for words, _ in drawn]
    return torch.tensor(tokens), np.array([costs for _, costs in drawn])


def _arm(seed: int, masked: bool, seen: Tensor, held_out: Tensor, progress: Progress) -> Arm:
    with seeded(seed):
        model = Gpt(OPTIONS, len(WORDS))
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR)
    name, start = ("honest", 0.0) if masked else ("no mask", 0.5)
    losses, told = [], 0.0
    for step in range(STEPS):
        tokens = seen[step * BATCH : (step + 1) * BATCH]
        loss = _loss(logits(model, tokens, masked)[:, :-1], tokens)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
        if time.monotonic() - told > EVERY:
            told = time.monotonic()
            progress(start + 0.45 * step / STEPS, f"{name}: step {step + 1} of {STEPS}", **{f"loss {name}": losses[-1]})
    model.eval()
    progress(start + 0.45, f"{name}: writing")
    with torch.no_grad():
        scored = _loss(logits(model, held_out, masked)[:, :-1], held_out)
        alone = _loss(_alone(model, held_out[:32], masked), held_out[:32])
        written = _write(model, masked, seed)
        kept = _attention(model, held_out[:PASSAGES, : LENGTH // 2], masked)
    complete = sentences(written)
    right = sum(map(accepted, complete)) / max(1, len(complete))
    progress(start + 0.5, f"{name}: done")
    weights = {key: tensor.detach().numpy().copy() for key, tensor in model.state_dict().items()}
    return Arm(np.array(losses), float(scored), float(alone), tuple(written), right, kept, weights)


def _loss(logits_btv: Tensor, tokens: Tensor) -> Tensor:
    return F.cross_entropy(logits_btv.flatten(0, 1), tokens[:, 1:].flatten())


def _alone(model: Gpt, tokens: Tensor, masked: bool) -> Tensor:
    """Logits (b, t - 1, v) of each word from a pass over the words before it and nothing else."""
    return torch.stack([logits(model, tokens[:, : k + 1], masked)[:, -1] for k in range(tokens.shape[1] - 1)], 1)


def _write(model: Gpt, masked: bool, seed: int) -> list[str]:
    generator = torch.Generator().manual_seed(seed)
    tokens = [WORDS.index(STOP)]
    for _ in range(WRITTEN):
        last = logits(model, torch.tensor([tokens[-OPTIONS.context :]]), masked)[0, -1]
        tokens.append(int(torch.multinomial(chances(last), 1, generator=generator)))
    return [WORDS[token] for token in tokens[1:]]


def _attention(model: Gpt, tokens: Tensor, masked: bool) -> Floats:
    """Weights (b, l, h, t, t) of every head, taken where they are used."""
    seen: list[Tensor] = []

    def keep(_module: torch.nn.Module, arguments: tuple[Tensor, ...], _output: Tensor) -> None:
        q, k = arguments[:2]
        mask = arguments[3] if len(arguments) > 3 else None
        seen.append(ScaledDotProduct.weights(q, k, mask))

    hooks = [block.get_submodule("attention.attend").register_forward_hook(keep) for block in model.blocks]
    try:
        logits(model, tokens, masked)
    finally:
        for hook in hooks:
            hook.remove()
    weights: Floats = torch.stack(seen, 1).double().numpy()
    return weights
