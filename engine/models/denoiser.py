"""What every network that removes noise shares, and the small one for points of the plane.

Shapes: b batch, d coordinates, e numbers of the embedding.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from ..recipes.diffusion import DiffusionOptions


class TimeEmbedding(nn.Module):
    """Sines and cosines of the timestep, and the class's own vector, through a small MLP."""

    def __init__(self, width: int, classes: int = 0, longest: float = 10_000.0) -> None:
        """`classes` 0 for data without labels; label number `classes` means "no label"."""
        super().__init__()
        self.no_label = classes
        angle = longest ** (-torch.arange(0, width, 2) / width)
        self.register_buffer("angle", angle, persistent=False)
        self.label = nn.Embedding(classes + 1, width) if classes else None
        self.linear1, self.act1 = nn.Linear(width, width), nn.SiLU()
        self.linear2, self.act2 = nn.Linear(width, width), nn.SiLU()

    def forward(self, t_b: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """(b, e); without labels as if all were "no label"."""
        phase = t_b[:, None] * self.angle  # type: ignore[operator]
        emb = self.linear2(self.act1(self.linear1(torch.cat((phase.sin(), phase.cos()), 1))))
        if self.label is not None:
            emb = emb + self.label(torch.full_like(t_b, self.no_label) if labels_b is None else labels_b)
        return self.act2(emb)  # type: ignore[no-any-return]


class FourierFeatures(nn.Module):
    """x beside sin(f x) and cos(f x) for each frequency f: fine detail becomes easy (Tancik et al., 2006.10739)."""

    def __init__(self, frequencies: tuple[int, ...]) -> None:
        super().__init__()
        chosen = torch.tensor([float(f) for f in frequencies if f])
        self.register_buffer("frequencies", chosen, persistent=False)

    def forward(self, x_bd: Tensor) -> Tensor:
        """(b, d (1 + 2 frequencies))."""
        phase = (x_bd[:, :, None] * self.frequencies).flatten(1)  # type: ignore[operator]
        return torch.cat((x_bd, phase.sin(), phase.cos()), 1)


class PointDenoiser(nn.Module):
    """An MLP of Fourier features, each hidden layer moved by the embedding of the timestep.

    Args:
        options: units of the hidden layers, and the frequencies.
        inputs: d, coordinates of a point.
    """

    no_label = 0

    def __init__(self, options: DiffusionOptions, inputs: int = 2) -> None:
        super().__init__()
        embedding = 64
        features = inputs * (1 + 2 * sum(f > 0 for f in options.frequencies))
        widths = (features, *options.hidden)
        self.features = FourierFeatures(options.frequencies)
        self.embedding = TimeEmbedding(embedding)
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.times = nn.ModuleList(nn.Linear(embedding, b) for b in options.hidden)
        self.acts = nn.ModuleList(nn.SiLU() for _ in options.hidden)
        self.head = nn.Linear(widths[-1], inputs)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x_bd: Tensor, t_b: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """The answer to noisy points (b, d) at timesteps `t` (b,); labels mean nothing here."""
        emb, h = self.embedding(t_b), self.features(x_bd)
        for layer, time, act in zip(self.layers, self.times, self.acts, strict=True):
            h = act(layer(h) + time(emb))
        return self.head(h)  # type: ignore[no-any-return]
