"""What `attention` claims of the trained pronoun toy, computed by the module itself."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..attention import LESSON
from ..kit.facts import Outcome
from ..kit.state import State
from ..workings.antecedents import ADJECTIVE_AT, IT, NOUNS, Sentence, every_sentence
from ..workings.pronoun_scenes import chosen, swapped
from .shown import apart, bars_by_label, figures

NAMES = ("seen in training", "held out")
"""The sentences of each row of the table."""


def _module(toy: Any, sentences: tuple[Sentence, ...], cut_: bool) -> tuple[Tensor, Tensor, Tensor]:
    """PyTorch's probabilities (b, 12), and the weights of "it" in layer 1 and in layer 2 (b, T)."""
    from ..trainings.pronouns import encode, nearby

    module = toy.module()
    probabilities, near, far = [], [], []

    def keep(_: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        q, k, _v, mask = given
        eye = torch.eye(q.shape[-2]).expand(*q.shape[:-2], -1, -1)
        near.append(F.scaled_dot_product_attention(q, k, eye, mask)[0, 0, IT])

    module.near.attend.register_forward_hook(keep)
    with torch.no_grad():
        for each in sentences:
            tokens, _ = encode((each,))
            size = len(each.tokens)
            mask = torch.ones(size, size, dtype=torch.bool)
            mask[IT, each.antecedent] = not cut_
            probabilities.append(module(tokens, mask).softmax(-1)[0])
            words = module.embedding(tokens)
            asking = words + module.near(words, mask=nearby(size))
            near.pop()
            q = module.far["query_norm"](module.far["query"](asking))[0, IT]
            k = module.far["key_norm"](module.far["key"](words))[0]
            scores = (k @ q / k.shape[1] ** 0.5).masked_fill(~mask[IT], float("-inf"))
            far.append(scores.softmax(0))
    return torch.stack(probabilities), torch.stack(near), torch.stack(far)


def flips(state: State) -> Outcome:
    """The answer follows the adjective; rows and bars that are shown are those of the module."""
    toy = state.result("pronouns")
    two, without = (chosen(state), swapped(state)), state["edge"] == "cut"
    probabilities, near, far = _module(toy, two, without)
    shown = figures(LESSON, "pronoun", state)
    bars = bars_by_label(shown["answers"])
    pairs = [(shown[name].weights, row) for name, row in zip(("one", "two"), far, strict=True)]
    pairs.append((figures(LESSON, "pronoun", state, 1)["near"].weights, near[0]))
    pairs.append((figures(LESSON, "pronoun", state, 1)["layer 2"].values[IT], far[0]))
    for each, row in zip(two, probabilities, strict=True):
        adjective = each.tokens[ADJECTIVE_AT]
        for noun, star in ((each.answer, "*"), (each.other, "")):
            pairs.append(([bars[f"{adjective}: {noun}{star}"]], [float(row[NOUNS.index(noun)])]))
    marked = {each.tokens[ADJECTIVE_AT] + ": " + each.answer + "*" for each in two}
    drawn = {[*shown["answers"].labels][k] for k in shown["answers"].marked} == marked
    hidden = [set(shown[name].dropped) for name in ("one", "two")]
    drawn &= hidden == [{each.antecedent} if without else set() for each in two]
    answers = [NOUNS[int(row.argmax())] for row in probabilities]
    accuracy = _held_out(toy, figures(LESSON, "pronoun", state, 4)["accuracy"])
    right = [two[0].answer, two[1].answer]
    holds = apart(*pairs) < 1e-4 and drawn and answers == right and accuracy == 1.0
    return Outcome({"it": ", ".join(answers), "right": accuracy}, {"it": ", ".join(right), "right": 1.0}, holds)


def _held_out(toy: Any, table: Any) -> float:
    """The share of right answers to every sentence, seen or held out, by the module; nan where the table differs."""
    from ..trainings.pronouns import encode

    every = every_sentence()
    with torch.no_grad():
        tokens, wanted = encode(every)
        right = toy.module()(tokens).argmax(1) == wanted
    unseen = torch.tensor([each.held_out for each in every])
    shares = [float(right[part].double().mean()) for part in (~unseen, unseen)]
    counts = [int((~unseen).sum()), int(unseen.sum())]
    rows = [[name, count, f"{100 * share:.1f} %"] for name, count, share in zip(NAMES, counts, shares, strict=True)]
    return min(shares) if [list(row) for row in table.rows] == rows else float("nan")


def cut(state: State) -> Outcome:
    """Cutting the edge in the module itself, for every held-out sentence; the frame shows this sentence's."""
    toy = state.result("pronouns")
    held_out = tuple(each for each in every_sentence() if each.held_out)
    at = [NOUNS.index(each.answer) for each in held_out]
    whole, without = (_module(toy, held_out, cut_)[0][range(len(at)), at] for cut_ in (False, True))
    of = chosen(state)
    k = NOUNS.index(of.answer)
    shown = figures(LESSON, "pronoun", state, 3)
    bars = bars_by_label(shown["answers"])
    here = [bars[f"{name}: {of.answer}*"] for name in ("whole", "cut")]
    both = [_module(toy, (of,), cut_) for cut_ in (False, True)]
    theirs = [float(each[0][0, k]) for each in both]
    rows = [(shown[name].weights, each[2][0]) for name, each in zip(("whole", "without"), both, strict=True)]
    least = float((whole - without).min())
    chance = shown["answers"].reference[1] == 1 / len(NOUNS)
    struck = [set(shown[name].dropped) for name in ("whole", "without")] == [set(), {of.antecedent}]
    same = apart((here, theirs), *rows) < 1e-4
    holds = least >= 0.5 and same and here[0] - here[1] >= 0.5 and chance and struck
    return Outcome({"least drop of all": least, "here": float(here[0] - here[1])}, ">= 0.5", holds)
