"""The pictures that the diffusion lessons noise: one digit of each class, 16x16, from -1 (black) to 1 (white)."""

from functools import lru_cache

import numpy as np

from ...data import digits16
from ..kit.fixtures import Floats

DIGITS = tuple(str(digit) for digit in range(10))


@lru_cache(1)
def pictures() -> Floats:
    """(10, 16, 16): of each class the test image nearest to the mean of its class."""
    data = digits16.load(0)
    x = data.test.x[:, 0].astype(np.float64) * 2 - 1
    chosen = []
    for digit in range(10):
        own = x[data.test.y == digit]
        chosen.append(own[((own - own.mean(0)) ** 2).sum((1, 2)).argmin()])
    return np.array(chosen)


def picture(digit: str) -> Floats:
    """(16, 16)."""
    chosen: Floats = pictures()[int(digit)]
    return chosen


def standardised(image: Floats) -> Floats:
    """The image with mean 0 and variance 1 of its pixels."""
    answer: Floats = (image - image.mean()) / image.std()
    return answer


@lru_cache(64)
def noise(draw: int, seed: int = 0) -> Floats:
    """(16, 16): standard Gaussian numbers, always the same for the same draw and seed."""
    return np.random.default_rng((seed, draw)).standard_normal((16, 16))
