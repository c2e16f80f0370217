"""The sentences of the pronoun toy: what "it" stands for depends on the adjective alone. Torch-free.

An animate adjective belongs to the animal, the others to the thing; which of both nouns comes first differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from ..kit.fixtures import Floats
from .attending import Attention, attend, causal, softmax

ANIMALS = ("cat", "dog", "fox", "owl", "horse", "mouse")
THINGS = ("mat", "rug", "bed", "sofa", "box", "chair")
OF_ANIMALS = ("tired", "hungry", "happy", "scared")
OF_THINGS = ("soft", "dusty", "torn", "clean")
ADJECTIVES = (*OF_ANIMALS, *OF_THINGS)
ORDERS = ("animal first", "thing first")
SHARPNESS = 0.375
"""By which the likeness of the answer to every noun is multiplied before the softmax."""
EPSILON = float(np.finfo(np.float32).eps)
"""Added to the mean square, as torch does for numbers of 32 bits."""
_TEMPLATES = {
    "animal first": "The {animal} sat on the {thing} because it was {adjective} .",
    "thing first": "The {thing} lay under the {animal} because it was {adjective} .",
}
NOUNS = (*ANIMALS, *THINGS)
IT, ADJECTIVE_AT = 7, 9
"""Where "it" and the adjective stand, in both orders."""


@dataclass(frozen=True)
class Sentence:
    """One sentence of the toy, its answer, and whether the training never shows this adjective of this noun."""

    tokens: tuple[str, ...]
    answer: str
    other: str
    held_out: bool

    @property
    def antecedent(self) -> int:
        """Where the answer stands."""
        return self.tokens.index(self.answer)


def sentence(animal: str, thing: str, adjective: str, order: str) -> Sentence:
    """One sentence. Of each noun one adjective is held out, "tired" of the cat and "soft" of the mat among them."""
    tokens = tuple(_TEMPLATES[order].format(animal=animal, thing=thing, adjective=adjective).split())
    of_animal = adjective in OF_ANIMALS
    nouns, adjectives = (ANIMALS, OF_ANIMALS) if of_animal else (THINGS, OF_THINGS)
    answer, other = (animal, thing) if of_animal else (thing, animal)
    held_out = nouns.index(answer) % len(adjectives) == adjectives.index(adjective)
    return Sentence(tokens, answer, other, held_out)


def every_sentence() -> tuple[Sentence, ...]:
    """All 576, held out or not."""
    return tuple(sentence(*parts) for parts in product(ANIMALS, THINGS, ADJECTIVES, ORDERS))


VOCABULARY = tuple(dict.fromkeys(token for each in every_sentence() for token in each.tokens))


@dataclass(frozen=True, eq=False)
class Reading:
    """How the toy reads a sentence: every stage of both layers, and of every noun the likeness to the answer and p."""

    first: Attention
    """Layer 1, from each token to itself and the two that follow."""
    second: Attention
    """Layer 2, anywhere; its values are the words themselves."""
    likeness: Floats
    """(T, 12): the word of each token times every noun."""
    probabilities: Floats
    """(12,)."""

    @property
    def near(self) -> Floats:
        """(T, T): the weights of layer 1."""
        return self.first.weights

    @property
    def far(self) -> Floats:
        """(T, T): the weights of layer 2."""
        return self.second.weights

    @property
    def logits(self) -> Floats:
        """(12,): how like the answer of "it" is to every noun, before the softmax."""
        answer: Floats = SHARPNESS * self.far[IT] @ self.likeness
        return answer

    @property
    def answer(self) -> str:
        """The likeliest noun."""
        return NOUNS[int(self.probabilities.argmax())]


def read(weights: Mapping[str, Floats], tokens: tuple[str, ...], cut: int | None = None) -> Reading:
    """The trained toy in plain numpy; `cut` is the token that "it" may not look at in layer 2."""
    table = weights["embedding"]
    words = table[[VOCABULARY.index(token) for token in tokens]]
    size = len(tokens)
    nearby = causal(size).T & np.tri(size, k=2, dtype=bool)
    first = attend(*_query_key(weights, "near", words, words), words @ weights["near.value"], nearby)
    asking = words + first.output @ weights["near.output"]
    mask = np.ones((size, size), dtype=bool)
    if cut is not None:
        mask[IT, cut] = False
    second = attend(*_query_key(weights, "far", asking, words), words, mask)
    nouns = table[[VOCABULARY.index(noun) for noun in NOUNS]]
    chances = softmax(SHARPNESS * nouns @ second.output[IT])
    return Reading(first, second, words @ nouns.T, chances)


def _query_key(weights: Mapping[str, Floats], layer: str, asking: Floats, asked: Floats) -> tuple[Floats, Floats]:
    """Queries and keys, each divided by its root mean square and scaled (QK-norm)."""
    parts = []
    for name, x in (("query", asking), ("key", asked)):
        y = x @ weights[f"{layer}.{name}"]
        parts.append(y / np.sqrt((y**2).mean(-1, keepdims=True) + EPSILON) * weights[f"{layer}.{name}_norm"])
    return parts[0], parts[1]
