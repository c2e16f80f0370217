"""D and G of the ring written out in float64 from their weights, the losses, and modes counted by a tree.

Shapes: n points, in the units of the data.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from scipy import spatial, special

from ..trainings.ring_game import ring

LAYERS = ("linear1", "linear2", "linear3", "head")
CENTERS = [(2 * math.cos(k * math.pi / 4), 2 * math.sin(k * math.pi / 4)) for k in range(8)]


class Written:
    """Both networks as matrix products, by the weights of a state of the lab's objective."""

    def __init__(self, weights: Mapping[str, Any], seed: int) -> None:
        self._layers = {
            side: [
                (weights[f"{side}.{name}.weight"].double().numpy(), weights[f"{side}.{name}.bias"].double().numpy())
                for name in LAYERS
            ]
            for side in ("discriminator", "generator")
        }
        train = ring(seed).train
        low, high = train.min(0).astype(float), train.max(0).astype(float)
        self._center, self._unit = (low + high) / 2, float((high - low).max()) / 4

    def _through(self, side: str, h: Any) -> Any:
        for weight, bias in self._layers[side][:-1]:
            h = np.maximum(h @ weight.T + bias, 0)
        weight, bias = self._layers[side][-1]
        return h @ weight.T + bias

    def logit(self, points: Any) -> Any:
        """[n]: D before its sigmoid."""
        return self._through("discriminator", (np.asarray(points, dtype=float) - self._center) / self._unit)[:, 0]

    def answer(self, points: Any) -> Any:
        """[n]: D, how probably each point is real."""
        return special.expit(self.logit(points))

    def made(self, z: Any) -> Any:
        """[n, 2]: G of random numbers [n, 2]."""
        return self._through("generator", np.asarray(z, dtype=float)) * self._unit + self._center

    def loss(self, points: Any, name: str) -> Any:
        """[n]: G's loss of each made point."""
        logit = self.logit(points)
        return np.logaddexp(0, -logit) if name == "non-saturating" else -np.logaddexp(0, logit)

    def pulls(self, points: Any, name: str, step: float = 1e-6) -> Any:
        """[n, 2]: minus the slope of G's loss by each point, by central differences."""
        points = np.asarray(points, dtype=float)
        return np.stack(
            [
                -(self.loss(points + step * axis, name) - self.loss(points - step * axis, name)) / (2 * step)
                for axis in np.eye(2)
            ],
            axis=1,
        )

    def slope_of_d(self, real: Any, made: Any, gamma: float) -> torch.Tensor:
        """The gradient of -mean ln D(x) - mean ln(1 - D(made)) + gamma/2 mean |dD/dx|² by D's weights, in one row.

        D's slope is that of its logit, at real points, in the units that the network is given.
        """
        weights = [torch.from_numpy(each).requires_grad_() for layer in self._layers["discriminator"] for each in layer]

        def logit(x: torch.Tensor) -> torch.Tensor:
            for k in range(0, len(weights), 2):
                x = x @ weights[k].T + weights[k + 1]
                x = x.clamp(min=0) if k + 2 < len(weights) else x
            return x[:, 0]

        at_real, at_made = (
            torch.from_numpy((np.asarray(x, dtype=float) - self._center) / self._unit) for x in (real, made)
        )
        on_real = logit(at_real.requires_grad_())
        loss = -on_real.sigmoid().log().mean() - (1 - logit(at_made).sigmoid()).log().mean()
        if gamma:
            (slopes,) = torch.autograd.grad(on_real.sum(), at_real, create_graph=True)
            loss = loss + gamma / 2 * (slopes**2).sum(1).mean()
        return torch.cat([each.flatten() for each in torch.autograd.grad(loss, weights)])

    def loss_of_d(self, real: Any, made: Any) -> float:
        """-mean ln D(x) - mean ln(1 - D(G(z)))."""
        return float(np.logaddexp(0, -self.logit(real)).mean() + np.logaddexp(0, self.logit(made)).mean())


def counts(points: Any) -> list[int]:
    """Points within 3 deviations (of 0.02) of each center, by a tree."""
    found = spatial.cKDTree(np.asarray(points, dtype=float)).query_ball_point(CENTERS, 3 * 0.02)
    return [len(each) for each in found]


def counted(points: Any) -> int:
    """Modes that hold at least 1 % of the points."""
    return sum(each >= 0.01 * len(points) for each in counts(points))
