"""A text of the learner's own continued by the small GPT: its tokens, its logits, what reaches what. Torch-free."""

from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np

from ...data.pairs import tokenize
from ..kit.fixtures import Floats
from .gpt_forward import Gpt, gpt_logits
from .little_english import LONGEST, START, STOP, UNKNOWN, numbers, words
from .translating import nll
from .writing import Choosing, Rules, write_on

MOST = 14
"""Words of a text that are read; longer ones are cut."""


def read_text(text: str) -> tuple[tuple[str, ...], str]:
    """The first words of a text, in lower case, and one sentence about those that are not known, or nothing."""
    found = tuple(tokenize(text))
    unknown = tuple(dict.fromkeys(word for word in found[:MOST] if word not in words()))
    parts = []
    if unknown:
        more = f" and {len(unknown) - 2} more" if len(unknown) > 2 else ""
        listed = ", ".join(f'"{word}"' for word in unknown[:2]) + more
        parts.append(f"Unknown, read as {UNKNOWN}: {listed}.")
    if len(found) > MOST:
        parts.append(f"Only the first {MOST} words are read.")
    return found[:MOST], " ".join(parts)


@lru_cache(maxsize=64)
def logits_after(model: Gpt, ids: tuple[int, ...]) -> Floats:
    """(V,): logits of the next word; <start> and <unk> can never come."""
    scores: Floats = gpt_logits(model, ids)[-1].copy()
    scores[: words().index(STOP)] = -np.inf
    return scores


@lru_cache(maxsize=32)
def continued(model: Gpt, ids: tuple[int, ...], rules: Rules) -> tuple[Choosing, ...]:
    """What is written after `ids` (<start> first), up to the full stop."""
    most = max(1, LONGEST - len(ids))
    return write_on(partial(logits_after, model), ids, words().index(STOP), most, rules)


def reach(model: Gpt, ids: tuple[int, ...], masked: bool) -> Floats:
    """(t, t): the largest change of a logit at place i (row) when token j (column) is another word."""
    before = gpt_logits(model, ids, masked)
    columns = []
    for place, token in enumerate(ids):
        other = (*ids[:place], 2 + (token - 1) % (len(words()) - 2), *ids[place + 1 :])
        columns.append(np.abs(gpt_logits(model, other, masked) - before).max(-1))
    return np.stack(columns, 1)


def word_losses(model: Gpt, sentence: Sequence[str]) -> Floats:
    """(t,): -ln p of every word of a sentence."""
    ids = numbers(sentence)
    return nll(gpt_logits(model, ids[:-1]), ids[1:])


def line(tokens: Sequence[str]) -> str:
    """Words as a line, the start left out."""
    return " ".join(token for token in tokens if token != START)
