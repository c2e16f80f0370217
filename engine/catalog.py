"""THE table of built-in models. Torch-free: listing the catalogue costs nothing."""

import difflib
from dataclasses import dataclass

from .recipes.classifiers import CnnOptions, MlpOptions, ResnetOptions
from .recipes.training import TrainingOptions


class UnknownModelError(ValueError):
    """A name that is not in the catalogue; the text is one sentence for the user."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One model: what it is, what it learns from, what can be looked at."""

    name: str
    family: str
    data: str
    objective: str
    summary: str
    options: type[TrainingOptions]
    module: str
    """Where its nn.Module lives, as `file:Class` under `engine/models`."""
    parameters: int
    """Trainable numbers with default options and data."""
    views: tuple[str, ...]


IMAGE_VIEWS = (
    "curves",
    "layers",
    "feature maps",
    "kernels",
    "activations",
    "gradients",
    "predictions",
    "confusion",
)

CATALOG: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry(
            name="mlp",
            family="dense",
            data="digits",
            objective="classification",
            summary="Multi-layer perceptron: every unit sees every pixel, so it must learn each place anew.",
            options=MlpOptions,
            module="mlp:Mlp",
            parameters=26_122,
            views=IMAGE_VIEWS,
        ),
        Entry(
            name="cnn",
            family="convolutional",
            data="digits",
            objective="classification",
            summary="Convolutional network: small kernels shared over the image, then one dense layer.",
            options=CnnOptions,
            module="cnn:Cnn",
            parameters=6_138,
            views=IMAGE_VIEWS,
        ),
        Entry(
            name="resnet",
            family="convolutional",
            data="digits",
            objective="classification",
            summary="Residual network: each block adds to its input, so that gradients reach every depth.",
            options=ResnetOptions,
            module="resnet:Resnet",
            parameters=42_874,
            views=IMAGE_VIEWS,
        ),
    )
}


def find(name: str) -> Entry:
    """The entry called `name`; raises UnknownModelError with the nearest match."""
    if name in CATALOG:
        return CATALOG[name]
    near = difflib.get_close_matches(name.lower(), CATALOG, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UnknownModelError(f"no model {name!r}{hint} (there are: {', '.join(CATALOG)})")
