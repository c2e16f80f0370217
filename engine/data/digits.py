"""The embedded default: 1,797 real handwritten digits of 8x8 pixels, from a file beside this one."""

from dataclasses import replace
from importlib.resources import files

import numpy as np

from .dataset import Dataset, Split, stratified

SIZES = (1257, 180, 360)
DESCRIPTION = (
    "1,797 handwritten digits of 8x8 pixels in 17 grey levels "
    "(UCI Optical Recognition of Handwritten Digits, CC BY 4.0)"
)


MARGIN = 3


def load_canvas(seed: int) -> Dataset:
    """The same digits centred on a 14x14 canvas, with room to be moved by 3 pixels: x (count, 1, 14, 14)."""
    data = load(seed)
    train, val, test = (_on_canvas(split) for split in (data.train, data.val, data.test))
    description = f"{data.description}, centred on a 14x14 canvas"
    return replace(data, name="digits14", train=train, val=val, test=test, description=description)


def _on_canvas(split: Split) -> Split:
    sides = (MARGIN, MARGIN)
    return Split(x=np.pad(split.x, ((0, 0), (0, 0), sides, sides)), y=split.y)


def load(seed: int) -> Dataset:
    """The digits: x (count, 1, 8, 8) in 0..1, split 1257/180/360 with every class at its share."""
    with (files(__package__) / "digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        x = (arrays["x"].astype(np.float32) / 16)[:, None]
        y = arrays["y"].astype(np.int64)
    train, val, test = (Split(x=x[part], y=y[part]) for part in stratified(y, SIZES, seed))
    classes = tuple(str(digit) for digit in range(10))
    return Dataset(name="digits", train=train, val=val, test=test, classes=classes, description=DESCRIPTION)
