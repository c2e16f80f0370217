"""How far a signal must travel from token to token: breadth-first search through layers. Pure Python.

A step is a layer of a convolution or of attention, or a time step of a recurrent network; standing still is allowed,
since every layer also passes a token's own signal on.
"""

from collections.abc import Iterable

WAYS = ("rnn", "convolution", "dilated", "attention")
TOLD = {
    "rnn": "RNN",
    "convolution": "convolution, k=3",
    "dilated": "dilated conv., k=3",
    "attention": "self-attention",
}


def reached(way: str, step: int, token: int, n: int) -> Iterable[int]:
    """The tokens to which a signal at `token` can go in one step; `step` counts from 0."""
    if way == "attention":
        return range(n)
    jump = 2**step if way == "dilated" else 1
    ahead = (token, token + jump) if way == "rnn" else (token - jump, token, token + jump)
    return (other for other in ahead if 0 <= other < n)


def distances(way: str, n: int, start: int = 0) -> list[int]:
    """Steps from token `start` to every token."""
    return [len(path) - 1 for path in paths(way, n, start)]


def paths(way: str, n: int, start: int = 0) -> list[list[int]]:
    """A shortest path from token `start` to every token after it: where the signal is after 0, 1, 2 … steps."""
    found: dict[int, list[int]] = {start: [start]}
    front = {start: [start]}
    step = 0
    while len(found) < n - (start if way == "rnn" else 0):
        following: dict[int, list[int]] = {}
        for token, path in front.items():
            for other in reached(way, step, token, n):
                following.setdefault(other, [*path, other])
        for token, path in following.items():
            found.setdefault(token, path)
        front, step = following, step + 1
    return [found.get(token, [token]) for token in range(n)]


def costs(n: int, d: int) -> dict[str, int]:
    """Products of two numbers: of an RNN's U h at n tokens, d wide; of attention's Q Kᵀ."""
    return {"rnn": n * d * d, "attention": n * n * d}


def all_costs(n: int, d: int) -> dict[str, int]:
    """Products of the whole layers: W x and U h of an RNN; Q, K, V and output of attention, Q Kᵀ and A V."""
    return {"rnn": 2 * n * d * d, "attention": 4 * n * d * d + 2 * n * n * d}


def ticks(way: str, n: int) -> int:
    """Steps that must wait for one another."""
    return n if way == "rnn" else 1
