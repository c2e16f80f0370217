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
    """The lesson `name`; raises OptionError with the nearest names."""
    if name not in NAMES:
        hint = f"did you mean {' or '.join(near)}?" if (near := _near(name)) else f"allowed: {', '.join(NAMES)}"
        raise OptionError(f"no lesson {sanitize(name, limit=60)!r}; {hint}")
    lesson: Lesson = import_module(f".{name.replace('-', '_')}", __package__).LESSON
    return lesson


def _near(name: str) -> list[str]:
    """At most three lessons whose names begin with, hold, or resemble a name."""
    asked = name.strip().lower().replace("_", "-").replace(" ", "-")
    holding = [known for known in NAMES if len(asked) > 1 and asked in known]
    holding.sort(key=lambda known: not known.startswith(asked))
    return (holding or difflib.get_close_matches(asked, NAMES, n=1, cutoff=0.65))[:3]


def lessons() -> Iterator[Lesson]:
    """Every lesson, in order."""
    return (load(name) for name in NAMES)
