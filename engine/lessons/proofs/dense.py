"""What `dense` claims, computed by PyTorch."""

import numpy as np
import torch
from torch.nn import functional as F

from ..dense import LESSON
from ..kit.facts import Claim, Outcome
from ..kit.state import State
from ..workings import dense_layer, layer_counts
from .shown import apart, bars_by_label, figure_of, figures, rows_by_name, values_of

COUNTED = ("weights, 36·36", "biases", "in all")
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
    unit = state["unit"]
    own, answer = layer.weight[unit].detach(), layer(x).detach()
    shown = max(
        *(apart((values_of(LESSON, "connected", k, "image", state), x.reshape(6, 6))) for k in range(3)),
        apart((values_of(LESSON, "connected", 0, "hidden", state), answer.reshape(6, 6))),
        apart((values_of(LESSON, "connected", 1, "weights", state), own.reshape(6, 6))),
        apart((values_of(LESSON, "connected", 1, "products", state), (own * x).reshape(6, 6))),
        apart(
            (
                values_of(LESSON, "connected", 1, "sum", state)[0],
                [float(own @ x), float(layer.bias.detach()[unit]), float(answer[unit])],
            )
        ),
    )
    labels = figure_of(LESSON, "connected", 1, "sum", state).column_labels
    shown = shown if list(labels) == ["Σ", f"b_{unit}", f"h_{unit}"] else np.inf
    marks = [figure_of(LESSON, "connected", 0, name, state).marks for name in ("image", "hidden")]
    lit = sorted(marks[0]["source"]) == list(np.ndindex(6, 6)) and marks[1]["focus"] == (divmod(unit, 6),)
    degrees = values_of(LESSON, "connected", 2, "degree", state)
    shown = max(shown, apart((degrees, (jacobian != 0).sum(1).reshape(6, 6))))
    return Outcome(
        {"connections": int(degrees.sum()), "off by": shown},
        {"connections": int((jacobian != 0).sum()), "off by": "<= 1e-12"},
        int(degrees.sum()) == int((jacobian != 0).sum()) and shown <= 1e-12 and lit,
    )


def counted(state: State) -> Outcome:
    """Parameters of PyTorch's layer; no two weights that are shown are equal."""
    layer = module(state.seed)
    halves = figures(LESSON, "weights", state)
    matrix = np.concatenate([halves["matrix"].values, halves["matrix below"].values])
    told = rows_by_name(figure_of(LESSON, "weights", 1, "count", state))
    found = (layer.weight.numel(), layer.bias.numel(), sum(p.numel() for p in layer.parameters()))
    right = told == {name: (count,) for name, count in zip(COUNTED, found, strict=True)}
    lit = [
        (first + row)
        for name, first in (("matrix", 0), ("matrix below", 18))
        for row, _ in halves[name].marks.get("source", ())
    ]
    right &= lit == [state["unit"]] * 36
    bound = layer.in_features**-0.5  # what PyTorch draws from
    most = [float(drawn.detach().abs().max()) / bound for drawn in (layer.weight, layer.bias)]
    right &= 0.95 <= most[0] <= 1 and 0.5 <= most[1] <= 1
    right &= apart((matrix, layer.weight.detach())) == 0 and np.unique(matrix).size == layer.weight.numel()
    ours = {"weights": matrix.size, "parameters": layer_counts.dense_parameters(6)}
    oracle = {"weights": layer.weight.numel(), "parameters": sum(p.numel() for p in layer.parameters())}
    return Outcome(ours, oracle, ours == oracle and right)


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


def as_shown(state: State) -> bool:
    """Whether bars, copies, answers and their crosses are those of the networks, on images that PyTorch moves."""
    glyphs = state.result("shifted-glyphs")
    x, y = torch.from_numpy(glyphs.test_x), torch.from_numpy(glyphs.test_y)
    seen, k = figures(LESSON, "one pixel off", state), state["glyph"]
    framed = F.pad(x[k : k + 1], (1, 1, 1, 1))
    size = x.shape[-1]
    copies = torch.cat([framed[..., 2 - r : 2 - r + size, 2 - c : 2 - c + size] for r, c in np.ndindex(3, 3)])
    right = apart((seen["copies"].images, copies[:, 0, 2:-2, 2:-2])) == 0
    rows = rows_by_name(seen["answers"])
    bars = bars_by_label(figure_of(LESSON, "one pixel off", 1, "accuracy", state))
    with torch.no_grad():
        for name, net in glyphs.modules.items():
            answers = net(copies).argmax(1).tolist()
            right &= rows[name] == tuple(f"{a}" if a == int(y[k]) else f"{a} ✗" for a in answers)
            in_place = (net(x).argmax(1) == y).double().mean().item()
            told = (bars[f"{name}, in place"], bars[f"{name}, moved"])
            right &= apart((told, (in_place, moved_accuracy(net, x, y)))) < 1e-6
    return bool(right)


def one_pixel_off(state: State) -> Outcome:
    """The accuracies shown are those computed anew from the trained networks, and the margin holds."""
    glyphs = state.result("shifted-glyphs")
    x, y = torch.from_numpy(glyphs.test_x), torch.from_numpy(glyphs.test_y)
    with torch.no_grad():
        anew = {name: moved_accuracy(glyphs.modules[name], x, y) for name in ("dense", "conv")}
    agree = all(abs(anew[name] - glyphs.moved[name]) < 1e-6 for name in anew) and as_shown(state)
    margin = glyphs.moved["conv"] - glyphs.moved["dense"]
    return Outcome(
        {"dense": glyphs.moved["dense"], "convolution": glyphs.moved["conv"], "margin": margin},
        {"dense": anew["dense"], "convolution": anew["conv"], "margin": f">= {MARGIN}"},
        agree and margin >= MARGIN,
    )


CLAIMS = (
    Claim(id="B1", says="all units see all pixels", check=connected),
    Claim(id="B2", says="each connection a weight", check=counted),
    Claim(
        id="B3b",
        says="digits moved by a pixel: the convolution is 10 points up",
        check=one_pixel_off,
        needs="shifted-glyphs",
    ),
)
