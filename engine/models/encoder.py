"""A bidirectional transformer, as BERT is (Devlin et al., 2019, arXiv 1810.04805), small.

With `directional` every layer still looks both ways, but each head only one way (DiSAN, Shen et al., 2018,
arXiv 1709.04696): a head that sees fewer tokens finds the one beside it much sooner.

Shapes: b batch, t tokens, h heads, m model width, k classes, v vocabulary.
"""

import torch
from torch import Tensor, nn

from ..recipes.encoder import EncoderOptions
from .attention import Rotary, causal_mask
from .positions import LearnedPositions
from .transformer import EncoderLayer, SinusoidalPositions


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
        self.heads, self.directional = options.heads, options.directional
        self.embedding = nn.Embedding(tokens, width)
        positions = {"sinusoidal": SinusoidalPositions, "learned": LearnedPositions}.get(options.positions)
        self.positions = nn.Identity() if positions is None else positions(width, shape[0])
        self.dropout = nn.Dropout(options.dropout)
        rotary = Rotary(width // options.heads, shape[0]) if options.positions == "rope" else None
        self.layers = nn.ModuleList(
            EncoderLayer(width, options.heads, options.hidden, options.dropout, options.norm_first, rotary)
            for _ in range(options.layers)
        )
        self.norm = nn.LayerNorm(width) if options.norm_first else nn.Identity()
        self.head = nn.Linear(width, classes)

    def forward(self, tokens_bt: Tensor) -> Tensor:
        """Logits (b, k), or (b, t, v) with `every`."""
        x_btm = self.dropout(self.positions(self.embedding(tokens_bt)))
        mask = directions(tokens_bt.shape[1], self.heads, x_btm.device) if self.directional else None
        for layer in self.layers:
            x_btm = layer(x_btm, mask)
        return self.head(self.norm(x_btm if self.every else x_btm[:, -1]))  # type: ignore[no-any-return]


def directions(t: int, heads: int, device: torch.device) -> Tensor:
    """(h, t, t), True where a token may look: the even heads at itself and back, the odd ones at itself and ahead."""
    back = causal_mask(t, t, device)
    return torch.stack((back, back.T)).repeat(heads // 2, 1, 1)
