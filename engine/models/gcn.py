"""Graph convolutional network (Kipf & Welling, 2017, arXiv 1609.02907).

Shapes: n nodes, f features, d hidden numbers, k classes, m edges.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from ..recipes.gcn import GcnOptions
from .layers import ACTIVATIONS


def propagation(edges_m2: Tensor, n: int) -> Tensor:
    """D^-1/2 (A + I) D^-1/2, (n, n): what one round of messages multiplies by; D holds the row sums of A + I.

    Dense: for graphs of some hundred nodes that is the fastest.
    """
    a = torch.eye(n, device=edges_m2.device)
    i, j = edges_m2.T
    a[i, j] = a[j, i] = 1.0
    d = a.sum(1).rsqrt()
    return d[:, None] * a * d


class GraphConvolution(nn.Module):
    """Every node takes the weighted mean of its neighbours and itself: A X W + b, the same W everywhere."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x_nf: Tensor, a_nn: Tensor) -> Tensor:
        """(n, outputs) from features (n, inputs) and `propagation` (n, n)."""
        return a_nn @ (x_nf @ self.weight) + self.bias

    def multiply_adds(self, x_nf: Tensor, a_nn: Tensor) -> int:
        """Products of one node, dense as they are computed."""
        return self.weight.numel() + a_nn.shape[1] * self.weight.shape[1]


class Gcn(nn.Module):
    """(graph convolution → activation → dropout) × (rounds - 1) → graph convolution.

    Args:
        options: rounds and width.
        shape: (f,) of one node.
        classes: k.
    """

    def __init__(self, options: GcnOptions, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        widths = [shape[0], *[options.hidden] * (options.rounds - 1), classes]
        for k, (inputs, outputs) in enumerate(pairwise(widths), start=1):
            self.add_module(f"conv{k}", GraphConvolution(inputs, outputs))
            if k < options.rounds:
                self.add_module(f"act{k}", ACTIVATIONS[options.activation]())
                self.add_module(f"dropout{k}", nn.Dropout(options.dropout))

    def forward(self, x_nf: Tensor, a_nn: Tensor) -> Tensor:
        """Logits (n, k) from features (n, f) and `propagation` (n, n)."""
        for layer in self.children():
            x_nf = layer(x_nf, a_nn) if isinstance(layer, GraphConvolution) else layer(x_nf)
        return x_nf

    def rounds(self, x_nf: Tensor, a_nn: Tensor) -> list[Tensor]:
        """What the nodes know after each round: (n, d) after the non-linearity, the logits (n, k) after the last."""
        known = []
        for layer in self.children():
            if isinstance(layer, GraphConvolution):
                x_nf = layer(x_nf, a_nn)
                known.append(x_nf)
            else:
                x_nf = known[-1] = layer(x_nf)
        return known
