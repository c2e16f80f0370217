"""What one layer makes of an example: maps, kernels, and a histogram over a batch."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ..data.dataset import Dataset
from ..data.pairs import Pairs
from ..objectives.objective import Objective
from ..text import sanitize
from .capture import forward, leaves
from .requests import NOTHING, Array, LayerView, LookCell, LookLayer
from .structure import KINDS

EXAMPLES = 64
BINS = 48
KERNEL_NUMBERS = 65_536
"""Kernels beyond this many numbers are left out, whole output channels at a time."""


def layer_view(objective: Objective, look: LookLayer, step: int) -> LayerView:
    """The view of `look.layer`; raises ValueError for a layer that the model does not have."""
    model = objective.model
    modules = leaves(model)
    if look.layer not in modules:
        raise ValueError(f"no layer {look.layer!r} (there are: {', '.join(modules)})")
    index, label, image = example(objective, look.split, look.index)
    first = shown(objective, look)
    if look.drawn:
        label, image = "", first[0][0].cpu().numpy()
    more = objective.inputs("val", 0, EXAMPLES - 1)
    batch = tuple(torch.cat(pair) if len(pair[0]) == 1 else pair[0] for pair in zip(first, more, strict=True))
    outputs: list[Tensor] = []
    spread: list[tuple[float, float]] = []

    def seen(name: str, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        finite = output[0][torch.isfinite(output[0])]
        if finite.numel():
            spread.append((finite.min().item(), finite.max().item()))
        if name == look.layer and not outputs:
            outputs.append(output.detach().clone())

    forward(model, batch, seen)
    if not outputs:
        raise ValueError(f"the forward pass does not meet the layer {look.layer}")
    output = outputs[0].float().cpu().numpy()
    maps = as_maps(output[0]).copy()
    counts, edges = histogram(output)
    low, high = finite_range(maps)
    return LayerView(
        step=step,
        layer=look.layer,
        kind=KINDS.get(type(modules[look.layer]).__name__, type(modules[look.layer]).__name__),
        index=index,
        split=look.split,
        label=sanitize(label),
        image=image,
        maps=maps,
        kernels=kernels(modules[look.layer]),
        counts=counts,
        edges=edges,
        zeros=float((output == 0).mean()),
        low=low,
        high=high,
        global_low=min((a for a, _ in spread), default=0.0),
        global_high=max((b for _, b in spread), default=0.0),
        examples=len(output),
        tokens=words(objective, first),
    )


def shown(objective: Objective, look: LookLayer | LookCell) -> tuple[Tensor, ...]:
    """What the model is fed: an example of the data, or an image that the user drew; raises ValueError."""
    inputs = objective.inputs(look.split, look.index)
    if not look.drawn:
        return inputs
    image = inputs[0][:1]
    if objective.data.kind != "images" or image.numel() != len(look.drawn):
        raise ValueError(f"a drawing of {len(look.drawn)} numbers is nothing that this model reads")
    return (torch.tensor(look.drawn, dtype=image.dtype, device=image.device).reshape(image.shape), *inputs[1:])


def example(objective: Objective, split: str, index: int) -> tuple[int, str, Array]:
    """Index, label in words and picture of an example; the index wraps around. Data without labels have none."""
    data = objective.data
    if isinstance(data, Dataset):
        part = data.split(split)
        index %= len(part)
        return index, data.classes[int(part.y[index])], as_maps(part.x[index]).copy()
    picture = objective.inputs(split, index)[0][0].float().cpu().numpy()
    return index, "", as_maps(picture)


def words(objective: Objective, inputs: tuple[Tensor, ...]) -> tuple[str, ...]:
    """The tokens of the first example, if it is made of tokens."""
    numbers, data = inputs[0][0], objective.data
    if numbers.is_floating_point() or numbers.dim() != 1:
        return ()
    if isinstance(data, Pairs):
        known: Sequence[str] = data.source_words
    elif isinstance(data, Dataset):
        known = data.tokens
    else:
        known = getattr(objective, "tokenizer").tokens  # noqa: B009  (a text's objective has one)
    return tuple(sanitize(known[k], limit=40) if k < len(known) else "?" for k in numbers.tolist())


def as_maps(values: Array) -> Array:
    """(c, h, w) as it is, (units,) as it is, a matrix as one map, a single number as one unit."""
    if values.ndim == 2:
        return values[None]
    if values.ndim == 0:
        return values.reshape(-1)
    return values.reshape(-1, *values.shape[-2:]) if values.ndim > 3 else values


def kernels(module: nn.Module) -> Array:
    """A copy of a convolution's or dense layer's weights, its first output channels; else empty."""
    if not isinstance(module, nn.Conv2d | nn.Linear):
        return NOTHING
    weight = module.weight.detach()
    rows = max(1, KERNEL_NUMBERS // max(1, weight[0].numel()))
    return weight[:rows].cpu().numpy().copy()


def histogram(values: Array) -> tuple[Array, Array]:
    """Counts and edges over the finite values; an empty array gives one empty bin."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if not len(finite):
        return np.zeros(1, np.int64), np.array([0.0, 1.0])
    low, high = float(finite.min()), float(finite.max())
    if high - low <= max(abs(low), abs(high), 1e-30) * 1e-9:  # numpy cannot cut a constant into bins
        return np.array([len(finite)]), np.array([low, high])
    counts, edges = np.histogram(finite, BINS, (low, high))
    return counts, edges


def finite_range(values: Array) -> tuple[float, float]:
    """Smallest and largest finite value; (0, 0) where there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
