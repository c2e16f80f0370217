"""A small grammar whose every token has a known probability, so that the least possible loss is known. Torch-free.

A sentence: determiner, adjective or none, noun, verb, preposition, determiner, noun, full stop. The verb agrees with
the first noun in number, and chooses the preposition.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from math import log

import numpy as np

ADJECTIVES = ("black", "small", "old", "happy")
NOUNS = {"cat": "cats", "dog": "dogs", "bird": "birds", "child": "children"}
VERBS = {"sits": ("sit", "on"), "runs": ("run", "to"), "hides": ("hide", "under"), "lives": ("live", "in")}
PLACES = ("mat", "house", "garden", "box", "tree")
STOP = "."
WORDS = (
    STOP,
    *("the", "a", "some"),
    *ADJECTIVES,
    *(form for pair in NOUNS.items() for form in pair),
    *(form for verb, (plural, _) in VERBS.items() for form in (verb, plural)),
    *dict.fromkeys(preposition for _, preposition in VERBS.values()),
    *PLACES,
)
_PLURALS = tuple(NOUNS.values())


def options(sentence: Sequence[str]) -> dict[str, float]:
    """The next words after the words of an unfinished sentence with their probabilities; {} if it is none."""
    return _options(tuple(sentence))


@lru_cache(maxsize=100_000)
def _options(sentence: tuple[str, ...]) -> dict[str, float]:
    state = "start"
    plural = False
    preposition = ""
    for word in sentence:
        if word not in _choices(state, plural, preposition):
            return {}
        plural = plural or word in _PLURALS
        if state == "verb":
            preposition = _PREPOSITION[word]
        state = _after(state, word)
    return _choices(state, plural, preposition)


_PREPOSITION = {form: preposition for verb, (plural, preposition) in VERBS.items() for form in (verb, plural)}


def _after(state: str, word: str) -> str:
    if state == "start":
        return {"the": "described", "a": "described one", "some": "described many"}[word]
    if state.startswith("described"):
        return state.replace("described", "subject") if word in ADJECTIVES else "verb"
    if state.startswith("subject"):
        return "verb"
    return {"verb": "preposition", "preposition": "article", "article": "place", "place": "stop", "stop": "end"}[state]


def _even(words: Sequence[str], mass: float = 1.0) -> dict[str, float]:
    return {word: mass / len(words) for word in words}


def _choices(state: str, plural: bool, preposition: str) -> dict[str, float]:
    kind, _, number = state.partition(" ")
    nouns = {"": (*NOUNS, *_PLURALS), "one": tuple(NOUNS), "many": _PLURALS}[number]
    if kind == "described":
        return {**_even(ADJECTIVES, 0.5), **_even(nouns, 0.5)}
    return {
        "start": {"the": 0.5, "a": 0.25, "some": 0.25},
        "subject": _even(nouns),
        "verb": _even([many if plural else one for one, (many, _) in VERBS.items()]),
        "preposition": {preposition: 1.0},
        "article": _even(("the", "a")),
        "place": _even(PLACES),
        "stop": {STOP: 1.0},
        "end": {},
    }[kind]


def draw(rng: np.random.Generator) -> tuple[list[str], list[float]]:
    """One sentence, and -ln p of each of its words."""
    words: list[str] = []
    costs: list[float] = []
    while choices := options(words):
        rest = rng.random()
        word = next((word for word, end in _ends(tuple(words)) if rest < end), list(choices)[-1])
        words.append(word)
        costs.append(-log(choices[word]))
    return words, costs


@lru_cache(maxsize=100_000)
def _ends(sentence: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """The next words, each with its probability and that of all before it."""
    choices = options(sentence)
    return tuple(zip(choices, np.cumsum(list(choices.values())).tolist(), strict=True))


def stream(rng: np.random.Generator, size: int) -> tuple[list[str], list[float]]:
    """Sentences one after the other, cut at `size` words, and -ln p of each word."""
    words: list[str] = []
    costs: list[float] = []
    while len(words) < size:
        more, paid = draw(rng)
        words += more
        costs += paid
    return words[:size], costs[:size]


def sentences(words: Sequence[str]) -> list[list[str]]:
    """The words cut after every full stop; what follows the last one is left out."""
    parts: list[list[str]] = [[]]
    for word in words:
        parts[-1].append(word)
        if word == STOP:
            parts.append([])
    return parts[:-1]


def accepted(sentence: Sequence[str]) -> bool:
    """Whether the grammar has this sentence."""
    return bool(sentence) and sentence[-1] == STOP and STOP in options(sentence[:-1])


@lru_cache(maxsize=1)
def entropy_rate() -> float:
    """Nats a word that no honest model can go below on average: entropy of a sentence over its expected length."""
    total, length = _expected(())
    return total / length


@cache
def _expected(sentence: tuple[str, ...]) -> tuple[float, float]:
    """Nats and words that are still to come, on average."""
    nats, words = 0.0, 0.0
    for word, p in options(sentence).items():
        more, longer = _expected((*sentence, word))
        nats += p * (more - log(p))
        words += p * (1 + longer)
    return nats, words
