"""Shifted images: does the output of a layer shift with its input? Pure NumPy."""

import numpy as np

from ..kit.fixtures import Floats
from . import convolving


def shifted(image: Floats, down: int, right: int, wrap: bool = True) -> Floats:
    """The image moved; what leaves on one side comes back on the other, or zeros do."""
    moved: Floats = np.roll(image, (down, right), axis=(-2, -1))
    if wrap:
        return moved
    moved = moved.copy()
    rows, columns = image.shape[-2:]
    moved[..., : max(0, down), :] = 0
    moved[..., rows + min(0, down) :, :] = 0
    moved[..., :, : max(0, right)] = 0
    moved[..., :, columns + min(0, right) :] = 0
    return moved


def layer(image: Floats, kernel: Floats, stride: int, wrap: bool) -> Floats:
    """One convolution with `same` padding: circular, or with zeros."""
    if wrap:
        return convolving.convolve_round(image, kernel, stride)
    sides = [((k - 1) // 2, k // 2) for k in kernel.shape]
    return convolving.convolve(np.pad(image, sides), kernel, stride)


def expected_shift(down: int, right: int, stride: int) -> tuple[int, int] | None:
    """By how much the output should move, in its own cells; None where that is no whole number."""
    if down % stride or right % stride:
        return None
    return down // stride, right // stride


def nearest_shift(before: Floats, after: Floats, wrap: bool = True) -> tuple[float, tuple[int, int]]:
    """The smallest largest difference between `after` and any shift of `before`, and that shift."""
    rows, columns = before.shape
    moves = sorted(
        ((r, c) for r in range(-(rows // 2), rows // 2 + 1) for c in range(-(columns // 2), columns // 2 + 1)),
        key=lambda move: abs(move[0]) + abs(move[1]),
    )
    errors = [float(np.abs(shifted(before, *move, wrap=wrap) - after).max()) for move in moves]
    best = int(np.argmin(errors))
    return errors[best], moves[best]
