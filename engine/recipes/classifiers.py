"""Options of the image classifiers `mlp`, `cnn` and `resnet`."""

from dataclasses import dataclass

from ..options import option
from .training import RATE, ImageOptions

HEADS = ("flatten", "global-max", "global-average")


@dataclass(frozen=True, kw_only=True)
class MlpOptions(ImageOptions):
    """A multi-layer perceptron."""

    hidden: tuple[int, ...] = option((128, 128), "units of each hidden layer", low=1, high=16_384)
    batch_norm: bool = option(False, "normalise each unit over the mini-batch")
    dropout: float = option(0.2, "share of units dropped at random while training", low=0.0, high=0.95, live=True)


@dataclass(frozen=True, kw_only=True)
class CnnOptions(ImageOptions):
    """A stack of convolutions, each followed by a normalisation, a non-linearity and a pooling."""

    lr: float = option(0.01, RATE, low=0.0, high=100.0, group="training", live=True)
    dropout: float = option(0.25, "share of units dropped at random while training", low=0.0, high=0.95, live=True)
    channels: tuple[int, ...] = option((16, 32), "feature maps of each convolution", low=1, high=4096)
    kernel: int = option(3, "rows and columns of each kernel", low=1, high=15)
    stride: int = option(1, "pixels that the kernel moves", low=1, high=8)
    padding: int = option(1, "zeros around each map", low=0, high=8)
    pool: str = option("max", "what shrinks the maps after each convolution", choices=("max", "average", "none"))
    pool_size: int = option(2, "rows and columns of a pooling window, and its stride", low=1, high=8)
    head: str = option("flatten", "how maps become the input of the last layer", choices=HEADS)


@dataclass(frozen=True, kw_only=True)
class ResnetOptions(ImageOptions):
    """A residual network; with `skip` off the same layers in a plain chain."""

    steps: int = option(400, "optimisation steps", low=1, high=100_000_000, group="training")
    lr: float = option(0.01, RATE, low=0.0, high=100.0, group="training", live=True)
    channels: tuple[int, ...] = option((16, 32), "feature maps of each stage", low=1, high=4096)
    depth: int = option(8, "convolutions in the residual blocks, two a block", low=2, high=200)
    kernel: int = option(3, "rows and columns of each kernel, odd", low=1, high=15)
    stride: int = option(2, "stride of the first block of each later stage", low=1, high=8)
    skip: bool = option(True, "add each block's input to its output")
    head: str = option("global-average", "how maps become the input of the last layer", choices=HEADS)
