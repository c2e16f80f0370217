"""THE table of built-in models. Torch-free: listing the catalogue costs nothing."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .options import OptionError
from .recipes.bayesnet import BY_DATA as BAYESNET_BY_DATA
from .recipes.bayesnet import BayesnetOptions
from .recipes.budget import BudgetOptions
from .recipes.classifiers import CnnOptions, MlpOptions, ResnetOptions
from .recipes.diffusion import BY_DATA as DIFFUSION_BY_DATA
from .recipes.diffusion import DiffusionOptions
from .recipes.encoder import BY_DATA as ENCODER_BY_DATA
from .recipes.encoder import EncoderOptions
from .recipes.gan import BY_DATA as GAN_BY_DATA
from .recipes.gan import GanOptions
from .recipes.gcn import GcnOptions
from .recipes.gpt import GptOptions
from .recipes.linear import LogisticOptions, NaiveBayesOptions
from .recipes.recurrent import BY_DATA as RECURRENT_BY_DATA
from .recipes.recurrent import LstmOptions, RnnOptions
from .recipes.translator import TranslatorOptions
from .recipes.vae import VaeOptions


class UnknownModelError(OptionError):
    """A name that is not in the catalogue; the text is one sentence for the user."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One model: what it is, what it learns from, what can be looked at."""

    name: str
    family: str
    data: str
    objective: str
    summary: str
    options: type[BudgetOptions]
    module: str
    """Where its nn.Module lives, as `file:Class` under `engine/models`."""
    objectives: Mapping[str, str]
    """Which objective learns from which kind of data, as `file:Class` under `engine/objectives`."""
    parameters: int
    """Fitted numbers with default options and data."""
    views: tuple[str, ...]
    by_data: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Defaults of options that suit a data set, by its name or kind; the others are those of `options`."""


IMAGE_VIEWS = (
    "curves",
    "layers",
    "feature maps",
    "kernels",
    "activations",
    "gradients",
    "predictions",
    "confusion",
    "health",
)

CLASSIFIES = dict.fromkeys(("images", "features"), "classification:Classification")

RECURRENT_VIEWS = ("curves", "layers", "hidden", "text", "gradients", "predictions", "confusion", "health")
READS = {"sequences": "classification:Classification", "text": "language:Language"}

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
            objectives=CLASSIFIES,
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
            objectives=CLASSIFIES,
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
            objectives=CLASSIFIES,
            parameters=42_874,
            views=IMAGE_VIEWS,
        ),
        Entry(
            name="rnn",
            family="recurrent",
            data="recall:distance=4,pairs=2",
            objective="classification",
            summary="Elman network: one state, rewritten at every token by the same weights.",
            options=RnnOptions,
            module="recurrent:Rnn",
            objectives=READS,
            parameters=7_400,
            views=RECURRENT_VIEWS,
            by_data=RECURRENT_BY_DATA,
        ),
        Entry(
            name="lstm",
            family="recurrent",
            data="recall:distance=8",
            objective="classification",
            summary="Long short-term memory: gates decide what its cell keeps, writes and shows.",
            options=LstmOptions,
            module="recurrent:Lstm",
            objectives=READS,
            parameters=26_280,
            views=RECURRENT_VIEWS,
            by_data=RECURRENT_BY_DATA,
        ),
        Entry(
            name="encoder",
            family="transformer",
            data="recall",
            objective="classification",
            summary="Bidirectional transformer: tokens look both ways; recalls over a distance, fills gaps in a text.",
            options=EncoderOptions,
            module="encoder:Encoder",
            objectives={"sequences": "classification:Classification", "text": "masked:Masked"},
            parameters=18_088,
            views=("curves", "layers", "attention", "text", "gradients", "predictions", "confusion", "health"),
            by_data=ENCODER_BY_DATA,
        ),
        Entry(
            name="gpt",
            family="transformer",
            data="topics",
            objective="next token",
            summary="Decoder-only transformer: every token looks at those before it and predicts the next.",
            options=GptOptions,
            module="gpt:Gpt",
            objectives={"text": "language:Language"},
            parameters=529_248,
            views=("curves", "layers", "attention", "text", "gradients", "health"),
        ),
        Entry(
            name="translator",
            family="transformer",
            data="french",
            objective="translation",
            summary="Encoder-decoder transformer: every word it writes looks back at the sentence it has read.",
            options=TranslatorOptions,
            module="translator:Translator",
            objectives={"pairs": "translation:Translation"},
            parameters=257_388,
            views=("curves", "layers", "attention", "text", "translations", "activations", "gradients", "health"),
        ),
        Entry(
            name="gcn",
            family="graph",
            data="karate",
            objective="node classification",
            summary="Graph convolutional network: nodes take the mean of their neighbours, by weights shared over all.",
            options=GcnOptions,
            module="gcn:Gcn",
            objectives={"graph": "nodes:Nodes"},
            parameters=594,
            views=("curves", "layers", "hidden", "gradients", "health"),
        ),
        Entry(
            name="vae",
            family="generative",
            data="digits",
            objective="variational",
            summary="Variational autoencoder: squeezes an image into a few random numbers, draws it again from them.",
            options=VaeOptions,
            module="vae:Vae",
            objectives={"images": "variational:Variational"},
            parameters=171_278,
            views=("curves", "layers", "latent", "feature maps", "activations", "gradients", "health"),
        ),
        Entry(
            name="gan",
            family="generative",
            data="ring",
            objective="adversarial",
            summary="Generative adversarial network: one network invents examples, one tells them from real ones.",
            options=GanOptions,
            module="gan:Adversaries",
            objectives=dict.fromkeys(("points", "images"), "adversarial:Adversarial"),
            parameters=68_995,
            views=("curves", "layers", "arena", "activations", "gradients", "health"),
            by_data=GAN_BY_DATA,
        ),
        Entry(
            name="diffusion",
            family="generative",
            data="digits",
            objective="denoising",
            summary="Diffusion model: a U-Net learns to remove noise; from pure noise it draws, step by step.",
            options=DiffusionOptions,
            module="unet:UNet",
            objectives=dict.fromkeys(("images", "points"), "denoising:Denoising"),
            parameters=216_001,
            views=("curves", "layers", "denoise", "feature maps", "attention", "activations", "gradients", "health"),
            by_data=DIFFUSION_BY_DATA,
        ),
        Entry(
            name="logistic",
            family="linear",
            data="digits",
            objective="classification",
            summary="Logistic regression: one weight for every pixel and class; learns the boundary between classes.",
            options=LogisticOptions,
            module="logistic:Logistic",
            objectives=CLASSIFIES,
            parameters=650,
            views=IMAGE_VIEWS,
            by_data={"gaussians": {"lr": 0.03}},
        ),
        Entry(
            name="bayesnet",
            family="probabilistic",
            data="digits",
            objective="likelihood",
            summary="Bayesian network: for each class a Chow-Liu tree of pixels, learned by counting.",
            options=BayesnetOptions,
            module="bayesnet:Bayesnet",
            objectives={"images": "likelihood:Likelihood"},
            parameters=1_279,
            views=("curves", "evidence"),
            by_data=BAYESNET_BY_DATA,
        ),
        Entry(
            name="naive-bayes",
            family="probabilistic",
            data="digits",
            objective="classification",
            summary="Naive Bayes: counts what each class looks like, every feature for itself, and asks who fits best.",
            options=NaiveBayesOptions,
            module="naive_bayes:NaiveBayes",
            objectives=dict.fromkeys(CLASSIFIES, "counting:Counting"),
            parameters=1_289,
            views=("curves", "layers", "predictions", "confusion"),
            by_data={name: {"batch": 1024} for name in ("mnist", "fashion-mnist", "cifar-10")},
        ),
    )
}


def find(name: str) -> Entry:
    """The entry called `name`; raises UnknownModelError with the nearest match."""
    if name in CATALOG:
        return CATALOG[name]
    near = difflib.get_close_matches(name.lower(), CATALOG, n=3, cutoff=0.4)
    near.sort(key=lambda known: known[:1] != name[:1].lower())  # of equals, the one that begins alike
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UnknownModelError(f"no model {name!r}{hint} (there are: {', '.join(CATALOG)})")
