"""The convolutional network of the textbooks (LeCun et al., 1998, in today's parts)."""

from collections import OrderedDict

from torch import nn

from ..options import OptionError
from ..recipes.classifiers import CnnOptions
from .layers import ACTIVATIONS, POOLS, head_layers


class Cnn(nn.Sequential):
    """(convolution → [batch norm] → activation → [pooling]) × n → head.

    Args:
        options: channels of each convolution, its window, the pooling and the head.
        shape: of one input, (channels, rows, columns).
        classes: number of logits.

    Raises:
        OptionError: the maps would shrink to nothing, or the input is no image.
    """

    def __init__(self, options: CnnOptions, shape: tuple[int, ...], classes: int) -> None:
        if len(shape) != 3:
            raise OptionError(f"cnn needs images, but one example of this data has {shape[0]} features; use mlp")
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        inputs, rows, columns = shape
        window = options.kernel, options.stride, options.padding
        for k, channels in enumerate(options.channels, start=1):
            layers[f"conv{k}"] = nn.Conv2d(inputs, channels, *window, bias=not options.batch_norm)
            rows, columns = (output_size(n, *window) for n in (rows, columns))
            if options.batch_norm:
                layers[f"norm{k}"] = nn.BatchNorm2d(channels)
            layers[f"act{k}"] = ACTIVATIONS[options.activation]()
            if options.pool != "none":
                layers[f"pool{k}"] = POOLS[options.pool](options.pool_size)
                rows, columns = rows // options.pool_size, columns // options.pool_size
            if rows < 1 or columns < 1:
                raise OptionError(
                    f"the maps of {shape[1]}x{shape[2]} pixels shrink to nothing at convolution {k}; "
                    "use a smaller kernel or stride, more padding, pool=none, or fewer entries in channels"
                )
            inputs = channels
        layers.update(head_layers(options.head, (inputs, rows, columns), options.dropout, classes))
        super().__init__(layers)


def output_size(n: int, kernel: int, stride: int, padding: int) -> int:
    """Rows (or columns) of a convolution's output: floor((n + 2p - k) / s) + 1."""
    return (n + 2 * padding - kernel) // stride + 1
