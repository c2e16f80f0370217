"""What `attention` claims of the trained pronoun toy, computed by the module itself."""

from typing import Any

import torch
from torch import Tensor

from ..attention import LESSON
from ..kit.facts import Outcome
from ..kit.state import State
from ..workings.antecedents import ADJECTIVE_AT, IT, NOUNS, Sentence, every_sentence
from ..workings.pronoun_scenes import chosen, reading, swapped
from .shown import apart, figures


def _module(toy: Any, sentences: tuple[Sentence, ...], cut_: bool) -> tuple[Tensor, Tensor]:
    """PyTorch's probabilities (b, 12) and the weights of "it" in layer 2 (b, T)."""
    from ..trainings.pronouns import encode, nearby

    module = toy.module()
    probabilities, weights = [], []
    with torch.no_grad():
        for each in sentences:
            tokens, _ = encode((each,))
            size = len(each.tokens)
            mask = torch.ones(size, size, dtype=torch.bool)
            mask[IT, each.antecedent] = not cut_
            probabilities.append(module(tokens, mask).softmax(-1)[0])
            words = module.embedding(tokens)
            asking = words + module.near(words, mask=nearby(size))
            q = module.far["query_norm"](module.far["query"](asking))[0, IT]
            k = module.far["key_norm"](module.far["key"](words))[0]
            scores = (k @ q / k.shape[1] ** 0.5).masked_fill(~mask[IT], float("-inf"))
            weights.append(scores.softmax(0))
    return torch.stack(probabilities), torch.stack(weights)


def flips(state: State) -> Outcome:
    """The answer follows the adjective; rows and bars that are shown are those of the module."""
    toy = state.result("pronouns")
    two = (chosen(state), swapped(state))
    probabilities, weights = _module(toy, two, state["edge"] == "cut")
    shown = figures(LESSON, "pronoun", state)
    bars = dict(zip(shown["answers"].labels, shown["answers"].values, strict=True))
    pairs = [(shown[name].weights, row) for name, row in zip(("one", "two"), weights, strict=True)]
    for each, row in zip(two, probabilities, strict=True):
        right = f"{each.tokens[ADJECTIVE_AT]}: {each.answer}*"
        pairs.append(([bars[right]], [float(row[NOUNS.index(each.answer)])]))
    answers = [reading(state, each, False).answer for each in two]
    accuracy = min(toy.accuracy.values())
    holds = apart(*pairs) < 1e-4 and answers == [two[0].answer, two[1].answer] and accuracy == 1.0
    return Outcome(
        {"it": ", ".join(answers), "right": accuracy}, {"it": f"{two[0].answer}, {two[1].answer}", "right": 1.0}, holds
    )


def cut(state: State) -> Outcome:
    """Cutting the edge in the module itself, for every held-out sentence; the frame shows this sentence's."""
    toy = state.result("pronouns")
    held_out = tuple(each for each in every_sentence() if each.held_out)
    at = [NOUNS.index(each.answer) for each in held_out]
    whole, without = (_module(toy, held_out, cut_)[0][range(len(at)), at] for cut_ in (False, True))
    of = chosen(state)
    k = NOUNS.index(of.answer)
    shown = figures(LESSON, "pronoun", state, 3)["answers"]
    bars = dict(zip(shown.labels, shown.values, strict=True))
    here = [bars[f"{name}: {of.answer}*"] for name in ("whole", "cut")]
    theirs = [float(_module(toy, (of,), cut_)[0][0, k]) for cut_ in (False, True)]
    least = float((whole - without).min())
    holds = least >= 0.5 and apart((here, theirs)) < 1e-4 and here[0] - here[1] >= 0.5
    return Outcome({"least drop of all": least, "here": float(here[0] - here[1])}, ">= 0.5", holds)
