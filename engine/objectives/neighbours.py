"""What a masked language model must beat: counting which token stands between which neighbours.

Knows nothing of torch. Shapes: i places in a text, n places to guess, v vocabulary.
"""

import numpy as np
from numpy.typing import NDArray

REACH = 3
"""Most neighbours on each side."""


class Neighbours:
    """Interpolated counts of a token between its neighbours, with Witten-Bell smoothing (Chen & Goodman, 1999).

    The context of a place grows outwards, left and right in turn, as far as nothing is hidden. With h the context,
    h' the one before it grew, N counts and T(h) the number of different tokens seen in h:
    P(c | h) = (N(h c) + T(h) P(c | h')) / (N(h) + T(h)), and P(c) leans on 1 / v.
    """

    def __init__(self, tokens: NDArray[np.int64], vocabulary: int) -> None:
        """Count in `tokens` (i,), numbers below `vocabulary`."""
        self._v = vocabulary
        self._tokens = tokens
        self._tables: dict[tuple[int, int], tuple[NDArray[np.int64], ...]] = {}

    def probabilities(
        self, tokens: NDArray[np.int64], hidden: NDArray[np.bool_], reach: int = REACH
    ) -> NDArray[np.float64]:
        """(n, v) for the places of `tokens` (i,) where `hidden` (i,) is True, in order, from what is not hidden."""
        places = np.flatnonzero(hidden)
        known = np.pad(~hidden, reach)
        left, right = (
            np.logical_and.accumulate([known[places + reach + side * k] for k in range(1, reach + 1)]).sum(0)
            if reach
            else np.zeros(len(places), np.int64)
            for side in (-1, 1)
        )
        p = np.full((len(places), self._v), 1 / self._v)
        for step in range(2 * reach + 1):
            spans = np.minimum(left, (step + 1) // 2), np.minimum(right, step // 2)
            before = np.minimum(left, step // 2), np.minimum(right, max(step - 1, 0) // 2)
            grew = (spans[0] + spans[1] > before[0] + before[1]) | (step == 0)
            for a, b in sorted({(int(x), int(y)) for x, y in zip(spans[0][grew], spans[1][grew], strict=True)}):
                here = grew & (spans[0] == a) & (spans[1] == b)
                p[here] = self._mix(p[here], tokens, places[here], a, b)
        return p

    def _mix(
        self, p: NDArray[np.float64], tokens: NDArray[np.int64], places: NDArray[np.int64], a: int, b: int
    ) -> NDArray[np.float64]:
        """`p` (n, v) refined by the counts in the context of `a` tokens to the left and `b` to the right."""
        grams, counts, contexts, totals, types = self._table(a, b)
        code = _code(tokens, places, a, b, self._v)
        at = np.minimum(np.searchsorted(contexts, code), max(len(contexts) - 1, 0))
        met = contexts[at] == code if len(contexts) else np.zeros(len(code), bool)
        wanted = code[:, None] * self._v + np.arange(self._v)
        found = np.minimum(np.searchsorted(grams, wanted), max(len(grams) - 1, 0))
        count = np.where(grams[found] == wanted, counts[found], 0) if len(grams) else np.zeros_like(wanted)
        total, kinds = (np.where(met, each[at], 0)[:, None] if len(each) else count[:, :1] for each in (totals, types))
        return np.where(total > 0, (count + kinds * p) / np.maximum(total + kinds, 1), p)

    def _table(self, a: int, b: int) -> tuple[NDArray[np.int64], ...]:
        """Each gram seen with its count, each context seen with its number of tokens and of different ones."""
        if (a, b) not in self._tables:
            places = np.arange(a, len(self._tokens) - b)
            code = _code(self._tokens, places, a, b, self._v)
            grams, counts = np.unique(code * self._v + self._tokens[places], return_counts=True)
            contexts, index, types = np.unique(grams // self._v, return_inverse=True, return_counts=True)
            totals = np.bincount(index, counts, len(contexts)).astype(np.int64)
            self._tables[a, b] = grams, counts, contexts, totals, types
        return self._tables[a, b]


def _code(tokens: NDArray[np.int64], places: NDArray[np.int64], a: int, b: int, v: int) -> NDArray[np.int64]:
    """One number for the `a` tokens to the left and the `b` to the right of each place; may wrap, hardly collides."""
    code = np.zeros(len(places), np.int64)
    for offset in (*range(-a, 0), *range(1, b + 1)):
        code = code * v + tokens[places + offset]
    return code
