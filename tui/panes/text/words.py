"""Records of text as what is drawn: rows of tables, tokens, sentences. Reads arrays, knows nothing of cells."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....engine.runs.run import Record
from ...render.next_token_table import Heading, Row, percent
from ...render.numbers import compact
from ...render.text_tokens import Token, label

Arrays = dict[str, NDArray[Any]]


def of_kind(records: tuple[Record, ...], kind: str) -> Record | None:
    """The first record of a kind."""
    return next((record for record in records if record.kind == kind), None)


def rows_of(arrays: Arrays) -> list[Row]:
    """The rows of a table of next tokens, from the arrays (k,) of a record `next`."""
    return _rows(*(arrays[name] for name in ("tokens", *_COLUMNS)))


def candidates(arrays: Arrays, step: int) -> list[Row]:
    """The rows of the table of one step of a generation."""
    return _rows(arrays["candidates"][step], *(arrays[f"candidates_{name}"][step] for name in _COLUMNS))


_COLUMNS = ("rank", "score", "probability", "tempered", "chance", "rule")


def _rows(*columns: NDArray[Any]) -> list[Row]:
    texts, rank, score, probability, tempered, chance, rule = columns
    return [
        Row(str(t), int(r), float(s), float(p), float(q), float(c), str(why))
        for t, r, s, p, q, c, why in zip(texts, rank, score, probability, tempered, chance, rule, strict=True)
    ]


def heading_of(arrays: Arrays) -> Heading:
    """The names of a table's columns: a translator tells log-probabilities."""
    return Heading("log p" if "source" in arrays else "logit", float(arrays["temperature"]))


def row_of(arrays: Arrays, number: int, step: int | None = None) -> int:
    """The row of a token in its table, -1 where it has none."""
    numbers = arrays["number"] if step is None else arrays["candidates_number"][step]
    found = np.flatnonzero(numbers == number)
    return int(found[0]) if len(found) and number >= 0 else -1


def plain_tokens(arrays: Arrays, name: str, quiet: bool = False) -> list[Token]:
    """The texts under a name as tokens without tint."""
    return [Token(str(text), None, quiet) for text in arrays[name]] if name in arrays else []


def tinted(texts: NDArray[Any], values: NDArray[Any]) -> list[Token]:
    """Texts with the numbers that tint them."""
    return [Token(str(text), float(value)) for text, value in zip(texts, values, strict=False)]


def kept_words(arrays: Arrays, step: int | None = None) -> str:
    """How many tokens may be drawn, and how much of the probability they have."""
    if str(arrays.get("decode", "")) == "beam":
        return "nothing is drawn: the beam keeps the likeliest sentences"
    kept, mass, whole = (
        arrays[name] if step is None else arrays[name][step] for name in ("kept", "mass", "vocabulary")
    )
    if int(kept) == int(whole):
        return f"any of {int(whole):,} tokens may be drawn"
    return f"{int(kept):,} of {int(whole):,} tokens may be drawn, {percent(float(mass))} of the probability"


def drawn_words(arrays: Arrays, at: int) -> str:
    """What was written at one step, and how likely it was."""
    p, chance, rank = float(arrays["probability"][at]), float(arrays["chance"][at]), int(arrays["rank"][at])
    drawn = "" if str(arrays.get("decode", "")) == "beam" else f", drawn {percent(chance)}"
    return f"{at + 1}/{len(arrays['tokens'])} {name_of(arrays, at)}  p {percent(p)}{drawn}, rank {rank}"


def name_of(arrays: Arrays, at: int) -> str:
    """A token on one line; of words, which stand apart by themselves, without the space before."""
    text = str(arrays["tokens"][at])
    return label(text.strip() if "source" in arrays else text)


def cost_words(arrays: Arrays, at: int) -> str:
    """What one token cost."""
    loss = float(arrays["loss"][at])
    p = float(arrays["probability"][at]) if "probability" in arrays else math.exp(-loss) if loss == loss else loss
    words = f"{at + 1}/{len(arrays['loss'])} {name_of(arrays, at)}  loss {compact(loss, 8)} nats"
    rank = int(arrays["rank"][at]) if "rank" in arrays else 0
    return words + f", p {percent(p)}" + (f", rank {rank}" if rank else "")


def total_words(arrays: Arrays) -> str:
    """What all tokens cost."""
    loss = np.asarray(arrays["loss"], dtype=np.float64)
    known = loss[~np.isnan(loss)]
    mean = float(known.mean()) if len(known) else math.nan
    words = f"{len(loss)} tokens, mean {compact(mean, 7)} nats"
    bits = float(arrays["bits_per_char"]) if "bits_per_char" in arrays else math.nan
    words += f", {compact(bits, 7)} bits per character" if math.isfinite(bits) else ""
    out = int(arrays["left_out"]) if "left_out" in arrays else 0
    return words + (f"; {out} more do not fit the context" if out else "")
