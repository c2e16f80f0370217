"""One dense layer from the 36 pixels to 36 hidden units, with its weights. Pure NumPy."""

from functools import lru_cache

import numpy as np

from ..kit.fixtures import Floats


@lru_cache(maxsize=8)
def weights(seed: int) -> tuple[Floats, Floats]:
    """([36, 36] one row a unit, [36] biases), uniform in ±1/√36, as PyTorch draws them."""
    draw = np.random.default_rng([seed, 36])
    matrix, biases = draw.uniform(-1 / 6, 1 / 6, (36, 36)), draw.uniform(-1 / 6, 1 / 6, 36)
    for part in (matrix, biases):
        part.flags.writeable = False
    return matrix, biases


def hidden(image: Floats, matrix: Floats, biases: Floats) -> Floats:
    """[6, 6]: the 36 units, W x + b, laid out like the image."""
    answer: Floats = (matrix @ image.reshape(36) + biases).reshape(6, 6)
    return answer


def roughness(pictures: Floats) -> float:
    """Mean squared difference of neighbours over twice the variance: 1 for noise, towards 0 for smooth pictures."""
    down, across = np.diff(pictures, axis=-2), np.diff(pictures, axis=-1)
    return float(np.mean([(down**2).mean(), (across**2).mean()]) / (2 * pictures.var()))
