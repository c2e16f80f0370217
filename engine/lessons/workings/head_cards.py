"""What multi-head attention is good for, as measured, and how many heads real models have. Torch-free."""

import numpy as np

from ..kit.figures import Bars, Card, Table
from ..kit.lesson import Frame
from ..kit.state import State
from .attending import entropy
from .head_scenes import heads_of, tokens_of

MODELS = (
    ("Transformer base, 2017", 8, 512, 6),
    ("Transformer big, 2017", 16, 1024, 6),
    ("BERT base, 2018", 12, 768, 12),
    ("BERT large, 2018", 16, 1024, 24),
    ("GPT-2 small, 2019", 12, 768, 12),
    ("GPT-2 large, 2019", 20, 1280, 36),
    ("GPT-2 XL, 2019", 25, 1600, 48),
    ("GPT-3, 2020", 96, 12288, 96),
)
"""Name, heads, width, layers, as published; of the Transformer the layers of each stack."""


def path(size: int, reach: int) -> int:
    """Layers or steps until the last of `size` tokens has heard of the first, if each hears `reach` tokens back."""
    return -(-(size - 1) // reach) if size > 1 else 0


def benefits(state: State) -> tuple[Frame, ...]:
    """Path length, sequential steps, entropy; and whose merits these are."""
    size = len(tokens_of(state))
    _, a = heads_of(state)
    table = Table(
        name="benefits",
        title=f"{size} tokens",
        columns=("", "attention", "RNN", "whose merit"),
        rows=[
            ["path from first to last token", path(size, max(1, size - 1)), path(size, 1), "attention, with 1 head"],
            ["steps one after the other", 1, size, "attention, with 1 head"],
            ["patterns at once", state["heads"], "-", "heads"],
        ],
    )
    bars = Bars(
        name="entropy",
        title="mean entropy of each head / ln T (random weights)",
        about="1: a head looks everywhere alike; 0: at one token.",
        labels=tuple(f"head {i + 1}" for i in range(len(a.weights))),
        values=entropy(a.weights).mean(1) / max(float(np.log(size)), 1e-9),
        high=1,
    )
    caveat = Card(
        name="caveat",
        title="weights as explanations",
        kind="opinion",
        text="Weights are easy to look at, and contested as explanations. BertViz itself warns of it, and in "
        "encoder-decoder models much attention goes to the end mark or the full stop (bertviz issue 84). "
        "Scenes patterns and learned can mute such a sink with u.",
    )
    link = Card(name="link", title="see also", kind="link", text="Path lengths and timelines: lesson signal-path.")
    return (
        Frame(
            caption="Long range and parallelism are merits of attention itself; heads add several patterns at once.",
            figures=(table, bars, caveat, link),
        ),
    )


def real_models(state: State) -> tuple[Frame, ...]:
    """A table of heads."""
    table = Table(
        name="models",
        title="heads of real models",
        columns=("model", "heads h", "width D", "d_k = D/h", "layers"),
        rows=[[name, heads, width, width // heads, layers] for name, heads, width, layers in MODELS],
        marked=tuple(k for k, model in enumerate(MODELS) if 8 <= model[1] <= 16),
    )
    return (
        Frame(
            caption="8 to 16 heads is the range of 2017; by 2020 GPT-3 had 96. d_k = D/h stays 64 to 128.",
            figures=(table,),
        ),
    )
