"""A bidirectional transformer, as BERT is (Devlin et al., 2019, arXiv 1810.04805), small.

Shapes: b batch, t tokens, m model width, k classes, v vocabulary.
"""

import torch
from torch import Tensor, nn

from ..recipes.encoder import EncoderOptions
from .transformer import EncoderLayer, SinusoidalPositions


class LearnedPositions(nn.Module):
    """Adds a trained vector for every position.

    Args:
        width: m.
        longest: most tokens that a sequence may have.
    """

    def __init__(self, width: int, longest: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(longest, width) * 0.02)

    def forward(self, x_btm: Tensor) -> Tensor:
        """Same shape."""
        return x_btm + self.table[: x_btm.shape[1]]


class Encoder(nn.Module):
    """Embedding + positions → encoder layers → logits from the last token, which sees all others.

    Args:
        options: layers, heads, widths, positions and where to normalise.
        shape: of one input, (longest,).
        classes: number of logits.
        tokens: size of the vocabulary.
        every: logits at every token instead of at the last alone.
    """

    def __init__(
        self, options: EncoderOptions, shape: tuple[int, ...], classes: int, tokens: int, every: bool = False
    ) -> None:
        super().__init__()
        width, self.every = options.width, every
        self.embedding = nn.Embedding(tokens, width)
        positions = {"sinusoidal": SinusoidalPositions, "learned": LearnedPositions}.get(options.positions)
        self.positions = nn.Identity() if positions is None else positions(width, shape[0])
        self.dropout = nn.Dropout(options.dropout)
        self.layers = nn.Sequential(
            *(
                EncoderLayer(width, options.heads, options.hidden, options.dropout, options.norm_first)
                for _ in range(options.layers)
            )
        )
        self.norm = nn.LayerNorm(width) if options.norm_first else nn.Identity()
        self.head = nn.Linear(width, classes)

    def forward(self, tokens_bt: Tensor) -> Tensor:
        """Logits (b, k), or (b, t, v) with `every`."""
        x_btm = self.layers(self.dropout(self.positions(self.embedding(tokens_bt))))
        return self.head(self.norm(x_btm if self.every else x_btm[:, -1]))  # type: ignore[no-any-return]
