"""Trains the pronoun toy: two layers of attention that find what "it" stands for. Imports torch.

Layer 1 looks no farther than two tokens ahead: "it" reads the adjective and makes its question of it. Layer 2 puts
that question to the words themselves, anywhere, and the answer is read from what it brings to "it": by no other path
can a noun come there.
Shapes: b batch, t tokens, m width, v nouns.
"""

import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...models.attention import MultiHeadAttention, ScaledDotProduct
from ..kit.fixtures import Floats
from ..kit.seeding import seeded
from ..kit.state import State
from ..kit.training import Progress
from ..workings.antecedents import IT, NOUNS, SHARPNESS, VOCABULARY, Sentence, every_sentence

WIDTH, BATCH = 32, 128
STEPS = 300
LR = 1e-2
DECAY = 0.3
EVERY = 0.1
_LINEAR = ("query", "key", "value", "output")
"""Ends of the names of linear layers, whose weights torch keeps as outputs by inputs."""


def nearby(size: int) -> Tensor:
    """(t, t), True from each token to itself and the two that follow."""
    return torch.ones(size, size, dtype=torch.bool).triu().tril(2)


class Resolver(nn.Module):
    """Logits over the nouns, read at "it": how like its answer is to the word itself (weights tied, 1608.05859)."""

    nouns: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(VOCABULARY), WIDTH)
        self.near = MultiHeadAttention(WIDTH, 1, bias=False, normalised=True)
        self.far = nn.ModuleDict(
            {
                "query": nn.Linear(WIDTH, WIDTH, bias=False),
                "key": nn.Linear(WIDTH, WIDTH, bias=False),
                "query_norm": nn.RMSNorm(WIDTH),
                "key_norm": nn.RMSNorm(WIDTH),
                "attend": ScaledDotProduct(),
            }
        )
        self.register_buffer("nouns", torch.tensor([VOCABULARY.index(noun) for noun in NOUNS]), persistent=False)

    def forward(self, tokens_bt: Tensor, mask: Tensor | None = None) -> Tensor:
        """(b, v); `mask` (t, t) of layer 2 is False where an edge is cut."""
        words_btm = self.embedding(tokens_bt)
        asking_btm = words_btm + self.near(words_btm, mask=nearby(tokens_bt.shape[1]))
        q_btm = self.far["query_norm"](self.far["query"](asking_btm))
        k_btm = self.far["key_norm"](self.far["key"](words_btm))
        found_bm = self.far["attend"](q_btm, k_btm, words_btm, mask)[:, IT]
        return SHARPNESS * found_bm @ self.embedding(self.nouns).T  # type: ignore[no-any-return]


@dataclass(frozen=True, eq=False)
class Pronouns:
    """The trained toy: its matrices (inputs by outputs), and how well it does; arrays alone, to be sent anywhere."""

    weights: dict[str, Floats]
    accuracy: dict[str, float]
    """Of the sentences that were seen, and of those held out."""
    losses: Floats
    counts: dict[str, int]

    def module(self) -> Resolver:
        """The network with these matrices, in eval mode."""
        with seeded(0):
            module = Resolver()
        with torch.no_grad():
            for name, matrix in self.weights.items():
                weight = module.get_submodule(name).weight
                assert isinstance(weight, Tensor)
                weight.copy_(torch.from_numpy(matrix.T if name.endswith(_LINEAR) else matrix))
        return module.eval()


def encode(sentences: tuple[Sentence, ...]) -> tuple[Tensor, Tensor]:
    """Tokens (b, t) and answers (b,)."""
    tokens = torch.tensor([[VOCABULARY.index(token) for token in each.tokens] for each in sentences])
    return tokens, torch.tensor([NOUNS.index(each.answer) for each in sentences])


def train(state: State, progress: Progress) -> Pronouns:
    """Adam on the mean cross-entropy of every sentence whose adjective of its noun is not held out."""
    seen = tuple(each for each in every_sentence() if not each.held_out)
    unseen = tuple(each for each in every_sentence() if each.held_out)
    with seeded(state.seed):
        module = Resolver()
    optimizer = torch.optim.AdamW(module.parameters(), lr=LR, weight_decay=DECAY)
    tokens, answers = encode(seen)
    generator = torch.Generator().manual_seed(state.seed)
    losses, told = [], 0.0
    for step in range(STEPS):
        batch = torch.randint(len(tokens), (BATCH,), generator=generator)
        loss = F.cross_entropy(module(tokens[batch]), answers[batch])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
        if time.monotonic() - told > EVERY or step == STEPS - 1:
            told = time.monotonic()
            progress((step + 1) / STEPS, f"step {step + 1} of {STEPS}", loss=losses[-1])
    module.eval()
    return Pronouns(
        {name: _matrix(module, name) for name in _NAMES},
        {"seen": _accuracy(module, seen), "held out": _accuracy(module, unseen)},
        np.array(losses),
        {"seen": len(seen), "held out": len(unseen)},
    )


_NAMES = (
    "embedding",
    *(f"near.{part}" for part in ("query", "key", "value", "output", "query_norm", "key_norm")),
    *(f"far.{part}" for part in ("query", "key", "query_norm", "key_norm")),
)


def _matrix(module: Resolver, name: str) -> Floats:
    weight = module.get_submodule(name).weight
    assert isinstance(weight, Tensor)
    table: Floats = weight.detach().double().numpy()
    return table.T.copy() if name.endswith(_LINEAR) else table.copy()


@torch.no_grad()
def _accuracy(module: Resolver, sentences: tuple[Sentence, ...]) -> float:
    tokens, answers = encode(sentences)
    return float((module(tokens).argmax(-1) == answers).double().mean())
