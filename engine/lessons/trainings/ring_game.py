"""The adversarial game on the ring of eight Gaussians, half-step by half-step, on the lab's own modules.

Imports torch. A half-step draws its noise from the seed and its own number, so that the same moves give the same state.
Shapes: n points, b of a mini-batch. Points are in the units of the data.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from ...data.load import load_data
from ...data.points import Points
from ...objectives.adversarial import Adversarial
from ...objectives.adversarial_arena import made, plane, real
from ...objectives.adversarial_losses import LOSSES
from ...training.job import Job
from ...training.trainer import Trainer
from ..kit.seeding import seeded
from ..workings.ring_figures import EXTENT

NETWORKS: dict[str, Any] = {"z": 2, "hidden": (64, 64, 64), "batch": 64, "validate_every": 1_000_000}
RECIPES: dict[str, dict[str, Any]] = {
    "stable": {"penalty": "r1", "lr": 2e-3, "lr_discriminator": 2e-3},
    "collapse": {"penalty": "none", "lr": 3e-4, "lr_discriminator": 1.2e-2},
}
"""R1 keeps D smooth; without it, and with a D that learns forty times as fast, G is driven to one or two modes."""
SURFACE = 40
"""Rows and columns of the heat map of D, over EXTENT."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What decides a game, besides its moves."""

    recipe: str
    loss: str = "non-saturating"
    rate: float = 1.0
    """D's learning rate in multiples of the recipe's."""
    seed: int = 0

    def job(self, **options: Any) -> Job:
        """The lab's job."""
        recipe = RECIPES[self.recipe]
        chosen = NETWORKS | recipe | {"loss": self.loss, "lr_discriminator": recipe["lr_discriminator"] * self.rate}
        return Job.of("gan", data="ring", seed=self.seed, device="cpu", **(chosen | {"schedule": "constant"} | options))


@dataclass(frozen=True, eq=False)
class Half:
    """What one half-step saw and changed."""

    points: Any
    """[n, 2]: what D was given, the real ones first."""
    labels: Any
    """[n]: 1 real, 0 made."""
    answers: Any
    """[n]: D's probability that each is real, before the step."""
    loss: float
    changed: dict[str, float]
    """The largest change of a parameter of each network."""


@dataclass(frozen=True, eq=False)
class View:
    """Everything that is drawn of a state."""

    real: Any
    fake: Any
    pulls: Any
    """[n, 2]: minus the slope of G's loss at each made point, in nats by unit."""
    other_pulls: Any
    """[n, 2]: the same for the loss that was not chosen."""
    manifold: Any
    """[g, g, 2]: where G takes a square lattice of z in -2..2."""
    surface: Any
    """[rows, columns]: D in the middle of each cell of EXTENT, the first row at the top."""
    real_answers: Any
    """[n]: D's probability that each real point is real."""
    answers: Any
    """[n]: the same of each made point."""
    d_real: float
    d_fake: float
    loss_d: float
    loss_g: float


@lru_cache(maxsize=8)
def ring(seed: int) -> Points:
    """The data of the lab."""
    data = load_data("ring", seed, kinds=("points",))
    assert isinstance(data, Points)
    return data


class Game:
    """Generator against discriminator, one half-step at a time."""

    def __init__(self, rules: Rules, job: Job | None = None, start: dict[str, Any] | None = None) -> None:
        """From the seed, or from the state of an objective that was trained."""
        self.rules = rules
        with seeded(rules.seed):
            objective = Trainer(job or rules.job(), ring(rules.seed)).objective
        assert isinstance(objective, Adversarial)
        self.objective = objective
        if start is not None:
            objective.load_state_dict(copy.deepcopy(start))
        self.done = {"d": 0, "g": 0}
        self.losses: list[tuple[str, float]] = []

    @property
    def networks(self) -> dict[str, torch.nn.Module]:
        """D and G."""
        return {"D": self.objective.model.discriminator, "G": self.objective.model.generator}

    def half(self, side: str) -> float:
        """One half-step of `d` or `g`; its loss."""
        number = sum(self.done.values())
        with seeded(self.rules.seed * 1_000_003 + 7 * number + 1):
            if side == "d":
                loss = self.objective.discriminate(number, 0.0)["loss/discriminator"]
            else:
                loss = self.objective.generate(number, 0.0)["loss/generator"]
        self.done[side] += 1
        self.losses.append((side, float(loss)))
        return self.losses[-1][1]

    def snapshot(self) -> tuple[Any, ...]:
        """Everything that decides what follows."""
        return copy.deepcopy(self.objective.state_dict()), dict(self.done), list(self.losses)

    def restore(self, taken: tuple[Any, ...]) -> None:
        """Back to where `snapshot` was taken."""
        state, done, losses = taken
        self.objective.load_state_dict(copy.deepcopy(state))  # an optimiser goes on in the tensors it is given
        self.done, self.losses = dict(done), list(losses)

    def tried(self, side: str) -> Half:
        """What the next half-step of `side` would see and change; the game stays as it is."""
        taken = self.snapshot()
        before = {name: flat(network) for name, network in self.networks.items()}
        with asked(self.networks["D"]) as calls:
            loss = self.half(side)
        changed = {name: float((flat(network) - before[name]).abs().max()) for name, network in self.networks.items()}
        self.restore(taken)
        points = torch.cat([x for x, _ in calls])
        answers = torch.cat([answer for _, answer in calls]).double().sigmoid()
        labels = np.zeros(len(points), dtype=np.int64)
        if side == "d":
            labels[: len(points) // 2] = 1
        return Half(self.objective.scaling.outside(points).numpy(), labels, answers.numpy(), loss, changed)

    def view(self) -> View:
        """The state as arrays, from random numbers that are always the same."""
        objective = self.objective
        samples = next(plane(objective, averaged=False))
        fake, beside = made(objective, False)[0], real(objective)[0]
        chosen = LOSSES[self.rules.loss]
        with torch.no_grad():
            on_real, on_fake = (objective.model.discriminator(x) for x in (beside, fake))
        odds = np.exp(-on_fake.double().numpy())[:, None]  # (1 - D) / D
        pulls = samples.arrays["pulls"].astype(np.float64)
        return View(
            real=samples.arrays["real"],
            fake=samples.arrays["points"],
            pulls=pulls,
            other_pulls=pulls / odds if self.rules.loss == "non-saturating" else pulls * odds,
            manifold=samples.arrays["manifold"],
            surface=heat(objective),
            real_answers=on_real.double().sigmoid().numpy(),
            answers=on_fake.double().sigmoid().numpy(),
            d_real=float(on_real.sigmoid().mean()),
            d_fake=float(on_fake.sigmoid().mean()),
            loss_d=float(chosen.discriminator(on_real, on_fake)),
            loss_g=float(chosen.generator(on_real, on_fake)),
        )


@torch.no_grad()
def heat(objective: Adversarial) -> Any:
    """[SURFACE, SURFACE]: D's answer in the middle of each cell of EXTENT, the first row at the top."""
    left, right, bottom, top = EXTENT
    middles = (torch.arange(SURFACE) + 0.5) / SURFACE
    y, x = torch.meshgrid(top - middles * (top - bottom), left + middles * (right - left), indexing="ij")
    inside = objective.scaling.inside(torch.stack((x, y), 2).reshape(-1, 2))
    return objective.opinions(inside).reshape(SURFACE, SURFACE).numpy()


def flat(network: torch.nn.Module) -> torch.Tensor:
    """All parameters in one row, copied."""
    return torch.cat([p.detach().flatten() for p in network.parameters()]).clone()


@contextmanager
def asked(network: torch.nn.Module) -> Iterator[list[tuple[torch.Tensor, torch.Tensor]]]:
    """What the network is given and answers inside."""
    calls: list[tuple[torch.Tensor, torch.Tensor]] = []
    handle = network.register_forward_hook(
        lambda _, inputs, answer: calls.append((inputs[0].detach().clone(), answer.detach().clone()))
    )
    try:
        yield calls
    finally:
        handle.remove()
