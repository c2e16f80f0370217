"""What `transformer` claims of what both stacks read: words, the shift, masks, embeddings and positions."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F

from ...data.pairs import PAD, SPECIAL
from ...models.attention import causal_mask
from ...models.transformer import SinusoidalPositions
from ...objectives.translation import shifted
from ..kit.facts import Outcome
from ..kit.state import State
from ..trainings.french_lab import module
from ..transformer import LESSON
from ..workings.fresh_translator import SMALL
from ..workings.translating import LONGEST, read
from .crossing_shown import named_by
from .shown import agree, difference, figures, together
from .transformer_parts import toy


def shift(state: State) -> Outcome:
    """The lab's shift of the same target, place by place as it is shown; no place reads its own answer."""
    model, said = toy(state)
    lab = shifted(torch.tensor([said.target]))[0].tolist()
    paths = [figures(LESSON, "paths", state, k) for k in range(2)]
    names = [model.target_words[k] for k in lab]
    rows = [tuple(row) for row in paths[1]["places"].rows]
    right = [
        (k + 1, model.target_words[a], model.target_words[b], "yes" if a == b else "no")
        for k, (a, b) in enumerate(zip(lab, said.target, strict=True))
    ]
    source, target = paths[0]["source"], paths[0]["target"]
    first = rows[0][1]
    return together(
        {"answers read": sum(row[3] == "yes" for row in rows), "first": first if first in SPECIAL else "a word"},
        {"answers read": sum(row[3] == "yes" for row in right), "first": names[0]},
        rows == right,
        list(paths[1]["read"].tokens) == names,
        named_by(source.tokens, said.ids, model.source_words) and list(source.notes) == list(map(str, said.ids)),
        all(named_by(shown.tokens, said.target, model.target_words) for shown in (target, paths[1]["target"])),
        list(target.notes) == list(map(str, said.target)),
    )


def masked(state: State) -> Outcome:
    """The masks that are shown, their words and hatched cells: the lab's causal mask, and no column of <pad>."""
    model, said = toy(state)
    seen = figures(LESSON, "paths", state, 2)
    words = list(seen["combined"].row_labels)
    ids = [model.target_words.index(word) for word in words]
    real = torch.tensor(ids) != PAD
    ahead = causal_mask(len(ids), len(ids), torch.device("cpu"))
    right = {"look-ahead": ahead, "padding": real.expand(len(ids), -1), "combined": ahead & real}
    given = (said.read if state["shift"] else said.target)[: int(real.sum())]
    hatched = [set(seen[name].marks["never"]) == set(_cells(~mask)) for name, mask in right.items()]
    named = [list(seen[name].row_labels) == words for name in right]
    pairs = [(seen[name].values, mask.double().numpy()) for name, mask in right.items()]
    return agree(*pairs, also=all((*hatched, *named, tuple(ids[: len(given)]) == given, PAD in ids)))


def _cells(mask: torch.Tensor) -> list[tuple[int, int]]:
    return [(i, j) for i, j in mask.nonzero().tolist()]


def embedded(state: State) -> Outcome:
    """Every grid of words and places against the module's table, its positions and its own sum."""
    model, said = toy(state)
    with torch.no_grad():
        x0 = module(model).source(torch.tensor([said.ids]))[0].numpy()
    table = torch.from_numpy(model.weights["source.embedding.weight"])
    ones = F.one_hot(torch.tensor(said.ids), len(table)).double()
    scaled = (ones @ table * SMALL.width**0.5).numpy()
    places = SinusoidalPositions(SMALL.width, LONGEST + 1)(torch.zeros(1, len(said.ids), SMALL.width))[0].numpy()
    row = min(int(state["focus"]), len(said.ids) - 1)
    right = {"scaled": scaled, "positions": places, "x0": x0}
    frames = [figures(LESSON, "embedding", state, k) for k in range(3)]
    grids = [(there[name], name) for there in frames for name in right if name in there]
    one = frames[1]["sum"]
    pairs: list[tuple[Any, Any]] = [(grid.values, right[name]) for grid, name in grids]
    pairs += list(zip(one.values, (scaled[row], places[row], x0[row]), strict=True))
    known = [named_by(there["source"].tokens, said.ids, model.source_words) for there in frames[:2]]
    known += [list(there["source"].notes) == [str(k) for k in said.ids] for there in frames[:2]]
    known += [_labelled(grid.row_labels, name, said.ids, model.source_words) for grid, name in grids]
    known += [{i for i, _ in grid.marks["focus"]} == {row} for grid, _ in grids if "focus" in grid.marks]
    return together(
        {"largest difference": (same := difference(*pairs, limit=1e-6)).computed["largest difference"]},
        same.expected,
        same,
        difference((read(model, said.ids).x0, x0), limit=1e-6),
        {name for _, name in grids} == set(right) and len(frames[2]) == len(right),
        [label[0] for label in one.row_labels] == ["E", "P", "x"],
        all(known),
    )


def _labelled(labels: Sequence[str], name: str, ids: Sequence[int], known: Sequence[str]) -> bool:
    """Rows of positions are called by their places, all others by their words."""
    if name == "positions":
        return list(labels) == [str(k) for k in range(len(ids))]
    return named_by(labels, ids, known)
