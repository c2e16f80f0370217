"""A sentence of the learner's own as vectors: word classes set by hand, from a short list and from endings. Torch-free.

Nothing here is learned. Eight numbers stand for a word, so that every one of them can be read.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ..kit.fixtures import Floats
from .attending import Projections, random_projections

MOST = 24
"""Tokens of a sentence that are looked at; what follows is left out."""

FEATURES = ("thing", "pron", "act", "qual", "art", "link", "mark", "abc")
"""What the eight numbers of an embedding say: thing, pronoun, action, quality, article, link (preposition or
conjunction), punctuation mark, and a number drawn from the letters."""

_LISTS = {
    "pron": "i you he she it we they me him her us them who which this that il elle ils elles on je tu nous vous",
    "art": "a an the my your his its our their some any every no un une le la les des du l d de",
    "link": "and or but because if when while as so than of in on at to from with by for over under near into not "
    "until till since although though before after during through between behind without about where then there "
    "et ou mais car si dans sur sous avec pour par",
    "act": "is are was were be been am has have had do does did can could will would may must sat sit sits lay ran "
    "run runs ate eat eats drank drink drinks drinks saw see sees went go goes said say says came took take takes made "
    "make makes chased chase chases slept sleep sleeps likes like wants want gave give gives found find finds knew "
    "know knows thought think thinks loves love got get gets put left fell held hold boit mange dort est sont",
    "qual": "black white red green blue brown big small little old young new good bad hot cold soft hard warm wet dry "
    "late early happy sad very sleepy hungry thirsty dusty torn clean dirty noir noire blanc blanche vert verte petit "
    "petite grand grande fatigué fatiguée tired scared quick lazy long short",
}
_THINGS = (
    "cat cats dog dogs fox owl horse mouse bird birds cow fish animal animals man men woman women boy girl child "
    "children king queen people friend mat mats rug bed sofa box chair table house garden tree door window road river "
    "sea water milk eau bread cake food book books word words letter name day night morning time year city school car "
    "train ball hand eye head life world sun moon rain snow chat chats chien chiens souris oiseau maison table jardin "
    "gâteau pain lait homme femme enfant roi reine livre jour nuit ville"
)
_CLASS = {word: kind for kind, words in {**_LISTS, "thing": _THINGS}.items() for word in words.split()}
_ENDINGS = {
    **dict.fromkeys(("ly", "ful", "ous", "able", "ible", "less", "ish", "ive", "ical"), "qual"),
    **dict.fromkeys(("ed", "ing", "ize", "ify"), "act"),
    **dict.fromkeys(("tion", "ness", "ment", "ity", "ism", "ist", "ship"), "thing"),
}


def split(text: str, most: int = MOST) -> tuple[str, ...]:
    """The words and marks of a text, the first `most` of them; at least one unless the text is blank."""
    return tuple(re.findall(r"\w{2,}['’]\w{1,2}\b|\w+(?:-\w+)*['’]?|[^\w\s]", text)[:most])


def word_class(token: str) -> str:
    """One of the first seven FEATURES: from the list, else from the ending, else a thing."""
    if not any(char.isalnum() for char in token):
        return "mark"
    return _CLASS.get(_bare(token)) or _ENDINGS.get(ending(token), "thing")


def _bare(token: str) -> str:
    return token.lower().rstrip("'’")


def ending(token: str) -> str:
    """The ending by which the class of a word can be guessed, or nothing."""
    word = _bare(token)
    return next((end for end in _ENDINGS if word.endswith(end) and len(word) > len(end) + 2), "")


def unknown(tokens: Sequence[str]) -> tuple[str, ...]:
    """The words that are on no list, each once: their class is guessed by the ending, or they are taken for things."""
    words = (token for token in tokens if any(char.isalnum() for char in token) and _bare(token) not in _CLASS)
    return tuple(dict.fromkeys(words))


def guesses(tokens: Sequence[str], most: int = 2) -> str:
    """What was guessed of the words that are on no list, in a few words; nothing where all are known."""
    words = unknown(tokens)
    told = [
        f'"{word if len(word) <= 10 else word[:9] + "…"}" {word_class(word)}'
        + (f" (-{ending(word)})" if ending(word) else "")
        for word in words[:most]
    ]
    more = f", {len(words) - most} more" if len(words) > most else ""
    return f" Word classes guessed: {', '.join(told)}{more}; w: random." if words else ""


def asker(tokens: Sequence[str]) -> int:
    """The token, from 0, that is followed where none is chosen: "it", else the first pronoun, else the last word."""
    bare = [_bare(token) for token in tokens]
    pronouns = [k for k, word in enumerate(bare) if _CLASS.get(word) == "pron"]
    told = [k for k, token in enumerate(tokens) if word_class(token) != "mark"]
    return bare.index("it") if "it" in bare else next(iter([*pronouns, *told[-1:]]), 0)


def letters(token: str) -> float:
    """A number in -1..1 that is always the same for the same letters, whatever their case."""
    digest = hashlib.sha256(token.lower().encode("utf-8", "replace")).digest()
    return round(int.from_bytes(digest[:4], "big") / 2**31 - 1, 2)


def embed(tokens: Sequence[str]) -> Floats:
    """(T, 8): a one for the class of the word, and the number of its letters; no positions."""
    x = np.zeros((len(tokens), len(FEATURES)))
    for row, token in enumerate(tokens):
        x[row, FEATURES.index(word_class(token))] = 1.0
        x[row, -1] = letters(token)
    return x


AXES = ("thing", "act", "qual", "pron")
"""What the four numbers of a query ask for, and those of a key offer."""

_ASKS = {
    "thing": (0, 1, 2, 0),
    "pron": (3, 0, 1, -1),
    "act": (2.5, 0, 0, 1.5),
    "qual": (1.5, 0, 0, 2.5),
    "art": (2, 0, 1, 0),
    "link": (1, 2, 0, 0),
    "mark": (0, 2, 0, 0),
    "abc": (0.2, 0, 0, 0),
}
_OFFERS = {"thing": (2, 0, 0, 0), "pron": (0.5, 0, 0, 2), "act": (0, 2, 0, 0), "qual": (0, 0, 2, 0)}
_LETTERS_OFFER = (0.3, 0, 0, 0)
_CONTENTS = ("thing", "act", "qual", "abc")


@lru_cache(maxsize=1)
def hand_set() -> Projections:
    """W_Q, W_K, W_V (8, 4) and W_O (4, 8): a pronoun asks for things, an action for who acts."""
    none = (0.0, 0.0, 0.0, 0.0)
    query = np.array([_ASKS[name] for name in FEATURES], dtype=float)
    key = np.array([_OFFERS.get(name, none) for name in FEATURES], dtype=float)
    key[-1] = _LETTERS_OFFER
    value = np.zeros((len(FEATURES), 4))
    for column, name in enumerate(_CONTENTS):
        value[FEATURES.index(name), column] = 1.0
    return Projections(query, key, value, value.T.copy(), AXES, _CONTENTS, hand_set=True)


@lru_cache(maxsize=8)
def projections(kind: str, seed: int = 0) -> Projections:
    """The `hand-set` projections, or `random` ones."""
    return hand_set() if kind == "hand-set" else random_projections(seed + 1, len(FEATURES), len(AXES), gain=3.0)
