"""What of a Bayesian network is asked: the known pixels, the example, whose tree, which sample; checked."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..requests import Array, LookInside

if TYPE_CHECKING:
    from ...objectives.likelihood import Likelihood

UNKNOWN = -1.0


@dataclass(frozen=True)
class Asked:
    """A checked question; `evidence` (p,) is 1, 0 or UNKNOWN, `image` (p,) the example in black and white."""

    split: str
    count: int
    index: int
    label: int
    image: Array
    evidence: NDArray[np.float64]
    from_example: bool
    tree: int | None
    seed: int


def asked(objective: "Likelihood", look: LookInside) -> Asked:
    """What `look` asks; raises ValueError, one sentence, for what cannot be."""
    if look.split not in ("train", "val", "test"):
        raise ValueError(f"there is no split {look.split!r}; there are train, val and test")
    data, shape = objective.data, objective.data.shape
    labels, classes = data.split(look.split).y, len(data.classes)
    if not len(labels):
        raise ValueError(f"the {look.split} split of {data.name} is empty")
    index = look.index % len(labels)
    image = objective.model.bits(objective.inputs(look.split, index)[0])[0].cpu().numpy()
    given = look.get("evidence", None)
    known = _upper(image, shape) if given is None else _checked(given, math.prod(shape))
    tree = None if look.get("class", None) is None else _whole(look, "class", 0, classes - 1)
    seed = _whole(look, "seed", 0, 2**31 - 1)
    label = int(labels[index])
    return Asked(look.split, len(labels), index, label, image.astype(np.int8), known, given is None, tree, seed)


def _upper(image_p: Array, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """The pixels of the upper half of all channels, the others unknown."""
    known = np.full(shape, UNKNOWN)
    half = shape[1] // 2
    known[:, :half] = image_p.reshape(shape)[:, :half]
    return known.reshape(-1)


def _checked(given: object, pixels: int) -> NDArray[np.float64]:
    if given == ():
        return np.full(pixels, UNKNOWN)
    if not isinstance(given, tuple) or len(given) != pixels:
        raise ValueError(f"evidence must be {pixels} numbers, one a pixel: 1, 0, or -1 where it is unknown")
    known = np.nan_to_num(np.array(given, np.float64), nan=UNKNOWN)
    if not np.isin(known, (0.0, 1.0, UNKNOWN)).all():
        raise ValueError("evidence of a pixel must be 1, 0, or -1 where it is unknown")
    return known


def _whole(look: LookInside, name: str, default: int, high: int) -> int:
    value = look.get(name, default)
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or value != int(value) or not 0 <= value <= high:
        raise ValueError(f"{name} must be a whole number from 0 to {high}, not {value!r}")
    return int(value)
