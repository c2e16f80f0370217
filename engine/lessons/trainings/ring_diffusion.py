"""A small diffusion model of the same ring, and a race of three generators. Imports torch."""

import time
from dataclasses import dataclass
from typing import Any

import torch

from ...objectives.denoising import Denoising
from ...training.job import Job
from ...training.trainer import Trainer
from ..kit.seeding import seeded
from ..kit.state import State
from ..kit.training import Progress
from ..workings.modes import modes, near_share
from ..workings.race_frames import FULL_STEPS, SHORT_STEPS
from .ring_game import ring
from .ring_gan import CHUNK, DRAWN, RingGans, drawing, play

STEPS, SHORT = FULL_STEPS, SHORT_STEPS
FULL, FEW = 1000, 500
"""T, and the samples that are drawn with all T steps."""
KNOBS = (
    ("ddim", 5, 1.5),
    ("ddim", 20, 1.5),
    ("ddim", 50, 1.5),
    ("ddpm", 5, 1.5),
    ("ddpm", 20, 1.5),
    ("ddpm", 50, 1.5),
    ("ddpm", 50, 1.0),
)
"""Sampler, steps, and how much finer the steps are near the data."""
OWN = ("ddpm", 50, 1.5)


@dataclass(frozen=True, eq=False)
class Drawn:
    """What one sampler made: how many passes through the network each sample took (counted), and how good they are."""

    sampler: str
    steps: int
    spacing: float
    evaluations: int
    milliseconds: float
    modes: int
    near: float


@dataclass(frozen=True, eq=False)
class RingDiffusion:
    """What became of the training."""

    parameters: int
    seconds: float
    """Processor time of the optimisation steps."""
    samples: Any
    """[DRAWN, 2]: by the default sampler."""
    own: Drawn
    full: Drawn
    """With all T steps."""
    knobs: tuple[Drawn, ...]
    schedules: dict[str, tuple[int, float]]
    """Modes and share near a mode after a short training, by noise schedule."""


@dataclass(frozen=True, eq=False)
class Race:
    """Three generators of the same points."""

    gans: RingGans
    diffusion: RingDiffusion


def train(state: State, progress: Progress) -> Race:
    """The two GANs, then the diffusion model."""
    stable = play("stable", state.seed, progress, (0.0, 0.4))
    collapse = play("collapse", state.seed, progress, (0.4, 0.55))
    return Race(RingGans(stable, collapse), diffuse(state.seed, progress, (0.55, 1.0)))


def diffuse(seed: int, progress: Progress, share: tuple[float, float] = (0.0, 1.0)) -> RingDiffusion:
    """Trains it, and draws with several samplers."""
    low, span = share[0], share[1] - share[0]
    objective, seconds = _trained(seed, STEPS, "cosine", progress, (low, low + 0.6 * span))
    quick = {
        name: _trained(seed, SHORT, name, progress, (low + start * span, low + (start + 0.12) * span))[0]
        for name, start in (("cosine", 0.6), ("linear", 0.72))
    }
    schedules = {}
    for name, brief in quick.items():
        points = _draw(brief, *OWN, DRAWN // 4)[0]
        schedules[name] = modes(points), near_share(points)
    progress(low + 0.86 * span, "diffusion: all 1000 steps")
    _, full = _draw(objective, "ddpm", FULL, 1.0, FEW)
    found = {}
    for k, knob in enumerate(KNOBS):
        progress(low + (0.93 + 0.01 * k) * span, f"diffusion: {knob[0]}, {knob[1]} steps")
        found[knob] = _draw(objective, *knob, DRAWN if knob == OWN else DRAWN // 4)
    samples, own = found[OWN]
    progress(share[1], "diffusion: done")
    return RingDiffusion(
        parameters=objective.parameters,
        seconds=seconds,
        samples=samples,
        own=own,
        full=full,
        knobs=tuple(drawn for _, drawn in found.values()),
        schedules=schedules,
    )


def _trained(
    seed: int, steps: int, schedule: str, progress: Progress, share: tuple[float, float]
) -> tuple[Denoising, float]:
    options: dict[str, Any] = {
        "steps": steps,
        "noise_schedule": schedule,
        "hidden": (64, 64, 64),
        "validate_every": 1_000_000,
    }
    with seeded(seed):
        objective = Trainer(Job.of("diffusion", data="ring", seed=seed, device="cpu", **options), ring(seed)).objective
    assert isinstance(objective, Denoising)
    seconds = 0.0
    for start in range(0, steps, CHUNK):
        began = time.process_time()
        with seeded(seed * 1_000_003 + start):
            for number in range(start, start + CHUNK):
                values = objective.step(number, number / steps)
        seconds += time.process_time() - began
        done = (start + CHUNK) / steps
        progress(
            share[0] + (share[1] - share[0]) * done,
            f"diffusion ({schedule}): step {start + CHUNK}",
            loss=values["loss/train"],
        )
    return objective, seconds


@torch.no_grad()
def _draw(objective: Denoising, name: str, steps: int, spacing: float, count: int) -> tuple[Any, Drawn]:
    diffusion = objective.diffusion
    diffusion.options = diffusion.options.with_value("spacing", spacing)
    sampler = diffusion.sampler(name, steps)
    made, passes, milliseconds = drawing(
        diffusion.network, lambda: diffusion.sample(count, None, sampler, salt=3), count
    )
    portions = -(-count // 8000)
    points = made.numpy()
    return points, Drawn(name, steps, spacing, passes // portions, milliseconds, modes(points), near_share(points))
