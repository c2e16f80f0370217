"""What `gan` claims: D and G written out from their weights, finite differences, PyTorch's cross-entropy, trees."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy import spatial
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome, at_least, at_most, close, equal, every
from ..kit.state import State
from ..trainings.ring_game import Rules, ring
from ..trainings.ring_replay import REPLAYS
from ..workings import gan_arena, gan_steps, gan_trained
from .gan_balance import balance, best, lines
from .ring_networks import Written, counted, counts
from .shown import seen
from .worked import worked


def _rules(state: State) -> Rules:
    return Rules(recipe=state["recipe"], loss=state["loss"], rate=state["rate"], seed=state.seed)


def _written(state: State) -> Written:
    return Written(REPLAYS.snapshot(_rules(state), state["moves"])["model"], state.seed)


def labels(state: State) -> Outcome:
    """Rows of the ring carry 1, made ones 0; the rows shown have D's answers and the losses of their labels."""
    half, nets = gan_arena.played(state).halves["d"], _written(state)
    truly_real = spatial.cKDTree(ring(state.seed).train).query(half.points)[0] < 1e-5
    answers = nets.answer(half.points)
    both = F.binary_cross_entropy(torch.from_numpy(answers), torch.from_numpy(half.labels).double(), reduction="none")
    mean = sum(float(both[torch.from_numpy(half.labels == label)].mean()) for label in (0, 1))
    table = seen(gan_steps.batches, state)["batch"]
    rows = np.array([row[1:] for row in table.rows], dtype=float)
    shown = torch.from_numpy(nets.answer(rows[:, :2]))
    losses = F.binary_cross_entropy(shown, torch.from_numpy(rows[:, 2]), reduction="none").numpy()
    real = [row[0] == "real" for row in table.rows]
    near = spatial.cKDTree(ring(state.seed).train).query(rows[:, :2])[0] < 1e-5
    told = [abs(np.log1p(worked_loss(table.origin(k, 5).formulas[0].numbers)) - np.log1p(losses[k])) for k in range(10)]
    holds = (
        bool((half.labels == truly_real).all())
        and real == near.tolist() == (rows[:, 2] == 1).tolist()
        and bool(np.abs(rows[:, 3] - shown.numpy()).max() < 1e-4)
        and bool(np.abs(np.log1p(rows[:, 4]) - np.log1p(losses)).max() < 1e-3)
        and max(told) < 1e-3
        and abs(half.loss - mean) < 1e-3 * max(1.0, mean)
    )
    return Outcome(
        {"label 1": int(half.labels.sum()), "loss": half.loss}, {"label 1": int(truly_real.sum()), "loss": mean}, holds
    )


def worked_loss(text: str) -> float:
    """What `-ln(1 - 0.25) = 0.2877` comes to, where both sides agree; else infinite."""
    left, right = worked(text)
    return left if abs(left - right) < 2e-3 * max(1.0, abs(right)) else math.inf


def owners(state: State) -> Outcome:
    """Each side's optimiser holds the numbers of its own network, and D's half-step changes no number of G."""
    descents = REPLAYS.snapshot(_rules(state), "m")["descents"]

    def held(name: str) -> int:
        kept = descents[name]["optimizers"][0]["state"].values()
        return sum(int(moments["exp_avg"].numel()) for moments in kept)

    def dense(*widths: int) -> int:
        return sum((a + 1) * b for a, b in pairwise(widths))

    rows = dict(seen(gan_steps.batches, state)["changed"].rows)
    return Outcome(
        {"G": held("generator"), "D": held("discriminator"), "D's half-step moves G by": rows["G"]},
        {"G": dense(2, 64, 64, 64, 2), "D": dense(2, 64, 64, 64, 1), "D's half-step moves G by": 0},
        held("generator") == dense(2, 64, 64, 64, 2)
        and held("discriminator") == dense(2, 64, 64, 64, 1)
        and rows["G"] == 0.0 < rows["D"],
    )


def resting(state: State) -> Outcome:
    """G's half-step differentiates through D and leaves it exactly as it is."""
    tables = [dict(seen(frames, state, 1)["changed"].rows) for frames in (gan_steps.batches, gan_steps.pulls)]
    return Outcome(
        {"D moves by": tables[0]["D"], "G by": tables[0]["G"]},
        {"D moves by": 0, "G by": "> 0"},
        all(rows["D"] == 0.0 < rows["G"] for rows in tables),
    )


def restrained(state: State) -> Outcome:
    """What a half-step of D follows, by Adam's memory before and after: cross-entropy and R1, written out."""
    apart = {}
    for recipe, gamma in (("stable", 0.1), ("collapse", 0.0)):
        rules = Rules(recipe=recipe, seed=state.seed)
        nets, half = Written(REPLAYS.snapshot(rules, "x")["model"], state.seed), REPLAYS.replay(rules, "x").halves["d"]
        before, after = (REPLAYS.snapshot(rules, moves)["descents"]["discriminator"] for moves in ("x", "xd"))
        decay = after["optimizers"][0]["param_groups"][0]["betas"][0]
        shown = (_memory(after) - decay * _memory(before)) / (1 - decay)
        expected = nets.slope_of_d(half.points[half.labels == 1], half.points[half.labels == 0], gamma)
        apart[recipe] = float((shown - expected).norm() / expected.norm())
    return Outcome(apart, "< 1e-3 of its length", max(apart.values()) < 1e-3)


def _memory(descent: Any) -> torch.Tensor:
    """The mean of past gradients that Adam keeps, in one row."""
    return torch.cat([each["exp_avg"].flatten().double() for each in descent["optimizers"][0]["state"].values()])


def _off(ours: Any, oracle: Any) -> float:
    """The largest difference, in shares of the longest of the oracle's rows."""
    ours, oracle = np.asarray(ours, dtype=float), np.asarray(oracle, dtype=float)
    return float(np.abs(ours - oracle).max() / max(float(np.linalg.norm(oracle, axis=-1).max()), 1e-300))


def _cosines(ours: Any, oracle: Any) -> float:
    """The least cosine of pairs of vectors [n, 2]."""
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(oracle, axis=1)
    return float(((ours * oracle).sum(1) / np.maximum(lengths, 1e-300)).min())


def slopes(state: State) -> Outcome:
    """The arrows and pulls shown are minus the gradient of the loss they name: central differences of D in float64."""
    nets, chosen = _written(state), state["loss"]
    other = "minimax" if chosen == "non-saturating" else "non-saturating"
    view = gan_arena.played(state).view
    plane = seen(gan_arena.arena, state, 2)["arena"]
    places, arrows = plane.arrows
    expected = nets.pulls(places, chosen)
    least = _cosines(arrows, expected)
    sizes = np.linalg.norm(arrows, axis=1) / np.maximum(np.linalg.norm(expected, axis=1), 1e-300)
    beside = seen(gan_steps.pulls, state)
    pairs = {name: beside[name].arrows for name in (chosen, other)}
    both = min(
        _cosines(vectors, nets.pulls(at, name)) for name, (at, vectors) in pairs.items()
    )  # an arrow of the loss that is not chosen must not point the other way
    scales = [np.linalg.norm(vectors, axis=1).sum() / np.linalg.norm(nets.pulls(at, name), axis=1).sum()
              for name, (at, vectors) in pairs.items()]  # fmt: skip
    rows = np.array(seen(gan_steps.pulls, state, 1)["pulls"].rows, dtype=float)
    table = [
        _off(rows[:, 3:5], nets.pulls(rows[:, :2], chosen)),
        _off(rows[:, 5:6], np.linalg.norm(nets.pulls(rows[:, :2], chosen), axis=1)[:, None]),
        _off(rows[:, 6:7], np.linalg.norm(nets.pulls(rows[:, :2], other), axis=1)[:, None]),
        _off(rows[:, 2:3], nets.answer(rows[:, :2])[:, None]),
    ]
    told = float(beside[other].title.rsplit(" ", 1)[1])
    mean = float(np.linalg.norm(nets.pulls(view.fake, other), axis=1).mean())
    falls = bool((nets.loss(places + 1e-3 * arrows, chosen) < nets.loss(places, chosen)).all())
    holds = (
        min(least, both) > 0.999
        and float(sizes.max() / sizes.min()) < 1.02
        and abs(scales[0] / scales[1] - 1) < 0.01
        and max(table) < 2e-3
        and abs(told - mean) < 0.01 * mean
        and falls
    )
    return Outcome({"least cosine": min(least, both)}, "> 0.999", bool(holds))


def shown(state: State) -> Outcome:
    """Tint, grid and table of the arena, worked out from the weights alone."""
    nets, chosen = _written(state), state["loss"]
    frames = [seen(gan_arena.arena, state, k) for k in range(6)]
    view = gan_arena.played(state).view
    left, right, bottom, top = frames[0]["arena"].extent
    tint = np.asarray(frames[0]["arena"].surface)
    rows, columns = tint.shape
    down = top - (np.arange(rows) + 0.5) * (top - bottom) / rows
    y, x = np.meshgrid(down, left + (np.arange(columns) + 0.5) * (right - left) / columns, indexing="ij")
    ground = nets.answer(np.stack((x, y), -1).reshape(-1, 2)).reshape(rows, columns)
    along, across = np.linspace(-2, 2, 9), np.linspace(-2, 2, 33)
    grid = [nets.made(np.stack((np.full(33, z), across), 1)) for z in along]
    grid += [nets.made(np.stack((across, np.full(33, z)), 1)) for z in along]
    sheet = frames[1]["arena"].paths["G's grid"]
    train = ring(state.seed).train[:512].astype(float)
    at_real, at_made = nets.answer(train), nets.answer(view.fake)
    expected = [
        float(at_real.mean()), float(at_made.mean()), nets.loss_of_d(train, view.fake),
        float(nets.loss(view.fake, chosen).mean()), counted(view.fake),
    ]  # fmt: skip
    table = [float(row[1]) for row in frames[0]["measured"].rows]
    same = len(sheet) == len(grid) and max(_off(a, b) for a, b in zip(sheet, grid, strict=True)) < 1e-3
    bars = np.abs(np.asarray(frames[4]["modes"].values) - np.array(counts(view.fake)) / len(view.fake)).max() < 1e-12
    parts = frames[0]["measured"].origin
    told = max(abs(worked(parts(2, 1).formulas[0].numbers)[0] - expected[2]), 0.0) < 1e-3 * max(1.0, expected[2])
    means = [abs(_quotient(parts(k, 1).formulas[0].numbers) - expected[k]) for k in (0, 1)]
    off = max(abs(a - b) / max(1.0, abs(b)) for a, b in zip(table, expected, strict=True))
    points = np.abs(np.asarray(view.real, dtype=float) - train[: len(view.real)]).max() < 1e-6
    for frame in frames[:5]:
        (real, one), (name, two) = frame["arena"].points.items()
        points &= real == "real" and _off(one, train[: len(one)]) < 1e-6
        points &= name.startswith("generated") and _off(two, view.fake[: len(two)]) < 1e-9
    tinted = float(np.abs(tint - ground).max())
    return Outcome(
        {"tint off by": tinted, "table off by": off},
        "< 1e-3",
        bool(tinted < 1e-3 and same and bars and told and max(means) < 1e-4 and off < 1e-3 and points),
    )


def _quotient(text: str) -> float:
    above, below = text.split(" / ")
    return float(above) / float(below)


def _answers(state: State, result: Any) -> list[float]:
    """D's mean answer to real and made points, and its loss, from the weights that the training ended with."""
    nets, train = Written(result.state["model"], state.seed), ring(state.seed).train[: len(result.samples)]
    of_g = float(nets.loss(result.samples, "non-saturating").mean())
    at = [float(nets.answer(points).mean()) for points in (train, result.samples)]
    return [*at, nets.loss_of_d(train, result.samples), of_g]


def _drawn(state: State, recipe: str, told: list[float]) -> bool:
    """Whether the bars of D's answers and the titles of the losses are those of this recipe."""
    shown = seen(gan_trained.side_by_side, state, 3)
    answers = dict(zip(shown["answers"].labels, shown["answers"].values, strict=True))
    result = state.result("ring-gans").of(recipe)
    curves = [shown[f"losses of {side}"].lines[recipe] for side in "DG"]
    drawn = [np.asarray(curve)[np.isfinite(curve)] for curve in curves]
    same = all(np.array_equal(line, result.losses[side]) for line, side in zip(drawn, "DG", strict=True))
    return same and [answers[f"{recipe}, {kind}"] for kind in ("real", "made")] == told[:2]


def trained_balance(state: State) -> Outcome:
    """The stable recipe ends where D can hardly tell, with all modes."""
    result = state.result("ring-gans").stable
    told = [result.d_real, result.d_fake, *result.last_losses]
    near = every(
        modes=equal(counted(result.samples), 8),
        D_at_real=close(result.d_real, 0.5, 0.05),
        D_at_made=close(result.d_fake, 0.5, 0.05),
        loss_of_D=close(result.last_losses[0], 2 * math.log(2), 0.1),
        loss_of_G=close(result.last_losses[1], math.log(2), 0.1),
        from_the_weights=close(told, _answers(state, result), 1e-3),
    )
    return Outcome(
        {"modes": counted(result.samples), "losses": [round(v, 3) for v in told[2:]]},
        {"modes": 8, "losses": "1.386 0.693, ±0.1"},
        near.holds and _drawn(state, "stable", told),
    )


def trained_collapse(state: State) -> Outcome:
    """The other recipe loses modes, and its D can tell all the time."""
    result = state.result("ring-gans").collapse
    told = [result.d_real, result.d_fake, *result.last_losses]
    far = every(
        modes=at_most(counted(result.samples), 2),
        loss_of_D=at_most(told[2], 1.1),
        apart=at_least(told[0] - told[1], 0.25),
        from_the_weights=Outcome(0, 0, bool(np.allclose(told, _answers(state, result), rtol=1e-2, atol=1e-3))),
    )
    return Outcome(
        {"modes": counted(result.samples), "loss of D": told[2]},
        {"modes": "<= 2", "loss of D": "<= 1.1"},
        far.holds and _drawn(state, "collapse", told),
    )


CLAIMS = (
    Claim(id="AD0", says="the best D is p_data/(p_data + p_g): 2 ln 2 - 2 JSD", check=best),
    Claim(id="AD0", says="where p_g = p_data: D = 1/2, losses at their levels", check=balance),
    Claim(id="AD0", says="the stable GAN ends near the balance", check=trained_balance, needs="ring-gans"),
    Claim(id="AD0", says="the collapsed GAN keeps at most 2 of 8 modes", check=trained_collapse, needs="ring-gans"),
    Claim(id="AD1", says="D's batch: real rows are labelled 1, made rows 0", check=labels),
    Claim(id="AD1", says="each optimiser holds its own network's numbers", check=owners),
    Claim(id="AD1", says="D follows its cross-entropy; stable: plus 0.05·E|dD/dx|², R1", check=restrained),
    Claim(id="AD2", says="the arrows are minus the gradient of G's actual loss", check=slopes),
    Claim(id="AD2", says="D does not change in G's half-step", check=resting),
    Claim(id="AD3", says="tint, grid and table follow from the weights", check=shown),
    Claim(id="AD3", says="the reference lines are the loss where D = 1/2", check=lines),
)
