"""A small convolutional network layer by layer: shapes, parameters, and how far each output sees. Pure NumPy."""

from dataclasses import dataclass

import numpy as np

from ..kit.fixtures import Floats

SIDE = 16
CHANNELS = (1, 8, 16)
CLASSES = 10


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer: its output's channels and side, its parameters, and the receptive field of one output."""

    name: str
    channels: int
    side: int
    parameters: int
    field: int
    """Pixels a side of the input that one output depends on."""
    jump: int
    """Pixels of the input between two neighbouring outputs."""
    offset: int
    """Where the field of output 0 begins; negative where it reaches into the padding."""


def field(steps: tuple[tuple[int, int], ...]) -> int:
    """Receptive field after layers of (kernel, stride): each adds (kernel - 1) times the jump so far."""
    size, jump = 1, 1
    for kernel, stride in steps:
        size, jump = size + (kernel - 1) * jump, jump * stride
    return size


def layers() -> tuple[Layer, ...]:
    """Input, conv 3x3, pool 2x2, conv 3x3, pool 2x2: what the lab's `cnn` is made of, ReLUs left out."""
    rows = [
        Layer(name="image", channels=CHANNELS[0], side=SIDE, parameters=0, field=1, jump=1, offset=0),
    ]
    steps: tuple[tuple[int, int], ...] = ()
    for k, channels in enumerate(CHANNELS[1:], start=1):
        before = rows[-1]
        steps += ((3, 1),)
        rows.append(
            Layer(
                name=f"conv{k} 3x3",
                channels=channels,
                side=before.side,
                parameters=9 * before.channels * channels + channels,
                field=field(steps),
                jump=before.jump,
                offset=before.offset - before.jump,
            )
        )
        steps += ((2, 2),)
        rows.append(
            Layer(
                name=f"pool{k} 2x2",
                channels=channels,
                side=before.side // 2,
                parameters=0,
                field=field(steps),
                jump=2 * before.jump,
                offset=before.offset - before.jump,
            )
        )
    return tuple(rows)


def flat() -> int:
    """Numbers that the last maps hold."""
    last = layers()[-1]
    return last.channels * last.side**2


def dense_parameters(inputs: int, classes: int = CLASSES) -> int:
    """Weights and biases of a dense layer."""
    return inputs * classes + classes


def seen(layer: Layer, row: int, column: int) -> Floats:
    """[16, 16]: 1 where output (row, column) of a layer depends on the pixel."""
    mask: Floats = np.zeros((SIDE, SIDE))
    top, left = (layer.offset + place * layer.jump for place in (row, column))
    mask[max(top, 0) : max(top + layer.field, 0), max(left, 0) : max(left + layer.field, 0)] = 1
    return mask


def savings(side: int, maps: int, classes: int = CLASSES) -> dict[str, tuple[int, int]]:
    """What a 2x2 pooling saves after `maps` maps: (without, with) of each count."""
    sides = (side, side // 2)
    cells = tuple(maps * s**2 for s in sides)
    next_maps = 2 * maps
    macs = tuple(9 * maps * next_maps * s**2 for s in sides)
    kernels = 9 * maps * next_maps + next_maps
    return {
        "activations": (cells[0], cells[1]),
        "next conv: MACs": (macs[0], macs[1]),
        "next dense: parameters": (dense_parameters(cells[0], classes), dense_parameters(cells[1], classes)),
        "next conv: parameters": (kernels, kernels),
    }
