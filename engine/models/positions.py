"""How a transformer is told the order of its tokens by adding to their embeddings. Rotary ones live in attention.py.

Shapes: b batch, t tokens, m model width.
"""

import torch
from torch import Tensor, nn


class LearnedPositions(nn.Module):
    """Adds one learned vector a position, as GPT-2 does (Radford et al., 2019); `longest` is the most tokens."""

    def __init__(self, width: int, longest: int) -> None:
        super().__init__()
        self.table = nn.Embedding(longest, width)
        nn.init.normal_(self.table.weight, std=0.02)

    def forward(self, x_btm: Tensor, start: int = 0) -> Tensor:
        """`x` at positions start, start + 1, …; same shape."""
        places = torch.arange(start, start + x_btm.shape[1], device=x_btm.device)
        return x_btm + self.table(places)  # type: ignore[no-any-return]
