"""What is seen inside the lessons' U-Net: its blocks, their scale and shift, its attention. Imports torch.

Shapes: n examples, c channels, h rows, w columns; everything comes back as NumPy.
"""

import threading
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...models.unet import ResBlock, UNet
from ..workings.unet_plan import BLOCKS

Array = NDArray[np.float64]


def blocks(network: UNet) -> dict[str, ResBlock]:
    """The residual blocks by name, in the order of the forward pass."""
    encoder: list[Any] = [block for level in network.encoder for block in level]  # type: ignore[attr-defined]
    decoder: list[Any] = [block for level in network.decoder for block in level]  # type: ignore[attr-defined]
    return dict(zip(BLOCKS, [*encoder, network.middle1, network.middle2, *decoder], strict=True))


def arrays(value: Tensor) -> Array:
    """As float64."""
    return value.detach().double().numpy()


def batch(x_t: Any, t: Any, label: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Images (n, h, w), t and label, one or n of each, as the network takes them."""
    x = torch.as_tensor(np.asarray(x_t), dtype=torch.float32)[:, None]
    times, labels = (torch.as_tensor(np.broadcast_to(part, len(x)).copy()) for part in (t, label))
    return x, times, labels


def watched(network: UNet, layers: dict[str, Any], x_t: Any, t: Any, label: Any) -> dict[str, tuple[Array, Array]]:
    """The first input (n, …) and the output (n, …) of each of the layers, by name."""
    seen: dict[str, tuple[Array, Array]] = {}
    own = threading.get_ident()

    def hear(name: str, given: Tensor, out: Tensor) -> None:
        if threading.get_ident() == own:  # frames and facts ask the same network from two threads
            seen[name] = (arrays(given), arrays(out))

    hooks = [
        layer.register_forward_hook(lambda _, given, out, name=name: hear(name, given[0], out))
        for name, layer in layers.items()
    ]
    try:
        with torch.no_grad():
            network(*batch(x_t, t, label))
    finally:
        for hook in hooks:
            hook.remove()
    return seen


def scale_shift(network: UNet, block: str, t: Any, label: int) -> tuple[Array, Array]:
    """Scale and shift (n, c) that AdaGN of a block takes from the embedding of t (n,)."""
    times = torch.as_tensor(np.asarray(t))
    with torch.no_grad():
        emb = network.embedding(times, torch.full_like(times, label))
        scale, shift = blocks(network)[block].norm2.affine(emb).chunk(2, 1)
    return arrays(scale), arrays(shift)


def adagn_of(network: UNet, block: str, x_t: Any, t: int, label: int) -> tuple[Array, Array, tuple[int, Array, Array]]:
    """What AdaGN of a block gets and gives (c, h, w) for one image (h, w); its group norm's groups, weight and bias."""
    layer = blocks(network)[block].norm2
    given, out = watched(network, {"norm": layer}, x_t[None], t, label)["norm"]
    return given[0], out[0], (layer.norm.num_groups, arrays(layer.norm.weight), arrays(layer.norm.bias))


def queries_keys_values(network: UNet, tokens: Array) -> tuple[Array, Array, Array]:
    """Q, K and V (heads, tokens, numbers a head) of the bottleneck's attention for tokens (n, c)."""
    layer = network.attention.attention
    parts = []
    for linear in (layer.query, layer.key, layer.value):
        flat = tokens @ arrays(linear.weight).T + arrays(linear.bias)
        parts.append(flat.reshape(len(tokens), layer.heads, -1).transpose(1, 0, 2))
    return parts[0], parts[1], parts[2]


def bottleneck_tokens(network: UNet, x_t: Any, t: int, label: int) -> Array:
    """(16, c): the pixels of the 4x4 maps, row by row, as the attention gets them for one image (h, w)."""
    given: Array = watched(network, {"attention": network.attention.attention}, x_t[None], t, label)["attention"][0][0]
    return given
