"""What `gan-vs-diffusion` claims: by SciPy's trees, autograd, matrix powers, and counted passes."""

import math
from typing import Any

import numpy as np
import torch
from scipy import spatial

from ...models.denoiser import PointDenoiser
from ...models.gan import Adversaries
from ...recipes.diffusion import DiffusionOptions
from ...recipes.gan import GanOptions
from ..kit.facts import Claim, Outcome, at_least, at_most, close, equal, every
from ..kit.state import State
from ..trainings.ring_game import ring
from ..workings import bilinear, modes, race_frames


def counted(points: Any) -> int:
    """Modes with at least 1 % of the points within 3 deviations, by a tree."""
    centers = [(2 * math.cos(k * math.pi / 4), 2 * math.sin(k * math.pi / 4)) for k in range(8)]
    near = spatial.cKDTree(np.asarray(points, dtype=float)).query_ball_point(centers, 3 * 0.02)
    return sum(len(found) >= 0.01 * len(points) for found in near)


def real_modes(state: State) -> Outcome:
    """The real data reach all; a pretended generator as many as it has."""
    real, made = ring(state.seed).test, race_frames.pretended(state["kept"], state.seed)
    return every(
        real=equal(modes.modes(real), 8),
        real_by_a_tree=equal(counted(real), 8),
        pretended=equal(modes.modes(made), counted(made)),
        pretended_has=equal(modes.modes(made), state["kept"]),
    )


def trained_modes(state: State) -> Outcome:
    """Modes of the three trained generators."""
    race = state.result("ring-race")
    ours = {
        name: modes.modes(result.samples)
        for name, result in (
            ("stable", race.gans.stable), ("collapse", race.gans.collapse), ("diffusion", race.diffusion)
        )
    }  # fmt: skip
    return every(
        stable_GAN=at_least(ours["stable"], 7),
        collapsed_GAN=at_most(ours["collapse"], 2),
        diffusion=at_least(ours["diffusion"], 7),
        by_a_tree=equal(
            list(ours.values()),
            [counted(r.samples) for r in (race.gans.stable, race.gans.collapse, race.diffusion)],
        ),
    )


def played(eta: float, steps: int, alternating: bool) -> float:
    """The radius when autograd and SGD play."""
    x = torch.tensor(math.sqrt(0.5), dtype=torch.float64, requires_grad=True)
    y = torch.tensor(math.sqrt(0.5), dtype=torch.float64, requires_grad=True)
    for_x, for_y = torch.optim.SGD([x], lr=eta), torch.optim.SGD([y], lr=eta, maximize=True)
    for _ in range(steps):
        x.grad, y.grad = torch.autograd.grad(x * y, (x, y))
        for_x.step()
        if alternating:
            (y.grad,) = torch.autograd.grad(x * y, (y,))
        for_y.step()
    return float(torch.hypot(x, y).detach())


def orbit(state: State) -> Outcome:
    """eta .1, 100 steps: 1.6446 at once, .986 in turns."""
    ends = {
        name: float(bilinear.radii(bilinear.orbit(0.1, 100, turns))[-1])
        for name, turns in (("simultaneous", False), ("alternating", True))
    }
    return every(
        simultaneous=close(round(ends["simultaneous"], 4), 1.6446, 1e-9),
        alternating=close(round(ends["alternating"], 3), 0.986, 1e-9),
        by_autograd=close(list(ends.values()), [played(0.1, 100, False), played(0.1, 100, True)], 1e-9),
    )


def grows(state: State) -> Outcome:
    """At the settings: (1 + eta²)^(t/2), and the power of the alternating map."""
    eta, steps = state["eta"], state["steps"]
    ours = [float(bilinear.radii(bilinear.orbit(eta, steps, turns))[-1]) for turns in (False, True)]
    turn = np.linalg.matrix_power(np.array([[1, -eta], [eta, 1 - eta**2]]), steps)
    in_turns = float(np.linalg.norm(turn @ np.full(2, math.sqrt(0.5))))
    return close(
        {"simultaneous": ours[0], "alternating": ours[1]},
        {"simultaneous": (1 + eta**2) ** (steps / 2), "alternating": in_turns},
        1e-9 * max(1.0, ours[0]),
    )


def evaluations(state: State) -> Outcome:
    """Passes of the network for one sample: 1 for a GAN, one a step for diffusion."""
    race = state.result("ring-race")
    gan, own, full = race_frames.rows_of(race)
    return every(
        GAN=equal(gan[3], 1),
        diffusion=equal(own[3], own_steps(own[0])),
        all_T=equal(full[3], 1000),
        others=equal([d.evaluations for d in race.diffusion.knobs], [d.steps for d in race.diffusion.knobs]),
    )


def own_steps(name: str) -> int:
    """The steps that a row's name tells."""
    return int(name.split()[1])


def parameters(state: State) -> Outcome:
    """Parameters by modules built anew."""
    race = state.result("ring-race")
    small = (64, 64, 64)
    networks = Adversaries(GanOptions(z=2, hidden=small), (2,))
    denoiser = PointDenoiser(DiffusionOptions(hidden=small))
    rows = race_frames.rows_of(race)
    return every(
        GAN=equal(rows[0][1], sum(p.numel() for p in networks.parameters())),
        diffusion=equal(rows[1][1], sum(p.numel() for p in denoiser.parameters())),
        measured=Outcome(
            {row[0]: f"{row[2]:.2f} s, {row[4]:.4f} ms" for row in rows},
            "all > 0",
            all(min(r[2], r[4]) > 0 for r in rows),
        ),
    )


CLAIMS = (
    Claim(id="AJ1", says="the real data reach 8 of 8 modes, a pretended generator those that it has", check=real_modes),
    Claim(
        id="AJ1",
        says="collapsed at most 2 of 8 modes, diffusion and the stable GAN at least 7",
        check=trained_modes,
        needs="ring-race",
    ),
    Claim(id="AJ2", says="x·y, eta .1, 100 steps: radius 1.6446 at once, 0.986 in turns", check=orbit),
    Claim(id="AJ2", says="simultaneous steps grow the radius by (1 + eta²)^(t/2)", check=grows),
    Claim(id="AJ3", says="network evaluations for a sample: 1 against T", check=evaluations, needs="ring-race"),
    Claim(id="AJ3", says="parameters counted, seconds measured", check=parameters, needs="ring-race"),
)
