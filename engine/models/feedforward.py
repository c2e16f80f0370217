"""The feed-forward network of a transformer block.

Shapes: b batch, t tokens, m model width.
"""

from torch import Tensor, nn


class SquaredRelu(nn.Module):
    """max(x, 0)^2 (Primer; So et al., 2021, arXiv 2109.08668)."""

    def forward(self, x: Tensor) -> Tensor:
        """Same shape."""
        return x.relu().square()


ACTIVATIONS: dict[str, type[nn.Module]] = {"relu2": SquaredRelu, "gelu": nn.GELU, "relu": nn.ReLU}


class FeedForward(nn.Module):
    """(b, t, m) → hidden units → (b, t, m), the same for every token."""

    def __init__(self, width: int, hidden: int, activation: str, *, bias: bool) -> None:
        super().__init__()
        self.up = nn.Linear(width, hidden, bias)
        self.activation = ACTIVATIONS[activation]()
        self.down = nn.Linear(hidden, width, bias)

    def forward(self, x_btm: Tensor) -> Tensor:
        """Same shape."""
        return self.down(self.activation(self.up(x_btm)))  # type: ignore[no-any-return]
