"""Two trainings of one pair of networks on the ring: one that is restrained, and one that collapses. Imports torch."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ...objectives.adversarial_arena import plane
from ...objectives.adversarial_losses import LOSSES
from ..kit.seeding import seeded
from ..kit.state import State
from ..kit.training import Progress
from ..workings.modes import modes, near_share
from .ring_game import Game, Rules, flat, heat, ring

STEPS = {"stable": 3000, "collapse": 1000}
MOMENTS = 12
"""Pictures that are kept of a training, besides the one before it."""
SHOWN, DRAWN = 400, 4000
CHUNK = 20
"""Steps that are trained at once: a tenth of a second at most."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A picture of both networks."""

    step: int
    fakes: Any
    surface: Any
    """[rows, columns]: D over the plane that is drawn."""
    modes: int
    near: float


@dataclass(frozen=True, eq=False)
class RingGan:
    """What became of a training; arrays and plain numbers, and the state that further half-steps go on from."""

    recipe: str
    seed: int
    parameters: int
    seconds: float
    """Processor time of the optimisation steps."""
    moments: tuple[Moment, ...]
    steps: Any
    """[n]: where the losses were measured."""
    losses: dict[str, Any]
    """[n] each, of D and G."""
    samples: Any
    """[DRAWN, 2]: of the generator at the end."""
    evaluations: int
    """Passes through the generator that one sample took, counted."""
    milliseconds: float
    """For a sample, drawn in one batch."""
    d_real: float
    d_fake: float
    last_losses: tuple[float, float]
    """D's and G's loss at the end, over many points."""
    state: dict[str, Any]

    @property
    def rules(self) -> Rules:
        """Of the games that go on from here."""
        return Rules(recipe=self.recipe, seed=self.seed)

    def game(self) -> Game:
        """A game that goes on, at a tenth of the recipe's learning rates."""
        start = self.rules.job().options
        slower = {"lr": 0.1 * start.lr, "lr_discriminator": 0.1 * start.lr_discriminator}  # type: ignore[attr-defined]
        return Game(self.rules, self.rules.job(**slower), self.state)


@dataclass(frozen=True, eq=False)
class RingGans:
    """Both recipes on the same data."""

    stable: RingGan
    collapse: RingGan

    def of(self, recipe: str) -> RingGan:
        """The one that a setting names."""
        return {"stable": self.stable, "collapse": self.collapse}[recipe]


def train(state: State, progress: Progress) -> RingGans:
    """Both, one after the other."""
    cut = STEPS["stable"] / sum(STEPS.values())
    stable = play("stable", state.seed, progress, (0.0, cut))
    return RingGans(stable, play("collapse", state.seed, progress, (cut, 1.0)))


def play(recipe: str, seed: int, progress: Progress, share: tuple[float, float]) -> RingGan:
    """One training, from the seed to its last step."""
    steps, low, span = STEPS[recipe], share[0], share[1] - share[0]
    schedule = "cosine" if recipe == "stable" else "constant"
    rules = Rules(recipe=recipe, seed=seed)
    game = Game(rules, rules.job(schedule=schedule, steps=steps))
    moments, history, seconds = [_moment(game, 0)], [], 0.0
    for start in range(0, steps, CHUNK):
        began = time.process_time()
        with seeded(seed * 1_000_003 + start):
            for number in range(start, start + CHUNK):
                values = game.objective.step(number, number / steps)
        seconds += time.process_time() - began
        done = start + CHUNK
        history.append((done, values["loss/discriminator"], values["loss/generator"]))
        while len(moments) <= MOMENTS * done // steps:
            moments.append(_moment(game, done))
        progress(
            low + span * done / steps,
            f"{recipe} GAN: step {done}, modes {moments[-1].modes}/8",
            D=history[-1][1],
            G=history[-1][2],
        )
    return _finished(game, moments, np.array(history), seconds)


def _finished(game: Game, moments: list[Moment], history: Any, seconds: float) -> RingGan:
    objective, rules = game.objective, game.rules
    networks = objective.model.eval().requires_grad_(False)
    noise = objective.noise(DRAWN, objective.random(11))
    drawn, evaluations, milliseconds = drawing(
        networks.generator, lambda: objective.scaling.outside(networks.generator(noise)), DRAWN
    )
    inside = objective.scaling.inside(torch.from_numpy(ring(rules.seed).train[:DRAWN]))
    with torch.no_grad():
        on_real = networks.discriminator(inside)
        on_fake = networks.discriminator(objective.scaling.inside(drawn))
    loss = LOSSES[rules.loss]
    return RingGan(
        recipe=rules.recipe,
        seed=rules.seed,
        parameters=len(flat(networks)),
        seconds=seconds,
        moments=tuple(moments),
        steps=history[:, 0],
        losses={"D": history[:, 1], "G": history[:, 2]},
        samples=drawn.numpy(),
        evaluations=evaluations,
        milliseconds=milliseconds,
        d_real=float(on_real.sigmoid().mean()),
        d_fake=float(on_fake.sigmoid().mean()),
        last_losses=(float(loss.discriminator(on_real, on_fake)), float(loss.generator(on_real, on_fake))),
        state=game.snapshot()[0],
    )


@torch.no_grad()
def drawing(network: torch.nn.Module, draw: Callable[[], torch.Tensor], count: int) -> tuple[torch.Tensor, int, float]:
    """What `draw` draws, how often it passed through `network`, and its milliseconds for each of `count` samples."""
    passes: list[None] = []
    handle = network.register_forward_hook(lambda *_: passes.append(None))
    began = time.process_time()
    try:
        drawn = draw()
    finally:
        handle.remove()
    return drawn, len(passes), 1000 * (time.process_time() - began) / count


def _moment(game: Game, step: int) -> Moment:
    fakes = next(plane(game.objective, averaged=False)).arrays["points"]
    return Moment(step, fakes[:SHOWN].copy(), heat(game.objective), modes(fakes), near_share(fakes))
