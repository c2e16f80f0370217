"""A weighted grammar of a hundred English words, and what comes next in it, exactly. Torch-free.

Every rule is `weight words | weight words`; words in capitals are rules. No rule begins with itself, so that the
leftmost derivations of a prefix are finitely many and can be listed.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ..kit.fixtures import Floats

RULES = {
    "S": "6 WHO REST | 3 WHO MEET | 2 WHO DINE | 2 WHO MOVE",
    "WHO": "5 THE BEING | 4 THE LOOK BEING | 1 my BEING",
    "THE": "7 the | 3 a",
    "LOOK": "3 black | 3 small | 2 wild | 2 happy | 2 white | 1 big | 1 young | 1 grey | 1 hungry | 1 sleepy",
    "BEING": "8 cat | 5 dog | 2 bird | 2 horse | 2 mouse | 1 cow | 1 fox | 1 rabbit "
    "| 3 girl | 3 boy | 2 man | 2 woman | 1 child | 1 farmer | 1 baker | 1 teacher",
    "REST": "8 sat on THE SEAT END | 3 sat PLACE END | 4 slept on THE BED END | 2 slept PLACE END "
    "| 2 lay on THE BED END | 2 stood PLACE END | 1 rested PLACE END | 1 waited PLACE END",
    "SEAT": "10 mat | 5 chair | 4 sofa | 3 bench | 3 floor | 2 rug | 2 wall | 1 roof",
    "BED": "6 bed | 4 sofa | 3 mat | 2 floor | 2 grass | 1 rug",
    "PLACE": "3 near THE SPOT | 2 under THE COVER | 2 behind THE SPOT | 1 by THE SPOT",
    "SPOT": "4 house | 3 door | 3 window | 2 tree | 1 wall | 1 river | 1 gate",
    "COVER": "4 table | 3 tree | 2 bed | 1 bridge",
    "MEET": "4 saw THING STOP | 3 chased BEAST STOP | 2 liked THING STOP | 2 followed BEAST STOP | 1 found THING STOP",
    "THING": "3 THE BEING | 2 THE LOOK OBJECT | 2 THE OBJECT",
    "BEAST": "2 THE BEING | 1 THE LOOK BEING",
    "OBJECT": "3 ball | 2 book | 2 hat | 1 key | 1 letter",
    "DINE": "3 ate FOOD STOP | 3 drank DRINK STOP",
    "FOOD": "3 bread | 2 cheese | 2 fish | 1 cake | 1 THE FRUIT",
    "FRUIT": "2 pear | 1 plum",
    "DRINK": "4 water | 3 milk | 1 tea | 1 juice",
    "MOVE": "3 ran to THE SPOT STOP | 2 walked to THE SPOT STOP | 1 jumped over THE HURDLE STOP",
    "HURDLE": "2 wall | 2 gate | 1 mouse | 1 table",
    "STOP": "7 . | 1 again . | 1 today . | 1 slowly .",
    "END": "6 . | 3 because it was STATE . | 1 today .",
    "STATE": "3 tired | 2 soft | 2 warm | 1 cold | 1 afraid",
}
START = "<start>"
UNKNOWN = "<unk>"
STOP = "."
HELD_OUT = ("the", "cat", "sat", "on", "the", "mat", ".")
"""A sentence of the grammar that is never trained on."""
LONGEST = 24

Stack = tuple[str, ...]


@lru_cache(maxsize=1)
def grammar() -> dict[str, tuple[tuple[float, Stack], ...]]:
    """Every rule as its alternatives: probability and words."""
    found = {}
    for name, text in RULES.items():
        parts = [part.split() for part in text.split("|")]
        total = sum(float(part[0]) for part in parts)
        found[name] = tuple((float(part[0]) / total, tuple(part[1:])) for part in parts)
    return found


@lru_cache(maxsize=1)
def words() -> tuple[str, ...]:
    """The vocabulary: the start, the unknown, then every word of the rules in the order of letters."""
    listed = {word for parts in grammar().values() for _, part in parts for word in part if word not in RULES}
    return (START, UNKNOWN, *sorted(listed))


def expanded(stack: Stack) -> dict[Stack, float]:
    """The stacks that begin with a word and grow out of `stack`, with their probabilities."""
    if not stack or stack[0] not in RULES:
        return {stack: 1.0}
    found: dict[Stack, float] = {}
    for share, part in grammar()[stack[0]]:
        for grown, p in expanded(part + stack[1:]).items():
            found[grown] = found.get(grown, 0.0) + share * p
    return found


def next_words(prefix: Sequence[str]) -> dict[str, float]:
    """The exact probability of every word that may follow; empty where the grammar has no such prefix, or it ended."""
    stacks = expanded(("S",))
    for word in prefix:
        followed: dict[Stack, float] = {}
        for stack, p in stacks.items():
            if stack and stack[0] == word:
                for grown, q in expanded(stack[1:]).items():
                    followed[grown] = followed.get(grown, 0.0) + p * q
        stacks = followed
    total = sum(p for stack, p in stacks.items() if stack)
    found: dict[str, float] = {}
    for stack, p in stacks.items():
        if stack:
            found[stack[0]] = found.get(stack[0], 0.0) + p / total
    return found


def surprise(sentence: Sequence[str]) -> float:
    """-ln p of the sentence in the grammar, in nats a word: what a perfect model would reach."""
    total = 0.0
    for k, word in enumerate(sentence):
        p = next_words(sentence[:k]).get(word, 0.0)
        if not p:
            return float("inf")
        total -= float(np.log(p))
    return total / len(sentence)


def sentence(rng: np.random.Generator) -> tuple[str, ...]:
    """One drawn from the grammar."""
    stack, said = ["S"], []
    while stack:
        top = stack.pop(0)
        if top in RULES:
            shares = [share for share, _ in grammar()[top]]
            stack[:0] = grammar()[top][int(np.searchsorted(np.cumsum(shares), rng.random() * 0.999999))][1]
        else:
            said.append(top)
    return tuple(said)


def numbers(tokens: Sequence[str]) -> tuple[int, ...]:
    """<start>, then the number of every word."""
    known = words()
    return (0, *(known.index(word) if word in known else 1 for word in tokens))


def exact(prefix: Sequence[str]) -> Floats:
    """(V,): the grammar's own probabilities of the next word; all 0 where it has no such prefix."""
    after = next_words(prefix)
    return np.array([after.get(word, 0.0) for word in words()])
