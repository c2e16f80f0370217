"""What `gan` claims: by PyTorch's cross-entropy, SciPy's integrals and trees, and finite differences."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy import integrate, optimize, spatial, stats
from torch.nn import functional as F

from ...objectives.adversarial_losses import LOSSES
from ..kit.facts import Claim, Outcome, at_least, at_most, close, equal, every
from ..kit.state import State
from ..trainings.ring_game import Rules, ring
from ..trainings.ring_replay import REPLAYS
from ..workings import best_discriminator, gan_arena
from ..workings.ring_figures import levels

WIDTH = 0.45


def _densities(gap: float) -> tuple[Any, Any]:
    def mixture(shift: float) -> Any:
        left, right = stats.norm(shift - 1, WIDTH), stats.norm(shift + 1, WIDTH)
        return lambda x: 0.5 * left.pdf(x) + 0.5 * right.pdf(x)

    return mixture(0.0), mixture(gap)


def balance(state: State) -> Outcome:
    """p_g = p_data: D* = 1/2 everywhere; logits of 0 give the losses."""
    x = np.linspace(-3, 3, 13)
    ours = best_discriminator.best(best_discriminator.data_density(x), best_discriminator.made_density(x, 0.0))
    zeros = torch.zeros(2, dtype=torch.float64)
    halves = F.binary_cross_entropy_with_logits(zeros, torch.tensor([1.0, 0.0], dtype=torch.float64), reduction="sum")
    wished = F.binary_cross_entropy_with_logits(zeros[:1], torch.ones(1, dtype=torch.float64))
    of_d, of_g = best_discriminator.losses(0.0)
    return every(
        D=close(float(np.abs(ours - 0.5).max()) + 0.5, 0.5, 1e-12),
        loss_of_D=close(of_d, float(halves), 1e-6),
        loss_of_G=close(of_g, float(wished), 1e-6),
    )


def best(state: State) -> Outcome:
    """D* minimises the expected loss at every place, and leaves 2 ln 2 - 2 JSD."""
    gap = state["gap"]
    real, made = _densities(gap)

    def least(x: float) -> float:
        a, b = float(real(x)), float(made(x))
        found = optimize.minimize_scalar(
            lambda d: -a * math.log(d) - b * math.log(1 - d), bounds=(1e-9, 1 - 1e-9), method="bounded",
            options={"xatol": 1e-10},
        )  # fmt: skip
        return float(found.x)

    places = np.array([-1.0, 0.0, 0.6, 1.0, 1.5])
    ours = best_discriminator.best(
        best_discriminator.data_density(places), best_discriminator.made_density(places, gap)
    )

    def divergence(x: float) -> float:
        a, b = float(real(x)), float(made(x))
        m = (a + b) / 2
        return (a * math.log(a / m) if a > 0 else 0.0) / 2 + (b * math.log(b / m) if b > 0 else 0.0) / 2

    jsd = integrate.quad(divergence, -6, 8, points=[-1, 1, gap - 1, gap + 1], limit=200)[0]
    return every(
        D_star=Outcome(
            [round(float(v), 4) for v in ours],
            [round(least(x), 4) for x in places],
            bool(np.abs(ours - [least(x) for x in places]).max() < 1e-4),
        ),
        loss_of_D=close(best_discriminator.losses(gap)[0], 2 * math.log(2) - 2 * jsd, 1e-5),
    )


def labels(state: State) -> Outcome:
    """In D's half-step real rows carry 1 and made ones 0; its loss is binary cross-entropy with these labels."""
    half = gan_arena.played(state).halves["d"]
    tree = spatial.cKDTree(ring(state.seed).train)
    truly_real = tree.query(half.points)[0] < 1e-5
    probability = torch.from_numpy(half.answers).double()
    wanted = torch.from_numpy(half.labels).double()
    both = F.binary_cross_entropy(probability, wanted, reduction="none")
    mean = float(both[wanted == 1].mean() + both[wanted == 0].mean())
    return every(
        rows_labelled_1=equal(int(half.labels.sum()), int(truly_real.sum())),
        labels_right=equal(int((half.labels == truly_real).sum()), len(truly_real)),
        loss=close(half.loss, mean, 1e-4),
    )


def owners(state: State) -> Outcome:
    """Each side's optimiser holds the numbers of its own network, and changes no other."""
    rules = Rules(recipe=state["recipe"], loss=state["loss"], rate=state["rate"], seed=state.seed)
    descents = REPLAYS.snapshot(rules, "m")["descents"]

    def held(name: str) -> int:
        kept = descents[name]["optimizers"][0]["state"].values()
        return sum(int(moments["exp_avg"].numel()) for moments in kept)

    def dense(*widths: int) -> int:
        return sum((a + 1) * b for a, b in pairwise(widths))

    game = gan_arena.played(state)
    return every(
        in_G_s_optimiser=equal(held("generator"), dense(2, 64, 64, 64, 2)),
        in_D_s_optimiser=equal(held("discriminator"), dense(2, 64, 64, 64, 1)),
        D_s_half_step_changes_G_by=equal(game.halves["d"].changed["G"], 0.0),
        D_s_half_step_changes_D_by=_some(game.halves["d"].changed["D"]),
    )


def resting(state: State) -> Outcome:
    """G's half-step differentiates through D and leaves it exactly as it is."""
    half = gan_arena.played(state).halves["g"]
    return every(D_changes_by=equal(half.changed["D"], 0.0), G_changes_by=_some(half.changed["G"]))


def slopes(state: State) -> Outcome:
    """The arrows are minus the gradient of G's actual loss: central differences of D, written out in float64."""
    rules = Rules(recipe=state["recipe"], loss=state["loss"], rate=state["rate"], seed=state.seed)
    view, weights = gan_arena.played(state).view, REPLAYS.snapshot(rules, state["moves"])["model"]
    layers = [
        (weights[f"discriminator.{name}.weight"].double().numpy(), weights[f"discriminator.{name}.bias"].numpy())
        for name in ("linear1", "linear2", "linear3", "head")
    ]
    train = ring(state.seed).train
    low, high = train.min(0).astype(float), train.max(0).astype(float)
    center, unit = (low + high) / 2, float((high - low).max()) / 4

    def loss(points: Any) -> Any:
        h = (points - center) / unit
        for weight, bias in layers[:-1]:
            h = np.maximum(h @ weight.T + bias, 0)
        logit = (h @ layers[-1][0].T + layers[-1][1])[:, 0]
        return np.logaddexp(0, -logit) if state["loss"] == "non-saturating" else -np.logaddexp(0, logit)

    points, step = view.fake[:100].astype(float), 1e-6
    expected = np.stack(
        [-(loss(points + step * axis) - loss(points - step * axis)) / (2 * step) for axis in np.eye(2)], axis=1
    )
    places, arrows = gan_arena.pulled(view, state["loss"])
    n = len(places)
    cosines = (arrows * expected[:n]).sum(1) / np.maximum(
        np.linalg.norm(arrows, axis=1) * np.linalg.norm(expected[:n], axis=1), 1e-300
    )
    longest = float(np.linalg.norm(expected, axis=1).max())
    return every(
        direction_of_arrows=Outcome(
            {"least cosine": float(cosines.min())}, "> 0.999", bool(cosines.min() > 0.999)
        ),
        largest_error_of_a_pull=at_most(float(np.abs(view.pulls[:100] - expected).max()) / longest, 1e-3),
        G_s_loss_after_a_small_step_along_them=Outcome(
            float((loss(points[:n] + 1e-3 * arrows) - loss(points[:n])).max()), "< 0 at each",
            bool((loss(points[:n] + 1e-3 * arrows) < loss(points[:n])).all()),
        ),
    )  # fmt: skip


def lines(state: State) -> Outcome:
    """The levels in the curves are the loss in use at logits of 0, and the lab's."""
    chosen = state["loss"]
    zeros = torch.zeros(4, dtype=torch.float64)
    one, nought = torch.ones_like(zeros), torch.zeros_like(zeros)
    of_d = F.binary_cross_entropy_with_logits(zeros, one) + F.binary_cross_entropy_with_logits(zeros, nought)
    sign = 1 if chosen == "non-saturating" else -1
    of_g = sign * F.binary_cross_entropy_with_logits(zeros, one if sign == 1 else nought)
    drawn = list(levels(chosen).values())
    return every(
        drawn=close(drawn, [float(of_d), float(of_g)], 1e-9),
        in_the_lab=close(drawn, list(LOSSES[chosen].equilibrium), 1e-9),
    )


def trained_balance(state: State) -> Outcome:
    """The stable recipe ends where D can hardly tell, with all modes."""
    result = state.result("ring-gans").stable
    return every(
        modes=equal(_modes(result.samples), 8),
        D_at_real=close(result.d_real, 0.5, 0.05),
        D_at_made=close(result.d_fake, 0.5, 0.05),
        loss_of_D=close(result.last_losses[0], 2 * math.log(2), 0.1),
        loss_of_G=close(result.last_losses[1], math.log(2), 0.1),
    )


def trained_collapse(state: State) -> Outcome:
    """The other recipe loses modes, and its D can tell all the time."""
    result = state.result("ring-gans").collapse
    return every(
        modes=at_most(_modes(result.samples), 2),
        loss_of_D=at_most(result.last_losses[0], 1.1),
        D_at_real_above_made_by=at_least(result.d_real - result.d_fake, 0.25),
    )


def _modes(points: Any) -> int:
    centers = [(2 * math.cos(k * math.pi / 4), 2 * math.sin(k * math.pi / 4)) for k in range(8)]
    near = spatial.cKDTree(points).query_ball_point(centers, 3 * 0.02)
    return sum(len(found) >= 0.01 * len(points) for found in near)


def _some(change: float) -> Outcome:
    return Outcome(change, "> 0", change > 0)


CLAIMS = (
    Claim(id="AD0", says="where p_g = p_data, D = 1/2 and the losses are 2 ln 2 and ln 2", check=balance),
    Claim(id="AD0", says="against a fixed G the best D is p_data/(p_data + p_g), with loss 2 ln 2 - 2 JSD", check=best),
    Claim(
        id="AD0",
        says="the stable GAN ends near the balance with all 8 modes",
        check=trained_balance,
        needs="ring-gans",
    ),
    Claim(
        id="AD0",
        says="the collapsed GAN keeps at most 2 of 8 modes, and D can tell",
        check=trained_collapse,
        needs="ring-gans",
    ),
    Claim(id="AD1", says="D's batch: real rows are labelled 1, made rows 0", check=labels),
    Claim(id="AD1", says="each optimiser holds its own network's numbers only", check=owners),
    Claim(id="AD2", says="the arrows are minus the gradient of G's actual loss at made points", check=slopes),
    Claim(id="AD2", says="D does not change in G's half-step", check=resting),
    Claim(id="AD3", says="the reference lines are the chosen loss where D = 1/2", check=lines),
)
