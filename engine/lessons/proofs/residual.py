"""What `residual` claims: Jacobians and gradients by PyTorch's autograd, their size by a closed form."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch.autograd.functional import jacobian

from ...models.resnet import Block
from ...recipes.classifiers import ResnetOptions
from ..kit.facts import Claim, Outcome
from ..kit.fixtures import Floats
from ..kit.seeding import seeded
from ..kit.state import State
from ..residual import LESSON
from ..workings import skipping as work
from ..workings.residual_frames import chain
from . import shown


def _figure(state: State, scene: str, name: str, k: int = 0) -> Any:
    return shown.figures(LESSON, scene, state, k)[name]


def _values(state: State, scene: str, name: str, k: int = 0) -> Floats:
    return np.asarray(_figure(state, scene, name, k).values, dtype=np.float64)


def identity(state: State) -> Outcome:
    """The block of the lab's ResNet gives back what enters it (after a ReLU) when its last kernels are zero."""
    with seeded(state.seed) as draw:
        lab = Block(4, 4, 1, ResnetOptions()).eval()
        x = torch.rand(2, 4, 8, 8, generator=draw)
    with torch.no_grad():
        shape = "x".join(map(str, Block(16, 16, 1, ResnetOptions()).eval()(torch.rand(1, 16, 8, 8))[0].shape))
        lab.conv2.weight.zero_()
        y = lab(x)
    opened = state.with_values(zero=True, skip=True)
    ours, given = (_values(opened, "block", name) for name in ("y", "x"))
    apart = max(float((y - x).abs().max()), float(np.abs(ours - given).max()))
    kept = {box.shape for box in _figure(state, "around", "block").boxes} == {shape}
    return Outcome({"y - x": apart}, {"y - x": 0}, apart == 0 and kept)


def _block(state: State) -> float:
    """How far the block's numbers and slopes lie from autograd's."""
    zero, skip = state["zero"], state["skip"]
    w = torch.zeros(4, 4, dtype=torch.float64) if zero else torch.tensor(work.BLOCK)

    def branch(x: torch.Tensor) -> torch.Tensor:
        return (w @ x).relu() if state["relu"] else w @ x

    def forward(x: torch.Tensor) -> torch.Tensor:
        return branch(x) + x if skip else branch(x)

    at = torch.tensor(work.INPUT)
    slopes = {"slope": jacobian(branch, at), "total": jacobian(forward, at)}  # type: ignore[no-untyped-call]
    if skip:
        slopes["identity"] = torch.eye(4)
    outputs = {"x": at, "branch": branch(at), "y": forward(at), **({"skip": at} if skip else {})}
    outputs |= {"z": w @ at} if state["relu"] else {}
    gaps = [_values(state, "block", "weights") - w.numpy()]
    gaps += [_values(state, "block", name, 1) - oracle.numpy() for name, oracle in slopes.items()]
    gaps += [_values(state, "block", name)[:, 0] - oracle.numpy() for name, oracle in outputs.items()]
    return max(float(np.abs(gap).max()) for gap in gaps)


def slope(state: State) -> Outcome:
    """Output and dy/dx of the block, by autograd: the identity and the branch's Jacobian."""
    apart = _block(state)
    says = "dy/dx = I + F', the slope of the block" if state["skip"] else "dy/dx = F', the slope without the skip"
    return Outcome({"apart": apart}, {"apart": "<= 1e-12"}, apart <= 1e-12, says)


def _norms(made: work.Chain, skip: bool) -> list[float]:
    """Gradient norms at the input of every layer and at the output, by autograd."""
    start, end = (torch.tensor(part) for part in work.ends(made.seed))
    x = start.requires_grad_()
    visited = [x]
    for w in torch.tensor(work.matrices(made)):
        step = w @ x
        step = step.relu() if made.relu else step
        x = x + made.branch * step if skip else step
        visited.append(x)
    gradients = torch.autograd.grad(x @ end, visited)
    return [float(g.norm()) for g in gradients]


def _chains(state: State) -> float:
    """How far the norms shown are, relative to those of autograd, at every layer of the chains and as bars."""
    made = chain(state)
    oracle = {"plain": np.array(_norms(made, False)), "with skips": np.array(_norms(made, True))}
    lines = _figure(state, "gradients", "norms", 1).lines
    if set(lines) != ({"plain", "with skips"} if state["skip"] else {"plain"}):
        return float("inf")
    worst = max(
        float((np.abs(ours - oracle[name]) / np.maximum(oracle[name], 1e-30)).max()) for name, ours in lines.items()
    )
    bars = _figure(state, "gradients", "norms")
    for label, power in zip(bars.labels, bars.values, strict=True):
        place, name = label.split(", ")
        norm = max(oracle[name][0 if place == "input" else int(place.split()[1])], 1e-30)
        worst = max(worst, 0.0 if abs(np.log10(norm) - power) <= 0.006 else float("inf"))
    ends = _figure(state, "gradients", "by depth", 2)
    for name, ours in ends.lines.items():
        far = [_norms(chain(state, int(depth)), name != "plain")[0] for depth in ends.x[::3]]
        worst = max(worst, float((np.abs(ours[::3] - far) / np.maximum(far, 1e-30)).max()))
    return worst


def as_autograd(state: State) -> Outcome:
    """All that is shown: the block's output and slope, and the norms at every layer of the chains."""
    worst = max(_block(state), _chains(state))
    return Outcome({"apart": worst}, {"apart": "<= 1e-09"}, worst <= 1e-9)


def expected(state: State) -> Outcome:
    """The mean square of the gradient over 24 draws of the weights lies near the closed form that is shown."""
    made = chain(state, 10)
    ours = {"plain": work.expected_factor(made, False), "with skips": work.expected_factor(made, True)}
    counted = {}
    for name, skip in (("plain", False), ("with skips", True)):
        draws = [_norms(replace(made, seed=made.seed + 1 + k), skip)[0] ** 2 for k in range(24)]
        counted[name] = float(np.mean(draws)) ** (1 / 20)
    holds = all(abs(ours[name] / counted[name] - 1) <= 0.03 for name in ours)
    return Outcome(ours, {name: f"{value:.3f} +- 3%" for name, value in counted.items()}, holds)


def fifty(state: State) -> Outcome:
    """Fifty layers of gain 0.8: as autograd has it, of the order of 0.8^50 plain, 1.2 with branches of strength 0.1."""
    fixed = state.with_values(depth=50, gain=0.8, branch=0.1, relu=False, skip=True)
    lines = _figure(fixed, "gradients", "norms", 1).lines
    ours = {"plain": float(lines["plain"][0]), "skips": float(lines["with skips"][0])}
    oracle = {"plain": _norms(chain(fixed), False)[0], "skips": _norms(chain(fixed), True)[0]}
    usual = {"plain": 0.8**50, "skips": (1 + 0.08**2) ** 25}
    same = all(abs(ours[name] / oracle[name] - 1) <= 1e-9 for name in ours)
    order = 1 / 4 <= ours["plain"] / usual["plain"] <= 4 and abs(ours["skips"] - usual["skips"]) <= 0.25
    return Outcome(ours, {name: f"{oracle[name]:.3g}, usual {usual[name]:.2g}" for name in ours}, same and order)


def arrives(state: State) -> Outcome:
    """As drawn: does at least a hundredth of the gradient reach the input, and at most a hundredfold?"""
    made, skip = chain(state), state["skip"]
    norm = float(_figure(state, "gradients", "norms", 1).lines["with skips" if skip else "plain"][0])
    says = f"{made.depth} layers {'with skips' if skip else 'plain'}: gradient at the input"
    return Outcome(norm, "0.01 to 100", 0.01 <= norm <= 100, says)


CLAIMS = (
    Claim(id="N3", says="block and gradients as by autograd", check=as_autograd),
    Claim(id="N3", says="dy/dx = I + F', the slope of the block", check=slope),
    Claim(id="N3", says="a block whose branch is zero: y = x", check=identity),
    Claim(id="N3", says="50 layers of gain 0.8", check=fifty),
    Claim(id="N3", says="factor of a layer, on average", check=expected),
    Claim(id="N3", says="the gradient reaches the input in good size", check=arrives),
)
