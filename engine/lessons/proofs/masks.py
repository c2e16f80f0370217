"""What `masks` claims, computed by PyTorch, by counting, or measured on the trained models."""

import re
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...models.attention import ScaledDotProduct, causal_mask
from ..kit.facts import Claim, Outcome, close
from ..kit.state import State
from ..masks import LESSON
from ..workings import attending, masking, masking_scenes
from ..workings.grammar import STOP, WORDS, draw, entropy_rate, stream
from ..workings.sentences import hand_set
from .shown import apart, bars_by_label, called, figures, frame, named, rows_by_name


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
    first = figures(LESSON, "look-ahead", state)
    ours = figures(LESSON, "look-ahead", state, 2)["matrix"].values
    gaps = np.isnan(figures(LESSON, "look-ahead", state, 1)["matrix"].values)
    size = len(tokens)
    mask = torch.ones(size, size, dtype=torch.bool)
    mask = mask.tril() if state["masked"] else mask
    theirs = oracle(tensor(masking.vectors(tokens)), mask, weights=True)
    q, k = (tensor(first[name].values) for name in ("Q", "K"))
    x, w = tensor(masking.vectors(tokens)), hand_set()
    lab = causal_mask(size, size, torch.device("cpu")) if state["masked"] else None
    future = ours[np.triu_indices(size, 1)]
    largest = float(future.max()) if future.size else 0.0
    pairs = [
        (ours, theirs),
        (ours, ScaledDotProduct.weights(q[None, None], k[None, None], lab)[0, 0]),
        (first["matrix"].values, torch.einsum("id,jd->ij", q, k) / k.shape[1] ** 0.5),
        (q, x @ tensor(w.query)),
        (k, x @ tensor(w.key)),
    ]
    holds = apart(*pairs) < 1e-9 and bool((gaps == (~mask).numpy()).all())
    names = all(
        called(labels, tokens)
        for grid in (first["Q"], first["K"], first["matrix"])
        for labels in (grid.row_labels, grid.column_labels if grid.name == "matrix" else tokens)
    )
    return Outcome({"largest weight on the future": largest}, 0.0, holds and names and largest == 0.0)


def unmoved(state: State) -> Outcome:
    """d out_i / d x_j == 0 for j > i: by editing, as the bars show it, and by PyTorch's gradients."""
    tokens = masking_scenes.sentence(state)
    size = len(tokens)
    x = masking.vectors(tokens)
    torch_mask = torch.ones(size, size, dtype=torch.bool).tril() if state["masked"] else None
    edited, pairs, told, order = 0.0, [], [], []
    for k in range(size):
        at = frame(LESSON, "future", state, k)
        bars = named(at)["changes"]
        j = bars.notes.index("edited")
        told.append((int(re.findall(r"oken (\d+)", at.caption)[0]) - 1, int(bars.labels[j].split()[0]) - 1))
        order.append(j)
        edited = max(edited, float(bars.values[:j].max()) if j else 0.0)
        other = tensor(masking.edited(x, j))
        pairs.append((bars.values, (oracle(other, torch_mask) - oracle(tensor(x), torch_mask)).abs().amax(1)))
    jacobian: Tensor = torch.autograd.functional.jacobian(  # type: ignore[no-untyped-call]
        lambda y: oracle(y, torch_mask), tensor(x)
    )
    gradient = float(jacobian.abs().amax((1, 3)).triu(1).max())
    found = {"change before the edit": edited, "gradient": gradient}
    right = told == [(j, j) for j in order] and sorted(order) == list(range(size)) and apart(*pairs) < 1e-9
    return Outcome(found, 0.0, edited == 0.0 and gradient == 0.0 and right)


def cheated(state: State) -> Outcome:
    """Both models run anew on the held-out sentences: what is shown is theirs; below the floor there is only peeking.

    As in writing, each word from a pass over those before it alone, the cheat is worse than guessing.
    """
    peeking = state.result("peeking")
    rng = np.random.default_rng(state.seed + 100)
    drawn = [stream(rng, 24) for _ in range(128)]
    tokens = torch.tensor([[WORDS.index(word) for word in (STOP, *words)] for words, _ in drawn])
    floor = float(np.mean([costs for _, costs in drawn]))
    honest, cheat = peeking.honest.model(), peeking.cheating.model()
    for block in cheat.blocks:
        block.attention.attend.register_forward_pre_hook(lambda module, given: (*given[:3], None))
    with torch.no_grad():
        whole = {"causal mask": _nats(honest(tokens), tokens), "no mask": _nats(cheat(tokens), tokens)}
        few = tokens[:32]
        alone = torch.stack([cheat(few[:, : k + 1])[:, -1] for k in range(few.shape[1])], 1)
        # With the mask a pass over all words is the same as one over those before each.
        writing = {"causal mask": _nats(honest(few), few), "no mask": _nats(alone, few)}
    shown = figures(LESSON, "cheating", state, 2)
    bars, rows = bars_by_label(shown["alone"]), rows_by_name(shown["arms"])
    pairs: list[tuple[Any, Any]] = [(rows[name], [whole[name], writing[name], floor]) for name in whole]
    pairs += [([bars[f"{name}, as trained"], bars[f"{name}, as in writing"]], rows[name][:2]) for name in whole]
    pairs.append(([shown["alone"].reference[1]], [np.log(len(WORDS))]))
    curves = figures(LESSON, "cheating", state)["loss"]
    ends = {name: float(np.mean(line[-10:])) for name, line in curves.lines.items()}
    holds = (
        apart(*pairs) < 1e-4
        and 0.97 <= whole["causal mask"] / floor <= 1.10
        and whole["no mask"] <= 0.05 * floor
        and writing["causal mask"] <= 1.15 * floor
        and writing["no mask"] >= 2.5 * floor
        and abs(curves.levels["floor: entropy"] - floor) < 0.05
        and ends["no mask"] < 0.5 * floor < ends["causal mask"]
    )
    found = {"peeks": rows["no mask"][0], "writes": rows["no mask"][1]}
    return Outcome(found, f"<= {0.05 * floor:.2f}, >= {2.5 * floor:.1f}", bool(holds))


def _nats(logits: Tensor, tokens: Tensor) -> float:
    """Mean -ln p of each next word, added up."""
    logs = logits[:, : tokens.shape[1] - 1].double().log_softmax(-1)
    return float(-logs.gather(-1, tokens[:, 1:, None]).mean())


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
    shown = bars_by_label(figures(LESSON, "padding", state, 1)["moved"])
    first = figures(LESSON, "padding", state)
    hatched = set(first["padding"].marks["never"]) == {(i, int(j)) for i in range(len(real)) for j in (~rows).nonzero()}
    dimmed = [set(first[f"sentence {k + 1}"].dimmed) for k in range(2)]
    hatched &= dimmed == [{j for j, token in enumerate(each) if token == masking.PAD} for each in both.tokens]
    holds = hatched and apart(([shown["masked"], shown["not masked"]], expected)) < 1e-9 and shown["masked"] == 0.0
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
    each = F.cross_entropy(logits, targets, ignore_index=-100, reduction="none")
    bars = figures(LESSON, "padding", state, 2)["losses"]
    left_out = set(bars.dropped) == set(np.flatnonzero(~both.real[shorter]).tolist())
    shown = [label.split(" → ") for label, ok in zip(bars.labels, both.real[shorter], strict=True) if ok]
    asked = called([label[0] for label in shown], words) and called([label[-1] for label in shown], following)
    same = apart((bars.values, each), ([bars.reference[1]], [theirs])) < 1e-9
    return Outcome(bars.reference[1], theirs, same and left_out and asked)


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
    broken = np.flatnonzero(np.isnan(weights).any(1)).tolist()
    empty = len(broken)
    last = frame(LESSON, "combined", state, 1)
    rows = [int(row) - 1 for row in re.findall(r"\d+", named(last)["told"].text.partition(":")[0])]
    counts = [int(row) for row in re.findall(r"^(\d+) row", last.caption)]
    told = rows == broken and counts == ([empty] if empty else [])
    for grid, allowed in ((shown["both"], expected), (named(last)["weights"], expected), (shown["causal"], parts[0])):
        told &= set(grid.marks["never"]) == {(int(i), int(j)) for i, j in np.argwhere(np.asarray(allowed) == 0)}
    found = {"allowed": int(shown["both"].values.sum()), "NaN rows": empty}
    wanted = {"allowed": int(expected.sum()), "NaN rows": 0}
    return Outcome(found, wanted, found == wanted and right == 0 and bool(same) and told)


def left_is_nan(state: State) -> Outcome:
    """Left padding with the causal mask gives NaN rows, right padding none, as shown; PyTorch's softmax has as many."""
    found, expected = {}, {}
    for side in ("left", "right"):
        now = state.with_values(text="The cat sat", second="Go", pad=side)
        weights = figures(LESSON, "combined", now, 1)["weights"].values
        found[side] = int(np.isnan(weights).any(1).sum())
        pads = (0, 1) if side == "left" else (1, 2)
        hidden = [[j > i or j in pads for j in range(3)] for i in range(3)]
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
