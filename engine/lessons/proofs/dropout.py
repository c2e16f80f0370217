"""What `dropout` claims: enumeration written anew, PyTorch's Dropout and autograd, and Jensen's inequality."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise
from math import exp, log
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ..dropout import LESSON
from ..kit.facts import Claim, Outcome, close
from ..kit.fixtures import Floats
from ..kit.seeding import seeded
from ..kit.state import State
from ..workings import masks_of_units as work
from ..workings import mini_batches
from ..workings.dropout_frames import STEPS
from ..workings.dropout_trained import averaged_loss, single_losses
from . import shown

DRAWS = 300


def _figure(state: State, scene: str, name: str, k: int = 0) -> Any:
    return shown.figures(LESSON, scene, state, k)[name]


def _values(state: State, scene: str, name: str, k: int = 0) -> Floats:
    return np.asarray(_figure(state, scene, name, k).values, dtype=np.float64)


def kept(state: State) -> Outcome:
    """The kept fraction of 300 masks lies within three standard deviations of r; those shown are the first of them."""
    n, r = int(state["units"]), state["r"]
    drawn = [work.draw(step, n, r, state.seed) for step in range(1, DRAWS + 1)]
    history = _figure(state, "masks", "history", STEPS)
    same = bool((np.asarray(history.values) == np.array(drawn[:STEPS])).all())
    same = same and set(history.marks["dropped"]) == {tuple(at) for at in np.argwhere(history.values == 0).tolist()}
    ours = float(np.mean(drawn))
    bound = 3 * (r * (1 - r) / (n * DRAWS)) ** 0.5
    return Outcome(ours, f"{r:g} +- {bound:.3f}", same and abs(ours - r) <= bound)


def _replayed(state: State) -> list[tuple[Floats, Floats, Floats]]:
    """Masks, and gradients of both layers, of every step as PyTorch's SGD takes them from the first weights."""
    n, r = int(state["units"]), state["r"]
    inward, outward, _, _ = work.trained(1, n, r, state.seed)
    w1, w2 = torch.tensor(inward, requires_grad=True), torch.tensor(outward, requires_grad=True)
    descent = torch.optim.SGD([w1, w2], lr=0.2)
    found = []
    for step in range(1, STEPS + 1):
        x, target = (torch.tensor(part) for part in work.batch(step, state.seed))
        mask = work.draw(step, n, r, state.seed)
        descent.zero_grad()
        (F.mse_loss(((x @ w1).relu() * torch.tensor(mask)) @ w2, target) / 2).backward()  # type: ignore[no-untyped-call]
        assert w1.grad is not None and w2.grad is not None
        found.append((mask, w1.grad.numpy().copy(), w2.grad.numpy().copy()))
        descent.step()
    return found


def untouched(state: State) -> Outcome:
    """Gradients shown are those of PyTorch's SGD in every step, and exactly zero where a unit is dropped."""
    largest, apart = 0.0, 0.0
    for k, (mask, inward, outward) in enumerate(_replayed(state)):
        ours, off = _values(state, "masks", "gradient", k), mask == 0
        if set(_figure(state, "masks", "units", k).dropped) != set(np.flatnonzero(off).tolist()):
            largest = float("inf")
        largest = max(largest, float(np.abs(ours[:, off]).sum()), float(np.abs(inward[:, off]).sum()))
        apart = max(apart, shown.apart((ours[:2], inward), (ours[2], outward)))
    return Outcome(
        {"dropped": largest, "from autograd": apart},
        {"dropped": 0, "from autograd": "<= 1e-12"},
        largest == 0 and apart <= 1e-12,
    )


def networks(state: State) -> Outcome:
    """12 units make 4096 masks, counted subset by subset; the parameters stay those of one network."""
    ours = [[int(str(cell).replace(",", "")) for cell in row] for row in _figure(state, "ensemble", "counts").rows]
    oracle = []
    for n in (2, 4, 8, 12):
        with torch.device("meta"):
            plain = nn.Sequential(nn.Linear(2, n), nn.ReLU(), nn.Linear(n, 1))
            dropped = nn.Sequential(nn.Linear(2, n), nn.ReLU(), nn.Dropout(0.5), nn.Linear(n, 1))
        counts = {sum(p.numel() for p in net.parameters()) for net in (plain, dropped)}
        subsets = sum(1 for size in range(n + 1) for _ in combinations(range(n), size))
        oracle.append([n, subsets, *counts])
    drawn, left = True, []
    for k in range(16):
        net = _figure(state, "ensemble", "net", k)
        on = [j for j, node in enumerate(net.nodes) if node.role == "active"]
        paths = {pair for j in on for pair in ((0, j), (1, j), (j, len(net.nodes) - 1))}
        drawn = drawn and {(edge.source, edge.target) for edge in net.edges} == paths
        left.append(tuple(on))
    drawn = drawn and set(left) == {c for size in range(5) for c in combinations(range(2, 6), size)}
    told = [f"{row[1]} networks, {row[2]} parameters" for row in (ours[-1], oracle[-1])]
    return Outcome(told[0], told[1], ours == oracle and oracle[-1][1] == 4096 and drawn)


def new_masks(state: State) -> Outcome:
    """Masks of neighbouring steps are alike no more often than chance would have it."""
    n, r = int(state["units"]), state["r"]
    masks = [tuple(work.draw(step, n, r, state.seed)) for step in range(1, DRAWS + 1)]
    same = sum(a == b for a, b in pairwise(masks))
    chance = (r**2 + (1 - r) ** 2) ** n
    mean = (DRAWS - 1) * chance
    bound = 4 * (mean * (1 - chance)) ** 0.5 + 1
    return Outcome({"alike": same}, {"alike": f"{mean:.1f} +- {bound:.1f}"}, abs(same - mean) <= bound)


def _batch_gradients(state: State, size: int) -> torch.Tensor:
    """[batches, 2] by autograd: each mini-batch has a copy of the weights, so one backward pass gives all."""
    x, y = (torch.tensor(part) for part in mini_batches.points(state.seed))
    batches = len(x) // size
    w = torch.tensor(mini_batches.WEIGHTS).repeat(batches, 1).requires_grad_()
    logits = (x.reshape(batches, size, 2) * w[:, None]).sum(2)
    losses = F.binary_cross_entropy_with_logits(logits, y.reshape(batches, size), reduction="none").mean(1)
    return torch.autograd.grad(losses.sum(), w)[0]


def unbiased(state: State) -> Outcome:
    """Arrows and rows are the gradients of mini-batches by autograd, and their mean is the full gradient."""
    size = int(state["batch"])
    parts, whole = (_batch_gradients(state, n).numpy() for n in (size, len(mini_batches.points(state.seed)[0])))
    plane = _figure(state, "gradient", "arrows")
    rows = _values(state, "gradient", "gradients", 1)
    arrows = np.asarray(plane.arrows[1])
    count = len(arrows) - 1
    return shown.agree(
        (arrows[:-1], parts[:count]),
        (arrows[-1:], whole),
        (plane.points["mini-batches"], parts[:count]),
        (rows[:-2], parts[: len(rows) - 2]),
        (rows[-2:-1], whole),
        (rows[-1:], whole),
        tolerance=1e-8,
    )


def nearer(state: State) -> Outcome:
    """Cosines of mini-batch gradients by autograd rise with the size of the mini-batch."""
    bars = _figure(state, "gradient", "cosine")
    ours = dict(zip(bars.labels, (float(v) for v in bars.values), strict=True))
    whole = _batch_gradients(state, len(mini_batches.points(state.seed)[0]))
    oracle = {
        label: round(float(F.cosine_similarity(_batch_gradients(state, int(label[4:])), whole).mean()), 3)
        for label in ours
    }
    rises = list(ours.values()) == sorted(ours.values()) and len(set(ours.values())) == len(ours)
    told = [" ".join(f"{v:.3f}" for v in numbers.values()) for numbers in (ours, oracle)]
    return Outcome(told[0], told[1], close(ours, oracle, 1.1e-3).holds and rises)


def _by_hand(unit: str, n: int, r: float) -> tuple[float, float]:
    """Mean over all subsets of kept units, and the normalised geometric mean, in plain Python."""
    functions: dict[str, Callable[[float], float]] = {
        "linear": lambda z: z,
        "sigmoid": lambda z: 1 / (1 + exp(-z)),
        "relu": lambda z: max(z, 0.0),
    }
    products = [float(h * w) for h, w in zip(work.HIDDEN, work.WEIGHTS, strict=True)][:n]
    mean = yes = no = 0.0
    for size in range(n + 1):
        chance = r**size * (1 - r) ** (n - size)
        for subset in combinations(products, size):
            value = functions[unit](sum(subset))
            mean += chance * value
            if unit == "sigmoid":
                yes += chance * log(value)
                no += chance * log(1 - value)
    return mean, exp(yes) / (exp(yes) + exp(no))


def _rounded(value: float) -> str:
    return f"{value:.5f}"


def known_numbers(state: State) -> Outcome:
    """Twelve units, r = 0.8: the numbers of the syllabus, from the table and from an enumeration of its own."""
    n, r = 12, 0.8
    rows = {row[0]: row[1:] for row in _figure(state.with_values(units=n, r=r), "prediction", "table", 1).rows}
    total = float(torch.tensor(work.HIDDEN) @ torch.tensor(work.WEIGHTS)) * r
    sigmoid, geometric = _by_hand("sigmoid", n, r)
    linear, relu = (_by_hand(unit, n, r)[0] for unit in ("linear", "relu"))
    squashed = float(torch.sigmoid(torch.tensor(total, dtype=torch.float64)))
    oracle = [linear, total, sigmoid, squashed, geometric, relu, max(total, 0.0)]
    ours = [*rows["linear"][:2], *rows["sigmoid"], *rows["relu"][:2]]
    known = ["1.05798", "1.05798", "0.73463", "0.74230", "0.74230", "1.06036", "1.05798"]
    right = ours == known == [_rounded(value) for value in oracle]
    told = {"linear": ours[0], "sigmoid": ours[2], "ReLU": ours[5]}
    return Outcome(told, {"linear": known[0], "sigmoid": known[2], "ReLU": known[5]}, right)


def scaling(state: State) -> Outcome:
    """As set, and as the other units have it."""
    every = {unit: _scaled(state.with_values(unit=unit)) for unit in ("linear", "sigmoid", "relu")}
    found = every[state["unit"]]
    return replace(found, holds=all(each.holds for each in every.values()))


def _scaled(state: State) -> Outcome:
    """Linear exact, sigmoid the geometric mean, ReLU at most below the mean."""
    unit, n, r = state["unit"], int(state["units"]), state["r"]
    mean, geometric = _by_hand(unit, n, r)
    figure, spread = (_figure(state, "prediction", name) for name in ("answers", "spread"))
    bars = dict(zip(figure.labels, (float(value) for value in figure.values), strict=True))
    ours, scaled = bars["mean over all masks"], bars["weights times r"]
    total = torch.tensor(float(work.HIDDEN[:n] @ work.WEIGHTS[:n]) * r, dtype=torch.float64)
    answers = {"linear": total, "sigmoid": torch.sigmoid(total), "relu": torch.relu(total)}
    agrees = abs(ours - mean) <= 1e-6 and abs(scaled - float(answers[unit])) <= 1e-6
    chances, width = spread.lines["probability"], float(spread.x[1] - spread.x[0])
    agrees = agrees and abs(chances.sum() - 1) <= 1e-9 and abs(float(chances @ spread.x) - mean) <= width
    agrees = agrees and abs(spread.at - scaled) <= 1e-6
    computed = {"mean": ours, "w·r": scaled}
    if unit == "linear":
        agrees = agrees and abs(scaled - mean) <= 1e-6
        return Outcome(computed, {"mean": mean, "w·r": mean}, agrees, "linear: weights times r give the mean")
    if unit == "sigmoid":
        agrees = agrees and abs(scaled - geometric) <= 1e-6 and abs(bars["geometric mean"] - geometric) <= 1e-6
        says = "sigmoid: w·r is the geometric mean"
        return Outcome(computed, {"mean": mean, "w·r": geometric}, agrees, says)
    says = "ReLU: w·r never exceeds the mean"
    return Outcome(computed, {"mean": mean, "w·r": f"<= {mean:.4g}"}, agrees and scaled <= mean + 1e-6, says)


def in_pytorch(state: State) -> Outcome:
    """nn.Dropout(p): r = 1 - p, kept units divided by 1 - p in training, identity in evaluation."""
    r, n = state["r"], int(state["units"])
    drop = nn.Dropout(1 - r)
    h = torch.tensor(work.HIDDEN[:n]).repeat(200, 1)
    with seeded(state.seed):
        out = drop.train()(h)
    mask = (out != 0).double()
    factors = (out / h)[mask == 1]
    both = _figure(state, "prediction", "both", 2)
    given, plain, inverted = both.values
    drawn = np.array([(1, unit) not in both.marks["dropped"] for unit in range(n)])
    scale = factors.mean() if len(factors) else torch.tensor(1 / r)
    error = shown.apart((given, h[0]), (inverted, np.where(drawn, given, 0) * float(scale)), (plain, given * drawn))
    error = max(error, float((factors - 1 / r).abs().max()) if len(factors) else 0.0)
    unchanged = bool((drop.eval()(h) == h).all())
    share, bound = float(mask.mean()), 3 * (r * (1 - r) / mask.numel()) ** 0.5
    return Outcome(
        {"apart": error, "kept": share},
        {"apart": "<= 1e-09", "kept": f"{r:g} +- {bound:.3f}"},
        error <= 1e-9 and unchanged and abs(share - r) <= bound,
    )


def averaging(state: State) -> Outcome:
    """The masks' mean probability has no larger loss than the masks have on average (Jensen)."""
    result, members = state.result("dropout-bench"), int(state["members"])
    ours = averaged_loss(result.masked, result.labels, members)
    single = float(single_losses(result.masked[:members], result.labels).mean())
    masked, labels = torch.tensor(result.masked[:members]).double(), torch.tensor(result.labels)
    mean_loss = float(F.nll_loss(masked.mean(0).log(), labels))
    return Outcome(
        {"loss": ours},
        {"loss": f"<= {single:.4g}"},
        ours <= single + 1e-6 and abs(ours - mean_loss) <= 1e-6,
    )


def fresh_masks(state: State) -> Outcome:
    """The same with eight masks that PyTorch draws anew for the trained module."""
    result = state.result("dropout-bench")
    x, labels = torch.from_numpy(result.inputs), torch.from_numpy(result.labels)
    with torch.no_grad(), seeded(state.seed + 1):
        masked = torch.stack([result.model.train()(x).log_softmax(1) for _ in range(8)])
        scaled = result.model.eval()(x).softmax(1)
    single = float(torch.stack([F.nll_loss(one, labels) for one in masked]).mean())
    averaged = float(F.nll_loss(torch.logsumexp(masked, 0) - log(8), labels))
    apart = float((scaled - torch.from_numpy(result.scaled)).abs().max())
    return Outcome(
        {"loss": averaged},
        {"loss": f"<= {single:.4g}"},
        averaged <= single and apart <= 1e-5,
    )


CLAIMS = (
    Claim(id="K1", says="masks averaged are no worse than one", check=averaging, needs="dropout-bench"),
    Claim(id="K1", says="so with new masks of PyTorch's", check=fresh_masks, needs="dropout-bench"),
    Claim(id="K2", says="12 units", check=networks),
    Claim(id="K3", says="kept fraction of 300 masks", check=kept),
    Claim(id="L1", says="dropped units get gradient 0", check=untouched),
    Claim(id="L1", says="masks of neighbouring steps are drawn anew", check=new_masks),
    Claim(id="K3", says="dropped units get gradient 0", check=untouched),
    Claim(id="L2", says="mean of all mini-batches is the gradient", check=unbiased),
    Claim(id="L2", says="mean cosine of mini-batches with the gradient rises", check=nearer),
    Claim(id="L3", says="weights times r against the mean over all masks", check=scaling),
    Claim(id="L3", says="means over 4096 masks", check=known_numbers),
    Claim(id="L3", says="nn.Dropout(p) divides by 1 - p = r", check=in_pytorch),
)
