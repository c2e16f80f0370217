"""The U-Net that removes noise from images (DDPM, arXiv 2006.11239; AdaGN of ADM, Dhariwal & Nichol, arXiv 2105.05233).

Shapes: b batch, c channels, h rows, w columns, e numbers of the embedding of time and class.
"""

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..options import OptionError
from ..recipes.diffusion import DiffusionOptions
from .attention import MultiHeadAttention
from .denoiser import TimeEmbedding
from .layers import Add

GROUP = 8
"""Channels that group norm takes together, where there are enough."""
Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)


def norm(channels: int) -> nn.GroupNorm:
    """Group norm of groups of GROUP channels, or fewer where GROUP does not divide `channels`."""
    group = next(size for size in range(GROUP, 0, -1) if channels % size == 0)
    return nn.GroupNorm(channels // group, channels)


class AdaGN(nn.Module):
    """Adaptive group norm: (1 + scale) GN(x) + shift, with scale and shift read off the embedding."""

    def __init__(self, channels: int, embedding: int) -> None:
        super().__init__()
        self.norm = norm(channels)
        self.affine = nn.Linear(embedding, 2 * channels)
        nn.init.zeros_(self.affine.weight)
        nn.init.zeros_(self.affine.bias)

    def forward(self, x_bchw: Tensor, emb_be: Tensor) -> Tensor:
        """Same shape as `x`; at the start of a training it is plain group norm."""
        scale, shift = self.affine(emb_be)[:, :, None, None].chunk(2, 1)
        return torch.addcmul(shift, self.norm(x_bchw), 1 + scale)


class ResBlock(nn.Module):
    """x + F(x, emb), F = GN → SiLU → conv → AdaGN(emb) → SiLU → dropout → conv; the last one begins at zero."""

    def __init__(self, inputs: int, channels: int, embedding: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm1, self.act1 = norm(inputs), nn.SiLU()
        self.conv1 = nn.Conv2d(inputs, channels, 3, padding=1)
        self.norm2, self.act2 = AdaGN(channels, embedding), nn.SiLU()
        self.dropout = nn.Dropout(dropout)
        self.conv2 = zero(nn.Conv2d(channels, channels, 3, padding=1))
        self.shortcut = nn.Identity() if inputs == channels else nn.Conv2d(inputs, channels, 1)
        self.add = Add()

    def forward(self, x_bchw: Tensor, emb_be: Tensor) -> Tensor:
        """(b, inputs, h, w) → (b, channels, h, w)."""
        branch = self.conv1(self.act1(self.norm1(x_bchw)))
        branch = self.conv2(self.dropout(self.act2(self.norm2(branch, emb_be))))
        return self.add(branch, self.shortcut(x_bchw))  # type: ignore[no-any-return]


class SelfAttention(nn.Module):
    """x + attention(GN(x)) in which every pixel looks at every other."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.norm = norm(channels)
        self.attention = MultiHeadAttention(channels, heads)
        zero(self.attention.output)
        self.add = Add()

    def forward(self, x_bchw: Tensor) -> Tensor:
        """Same shape as `x`; the pixels, row by row, are the tokens."""
        tokens = self.norm(x_bchw).flatten(2).transpose(1, 2)
        mixed = self.attention(tokens).transpose(1, 2).reshape(x_bchw.shape)
        return self.add(mixed, x_bchw)  # type: ignore[no-any-return]


class Skip(nn.Module):
    """Decoder's and encoder's maps side by side; once cut (`open` False), zeros stand for the encoder's."""

    def __init__(self, is_open: bool) -> None:
        super().__init__()
        self.open = is_open

    def forward(self, x_bchw: Tensor, encoder_bchw: Tensor) -> Tensor:
        """(b, c of both, h, w)."""
        return torch.cat((x_bchw, encoder_bchw if self.open else torch.zeros_like(encoder_bchw)), 1)


class Upsample(nn.Module):
    """Every pixel twice in both directions, then a convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x_bchw: Tensor) -> Tensor:
        """(b, c, 2h, 2w)."""
        return self.conv(F.interpolate(x_bchw, scale_factor=2.0))  # type: ignore[no-any-return]


class UNet(nn.Module):
    """An encoder that halves the maps, a bottleneck with self-attention, a decoder that joins the encoder's maps.

    Args:
        options: channels, their multiplier at each level, residual blocks a level, attention heads.
        shape: of one image, (channels, rows, columns).
        classes: number of labels, 0 for none; label number `classes` means "no label".

    Raises:
        OptionError: the maps cannot be halved that often, or the heads do not divide the channels.
    """

    def __init__(self, options: DiffusionOptions, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        inputs, rows, columns = shape
        widths = [options.channels * m for m in options.multipliers]
        halvings = len(widths) - 1
        if rows % 2**halvings or columns % 2**halvings:
            raise OptionError(
                f"multipliers has {len(widths)} levels, but images of {rows}x{columns} pixels cannot be halved "
                f"{halvings} times; use fewer"
            )
        if widths[-1] % options.heads:
            raise OptionError(
                f"heads cannot be {options.heads}; allowed: a divisor of the bottleneck's {widths[-1]} maps"
            )
        self.no_label = classes
        embedding, dropout = 4 * options.channels, options.dropout
        self.embedding = TimeEmbedding(embedding, classes)
        self.stem = nn.Conv2d(inputs, widths[0], 3, padding=1)
        self.encoder, self.down = nn.ModuleList(), nn.ModuleList()
        width, kept = widths[0], []
        for level, channels in enumerate(widths):
            blocks = nn.ModuleList()
            for _ in range(options.blocks):
                blocks.append(ResBlock(width, channels, embedding, dropout))
                width = channels
                kept.append(width)
            self.encoder.append(blocks)
            if level < halvings:
                self.down.append(nn.Conv2d(width, width, 3, 2, 1))
        self.middle1 = ResBlock(width, width, embedding, dropout)
        self.attention = SelfAttention(width, options.heads)
        self.middle2 = ResBlock(width, width, embedding, dropout)
        self.skips, self.decoder, self.up = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for level, channels in reversed(list(enumerate(widths))):
            blocks = nn.ModuleList()
            for _ in range(options.blocks):
                blocks.append(ResBlock(width + kept.pop(), channels, embedding, dropout))
                width = channels
            self.decoder.append(blocks)
            self.skips.append(nn.ModuleList(Skip(options.skips) for _ in range(options.blocks)))
            if level:
                self.up.append(Upsample(width))
        self.norm, self.act = norm(width), nn.SiLU()
        self.head = zero(nn.Conv2d(width, inputs, 3, padding=1))

    def forward(self, x_bchw: Tensor, t_b: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """The answer to noisy images at timesteps `t`, same shape; without labels, as if all were "no label"."""
        emb = self.embedding(t_b, labels_b)
        x, kept = self.stem(x_bchw), []
        for level, blocks in enumerate(self.encoder):
            for block in blocks:  # type: ignore[attr-defined]
                x = block(x, emb)
                kept.append(x)
            if level < len(self.down):
                x = self.down[level](x)
        x = self.middle2(self.attention(self.middle1(x, emb)), emb)
        for level, blocks in enumerate(self.decoder):
            for skip, block in zip(self.skips[level], blocks, strict=True):  # type: ignore[call-overload]
                x = block(skip(x, kept.pop()), emb)
            if level < len(self.up):
                x = self.up[level](x)
        return self.head(self.act(self.norm(x)))  # type: ignore[no-any-return]


def zero(layer: Layer) -> Layer:
    """`layer` with weights and bias zero, so that what it ends begins as nothing."""
    nn.init.zeros_(layer.weight)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer
