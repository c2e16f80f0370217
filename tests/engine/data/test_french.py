"""The small French: agreement by rules written here anew, gold links by the dictionary, splits that share no pair."""

import subprocess
import sys
from random import Random

import numpy as np
import pytest

from dlviz.engine.data import french
from dlviz.engine.data import french_words as words
from dlviz.engine.data.fingerprint import fingerprint
from dlviz.engine.data.french import FrenchOptions
from dlviz.engine.data.french_grammar import Phrase, noun_phrase, place, sentence, verb_phrase
from dlviz.engine.data.load import load_data
from dlviz.engine.data.pairs import Pairs, decode, detokenize
from dlviz.engine.options import OptionError

GENDERS = {
    "m": {"le", "du", "un", "ce", "cet", "mon", "de"},
    "f": {"la", "une", "cette", "ma", "mon"},
}
PLURALS = {"les", "des", "ces", "mes"}
ADJECTIVES = {  # masculine, feminine, their plurals; by hand
    "black": "noir noire noirs noires", "white": "blanc blanche blancs blanches", "grey": "gris grise gris grises",
    "green": "vert verte verts vertes", "red": "rouge rouge rouges rouges", "odd": "étrange étrange étranges étranges",
    "happy": "heureux heureuse heureux heureuses", "sad": "triste triste tristes tristes",
    "tired": "fatigué fatiguée fatigués fatiguées", "hungry": "affamé affamée affamés affamées",
    "small": "petit petite petits petites", "big": "grand grande grands grandes",
    "old": "vieux vieille vieux vieilles vieil", "beautiful": "beau belle beaux belles bel",
}  # fmt: skip
SOUNDS = set("aeiouhâàéèêîôœ")


def _sentences(count: int = 3000) -> list[Phrase]:
    rng = Random(5)
    return [sentence(rng) for _ in range(count)]


@pytest.fixture(scope="module")
def data() -> Pairs:
    return french.load(0, FrenchOptions(sentences=1500, test=200))


def test_the_famous_sentence_is_a_test_sentence_whose_pair_was_never_trained(data: Pairs) -> None:
    for split in (data.test, data.specimen):
        assert detokenize(decode(split.source[-1], data.source_words)) == "un chat noir boit de l'eau"
        assert detokenize(decode(split.target[-1], data.target_words)) == "a black cat drinks water"
        assert split.gold is not None
        links = [(t, s) for t, s in zip(*np.nonzero(split.gold[-1]), strict=True)]
        assert links == [(0, 0), (1, 2), (2, 1), (3, 3), (4, 6)]
        assert np.flatnonzero(_swapped(split.gold[-1:])[0]).tolist() == [1, 2]
    for seed in range(20):
        assert ("cat", "black") in french.held_out(seed, 0.2)[1]


def _swapped(gold: np.ndarray) -> np.ndarray:
    """By its definition, over all pairs of words."""
    out = np.zeros(gold.shape[:2], dtype=bool)
    for n, links in enumerate(gold):
        sources = [np.flatnonzero(row) for row in links]
        for i, a in enumerate(sources):
            for j, b in enumerate(sources[:i]):
                if len(a) and len(b) and a.max() < b.min():
                    out[n, [i, j]] = True
    return out


def test_swapped_words_are_those_that_cross(data: Pairs) -> None:
    assert data.test.gold is not None and data.test.swapped is not None
    assert np.array_equal(data.test.swapped, _swapped(data.test.gold))
    assert 0.1 < data.test.swapped.sum() / data.test.gold.any(2).sum() < 0.5


def test_no_part_shares_a_sentence_or_a_kept_pair_with_another(data: Pairs) -> None:
    found = {}
    for name in ("train", "val", "test"):
        split = data.split(name)
        sentences = [tuple(decode(row, data.source_words)) for row in split.source]
        assert len(set(sentences)) == len(sentences)
        found[name] = set(sentences)
        assert not any("<unk>" in s for s in sentences)
    assert not found["train"] & found["test"] and not found["train"] & found["val"] and not found["val"] & found["test"]
    pairs = {name: [_pairs(data, name, k) for k in range(len(found[name]))] for name in found}
    trained = set().union(*pairs["train"])
    only_val, only_test = french.held_out(0, 0.2)
    assert not trained & (only_val | only_test)
    assert all(p & only_test and not p & only_val for p in pairs["test"])
    assert all(p & only_val and not p & only_test for p in pairs["val"])
    assert all(noun in {n for n, _ in trained} and a in {b for _, b in trained} for noun, a in only_test | only_val)


def _pairs(data: Pairs, name: str, k: int) -> set[tuple[str, str]]:
    """Read back from the English alone: adjectives stand right before their noun."""
    singular = {form: noun.english[0] for noun in words.NOUNS for form in noun.english}
    found, waiting = set(), []
    for word in decode(data.split(name).target[k], data.target_words):
        if word in ADJECTIVES:
            waiting.append(word)
        elif word in singular:
            found |= {(singular[word], adjective) for adjective in waiting}
            waiting = []
    return found


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4])
def test_every_noun_and_every_adjective_loses_about_its_share(share: float) -> None:
    for seed in range(5):
        _, only_test = french.held_out(seed, share)
        assert abs(len(only_test) / len(french.fitting()) - share) < 0.06
        for noun in words.NOUNS:
            kept = [a for n, a in french.fitting() if n == noun.english[0] and (n, a) not in only_test]
            assert len(kept) >= 3
        for adjective in words.ADJECTIVES:
            assert sum(a == adjective.english and (n, a) not in only_test for n, a in french.fitting()) >= 3


def test_articles_and_adjectives_agree_with_their_noun() -> None:
    nouns = {form: (noun, k) for noun in words.NOUNS for k, form in enumerate(noun.french)}
    forms = {form: english for english, all_forms in ADJECTIVES.items() for form in all_forms.split()}
    before = {"small", "big", "old", "beautiful"}
    seen = 0
    for phrase in _sentences():
        source = phrase.source
        for k, word in enumerate(source):
            if word not in nouns:
                continue
            noun, plural = nouns[word]
            start = k - 1 if source[k - 1] in forms and forms[source[k - 1]] in before else k
            article = source[start - 1]
            if noun.french[0] == noun.french[1]:
                plural = int(article in PLURALS or (article == "de" and start < k))
            following = source[start]
            if article in ("l'", "d'"):
                assert following[0] in SOUNDS
            elif article in PLURALS:
                assert plural
            else:
                allowed = GENDERS[noun.gender] | {"de"}
                assert article in allowed and (not plural or article == "de"), source
                assert not (article in ("le", "la", "ce", "ma", "de", "du") and following[0] in SOUNDS), source
                assert not (article == "cet" and following[0] not in SOUNDS)
                assert not (article == "mon" and noun.gender == "f" and following[0] not in SOUNDS)
            around = ([source[k - 1]] if start < k else []) + [
                w for w in source[k + 1 : k + 2] if forms.get(w, "small") not in before
            ]
            for adjective in around:
                table = ADJECTIVES[forms[adjective]].split()
                expected = table[2 * plural + (noun.gender == "f")]
                if len(table) == 5 and noun.gender == "m" and not plural and word[0] in SOUNDS:
                    expected = table[4]
                assert adjective == expected, source
                seen += 1
    assert seen > 2000


def test_english_articles_fit_the_next_word() -> None:
    for phrase in _sentences():
        for word, following in zip(phrase.target, phrase.target[1:], strict=False):
            if word in ("a", "an"):
                assert (word == "an") == (following[0] in "aeiou"), phrase.target


def test_negation_embraces_the_verb_and_adverbs_change_sides() -> None:
    assert verb_phrase(words.DRINK, False, "pas") == Phrase(
        ("ne", "boit", "pas"), ("does", "not", "drink"), ((0, 2), (0, 2), (1,))
    )
    likes, looks = words.SENSES[1], words.SENSES[3]
    assert verb_phrase(likes, True, "jamais").source == ("n'", "aiment", "jamais")
    assert verb_phrase(likes, True, "jamais").target == ("never", "like")
    assert verb_phrase(looks, False, "", ("souvent", "often")) == Phrase(
        ("cherche", "souvent"), ("often", "looks", "for"), ((1,), (0,), (0,))
    )


@pytest.mark.parametrize(
    ("kind", "noun", "plural", "before", "of", "expected"),
    [
        ("the", words.PLACES[1], False, None, "de", "du jardin -> the garden"),
        ("the", words.PLACES[2], False, None, "de", "de l' arbre -> the tree"),
        ("the", words.PLACES[0], True, None, "de", "des maisons -> the houses"),
        ("a", words.PLACES[3], False, None, "de", "d' une école -> a school"),
        ("a", words.PLACES[3], True, None, "de", "d' écoles -> schools"),
        ("a", words.ALIVE[0], True, None, "", "des chats -> cats"),
        ("a", words.ALIVE[0], True, words.ADJECTIVES[10], "", "de petits chats -> small cats"),
        ("this", words.ALIVE[2], False, words.ADJECTIVES[12], "", "ce vieil oiseau -> this old bird"),
        ("this", words.ALIVE[2], False, None, "", "cet oiseau -> this bird"),
        ("my", words.ALIVE[6], False, None, "", "mon abeille -> my bee"),
        ("my", words.ALIVE[6], False, words.ADJECTIVES[13], "", "ma belle abeille -> my beautiful bee"),
        ("a", words.ALIVE[6], False, words.ADJECTIVES[12], "", "une vieille abeille -> an old bee"),
    ],
)
def test_noun_phrases(
    kind: str, noun: words.Noun, plural: bool, before: words.Adjective | None, of: str, expected: str
) -> None:
    phrase = noun_phrase(kind, noun, plural, before, None, of)
    assert f"{' '.join(phrase.source)} -> {' '.join(phrase.target)}" == expected


def test_gold_links_are_what_the_dictionary_says() -> None:
    """A translator by lookup, word by word through the links, writes the whole target."""
    book: dict[str, set[str]] = {}
    for phrase in _sentences():
        assert len(phrase.links) == len(phrase.target) and all(phrase.links)
        for word, link in zip(phrase.target, phrase.links, strict=True):
            book.setdefault(word, set()).add(" ".join(phrase.source[k] for k in link))
    for noun in words.NOUNS:
        for french_form, english_form in zip(noun.french, noun.english, strict=True):
            assert book[english_form] == {french_form}
    for english, forms in ADJECTIVES.items():
        assert book[english] == set(forms.split())
    assert book["does"] == book["do"] == book["not"] == {"ne pas", "n' pas"}
    assert book["water"] == {"eau"} and book["near"] == {"près"} and book["for"] == {"cherche", "cherchent"}
    assert book["the"] == {"le", "la", "l'", "les", "du", "des"} and book["an"] == {"un", "une"}


def test_one_source_has_one_translation_and_the_seed_decides() -> None:
    found: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for phrase in _sentences(6000):
        found.setdefault(phrase.source, set()).add(phrase.target)
    assert all(len(targets) == 1 for targets in found.values())
    small = FrenchOptions(sentences=150, test=20)
    assert fingerprint(french.load(3, small)) == fingerprint(french.load(3, small))
    assert fingerprint(french.load(3, small)) != fingerprint(french.load(4, small))
    assert place(Random(1)) == place(Random(1))


def test_the_door_knows_it_and_its_options() -> None:
    found = load_data("french:sentences=120,test=12", 1, kinds=("pairs",))
    assert found.kind == "pairs" and found.sizes == (120, 10, 12)
    with pytest.raises(OptionError, match="held_out cannot be"):
        load_data("french:held_out=0.9", 1, kinds=("pairs",))


def test_no_torch() -> None:
    code = "import dlviz.engine.data.french, dlviz.engine.data.pairs_file, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
