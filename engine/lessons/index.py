"""The index: every lesson by chapter, in the order of the notes, imported when it is opened. Torch-free."""

import difflib
from collections.abc import Iterator
from importlib import import_module

from ..options import OptionError
from ..text import sanitize
from .kit.lesson import Lesson

CHAPTERS: dict[str, tuple[str, ...]] = {
    "convolution": (
        "pixels",
        "dense",
        "convolution",
        "stride",
        "pooling",
        "channels",
        "cnn",
        "dropout",
        "weight-sharing",
        "stacked-kernels",
        "residual",
    ),
    "transformers": (
        "signal-path",
        "tokens",
        "positions",
        "attention",
        "heads",
        "masks",
        "cross-attention",
        "transformer",
        "generation",
    ),
    "generative": (
        "generative",
        "bayes-net",
        "vae",
        "gan",
        "forward-diffusion",
        "reverse-diffusion",
        "unet",
        "gan-vs-diffusion",
    ),
}

NAMES = tuple(name for names in CHAPTERS.values() for name in names)


def load(name: str) -> Lesson:
    """The lesson `name`; raises OptionError with the nearest match."""
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(NAMES)}"
        raise OptionError(f"no lesson {sanitize(name, limit=60)!r}; {hint}")
    lesson: Lesson = import_module(f".{name.replace('-', '_')}", __package__).LESSON
    return lesson


def lessons() -> Iterator[Lesson]:
    """Every lesson, in order."""
    return (load(name) for name in NAMES)
