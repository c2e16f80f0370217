"""The fixtures that lessons share: one image, a few kernels, the sentences, the ring. Torch-free."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .settings import Numbers, matrix

Floats = NDArray[np.float64]

IMG6 = matrix(
    [
        [0.0, 0.1, 0.2, 0.1, 0.0, 0.0],
        [0.1, 0.8, 0.9, 0.9, 0.7, 0.1],
        [0.0, 0.2, 0.1, 0.3, 0.9, 0.2],
        [0.0, 0.1, 0.3, 0.9, 0.4, 0.0],
        [0.1, 0.4, 1.0, 0.5, 0.1, 0.0],
        [0.0, 0.6, 0.9, 0.2, 0.0, 0.1],
    ]
)
"""The 6x6 greyscale image of the notes: a small 7."""

K3 = matrix([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
"""The kernel of the convolution lessons: bright on the left of dark (Sobel)."""

KERNELS = {
    "sobel-x": K3,
    "sobel-y": matrix([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
    "box": matrix([[1 / 9] * 3] * 3),
    "sharpen": matrix([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "blob": matrix([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "identity": matrix([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
}

IMAGES = {
    "seven": IMG6,
    "edge": matrix([[1, 1, 1, 0, 0, 0]] * 6),
    "dot": matrix([[1.0 if (r, c) == (2, 2) else 0.0 for c in range(6)] for r in range(6)]),
    "checkers": matrix([[(r + c) % 2 for c in range(6)] for r in range(6)]),
}

S1 = "The cat sat on the mat."
S1_OPEN = "The cat sat on the"
S2 = "The cat sat on the mat because it was tired."
S3 = "Un chat noir boit de l'eau"
GOLD3 = "A black cat drinks water"


def image_setting(name: str = "image", key: str = "i") -> Numbers:
    """The 6x6 image as a setting: pixels 0..1 in tenths."""
    return Numbers(name=name, default=IMG6, help="the image, 0 black to 1 white", key=key, named=IMAGES, rows=(6, 6))


def kernel_setting(name: str = "kernel", key: str = "w") -> Numbers:
    """A 3x3 kernel as a setting: weights in steps of a half."""
    return Numbers(
        name=name, default=K3, help="the 3x3 kernel", key=key, named=KERNELS, rows=(3, 3), low=-9, high=9, step=0.5
    )


def array(value: Any) -> Floats:
    """A Numbers setting as an array of floats."""
    return np.asarray(value, dtype=np.float64)
