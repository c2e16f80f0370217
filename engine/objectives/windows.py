"""A text as windows of tokens: inputs and, one place on, what is to be predicted.

Shapes: n windows, t tokens that are read of each.
"""

import torch
from torch import Tensor


class Windows:
    """Stretches of t + 1 tokens of one text: the first t are read, the last t are predicted.

    Attributes:
        length: t, the context, or all of a text that is shorter.
    """

    def __init__(self, tokens: Tensor, context: int, device: torch.device) -> None:
        """`tokens` (at least 2,) int64 on the CPU."""
        self._tokens = tokens
        self._device = device
        self.length = min(context, len(tokens) - 1)

    def __len__(self) -> int:
        """How many lie side by side."""
        return (len(self._tokens) - 1) // self.length

    def at(self, starts: Tensor) -> Tensor:
        """Windows (n, t + 1) at `starts` (n,), moved back where they would reach beyond the end."""
        starts = starts.clamp(max=len(self._tokens) - 1 - self.length)
        return self._tokens[starts[:, None] + torch.arange(self.length + 1)].to(self._device)

    def covering(self, overlap: float) -> tuple[Tensor, Tensor]:
        """Starts (n,) of windows that cover the text, each sharing `overlap` of its tokens with the one before.

        Also (n, t), True where a window predicts what none before it did: each token but the first once.
        """
        count, shared = len(self._tokens) - 1, int(overlap * self.length)
        starts = torch.arange(0, max(count - shared, 1), self.length - shared).clamp(max=count - self.length)
        ends = torch.cat((torch.zeros(1, dtype=torch.long), starts[:-1] + self.length))
        return starts, starts[:, None] + torch.arange(self.length) >= ends[:, None]
