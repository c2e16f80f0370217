"""The data set `french`: sentences of the grammar, some pairs of noun and adjective kept from training.

The split is compositional: a training sentence has none of the pairs kept for validation or for the test, a
validation sentence has one of the former and none of the latter, and a test sentence the other way round. The pair
(cat, black) is always one of the test's, so that "un chat noir boit de l'eau" is a case of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from ..options import Options, option
from . import french_words as words
from .french_grammar import Phrase, noun_phrase, partitive, sentence, verb_phrase
from .pairs import SPECIAL, Pairs, PairSplit, encode

CYCLE, STRIDE = 20, 7
"""A share of held-out pairs is a number of every 20, so that each noun and each adjective loses about its share."""


@dataclass(frozen=True, kw_only=True)
class FrenchOptions(Options):
    """How much French there is to learn from."""

    sentences: int = option(12_000, "sentences to train on", low=100, high=200_000, group="data")
    held_out: float = option(
        0.2, "share of the pairs of noun and adjective that only the test has", low=0.05, high=0.6, group="data"
    )
    test: int = option(1000, "sentences of the test", low=10, high=20_000, group="data")


def fitting() -> list[tuple[str, str]]:
    """Every noun with every adjective that fits it, in English."""
    return [(noun.english[0], adjective.english) for noun in words.NOUNS for adjective in words.FITTING[noun.alive]]


def famous() -> Phrase:
    """un chat noir boit de l' eau."""
    subject = noun_phrase("a", words.ALIVE[0], False, None, words.ADJECTIVES[0])
    return subject + verb_phrase(words.DRINK, False) + partitive(words.DRINKS[0], False)


def held_out(seed: int, share: float) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """The pairs (noun, adjective), in English, that only validation has and that only the test has.

    Nouns and adjectives are shuffled, and the pairs walked in a pattern that takes its share of every one.
    """
    rng = Random(seed)
    nouns = sorted((noun.english[0] for noun in words.NOUNS), key=lambda _: rng.random())
    adjectives = sorted((adjective.english for adjective in words.ADJECTIVES), key=lambda _: rng.random())
    start = nouns.index("cat") + STRIDE * adjectives.index("black")
    taken = round(share * CYCLE)
    beyond = {(n, a): (nouns.index(n) + STRIDE * adjectives.index(a) - start) % CYCLE for n, a in fitting()}
    val = frozenset(pair for pair, place in beyond.items() if place == taken)
    return val, frozenset(pair for pair, place in beyond.items() if place < taken)


def load(seed: int, options: FrenchOptions | None = None) -> Pairs:
    """The data set that the seed draws; no sentence occurs twice, in one part or in two."""
    options = options or FrenchOptions()
    only_val, only_test = held_out(seed, options.held_out)
    wanted = {"train": options.sentences, "val": max(options.test // 2, 10), "test": options.test - 1}
    found: dict[str, list[Phrase]] = {"train": [], "val": [], "test": []}
    seen = {famous().source}
    rng = Random(seed)
    while any(len(found[part]) < count for part, count in wanted.items()):
        phrase = sentence(rng)
        in_val, in_test = (not pairs.isdisjoint(phrase.pairs) for pairs in (only_val, only_test))
        part = "train" if not in_val and not in_test else "val" if not in_test else "test" if not in_val else ""
        if part and phrase.source not in seen and len(found[part]) < wanted[part]:
            seen.add(phrase.source)
            found[part].append(phrase)
    found["test"].append(famous())
    source = SPECIAL + tuple(sorted({word for phrase in found["train"] for word in phrase.source}))
    target = SPECIAL + tuple(sorted({word for phrase in found["train"] for word in phrase.target}))
    return Pairs(
        name="french",
        **{part: _split(phrases, source, target) for part, phrases in found.items()},
        specimen=_split([famous()], source, target),
        source_words=source,
        target_words=target,
        description=(
            f"{sum(map(len, found.values())):,} sentences of a small French with their English; "
            f"{len(only_test)} of {len(fitting())} pairs of noun and adjective, black cat "
            f"among them, occur in the test alone, {len(only_val)} in validation alone"
        ),
    )


def _split(phrases: Sequence[Phrase], source_words: Sequence[str], target_words: Sequence[str]) -> PairSplit:
    source = encode([phrase.source for phrase in phrases], source_words, end=False)
    target = encode([phrase.target for phrase in phrases], target_words, end=True)
    gold: NDArray[np.bool_] = np.zeros((len(phrases), target.shape[1], source.shape[1]), dtype=bool)
    for links, phrase in zip(gold, phrases, strict=True):
        for t, link in enumerate(phrase.links):
            links[t, list(link)] = True
    return PairSplit(source=source, target=target, gold=gold)
