"""The plan of the lessons' U-Net: its boxes from top to bottom, their shapes, parameters and skips. Torch-free."""

from dataclasses import dataclass

WIDTHS = (8, 16, 32)
SIZE = 16
EMBEDDING = 32
CLASSES = 10
BLOCKS = ("enc16", "enc8", "enc4", "mid1", "mid2", "dec4", "dec8", "dec16")
"""The residual blocks, in the order of the forward pass."""


@dataclass(frozen=True)
class Part:
    """One box: its name, the shape (c, h, w) that it gives, its depth, its parameters, and what it does."""

    name: str
    channels: int
    size: int
    depth: int
    parameters: int
    does: str
    block: str = ""
    """The name among BLOCKS, if it is one."""


def conv(inputs: int, outputs: int, kernel: int = 3) -> int:
    """Parameters of a convolution with bias."""
    return outputs * (inputs * kernel * kernel + 1)


def residual(inputs: int, outputs: int) -> int:
    """Parameters of a block: two norms, two convolutions, scale and shift from the embedding, the shortcut."""
    affine = (EMBEDDING + 1) * 2 * outputs
    shortcut = conv(inputs, outputs, 1) if inputs != outputs else 0
    return 2 * inputs + conv(inputs, outputs) + 2 * outputs + affine + conv(outputs, outputs) + shortcut


def attention(channels: int) -> int:
    """Parameters of self-attention: a norm, and queries, keys, values and output with bias."""
    return 2 * channels + 4 * channels * (channels + 1)


def time_mlp() -> int:
    """Parameters that make the embedding of t and of the class (with one more for "no label")."""
    return 2 * EMBEDDING * (EMBEDDING + 1) + (CLASSES + 1) * EMBEDDING


def plan() -> tuple[Part, ...]:
    """All boxes."""
    a, b, c = WIDTHS
    block = "GN → SiLU → conv → AdaGN(t) → SiLU → conv, plus x"
    return (
        Part("embedding of t", EMBEDDING, 1, 0, time_mlp(), "sines and cosines of t, two dense layers; to every block"),
        Part("stem", a, 16, 0, conv(1, a), "3x3 convolution: one grey value to 8 maps"),
        Part("encoder 16x16", a, 16, 0, residual(a, a), block, "enc16"),
        Part("halve", a, 8, 1, conv(a, a), "3x3 convolution of stride 2"),
        Part("encoder 8x8", b, 8, 1, residual(a, b), block, "enc8"),
        Part("halve", b, 4, 2, conv(b, b), "3x3 convolution of stride 2"),
        Part("encoder 4x4", c, 4, 2, residual(b, c), block, "enc4"),
        Part("bottleneck 1", c, 4, 2, residual(c, c), block, "mid1"),
        Part("self-attention", c, 4, 2, attention(c), "16 pixels as tokens: each looks at all"),
        Part("bottleneck 2", c, 4, 2, residual(c, c), block, "mid2"),
        Part("decoder 4x4", c, 4, 2, residual(2 * c, c), "joins the encoder's maps, then " + block, "dec4"),
        Part("double", c, 8, 1, conv(c, c), "every pixel twice, then a 3x3 convolution"),
        Part("decoder 8x8", b, 8, 1, residual(c + b, b), "joins the encoder's maps, then " + block, "dec8"),
        Part("double", b, 16, 0, conv(b, b), "every pixel twice, then a 3x3 convolution"),
        Part("decoder 16x16", a, 16, 0, residual(b + a, a), "joins the encoder's maps, then " + block, "dec16"),
        Part("head", 1, 16, 0, 2 * a + conv(a, 1), "GN → SiLU → 3x3 convolution that begins at zero"),
    )


SKIPS = tuple((size, f"encoder {size}", f"decoder {size}") for size in ("16x16", "8x8", "4x4"))
"""(size of the maps, from, to) of each skip."""
