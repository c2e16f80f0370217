"""The words of both languages of the small French grammar, numbered as the data set `french` numbers them. Torch-free.

The four special words come first, then all others in the order of their letters.
"""

import difflib
import unicodedata
from functools import lru_cache

from ...data import french_words as words
from ...data.pairs import END, SPECIAL, UNKNOWN, tokenize

ARTICLES = (
    "le",
    "la",
    "l'",
    "les",
    "un",
    "une",
    "des",
    "de",
    "d'",
    "du",
    "ce",
    "cet",
    "cette",
    "ces",
    "mon",
    "ma",
    "mes",
)
NEGATIONS = ("ne", "n'", "pas", "jamais")
DETERMINERS = ("a", "an", "the", "this", "these", "my")
DENIALS = ("do", "does", "not", "never")
GOLD = {
    "un chat noir boit de l'eau": "a black cat drinks water",
    "une souris grise mange du fromage": "a grey mouse eats cheese",
    "le vieux cheval ne court pas": "the old horse does not run",
    "mes chiens cherchent souvent une maison rouge": "my dogs often look for a red house",
    "cette femme heureuse boit du thé dans le jardin": "this happy woman drinks tea in the garden",
}
"""Sentences of the grammar whose English is known."""


@lru_cache(maxsize=1)
def lexicon() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The French and the English words."""
    verbs = (*words.MOVES, *words.SENSES, words.EAT, words.DRINK)
    pairs = (*words.FREQUENCIES, *words.MANNERS, *words.PREPOSITIONS)
    masses = (*words.DRINKS, *words.DISHES)
    french = {*ARTICLES, *NEGATIONS, *(pair[0] for pair in pairs), *(mass[0] for mass in masses)}
    english = {*DETERMINERS, *DENIALS, *(pair[1] for pair in pairs), *(mass[1] for mass in masses)}
    for noun in words.NOUNS:
        french.update(noun.french)
        english.update(noun.english)
    for adjective in words.ADJECTIVES:
        french.update(form for form in (*adjective.french, adjective.elided) if form)
        english.add(adjective.english)
    for verb in verbs:
        french.update(verb.french)
        english.update(word for word in (*verb.english, verb.particle) if word)
    return SPECIAL + tuple(sorted(french)), SPECIAL + tuple(sorted(english))


def numbered(text: str, known: tuple[str, ...], most: int) -> tuple[tuple[str, ...], tuple[int, ...], tuple[str, ...]]:
    """The first `most` words of a text, their numbers, and those that are not `known` (they are read as <unk>)."""
    found = tuple(tokenize(text))[:most] or (SPECIAL[UNKNOWN],)
    ids = tuple(known.index(word) if word in known else UNKNOWN for word in found)
    return found, ids, tuple(dict.fromkeys(word for word, k in zip(found, ids, strict=True) if k == UNKNOWN))


def gold(text: str) -> str:
    """The known English of a sentence, or nothing."""
    return {tuple(tokenize(french)): english for french, english in GOLD.items()}.get(tuple(tokenize(text)), "")


def target_ids(text: str, known: tuple[str, ...], most: int) -> tuple[int, ...]:
    """The numbers of an English text, <end> behind them."""
    return (*numbered(text, known, most - 1)[1], END)


def told(unknown: tuple[str, ...], known: tuple[str, ...], language: str = "French") -> str:
    """One sentence about the words that are not `known`, with what may be meant, or nothing."""
    if not unknown:
        return ""
    listed = ", ".join(f'"{word}"{_meant(word, known)}' for word in unknown[:2])
    more = f" and {len(unknown) - 2} more" if len(unknown) > 2 else ""
    lost = " and not translated" if language == "French" else ""
    return f"Unknown {language}, read as {SPECIAL[UNKNOWN]}{lost}: {listed}{more}."


def _meant(word: str, known: tuple[str, ...]) -> str:
    """The known word that differs in its accents only, or by little."""
    plain = {_bare(other): other for other in known[len(SPECIAL) :]}
    near = difflib.get_close_matches(_bare(word), plain, n=1, cutoff=0.75)
    return f" ({plain[near[0]]}?)" if near else ""


def _bare(word: str) -> str:
    parts = unicodedata.normalize("NFD", word.replace("œ", "oe"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def kinds() -> dict[str, tuple[str, ...]]:
    """The French words by what they are, each in one form: what may be typed."""
    verbs = (*words.MOVES, *words.SENSES, words.EAT, words.DRINK)
    masses = (*words.DRINKS, *words.DISHES)
    others = (*words.FREQUENCIES, *words.MANNERS, *words.PREPOSITIONS)
    return {
        "nouns": (*(noun.french[0] for noun in words.NOUNS), *(mass[0] for mass in masses)),
        "adjectives": tuple(adjective.french[0] for adjective in words.ADJECTIVES),
        "verbs, third person": tuple(verb.french[0] for verb in verbs),
        "little words": (*ARTICLES, *NEGATIONS, *(other[0] for other in others)),
    }
