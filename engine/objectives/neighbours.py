"""What a masked language model must beat: counting which token stands between which neighbours.

Knows nothing of torch. Shapes: i places in a text, n places to guess, v vocabulary.
"""

import numpy as np
from numpy.typing import NDArray

REACH = 3
"""Most neighbours on each side."""

Table = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


class Neighbours:
    """Interpolated counts of a token between its neighbours, with Witten-Bell smoothing (Chen & Goodman, 1999).

    The context of a place grows outwards, left and right in turn, on each side as far as the tokens are known. With
    h the context, h' the one before it grew, N counts and T(h) the number of different tokens seen in h:
    P(c | h) = (N(h c) + T(h) P(c | h')) / (N(h) + T(h)), and P(c) leans on 1 / v.

    Attributes:
        reach: most neighbours on each side; fewer where the vocabulary is large.
    """

    def __init__(self, tokens: NDArray[np.int64], vocabulary: int) -> None:
        """Count in `tokens` (i,), numbers below `vocabulary`."""
        self._v = vocabulary
        self._tokens = tokens
        self._tables: dict[tuple[int, int], Table] = {}
        self.reach = max(r for r in range(REACH + 1) if vocabulary ** (2 * r + 1) < 2**62)  # a gram is one int64

    def probabilities(
        self, tokens: NDArray[np.int64], known: NDArray[np.bool_], places: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """(n, v) for `places` of `tokens` (i,), of which those may be seen that are `known` (i,)."""
        left, right = (self._run(known, places, side) for side in (-1, 1))
        p = np.full((len(places), self._v), 1 / self._v)
        last = np.full((2, len(places)), -1)
        for k in range(2 * self.reach + 1):
            span = np.stack((np.minimum(left, (k + 1) // 2), np.minimum(right, k // 2)))
            grew = (span != last).any(0)
            for a, b in np.unique(span[:, grew], axis=1).T.tolist():
                here = grew & (span[0] == a) & (span[1] == b)
                p[here] = self._refine(p[here], self._context(tokens, places[here], a, b), self._table(a, b))
            last = span
        return p

    def _run(self, known: NDArray[np.bool_], places: NDArray[np.int64], side: int) -> NDArray[np.int64]:
        """How many neighbours on a side (-1 or 1) are known without a gap: (n,)."""
        around = np.pad(known, self.reach)
        run = np.ones(len(places), np.bool_)
        length = np.zeros(len(places), np.int64)
        for k in range(1, self.reach + 1):
            run &= around[places + self.reach + side * k]
            length += run
        return length

    def _refine(self, p: NDArray[np.float64], context: NDArray[np.int64], table: Table) -> NDArray[np.float64]:
        """`p` (n, v) leaned upon by the counts in `context` (n,)."""
        grams, counts, contexts, totals, types = table
        if not len(grams):
            return p
        at = np.minimum(np.searchsorted(contexts, context), len(contexts) - 1)
        met = contexts[at] == context
        total, different = (np.where(met, each[at], 0)[:, None] for each in (totals, types))
        wanted = context[:, None] * self._v + np.arange(self._v)
        found = np.minimum(np.searchsorted(grams, wanted), len(grams) - 1)
        count = np.where(grams[found] == wanted, counts[found], 0)
        return np.where(total > 0, (count + different * p) / np.maximum(total + different, 1), p)

    def _table(self, a: int, b: int) -> Table:
        """Each context with its token and their count; each context with its number of tokens and of different ones."""
        if (a, b) not in self._tables:
            places = np.arange(a, len(self._tokens) - b)
            gram = self._context(self._tokens, places, a, b) * self._v + self._tokens[places]
            grams, counts = np.unique(gram, return_counts=True)
            contexts, index, types = np.unique(grams // self._v, return_inverse=True, return_counts=True)
            totals = np.bincount(index, counts, len(contexts)).astype(np.int64)
            self._tables[a, b] = grams, counts, contexts, totals, types
        return self._tables[a, b]

    def _context(self, tokens: NDArray[np.int64], places: NDArray[np.int64], a: int, b: int) -> NDArray[np.int64]:
        """One number (n,) for the `a` tokens to the left of each place and the `b` to the right."""
        code = np.zeros(len(places), np.int64)
        for offset in (*range(-a, 0), *range(1, b + 1)):
            code = code * self._v + tokens[places + offset]
        return code
