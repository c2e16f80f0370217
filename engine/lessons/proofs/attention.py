"""What `attention` claims, computed by PyTorch, SciPy, or from a closed form."""

import inspect
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...models.attention import ScaledDotProduct, causal_mask
from ..attention import LESSON
from ..kit.facts import Claim, Outcome, equal
from ..kit.state import State
from ..workings import attention_focus
from ..workings.attention_looks import Look, look
from ..workings.attention_stages import sized
from .attention_scaling import five, naive, variance
from .pronouns import cut, flips
from .shown import agree, apart, bars_by_label, called, figures

MASKS = {"BERT": "none", "GPT": "causal"}
HIDDEN = "╱╱╱"
"""Under a token that may not be looked at."""


def tensor(values: Any) -> Tensor:
    """float64, a copy."""
    return torch.tensor(np.asarray(values), dtype=torch.float64)


def visible(state: State, size: int) -> Tensor:
    """The mask that the setting `mask` names."""
    ones = torch.ones(size, size, dtype=torch.bool)
    return ones.tril() if state["mask"] == "causal" else ones


def mixed(state: State, seen: Look, values: Tensor | None = None) -> Tensor:
    """PyTorch's scaled dot-product attention of the sentence; with the identity as values, its weights."""
    q, k, v = (tensor(seen.x) @ tensor(w) for w in (seen.w.query, seen.w.key, seen.w.value))
    v = v if values is None else values
    return F.scaled_dot_product_attention(q[None], k[None], v[None], visible(state, seen.size)[None])[0]


def weights_of(state: State, seen: Look) -> Tensor:
    """PyTorch's attention weights (T, T)."""
    return mixed(state, seen, torch.eye(seen.size, dtype=torch.float64))


def in_context(state: State) -> Outcome:
    """One embedding wherever a word stands; another vector after attention unless it sees the same words."""
    one, two = look(state), look(state, state["other"])
    shared = attention_focus.shared_word(one, two)
    if shared is None:
        return Outcome("no word in common", "not applicable", True, "no word in common: nothing to compare")
    i, j = shared
    drawn = figures(LESSON, "context", state)
    words, oracle = [], []
    pairs: list[tuple[Any, Any]] = []
    for name, seen, at in (("one", one, i), ("two", two, j)):
        vectors = tensor(seen.x) + mixed(state, seen) @ tensor(seen.w.output)
        words.append(tensor(seen.x)[at])
        oracle.append(vectors[at])
        pairs.append((drawn[name].weights, weights_of(state, seen)[at]))
    pairs.append((drawn["vectors"].values, torch.stack([*words, *oracle])))
    expected = float(F.cosine_similarity(oracle[0], oracle[1], dim=0))
    shown = bars_by_label(drawn["cosine"])
    before, after = shown["before"], shown["after"]
    same = bool((oracle[0] - oracle[1]).abs().max() < 1e-12)
    pairs += [([before], [1.0]), ([after], [expected])]
    holds = apart(*pairs) < 1e-9 and (after < 1 - 1e-9 or same) and _called(drawn["vectors"])
    says = f'"{one.tokens[i]}" sees the same in both sentences and stays the same' if same else ""
    return Outcome({"before": before, "after": after}, {"before": 1.0, "after": expected}, holds, says)


def _called(vectors: Any) -> bool:
    return [*vectors.row_labels] == ["x in text", "x in other", "after, text", "after, other"]


def patterns(state: State) -> Outcome:
    """The weights that are shown under BERT's and GPT's names, and which cells are hatched, against PyTorch's."""
    shown = figures(LESSON, "models", state)
    pairs, found, right = [], {}, True
    for grid in (each for each in shown.values()):
        name = "GPT" if "GPT" in grid.title else "BERT"
        seen = look(state.with_values(mask=MASKS[name]))
        ones = torch.ones(seen.size, seen.size, dtype=torch.bool)
        allowed = ones.tril() if name == "GPT" else ones
        q, k = (tensor(seen.x) @ tensor(w) for w in (seen.w.query, seen.w.key))
        eye = torch.eye(seen.size, dtype=torch.float64)[None]
        pairs.append((grid.values, F.scaled_dot_product_attention(q[None], k[None], eye, allowed[None])[0]))
        found[name] = seen.size**2 - len(grid.marks["never"])
        right &= set(grid.marks["never"]) == {(int(r), int(c)) for r, c in (~allowed).nonzero()}
        row = next(each for each in figures(LESSON, "models", state, 1).values() if name in each.title)
        pairs.append((row.weights, weights_of(state.with_values(mask=MASKS[name]), seen)[seen.focus]))
        right &= set(row.dimmed) == {int(c) for c in (~allowed[seen.focus]).nonzero()}
        right &= [float(note) for note in row.notes if note != HIDDEN] == [round(float(a), 2) for a in row.weights][
            : seen.size - len(row.dimmed)
        ]
    size = look(state).size
    expected = {"BERT": size * size, "GPT": size * (size + 1) // 2}
    return Outcome(found, expected, apart(*pairs) < 1e-9 and right and found == expected)


def constants(state: State) -> Outcome:
    """The table that is shown against the defaults of nn.Transformer, which are those of the paper."""
    table = {row[0].partition(" =")[0]: row[1:] for row in figures(LESSON, "paper", state)["constants"].rows}
    defaults = inspect.signature(nn.Transformer).parameters
    d_model, heads = defaults["d_model"].default, defaults["nhead"].default
    expected = {
        "layers N": defaults["num_encoder_layers"].default,
        "d_model": d_model,
        "heads h": heads,
        "d_k": nn.MultiheadAttention(d_model, heads).head_dim,
        "feed-forward d_ff": defaults["dim_feedforward"].default,
    }
    base = {name: row[0] for name, row in table.items()}
    with torch.device("meta"):
        big = nn.MultiheadAttention(table["d_model"][1], table["heads h"][1]).head_dim
    holds = base == expected and big == table["d_k"][1] and table["feed-forward d_ff"][1] == 4 * table["d_model"][1]
    return Outcome(list(base.values()), list(expected.values()), holds)


def projected(state: State) -> Outcome:
    """Q, K, V as they are shown, against linear layers of the X and W beside them."""
    pairs = []
    for k, which in enumerate("QKV"):
        shown = figures(LESSON, "projections", state, k)
        seen = look(state)
        weights = {"Q": seen.w.query, "K": seen.w.key, "V": seen.w.value}[which]
        pairs += [
            (shown[which].values, F.linear(tensor(seen.x), tensor(weights).T)),
            (shown[which].values, F.linear(tensor(shown["X"].values), tensor(shown[f"W_{which}"].values).T)),
        ]
    return agree(*pairs, tolerance=1e-12)


def _scores(state: State, seen: Look) -> Tensor:
    """(T,): the query in focus with every key, both projected by PyTorch from X."""
    q, k = (F.linear(tensor(seen.x), tensor(w).T) for w in (seen.w.query, seen.w.key))
    return torch.einsum("d,jd->j", q[seen.focus], k)


def asked(state: State) -> Outcome:
    """The row in focus is its query with every key, scaled and softened; the top five are its five largest, by name."""
    seen = look(state)
    mask = visible(state, seen.size)[seen.focus]
    scaled = _scores(state, seen) / seen.w.query.shape[1] ** 0.5
    weights = torch.softmax(scaled.masked_fill(~mask, float("-inf")), 0)
    shown = figures(LESSON, "focus", state)
    tokens, top = shown["tokens"], shown["top"]
    places = [int(label.split()[0]) - 1 for label in top.labels]
    largest = weights.sort(descending=True).values[: len(places)]
    named = called([label.split()[1] for label in top.labels], [seen.tokens[k] for k in places])
    return agree(
        (tokens.weights, weights),
        (top.values, largest),
        (top.values, weights[places]),
        tolerance=1e-12,
        also=named and tuple(tokens.tokens) == seen.tokens,
    )


def offered(state: State) -> Outcome:
    """Scores are the query with the keys, as PyTorch projects them; q and K are those shown."""
    seen = look(state)
    shown = figures(LESSON, "focus", state, 1)
    scores = torch.einsum("d,jd->j", tensor(shown["Q"].values[0]), tensor(shown["K"].values))
    bars, rows = shown["scores"], [*shown["K"].row_labels]
    names = called(bars.labels, seen.tokens) and called(rows, seen.tokens) and bars.marked == (seen.focus,)
    return agree((bars.values, scores), (bars.values, _scores(state, seen)), tolerance=1e-10, also=names)


def gathered(state: State) -> Outcome:
    """Every running sum that is shown is that of the tokens so far, the last is the output; the token is among them."""
    seen = look(state)
    f = seen.focus
    parts = weights_of(state, seen)[f][:, None] * (tensor(seen.x) @ tensor(seen.w.value))
    pairs, hidden = [], True
    for k in range(seen.size):
        there = figures(LESSON, "values", state, k)
        rows, every_part = there["sum"].values, there["parts"].values
        hidden = bool(np.isnan(every_part[k + 1 :]).all()) and hidden
        pairs += [(every_part[: k + 1], parts[: k + 1])]
        pairs += [(rows[1], parts[k]), (rows[2], parts[: k + 1].sum(0)), (rows[3], mixed(state, seen)[f])]
    own = float(figures(LESSON, "values", state, f)["tokens"].weights[f])
    return agree(*pairs, also=own > 0 and hidden)


def pipeline(state: State) -> Outcome:
    """Every stage that is shown against PyTorch."""
    seen = look(state)
    q, k = (tensor(seen.x) @ tensor(w) for w in (seen.w.query, seen.w.key))
    scores = q @ k.T
    hidden = ~visible(state, seen.size)
    scaled = scores / k.shape[1] ** 0.5
    expected = (scores, scaled, scaled.masked_fill(hidden, 0.0), weights_of(state, seen))
    shown = [figures(LESSON, "stages", state, k)["matrix"].values for k in range(4)]
    f = seen.focus
    best = int(weights_of(state, seen)[f].argmax())
    pair = (figures(LESSON, "stages", state, 0)["pair"].values.prod(0).sum(), scores[f, best])
    gaps = bool((np.isnan(shown[2]) == hidden.numpy()).all())
    pairs = [(np.nan_to_num(ours), oracle) for ours, oracle in zip(shown, expected, strict=True)]
    output = figures(LESSON, "stages", state, 4)["output"].values
    sums = (shown[3].sum(1), np.ones(seen.size))
    lab = causal_mask(seen.size, seen.size, torch.device("cpu")) if state["mask"] == "causal" else None
    q, k, v = (each[None, None] for each in (q, k, tensor(seen.x) @ tensor(seen.w.value)))
    pairs += [(shown[3], ScaledDotProduct.weights(q, k, lab)[0, 0]), (output, ScaledDotProduct()(q, k, v, lab)[0, 0])]
    grid = figures(LESSON, "stages", state, 3)["matrix"]
    gaps &= called(grid.row_labels, seen.tokens) and called(grid.column_labels, seen.tokens)
    return agree(*pairs, (output, mixed(state, seen)), sums, ([pair[0]], [pair[1]]), also=gaps)


def shapes(state: State) -> Outcome:
    """Q, K (T, d_k), V (T, d_v) as they are shown, and as PyTorch's linear layers give them."""
    seen = look(state)
    width, d_k = seen.w.query.shape
    x = tensor(seen.x)
    layers = {"Q": nn.Linear(width, d_k), "K": nn.Linear(width, d_k), "V": nn.Linear(width, seen.w.value.shape[1])}
    return equal(
        {w: list(figures(LESSON, "projections", state, k)[w].values.shape) for k, w in enumerate("QKV")},
        {name: list(layer.double()(x).shape) for name, layer in layers.items()},
    )


def matrices(state: State) -> Outcome:
    """The shapes in the table, with d_v ≠ d_k, against what linear layers take and give; and the 2017 column."""
    sizes = {"T": 5, "D": 6, "d_k": 3, "d_v": 4, "h": 2}
    x = torch.zeros(sizes["T"], sizes["D"])
    w_q, w_k = (nn.Linear(sizes["D"], sizes["d_k"], bias=False) for _ in range(2))
    w_v = nn.Linear(sizes["D"], sizes["d_v"], bias=False)
    head = F.scaled_dot_product_attention(w_q(x)[None], w_k(x)[None], w_v(x)[None])[0]
    concat = torch.cat([head] * sizes["h"], 1)
    w_o = nn.Linear(concat.shape[1], sizes["D"], bias=False)
    made = {
        "X": x,
        "W_Q, W_K": w_q.weight.T,
        "W_V": w_v.weight.T,
        "Q, K": w_q(x),
        "V": w_v(x),
        "weights A": (w_q(x) @ w_k(x).T),
        "A V": head,
        "W_O": w_o.weight.T,
        "output": w_o(concat),
    }
    rows = {row[0]: row[1:] for row in figures(LESSON, "projections", state, 3)["shapes"].rows}
    found = {name: sized(row[0], **sizes) for name, row in rows.items()}
    expected = {name: "x".join(map(str, each.shape)) for name, each in made.items()}
    module = nn.MultiheadAttention(512, 8, bias=False)
    base = "x".join(map(str, module.out_proj.weight.T.shape))
    here = "x".join(map(str, look(state).w.output.shape))
    holds = found == expected and rows["W_O"][1:] == [here, base]
    wrong = [name for name in expected if found.get(name) != expected[name]]
    told = f"{len(expected) - len(wrong)} of {len(expected)} shapes, W_O {rows['W_O'][2]}"
    return Outcome(told, f"{len(expected)} of {len(expected)} shapes, W_O {base}", holds)


def named(state: State) -> Outcome:
    """The softmax alone gives weights, T x T; what PyTorch's scaled_dot_product_attention gives is T x d_v."""
    seen = look(state)
    q, k, v = (tensor(each)[None] for each in (seen.a.q, seen.a.k, seen.a.v))
    rows = {row[1]: row[3] for row in figures(LESSON, "stages", state, 5)["names"].rows}
    whole = F.scaled_dot_product_attention(q, k, v)[0].shape
    softmax = torch.softmax(q[0] @ k[0].T, 1).shape
    shown = [rows[name] for name in ("attention weights", "scaled dot-product attention")]
    weights = figures(LESSON, "stages", state, 3)["matrix"].values
    fine = weights.min() >= 0 and apart((weights.sum(1), np.ones(seen.size))) < 1e-12
    holds = apart((weights @ seen.a.v, mixed(state, seen))) < 1e-9 and bool(fine)
    expected = ["x".join(map(str, each)) for each in (softmax, whole)]
    return Outcome(shown, expected, holds and shown == expected)


CLAIMS = (
    Claim(id="S1", says="one embedding (cosine 1), different vectors after attention", check=in_context),
    Claim(id="S2", says="GPT's pattern is lower-triangular, BERT's full", check=patterns),
    Claim(id="S3", says="the paper's numbers are PyTorch's defaults", check=constants),
    Claim(id="U1", says="Q, K, V are X times W_Q, W_K, W_V", check=projected),
    Claim(id="U2", says="the row is its query with every key, softened", check=asked),
    Claim(id="U3", says="scores are q·k with every key", check=offered),
    Claim(id="U4", says="the output is Σ a_j v_j, its own value included", check=gathered),
    Claim(id="U5", says='"it" follows the adjective, on all held-out sentences', check=flips, needs="pronouns"),
    Claim(id="U5", says="cutting the edge takes more than 0.5 from p", check=cut, needs="pronouns"),
    Claim(id="V1", says="all stages equal the lab's and PyTorch's; rows sum to 1", check=pipeline),
    Claim(id="V2", says="Q and K are T x d_k, V is T x d_v", check=shapes),
    Claim(id="V3", says="Var(q·k) = d_k; unscaled softmax hardens with d_k", check=variance),
    Claim(id="V4", says="W_Q, W_K: D x d_k; W_V: D x d_v; W_O: h·d_v x D", check=matrices),
    Claim(id="V5", says="softmax gives weights; times V it is the attention", check=named),
    Claim(id="V6", says="weights sum to 1, the largest score has the largest", check=five),
    Claim(id="V6", says="without subtracting the largest: the same shares here", check=naive),
)
