"""What a text model must beat: counting the characters that follow each few, and a file compressor.

Knows nothing of torch. Shapes: i places in a text, v characters of the alphabet.
"""

import lzma

import numpy as np
from numpy.typing import NDArray

UNSEEN = -1


class Ngram:
    """Interpolated n-gram model of characters with Witten-Bell smoothing (Witten & Bell, 1991; Chen & Goodman, 1999).

    With h the characters before c, h' all of them but the first, N counts and T(h) the number of different
    characters that followed h: P(c | h) = (N(h c) + T(h) P(c | h')) / (N(h) + T(h)), and P(c) leans on 1 / v.
    """

    def __init__(self, text: str, order: int, alphabet: str) -> None:
        """Count in `text`, whose characters must be in `alphabet`; `order` characters with the one predicted."""
        self._alphabet = np.array([ord(c) for c in alphabet], dtype=np.int64)
        self._grams: list[NDArray[np.int64]] = []
        """Of each length: its different strings, sorted, each as (place of all but the last character, last one)."""
        self._counts: list[NDArray[np.int64]] = []
        self._totals: list[NDArray[np.int64]] = []
        self._types: list[NDArray[np.int64]] = []
        places = np.zeros(len(text) + 1, np.int64)  # of the string that ends before i; there is one of length 0
        codes = self._codes(text)
        known = 1
        for length in range(min(order, len(text))):
            grams = places[length:-1] * len(alphabet) + codes[length:]
            different, counts = np.unique(grams, return_counts=True)
            prefix = different // len(alphabet)
            self._grams.append(different)
            self._counts.append(counts)
            self._totals.append(np.bincount(prefix, counts, known).astype(np.int64))
            self._types.append(np.bincount(prefix, minlength=known))
            places[length + 1 :] = np.searchsorted(different, grams)
            known = len(different)

    def probabilities(self, text: str) -> NDArray[np.float64]:
        """(i,), of each character of `text` after those before it, as many of them as there are or count."""
        codes, v = self._codes(text), len(self._alphabet)
        p = np.full(len(text), 1 / v)
        places = np.zeros(len(text) + 1, np.int64)  # of the string that ends before i, or UNSEEN
        for length, (grams, counts) in enumerate(zip(self._grams, self._counts, strict=True)):
            before = places[:-1].copy()
            before[:length] = UNSEEN
            wanted = before * v + codes
            found = np.minimum(np.searchsorted(grams, wanted), len(grams) - 1)
            there = (before != UNSEEN) & (grams[found] == wanted)
            seen = before != UNSEEN
            total, types = self._totals[length][before[seen]], self._types[length][before[seen]]
            follows = total > 0  # what ends the training text may follow nothing
            count = np.where(there, counts[found], 0)[seen]
            mixed = (count + types * p[seen]) / np.maximum(total + types, 1)
            p[seen] = np.where(follows, mixed, p[seen])
            places[1:] = np.where(there, found, UNSEEN)
        return p

    def bits_per_char(self, text: str) -> float:
        """Mean of -log2 P over the characters of `text`."""
        return float(-np.log2(self.probabilities(text)).mean())

    def _codes(self, text: str) -> NDArray[np.int64]:
        characters = np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.int64)
        codes = np.searchsorted(self._alphabet, characters)
        assert (self._alphabet[np.minimum(codes, len(self._alphabet) - 1)] == characters).all()
        return codes


def lzma_bits_per_char(train: str, text: str) -> float:
    """Bits that a character of `text` adds to an xz archive that holds the training text already."""
    known, both = (len(lzma.compress(t.encode())) for t in (train, train + text))
    return 8 * (both - known) / len(text)
