"""Two networks against each other (Goodfellow et al., 2014, arXiv 1406.2661), convolutional ones for images (DCGAN,
Radford et al., 2015, arXiv 1511.06434) with a projection discriminator (Miyato & Koyama, 2018, arXiv 1802.05637).

Shapes: b batch, z random numbers, c channels, h rows, w columns, f features. Images are in -1..1.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from ..recipes.gan import GanOptions
from .denoiser import FourierFeatures
from .layers import ACTIVATIONS

SMALLEST = 7
"""Rows or columns of the maps between which and the image the generator grows and the discriminator shrinks."""


class Adversaries(nn.Module):
    """Generator and discriminator; `forward` is D(G(z)).

    Args:
        options: widths, and what keeps D smooth.
        shape: of one example, (2,) or (channels, rows, columns).
        classes: that both are told; 0 for none.
    """

    def __init__(self, options: GanOptions, shape: tuple[int, ...], classes: int = 0) -> None:
        super().__init__()
        if len(shape) == 3:
            self.generator: nn.Module = ImageGenerator(options, shape, classes)
            self.discriminator: nn.Module = ImageDiscriminator(options, shape, classes)
        else:
            self.generator = PointGenerator(options, shape[0])
            self.discriminator = PointDiscriminator(options, shape[0])
        if options.spectral_norm:
            normalise(self.discriminator)

    def forward(self, z_bz: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """D's answers to generated examples, (b,)."""
        return self.discriminator(self.generator(z_bz, labels_b), labels_b)  # type: ignore[no-any-return]


def normalise(module: nn.Module) -> None:
    """Divide every weight matrix by its largest singular value (Miyato et al., 2018, arXiv 1802.05957)."""
    for layer in list(module.modules()):
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.Embedding):
            parametrizations.spectral_norm(layer)


def _dense(inputs: int, options: GanOptions, outputs: int) -> OrderedDict[str, nn.Module]:
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for k, units in enumerate(options.hidden, start=1):
        layers[f"linear{k}"], layers[f"act{k}"] = nn.Linear(inputs, units), ACTIVATIONS[options.activation]()
        inputs = units
    layers["head"] = nn.Linear(inputs, outputs)
    return layers


class PointGenerator(nn.Sequential):
    """z → (linear → activation) × n → a point."""

    def __init__(self, options: GanOptions, outputs: int) -> None:
        super().__init__(_dense(options.z, options, outputs))

    def forward(self, z_bz: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """Points (b, 2); labels mean nothing here."""
        return super().forward(z_bz)  # type: ignore[no-any-return, no-untyped-call]


class PointDiscriminator(nn.Sequential):
    """A point → [Fourier features] → (linear → activation) × n → one number."""

    def __init__(self, options: GanOptions, inputs: int) -> None:
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        waves = sum(f > 0 for f in options.frequencies)
        if waves:
            layers["features"] = FourierFeatures(options.frequencies)
        super().__init__(layers | _dense(inputs * (1 + 2 * waves), options, 1))

    def forward(self, x_bf: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """Answers (b,) to points (b, 2); labels mean nothing here."""
        return super().forward(x_bf)[:, 0]  # type: ignore[no-any-return, no-untyped-call]


def sizes(rows: int, columns: int) -> list[tuple[int, int]]:
    """Rows and columns of the maps, from the image's own down to the smallest, each half of the one before."""
    found = [(rows, columns)]
    while max(found[-1]) > SMALLEST:
        rows, columns = found[-1]
        found.append((max(1, rows // 2), max(1, columns // 2)))
    return found


class ImageGenerator(nn.Module):
    """z and the class's own vector → small maps → (twice as large → convolution → activation) × n → an image."""

    def __init__(self, options: GanOptions, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        maps = options.channels
        first, *larger = reversed(sizes(*shape[1:]))
        self.embedding = nn.Embedding(classes, options.z) if classes else None
        self.project = nn.Linear(options.z * (2 if classes else 1), maps * first[0] * first[1])
        layers: OrderedDict[str, nn.Module] = OrderedDict(grid=nn.Unflatten(1, (maps, *first)))
        layers["act0"] = ACTIVATIONS[options.activation]()
        for k, size in enumerate(larger, start=1):
            layers[f"up{k}"] = nn.Upsample(size)
            layers[f"conv{k}"] = nn.Conv2d(maps, maps, 3, padding=1)
            layers[f"act{k}"] = ACTIVATIONS[options.activation]()
        layers["head"] = nn.Conv2d(maps, shape[0], 3, padding=1)
        layers["tanh"] = nn.Tanh()
        self.maps = nn.Sequential(layers)

    def forward(self, z_bz: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """Images (b, c, h, w) in -1..1; `labels` (b,) where there are classes."""
        if self.embedding is not None:
            z_bz = torch.cat((z_bz, self.embedding(labels_b)), 1)
        return self.maps(self.project(z_bz))  # type: ignore[no-any-return]


class ImageDiscriminator(nn.Module):
    """An image → convolutions, each of which but the first and last halves the maps → features → one number.

    The number is a linear function of the features, and another one of each class's own: <e_y, features>.
    """

    def __init__(self, options: GanOptions, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        maps, chain = options.channels, sizes(*shape[1:])
        layers: OrderedDict[str, nn.Module] = OrderedDict(conv0=nn.Conv2d(shape[0], maps, 3, padding=1))
        layers["act0"] = ACTIVATIONS[options.activation]()
        for k in range(1, len(chain)):
            rows, columns = (4 if side > 1 else 3 for side in chain[k - 1])
            layers[f"conv{k}"] = nn.Conv2d(maps, maps, (rows, columns), stride=2, padding=1)
            layers[f"act{k}"] = ACTIVATIONS[options.activation]()
        layers["conv"] = nn.Conv2d(maps, maps, 3, padding=1)
        layers["act"] = ACTIVATIONS[options.activation]()
        layers["features"] = nn.Flatten()
        self.maps = nn.Sequential(layers)
        features = maps * chain[-1][0] * chain[-1][1]
        self.head = nn.Linear(features, 1)
        self.embedding = nn.Embedding(classes, features) if classes else None
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight, std=features**-0.5)

    def forward(self, x_bchw: Tensor, labels_b: Tensor | None = None) -> Tensor:
        """Answers (b,) to images; `labels` (b,) where there are classes."""
        features = self.maps(x_bchw)
        answer = self.head(features)[:, 0]
        if self.embedding is not None:
            answer = answer + (self.embedding(labels_b) * features).sum(1)
        return answer  # type: ignore[no-any-return]
