"""A small French and its English, sentence by sentence, with the words that belong together known.

Nouns have gender and number, and articles and adjectives agree with them; most adjectives stand after their noun
in French and before it in English, and so do adverbs with verbs; negation embraces the verb; what one drinks is
partitive; le, la, de and ne elide, de le and de les contract. "un chat noir boit de l' eau" is one of its sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from . import french_words as words
from .french_words import Adjective, Noun, Verb, vocalic

T = TypeVar("T")
BEFORE = {alive: [a for a in fitting if a.before] for alive, fitting in words.FITTING.items()}
AFTER = {alive: [a for a in fitting if not a.before] for alive, fitting in words.FITTING.items()}


@dataclass(frozen=True)
class Phrase:
    """Words in both languages; `links` names for each English word the French words that it may come from.

    `pairs` are the adjectives with their nouns, by English word.
    """

    source: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    links: tuple[tuple[int, ...], ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: "Phrase") -> "Phrase":
        """One after the other in both languages."""
        moved = tuple(tuple(k + len(self.source) for k in link) for link in other.links)
        return Phrase(
            self.source + other.source, self.target + other.target, self.links + moved, self.pairs + other.pairs
        )


def pick(rng: Random, items: Sequence[T]) -> T:
    """One of them at random, the same in every version of Python."""
    return items[int(rng.random() * len(items))]


def noun_phrase(
    kind: str, noun: Noun, plural: bool, before: Adjective | None = None, after: Adjective | None = None, of: str = ""
) -> Phrase:
    """Article, noun and adjectives; `kind` is the, a, this or my, and `of` is "de" where that comes before."""
    head = noun.french[plural]
    core = [head] if before is None else [before.agreed(noun.gender, plural, head), head]
    source = [*article(kind, noun.gender, plural, core[0], before is not None, of), *core]
    at = len(source) - 1
    adjectives = []
    if before is not None:
        adjectives.append((before.english, at - 1))
    if after is not None:
        source.append(after.agreed(noun.gender, plural))
        adjectives.append((after.english, at + 1))
    target = [*adjectives, (noun.english[plural], at)]
    if (kind, plural) != ("a", True):
        name = {"a": "an" if target[0][0][0] in "aeiou" else "a", "this": "these" if plural else "this"}.get(kind, kind)
        target.insert(0, (name, at - len(core)))
    pairs = tuple((noun.english[0], adjective) for adjective, _ in adjectives)
    return Phrase(tuple(source), tuple(word for word, _ in target), tuple((k,) for _, k in target), pairs)


def article(kind: str, gender: str, plural: bool, following: str, before: bool, of: str) -> tuple[str, ...]:
    """The French article before `following`, with "de" if `of`; des becomes de `before` an adjective."""
    elides = vocalic(following) and not plural
    match kind:
        case "the" if of and plural:
            return ("des",)
        case "the" if of and gender == "m" and not elides:
            return ("du",)
        case "the":
            return ((of,) if of else ()) + ("les" if plural else "l'" if elides else "la" if gender == "f" else "le",)
        case "a" if plural and not of:
            return ("des" if not before else "d'" if vocalic(following) else "de",)
        case "a" if plural:
            return ("d'" if vocalic(following) else "de",)
        case "a":
            return (("d'",) if of else ()) + ("une" if gender == "f" else "un",)
        case "this":
            form = "ces" if plural else "cette" if gender == "f" else "cet" if elides else "ce"
        case _:
            form = "mes" if plural else "ma" if gender == "f" and not elides else "mon"
    return ((of,) if of else ()) + (form,)


def partitive(noun: tuple[str, str, str], negated: bool) -> Phrase:
    """Some of what has no number, as in de l' eau, or none of it, as in pas d' eau."""
    french, english, gender = noun
    if negated:
        source: tuple[str, ...] = ("d'" if vocalic(french) else "de", french)
    elif vocalic(french):
        source = ("de", "l'", french)
    else:
        source = ("de", "la", french) if gender == "f" else ("du", french)
    return Phrase(source, (english,), ((len(source) - 1,),))


def verb_phrase(verb: Verb, plural: bool, negation: str = "", frequency: tuple[str, str] | None = None) -> Phrase:
    """The verb, denied (`negation` is pas or jamais) or with an adverb of frequency.

    The halves of ne … pas are one word in two pieces, so that either may stand for each of does not.
    """
    french, english = verb.french[plural], verb.english[plural]
    if negation:
        ne = "n'" if vocalic(french) else "ne"
        source: tuple[str, ...] = (ne, french, negation)
        if negation == "pas":
            target = [("do" if plural else "does", (0, 2)), ("not", (0, 2)), (verb.english[1], (1,))]
        else:
            target = [("never", (0, 2)), (english, (1,))]
    elif frequency:
        source, target = (french, frequency[0]), [(frequency[1], (1,)), (english, (0,))]
    else:
        source, target = (french,), [(english, (0,))]
    if verb.particle:
        target.append((verb.particle, target[-1][1]))
    return Phrase(source, tuple(word for word, _ in target), tuple(link for _, link in target))


def sentence(rng: Random) -> Phrase:
    """A sentence at random: subject, verb, perhaps an object, perhaps a place."""
    plural = rng.random() < 0.35
    phrase = _noun(rng, words.ALIVE, plural)
    roll = rng.random()
    negation = "" if roll > 0.25 else "pas" if roll < 0.18 else "jamais"
    frequency = pick(rng, words.FREQUENCIES) if roll > 0.8 else None
    kind = rng.random()
    if kind < 0.25:
        phrase += verb_phrase(pick(rng, words.MOVES), plural, negation, frequency)
        if rng.random() < 0.4:
            french, english = pick(rng, words.MANNERS)
            phrase += Phrase((french,), (english,), ((0,),))
    elif kind < 0.45:
        phrase += verb_phrase(words.DRINK, plural, negation, frequency)
        phrase += partitive(pick(rng, words.DRINKS), bool(negation))
    elif kind < 0.6:
        phrase += verb_phrase(words.EAT, plural, negation, frequency)
        phrase += partitive(pick(rng, words.DISHES), bool(negation))
    elif kind < 0.7:
        phrase += verb_phrase(words.EAT, plural, negation, frequency)
        phrase += _noun(rng, words.FOOD, rng.random() < 0.35, denied=bool(negation))
    else:
        phrase += verb_phrase(pick(rng, words.SENSES), plural, negation, frequency)
        phrase += _noun(rng, words.NOUNS, rng.random() < 0.35, denied=bool(negation))
    if rng.random() < 0.25:
        phrase += place(rng)
    return phrase


def place(rng: Random) -> Phrase:
    """Where: a preposition and a noun phrase."""
    french, english = pick(rng, words.PREPOSITIONS)
    noun, plural, kind = pick(rng, words.PLACES), rng.random() < 0.25, pick(rng, ("the", "the", "a", "my"))
    before, after = _adjectives(rng, noun, 0.2, 0.3)
    inner = noun_phrase(kind, noun, plural, before, after, "de" if french == "près" else "")
    return Phrase((french,), (english,), ((0,),)) + inner


def _noun(rng: Random, nouns: Sequence[Noun], plural: bool, denied: bool = False) -> Phrase:
    """A noun phrase at random; after a negation none is indefinite, for English would then say any."""
    noun, kind = (
        pick(rng, nouns),
        pick(rng, ("the", "the", "this", "my") if denied else ("the", "a", "a", "this", "my")),
    )
    return noun_phrase(kind, noun, plural, *_adjectives(rng, noun, 0.2, 0.45))


def _adjectives(rng: Random, noun: Noun, front: float, back: float) -> tuple[Adjective | None, Adjective | None]:
    """At most one before and one after the noun, with these probabilities."""
    before = pick(rng, BEFORE[noun.alive]) if rng.random() < front else None
    after = pick(rng, AFTER[noun.alive]) if rng.random() < back else None
    return before, after
