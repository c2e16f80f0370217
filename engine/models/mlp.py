"""The multi-layer perceptron: dense layers with a non-linearity between them."""

from collections import OrderedDict
from math import prod

from torch import nn

from ..recipes.classifiers import MlpOptions
from .layers import ACTIVATIONS


class Mlp(nn.Sequential):
    """flatten → (linear → [norm] → activation → [dropout]) × n → head.

    Args:
        options: widths of the hidden layers and what stands between them.
        shape: of one input, (channels, rows, columns) or (features,).
        classes: number of logits.
    """

    def __init__(self, options: MlpOptions, shape: tuple[int, ...], classes: int) -> None:
        layers: OrderedDict[str, nn.Module] = OrderedDict(flatten=nn.Flatten())
        width = prod(shape)
        for k, units in enumerate(options.hidden, start=1):
            layers[f"linear{k}"] = nn.Linear(width, units)
            if options.batch_norm:
                layers[f"norm{k}"] = nn.BatchNorm1d(units)
            layers[f"act{k}"] = ACTIVATIONS[options.activation]()
            layers[f"dropout{k}"] = nn.Dropout(options.dropout)
            width = units
        layers["head"] = nn.Linear(width, classes)
        super().__init__(layers)
