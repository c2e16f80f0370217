"""The words of both languages of the small French grammar, numbered as the data set `french` numbers them. Torch-free.

The four special words come first, then all others in the order of their letters.
"""

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


def told(unknown: tuple[str, ...], count: int) -> str:
    """One sentence about the words that are not known, or nothing."""
    if not unknown:
        return ""
    listed = ", ".join(unknown[:3]) + (" and more" if len(unknown) > 3 else "")
    return f"Read as <unk>, for it is none of the {count} French words that the model knows: {listed}."
