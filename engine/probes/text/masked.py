"""What a model that fills gaps makes of a passage: its guesses for a hidden token, what each token costs when hidden.

Shapes: t tokens, v vocabulary, k rows of a table.
"""

from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor

from ...objectives.masked import MARK, TOKENS_AT_ONCE, Masked
from ...runs.run import Record
from ..capture import looking
from ..requests import LookInside
from .language import Passage, costs, own_tokens
from .tables import ROWS, Rules, labels, number, table

_PARTS: WeakKeyDictionary[Masked, dict[str, Tensor]] = WeakKeyDictionary()
"""The texts of an objective as tokens: reading them again for each look would take as long as the look."""


def masked(objective: Masked, look: LookInside, rules: Rules, part: str) -> Iterator[Record]:
    """The records of `part`, or of both parts; raises ValueError for `generation`."""
    if part == "generation":
        raise ValueError("this model fills gaps, reading from both sides; it writes no text from left to right")
    passage = _passage(objective, look)
    if part in ("", "next"):
        yield _guesses(objective, passage, look, rules)
    if part in ("", "tokens"):
        yield _tokens(objective, passage)


def _passage(objective: Masked, look: LookInside) -> Passage:
    """A window; of the user's own text every MARK is the mask, the number after the last token."""
    if look.text:
        mask, tokens = len(objective.tokenizer), []
        for k, piece in enumerate(look.text.split(MARK)):
            tokens += ([mask] if k else []) + own_tokens(piece, objective.tokenizer)
        return Passage(tokens[: objective.context], -1, 0)
    name = "train" if look.split == "train" else "val"
    parts = _PARTS.setdefault(objective, {})
    if name not in parts:
        parts[name] = torch.tensor(objective.tokenizer.encode(getattr(objective.data, name)))
    whole, length = parts[name], objective.context
    count = len(whole) // length
    index = look.index % count
    return Passage(whole[index * length : (index + 1) * length].tolist(), index, count)


def _guesses(objective: Masked, passage: Passage, look: LookInside, rules: Rules) -> Record:
    """As the record of a next token, the hidden one standing between `prompt` and `after`."""
    mask, names = len(objective.tokenizer), (*objective.tokenizer.tokens, MARK)
    tokens, place = list(passage.tokens), int(number(look, "place", -1, -1, 1e9, whole=True))
    if place < 0:
        place = tokens.index(mask) if mask in tokens else len(tokens) // 2
    place = min(place, len(tokens) - 1)
    true = tokens[place] if tokens[place] != mask else -1
    tokens[place] = mask
    with looking(objective.model):
        logits = objective.model(torch.tensor([tokens], device=objective.device))[0, place].float().cpu()
    found = table(logits, rules, ROWS, with_token=true)
    arrays = {
        "prompt": labels(tokens[:place], names),
        "after": labels(([] if true < 0 else [true]) + tokens[place + 1 :], names),
        "tokens": labels(found["number"], names),
        "true": np.array(true),
        "hidden": np.array(True),
    }
    return Record(tag="next", kind="next", step=0, arrays=arrays | found | rules.arrays() | passage.arrays)


def _tokens(objective: Masked, passage: Passage) -> Record:
    """What each token costs when it alone is hidden; of one that the user left out nothing is known."""
    mask, names = len(objective.tokenizer), (*objective.tokenizer.tokens, MARK)
    tokens = torch.tensor(passage.tokens)
    t = len(tokens)
    hidden = tokens.repeat(t, 1).fill_diagonal_(mask)
    rows, found = max(1, TOKENS_AT_ONCE // t), []
    with looking(objective.model):
        for k in range(0, t, rows):
            logits = objective.model(hidden[k : k + rows].to(objective.device))
            found.append(logits[torch.arange(len(logits)), torch.arange(k, k + len(logits))].float().cpu())
    known = tokens != mask
    arrays = costs(torch.cat(found), tokens.clamp(max=mask - 1), sum(len(names[k]) for k in passage.tokens))
    if not bool(known.all()):
        for name, nothing in (("loss", np.nan), ("probability", np.nan), ("rank", 0)):
            arrays[name] = np.where(known.numpy(), arrays[name], nothing).astype(arrays[name].dtype)
        arrays["bits_per_char"] = np.array(np.nan)
    arrays |= {
        "tokens": labels(passage.tokens, names),
        "first": np.array([], dtype=np.str_),
        "left_out": np.array(0),
    }
    return Record(tag="passage", kind="tokens", step=0, arrays=arrays | passage.arrays)
