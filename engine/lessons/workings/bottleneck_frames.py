"""The frames of the bottleneck's attention: sixteen pixels that look at each other. Torch-free at import."""

from functools import partial

import numpy as np

from ..kit.figures import Bars, Formula, Grid, Origin
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from ..trainings.denoising_digits import NAME
from .attending import Attention, attend, product
from .noised_digit import noised

PIXELS = tuple(f"{r + 1},{c + 1}" for r in range(4) for c in range(4))
TOP = 5


def looks(state: State) -> tuple[Attention, Floats]:
    """Attention of the chosen head over the 16 pixels of the noisy digit, and the tokens (16, c)."""
    from ..trainings.denoiser_inside import bottleneck_tokens, queries_keys_values

    network, t = state.result(NAME).network, max(1, int(state["t"]))
    tokens = bottleneck_tokens(network, noised(state, t), t, int(state["digit"]))
    return attended(queries_keys_values(network, tokens), int(state["head"]) - 1), tokens


def attended(parts: tuple[Floats, Floats, Floats], head: int) -> Attention:
    """softmax(Q K^T / sqrt(d)) V of one head, from Q, K and V (heads, tokens, d)."""
    q, k, v = (part[head] for part in parts)
    return attend(q, k, v)


def shuffled(pixels: int, seed: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """Another order of the pixels."""
    return np.random.default_rng((seed, 81)).permutation(pixels)


def _weight(look: Attention, row: int, column: int) -> Origin:
    formulas = (
        Formula(
            symbols="score = q·k / sqrt(16)",
            numbers=f"{product(look.q[row][:3], look.k[column][:3], 1)} + … = {look.scores[row, column]:.3g}; "
            f"/ 4 = {look.scaled[row, column]:.3g}",
        ),
        Formula(
            symbols="weight = exp(score) / Σ over the row",
            numbers=f"{np.exp(look.scaled[row, column]):.4f} / {np.exp(look.scaled[row]).sum():.4f} "
            f"= {look.weights[row, column]:.3f}",
        ),
    )
    cells = {"weights": tuple((row, j) for j in range(16)), "map": (divmod(row, 4), divmod(column, 4))}
    return Origin(formulas=formulas, cells=cells)


def bottleneck(state: State) -> tuple[Frame, ...]:
    """Where a pixel looks; then the same pixels in another order."""
    look, tokens = looks(state)
    t, pixel, head = max(1, int(state["t"])), int(state["pixel"]) - 1, int(state["head"])
    weights = look.weights
    order = np.argsort(-weights[pixel])[:TOP]
    here = Grid(
        name="map",
        title=f"where pixel {PIXELS[pixel]} looks",
        about="The 4x4 pixels of the bottleneck; each stands for 4x4 pixels of the image. Point at one to focus it.",
        values=weights[pixel].reshape(4, 4),
        digits=2,
        signed=False,
        reach=(0.0, float(weights.max())),
        scope="matrix",
        origin=lambda row, column: _weight(look, pixel, 4 * row + column),
        cursor=divmod(pixel, 4),
        marks={"focus": (divmod(pixel, 4),)},
        picks=lambda row, column: {"pixel": 4 * row + column + 1},
    )
    matrix = Grid(
        name="weights",
        title=f"head {head}: 16 pixels look at 16",
        about="Row: the pixel that looks. Column: the pixel that it looks at. Each row sums to 1.",
        values=weights,
        shows="shades",
        signed=False,
        digits=3,
        scope="the matrix",
        row_axis="looks",
        column_axis="at",
        cursor=(pixel, pixel),
        marks={"focus": tuple((pixel, j) for j in range(16))},
        picks=lambda row, column: {"pixel": row + 1},
        origin=partial(_weight, look),
    )
    top = Bars(
        name="top",
        title=f"where {PIXELS[pixel]} looks most",
        labels=[PIXELS[j] for j in order],
        values=weights[pixel][order],
        high=1.0,
        percent=True,
        reference=("even", 1 / 16),
    )
    mixed = shuffled(16, state.seed)
    again = attend(look.q[mixed], look.k[mixed], look.v[mixed])
    gap = float(np.abs(again.output - look.output[mixed]).max())
    permuted = tuple(
        Grid(
            name=name,
            title=title,
            values=values,
            shows="shades",
            signed=False,
            scope="the matrix",
            reach=(0.0, float(weights.max())),
        )
        for name, title, values in (
            ("in place", "in place", weights),
            ("shuffled", "pixels shuffled", again.weights),
            ("put back", "put back in place", again.weights[np.argsort(mixed)][:, np.argsort(mixed)]),
        )
    )
    return (
        Frame(
            title="sixteen pixels as tokens",
            caption=f"At t = {t} pixel {PIXELS[pixel]} gathers from all of the image in one layer. A convolution of "
            "3x3 would see its neighbours only. o is the other head.",
            figures=(here, matrix, top),
            formulas=(
                Formula(
                    symbols="softmax(Q Kᵀ / sqrt(d)) V, tokens = pixels",
                    numbers=f"row {PIXELS[pixel]} sums to {weights[pixel].sum():.3f}; tokens {tokens.shape}",
                ),
            ),
        ),
        Frame(
            title="attention does not know where pixels lie",
            caption=f"Shuffle the pixels and the output is shuffled alike (difference {gap:.1e}). Where things are is "
            "known only from what convolutions put into the maps.",
            figures=permuted,
            formulas=(Formula(symbols="attention(P x) = P attention(x)", numbers=f"largest difference {gap:.1e}"),),
        ),
    )
