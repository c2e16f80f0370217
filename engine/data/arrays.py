"""A data set from a NumPy archive: `FILE.npz` with x_train, y_train and, if there, x_val, x_test, ….

Nothing in the archive is ever executed: pickled objects are refused.
"""

import warnings
import zipfile
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from ..text import sanitize
from .dataset import DataError, Dataset
from .labels import plain
from .splits import assemble

PARTS = ("train", "val", "test")
EXPECTED = "x_train and y_train, and optionally x_val, y_val, x_test, y_test"
SHAPES = "(count, features), (count, rows, columns), (count, rows, columns, channels) or channels first"


def load(path: Path, seed: int) -> Dataset:
    """The data set in the archive at `path`; missing parts are split off by the seed.

    Inputs may be (n, features), (n, rows, columns) for one channel, or images with a channel axis, first
    or last. The channel axis is the one of size 1 or 3; if that does not settle it, the one of size 4 or
    less; if both fit, the first. uint8 is divided by 255, other numbers are taken as they are. Labels are
    (n,) or (n, 1): whole numbers or texts. Raises DataError for anything else.
    """
    where = sanitize(path)
    arrays = _read(path, where)
    x: dict[str, NDArray[np.float32]] = {}
    y: dict[str, NDArray[np.generic]] = {}
    scaled = False
    for part in PARTS:
        x_key, y_key = f"x_{part}", f"y_{part}"
        if part != "train" and x_key not in arrays and y_key not in arrays:
            continue
        for key in (x_key, y_key):
            if key not in arrays:
                holds = sanitize(", ".join(arrays), limit=200) or "nothing"
                raise DataError(f"{where} has no {key}: it holds {holds}; expected {EXPECTED}")
        scaled = scaled or arrays[x_key].dtype == np.uint8
        x[part] = inputs(arrays[x_key], f"{where}: {x_key}")
        y[part] = _labels(arrays[y_key], f"{where}: {y_key}")
        if len(x[part]) != len(y[part]):
            raise DataError(
                f"{where} has {len(x[part])} inputs in {x_key} but {len(y[part])} labels in {y_key}: "
                "expected one label for each input"
            )
        if x[part].shape[1:] != x["train"].shape[1:]:
            raise DataError(
                f"{where} has inputs of shape {x[part].shape[1:]} in {x_key} but "
                f"{x['train'].shape[1:]} in x_train: expected the same shape"
            )
    name = sanitize(path.name)
    size = " x ".join(str(n) for n in x["train"].shape[1:])
    what = f"{sum(map(len, y.values())):,} examples of {size} from {name}"
    description = what + (", bytes scaled to 0..1" if scaled else "")
    return assemble(name=name, where=where, x=x, labels=y, seed=seed, description=description)


def inputs(raw: NDArray[np.generic], where: str) -> NDArray[np.float32]:
    """`raw` as float32 (n, features) or (n, channels, rows, columns), all finite; raises DataError."""
    if raw.dtype.kind not in "buif":
        raise DataError(f"{where} holds {raw.dtype.name} values: expected numbers")
    if raw.ndim not in (2, 3, 4):
        raise DataError(f"{where} has the shape {raw.shape}: expected {SHAPES}")
    if raw.size == 0:
        raise DataError(f"{where} is empty, with the shape {raw.shape}: expected at least one value")
    with np.errstate(over="ignore"):
        x = raw.astype(np.float32)
    if raw.dtype == np.uint8:
        x /= 255
    elif not np.isfinite(x).all():
        row = int(np.argwhere(~np.isfinite(x))[0, 0])
        raise DataError(f"{where} has NaN, infinity or a number too large in input {row}: expected finite numbers")
    if x.ndim == 3:
        return x[:, None]
    if x.ndim == 4 and _channels_last(x.shape, where):
        return np.ascontiguousarray(x.transpose(0, 3, 1, 2))
    return x


def _channels_last(shape: tuple[int, ...], where: str) -> bool:
    first, last = shape[1], shape[3]
    if (first in (1, 3)) != (last in (1, 3)):
        return last in (1, 3)
    if first > 4 and last > 4:
        raise DataError(f"{where} has the shape {shape}: expected 1 to 4 channels, first or last")
    return first > 4


def _labels(raw: NDArray[np.generic], where: str) -> NDArray[np.generic]:
    if raw.ndim == 2 and raw.shape[1] == 1:
        raw = raw[:, 0]
    if raw.ndim != 1:
        raise DataError(f"{where} has the shape {raw.shape}: expected one label for each input, (count,)")
    if raw.size == 0:
        raise DataError(f"{where} is empty: expected one label for each input")
    return plain(raw, where)


def _read(path: Path, where: str) -> dict[str, NDArray[np.generic]]:
    """The arrays that matter, and the names alone (as empty arrays) of the others."""
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy's remarks on odd headers would land on the screen
            if not zipfile.is_zipfile(file):
                raise DataError(f"{where} is not a NumPy archive: expected an .npz file with {EXPECTED}")
            file.seek(0)
            archive = np.load(file, allow_pickle=False)
            wanted = {f"{axis}_{part}" for axis in "xy" for part in PARTS}
            return {key: _array(archive[key] if key in wanted else np.empty(0)) for key in archive.files}
    except DataError:
        raise
    except Exception as error:  # a damaged archive makes zipfile, zlib and NumPy raise nearly anything
        _refuse(error, where)


def _array(value: object) -> NDArray[np.generic]:
    if not isinstance(value, np.ndarray):
        raise ValueError("it holds a file that is no array")
    return value


def _refuse(error: Exception, where: str) -> NoReturn:
    if "allow_pickle" in str(error):
        raise DataError(
            f"{where} holds pickled Python objects, which could run code: expected plain arrays of numbers or texts"
        ) from None
    if isinstance(error, OSError) and error.strerror:
        raise DataError(f"cannot read {where}: {error.strerror}") from None
    reason = sanitize(error, limit=150) or type(error).__name__
    raise DataError(f"cannot read {where}, which seems damaged: {reason}") from None
