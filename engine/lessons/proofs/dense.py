"""What `dense` claims, computed by PyTorch."""

import numpy as np
import torch
from torch.nn import functional as F

from ..kit.facts import Claim, Outcome, equal, every, same_arrays
from ..kit.fixtures import array
from ..kit.state import State
from ..workings import dense_layer, layer_counts

MARGIN = 0.10
"""Of the test digits: the convolution must be better by this much."""


def module(seed: int) -> torch.nn.Linear:
    """PyTorch's layer with the weights that are shown."""
    layer = torch.nn.Linear(36, 36, device="meta", dtype=torch.float64).to_empty(device="cpu")
    matrix, biases = dense_layer.weights(seed)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(matrix.copy()))
        layer.bias.copy_(torch.from_numpy(biases.copy()))
    return layer


def connected(state: State) -> Outcome:
    """PyTorch's derivative of each unit by each pixel is nowhere 0, and its output is what is shown."""
    layer, x = module(state.seed), torch.tensor(state["image"], dtype=torch.float64).reshape(36)
    jacobian = torch.autograd.functional.jacobian(layer, x)  # type: ignore[no-untyped-call]
    matrix, biases = dense_layer.weights(state.seed)
    shown = dense_layer.hidden(array(state["image"]), matrix, biases)
    degrees = np.count_nonzero(matrix, axis=1)
    return every(
        inputs_of_a_unit=equal(sorted(set(degrees.tolist())), sorted(set((jacobian != 0).sum(1).tolist()))),
        connections=equal(int(degrees.sum()), int((jacobian != 0).sum())),
        hidden_units=same_arrays(shown, layer(x).detach().reshape(6, 6).numpy(), 1e-12),
    )


def counted(state: State) -> Outcome:
    """Parameters of PyTorch's layer; no two weights that are shown are equal."""
    layer = module(state.seed)
    matrix, biases = dense_layer.weights(state.seed)
    return every(
        weights=equal(matrix.size, layer.weight.numel()),
        biases=equal(biases.size, layer.bias.numel()),
        parameters=equal(layer_counts.dense_parameters(6), sum(p.numel() for p in layer.parameters())),
        different_weights=equal(np.unique(matrix).size, layer.weight.numel()),
    )


def moved_accuracy(net: torch.nn.Module, x: torch.Tensor, y: torch.Tensor) -> float:
    """Fraction of right answers over the eight moves, the images moved by PyTorch's padding and slicing."""
    size = x.shape[-1]
    framed = F.pad(x, (1, 1, 1, 1))
    hits: list[float] = [
        (net(framed[..., top : top + size, left : left + size]).argmax(1) == y).double().mean().item()
        for top in range(3)
        for left in range(3)
        if (top, left) != (1, 1)
    ]
    return sum(hits) / len(hits)


def one_pixel_off(state: State) -> Outcome:
    """The accuracies shown are those computed anew from the trained networks, and the margin holds."""
    glyphs = state.result("shifted-glyphs")
    x, y = torch.from_numpy(glyphs.test_x), torch.from_numpy(glyphs.test_y)
    with torch.no_grad():
        anew = {name: moved_accuracy(glyphs.modules[name], x, y) for name in ("dense", "conv")}
    agree = all(abs(anew[name] - glyphs.moved[name]) < 1e-6 for name in anew)
    margin = glyphs.moved["conv"] - glyphs.moved["dense"]
    return Outcome(
        {"dense": glyphs.moved["dense"], "convolution": glyphs.moved["conv"], "margin": margin},
        {"dense": anew["dense"], "convolution": anew["conv"], "margin": f">= {MARGIN}"},
        agree and margin >= MARGIN,
    )


CLAIMS = (
    Claim(id="B1", says="each of 36 units is connected to all 36 pixels: 1296 connections", check=connected),
    Claim(id="B2", says="a weight for each connection and a bias for each unit: 1332 parameters", check=counted),
    Claim(
        id="B3b",
        says="trained on 200 digits, the convolution names those moved by one pixel better, by 10 points or more",
        check=one_pixel_off,
        needs="shifted-glyphs",
    ),
)
