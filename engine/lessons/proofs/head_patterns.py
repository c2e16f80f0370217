"""What `heads` claims of the patterns of heads, computed by PyTorch's softmax, SciPy, or added up token by token."""

import re
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy as scipy_entropy
from torch import Tensor, nn

from ..heads import LESSON
from ..kit.facts import Outcome
from ..kit.fixtures import S2, Floats
from ..kit.lesson import Frame
from ..kit.state import State
from ..workings import head_scenes, multihead
from ..workings.grammar import WORDS
from ..workings.sentences import embed, hand_set, split
from .shown import agree, apart, bars_by_label, figures, frame, named


def _scipy(weights: Floats) -> Floats:
    """(h, h): SciPy's Jensen-Shannon distance squared, the mean of the rows."""
    rows = [[np.mean(jensenshannon(a, b, axis=1) ** 2) for b in weights] for a in weights]
    return np.nan_to_num(np.array(rows))


def far(state: State) -> Outcome:
    """The divergences that are shown against SciPy's; twins are near 0."""
    weights = multihead.hand_made(head_scenes.tokens_of(state))
    at = frame(LESSON, "patterns", state, 1)
    shown, theirs = named(at)["divergence"].values, _scipy(weights)
    twins = float(shown[0, 5])
    holds = apart((shown, theirs)) < 1e-6 and twins < 0.02 and float(shown.max()) <= np.log(2) + 1e-9
    holds = holds and _ends(at, theirs)
    return Outcome({"twins": twins}, "< 0.02", bool(holds))


def _ends(at: Frame, distances: Floats) -> bool:
    """Whether the pairs in the caption have SciPy's smallest and largest distance, and the cursor is on the largest."""
    grid = named(at)["divergence"]
    heads = [*grid.row_labels]
    found = re.findall(r"(\S+) and (\S+), (\d\.\d+)", at.caption)
    of_pairs = [distances[heads.index(a), heads.index(b)] for a, b, _ in found]
    below = distances[np.tril_indices(len(distances), -1)]
    wanted = [below.min(), below.max()]
    told = [float(number) for *_, number in found]
    near = apart((told, wanted)) < 6e-3 and apart((of_pairs, wanted)) < 1e-6
    return near and abs(distances[grid.cursor] - below.max()) < 1e-6 and [*grid.column_labels] == [h[:6] for h in heads]


def muted(state: State) -> Outcome:
    """The pictures: all six by PyTorch's softmax; muted, the first column is gone and rows sum to 1 again."""
    tokens = head_scenes.tokens_of(state)
    shown = figures(LESSON, "patterns", state)
    wall, size = shown["heads"], len(tokens)
    place = torch.arange(size)[:, None] - torch.arange(size)[None]
    words = [token.casefold() for token in tokens]
    same = torch.tensor([[i != j and a == b for j, b in enumerate(words)] for i, a in enumerate(words)])
    x, w = torch.from_numpy(embed(tokens)), hand_set()
    grammar = (
        torch.einsum("id,jd->ij", x @ torch.from_numpy(w.query), x @ torch.from_numpy(w.key)) / w.key.shape[1] ** 0.5
    )
    first = 5.0 * (torch.arange(size) == 0).expand(size, size)
    oracle = []
    for scores in (5.0 * (place == 1), first, 5.0 * (place == 0), 5.0 * same, grammar, 4.5 * (place == 1)):
        rows = scores.double().masked_fill(place < 0, float("-inf")).softmax(1)
        if state["mute"]:
            rest = rows.clone()
            rest[:, 0] = 0
            rows = torch.where(rest.sum(1, keepdim=True) > 0, rest / rest.sum(1, keepdim=True), rows)
        oracle.append(rows)
    chosen = min(state["head"], len(oracle)) - 1
    return agree(
        (wall.images, torch.stack(oracle)), (shown["matrix"].values, oracle[chosen]), ([wall.chosen], [chosen])
    )


def labelled(state: State) -> Outcome:
    """Shares and rows in the bars of every head of the sentence, added up by hand; heads do what they were set to.

    A kind is possible in few rows of some sentences: what is set is compared on one long enough to tell, and on S2.
    """
    tokens = head_scenes.tokens_of(state)
    weights = multihead.hand_made(tokens)
    called = True
    pairs: list[tuple[Any, Any]] = []
    for k, each in enumerate(weights):
        at = frame(LESSON, "patterns", state.with_values(head=k + 1))
        bars = named(at)["masses"]
        shares, rows = _kinds(each, tokens)
        called &= _called(named(at)["heads"].labels[k], multihead.HAND_MADE[k], shares, rows)
        pairs.append(
            ([float(at.formulas[0].numbers.split()[0])], [round(float(scipy_entropy(each, axis=1).mean()), 2)])
        )
        told = bars_by_label(bars)
        pairs += [([told[kind] for kind in multihead.KINDS], shares)]
        pairs += [([int(note.split()[0]) for note in bars.notes], rows)]
    wanted = [*multihead.KINDS[:4], multihead.MIXED, multihead.KINDS[0]]
    long = ("the", "cat", "saw", "the", "dog", "and", "the", "dog", "ran", ".")
    here = [tokens] if tokens == split(S2, head_scenes.MOST) else []
    found = [[multihead.kind(each, seen)[0] for each in multihead.hand_made(seen)] for seen in (long, *here)]
    right = sum(a == b for a, b in zip(found[-1], wanted, strict=True))
    holds = apart(*pairs) < 1e-12 and all(labels == wanted for labels in found) and called
    return Outcome({"as set": right, "shares differ by": apart(*pairs)}, {"as set": 6, "shares differ by": 0}, holds)


def _called(label: str, name: str, shares: list[float], rows: list[int]) -> bool:
    """Whether a head is called after the kind that takes half of its weight in most rows, with its share."""
    at = max(range(4), key=lambda k: shares[k] * rows[k] if shares[k] >= 0.5 else -1.0)
    kind = multihead.SHORT[at] if shares[at] >= 0.5 else multihead.MIXED
    return label == (f"{kind} {100 * shares[at]:.0f} %" if kind.startswith(name) else f"{name}: {kind}")


def _kinds(weights: Floats, tokens: tuple[str, ...]) -> tuple[list[float], list[int]]:
    """Of each kind the mean weight over the rows where it is possible, and their number; token by token."""
    size = len(tokens)
    if size == 1:
        return [0.0, 0.0, 1.0, 0.0], [0, 0, 1, 0]
    kinds: list[list[float]] = [[], [], [], []]
    for i in range(size):
        if i:
            for column, kind in ((i - 1, kinds[0]), (0, kinds[1]), (i, kinds[2])):
                kind.append(float(weights[i, column]))
        twins = [j for j in range(i) if tokens[j].casefold() == tokens[i].casefold()]
        if twins:
            kinds[3].append(float(sum(weights[i, j] for j in twins)))
    return [sum(kind) / max(1, len(kind)) for kind in kinds], [len(kind) for kind in kinds]


def learned(state: State) -> Outcome:
    """The walls and distances of the trained heads, run anew; they are not all the same, and nothing looks ahead."""
    peeking = state.result("peeking")
    passage = peeking.passages[min(state["passage"], len(peeking.passages)) - 1]
    weights = _run(peeking.honest.model(), passage)
    wall = figures(LESSON, "learned", state.with_values(mute=False))["heads"]
    at = frame(LESSON, "learned", state, 1)
    shown = named(at)["divergence"].values
    largest = float(shown.max())
    ahead = float(np.triu(wall.images, 1).max())
    same = apart((wall.images, weights)) < 1e-5 and apart((shown, _scipy(wall.images))) < 1e-6
    holds = same and _ends(at, shown) and largest >= 0.05 and ahead == 0.0
    return Outcome({"largest": largest, "on the future": ahead}, ">= 0.05, 0", bool(holds))


def _run(model: Any, passage: tuple[str, ...]) -> Floats:
    """(l · h, t, t): the weights of every head of the lab's GPT on a passage, by PyTorch's attention of its q and k."""
    found: list[Tensor] = []

    def keep(_: nn.Module, arguments: tuple[Tensor, ...], output: Tensor) -> None:
        q, k = arguments[:2]
        eye = torch.eye(q.shape[2]).expand(*q.shape[:2], -1, -1)
        found.append(F.scaled_dot_product_attention(q, k, eye, is_causal=True)[0])

    for block in model.blocks:
        block.attention.attend.register_forward_hook(keep)
    with torch.no_grad():
        model(torch.tensor([[WORDS.index(word) for word in passage]]))
    weights: Floats = torch.cat(found).double().numpy()
    return weights
