"""Attention as in "Attention Is All You Need" (Vaswani et al., 2017, arXiv 1706.03762).

Shapes: b batch, t queries, s keys, h heads, d numbers a head, m model width = h * d.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass
class Cache:
    """Keys and values (b, h, s, d) of the tokens so far, so that generation need not compute them again."""

    key: Tensor | None = None
    value: Tensor | None = None

    @property
    def length(self) -> int:
        """s, the number of tokens that it holds."""
        return 0 if self.key is None else self.key.shape[2]

    def extend(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Append along s; returns all of them."""
        if self.key is not None and self.value is not None:
            key, value = torch.cat((self.key, key), 2), torch.cat((self.value, value), 2)
        self.key, self.value = key, value
        return key, value


def causal_mask(t: int, s: int, device: torch.device) -> Tensor:
    """(t, s), True where a query may look: the last query sees every key, the one before all but the last."""
    return torch.ones(t, s, dtype=torch.bool, device=device).tril(s - t)


class ScaledDotProduct(nn.Module):
    """softmax(Q K^T / sqrt(d)) V. A layer of its own, so that a probe sees the Q, K, V and mask of every head."""

    def forward(self, q_bhtd: Tensor, k_bhsd: Tensor, v_bhsd: Tensor, mask: Tensor | None = None) -> Tensor:
        """(b, h, t, d); `mask` broadcasts to (b, h, t, s) and is True where a query may look at a key."""
        mixed: Tensor = F.scaled_dot_product_attention(q_bhtd, k_bhsd, v_bhsd, mask)
        return mixed

    @staticmethod
    def weights(q_bhtd: Tensor, k_bhsd: Tensor, mask: Tensor | None = None) -> Tensor:
        """The matrix that `forward` multiplies V by: (b, h, t, s), rows sum to 1."""
        scores = q_bhtd @ k_bhsd.transpose(-2, -1) / q_bhtd.shape[-1] ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        weights: Tensor = scores.softmax(-1)
        return weights

    @staticmethod
    def multiply_adds(q_bhtd: Tensor, k_bhsd: Tensor) -> int:
        """Products of one example: Q K^T and the weights times V."""
        return 2 * q_bhtd[0].numel() * k_bhsd.shape[2]


class Rotary(nn.Module):
    """Turns pairs of numbers of q and k by an angle that grows with the position (RoPE, arXiv 2104.09864)."""

    def __init__(self, d: int, longest: int, base: float = 10_000.0) -> None:
        super().__init__()
        angle = torch.outer(torch.arange(longest), base ** (-torch.arange(0, d, 2) / d))
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)

    def forward(self, x_bhtd: Tensor, start: int = 0) -> Tensor:
        """`x` at positions start, start + 1, …; same shape."""
        t = x_bhtd.shape[2]
        cos, sin = self.cos[start : start + t], self.sin[start : start + t]  # type: ignore[index]
        a, b = x_bhtd.chunk(2, -1)
        return torch.cat((a * cos - b * sin, a * sin + b * cos), -1)


class MultiHeadAttention(nn.Module):
    """Queries from `x`, keys and values from `memory` (cross-attention) or from `x` itself, in `heads` heads.

    Args:
        width: m, of inputs and output.
        heads: h; must divide `width`.
        bias: whether the four projections have one.
        normalised: divide every query and key by its root mean square, with a learned scale (QK-norm).
        rotary: turns queries and keys by position.
    """

    def __init__(
        self, width: int, heads: int, *, bias: bool = True, normalised: bool = False, rotary: Rotary | None = None
    ) -> None:
        super().__init__()
        assert width % heads == 0
        self.heads = heads
        self.query, self.key = nn.Linear(width, width, bias), nn.Linear(width, width, bias)
        self.value = nn.Linear(width, width, bias)
        self.query_norm = nn.RMSNorm(width // heads) if normalised else nn.Identity()
        self.key_norm = nn.RMSNorm(width // heads) if normalised else nn.Identity()
        self.rotary = rotary
        self.attend = ScaledDotProduct()
        self.output = nn.Linear(width, width, bias)

    def forward(
        self, x_btm: Tensor, memory_bsm: Tensor | None = None, mask: Tensor | None = None, cache: Cache | None = None
    ) -> Tensor:
        """(b, t, m); `mask` broadcasts to (b, h, t, s), True where a query may look; `cache` holds earlier tokens."""
        source = x_btm if memory_bsm is None else memory_bsm
        q, k = self.query_norm(self._split(self.query(x_btm))), self.key_norm(self._split(self.key(source)))
        v = self._split(self.value(source))
        if self.rotary is not None:
            start = 0 if cache is None else cache.length
            q, k = self.rotary(q, start), self.rotary(k, start)
        if cache is not None:
            k, v = cache.extend(k, v)
        mixed = self.attend(q, k, v, mask)
        return self.output(mixed.transpose(1, 2).flatten(2))  # type: ignore[no-any-return]

    def _split(self, x_btm: Tensor) -> Tensor:
        b, t, m = x_btm.shape
        return x_btm.view(b, t, self.heads, m // self.heads).transpose(1, 2)
