"""Stacked 3x3 convolutions: what they see, what they cost, and which 5x5 kernels they can be. Pure NumPy."""

from functools import lru_cache

import numpy as np

from ..kit.fixtures import Floats, array
from ..kit.settings import Matrix
from .pooling import convolve


def receptive_field(layers: int, kernel: int = 3) -> int:
    """Pixels a side that one output of so many stacked convolutions of stride 1 sees."""
    return 1 + layers * (kernel - 1)


def weights(channels: int) -> tuple[int, int]:
    """Weights of two 3x3 convolutions, and of one 5x5, that keep the number of channels; without biases."""
    return 2 * 9 * channels**2, 25 * channels**2


def paths(layers: int, size: int = 9) -> Floats:
    """[size, size]: in how many ways each pixel reaches the output in the middle."""
    counts: Floats = np.zeros((size, size))
    counts[size // 2, size // 2] = 1
    for _ in range(layers):
        counts = convolve(counts, np.ones((3, 3)), padding=1)
    return counts


def compose(first: Floats, second: Floats) -> Floats:
    """[5, 5]: the one kernel that equals the first 3x3 and then the second, nothing between them.

    For cross-correlations it is the full convolution of the two.
    """
    answer: Floats = np.zeros((5, 5))
    for row, column in np.ndindex(3, 3):
        answer[row : row + 3, column : column + 3] += first[row, column] * second
    return answer


def terms(row: int, column: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Which taps of the first and of the second kernel meet in tap (row, column) of the composed one."""
    return [((r, c), (row - r, column - c)) for r, c in np.ndindex(3, 3) if 0 <= row - r < 3 and 0 <= column - c < 3]


def rank(channels: int, seed: int = 0) -> int:
    """In how many directions of the 25 the sum of `channels` composed kernels can move, at a random place."""
    draw = np.random.default_rng([seed, channels])
    first, second = draw.normal(size=(2, channels, 3, 3))
    columns = []
    for j in range(channels):
        for tap in np.ndindex(3, 3):
            one: Floats = np.zeros((3, 3))
            one[tap] = 1
            columns += [compose(one, second[j]).ravel(), compose(first[j], one).ravel()]
    return int(np.linalg.matrix_rank(np.array(columns)))


def tiles(target: Floats, channels: int) -> tuple[Floats, Floats]:
    """First and second kernels [channels, 3, 3] whose compositions sum to any 5x5 target; channels 4 or 9.

    Each first kernel only shifts the image; each second kernel holds the taps that this shift brings within reach.
    """
    places = [(r, c) for r, c in np.ndindex(3, 3) if channels == 9 or (r != 1 and c != 1)]
    first, second = np.zeros((2, channels, 3, 3))
    left = np.array(target)
    for j, (row, column) in enumerate(places):
        first[j, row, column] = 1
        second[j] = left[row : row + 3, column : column + 3]
        left[row : row + 3, column : column + 3] = 0
    return first, second


@lru_cache(maxsize=16)
def nearest(target: Matrix, channels: int, starts: int = 4, rounds: int = 80) -> tuple[Floats, Floats]:
    """First and second kernels [channels, 3, 3] fitted to a 5x5 target by alternating least squares.

    The best of a few starts; a fit may stop short of what can be reached.
    """
    goal = array(target).ravel()
    meets = np.zeros((25, 9, 9))
    for tap in range(25):
        for (a, b), (c, d) in terms(*divmod(tap, 5)):
            meets[tap, 3 * a + b, 3 * c + d] = 1
    found: list[tuple[float, Floats, Floats]] = []
    for start in range(starts):
        first, second = np.random.default_rng([7, channels, start]).normal(size=(2, channels, 9))
        for _ in range(rounds):
            columns = (meets @ second.T).transpose(0, 2, 1).reshape(25, -1)
            first = np.linalg.lstsq(columns, goal, rcond=None)[0].reshape(channels, 9)
            columns = (meets.transpose(0, 2, 1) @ first.T).transpose(0, 2, 1).reshape(25, -1)
            second = np.linalg.lstsq(columns, goal, rcond=None)[0].reshape(channels, 9)
        left = float(np.abs(np.einsum("tab,ja,jb->t", meets, first, second) - goal).max())
        found.append((left, first, second))
    _, first, second = min(found, key=lambda fit: fit[0])
    size = np.abs(first).max(1, keepdims=True)  # the factor that both share is free: first kernels of at most 1
    first, second = first / size, second * size
    return first.reshape(channels, 3, 3), second.reshape(channels, 3, 3)


def through(channels: int, target: Matrix) -> tuple[Floats, Floats]:
    """The kernels that come closest to a target, exact from four mid-channels on."""
    return tiles(array(target), channels) if channels in (4, 9) else nearest(target, channels)


def reached(first: Floats, second: Floats) -> Floats:
    """[5, 5]: the sum of the compositions of all mid-channels."""
    answer: Floats = np.sum([compose(a, b) for a, b in zip(first, second, strict=True)], axis=0)
    return answer


def two_steps(image: Floats, first: Floats, second: Floats, *, relu: bool, padding: int = 0) -> tuple[Floats, Floats]:
    """The map between, after its ReLU if there is one, and the map after both kernels."""
    between = convolve(image, first, padding)
    between = np.maximum(between, 0) if relu else between
    return between, convolve(between, second, padding)
