"""What `attention` claims, computed by PyTorch, SciPy, or from a closed form."""

import inspect
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy import special, stats
from torch import Tensor, nn

from ..kit.facts import Claim, Outcome, at_least, close, equal, every, same_arrays
from ..kit.fixtures import Floats
from ..kit.state import State
from ..workings import attending, attention_focus, attention_scaling
from ..workings.antecedents import IT, NOUNS, every_sentence
from ..workings.attention_looks import Look, look
from ..workings.pronoun_scenes import chosen, reading, swapped


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
        return Outcome("no word in common", "a word in common", True, "the two sentences share no word to compare")
    i, j = shared
    oracle = []
    for seen in (one, two):
        vectors = tensor(seen.x) + mixed(state, seen) @ tensor(seen.w.output)
        oracle.append(vectors[i if seen is one else j])
    expected = float(F.cosine_similarity(oracle[0], oracle[1], dim=0))
    rows = (attention_focus.contextual(one)[i], attention_focus.contextual(two)[j])
    before, after = attention_focus.cosine(one.x[i], two.x[j]), attention_focus.cosine(*rows)
    same = bool((oracle[0] - oracle[1]).abs().max() < 1e-12)
    found = {"before": before, "after": after}
    holds = abs(before - 1) < 1e-9 and abs(after - expected) < 1e-9 and (after < 1 - 1e-9 or same)
    says = f'"{one.tokens[i]}" sees the same in both sentences and stays the same' if same else ""
    return Outcome(found, {"before": 1.0, "after": expected}, holds, says)


def patterns(state: State) -> Outcome:
    """Where the weights shown are zero: GPT's lower triangle, BERT's full square."""
    found, expected = {}, {}
    for mask, name in (("causal", "GPT"), ("none", "BERT")):
        seen = look(state.with_values(mask=mask))
        size = seen.size
        full = torch.ones(size, size, dtype=torch.bool)
        expected[name] = int((full.tril() if mask == "causal" else full).sum())
        triangle = bool(np.array_equal(seen.a.weights > 0, (full.tril() if mask == "causal" else full).numpy()))
        found[name] = int((seen.a.weights > 0).sum()) if triangle else "another pattern"
    return equal(found, expected)


def constants(state: State) -> Outcome:
    """The defaults of nn.Transformer are those of the paper."""
    defaults = inspect.signature(nn.Transformer).parameters
    d_model, heads = defaults["d_model"].default, defaults["nhead"].default
    head = nn.MultiheadAttention(d_model, heads).head_dim
    layers, hidden = defaults["num_encoder_layers"].default, defaults["dim_feedforward"].default
    found = {"d_model": 512, "h": 8, "d_k": 512 // 8, "N": 6, "d_ff": 2048}
    return equal(found, {"d_model": d_model, "h": heads, "d_k": head, "N": layers, "d_ff": hidden})


def projected(state: State) -> Outcome:
    """Q, K, V against linear layers."""
    seen = look(state)
    x = tensor(seen.x)
    pairs = {
        "Q": (seen.a.q, seen.w.query),
        "K": (seen.a.k, seen.w.key),
        "V": (seen.a.v, seen.w.value),
    }
    return every(**{name: same_arrays(ours, F.linear(x, tensor(w).T), 1e-12) for name, (ours, w) in pairs.items()})


def asked(state: State) -> Outcome:
    """The row in focus is its query with every key, scaled and softened."""
    seen = look(state)
    f = seen.focus
    scores = torch.stack([torch.dot(tensor(seen.a.q[f]), tensor(key)) for key in seen.a.k])
    mask = visible(state, seen.size)[f]
    weights = torch.softmax((scores / seen.a.k.shape[1] ** 0.5).masked_fill(~mask, float("-inf")), 0)
    return same_arrays(seen.a.weights[f], weights, 1e-12)


def offered(state: State) -> Outcome:
    """Scores are the query with the keys."""
    seen = look(state)
    return same_arrays(seen.a.scores, torch.einsum("id,jd->ij", tensor(seen.a.q), tensor(seen.a.k)), 1e-10)


def gathered(state: State) -> Outcome:
    """The last running sum is the output, and the token itself is among what is summed."""
    seen = look(state)
    output = mixed(state, seen)[seen.focus]
    own = float(seen.a.weights[seen.focus, seen.focus])
    return every(
        sum=same_arrays(attention_focus.running_sums(seen)[-1], output, 1e-9),
        own_weight=Outcome(own, "> 0", own > 0),
    )


def pipeline(state: State) -> Outcome:
    """All of it against PyTorch's operation."""
    seen = look(state)
    return every(
        output=same_arrays(seen.a.output, mixed(state, seen), 1e-9),
        weights=same_arrays(seen.a.weights, weights_of(state, seen), 1e-9),
        row_sums=same_arrays(seen.a.weights.sum(1), np.ones(seen.size), 1e-12, "largest difference from 1"),
    )


def shapes(state: State) -> Outcome:
    """Q, K (T, d_k), V (T, d_v), as PyTorch's linear layers give them."""
    seen = look(state)
    width, d_k = seen.w.query.shape
    x = tensor(seen.x)
    layers = {"Q": nn.Linear(width, d_k), "K": nn.Linear(width, d_k), "V": nn.Linear(width, seen.w.value.shape[1])}
    ours = {"Q": seen.a.q, "K": seen.a.k, "V": seen.a.v}
    return equal(
        {name: list(array.shape) for name, array in ours.items()},
        {name: list(layer.double()(x).shape) for name, layer in layers.items()},
    )


def variance(state: State) -> Outcome:
    """The variance of q·k is d_k; SciPy's entropy of SciPy's softmax, with and without the division."""
    scores = {d: attention_scaling.dot_products(d, state.seed) for d in (4, 16, 64, 256)}
    ratios = {str(d): float(each.var()) for d, each in scores.items()}
    ours, oracle = {}, {}
    for d, each in scores.items():
        for name, mine, theirs in (
            ("raw", each, each),
            ("scaled", attention_scaling.scaled_down(each, d), each / d**0.5),
        ):
            ours[f"{name} {d}"] = attention_scaling.evenness(mine)
            oracle[f"{name} {d}"] = float(stats.entropy(special.softmax(theirs, axis=1), axis=1).mean() / np.log(10))
    known = {"raw 4": 0.62, "raw 256": 0.075, "scaled 4": 0.84, "scaled 256": 0.84}
    return every(
        variance=Outcome(ratios, "d_k, within 15 %", all(abs(ratios[str(d)] / d - 1) < 0.15 for d in scores)),
        entropy=close(ours, oracle, 1e-9),
        known=close({name: ours[name] for name in known}, known, 0.03),
    )


def matrices(state: State) -> Outcome:
    """The shapes of PyTorch's own multi-head attention, and W_O from the heads back to D."""
    D, h = 512, 8
    module = nn.MultiheadAttention(D, h, bias=False)
    per_head = module.in_proj_weight.view(3, h, D // h, D)[0, 0].T
    seen = look(state)
    return every(
        W_Q=equal([D, D // h], list(per_head.shape)),
        W_O=equal([h * (D // h), D], list(module.out_proj.weight.T.shape)),
        W_O_here=equal(list(seen.w.output.shape), [seen.w.value.shape[1], seen.x.shape[1]]),
    )


def named(state: State) -> Outcome:
    """The softmax alone is a matrix of weights; the operation that PyTorch names so is the product with V."""
    seen = look(state)
    whole = mixed(state, seen)
    return every(
        least_weight=at_least(float(seen.a.weights.min()), 0.0),
        row_sums=same_arrays(seen.a.weights.sum(1), np.ones(seen.size), 1e-12),
        name=equal(F.scaled_dot_product_attention.__name__, "scaled_dot_product_attention"),
        it_is_A_V=same_arrays(seen.a.weights @ seen.a.v, whole, 1e-9),
    )


def five(state: State) -> Outcome:
    """Softmax of the scores against PyTorch's."""
    scores = np.array([cell for row in state["scores"] for cell in row])
    ours = attending.softmax(scores)
    return every(
        alphas=same_arrays(ours, torch.softmax(tensor(scores), 0), 1e-12),
        sum=close(float(ours.sum()), 1.0, 1e-12),
        largest=equal(int(ours.argmax()), int(tensor(scores).argmax())),
    )


def flips(state: State) -> Outcome:
    """The answer follows the adjective, in both orders; the module says what the figures show."""
    toy = state.result("pronouns")
    first, second = chosen(state), swapped(state)
    answers = [reading(state, each, False).answer for each in (first, second)]
    with torch.no_grad():
        from ..trainings.pronouns import encode

        tokens, _ = encode((first, second))
        module: Floats = toy.module()(tokens).softmax(-1).numpy()
    shown = np.stack([reading(state, each, False).probabilities for each in (first, second)])
    return every(
        answers=equal(answers, [first.answer, second.answer]),
        held_out=equal(toy.accuracy["held out"], 1.0),
        seen=equal(toy.accuracy["seen"], 1.0),
        figures_and_module=same_arrays(shown, module, 1e-4),
    )


def cut(state: State) -> Outcome:
    """Cutting the edge in the module itself, for every held-out sentence."""
    from ..trainings.pronouns import encode

    module = state.result("pronouns").module()
    drops = []
    with torch.no_grad():
        for each in every_sentence():
            if each.held_out:
                tokens, _ = encode((each,))
                mask = torch.ones(len(each.tokens), len(each.tokens), dtype=torch.bool)
                mask[IT, each.antecedent] = False
                k = NOUNS.index(each.answer)
                drops.append(float(module(tokens).softmax(-1)[0, k] - module(tokens, mask).softmax(-1)[0, k]))
    of = chosen(state)
    k = NOUNS.index(of.answer)
    here = reading(state, of, False).probabilities[k] - reading(state, of, True).probabilities[k]
    return every(least_drop=at_least(min(drops), 0.5), drop_here=at_least(float(here), 0.5))


CLAIMS = (
    Claim(id="S1", says="one embedding before attention (cosine 1), different vectors after it", check=in_context),
    Claim(id="S2", says="the same weights: GPT's pattern is lower-triangular, BERT's full", check=patterns),
    Claim(id="S3", says="512 / 8 = 64, and N = 6: the paper's numbers are PyTorch's defaults", check=constants),
    Claim(id="U1", says="Q, K, V are X times W_Q, W_K, W_V", check=projected),
    Claim(id="U2", says="the row in focus is its query with every key, softened", check=asked),
    Claim(id="U3", says="scores are q·k for every query and key", check=offered),
    Claim(id="U4", says="the output is Σ a_j v_j, the token's own value included", check=gathered),
    Claim(
        id="U5",
        says='"it" follows the adjective: right for every held-out sentence, in both orders',
        check=flips,
        needs="pronouns",
    ),
    Claim(
        id="U5",
        says="cutting the edge to the antecedent takes more than 0.5 from its probability",
        check=cut,
        needs="pronouns",
    ),
    Claim(id="V1", says="the stages equal PyTorch's attention, and rows sum to 1", check=pipeline),
    Claim(id="V2", says="Q and K are T x d_k, V is T x d_v", check=shapes),
    Claim(id="V3", says="Var(q·k) = d_k; unscaled softmax hardens with d_k, scaled stays", check=variance),
    Claim(id="V4", says="W_Q, W_K: D x d_k; W_V: D x d_v; W_O: h·d_v x D", check=matrices),
    Claim(id="V5", says="softmax gives weights, scaled dot-product attention is weights times V", check=named),
    Claim(id="V6", says="five weights: they sum to 1, and the largest score has the largest", check=five),
)
