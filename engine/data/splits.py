"""From the parts that a user gave (at least `train`) to a data set of three splits."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .dataset import DataError, Dataset, Split, stratified
from .labels import encode

VAL, TEST = 0.1, 0.2
NOTES = {
    (): "",
    ("val",): ", 10 % of training split off for validation by the seed",
    ("test",): ", 20 % of training split off for testing by the seed",
    ("val", "test"): ", split 70/10/20 by the seed",
}


def divide(
    y: NDArray[np.int64], classes: tuple[str, ...], seed: int, *, val: bool, test: bool, where: str
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Stratified indices for training, validation (10 % if `val`) and test (20 % if `test`).

    A part that is not asked for is empty. Raises DataError if a class has fewer than five examples (two
    if only a validation part is split off), since some part would never see it.
    """
    count = np.bincount(y, minlength=len(classes))
    least = 5 if test else 2 if val else 1
    if count.min() < least:
        rare = int(count.argmin())
        raise DataError(
            f"{where} has too few examples of the class {classes[rare]}, {count[rare]}: "
            f"expected at least {least} of each class to split"
        )
    held = [max(1, round(len(y) * share)) if asked else 0 for share, asked in ((VAL, val), (TEST, test))]
    train_i, val_i, test_i = stratified(y, (len(y) - sum(held), *held), seed)
    return train_i, val_i, test_i


def assemble(
    *,
    name: str,
    where: str,
    x: Mapping[str, NDArray[np.float32]],
    labels: Mapping[str, NDArray[np.generic]],
    seed: int,
    description: str,
) -> Dataset:
    """The data set of the given parts; missing `val` and `test` are split off from `train`.

    `x` and `labels` have the same keys, at least `train`. Raises DataError, whose text begins with `where`.
    """
    classes, y = encode(labels, where)
    missing = tuple(part for part in ("val", "test") if part not in x)
    splits = {part: Split(x=x[part], y=y[part]) for part in x}
    if missing:
        indices = divide(y["train"], classes, seed, val="val" in missing, test="test" in missing, where=where)
        pool = splits["train"]
        for part, index in zip(("train", "val", "test"), indices, strict=True):
            if part == "train" or part in missing:
                splits[part] = Split(x=pool.x[index], y=pool.y[index])
    train, val, test = (splits[part] for part in ("train", "val", "test"))
    description += NOTES[missing]
    return Dataset(name=name, train=train, val=val, test=test, classes=classes, description=description)
