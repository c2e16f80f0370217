"""The layers of "Attention Is All You Need" (Vaswani et al., 2017, arXiv 1706.03762).

Each sub-layer is normalised after its residual sum, as in the paper, or before it (`norm_first`; Xiong et al., 2020,
arXiv 2002.04745). A stack of pre-norm layers wants one more LayerNorm at its end.

Shapes: b batch, t tokens, s tokens of the memory, m model width.
"""

import torch
from torch import Tensor, nn

from .attention import Cache, MultiHeadAttention, Rotary
from .feedforward import FeedForward
from .layers import Add


class SinusoidalPositions(nn.Module):
    """Adds sin and cos of the position at wavelengths from 2 pi to 10,000 * 2 pi (section 3.5).

    Args:
        width: m, even.
        longest: most tokens that a sequence may have.
    """

    def __init__(self, width: int, longest: int) -> None:
        super().__init__()
        assert width % 2 == 0
        angle = torch.outer(torch.arange(longest), 10_000.0 ** (-torch.arange(0, width, 2) / width))
        self.register_buffer("table", torch.stack((angle.sin(), angle.cos()), -1).flatten(1), persistent=False)

    def forward(self, x_btm: Tensor, start: int = 0) -> Tensor:
        """`x` at positions start, start + 1, …; same shape."""
        table: Tensor = self.table  # type: ignore[assignment]
        stop = start + x_btm.shape[1]
        assert stop <= len(table), f"{stop} tokens are more than the {len(table)} positions there are"
        return x_btm + table[start:stop]


class Residual(nn.Module):
    """The frame around a sub-layer f: LayerNorm(x + f(x)), or x + f(LayerNorm(x)) with `norm_first`.

    `before` gives what f reads, `after` takes what f returned.
    """

    def __init__(self, width: int, dropout: float, norm_first: bool) -> None:
        super().__init__()
        self.norm_first = norm_first
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.add = Add()

    def before(self, x_btm: Tensor) -> Tensor:
        """What the sub-layer reads."""
        return self.norm(x_btm) if self.norm_first else x_btm

    def after(self, branch_btm: Tensor, x_btm: Tensor) -> Tensor:
        """The residual sum, with dropout on the branch."""
        total: Tensor = self.add(self.dropout(branch_btm), x_btm)
        return total if self.norm_first else self.norm(total)


class EncoderLayer(nn.Module):
    """Self-attention, then a feed-forward network.

    Args:
        width: m, of inputs and outputs.
        heads: of the attention; must divide `width`.
        hidden: units of the feed-forward network.
        dropout: share of each sub-layer's output dropped while training.
        norm_first: LayerNorm before each sub-layer instead of after the sum.
        rotary: turns queries and keys by position.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        hidden: int,
        dropout: float,
        norm_first: bool = True,
        rotary: Rotary | None = None,
    ) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(width, heads, rotary=rotary)
        self.attention_residual = Residual(width, dropout, norm_first)
        self.feed_forward = FeedForward(width, hidden, "relu", bias=True)
        self.feed_forward_residual = Residual(width, dropout, norm_first)

    def forward(self, x_btm: Tensor, mask: Tensor | None = None) -> Tensor:
        """Same shape; `mask` broadcasts to (b, heads, t, t), True where a token may look."""
        around = self.attention_residual
        x_btm = around.after(self.attention(around.before(x_btm), mask=mask), x_btm)
        around = self.feed_forward_residual
        return around.after(self.feed_forward(around.before(x_btm)), x_btm)


class DecoderLayer(nn.Module):
    """Masked self-attention, attention to the encoder's output (the memory), then a feed-forward network.

    Args:
        width, heads, hidden, dropout, norm_first: as in EncoderLayer.
        cross_heads: heads of the attention to the memory; as many as `heads` if None.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        hidden: int,
        dropout: float,
        norm_first: bool = True,
        cross_heads: int | None = None,
    ) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(width, heads)
        self.attention_residual = Residual(width, dropout, norm_first)
        self.cross_attention = MultiHeadAttention(width, cross_heads or heads)
        self.cross_residual = Residual(width, dropout, norm_first)
        self.feed_forward = FeedForward(width, hidden, "relu", bias=True)
        self.feed_forward_residual = Residual(width, dropout, norm_first)

    def forward(
        self,
        x_btm: Tensor,
        memory_bsm: Tensor,
        mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        cache: Cache | None = None,
    ) -> Tensor:
        """Shape of `x`.

        Args:
            x_btm: the tokens written so far, or only the new ones where `cache` holds the earlier.
            memory_bsm: the encoder's output.
            mask: broadcasts to (b, heads, t, t), True where a token may look; usually causal.
            memory_mask: broadcasts to (b, cross heads, t, s), True where the memory is no padding.
            cache: keys and values of the self-attention.
        """
        around = self.attention_residual
        x_btm = around.after(self.attention(around.before(x_btm), mask=mask, cache=cache), x_btm)
        around = self.cross_residual
        x_btm = around.after(self.cross_attention(around.before(x_btm), memory_bsm, memory_mask), x_btm)
        around = self.feed_forward_residual
        return around.after(self.feed_forward(around.before(x_btm)), x_btm)
