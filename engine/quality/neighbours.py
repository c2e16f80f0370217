"""What the nearest neighbours of samples tell: precision, recall, and how far the training set is."""

import torch
from torch import Tensor

CHUNK = 512
"""Rows compared at once, so that memory stays small."""


def radii(points_nd: Tensor, k: int) -> Tensor:
    """(n,) distance of each point to its k-th nearest other point; infinite where there are too few."""
    if len(points_nd) <= k:
        return torch.full((len(points_nd),), float("inf"), dtype=torch.float64)
    points = points_nd.double()
    return torch.cat([torch.cdist(part, points).kthvalue(k + 1, 1).values for part in torch.split(points, CHUNK)])


def share_inside(points_nd: Tensor, centers_md: Tensor, radii_m: Tensor) -> float:
    """Share of the points that lie in at least one of the balls."""
    centers = centers_md.double()
    inside = [(torch.cdist(part, centers) <= radii_m).any(1) for part in torch.split(points_nd.double(), CHUNK)]
    return float(torch.cat(inside).double().mean())


def precision_recall(real_nd: Tensor, fake_md: Tensor, k: int = 3) -> tuple[float, float]:
    """Share of samples among the real, and of the real among samples (Kynkäänniemi et al., 2019, arXiv 1904.06991)."""
    return share_inside(fake_md, real_nd, radii(real_nd, k)), share_inside(real_nd, fake_md, radii(fake_md, k))


def nearest(points_nd: Tensor, others_md: Tensor) -> float:
    """Mean distance of a point to the nearest of the others."""
    parts, others = torch.split(points_nd.double(), CHUNK), others_md.double()
    return float(torch.cat([torch.cdist(part, others).amin(1) for part in parts]).mean())
