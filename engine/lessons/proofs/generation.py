"""What `generation` claims, computed by PyTorch, by the lab's decoder, by enumeration."""

from collections.abc import Sequence
from itertools import combinations
from math import log

import numpy as np
import torch
import torch.nn.functional as F

from ...sampling.text import chances
from ..generation import LESSON, LOGITS
from ..kit.facts import Claim, Outcome, equal
from ..kit.fixtures import Floats
from ..kit.state import State
from ..trainings.grammar import result
from ..trainings.grammar_lab import module
from ..workings.decoding import decode, draw, share_of, tempered, top_p_kept
from ..workings.gpt_forward import gpt_logits
from ..workings.little_english import HELD_OUT, RULES, exact, numbers, surprise, words
from ..workings.next_token import logits_after, reach, read_text, word_losses
from ..workings.softmax_frames import given_logits
from .shown import bars_by_label, difference, figures, together

TABLE = {1.0: (0.665, 0.245, 0.090), 0.2: (0.993, 0.007, 0.000), 10.0: (0.367, 0.332, 0.301)}
"""Softmax of [2, 1, 0] by temperature."""
GRID = tuple((t, k, p) for t in (0.2, 1.0, 5.0) for k in (0, 1, 3) for p in (0.5, 0.9, 1.0))
"""T, top-k, top-p."""
SPREAD = (np.array([2.0, 1.0, 0.0]), np.array([0.0, 1.5, -1.0, 2.0, 0.5]))
UNIFORM = (0.0, 0.12, 0.31, 0.5, 0.62, 0.77, 0.91, 0.999)
MASSES = (0.1, 0.3, 0.5, 0.66, 0.7, 0.9, 0.99)


def derivations(symbols: tuple[str, ...], said: tuple[str, ...]) -> float:
    """The probability that the symbols derive exactly these words: every alternative of the first symbol tried."""
    if not symbols:
        return float(not said)
    first, rest = symbols[0], symbols[1:]
    if first not in RULES:
        return derivations(rest, said[1:]) if said and said[0] == first else 0.0
    options = [part.split() for part in RULES[first].split("|")]
    total = sum(float(option[0]) for option in options)
    return sum(float(option[0]) / total * derivations((*option[1:], *rest), said) for option in options)


def learnt(state: State) -> Outcome:
    """The module's own cross-entropy on the sentence held out."""
    trained, v = result(state), len(words())
    ids = torch.tensor([numbers(HELD_OUT)])
    with torch.no_grad():
        loss = float(F.cross_entropy(module(trained.model)(ids[:, :-1])[0], ids[0, 1:]))
    ours = float(word_losses(trained.model, HELD_OUT).mean())
    sentence_shown = figures(LESSON, "learning", state, 2)["sentence"]
    true = log(derivations(("S",), HELD_OUT))
    return together(
        {"nats a word": ours},
        {"nats a word": f"{loss:.4g}, below {log(v) / 2:.3f}"},
        abs(ours - loss) < 1e-5,
        abs(float(np.mean(sentence_shown.weights)) - loss) < 1e-5,
        ours < log(v) / 2,
        abs(float(trained.held_out[0]) - log(v)) < 1e-4,
        abs(-surprise(HELD_OUT) * len(HELD_OUT) - true) < 1e-9,
    )


def follows_the_grammar(state: State) -> Outcome:
    """The model's next word after `the cat sat on the` against the grammar's own probabilities."""
    prefix = HELD_OUT[:5]
    true = exact(prefix)
    p = tempered(logits_after(result(state).model, numbers(prefix)), 1.0)
    apart, allowed = float(abs(p - true).sum() / 2), float(p[true > 0].sum())
    return together(
        {"likeliest": words()[int(p.argmax())], "total variation": apart},
        {"likeliest": "mat", "total variation": "<= 0.25"},
        words()[int(p.argmax())] == "mat",
        apart <= 0.25,
        allowed >= 0.8,
    )


def only_the_past(state: State) -> Outcome:
    """One token changed in the module: logits before it are the same, bit for bit."""
    model, masked = result(state).model, state["mask"]
    ids = numbers(read_text(state["text"])[0])
    lab = module(model)
    changed = reach(model, ids, masked)
    before = max((float(changed[:j, j].max()) for j in range(1, len(ids))), default=0.0)
    later = min(float(changed[j, j]) for j in range(len(ids)))
    worst = 0.0
    with torch.no_grad():
        scores = lab(torch.tensor([ids]))[0]
        for j in range(1, len(ids)):
            other = list(ids)
            other[j] = 2 + (other[j] - 1) % (len(words()) - 2)
            worst = max(worst, float((lab(torch.tensor([other]))[0] - scores)[:j].abs().max()))
    same = difference(
        (gpt_logits(model, ids, masked), scores.numpy()),
        (figures(LESSON, "past", state, 0)["changes"].values, changed),
    )
    return together(
        {"change before it": before, "at it": later},
        {"change before it": 0.0, "at it": "> 0"},
        before == 0,
        worst == 0,
        later > 1e-6,
        same,
    )


def table(state: State) -> Outcome:
    """torch.softmax of [2, 1, 0] / T, and the rounded numbers of the syllabus."""
    z = np.array([2.0, 1.0, 0.0])
    bars = figures(LESSON, "softmax", state.with_values(logits=LOGITS["2-1-0"]), 1)
    pairs, found = [], []
    for t in TABLE:
        p = tempered(z, t)
        found.append([round(x, 3) for x in p.tolist()])
        right = (torch.from_numpy(z) / t).softmax(0).numpy()
        pairs += [(p, right), (bars[f"T {t:g}"].values, right)]
    firsts = [row[0] for row in found]
    return together(
        {"p of the first": firsts},
        {"p of the first": [row[0] for row in TABLE.values()]},
        found == [list(row) for row in TABLE.values()],
        difference(*pairs, limit=1e-12),
    )


def _smallest(p: Floats, mass: float) -> set[int]:
    """Of all subsets with at least `mass` the smallest, and of those the likeliest."""
    for size in range(1, len(p) + 1):
        fitting = [part for part in combinations(range(len(p)), size) if p[list(part)].sum() >= mass - 1e-12]
        if fitting:
            return set(max(fitting, key=lambda part: (round(float(p[list(part)].sum()), 12), [-k for k in part])))
    return set(range(len(p)))


def decoded(state: State) -> Outcome:
    """The table that is shown against the lab's decoding; a grid of T, k and p; T = 0.01; top-p against all subsets."""
    logits = given_logits(state)
    asked = (state["temperature"], state["top_k"], state["top_p"])
    here, lab = decode(logits, *asked), chances(torch.from_numpy(logits), *asked).numpy()
    seen = figures(LESSON, "softmax", state, 0)
    names, by_token = seen["logits"].column_labels, bars_by_label(seen["bars"])
    order = np.argsort(-lab + 1e-9 * np.arange(len(lab)), kind="stable")
    pairs = [(here.chances, lab), ([by_token[name] for name in names], lab)]
    rows = [row for row in seen["table"].rows if not row[0].startswith("…")]
    printed = [0.0 if row[5].startswith("<") else float(row[5]) for row in rows]
    in_order = [row[0] for row in rows] == [names[k] for k in order]
    zeros = {k for k, token in enumerate(order) if lab[token] == 0}
    struck = set(seen["table"].struck)
    dropped = struck == zeros or (struck <= zeros and asked[0] < 0.1)  # a cold p is 0 by rounding, too
    rounded = difference((printed, lab[order]), limit=6e-5)
    pairs += [(decode(z, *rule).chances, chances(torch.from_numpy(z), *rule).numpy()) for z in SPREAD for rule in GRID]
    cold = tempered(logits, 0.01)
    top = float(torch.tensor(cold)[torch.from_numpy(logits) == float(logits.max())].sum())
    wrong = sum(
        set(np.flatnonzero(top_p_kept(tempered(z, 1.0), mass)).tolist()) != _smallest(tempered(z, 1.0), mass)
        for z in (logits, *SPREAD)
        for mass in (*MASSES, state["top_p"])
        if mass < 1
    )
    same = difference(*pairs, limit=1e-6)
    return together(
        {**same.computed, "p at T = 0.01": top},
        {"largest difference": same.expected, "p at T = 0.01": 1},
        same,
        rounded,
        in_order,
        dropped,
        bool(np.isfinite(cold).all()) and top > 0.99,
        wrong == 0,
    )


def drawn(state: State) -> Outcome:
    """Which token u draws, and its share, against subtracting shares from u one after the other."""
    shares = [decode(z, *rule).chances for z in SPREAD for rule in GRID]
    wrong = 0
    for chances_v in shares:
        for u in UNIFORM:
            token = draw(chances_v, u)
            begin, end = share_of(chances_v, token)
            wrong += token != _subtracting(chances_v, u) or not begin - 1e-9 <= u <= end + 1e-9
    return equal({"draws that differ": wrong}, {"draws that differ": 0})


def _subtracting(chances_v: Floats, u: float) -> int:
    ranked = sorted(range(len(chances_v)), key=lambda k: (-chances_v[k], k))
    for k in ranked:
        if u < chances_v[k]:
            return k
        u -= chances_v[k]
    raise ValueError("u is 1 or more")


def next_in_the_lab(state: State) -> Outcome:
    """The distribution of the next word of the text, as the lab's decoder has it from the module's logits."""
    model = result(state).model
    ids = numbers(read_text(state["text"])[0])
    options: Sequence[float] = (state["temperature"], state["top_k"], state["top_p"])
    with torch.no_grad():
        scores = module(model)(torch.tensor([ids]))[0, -1]
    scores[:2] = float("-inf")
    lab = chances(scores, float(options[0]), int(options[1]), float(options[2])).numpy()
    here = decode(logits_after(model, ids), float(options[0]), int(options[1]), float(options[2]))
    seen = figures(LESSON, "next", state, 0)
    shown = bars_by_label(seen["bars"])
    theirs = [lab[words().index(token)] for token in shown]
    least = float(np.sort(lab)[::-1][: len(shown)].min())
    right = difference((here.chances, lab), (list(shown.values()), theirs), limit=1e-6)
    return together(right.computed, right.expected, right, bool(min(theirs) >= least - 1e-9))


CLAIMS = (
    Claim(id="R1", says="a sentence never trained on costs less than ln V / 2", check=learnt, needs="grammar"),
    Claim(
        id="R1", says="what follows is about what the grammar lets follow", check=follows_the_grammar, needs="grammar"
    ),
    Claim(id="R2", says="changing a token leaves all logits before it identical", check=only_the_past, needs="grammar"),
    Claim(id="R3", says="softmax of 2, 1, 0 at T = 1, 0.2 and 10", check=table),
    Claim(id="R3", says="T, top-k and top-p leave what the lab's decoder leaves", check=decoded),
    Claim(id="R3", says="u draws the token in whose share it lies", check=drawn),
    Claim(
        id="R3",
        says="so it is for the next word of the text",
        check=next_in_the_lab,
        needs="grammar",
    ),
)
