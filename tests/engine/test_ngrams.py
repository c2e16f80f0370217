"""The n-gram baseline: probabilities that sum to 1, a case worked out by hand, and lzma's own arithmetic."""

import lzma
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.objectives.ngrams import Ngram, lzma_bits_per_char


def test_a_case_by_hand() -> None:
    # "abab": N(a) = N(b) = 2, two types, so P(a) = (2 + 2 * 1/3) / 6 = 4/9, P(c) = (0 + 2 * 1/3) / 6 = 1/9.
    # After a: only b, twice. P(b | a) = (2 + 1 * 4/9) / 3 = 22/27. After b: only a, once. P(a | b) = (1 + 4/9) / 2.
    p = Ngram("abab", 2, "abc").probabilities("abac")
    assert p == pytest.approx([4 / 9, 22 / 27, 13 / 18, (0 + 1 / 9) / 3])
    assert Ngram("abab", 2, "abc").bits_per_char("ab") == pytest.approx(-np.log2(4 / 9 * 22 / 27) / 2)


def _by_definition(train: str, order: int, alphabet: str, text: str, place: int) -> Fraction:
    """Witten-Bell by counting substrings one by one."""
    p = Fraction(1, len(alphabet))
    for length in range(min(order, place + 1)):
        context = text[place - length : place]
        after = Counter(train[k + length] for k in range(len(train) - length) if train.startswith(context, k))
        if after:
            p = (after[text[place]] + len(after) * p) / (after.total() + len(after))
    return p


@settings(max_examples=60)
@given(st.text("abc", min_size=1, max_size=40), st.text("abcd", min_size=1, max_size=12), st.integers(1, 5))
def test_it_is_its_definition(train: str, text: str, order: int) -> None:
    found = Ngram(train, order, "abcd").probabilities(text)
    assert found == pytest.approx([float(_by_definition(train, order, "abcd", text, k)) for k in range(len(text))])


@settings(max_examples=60)
@given(st.text("aбc語", min_size=1, max_size=60), st.text("aбc語", max_size=8), st.integers(1, 6))
def test_the_chances_of_the_next_character_sum_to_one(train: str, before: str, order: int) -> None:
    alphabet = "".join(sorted("aбc語"))
    model = Ngram(train, order, alphabet)
    assert sum(model.probabilities(before + c)[-1] for c in alphabet) == pytest.approx(1)


def test_lzma_is_what_the_text_adds_to_the_archive() -> None:
    train, text = "the quick brown fox jumps over the lazy dog. " * 20, "the lazy fox jumps over the dog. "
    alone, both = (len(lzma.compress(t.encode())) for t in (train, train + text))
    assert lzma_bits_per_char(train, text) == 8 * (both - alone) / len(text)
    assert lzma_bits_per_char(train, text) < 8 * len(lzma.compress(text.encode())) / len(text)
