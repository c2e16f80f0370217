"""What `masks` claims, computed by PyTorch, by counting, or measured on the trained models."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..kit.facts import Claim, Outcome, close
from ..kit.state import State
from ..masks import LESSON
from ..workings import attending, masking, masking_scenes
from ..workings.grammar import draw, entropy_rate
from ..workings.sentences import hand_set
from .shown import apart, figures


def tensor(values: Any) -> Tensor:
    """float64, a copy."""
    return torch.tensor(np.asarray(values), dtype=torch.float64)


def oracle(x: Tensor, mask: Tensor | None, weights: bool = False) -> Tensor:
    """PyTorch's attention of embeddings (T, 8) under a mask: outputs, or the weights themselves."""
    w = hand_set()
    q, k, v = (x @ tensor(each) for each in (w.query, w.key, w.value))
    v = torch.eye(len(x), dtype=torch.float64) if weights else v
    return F.scaled_dot_product_attention(q[None], k[None], v[None], None if mask is None else mask[None])[0]


def counted(state: State) -> Outcome:
    """The cells that are shown as allowed, counted one by one; 21 of 36 for six tokens. False where the mask is off."""
    size = len(masking_scenes.sentence(state))
    pairs = [(i, j) for i in range(size) for j in range(i + 1)]
    shown = figures(LESSON, "look-ahead", state, 1)["mask"]
    allowed = [(int(r), int(c)) for r, c in np.argwhere(shown.values > 0)]
    hatched = set(shown.marks["never"]) == {(i, j) for i in range(size) for j in range(size)} - set(pairs)
    six = attending.causal(6)
    found = {"allowed": len(allowed), "of six": int(six.sum())}
    expected = {"allowed": len(pairs), "of six": 21}
    return Outcome(found, expected, found == expected and allowed == pairs and hatched)


def zeros(state: State) -> Outcome:
    """The weights that are shown equal PyTorch's, and those of the future are exactly 0; false without the mask."""
    tokens = masking_scenes.sentence(state)
    ours = figures(LESSON, "look-ahead", state, 2)["matrix"].values
    gaps = np.isnan(figures(LESSON, "look-ahead", state, 1)["matrix"].values)
    size = len(tokens)
    mask = torch.ones(size, size, dtype=torch.bool)
    mask = mask.tril() if state["masked"] else mask
    theirs = oracle(tensor(masking.vectors(tokens)), mask, weights=True)
    future = ours[np.triu_indices(size, 1)]
    largest = float(future.max()) if future.size else 0.0
    holds = apart((ours, theirs)) < 1e-9 and bool((gaps == (~mask).numpy()).all())
    return Outcome({"largest weight on the future": largest}, 0.0, holds and largest == 0.0)


def unmoved(state: State) -> Outcome:
    """d out_i / d x_j == 0 for j > i: by editing, as the bars show it, and by PyTorch's gradients."""
    tokens = masking_scenes.sentence(state)
    size = len(tokens)
    x = masking.vectors(tokens)
    torch_mask = torch.ones(size, size, dtype=torch.bool).tril() if state["masked"] else None
    edited, pairs = 0.0, []
    for k in range(size):
        bars = figures(LESSON, "future", state, k)["changes"]
        j = bars.notes.index("edited")
        edited = max(edited, float(bars.values[:j].max()) if j else 0.0)
        other = tensor(masking.edited(x, j))
        pairs.append((bars.values, (oracle(other, torch_mask) - oracle(tensor(x), torch_mask)).abs().amax(1)))
    jacobian: Tensor = torch.autograd.functional.jacobian(  # type: ignore[no-untyped-call]
        lambda y: oracle(y, torch_mask), tensor(x)
    )
    gradient = float(jacobian.abs().amax((1, 3)).triu(1).max())
    found = {"change before the edit": edited, "gradient": gradient}
    return Outcome(found, 0.0, edited == 0.0 and gradient == 0.0 and apart(*pairs) < 1e-9)


def cheated(state: State) -> Outcome:
    """Below the entropy of the grammar there is only peeking; as in writing, the cheat is worse than guessing."""
    peeking = state.result("peeking")
    honest, cheat, floor = peeking.honest, peeking.cheating, peeking.floor
    holds = (
        0.97 <= honest.held_out / floor <= 1.10
        and cheat.held_out <= 0.05 * floor
        and honest.alone <= 1.15 * floor
        and cheat.alone >= 2.5 * floor
    )
    found = {"peeks": cheat.held_out, "writes": cheat.alone}
    return Outcome(found, f"<= {0.05 * floor:.2f}, >= {2.5 * floor:.1f}", bool(holds))


def entropy(state: State) -> Outcome:
    """The grammar's entropy rate by enumeration against the cost of 4,000 sentences drawn."""
    rng = np.random.default_rng(state.seed)
    costs = [cost for _ in range(4_000) for cost in draw(rng)[1]]
    return close({"nats a word": entropy_rate()}, {"nats a word": float(np.mean(costs))}, 0.03)


def hidden_padding(state: State) -> Outcome:
    """Junk in the padding changes no real output where it is masked: the bars that are shown, against PyTorch."""
    both = masking_scenes.batch(state)
    shorter = int(both.real.sum(1).argmin())
    tokens, real = both.tokens[shorter], both.real[shorter]
    rows = torch.from_numpy(real)
    keys = rows[None].expand(len(real), -1)
    expected = []
    for mask in (keys, None):
        before, after = (oracle(tensor(masking.vectors(tokens, pad)), mask)[rows] for pad in (0.0, state["junk"]))
        expected.append(float((after - before).abs().max()))
    bars = figures(LESSON, "padding", state, 1)["moved"]
    shown = dict(zip(bars.labels, map(float, bars.values), strict=True))
    holds = apart(([shown["masked"], shown["not masked"]], expected)) < 1e-9 and shown["masked"] == 0.0
    return Outcome(shown, {"masked": 0.0, "not masked": expected[1]}, holds)


def real_loss(state: State) -> Outcome:
    """The mean that is shown is PyTorch's cross-entropy of the next words with padding ignored."""
    both = masking_scenes.batch(state)
    shorter = int(both.real.sum(1).argmin())
    tokens, real = both.tokens[shorter], torch.from_numpy(both.real[shorter])
    words = [token for token, ok in zip(tokens, both.real[shorter], strict=True) if ok]
    following = [*words[1:], "<end>"]
    names = sorted(set(following))
    head = np.random.default_rng(5).standard_normal((4, len(names)))
    logits = oracle(tensor(masking.vectors(tokens)), real[None].expand(len(real), -1)) @ tensor(head)
    targets = torch.full((len(real),), -100)
    targets[real] = torch.tensor([names.index(word) for word in following])
    theirs = float(F.cross_entropy(logits, targets, ignore_index=-100))
    bars = figures(LESSON, "padding", state, 2)["losses"]
    left_out = set(bars.dropped) == set(np.flatnonzero(~both.real[shorter]).tolist())
    return Outcome(bars.reference[1], theirs, abs(bars.reference[1] - theirs) < 1e-9 and left_out)


def both_masks(state: State) -> Outcome:
    """Shown: causal AND real; no row is fully masked, or its softmax is NaN, as in PyTorch."""
    both = masking_scenes.batch(state)
    shorter = int(both.real.sum(1).argmin())
    tokens, real = both.tokens[shorter], both.real[shorter]
    size = len(tokens)
    expected = np.array([[j <= i and real[j] for j in range(size)] for i in range(size)])
    shown = figures(LESSON, "combined", state)
    parts = (np.tri(size), np.tile(real, (size, 1)), expected)
    right = apart(
        *((shown[name].values, each) for name, each in zip(("causal", "padding", "both"), parts, strict=True))
    )
    x, w = tensor(masking.vectors(tokens)), hand_set()
    scores = (x @ tensor(w.query)) @ (x @ tensor(w.key)).T / 2
    theirs = scores.masked_fill(torch.from_numpy(~expected), float("-inf")).softmax(-1).numpy()
    weights = figures(LESSON, "combined", state, 1)["weights"].values
    same = np.allclose(weights, theirs, atol=1e-9, equal_nan=True)
    empty = int(np.isnan(weights).any(1).sum())
    found = {"allowed": int(shown["both"].values.sum()), "NaN rows": empty}
    wanted = {"allowed": int(expected.sum()), "NaN rows": 0}
    return Outcome(found, wanted, found == wanted and right == 0 and bool(same))


def left_is_nan(state: State) -> Outcome:
    """Left padding with the causal mask gives NaN rows, right padding none; PyTorch's softmax has as many."""
    found, expected = {}, {}
    for side in ("left", "right"):
        batch = masking.padded((("The", "cat", "sat"), ("Go",)), side)
        a = masking.attended(batch.tokens[1], masking.combined(batch.real[1]))
        found[side] = int(np.isnan(a.weights).any(1).sum())
        hidden = [[j > i or batch.tokens[1][j] == masking.PAD for j in range(3)] for i in range(3)]
        scores = torch.zeros(3, 3).masked_fill(torch.tensor(hidden), float("-inf"))
        expected[side] = int(scores.softmax(1).isnan().any(1).sum())
    return Outcome(found, expected, found == expected == {"left": 2, "right": 0})


CLAIMS = (
    Claim(id="X1", says="allowed: n(n+1)/2 cells, 21 of 36 for six tokens", check=counted),
    Claim(id="X1", says="the future gets weight 0, exactly", check=zeros),
    Claim(id="Y3", says="the mask is the lower triangle, diagonal included", check=counted),
    Claim(id="Y1", says="no output before an edited token changes: 0.0", check=unmoved),
    Claim(id="Y1", says="trained without a mask it peeks, and cannot write", check=cheated, needs="peeking"),
    Claim(id="Y1", says="the least possible loss is the grammar's entropy", check=entropy),
    Claim(id="Y2", says="junk in masked padding changes no real output", check=hidden_padding),
    Claim(id="Y2", says="the loss is the mean over real tokens alone", check=real_loss),
    Claim(id="Y4", says="causal AND real, and no row is fully masked", check=both_masks),
    Claim(id="Y4", says="three tokens, two pads on the left: two rows are NaN", check=left_is_nan),
)
