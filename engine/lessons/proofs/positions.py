"""What `positions` claims, computed by PyTorch, complex numbers, or from a closed form."""

import cmath
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...models.attention import Rotary
from ...models.transformer import SinusoidalPositions
from ..kit.facts import Claim, Outcome
from ..kit.fixtures import GOLD3, S3
from ..kit.state import State
from ..positions import LESSON, sentence
from ..workings import ordering, sinusoids
from ..workings.attending import random_projections
from .shown import agree, apart, called, figures, rows_by_name


def tensor(values: Any) -> Tensor:
    """float64, a copy."""
    return torch.tensor(np.asarray(values), dtype=torch.float64)


def translated(state: State) -> Outcome:
    """Both renderings in the table: word for word from a dictionary, and right, where noun and adjective change."""
    words = dict(zip(("Un", "chat", "noir", "boit", "eau"), ("A", "cat", "black", "drinks", "water"), strict=True))
    literal = [words[word] for word in S3.replace("l'", "").split() if word in words]
    right = [literal[k] for k in (0, 2, 1, 3, 4)]
    rows = {row[0]: row[1] for row in figures(LESSON, "order", state, 1)["translation"].rows}
    found = [rows["word for word"], rows["right"]]
    holds = found == [" ".join(literal), " ".join(right)] and rows["right"] == GOLD3
    return Outcome(rows["right"], " ".join(right), holds)


def _layer(x: Tensor, arm: str, seed: int) -> Tensor:
    """The layer by PyTorch."""
    w = random_projections(seed + 21, ordering.WIDTH, ordering.WIDTH, gain=1.0)
    if arm == "sinusoidal":
        x = SinusoidalPositions(ordering.WIDTH, len(x)).double()(x[None])[0]
    q, k, v = (x @ tensor(each) for each in (w.query, w.key, w.value))
    return F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=arm == "causal mask")[0]


def _both(tokens: tuple[str, ...], moved: Any, arm: str, seed: int) -> tuple[Tensor, Tensor]:
    """PyTorch's outputs in order, and those of the shuffled words brought back to their places."""
    x = tensor(ordering.vectors(tokens, seed))
    places = torch.from_numpy(np.array(moved))
    back = torch.empty_like(x)
    back[places] = _layer(x[places], arm, seed)
    return _layer(x, arm, seed), back


def bag_of_words(state: State) -> Outcome:
    """Without positions outputs permute with the words; with them, or with a causal mask, they change."""
    tokens, moved = sentence(state)
    rows = rows_by_name(figures(LESSON, "bag", state, len(ordering.ARMS))["arms"])
    oracle, named_ = {}, True
    pairs: list[tuple[Any, Any]] = []
    for k, arm in enumerate(ordering.ARMS):
        plain, back = _both(tokens, moved, arm, state.seed)
        apart_, means = (plain - back).abs(), (plain.mean(0) - back.mean(0)).abs()
        shown = figures(LESSON, "bag", state, k)
        pairs += [(shown["plain"].values, plain), (shown["back"].values, back)]
        pairs += [(shown["change"].values, apart_.amax(1)), (rows[arm][:2], [apart_.max(), means.max()])]
        named_ &= _in_place(shown, tokens, moved)
        oracle[arm] = float(apart_.max())
    words = [token.lower() for token in tokens]
    still = words == [words[k] for k in moved]
    least = min(rows["sinusoidal"][0], rows["causal mask"][0])
    pattern = rows["no positions"][0] < 1e-12 and (still or least > 1e-3)
    told = [row[2] for row in rows.values()] == ["yes" if oracle[arm] > 1e-5 else "no" for arm in oracle]
    says = "the order is as it was, so nothing can change" if still else ""
    found = {"PE": rows["sinusoidal"][0], "mask": rows["causal mask"][0]}
    expected = {"PE": oracle["sinusoidal"], "mask": oracle["causal mask"]}
    return Outcome(found, expected, apart(*pairs) < 1e-5 and pattern and told and named_, says)


def _in_place(shown: dict[str, Any], tokens: tuple[str, ...], moved: Any) -> bool:
    """Rows and bars are called by the words in order; the shuffled ones tell where each of them stood."""
    after, places = shown["after"], [int(k) for k in moved]
    starts = called(shown["plain"].row_labels, tokens) and called(shown["change"].labels, tokens)
    return starts and [*after.tokens] == [tokens[k] for k in places] and [*after.notes] == [str(k) for k in places]


def pooled(state: State) -> Outcome:
    """The mean over tokens does not notice the order; neither does PyTorch's."""
    row = rows_by_name(figures(LESSON, "bag", state, len(ordering.ARMS))["arms"])["no positions"]
    plain, back = _both(*sentence(state), "no positions", state.seed)
    theirs = float((plain.mean(0) - back.mean(0)).abs().max())
    found = {"outputs": row[0], "mean": row[1]}
    return Outcome(found, "<= 1e-12", max(row[0], row[1], theirs) <= 1e-12)


def known_differences(state: State) -> Outcome:
    """For one shuffle of the French sentence, as shown: nothing, then something, then something, as in PyTorch."""
    french = state.with_values(text=S3, shuffle=1)
    rows = rows_by_name(figures(LESSON, "bag", french, len(ordering.ARMS))["arms"])
    errors = [rows[arm][0] for arm in ordering.ARMS]
    both = [_both(*sentence(french), arm, state.seed) for arm in ordering.ARMS]
    theirs = [float((plain - back).abs().max()) for plain, back in both]
    holds = errors[0] <= 1e-13 and min(errors[1:]) >= 0.1 and apart((errors, theirs)) < 1e-5
    return Outcome(errors, "0, >= 0.1, >= 0.1", holds)


def table(state: State) -> Outcome:
    """The table that is shown against the lab's own module and against complex exponentials; row 0; the bars."""
    width, p = state["width"], state["position"]
    shown = figures(LESSON, "sinusoids", state)
    ours = shown["PE"].values
    places, columns = ours.shape
    turns = [[cmath.exp(1j * q / 10_000 ** (2 * i / width)) for i in range(width // 2)] for q in range(places)]
    expected = np.array([[part for z in row for part in (z.imag, z.real)] for row in turns])
    module = SinusoidalPositions(width, places)(torch.zeros(1, places, width))[0].numpy()
    start = figures(LESSON, "sinusoids", state, 1)["start"].values[0]
    fine = apart((ours, module[:, :columns])) < 1e-5 and float(np.abs(ours).max()) <= 1
    fine &= [*shown["PE"].row_labels] == [str(q) for q in range(places)]
    fine &= [label[:3] for label in shown["row"].labels] == ["sin", "cos"] * (len(shown["row"].labels) // 2)
    fine &= set(shown["PE"].marks["focus"]) == {(p, column) for column in range(columns)}
    return agree(
        (ours, expected[:, :columns]),
        (shown["row"].values, expected[p, : len(shown["row"].values)]),
        (start, [0.0, 1.0] * (len(start) // 2)),
        tolerance=1e-12,
        also=fine,
    )


def lengths(state: State) -> Outcome:
    """|PE(p)|² = d/2 at 200 positions and in the bars: 8 at d = 16."""
    width = state["width"]
    squares = (sinusoids.sinusoids(np.arange(200), width) ** 2).sum(1)
    bars = figures(LESSON, "sinusoids", state, 1)["norms"]
    shown = bars.values
    holds = apart((squares, np.full(200, width / 2)), (shown, np.full(len(shown), bars.reference[1]))) < 1e-10
    holds &= bars.reference[1] == width / 2
    return Outcome(float(shown[-1]), width / 2, holds)


def by_distance(state: State) -> Outcome:
    """PE(p)·PE(p+k) = Σ cos(k w_i) for every p: the matrix and the curve."""
    width, k = state["width"], state["offset"]
    shown = figures(LESSON, "dots", state)
    matrix = shown["dots"].values
    curve = shown["likeness"].lines["likeness"]
    marked = set(shown["dots"].marks["focus"]) == {(p, p + k) for p in range(len(matrix) - k)}
    rates = 10_000 ** (-2 * torch.arange(width // 2, dtype=torch.float64) / width)

    def closed(distance: Tensor) -> Tensor:
        return torch.cos(distance[..., None] * rates).sum(-1)

    places = torch.arange(len(matrix), dtype=torch.float64)
    pairs = [
        (matrix, closed((places[:, None] - places[None]).abs())),
        (curve, closed(tensor(shown["likeness"].x))),
        (shown["likeness"].x, np.arange(len(curve))),
        ([shown["likeness"].levels["d/2"]], closed(torch.zeros(1, dtype=torch.float64))),
    ]
    here = float(curve[k])
    return Outcome(here, float(closed(tensor(float(k)))), apart(*pairs) < 1e-9 and marked)


def turned(state: State) -> Outcome:
    """PE(p+k) = R_k PE(p); R_k is a rotation, as is shown; hands end at cos, sin of p w and (p+k) w."""
    width, k, p = state["width"], state["offset"], state["position"]
    r = tensor(sinusoids.rotation(k, width))
    rows = torch.from_numpy(sinusoids.sinusoids(np.arange(100 + k), width))
    generator = torch.zeros(width, width, dtype=torch.float64)
    for i in range(width // 2):
        rate = 10_000 ** (-2 * i / width)
        generator[2 * i, 2 * i + 1], generator[2 * i + 1, 2 * i] = rate, -rate
    turn = torch.linalg.matrix_exp(k * generator)
    last = figures(LESSON, "turning", state, -1)
    side = len(last["R"].values)
    pairs = [
        (rows[:100] @ r.T, rows[k : k + 100]),
        (r, turn),
        (last["R"].values, turn[:side, :side]),
        (last["after"].values[:, 0], rows[p + k, :side] if p + k < len(rows) else last["after"].values[:, 0]),
        (r @ r.T, np.eye(width)),
    ]
    for pair in range(min(3, width // 2)):
        rate = 10_000 ** (-2 * pair / width)
        paths = list(figures(LESSON, "turning", state, pair)["clock"].paths.values())
        for hand, place in zip(paths[:2] if k else paths[:1], (p, p + k), strict=False):
            z = cmath.exp(1j * place * rate)
            pairs.append((hand[0][-1], [z.real, z.imag]))
    return agree(*pairs)


def waves(state: State) -> Outcome:
    """The wavelengths that are shown: from 2π to 2π·10000^(1 - 2/d), 60,611 at d = 512."""
    width = state["width"]
    shown = figures(LESSON, "wavelengths", state)
    ours = shown["waves"].lines["wavelength"]
    expected = [2 * cmath.pi * 10_000 ** (2 * i / width) for i in range(width // 2)]
    rows = [row for row in shown["table"].rows if row[0] != "…"]
    told = all(abs(float(row[3].replace(",", "")) - expected[int(row[0])]) <= 0.0051 for row in rows)
    at_512 = round(float(sinusoids.wavelengths(512)[-1])) == 60_611
    holds = apart((np.asarray(ours) / expected, np.ones(len(expected)))) < 1e-9 and told and at_512
    holds &= [*shown["waves"].x] == [*range(len(expected))]
    holds &= apart(([*shown["waves"].levels.values()], [2 * cmath.pi, 20_000 * cmath.pi])) < 1e-9
    return Outcome(
        {"first": float(ours[0]), "last": float(ours[-1])}, {"first": expected[0], "last": expected[-1]}, holds
    )


def rotary(state: State) -> Outcome:
    """The lab's rotary positions (RoPE): q·k depends on the distance alone, and no vector changes its length."""
    turn = Rotary(8, 40)
    q, k = torch.randn(2, 1, 1, 1, 8, generator=torch.Generator().manual_seed(state.seed))
    dots = torch.stack([(turn(q, i) * turn(k, i + 5)).sum() for i in range(30)])
    further = float((turn(q, 3) * turn(k, 9)).sum() - dots[0])
    spread = max(float((dots - dots[0]).abs().max()), abs(float(turn(q, 7).norm() - q.norm())))
    return Outcome({"off by": spread}, "<= 1e-4", spread <= 1e-4 < abs(further))


CLAIMS = (
    Claim(id="T1", says='the right translation is "A black cat drinks water"', check=translated),
    Claim(id="T2", says="0 without positions; with PE or a mask outputs change", check=bag_of_words),
    Claim(id="T2", says="without positions the mean ignores the order", check=pooled),
    Claim(id="T2", says="French: 0 without positions, else not", check=known_differences),
    Claim(id="T3", says="the table is sin and cos of p w_i; PE(0) = 0, 1, …", check=table),
    Claim(id="T3", says="|PE(p)|² = d/2 at every position", check=lengths),
    Claim(id="T3", says="PE(p)·PE(p+k) = Σ cos(k w_i), whatever p is", check=by_distance),
    Claim(id="T3", says="PE(p+k) = R_k PE(p), a rotation", check=turned),
    Claim(id="T3", says="RoPE of the lab: q·k knows the distance alone", check=rotary),
    Claim(id="T3", says="wavelengths from 2π to 2π·10000^(1-2/d)", check=waves),
)
