"""Records that are text: what a language model wrote, what its tokens cost, translations, attention."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from ..engine.text import sanitize
from .panes.text.words import candidates, cost_words, heading_of, kept_words, row_of, rows_of
from .render.attention.maps import AttentionMap
from .render.attention.text import brief, crossed, matrix, told
from .render.crossing import KEY
from .render.next_token_table import OUT, TRUE, next_token_table, percent
from .render.numbers import cut, pad
from .render.palette import DARK, PLAIN
from .render.pen import Line, pen, plain
from .render.prose import KEY as COST_KEY
from .render.prose import continued, priced
from .render.text_tokens import label

Arrays = Mapping[str, NDArray[Any]]

LINES = 30
PASSAGE = 12
ROWS = 16
"""Of a table of next tokens."""
STEPS = 10
"""Of a generation whose alternatives are told."""
DEAREST = 5
MATRIX = 44


def text(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """A prompt and how the model goes on."""
    prompt, written = str(arrays["prompt"]), str(arrays["text"])
    title = f"{tag}: {len(written):,} characters of the model (|) after a prompt of {len(prompt):,} (>)"
    return [plain(title), *continued(prompt, written, width, LINES)]


def tokens(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """A passage, what each of its tokens cost, and where it is known the dearest of them with their ranks."""
    texts, loss = [str(token) for token in arrays["tokens"]], np.asarray(arrays["loss"], dtype=np.float64)
    bits = float(arrays.get("bits_per_char", np.nan))
    more = f", {bits:.3f} bits per character" if np.isfinite(bits) else ""
    known = loss[~np.isnan(loss)] if "rank" in arrays else loss
    mean = float(known.mean()) if len(known) else float("nan")
    title = f"{tag}: {count(len(texts))}, {mean:.2f} nats each on average{more}; {COST_KEY}"
    first = [str(token) for token in arrays.get("first", ())]
    lines = [plain(title), *source(arrays, width)]
    lines += priced([*first, *texts], np.concatenate([np.zeros(len(first)), loss]), width, PASSAGE, colour)
    if "rank" in arrays:
        dear = np.argsort(-np.nan_to_num(loss, nan=-1.0), kind="stable")[:DEAREST]
        lines.append(plain("dearest tokens"))
        lines += [plain(cut(cost_words(dict(arrays), int(k)), width)) for k in dear]
    return lines


def next_token(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """What may follow a prompt: the likeliest tokens, and what struck the others out."""
    found, prompt, true = dict(arrays), "".join(map(str, arrays["prompt"])), int(arrays["true"])
    what = f"the token after {count(len(arrays['prompt']))}" if prompt else "the first token"
    what = "the hidden token (_)" if "hidden" in arrays else what
    rows = rows_of(found)
    drawn = next_token_table(rows, PLAIN, width, ROWS + 1, heading=heading_of(found), true=row_of(found, true))
    lines = [plain(f"{tag}: {what}; {rules(arrays)}: {kept_words(found)}"), *source(arrays, width)]
    if "hidden" in arrays:
        rest = "".join(map(str, arrays["after"][1 if true >= 0 else 0 :]))
        lines += continued(f"{prompt}_{rest}", "", width, PASSAGE)
    elif prompt:
        lines += continued(prompt, "", width, PASSAGE)
    pens = {OUT: pen(DARK.dim), TRUE: pen(DARK.good)}
    return lines + [[(strip.text, pens.get(strip.text[:1]))] for strip in drawn]


def generation(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """What was written after a prompt, and for the first steps what else might have been."""
    texts, found = [str(token) for token in arrays["tokens"]], dict(arrays)
    after = f" after {count(len(arrays['prompt']))} (>)" if len(arrays["prompt"]) else ""
    how = rules(arrays)
    how += f", seed {int(arrays['seed'])}" if how.startswith("temperature") else ""
    title = f"{tag}: {count(len(texts))} of the model (|){after}; {how}"
    lines = [plain(title), *source(arrays, width)]
    lines += continued("".join(map(str, arrays["prompt"])), "".join(texts), width, LINES)
    if len(arrays.get("hypotheses", ())):
        lines.append(plain("kept by the beam, with log-probability a word"))
        pairs = zip(arrays["scores"], arrays["hypotheses"], strict=True)
        lines += [plain(cut(f"{float(score):7.3f}  {text}", width)) for score, text in pairs]
    room = 12
    lines.append(plain(cut(f"{'step':>4} {'token':{room}} {'p':>6} {'drawn':>6} {'rank':>5}  likeliest", width)))
    for k in range(min(len(texts), STEPS)):
        p, chance = percent(float(arrays["probability"][k])), percent(float(arrays["chance"][k]))
        others = "  ".join(f"{label(row.token)} {percent(row.probability)}" for row in candidates(found, k)[:4])
        name = pad(label(str(arrays["candidates"][k][row_of(found, int(arrays["number"][k]), k)])), room)
        lines.append(plain(cut(f"{k + 1:4d} {name} {p:>6} {chance:>6} {int(arrays['rank'][k]):5d}  {others}", width)))
    if len(texts) > STEPS:
        lines.append(plain(f"… and {len(texts) - STEPS} more steps"))
    return lines


def count(tokens: int) -> str:
    """So many tokens."""
    return f"{tokens} token{'' if tokens == 1 else 's'}"


def rules(arrays: Arrays) -> str:
    """How the next token is drawn."""
    temperature, k, p = (float(arrays[name]) for name in ("temperature", "top_k", "top_p"))
    method = str(arrays.get("decode", ""))
    if method == "beam" or temperature == 0:
        return "beam search" if method == "beam" else "greedy (temperature 0)"
    more = (f", top-k {k:.0f}" if k else "") + (f", top-p {p:g}" if p < 1 else "")
    return f"temperature {temperature:g}{more}"


def source(arrays: Arrays, width: int) -> list[Line]:
    """The sentence that is translated."""
    return [plain(cut("source: " + "".join(map(str, arrays["source"])), width))] if "source" in arrays else []


def translations(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """Source, what the model answered, and below a wrong answer what was expected."""
    rows = list(zip(*(map(str, arrays[name]) for name in ("source", "answer", "target")), strict=True))
    right = sum(answer == target for _, answer, target in rows)
    first = min(max((cell_len(cut(source, width)) for source, _, _ in rows), default=0), (width - 4) // 2)
    lines: list[Line] = [[(f"{tag}: {right} of {len(rows)} as expected", None)]]
    for source, answer, target in rows[:LINES]:
        good = answer == target
        room = width - first - 4
        mark = pen(DARK.good if good else DARK.bad)
        lines.append([(pad(source, first) + "  ", None), ("= " if good else "! ", mark), (cut(answer, room), None)])
        if not good:
            lines.append([(" " * (first + 4), None), (cut(f"expected: {target}", room), mark)])
    if len(rows) > LINES:
        lines.append([(f"… and {len(rows) - LINES} more", None)])
    return lines


def attention(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """Who looks at whom, averaged over the heads; then each head's numbers, of `brief` records these alone."""
    found = AttentionMap.of(tag, arrays)
    size = f"{len(found.rows)} x {len(found.columns)}"
    if arrays.get("brief", False):
        return [plain(f"{tag}: {found.type}, {size}; {brief(found)}")]
    weights, mask = found.head(None)
    what = f"what each row looks at, {size}"
    what += f", {sanitize(arrays['of'], limit=60)}" if "of" in arrays else f", {found.type}" if found.type else ""
    what += f" attention rolled out through {found.layers} layers" if found.layers else ""
    what += f", mean of {found.heads} heads" if found.heads > 1 else ""
    what += f", {found.note}" if found.note else ""
    empty = "; masked: empty" if mask is not None else ""
    lines = [plain(f"{tag}: {what}; {KEY}{empty}"), *matrix(weights, mask, found.rows, found.columns, width, MATRIX)]
    if found.type == "cross":
        lines += [[(cut(text, width), None)] for text in crossed(weights, found.rows, found.columns)]
    return [*lines, *told(found, width)]
