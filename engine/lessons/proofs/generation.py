"""What `generation` claims, computed by PyTorch, by the lab's decoder, by enumeration."""

from collections.abc import Sequence
from itertools import combinations
from math import log

import numpy as np
import torch
import torch.nn.functional as F

from ...sampling.text import chances
from ..kit.facts import Claim, Outcome, at_least, at_most, close, equal, every, same_arrays
from ..kit.fixtures import Floats
from ..kit.state import State
from ..trainings.grammar import result
from ..trainings.grammar_lab import module
from ..workings.decoding import decode, tempered, top_p_kept
from ..workings.gpt_forward import gpt_logits
from ..workings.little_english import HELD_OUT, RULES, exact, numbers, surprise, words
from ..workings.next_token import logits_after, reach, read_text, word_losses
from ..workings.softmax_frames import given_logits

TABLE = {1.0: (0.665, 0.245, 0.090), 0.2: (0.993, 0.007, 0.000), 10.0: (0.367, 0.332, 0.301)}
"""Softmax of [2, 1, 0] by temperature."""
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
    return every(
        nats_a_word=at_most(ours, log(v) / 2),
        as_in_the_module=close(ours, loss, 1e-5),
        at_first=close(float(trained.held_out[0]), log(v), 1e-4),
        derivable_with=close(-surprise(HELD_OUT) * len(HELD_OUT), log(derivations(("S",), HELD_OUT)), 1e-9),
    )


def follows_the_grammar(state: State) -> Outcome:
    """The model's next word after `the cat sat on the` against the grammar's own probabilities."""
    prefix = HELD_OUT[:5]
    true = exact(prefix)
    p = tempered(logits_after(result(state).model, numbers(prefix)), 1.0)
    return every(
        likeliest=equal(words()[int(p.argmax())], "mat"),
        total_variation=at_most(float(abs(p - true).sum() / 2), 0.25),
        on_allowed_words=at_least(float(p[true > 0].sum()), 0.8),
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
    return every(
        change_before_it=at_most(before, 0.0),
        in_the_module=at_most(worst, 0.0),
        change_at_it=at_least(later, 1e-6),
        logits=same_arrays(gpt_logits(model, ids, masked), scores.numpy(), 1e-5),
    )


def table(state: State) -> Outcome:
    """torch.softmax of [2, 1, 0] / T, and the rounded numbers of the syllabus."""
    z = np.array([2.0, 1.0, 0.0])
    parts = {}
    for t, rounded in TABLE.items():
        p = tempered(z, t)
        parts[f"T {t:g}"] = equal([round(x, 3) for x in p.tolist()], list(rounded))
        parts[f"torch at {t:g}"] = same_arrays(p, (torch.from_numpy(z) / t).softmax(0).numpy(), 1e-12)
    return every(**parts)


def _smallest(p: Floats, mass: float) -> set[int]:
    """Of all subsets with at least `mass` the smallest, and of those the likeliest."""
    for size in range(1, len(p) + 1):
        fitting = [part for part in combinations(range(len(p)), size) if p[list(part)].sum() >= mass - 1e-12]
        if fitting:
            return set(max(fitting, key=lambda part: (round(float(p[list(part)].sum()), 12), [-k for k in part])))
    return set(range(len(p)))


def decoded(state: State) -> Outcome:
    """The settings' own decoding against the lab's, T = 0.01 against the argmax, top-p against all subsets."""
    logits = given_logits(state)
    here = decode(logits, state["temperature"], state["top_k"], state["top_p"])
    lab = chances(torch.from_numpy(logits), state["temperature"], state["top_k"], state["top_p"]).numpy()
    cold = tempered(logits, 0.01)
    masses = (*MASSES, state["top_p"])
    spread = (logits, np.array([2.0, 1.0, 0.5, 0.0, -1.0]))
    wrong = sum(
        set(np.flatnonzero(top_p_kept(tempered(z, 1.0), mass)).tolist()) != _smallest(tempered(z, 1.0), mass)
        for z in spread
        for mass in masses
        if mass < 1
    )
    top = float(torch.tensor(cold)[torch.from_numpy(logits) == float(logits.max())].sum())
    return every(
        sum=close(float(here.chances.sum()), 1.0, 1e-9),
        as_in_the_lab=same_arrays(here.chances, lab, 1e-6),
        cold=Outcome(cold.tolist(), "finite, all on the argmax", bool(np.isfinite(cold).all()) and top > 0.99),
        top_p_sets_that_are_not_the_smallest=equal(wrong, 0),
    )


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
    return every(p=same_arrays(here.chances, lab, 1e-6), sum=close(float(here.chances.sum()), 1.0, 1e-9))


CLAIMS = (
    Claim(
        id="R1", says="a sentence never trained on costs less than ln V / 2 nats a word", check=learnt, needs="grammar"
    ),
    Claim(
        id="R1", says="what follows is about what the grammar lets follow", check=follows_the_grammar, needs="grammar"
    ),
    Claim(id="R2", says="changing a token leaves all logits before it identical", check=only_the_past, needs="grammar"),
    Claim(id="R3", says="softmax of 2, 1, 0 at T = 1, 0.2 and 10", check=table),
    Claim(id="R3", says="temperature, top-k and top-p; stable when cold; top-p keeps the smallest set", check=decoded),
    Claim(
        id="R3",
        says="the next word is drawn from what the lab's decoder leaves",
        check=next_in_the_lab,
        needs="grammar",
    ),
)
