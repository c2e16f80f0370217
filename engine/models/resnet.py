"""Residual networks (He et al., 2016, arXiv 1512.03385): y = x + F(x) around every two convolutions."""

from collections import OrderedDict

from torch import Tensor, nn

from ..options import OptionError
from ..recipes.classifiers import ResnetOptions
from .cnn import output_size
from .layers import ACTIVATIONS, Add, head_layers


class Block(nn.Module):
    """act(x + F(x)) with F two convolutions; without `skip` just act(F(x)).

    Where the shape changes, the shortcut is a 1x1 convolution (option B of the paper).
    """

    def __init__(self, inputs: int, channels: int, stride: int, options: ResnetOptions) -> None:
        super().__init__()
        kernel, padding, bias = options.kernel, options.kernel // 2, not options.batch_norm
        self.conv1 = nn.Conv2d(inputs, channels, kernel, stride, padding, bias=bias)
        self.norm1 = nn.BatchNorm2d(channels) if options.batch_norm else nn.Identity()
        self.act1 = ACTIVATIONS[options.activation]()
        self.conv2 = nn.Conv2d(channels, channels, kernel, 1, padding, bias=bias)
        self.norm2 = nn.BatchNorm2d(channels) if options.batch_norm else nn.Identity()
        if options.skip:
            same = inputs == channels and stride == 1
            self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, channels, 1, stride, bias=False)
            self.add = Add()
        self.act2 = ACTIVATIONS[options.activation]()
        self.skip = options.skip

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, rows, columns) → (batch, channels, rows/stride, columns/stride)."""
        branch = self.norm2(self.conv2(self.act1(self.norm1(self.conv1(x)))))
        if self.skip:
            branch = self.add(branch, self.shortcut(x))
        out: Tensor = self.act2(branch)
        return out


class Resnet(nn.Sequential):
    """stem → blocks, stage by stage → head.

    Args:
        options: channels of each stage, number of convolutions, skip connections on or off.
        shape: of one input, (channels, rows, columns).
        classes: number of logits.

    Raises:
        OptionError: depth or kernel do not fit, or the input is no image.
    """

    def __init__(self, options: ResnetOptions, shape: tuple[int, ...], classes: int) -> None:
        if len(shape) != 3:
            raise OptionError(f"resnet needs images, but one example of this data has {shape[0]} features; use mlp")
        if options.kernel % 2 == 0:
            raise OptionError(
                f"kernel cannot be {options.kernel}; allowed: an odd number, so that maps keep their size"
            )
        blocks, stages = options.depth // 2, len(options.channels)
        if options.depth % 2 or blocks < stages:
            raise OptionError(
                f"depth cannot be {options.depth}; allowed: an even number from {2 * stages} "
                f"(two convolutions a block, {stages} stages)"
            )
        inputs, rows, columns = shape
        width = options.channels[0]
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        layers["stem"] = nn.Conv2d(inputs, width, options.kernel, 1, options.kernel // 2, bias=not options.batch_norm)
        if options.batch_norm:
            layers["norm"] = nn.BatchNorm2d(width)
        layers["act"] = ACTIVATIONS[options.activation]()
        k = 0
        for stage, channels in enumerate(options.channels):
            for place in range(blocks // stages + (stage < blocks % stages)):
                stride = options.stride if stage and not place else 1
                k += 1
                layers[f"block{k}"] = Block(width, channels, stride, options)
                rows, columns = (output_size(n, options.kernel, stride, options.kernel // 2) for n in (rows, columns))
                width = channels
        layers.update(head_layers(options.head, (width, rows, columns), options.dropout, classes))
        super().__init__(layers)
