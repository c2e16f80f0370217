"""Convolution as networks do it: a kernel slides over the image, and each place gives one sum. Pure NumPy."""

from dataclasses import dataclass

import numpy as np

from ..kit.figures import Cell
from ..kit.fixtures import Floats


@dataclass(frozen=True)
class Geometry:
    """Where the kernel stands: input (rows, columns), kernel (rows, columns), stride, padding, dilation, in pixels."""

    size: tuple[int, int]
    kernel: tuple[int, int]
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def span(self) -> tuple[int, int]:
        """Rows and columns that the kernel covers: d(k-1) + 1."""
        return self.dilation * (self.kernel[0] - 1) + 1, self.dilation * (self.kernel[1] - 1) + 1

    @property
    def padded(self) -> tuple[int, int]:
        """Rows and columns of the image with its border of zeros."""
        return self.size[0] + 2 * self.padding, self.size[1] + 2 * self.padding

    @property
    def fits(self) -> bool:
        """Whether the kernel fits into the padded image at all."""
        return self.span[0] <= self.padded[0] and self.span[1] <= self.padded[1]

    @property
    def out(self) -> tuple[int, int]:
        """Rows and columns of the output: floor((n + 2p - span) / s) + 1, or 0 where the kernel does not fit."""
        rows, columns = (
            (n - span) // self.stride + 1 if self.fits else 0 for n, span in zip(self.padded, self.span, strict=True)
        )
        return rows, columns

    @property
    def units(self) -> int:
        """Numbers of the output."""
        return self.out[0] * self.out[1]

    @property
    def corner(self) -> Cell:
        """The last output place."""
        return max(0, self.out[0] - 1), max(0, self.out[1] - 1)

    def clamped(self, row: int, column: int) -> Cell:
        """The output place nearest to one that may not exist."""
        return min(row, self.corner[0]), min(column, self.corner[1])

    def window(self, row: int, column: int) -> tuple[Cell, ...]:
        """The cells of the padded image under the kernel at an output place, tap by tap."""
        top, left, d = row * self.stride, column * self.stride, self.dilation
        return tuple((top + a * d, left + b * d) for a in range(self.kernel[0]) for b in range(self.kernel[1]))

    def inside(self, row: int, column: int) -> tuple[tuple[int, Cell], ...]:
        """(tap, cell of the image) of the taps that lie on the image, not on its border of zeros."""
        moved = ((r - self.padding, c - self.padding) for r, c in self.window(row, column))
        return tuple(
            (tap, (r, c)) for tap, (r, c) in enumerate(moved) if 0 <= r < self.size[0] and 0 <= c < self.size[1]
        )

    def visits(self) -> Floats:
        """[padded rows, padded columns]: how many output places read each cell."""
        counts = np.zeros(self.padded)
        for r in range(self.out[0]):
            for c in range(self.out[1]):
                for cell in self.window(r, c):
                    counts[cell] += 1
        return counts

    def never(self) -> tuple[Cell, ...]:
        """The cells of the padded image that no output reads."""
        return tuple((int(r), int(c)) for r, c in np.argwhere(self.visits() == 0))


def output_size(n: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> int:
    """Places of the kernel along one side: floor((n + 2p - d(k-1) - 1) / s) + 1, and 0 where it does not fit."""
    free = n + 2 * padding - dilation * (kernel - 1) - 1
    return free // stride + 1 if free >= 0 else 0


def starts(n: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> tuple[int, ...]:
    """The columns of the padded image where the kernel begins: 0, s, 2s, …"""
    return tuple(stride * place for place in range(output_size(n, kernel, stride, padding, dilation)))


def padded(image: Floats, padding: int) -> Floats:
    """The image with a border of zeros."""
    return np.pad(image, padding)


def convolve(image: Floats, kernel: Floats, stride: int = 1, padding: int = 0, dilation: int = 1) -> Floats:
    """[out rows, out columns]: at each place the sum of pixel times weight, the kernel as it stands, not turned."""
    geometry = Geometry(image.shape, kernel.shape, stride, padding, dilation)
    rows, columns = geometry.out
    answer = np.zeros((rows, columns))
    if not geometry.fits:
        return answer
    framed = padded(image, padding)
    for a, b in np.ndindex(*kernel.shape):
        top, left = a * dilation, b * dilation
        answer += (
            kernel[a, b]
            * framed[top : top + stride * (rows - 1) + 1 : stride, left : left + stride * (columns - 1) + 1 : stride]
        )
    return answer


def convolve_round(image: Floats, kernel: Floats, stride: int = 1) -> Floats:
    """[ceil(rows / s), …]: circular padding, so that the image continues on its other side and has no border."""
    sides = [((k - 1) // 2, k // 2) for k in kernel.shape]
    return convolve(np.pad(image, sides, mode="wrap"), kernel, stride)


def turned(kernel: Floats) -> Floats:
    """The kernel turned by 180 degrees: what convolution has in mathematics."""
    return kernel[::-1, ::-1]
