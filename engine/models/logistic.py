"""Multinomial logistic regression: one weight for every feature and class (Cox, 1958)."""

from collections import OrderedDict
from math import prod

from torch import nn

from ..recipes.linear import LogisticOptions


class Logistic(nn.Sequential):
    """flatten → linear: the log of p(class | x), up to a constant, is linear in x.

    Args:
        options: none of them changes the network.
        shape: of one input, (channels, rows, columns) or (features,).
        classes: number of logits.
    """

    def __init__(self, options: LogisticOptions, shape: tuple[int, ...], classes: int) -> None:
        super().__init__(OrderedDict(flatten=nn.Flatten(), head=nn.Linear(prod(shape), classes)))
