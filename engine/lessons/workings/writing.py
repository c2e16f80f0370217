"""Writing token by token: each is chosen from the logits after all before it, then read in its turn. Torch-free."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..kit.fixtures import Floats
from ..kit.settings import Choice, Setting, Slider
from ..kit.state import State
from .decoding import Decoded, decode, draw


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How a token is chosen: the likeliest, or one drawn at a temperature from the top k or the top p."""

    sampled: bool = False
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0
    slip: int = 0
    """The place, from 1, where the second likeliest token is written instead; 0: nowhere."""


@dataclass(frozen=True, eq=False)
class Choosing:
    """One step: the logits (v,), what decoding made of them, the number drawn from 0..1, and the token."""

    logits: Floats
    decoded: Decoded
    u: float
    token: int


def write_on(
    logits_after: Callable[[tuple[int, ...]], Floats], start: tuple[int, ...], end: int, most: int, rules: Rules
) -> tuple[Choosing, ...]:
    """The tokens after `start`, until `end` is written or there are `most` of them."""
    rng = np.random.default_rng(rules.seed)
    written: list[Choosing] = []
    while len(written) < most and not (written and written[-1].token == end):
        scores = logits_after((*start, *(step.token for step in written)))
        decoded, u = decode(scores, rules.temperature, rules.top_k, rules.top_p), float(rng.random())
        token = draw(decoded.chances, u) if rules.sampled else int(scores.argmax())
        if rules.slip == len(written) + 1:
            token = int(np.argsort(-scores, kind="stable")[1])
        written.append(Choosing(scores, decoded, u, token))
    return tuple(written)


def decoding_settings() -> tuple[Setting, ...]:
    """How the next token is chosen, the same in every lesson that writes."""
    stops = (0.01, 0.05, 0.1, 0.2, 0.5, 0.7, 1.0, 1.5, 2.0, 5.0, 10.0)
    return (
        Choice(
            name="decoding",
            default="greedy",
            choices=("greedy", "sampled"),
            help="the likeliest, or drawn",
            key="g",
        ),
        Slider(name="temperature", default=1.0, stops=stops, help="T, by which logits are divided", key="w"),
        Slider(name="top_k", default=0, low=0, high=20, step=1, help="keep the k likeliest; 0 keeps all", key="a"),
        Slider(
            name="top_p", default=1.0, low=0.05, high=1.0, step=0.05, help="keep the fewest with this mass", key="m"
        ),
        Slider(name="draw", default=0, low=0, high=99, step=1, help="which random numbers are drawn", key="d"),
    )


def rules(state: State, slip: int = 0) -> Rules:
    """The rules that the settings ask for."""
    return Rules(
        sampled=state["decoding"] == "sampled",
        temperature=state["temperature"],
        top_k=state["top_k"],
        top_p=state["top_p"],
        seed=state["draw"],
        slip=slip,
    )
