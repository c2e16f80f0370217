"""What `positions` claims, computed by PyTorch, complex numbers, or from a closed form."""

import cmath
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...models.transformer import SinusoidalPositions
from ..kit.facts import Claim, Outcome, at_least, at_most, close, equal, every, same_arrays
from ..kit.fixtures import GOLD3, S3
from ..kit.state import State
from ..positions import compared, sentence
from ..workings import ordering, sinusoids
from ..workings.attending import random_projections


def tensor(values: Any) -> Tensor:
    """float64, a copy."""
    return torch.tensor(np.asarray(values), dtype=torch.float64)


def translated(state: State) -> Outcome:
    """The adjective and the noun change places between the French sentence and the right translation."""
    words = dict(zip(("Un", "chat", "noir", "boit", "eau"), ("A", "cat", "black", "drinks", "water"), strict=True))
    french = [word for word in S3.replace("l'", "").split() if word in words]
    literal = [words[word] for word in french]
    right = GOLD3.split()
    return every(
        right=equal(GOLD3, "A black cat drinks water"),
        word_for_word=equal(" ".join(literal), "A cat black drinks water"),
        places_that_differ=equal(
            [k for k, pair in enumerate(zip(literal, right, strict=True)) if len(set(pair)) > 1], [1, 2]
        ),
    )


def _layer(x: Tensor, arm: str, seed: int) -> Tensor:
    """The layer by PyTorch."""
    w = random_projections(seed + 21, ordering.WIDTH, ordering.WIDTH, gain=1.0)
    if arm == "sinusoidal":
        x = SinusoidalPositions(ordering.WIDTH, len(x)).double()(x[None])[0]
    q, k, v = (x @ tensor(each) for each in (w.query, w.key, w.value))
    return F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=arm == "causal mask")[0]


def bag_of_words(state: State) -> Outcome:
    """Without positions outputs permute with the words; with them, or with a causal mask, they change."""
    tokens, moved = sentence(state)
    x = tensor(ordering.vectors(tokens, state.seed))
    places = torch.from_numpy(moved.copy())
    found, oracle = {}, {}
    for arm in ordering.ARMS:
        found[arm] = compared(state, arm).error
        back = torch.empty_like(x)
        back[places] = _layer(x[places], arm, state.seed)
        oracle[arm] = float((_layer(x, arm, state.seed) - back).abs().max())
    agree = all(abs(found[arm] - oracle[arm]) < 1e-5 for arm in found)
    words = [token.lower() for token in tokens]
    still = words == [words[k] for k in moved]
    pattern = found["no positions"] < 1e-12 and (still or min(found["sinusoidal"], found["causal mask"]) > 1e-3)
    says = "the order is as it was, so nothing can change" if still else ""
    return Outcome(found, oracle, agree and pattern, says)


def pooled(state: State) -> Outcome:
    """The mean over tokens does not notice the order."""
    one = compared(state, "no positions")
    return every(outputs=at_most(one.error, 1e-12), mean=at_most(one.mean_error, 1e-12))


def known_differences(state: State) -> Outcome:
    """The pattern of the notes' fixture, for one shuffle: nothing, then something, then something."""
    x = ordering.vectors(S3.split(), state.seed)
    moved = ordering.order(len(x), 1)
    errors = {arm: ordering.shuffled(x, moved, arm, state.seed).error for arm in ordering.ARMS}
    return every(
        no_positions=at_most(errors["no positions"], 1e-14),
        sinusoidal=at_least(errors["sinusoidal"], 0.1),
        causal_mask=at_least(errors["causal mask"], 0.1),
    )


def table(state: State) -> Outcome:
    """The table against the lab's own module and against complex exponentials."""
    width = state["width"]
    ours = sinusoids.sinusoids(np.arange(64), width)
    module = SinusoidalPositions(width, 64)(torch.zeros(1, 64, width))[0]
    turns = [[cmath.exp(1j * p / 10_000 ** (2 * i / width)) for i in range(width // 2)] for p in range(64)]
    expected = np.array([[part for z in row for part in (z.imag, z.real)] for row in turns])
    return every(
        complex_numbers=same_arrays(ours, expected, 1e-12),
        module=same_arrays(ours, module, 1e-5),
        range=Outcome(float(np.abs(ours).max()), "<= 1", bool(np.abs(ours).max() <= 1)),
        start=equal(ours[0].tolist(), [0.0, 1.0] * (width // 2)),
    )


def lengths(state: State) -> Outcome:
    """|PE(p)|² = d/2: 8 at d = 16."""
    width = state["width"]
    squares = (sinusoids.sinusoids(np.arange(200), width) ** 2).sum(1)
    sixteen = float((sinusoids.sinusoids(np.array([7]), 16) ** 2).sum())
    return every(
        all_positions=same_arrays(squares, np.full(200, width / 2), 1e-10),
        at_16=close(sixteen, 8.0, 1e-12),
    )


def by_distance(state: State) -> Outcome:
    """PE(p)·PE(p+k) = Σ cos(k w_i) for every p."""
    width, k = state["width"], state["offset"]
    rows = torch.from_numpy(sinusoids.sinusoids(np.arange(200 + k), width))
    dots = (rows[:200] * rows[k : k + 200]).sum(1)
    expected = sum(torch.cos(tensor(k / 10_000 ** (2 * i / width))) for i in range(width // 2))
    spread = float(dots.max() - dots.min())
    return every(
        dot=close(sinusoids.likeness(k, width), float(expected), 1e-9),
        every_position=close(float(dots.mean()), float(expected), 1e-9),
        spread_over_p=at_most(spread, 1e-10),
    )


def turned(state: State) -> Outcome:
    """PE(p+k) = R_k PE(p), R_k is a rotation: its inverse is its transpose, and it does not depend on p."""
    width, k = state["width"], state["offset"]
    r = tensor(sinusoids.rotation(k, width))
    rows = torch.from_numpy(sinusoids.sinusoids(np.arange(100 + k), width))
    error = float((rows[:100] @ r.T - rows[k : k + 100]).abs().max())
    generator = torch.zeros(width, width, dtype=torch.float64)
    for i in range(width // 2):
        rate = 10_000 ** (-2 * i / width)
        generator[2 * i, 2 * i + 1], generator[2 * i + 1, 2 * i] = rate, -rate
    return every(
        largest_error=at_most(error, 1e-12),
        exponential=same_arrays(r, torch.linalg.matrix_exp(k * generator), 1e-9),
        orthogonal=same_arrays(r @ r.T, torch.eye(width, dtype=torch.float64), 1e-12),
    )


def waves(state: State) -> Outcome:
    """From 2 pi to 2 pi 10000^(1 - 2/d): 60,611 at d = 512."""
    width = state["width"]
    ours = sinusoids.wavelengths(width)
    table = sinusoids.sinusoids(np.array([0.0, float(ours[-1])]), width)
    back = float(np.abs(table[1, -2:] - table[0, -2:]).max())
    return every(
        first=close(float(ours[0]), 6.283185307, 1e-8),
        last=close(float(ours[-1]) / (2 * cmath.pi), 10_000 ** (1 - 2 / width), 1e-6),
        at_512=equal(round(float(sinusoids.wavelengths(512)[-1])), 60_611),
        a_wavelength_on_it_is_where_it_was=at_most(back, 1e-9),
    )


CLAIMS = (
    Claim(id="T1", says='the right translation is "A black cat drinks water"', check=translated),
    Claim(id="T2", says="no positions: outputs permute; positions or a causal mask: they change", check=bag_of_words),
    Claim(id="T2", says="without positions the mean over tokens ignores the order", check=pooled),
    Claim(id="T2", says="for the French sentence: 0 without positions, else not", check=known_differences),
    Claim(id="T3", says="the table is sin and cos of p w_i, in -1..1; PE(0) = 0, 1, 0, 1, …", check=table),
    Claim(id="T3", says="|PE(p)|² = d/2 at every position", check=lengths),
    Claim(id="T3", says="PE(p)·PE(p+k) = Σ cos(k w_i), whatever p is", check=by_distance),
    Claim(id="T3", says="PE(p+k) = R_k PE(p), a rotation", check=turned),
    Claim(id="T3", says="wavelengths from 2π to 2π·10000^(1-2/d): 60,611 at d = 512", check=waves),
)
