"""Pooling and the convolution before it, on one map; what they count. Pure NumPy, no batch, no channels."""

import math
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..kit.fixtures import Floats
from . import convolving

Kind = Literal["max", "average"]


def convolve(image: Floats, kernel: Floats, padding: int = 0, stride: int = 1) -> Floats:
    """The kernel slid over the zero-padded image (cross-correlation); rows and columns floor((n+2p-k)/s)+1."""
    return convolving.convolve(image, kernel, stride, padding)


def pool(values: Floats, kind: Kind, size: int = 2, stride: int = 2) -> Floats:
    """The largest number, or the mean, of each window that fits."""
    windows = sliding_window_view(values, (size, size))[::stride, ::stride]
    answer: Floats = windows.max((2, 3)) if kind == "max" else windows.mean((2, 3))
    return answer


def output_size(n: int, size: int, stride: int, padding: int = 0) -> int:
    """floor((n + 2p - k) / s) + 1."""
    return convolving.output_size(n, size, stride, padding)


def starts(n: int, size: int, stride: int) -> tuple[int, ...]:
    """Where the windows begin."""
    return convolving.starts(n, size, stride, 0)


def unvisited(n: int, size: int, stride: int) -> tuple[tuple[int, int], ...]:
    """The cells of an n x n map that no window covers."""
    seen = {start + k for start in starts(n, size, stride) for k in range(size)}
    return tuple((r, c) for r in range(n) for c in range(n) if r not in seen or c not in seen)


def window(row: int, column: int, size: int, stride: int) -> tuple[tuple[int, int], ...]:
    """The cells that pooled cell (row, column) is made of."""
    return tuple((row * stride + r, column * stride + c) for r in range(size) for c in range(size))


def bright(row: int, column: int, n: int = 6) -> Floats:
    """A dark n x n image with one bright pixel."""
    image: Floats = np.zeros((n, n))
    image[row, column] = 1
    return image


def changed(first: Floats, second: Floats) -> tuple[tuple[int, int], ...]:
    """The cells in which two maps differ."""
    return tuple((int(r), int(c)) for r, c in np.argwhere(first != second))


@lru_cache(maxsize=32)
def survival(kind: Literal["raw", "max", "average"], seed: int, images: int = 40, n: int = 32) -> float:
    """Share of cells of random images, raw or pooled, that stay exactly as they are when the image moves by a pixel."""
    x = np.random.default_rng([seed, 0x9001]).random((images, n + 1, n))
    if kind == "raw":
        return float((x[:, :-1] == x[:, 1:]).mean())
    windows = sliding_window_view(x, (2, 2), axis=(1, 2))
    answers = windows.max((-2, -1)) if kind == "max" else windows.mean((-2, -1))
    return float((answers[:, 0:-1:2, ::2] == answers[:, 1::2, ::2]).mean())


def ledger(n: int, padding: int) -> dict[str, int]:
    """What a 3x3 convolution of stride 2 costs, and one of stride 1 before a 2x2 pooling of stride 2.

    Multiply-accumulates count every tap of every output, padding included.
    """
    strided, dense = output_size(n, 3, 2, padding), output_size(n, 3, 1, padding)
    pooled = output_size(dense, 2, 2)
    return {
        "strided side": strided,
        "strided MACs": 9 * strided**2,
        "full side": dense,
        "full MACs": 9 * dense**2,
        "pooled side": pooled,
        "comparisons": 3 * pooled**2,
    }


def cost_ratio(n: int, padding: int, comparisons: bool = False) -> float:
    """How many times the work of the strided convolution the pooled pipeline is."""
    counts = ledger(n, padding)
    extra = counts["comparisons"] if comparisons else 0
    return (counts["full MACs"] + extra) / counts["strided MACs"]


def rows_then_columns(values: Floats, kind: Kind = "max") -> tuple[Floats, Floats]:
    """2x2 pooling one direction at a time: along the columns of each row [n, n/2], then along rows [n/2, n/2]."""

    def joined(first: Floats, second: Floats) -> Floats:
        return np.maximum(first, second) if kind == "max" else (first + second) / 2

    across = joined(values[:, 0:-1:2], values[:, 1::2])
    return across, joined(across[0:-1:2], across[1::2])


def digits_of(ratio: float) -> str:
    """4.0, 2.78: two decimals, a trailing nought left out."""
    text = f"{math.floor(ratio * 100 + 0.5) / 100:.2f}"
    return text[:-1] if text.endswith("0") else text
