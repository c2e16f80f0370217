"""What `masks` claims, computed by PyTorch, by counting, or measured on the trained models."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..kit.facts import Claim, Outcome, at_least, at_most, close, equal, every, same_arrays
from ..kit.state import State
from ..workings import attending, masking, masking_scenes
from ..workings.grammar import WORDS, draw, entropy_rate
from ..workings.sentences import hand_set


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
    """n(n+1)/2 cells are allowed, counted one by one; 21 of 36 for six tokens."""
    tokens = masking_scenes.sentence(state)
    size = len(tokens)
    pairs = sum(1 for i in range(size) for j in range(size) if j <= i)
    allowed = attending.causal(size)
    six = attending.causal(6)
    return every(
        allowed=equal(int(allowed.sum()), pairs),
        closed_form=equal(int(allowed.sum()), size * (size + 1) // 2),
        of_six=equal([int(six.sum()), six.size], [21, 36]),
        pattern=equal(bool((torch.ones(size, size).tril().bool().numpy() == allowed).all()), True),
    )


def zeros(state: State) -> Outcome:
    """Masked weights are exactly 0, and all equal PyTorch's causal attention."""
    tokens = masking_scenes.sentence(state)
    size = len(tokens)
    ours = masking.attended(tokens, attending.causal(size)).weights
    theirs = oracle(tensor(masking.vectors(tokens)), torch.ones(size, size, dtype=torch.bool).tril(), weights=True)
    future = ours[np.triu_indices(size, 1)]
    return every(
        largest_masked_weight=equal(float(future.max()) if future.size else 0.0, 0.0),
        weights=same_arrays(ours, theirs, 1e-9),
    )


def unmoved(state: State) -> Outcome:
    """d out_i / d x_j == 0 for j > i: by editing, and by PyTorch's gradients."""
    tokens = masking_scenes.sentence(state)
    size = len(tokens)
    x = masking.vectors(tokens)
    mask = masking_scenes.mask_of(state, size)
    edited = max((float(masking.changes(x, j, mask)[:j].max()) for j in range(1, size)), default=0.0)
    torch_mask = torch.ones(size, size, dtype=torch.bool).tril() if state["masked"] else None
    jacobian: Tensor = torch.autograd.functional.jacobian(  # type: ignore[no-untyped-call]
        lambda y: oracle(y, torch_mask), tensor(x)
    )
    sizes = jacobian.abs().amax((1, 3))
    gradient = float(sizes.triu(1).max())
    says = "" if state["masked"] else "without the mask, editing a token changes outputs before it"
    found = {"largest change before the edit": edited, "largest gradient from the future": gradient}
    return Outcome(found, dict.fromkeys(found, 0.0), edited == 0.0 and gradient == 0.0, says)


def cheated(state: State) -> Outcome:
    """Below the entropy of the grammar there is only peeking; as in writing, the cheat is worse than guessing."""
    peeking = state.result("peeking")
    honest, cheat, floor = peeking.honest, peeking.cheating, peeking.floor
    return every(
        honest_loss_over_floor=Outcome(
            honest.held_out / floor, "0.97 to 1.10", bool(0.97 <= honest.held_out / floor <= 1.10)
        ),
        cheating_loss=at_most(cheat.held_out, 0.05 * floor),
        honest_as_in_writing=at_most(honest.alone, 1.15 * floor),
        cheating_as_in_writing=at_least(cheat.alone, 2.5 * floor),
    )


def entropy(state: State) -> Outcome:
    """The grammar's entropy rate by enumeration against the cost of 4,000 sentences drawn."""
    rng = np.random.default_rng(state.seed)
    costs = [cost for _ in range(4_000) for cost in draw(rng)[1]]
    return every(
        nats_a_word=close(entropy_rate(), float(np.mean(costs)), 0.03),
        guessing=close(float(np.log(len(WORDS))), float(torch.tensor(len(WORDS), dtype=torch.float64).log()), 1e-12),
    )


def hidden_padding(state: State) -> Outcome:
    """Junk in the padding changes no real output, and the mean loss ignores pads."""
    both = masking_scenes.batch(state)
    moved, gaps = [0.0], [0.0]
    for tokens, real in zip(both.tokens, both.real, strict=True):
        keys = np.broadcast_to(real, (len(real), len(real)))
        w = hand_set()
        outputs = [
            masking_scenes.attended_vectors(masking.vectors(tokens, pad), w, keys)[real] for pad in (0.0, state["junk"])
        ]
        moved.append(float(np.abs(outputs[0] - outputs[1]).max()))
        theirs = oracle(tensor(masking.vectors(tokens)), torch.from_numpy(keys.copy()))[torch.from_numpy(real)]
        gaps.append(float((tensor(outputs[0]) - theirs).abs().max()))
    shorter = int(both.real.sum(1).argmin())
    tokens, real = both.tokens[shorter], both.real[shorter]
    keys = np.broadcast_to(real, (len(real), len(real))).copy()
    ours = float(masking_scenes.position_losses(tokens, keys)[real].mean())
    names = sorted(set(tokens))
    head = np.random.default_rng(5).standard_normal((4, len(names)))
    logits = oracle(tensor(masking.vectors(tokens)), torch.from_numpy(keys)) @ tensor(head)
    targets = torch.tensor([names.index(t) if ok else -100 for t, ok in zip(tokens, real, strict=True)])
    return every(
        real_outputs_change=equal(max(moved), 0.0),
        largest_difference_from_PyTorch=at_most(max(gaps), 1e-9),
        loss=close(ours, float(F.cross_entropy(logits, targets, ignore_index=-100)), 1e-9),
    )


def both_masks(state: State) -> Outcome:
    """Combined is causal AND real, and no row is fully masked: else the softmax is NaN, as in PyTorch."""
    both = masking_scenes.batch(state)
    allowed, expected, empty, ours, theirs = 0, 0, 0, 0, 0
    for tokens, real in zip(both.tokens, both.real, strict=True):
        size = len(tokens)
        mask = masking.combined(real)
        allowed += int(mask.sum())
        expected += sum(1 for i in range(size) for j in range(i + 1) if real[j])
        empty += int((~mask.any(1)).sum())
        ours += int(np.isnan(masking.attended(tokens, mask).weights).any(1).sum())
        x, w = tensor(masking.vectors(tokens)), hand_set()
        scores = (x @ tensor(w.query)) @ (x @ tensor(w.key)).T / 2
        theirs += int(scores.masked_fill(torch.from_numpy(~mask), float("-inf")).softmax(-1).isnan().any(1).sum())
    says = f"{empty} rows are fully masked by padding on the left: their softmax is NaN" if empty else ""
    found = {"allowed": allowed, "rows fully masked": empty, "rows that are NaN": ours}
    wanted = {"allowed": expected, "rows fully masked": 0, "rows that are NaN": theirs}
    return Outcome(found, wanted, found == wanted, says)


def left_is_nan(state: State) -> Outcome:
    """Left padding with the causal mask gives NaN rows, right padding none."""
    found = {}
    for side in ("left", "right"):
        batch = masking.padded((("The", "cat", "sat"), ("Go",)), side)
        a = masking.attended(batch.tokens[1], masking.combined(batch.real[1]))
        found[side] = int(np.isnan(a.weights).any(1).sum())
    row = torch.full((3,), float("-inf")).softmax(0)
    return equal(
        {**found, "softmax of -inf alone": "NaN"}, {"left": 2, "right": 0, "softmax of -inf alone": _name(row)}
    )


def _name(row: Tensor) -> str:
    return "NaN" if bool(row.isnan().all()) else "finite"


CLAIMS = (
    Claim(id="X1", says="n(n+1)/2 cells are allowed: 21 of 36 for six tokens", check=counted),
    Claim(id="X1", says="masked weights are exactly 0", check=zeros),
    Claim(id="Y3", says="the look-ahead mask is the lower triangle, diagonal included", check=counted),
    Claim(id="Y1", says="no output before an edited token changes: 0.0", check=unmoved),
    Claim(id="Y1", says="the least possible loss is the grammar's entropy", check=entropy),
    Claim(
        id="Y1",
        says="trained without a mask the loss falls to 0, and writing fails",
        check=cheated,
        needs="peeking",
    ),
    Claim(id="Y2", says="junk in the padding changes no real output; the loss ignores pads", check=hidden_padding),
    Claim(id="Y4", says="both masks are causal AND real, and no row is fully masked", check=both_masks),
    Claim(id="Y4", says="padding on the left leaves rows without a key: NaN", check=left_is_nan),
)
