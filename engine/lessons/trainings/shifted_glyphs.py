"""Dense and convolutional networks on 200 digits, tested on the same digits moved by one pixel. Imports torch."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from ...data import digits
from ...models.cnn import Cnn
from ...models.mlp import Mlp
from ...recipes.classifiers import CnnOptions, MlpOptions
from ..kit.fixtures import Floats
from ..kit.seeding import seeded
from ..kit.state import State
from ..kit.training import Progress
from ..workings.shifting import shifted

GLYPHS, STEPS, BATCH, RATE = 200, 250, 50, 5e-3
EXAMPLES = 24
EVERY = 0.1
MOVES = tuple((down, right) for down in (-1, 0, 1) for right in (-1, 0, 1))
"""All places of a 3x3 neighbourhood; the middle one is no move."""


@dataclass(frozen=True, kw_only=True)
class Net:
    """One of the networks: how it is built, and whether it also sees moved copies while it learns."""

    build: Callable[[tuple[int, ...]], nn.Module]
    moved_copies: bool = False


NETS: Mapping[str, Net] = {
    "dense": Net(build=lambda shape: Mlp(MlpOptions(hidden=(32,)), shape, 10)),
    "conv": Net(build=lambda shape: Cnn(CnnOptions(channels=(8, 16)), shape, 10)),
    "conv + global max": Net(
        build=lambda shape: Cnn(CnnOptions(channels=(16, 32), pool="none", head="global-max"), shape, 10)
    ),
    "dense, moved copies": Net(build=lambda shape: Mlp(MlpOptions(hidden=(32,)), shape, 10), moved_copies=True),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Glyphs:
    """What came out; accuracies are fractions of the test digits, each moved 8 ways for `moved`."""

    modules: Mapping[str, nn.Module]
    """In eval mode."""
    parameters: Mapping[str, int]
    in_place: Mapping[str, float]
    moved: Mapping[str, float]
    test_x: NDArray[np.float32]
    """[n, 1, 14, 14]."""
    test_y: NDArray[np.int64]
    answers: Mapping[str, NDArray[np.int64]]
    """[EXAMPLES, 9] by network: the answer for each of the first test digits at each of MOVES."""
    dense_weights: Floats
    """[32, 14, 14]: the weights of each hidden unit."""
    kernels: Floats
    """[8, 3, 3]."""
    always_dark: NDArray[np.bool_]
    """[14, 14]: pixels that are 0 in every training digit."""
    dense_start: Floats
    """[32, 14, 14]: the same weights before the training."""


def train(state: State, progress: Progress) -> Glyphs:
    """All networks on the same 200 digits, same steps, same optimiser (Adam)."""
    data = digits.load_canvas(state.seed)
    x, y = torch.from_numpy(data.train.x[:GLYPHS]), torch.from_numpy(data.train.y[:GLYPHS])
    nets: dict[str, nn.Module] = {}
    start = np.zeros(0)
    for k, (name, net) in enumerate(NETS.items()):
        with seeded(state.seed):
            module = net.build(tuple(x.shape[1:]))
            if name == "dense":
                start = weights_of(module)
            fit(module, x, y, state.seed, net.moved_copies, name, (k / len(NETS), (k + 1) / len(NETS)), progress)
        nets[name] = module.eval()
    test_x, test_y = data.test.x, data.test.y
    by_move = {}
    for name, module in nets.items():
        progress(1.0, f"{name}: test digits, moved")
        by_move[name] = np.stack(
            [answer(module, shifted(test_x.astype(np.float64), *move, wrap=False)) for move in MOVES], 1
        )
    middle = MOVES.index((0, 0))
    right = {name: answers == test_y[:, None] for name, answers in by_move.items()}
    first = next(part for part in nets["conv"].modules() if isinstance(part, nn.Conv2d))
    return Glyphs(
        modules=nets,
        parameters={name: sum(p.numel() for p in net.parameters()) for name, net in nets.items()},
        in_place={name: float(hits[:, middle].mean()) for name, hits in right.items()},
        moved={name: float(np.delete(hits, middle, 1).mean()) for name, hits in right.items()},
        test_x=test_x,
        test_y=test_y,
        answers={name: answers[:EXAMPLES] for name, answers in by_move.items()},
        dense_weights=weights_of(nets["dense"]),
        kernels=first.weight.detach()[:, 0].double().numpy(),
        always_dark=(data.train.x[:GLYPHS].max((0, 1)) == 0),
        dense_start=start,
    )


def weights_of(net: nn.Module) -> Floats:
    """[units, 14, 14]: the first dense layer, each unit's weights as an image."""
    first = next(part for part in net.modules() if isinstance(part, nn.Linear))
    weights: Floats = first.weight.detach().clone().double().numpy().reshape(first.out_features, 14, 14)
    return weights


def fit(
    net: nn.Module, x: Tensor, y: Tensor, seed: int, moved: bool, name: str, share: tuple[float, float],
    progress: Progress,
) -> None:  # fmt: skip
    """STEPS mini-batches; with `moved` each is shifted by one of MOVES."""
    draw = torch.Generator().manual_seed(seed)
    adam = torch.optim.Adam(net.parameters(), lr=RATE)
    told = 0.0
    for step in range(STEPS):
        picked = torch.randint(0, len(x), (BATCH,), generator=draw)
        batch = x[picked]
        if moved:
            down, right = MOVES[int(torch.randint(0, len(MOVES), (1,), generator=draw))]
            batch = torch.from_numpy(shifted(batch.numpy().astype(np.float64), down, right, wrap=False)).float()
        loss = F.cross_entropy(net(batch), y[picked])
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        if (now := time.monotonic()) - told > EVERY or step == STEPS - 1:
            told = now
            done = share[0] + (share[1] - share[0]) * (step + 1) / STEPS
            progress(done, f"{name}: step {step + 1}", **{f"loss of {name}": loss.item()})


@torch.no_grad()
def answer(net: nn.Module, images: Floats) -> NDArray[np.int64]:
    """[n]: the digit that the network names for each image."""
    named: NDArray[np.int64] = net(torch.from_numpy(np.ascontiguousarray(images, dtype=np.float32))).argmax(1).numpy()
    return named
