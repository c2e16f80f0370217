"""Options of `vae`: the latent space, the decoder and the prior."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..options import option
from .training import ACTIVATIONS, RATE, TrainingOptions

LIKELIHOODS = ("gaussian", "bernoulli")
DECODERS = ("conv", "mlp")
PRIORS = ("mixture", "standard")

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "own": {},
    "map": {"latent": 2, "conditional": False, "prior": "standard"},
    "textbook": {
        "latent": 12, "conditional": False, "prior": "standard", "decoder": "mlp", "likelihood": "bernoulli",
    },
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class VaeOptions(TrainingOptions):
    """A variational autoencoder of images."""

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = PRESETS

    preset: str = option("own", "map: two latent numbers, no labels; textbook: as first published", choices=(*PRESETS,))
    steps: int = option(2000, "optimisation steps", low=1, high=100_000_000, group="training")
    lr: float = option(2e-3, RATE, low=0.0, high=100.0, group="training", live=True)
    clip: float = option(200.0, "largest gradient norm, 0 for no limit", low=0.0, high=1e6, group="training", live=True)
    beta: float = option(
        1.0, "weight of the KL term in the loss; 1 is the evidence lower bound", low=0.0, high=1000.0,
        group="training", live=True,
    )  # fmt: skip
    latent: int = option(6, "latent numbers of an image", low=1, high=256)
    conditional: bool = option(True, "encoder, decoder and prior are told the class")
    likelihood: str = option(
        "gaussian", "of a pixel given its mean: gaussian with one learned sigma, or bernoulli", choices=LIKELIHOODS
    )
    prior: str = option("mixture", "of the latent numbers: learned Gaussians, or one standard normal", choices=PRIORS)
    components: int = option(8, "Gaussians of the mixture prior, of each class if conditional", low=1, high=1024)
    decoder: str = option("conv", "what makes an image of the latent numbers", choices=DECODERS)
    hidden: tuple[int, ...] = option((256, 256), "units of the layers of encoder and mlp decoder", low=1, high=16_384)
    channels: int = option(16, "feature maps of the conv decoder at full size", low=1, high=1024)
    activation: str = option("silu", "non-linearity", choices=ACTIVATIONS)
