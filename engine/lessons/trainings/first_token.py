"""Copy the first token: an Elman network, an LSTM and attention learn it, then gradients are measured. Imports torch.

Shapes: b batch, t tokens, v tokens of the alphabet, e numbers of an embedding.
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from ...models.encoder import Encoder
from ...models.recurrent import Lstm, Rnn
from ...recipes.encoder import EncoderOptions
from ...recipes.recurrent import LstmOptions, RnnOptions
from ..kit.seeding import seeded
from ..kit.state import State
from ..kit.training import Progress

TOKENS, WIDTH, LONGEST = 8, 32, 65
DISTANCES = (1, 2, 4, 8, 16, 24, 32, 48, 64)
STEPS = {"RNN": 250, "LSTM": 500, "attention": 150}
EVERY = 0.1
"""Seconds between two tellings."""


@dataclass(frozen=True)
class FirstToken:
    """What was measured: arrays over DISTANCES by the name of the model, and the models themselves."""

    distances: NDArray[np.int64]
    gradients: dict[str, NDArray[np.float64]]
    """Norm of d logits of the last token / d embedding of the first, mean over 32 sequences."""
    accuracies: dict[str, NDArray[np.float64]]
    bound: NDArray[np.float64]
    """|V| |U|^(T-1) |W| of the RNN over T-1 = the distance: no gradient of its logits can be larger (tanh' <= 1)."""
    losses: dict[str, NDArray[np.float64]]
    models: dict[str, Any]


def build() -> dict[str, nn.Module]:
    """The three models, as the lab builds them."""
    rnn = Rnn(RnnOptions(embedding=WIDTH, units=(WIDTH,)), (LONGEST,), TOKENS, TOKENS)
    lstm = Lstm(LstmOptions(embedding=WIDTH, units=(WIDTH,)), (LONGEST,), TOKENS, TOKENS)
    options = EncoderOptions(layers=1, width=WIDTH, heads=2, hidden=64, directional=False)
    return {"RNN": rnn, "LSTM": lstm, "attention": Encoder(options, (LONGEST,), TOKENS, TOKENS)}


def gradient_norms(model: nn.Module, tokens_bt: Tensor) -> Tensor:
    """Frobenius norm of d logits / d embedding of the first token, for each sequence: (b,)."""
    kept: list[Tensor] = []

    def keep(module: nn.Module, inputs: Any, output: Tensor) -> Tensor:
        leaf = output.detach().requires_grad_()
        kept.append(leaf)
        return leaf

    hook = model.get_submodule("embedding").register_forward_hook(keep)
    try:
        logits_bv = model(tokens_bt)
    finally:
        hook.remove()
    squares = torch.zeros(len(tokens_bt), dtype=torch.float64)
    for v in range(TOKENS):
        (grad_bte,) = torch.autograd.grad(logits_bv[:, v].sum(), kept[0], retain_graph=True)
        squares += grad_bte[:, 0].double().square().sum(1)
    return squares.sqrt()


def learn(state: State, progress: Progress) -> FirstToken:
    """Train all three on sequences of 2 to 65 tokens, then measure at every distance."""
    with seeded(state.seed):
        models = build()
    generator = torch.Generator().manual_seed(state.seed)
    losses = {}
    told, done, whole = 0.0, 0, sum(STEPS.values())
    for name, model in models.items():
        optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
        curve = []
        for step in range(STEPS[name]):
            length = int(torch.randint(2, LONGEST + 1, (1,), generator=generator))
            tokens = torch.randint(TOKENS, (32, length), generator=generator)
            loss = F.cross_entropy(model(tokens), tokens[:, 0])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            curve.append(float(loss.detach()))
            done += 1
            if time.monotonic() - told > EVERY:
                told = time.monotonic()
                progress(0.95 * done / whole, f"{name}: step {step + 1}", **{f"{name} loss": curve[-1]})
        losses[name] = np.array(curve)
    gradients, accuracies = {}, {}
    for name, model in models.items():
        model.eval()
        norms, right = [], []
        for distance in DISTANCES:
            progress(0.95, f"{name}: gradients over {distance} tokens")
            tokens = torch.randint(TOKENS, (32, distance + 1), generator=torch.Generator().manual_seed(distance))
            norms.append(float(gradient_norms(model, tokens).mean()))
            with torch.no_grad():
                right.append(float((model(tokens).argmax(1) == tokens[:, 0]).float().mean()))
        gradients[name], accuracies[name] = np.array(norms), np.array(right)
    U, W, V = (models["RNN"].get_parameter(name) for name in ("layers.0.U", "layers.0.W", "head.weight"))
    spectral = float(torch.linalg.matrix_norm(U, 2).detach())
    outside = float((torch.linalg.matrix_norm(V) * torch.linalg.matrix_norm(W, 2)).detach())
    return FirstToken(
        distances=np.array(DISTANCES),
        gradients=gradients,
        accuracies=accuracies,
        bound=outside * spectral ** np.array(DISTANCES, dtype=float),
        losses=losses,
        models=models,
    )
