"""What `dropout` claims: enumeration written anew, PyTorch's Dropout and autograd, and Jensen's inequality."""

from collections.abc import Callable
from itertools import combinations
from math import exp, log

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome, close, equal, every, same_arrays
from ..kit.seeding import seeded
from ..kit.state import State
from ..workings import masks_of_units as work
from ..workings import mini_batches
from ..workings.dropout_frames import parameters
from ..workings.dropout_trained import averaged_loss, single_losses

DRAWS = 300


def kept(state: State) -> Outcome:
    """The kept fraction of 300 masks lies within three standard deviations of r."""
    n, r = int(state["units"]), state["keep"]
    ours = float(np.mean([work.draw(step, n, r, state.seed) for step in range(DRAWS)]))
    bound = 3 * (r * (1 - r) / (n * DRAWS)) ** 0.5
    return Outcome(ours, f"{r:g} +- {bound:.3f}", abs(ours - r) <= bound)


def _autograd(state: State, step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The mask of a step, and the gradients of both layers by autograd."""
    n, r = int(state["units"]), state["keep"]
    inward, outward, _, _ = work.trained(step, n, r, state.seed)
    x, target = (torch.tensor(part) for part in work.batch(step, state.seed))
    mask = torch.tensor(work.draw(step, n, r, state.seed))
    w1, w2 = torch.tensor(inward, requires_grad=True), torch.tensor(outward, requires_grad=True)
    answer = ((x @ w1).relu() * mask) @ w2
    (F.mse_loss(answer, target) / 2).backward()  # type: ignore[no-untyped-call]
    assert w1.grad is not None and w2.grad is not None
    return mask, w1.grad, w2.grad


def untouched(state: State) -> Outcome:
    """Rows of dropped units are zero, and all rows are those of autograd."""
    n, r = int(state["units"]), state["keep"]
    largest, apart = 0.0, 0.0
    for step in (1, 2, 3):
        mask, inward, outward = _autograd(state, step)
        _, _, ours_in, ours_out = work.trained(step, n, r, state.seed)
        off = (mask == 0).numpy()
        largest = max(largest, float(np.abs(ours_in[:, off]).sum() + np.abs(ours_out[off]).sum()))
        largest = max(largest, float(inward[:, off].abs().sum() + outward[off].abs().sum()))
        apart = max(apart, float(np.abs(ours_in - inward.numpy()).max()))
        apart = max(apart, float(np.abs(ours_out - outward.numpy()).max()))
    return Outcome(
        {"gradient of dropped": largest, "from autograd": apart},
        {"gradient of dropped": 0, "from autograd": "<= 1e-12"},
        largest == 0 and apart <= 1e-12,
    )


def networks(state: State) -> Outcome:
    """12 units make 4096 masks, counted subset by subset; the parameters stay those of one network."""
    n = int(state["units"])
    counted = sum(1 for size in range(n + 1) for _ in combinations(range(n), size))
    twelve = sum(1 for size in range(13) for _ in combinations(range(12), size))
    with torch.device("meta"):
        plain = nn.Sequential(nn.Linear(2, n), nn.ReLU(), nn.Linear(n, 1))
        dropped = nn.Sequential(nn.Linear(2, n), nn.ReLU(), nn.Dropout(1 - state["keep"]), nn.Linear(n, 1))
    counts = [sum(p.numel() for p in net.parameters()) for net in (plain, dropped)]
    return every(
        masks=equal(len(work.masks(n)), counted),
        of_12_units=equal(len(work.masks(12)), twelve if twelve == 4096 else 0),
        parameters=equal([parameters(n)] * 2, counts),
    )


def new_masks(state: State) -> Outcome:
    """Two steps draw different masks; so does PyTorch's Dropout."""
    n, r = 12, state["keep"]
    ours = [tuple(work.draw(step, n, r, state.seed)) for step in range(1, 9)]
    with seeded(state.seed):
        drop = nn.Dropout(1 - r).train()
        theirs = [tuple((drop(torch.ones(n)) > 0).tolist()) for _ in range(8)]
    differ = [len(set(masks)) for masks in (ours, theirs)]
    return Outcome({"ours": differ[0], "PyTorch": differ[1]}, "at least 2 of 8 differ", min(differ) > 1)


def unbiased(state: State) -> Outcome:
    """The mean of the gradients of all disjoint mini-batches is the full gradient by autograd."""
    x, y = (torch.tensor(part) for part in mini_batches.points(state.seed))
    w = torch.tensor(mini_batches.WEIGHTS, requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(x @ w, y)
    (oracle,) = torch.autograd.grad(loss, w)
    size = int(state["batch"])
    return same_arrays(mini_batches.of_batches(state.seed, size).mean(0), oracle.numpy(), 1e-5)


def nearer(state: State) -> Outcome:
    """Cosines of mini-batch gradients by autograd rise with the size of the mini-batch."""
    x, y = (torch.tensor(part) for part in mini_batches.points(state.seed))
    ours, oracle = {}, {}

    def gradients(size: int) -> torch.Tensor:
        """[batches, 2]: every mini-batch has a copy of the weights, so that one backward pass gives all gradients."""
        batches = len(x) // size
        w = torch.tensor(mini_batches.WEIGHTS).repeat(batches, 1).requires_grad_()
        logits = (x.reshape(batches, size, 2) * w[:, None]).sum(2)
        losses = F.binary_cross_entropy_with_logits(logits, y.reshape(batches, size), reduction="none").mean(1)
        return torch.autograd.grad(losses.sum(), w)[0]

    whole = gradients(len(x))
    for size in (1, 8, 64):
        oracle[f"B={size}"] = float(F.cosine_similarity(gradients(size), whole).mean())
        ours[f"B={size}"] = float(mini_batches.cosines(state.seed, size).mean())
    near = close(ours, oracle, 1e-6)
    return Outcome(ours, oracle, near.holds and ours["B=1"] < ours["B=8"] < ours["B=64"])


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
    """Twelve units, r = 0.8: the numbers of the syllabus, from the lesson and from an enumeration of its own."""
    n, r = 12, 0.8
    ours = {
        "linear mean": work.mean_output("linear", n, r),
        "linear scaled": work.scaled_output("linear", n, r),
        "sigmoid mean": work.mean_output("sigmoid", n, r),
        "sigmoid scaled": work.scaled_output("sigmoid", n, r),
        "sigmoid geometric": work.geometric_mean(n, r),
        "relu mean": work.mean_output("relu", n, r),
    }
    total = float(torch.tensor(work.HIDDEN) @ torch.tensor(work.WEIGHTS)) * r
    sigmoid, geometric = _by_hand("sigmoid", n, r)
    oracle = {
        "linear mean": _by_hand("linear", n, r)[0],
        "linear scaled": total,
        "sigmoid mean": sigmoid,
        "sigmoid scaled": float(torch.sigmoid(torch.tensor(total, dtype=torch.float64))),
        "sigmoid geometric": geometric,
        "relu mean": _by_hand("relu", n, r)[0],
    }
    known = dict(zip(ours, ("1.05798", "1.05798", "0.73463", "0.74230", "0.74230", "1.06036"), strict=True))
    shown = {name: _rounded(value) for name, value in ours.items()}
    return Outcome(shown, known, shown == known and close(ours, oracle, 1e-9).holds)


def scaling(state: State) -> Outcome:
    """As set: linear exact, sigmoid the geometric mean, ReLU at most below the mean."""
    unit, n, r = state["unit"], int(state["units"]), state["keep"]
    mean, geometric = _by_hand(unit, n, r)
    scaled, ours = work.scaled_output(unit, n, r), work.mean_output(unit, n, r)
    computed = {"mean over masks": ours, "weights times r": scaled}
    agrees = abs(ours - mean) <= 1e-9
    if unit == "linear":
        says = "linear unit: weights times r give the mean over all masks"
        return Outcome(computed, mean, agrees and abs(scaled - mean) <= 1e-9, says)
    if unit == "sigmoid":
        says = "sigmoid unit: weights times r give the normalised geometric mean over all masks"
        expected = {"mean over masks": mean, "weights times r": geometric}
        return Outcome(computed, expected, agrees and abs(scaled - geometric) <= 1e-9, says)
    says = "ReLU unit: weights times r never exceed the mean over all masks, and only approximate it"
    return Outcome(
        computed, {"mean over masks": mean, "weights times r": f"<= {mean:.5f}"}, scaled <= mean + 1e-12, says
    )


def in_pytorch(state: State) -> Outcome:
    """nn.Dropout(p): r = 1 - p, kept units divided by 1 - p in training, identity in evaluation."""
    r = state["keep"]
    drop = nn.Dropout(1 - r)
    h = torch.tensor(work.HIDDEN).repeat(200, 1)
    with seeded(state.seed):
        out = drop.train()(h)
    mask = (out != 0).double().numpy()
    ours = work.inverted(h.numpy(), mask, r)
    share = float(mask.mean())
    bound = 3 * (r * (1 - r) / mask.size) ** 0.5
    return every(
        training=same_arrays(ours, out.numpy(), 1e-9),
        evaluation=same_arrays(drop.eval()(h).numpy(), h.numpy(), 0.0),
        kept=Outcome(share, f"{r:g} +- {bound:.3f}", abs(share - r) <= bound),
    )


def averaging(state: State) -> Outcome:
    """The masks' mean probability has no larger loss than the masks have on average (Jensen)."""
    result, members = state.result("dropout-bench"), int(state["members"])
    ours = averaged_loss(result.masked, result.labels, members)
    single = float(single_losses(result.masked[:members], result.labels).mean())
    masked, labels = torch.tensor(result.masked[:members]).double(), torch.tensor(result.labels)
    mean_loss = float(F.nll_loss(masked.mean(0).log(), labels))
    return Outcome(
        {"averaged": ours, "one mask, mean": single},
        {"averaged": f"<= {single:.4f}", "by PyTorch": mean_loss},
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
        {"averaged": averaged, "one mask, mean": single, "shown apart": apart},
        {"averaged": f"<= {single:.4f}", "shown apart": "<= 1e-05"},
        averaged <= single and apart <= 1e-5,
    )


CLAIMS = (
    Claim(id="K1", says="masks averaged: loss at most that of single masks", check=averaging, needs="dropout-bench"),
    Claim(id="K1", says="so with new masks of PyTorch's Dropout", check=fresh_masks, needs="dropout-bench"),
    Claim(id="K2", says="12 units make 4096 networks on the parameters of one", check=networks),
    Claim(id="K3", says="the kept fraction of 300 masks is r within three sigma", check=kept),
    Claim(id="K3", says="dropped units get exactly zero gradient", check=untouched),
    Claim(id="L1", says="each step draws a new mask", check=new_masks),
    Claim(id="L1", says="rows of dropped units in the gradient are zero, step by step", check=untouched),
    Claim(id="L2", says="the mean over all disjoint mini-batches is the full gradient", check=unbiased),
    Claim(id="L2", says="the cosine with the full gradient rises with B = 1, 8, 64", check=nearer),
    Claim(id="L3", says="12 units, r = 0.8: the mean over 4096 masks, and weights times r", check=known_numbers),
    Claim(id="L3", says="weights times r against the mean over all masks", check=scaling),
    Claim(id="L3", says="nn.Dropout(p): r = 1 - p, divides by 1 - p in training, identity after", check=in_pytorch),
)
