"""What a language model makes of a passage: the token after a prompt, how it goes on, what each token costs.

Shapes: t tokens, v vocabulary, n tokens written, k rows of a table.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...data.tokenizers import Tokenizer
from ...objectives.language import PROMPT, Language
from ...runs.run import Record
from ...sampling.text import Writer
from ...text import sanitize
from ..capture import looking
from ..requests import Array, LookInside
from .tables import CANDIDATES, ROWS, Rules, labels, number, stacked, table

RETURN = "⏎"
LONGEST = 2048
"""Tokens of the user's own text; of a longer one the last are read."""


@dataclass(frozen=True)
class Passage:
    """Tokens to read; `index` of `count` passages, or -1 of 0 where they are the user's own."""

    tokens: list[int]
    index: int
    count: int

    @property
    def arrays(self) -> dict[str, Array]:
        """Which passage it is."""
        return {"passage": np.array([self.index, self.count])}


class Listening(Writer):
    """A Writer whose latest logits (v,) can be read again."""

    seen: Tensor

    def logits(self) -> Tensor:
        """As the Writer has them."""
        self.seen = super().logits()
        return self.seen


def language(objective: Language, look: LookInside, rules: Rules, part: str) -> Iterator[Record]:
    """The records of `part`, or of all parts that the passage has."""
    passage = _passage(objective, look)
    prompt = _prompt(objective, passage, look)
    if part in ("", "next"):
        yield _next(objective, passage, prompt, rules)
    if part in ("", "generation"):
        yield _generation(objective, passage, prompt, rules)
    if part == "tokens" or (not part and len(passage.tokens) > 1):
        yield _tokens(objective, passage)


def own_tokens(text: str, tokenizer: Tokenizer) -> list[int]:
    r"""The tokens of what a user typed; raises ValueError for unknown characters.

    `⏎` and `\n` in it are line feeds, unless the model knows `⏎` or the backslash as characters.
    """
    known = {token for token in tokenizer.tokens if len(token) == 1}
    for sign in (RETURN, "\\n"):
        text = text if sign[0] in known else text.replace(sign, "\n")
    strange = sorted(set(text) - known)
    if strange:
        some = " ".join(sanitize(char) for char in strange[:8])
        raise ValueError(f"the model has never seen these characters, so it cannot read them: {some}")
    return tokenizer.encode(text)


def _passage(objective: Language, look: LookInside) -> Passage:
    if look.text:
        return Passage(own_tokens(look.text, objective.tokenizer)[-LONGEST:], -1, 0)
    windows = objective.train if look.split == "train" else objective.val
    index = look.index % len(windows)
    return Passage(windows.at(torch.tensor([index * windows.length]))[0].tolist(), index, len(windows))


def _prompt(objective: Language, passage: Passage, look: LookInside) -> list[int]:
    """The user's own text, or the beginning of a passage; `place` says how many tokens of it."""
    tokens, place = passage.tokens, int(number(look, "place", -1, -1, 1e9, whole=True))
    if place >= 0:
        return tokens[: max(1, place)]
    if not passage.count:
        return tokens
    names, size = objective.tokenizer.tokens, 0
    for k, token in enumerate(tokens[:-1]):
        size += len(names[token])
        if size >= PROMPT:
            return tokens[: k + 1]
    return tokens[:-1]


def _writer(objective: Language, prompt: list[int]) -> Listening:
    return Listening(objective.model, prompt, objective.context, objective.device)


def _next(objective: Language, passage: Passage, prompt: list[int], rules: Rules) -> Record:
    names, after = objective.tokenizer.tokens, passage.tokens[len(prompt) :]
    true = after[0] if after else -1
    found = table(_writer(objective, prompt).logits(), rules, ROWS, with_token=true)
    arrays = {
        "prompt": labels(prompt, names),
        "after": labels(after, names),
        "tokens": labels(found["number"], names),
        "true": np.array(true),
    }
    return Record(tag="next", kind="next", step=0, arrays=arrays | found | rules.arrays() | passage.arrays)


def _generation(objective: Language, passage: Passage, prompt: list[int], rules: Rules) -> Record:
    """`tokens` (n,) with rank, score, probability and chance of each, and the `candidates_…` (n, k) of each step."""
    names, writer = objective.tokenizer.tokens, _writer(objective, prompt)
    generator = torch.Generator().manual_seed(rules.seed)
    tables, numbers = [], []
    for _ in range(rules.length):
        try:
            written = writer.write(rules.temperature, rules.top_k, rules.top_p, generator)
        except RuntimeError:
            table(writer.seen, rules, 1)  # says it in words if the logits are why
            raise
        numbers.append(written.token)
        tables.append(table(writer.seen, rules, CANDIDATES, with_token=written.token, chances_v=written.chances))
    arrays = {"prompt": labels(prompt, names), **written_arrays(numbers, tables, names)}
    return Record(tag="generation", kind="generation", step=0, arrays=arrays | rules.arrays() | passage.arrays)


def written_arrays(numbers: list[int], tables: list[dict[str, Array]], names: tuple[str, ...]) -> dict[str, Array]:
    """What was written, token by token, and the table of each step."""
    found = stacked(tables)
    rows = found["number"] == np.array(numbers)[:, None]
    chosen = {name: found[name][rows] for name in ("rank", "score", "probability", "chance")}
    texts = labels(found["number"].ravel(), names).reshape(found["number"].shape)
    totals = {name: found.pop(name) for name in ("kept", "mass", "vocabulary")}
    return {
        "tokens": labels(numbers, names),
        "number": np.array(numbers),
        **chosen,
        **totals,
        "candidates": texts,
        **{f"candidates_{name}": array for name, array in found.items()},
    }


def _tokens(objective: Language, passage: Passage) -> Record:
    """Of every token but the first `loss` in nats, `probability` and `rank`, (t,), and bits per character.

    Of a text that is too long its beginning is read, `left_out` are the tokens that are not.
    """
    names, read = objective.tokenizer.tokens, passage.tokens[: objective.context + 1]
    if len(read) < 2:
        raise ValueError("what a token costs is told from the second on: type at least two tokens")
    tokens = torch.tensor(read, device=objective.device)
    with looking(objective.model):
        logits = objective.model(tokens[None, :-1])[0]
    arrays = costs(logits, tokens[1:], sum(len(names[k]) for k in read[1:]))
    arrays |= {
        "tokens": labels(read[1:], names),
        "first": labels(read[:1], names),
        "left_out": np.array(len(passage.tokens) - len(read)),
    }
    return Record(tag="passage", kind="tokens", step=0, arrays=arrays | passage.arrays)


def costs(logits_tv: Tensor, true_t: Tensor, characters: int) -> dict[str, Array]:
    """Loss in nats, probability and rank (0 where it is unknown) of the true tokens, each (t,).

    `bits_per_char` is that of all tokens over their `characters`, NaN if there are none.
    """
    logits_tv = logits_tv.float().cpu()
    true = true_t.cpu()[:, None]
    log_p = logits_tv.log_softmax(-1).gather(1, true)[:, 0]
    rank = (logits_tv > logits_tv.gather(1, true)).sum(1) + 1
    rank = rank.masked_fill(log_p.isnan(), 0)
    bits = -float(log_p.sum()) / math.log(2) / characters if characters else math.nan
    return {
        "loss": (-log_p).numpy(),
        "probability": log_p.exp().numpy(),
        "rank": rank.numpy(),
        "characters": np.array(characters),
        "bits_per_char": np.array(bits),
        "vocabulary": np.array(logits_tv.shape[1]),
    }
