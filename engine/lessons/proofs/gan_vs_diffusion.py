"""What `gan-vs-diffusion` claims: by SciPy's trees, autograd, matrix powers, and counted passes."""

import math
from typing import Any

import numpy as np
import torch
from scipy import spatial, stats

from ...models.denoiser import PointDenoiser
from ...models.gan import Adversaries
from ...objectives.denoising import Denoising
from ...recipes.diffusion import DiffusionOptions
from ...recipes.gan import GanOptions
from ...training.job import Job
from ...training.trainer import Trainer
from ..kit.facts import Claim, Outcome
from ..kit.seeding import seeded
from ..kit.state import State
from ..trainings.ring_diffusion import KNOBS
from ..trainings.ring_game import ring
from ..workings import modes, orbit_frames, race_frames, ring_figures
from .ring_networks import CENTERS, counted, counts
from .shown import seen
from .worked import worked


def _bars(bars: Any, points: Any) -> bool:
    """Whether the bars and their title tell what a tree finds."""
    near, total = counts(points), len(points)
    said = f"modes {counted(points)}/8, {sum(near) / total:.0%} near one"
    reached = tuple(k for k, found in enumerate(near) if found >= 0.01 * total)
    exact = np.abs(np.asarray(bars.values) - np.array(near) / total).max() < 1e-12
    named = [label.rpartition(" at ")[2] for label in bars.labels] == [f"{45 * k}°" for k in range(8)]
    return named and bool(exact) and bars.title.endswith(said) and tuple(bars.marked) == reached


def _edges() -> bool:
    """Points 2.9 and 3.1 deviations away, and 0.9 and 1.1 % of all points: which count."""
    unit = np.array([math.cos(1.0), math.sin(1.0)]) * 0.02
    centers = np.array(CENTERS)
    inside, outside = centers + 2.9 * unit, centers + 3.1 * unit
    far = np.full((1000, 2), 9.0)
    few, enough = (np.concatenate((np.repeat(centers[:1], n, 0), far[n:])) for n in (9, 11))
    return (
        modes.near(inside).tolist() == [1] * 8
        and modes.near(outside).tolist() == [0] * 8
        and (modes.modes(few), modes.modes(enough)) == (0, 1)
        and abs(modes.near_share(np.concatenate((inside, outside[:4]))) - 8 / 12) < 1e-12
    )


def _drawn(plane: Any, real: Any, made: Any) -> bool:
    """Whether a plane shows these points as real and these as generated: the first of them, at least 200."""
    shown = list(plane.points.items())
    pairs = [("real", real), *([("generated", made)] if made is not None else [])]
    return len(shown) == len(pairs) and all(
        name.startswith(wanted) and len(points) >= 200 and np.array_equal(points, np.asarray(all_)[: len(points)])
        for (name, points), (wanted, all_) in zip(shown, pairs, strict=True)
    )


def real_modes(state: State) -> Outcome:
    """The bars of the real data and of the pretended generator, by a tree; its points are as dense as the data."""
    kept = state["kept"]
    first, second = (seen(race_frames.counting, state, k) for k in (0, 1))
    real = ring_figures.real_points(state.seed, 2000)
    made = race_frames.pretended(kept, state.seed)
    gaps = spatial.cKDTree(CENTERS).query(made)[0] / 0.02
    dense = stats.kstest(gaps, stats.chi(2).cdf).pvalue > 1e-4  # distances of a round Gaussian
    shown = [int((np.asarray(frame["counts"].values) >= 0.01).sum()) for frame in (first, second)]
    dense &= _drawn(first["real"], real, None) and _drawn(second["made"], real, made)
    same = spatial.cKDTree(CENTERS).query(ring(state.seed).test)[0].max() < 0.02 * 6
    holds = _bars(first["counts"], real) and _bars(second["counts"], made) and _edges() and dense and same
    return Outcome(
        {"real": shown[0], "pretended": shown[1]},
        {"real": 8, "pretended": kept},
        holds and shown == [8, kept] and counted(ring(state.seed).test) == 8,
    )


def trained_modes(state: State) -> Outcome:
    """Modes of the three trained generators, as the table shows them and as a tree counts."""
    race = state.result("ring-race")
    table = seen(race_frames.side_by_side, state, 2)["shares"]
    samples = (race.gans.stable.samples, race.gans.collapse.samples, race.diffusion.samples)
    found, right = [], True
    for column, points in enumerate(samples, start=1):
        near, total = counts(points), len(points)
        found.append(counted(points))
        said = [*(f"{each / total:.1%}" for each in near), f"{sum(near) / total:.1%}", f"{found[-1]} of 8"]
        right &= [row[column] for row in table.rows] == said
    real = ring_figures.real_points(state.seed)
    for k in (0, 1):
        planes = seen(race_frames.side_by_side, state, k).values()
        right &= all(_drawn(plane, real, made) for plane, made in zip(planes, samples[k : k + 2], strict=True))
    shares = {row[0]: row[3] for row in seen(race_frames.knobs, state)["trained"].rows}
    told = abs(shares["GAN, stable"] - sum(counts(samples[0])) / len(samples[0])) < 1e-9
    return Outcome(found, ">= 7, <= 2, >= 7", right and told and found[0] >= 7 and found[1] <= 2 and found[2] >= 7)


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
    """eta .1, 100 steps: 1.6446 at once, .986 in turns, as the table shows and as autograd plays."""
    table = seen(orbit_frames.orbits, state.with_values(eta=0.1, steps=100))["ends"]
    ends = [float(row[1]) for row in table.rows]
    played_ = [played(0.1, 100, turns) for turns in (False, True)]
    holds = max(abs(a - b) for a, b in zip(ends, played_, strict=True)) < 1e-9
    return Outcome([round(ends[0], 4), round(ends[1], 3)], [1.6446, 0.986],
                   holds and (round(ends[0], 4), round(ends[1], 3)) == (1.6446, 0.986))  # fmt: skip


def grows(state: State) -> Outcome:
    """At the settings: paths, radii and tables are powers of the two maps; at once the radius is (1 + eta²)^(t/2)."""
    eta, steps = state["eta"], state["steps"]
    frames = [seen(orbit_frames.orbits, state, k) for k in range(3)]
    maps = {
        "simultaneous": np.array([[1, -eta], [eta, 1]]),
        "alternating": np.array([[1, -eta], [eta, 1 - eta**2]]),
    }
    start, right, ends = np.full(2, math.sqrt(0.5)), True, {}
    for name, turn in maps.items():
        path = np.array([np.linalg.matrix_power(turn, t) @ start for t in range(steps + 1)])
        size = np.linalg.norm(path, axis=1)
        ends[name] = float(size[-1])
        rows = np.array(frames[2][name].rows, dtype=float)
        scale = 1e-9 * max(1.0, float(size.max()))
        told = [
            worked(frames[2][name].origin(row, column).formulas[0].numbers)
            for row in range(1, len(rows)) for column in (1, 2, 3)
        ]  # fmt: skip
        values = rows[1:, 1:].reshape(-1, 1)
        right &= (
            bool(np.abs(frames[0]["orbits"].paths[name][0] - path).max() < scale)
            and bool(np.abs(frames[1]["radii"].lines[name] - size).max() < scale)
            and bool(np.abs(rows[:, 1:] - np.column_stack((path, size))[: len(rows)]).max() < scale)
            and (not told or bool(np.abs(np.array(told) - values).max() < 3e-4))
        )
    shown = {name: float(value) for name, value in frames[0]["ends"].rows}
    scale = 1e-9 * max(1.0, *ends.values())
    close_ = all(abs(shown[name] - ends[name]) < scale for name in ends)
    formula = (1 + eta**2) ** (steps / 2)
    whole = orbit_frames.orbits(state)[0]
    written = worked(whole.formulas[0].numbers)
    rests = "nobody moves" in whole.caption
    right &= rests == (eta == 0) and max(abs(each - formula) for each in written) <= 1e-3 * formula
    return Outcome(
        {"at once": shown["simultaneous"], "in turns": shown["alternating"]},
        {"at once": formula, "in turns": ends["alternating"]},
        right and close_ and abs(shown["simultaneous"] - formula) < 1e-6 * formula,
    )


def passes(sampler: str, steps: int, spacing: float, seed: int) -> int:
    """Calls of a denoiser's `forward` while 4 points are drawn, counted around it, by a model that is not trained."""
    job = Job.of("diffusion", data="ring", seed=seed, device="cpu", hidden=(8,), steps=20, spacing=spacing)
    with seeded(seed):
        objective = Trainer(job, ring(seed)).objective
    assert isinstance(objective, Denoising)
    diffusion, count = objective.diffusion, 0
    true = diffusion.network.forward

    def forward(*given: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        return true(*given, **named)

    diffusion.network.forward = forward
    with torch.no_grad():
        diffusion.sample(4, None, diffusion.sampler(sampler, steps), salt=3)
    return count


def evaluations(state: State) -> Outcome:
    """Passes for one sample, as shown: 1 for a GAN, one a step for diffusion, counted anew in models of this kind."""
    race = state.result("ring-race")
    rows = seen(race_frames.cost, state)["cost"].rows
    drawn = [race.diffusion.own, race.diffusion.full, *race.diffusion.knobs]
    kinds = [("ddpm", 50, 1.5), ("ddpm", 1000, 1.0), *KNOBS]
    anew = [passes(*kind, state.seed) for kind in kinds]
    shown = [row[4] for row in rows]
    knobs = [row[1] for row in seen(race_frames.knobs, state)["sampler"].rows]
    return Outcome(
        {"GAN": shown[0], "diffusion": shown[1:]},
        {"GAN": 1, "diffusion": anew[:2]},
        shown == [1, *anew[:2]]
        and anew[:2] == [50, 1000]
        and [d.evaluations for d in drawn] == anew
        and knobs == [*anew[2:], anew[1]],
    )


def parameters(state: State) -> Outcome:
    """Parameters by modules built anew; a sample of more passes takes longer."""
    small = (64, 64, 64)
    networks = Adversaries(GanOptions(z=2, hidden=small), (2,))
    denoiser = PointDenoiser(DiffusionOptions(hidden=small))
    whole, drawing, denoising = (
        sum(p.numel() for p in module.parameters()) for module in (networks, networks.generator, denoiser)
    )
    rows = seen(race_frames.cost, state)["cost"].rows
    shown = [list(row[1:3]) for row in rows]
    times = [row[5] for row in rows]
    return Outcome(
        {"weights": shown[0] + shown[1][:1], "ms": [float(f"{ms:.2g}") for ms in times]},
        {"weights": [whole, drawing, denoising], "ms": "rising"},
        shown == [[whole, drawing], [denoising] * 2, [denoising] * 2]
        and 0 < times[0] < times[1] < times[2]
        and all(row[3] > 0 for row in rows),
    )


CLAIMS = (
    Claim(id="AJ1", says="the real data reach 8 of 8 modes, a pretended one its own", check=real_modes),
    Claim(
        id="AJ1",
        says="stable GAN and diffusion >= 7 of 8 modes, collapsed <= 2",
        check=trained_modes,
        needs="ring-race",
    ),
    Claim(id="AJ2", says="x·y, eta .1, 100 steps: radius 1.6446 at once, 0.986 in turns", check=orbit),
    Claim(id="AJ2", says="at once the radius grows by (1 + eta²)^(t/2)", check=grows),
    Claim(id="AJ3", says="passes for a sample: 1 against one a step", check=evaluations, needs="ring-race"),
    Claim(id="AJ3", says="weights counted, time measured", check=parameters, needs="ring-race"),
)
