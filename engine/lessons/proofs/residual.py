"""What `residual` claims: Jacobians and gradients by PyTorch's autograd, their size by a closed form."""

from typing import Any

import numpy as np
import torch
from torch.autograd.functional import jacobian

from ...models.resnet import Block
from ...recipes.classifiers import ResnetOptions
from ..kit.facts import Claim, Outcome, every, same_arrays
from ..kit.seeding import seeded
from ..kit.state import State
from ..workings.residual_frames import chain
from ..workings import skipping as work


def identity(state: State) -> Outcome:
    """The block of the lab's ResNet gives back what enters it (after a ReLU) when its last kernels are zero."""
    with seeded(state.seed) as draw:
        lab = Block(4, 4, 1, ResnetOptions()).eval()
        x = torch.rand(2, 4, 8, 8, generator=draw)
    with torch.no_grad():
        lab.conv2.weight.zero_()
        y = lab(x)
    ours = work.block(zero=True, relu=state["relu"])
    return every(
        lab=same_arrays(y.numpy(), x.numpy(), 0.0),
        shown=same_arrays(ours.y, ours.x, 0.0),
    )


def slope(state: State) -> Outcome:
    """dy/dx by autograd is the identity and the branch's Jacobian."""
    w = torch.zeros(4, 4, dtype=torch.float64) if state["zero"] else torch.tensor(work.BLOCK)

    def forward(x: torch.Tensor) -> torch.Tensor:
        branch = w @ x
        branch = branch.relu() if state["relu"] else branch
        return x + branch if state["skip"] else branch

    at = torch.tensor(work.INPUT)
    oracle: Any = jacobian(forward, at)  # type: ignore[no-untyped-call]
    ours = work.block(zero=state["zero"], relu=state["relu"], skip=state["skip"])
    shown = (np.eye(4) if state["skip"] else 0) + ours.slope
    return every(
        slope=same_arrays(shown, oracle.numpy(), 1e-12), output=same_arrays(ours.y, forward(at).numpy(), 1e-12)
    )


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


def travelling(state: State) -> Outcome:
    """The norms shown, relative to those of autograd, at every layer of both chains."""
    made, worst = chain(state), {}
    for name, skip in (("plain", False), ("residual", True)):
        ours, oracle = np.array(work.gradient_norms(made, skip)), np.array(_norms(made, skip))
        worst[name] = float((np.abs(ours - oracle) / np.maximum(oracle, 1e-300)).max())
    return Outcome(worst, "<= 1e-09 relative", max(worst.values()) <= 1e-9)


def fifty(state: State) -> Outcome:
    """Fifty layers of gain 0.8: the order of 0.8^50 plain, 1.2 with branches of strength 0.1."""
    made = work.Chain(depth=50, gain=0.8, branch=0.1, relu=False, seed=state.seed)
    plain, residual = work.gradient_norms(made, False)[0], work.gradient_norms(made, True)[0]
    mean_plain, mean_residual = 0.8**50, (1 + 0.08**2) ** 25
    holds = mean_plain / 4 <= plain <= mean_plain * 4 and abs(residual - mean_residual) <= 0.25
    return Outcome(
        {"plain": plain, "residual": residual},
        {"plain": f"{mean_plain:.3g} within a factor 4", "residual": f"{mean_residual:.3g} +- 0.25"},
        holds,
    )


def arrives(state: State) -> Outcome:
    """As set: does at least a hundredth of the gradient reach the input, and at most a hundredfold?"""
    made, skip = chain(state), state["skip"]
    norm = _norms(made, skip)[0]
    name = "with skips" if skip else "plain"
    says = f"through {made.depth} layers {name}, gain {made.gain:g}, the gradient reaches the input in good size"
    return Outcome(norm, "0.01 to 100", 0.01 <= norm <= 100, says)


CLAIMS = (
    Claim(id="N3", says="a block whose branch is zero is the identity", check=identity),
    Claim(id="N3", says="dy/dx = I + F'", check=slope),
    Claim(id="N3", says="the gradient norms shown are those of autograd, layer by layer", check=travelling),
    Claim(id="N3", says="50 layers of gain 0.8: about 1e-5 of the gradient plain, about 1.2 residual", check=fifty),
    Claim(id="N3", says="the gradient reaches the input in good size", check=arrives),
)
