"""Well-known image sets from openml.org, downloaded once and kept in the user's cache folder."""

import os
import socket
import tempfile
import warnings
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..text import sanitize
from .dataset import DataError, Dataset, Split, stratified
from .growth import Growth, Progress

VAL, TEST = 5_000, 10_000
SILENCE = 20.0


@dataclass(frozen=True, kw_only=True)
class Source:
    """One image set: its name and version at openml.org, and what its flat rows mean."""

    openml: str
    count: int
    shape: tuple[int, int, int]
    classes: tuple[str, ...]
    summary: str


SOURCES = {
    "mnist": Source(
        openml="mnist_784",
        count=70_000,
        shape=(1, 28, 28),
        classes=tuple("0123456789"),
        summary="70,000 handwritten digits of 28x28 pixels",
    ),
    "fashion-mnist": Source(
        openml="Fashion-MNIST",
        count=70_000,
        shape=(1, 28, 28),
        classes=(
            "T-shirt",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "boot",
        ),
        summary="70,000 pictures of clothes, 28x28 pixels",
    ),
    "cifar-10": Source(
        openml="CIFAR_10",
        count=60_000,
        shape=(3, 32, 32),
        classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        summary="60,000 colour photographs of animals and vehicles, 32x32 pixels",
    ),
}


def load(name: str, seed: int, progress: Progress | None = None) -> Dataset:
    """The image set `name` of SOURCES, x (count, channels, rows, columns) in 0..1.

    The last 10,000 images are the standard test part; 5,000 of the others, by the seed, are for
    validation. The first call downloads, and meanwhile calls `progress(what, bytes so far, total or None)`
    from a helper thread. Raises DataError when openml.org
    cannot be reached or sends something else.
    """
    source = SOURCES[name]
    path = cache() / f"{name}.npz"
    kept = _kept(path, source)
    if kept is None:
        kept = _download(name, source, progress)
        _keep(path, *kept)
    pixels, y = kept
    x = pixels.astype(np.float32)
    x /= 255
    first_test = source.count - TEST
    train, val = stratified(y[:first_test], (first_test - VAL, VAL), seed)
    return Dataset(
        name=name,
        train=Split(x=x[train], y=y[train]),
        val=Split(x=x[val], y=y[val]),
        test=Split(x=x[first_test:], y=y[first_test:]),
        classes=source.classes,
        description=f"{source.summary} (openml.org: {source.openml}), validation part chosen by the seed",
    )


def cache() -> Path:
    """The folder in which downloaded sets are kept."""
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("dlviz"))


def _kept(path: Path, source: Source) -> tuple[NDArray[np.uint8], NDArray[np.int64]] | None:
    """The kept arrays, or None if they are not there or damaged, in which case they are fetched again."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            x, y = arrays["x"], arrays["y"].astype(np.int64)
    except Exception:  # a damaged archive makes zipfile and NumPy raise nearly anything
        return None
    good = x.dtype == np.uint8 and x.shape == (source.count, *source.shape) and y.shape == (source.count,)
    return (x, y) if good else None


def _keep(path: Path, x: NDArray[np.uint8], y: NDArray[np.int64]) -> None:
    """Write the arrays aside and rename: whoever looks sees the whole file or none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".part", dir=path.parent)
    except OSError:
        return  # no place to keep it: the next call downloads again
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, x=x, y=y.astype(np.uint8))
        Path(aside).replace(path)
    except OSError:
        pass  # a full disk, say
    finally:
        Path(aside).unlink(missing_ok=True)


def _download(name: str, source: Source, progress: Progress | None) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    from sklearn.datasets import fetch_openml

    pixels = int(np.prod(source.shape))
    # float32 keeps CIFAR-10 at half of the memory that the parser would take by itself.
    dtypes = defaultdict(lambda: "float32", {pixels: "category"})
    with (
        tempfile.TemporaryDirectory(prefix="dlviz-", dir=_workplace()) as home,
        Growth(f"downloading {name}", Path(home), progress),
        _patience(SILENCE),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        try:
            fetched = fetch_openml(
                source.openml,
                version=1,
                as_frame=False,
                parser="pandas",
                read_csv_kwargs={"dtype": dtypes},
                data_home=home,
                n_retries=1,
                delay=0.1,
            )
        except (OSError, HTTPException) as error:
            raise _unreachable(name, error) from None
        except (ValueError, LookupError, EOFError, zlib.error) as error:
            raise _strange(name, sanitize(error, limit=150)) from None
    return _checked(name, source, fetched.data, fetched.target)


def _checked(name: str, source: Source, data: object, target: object) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The fetched rows as images and labels; raises DataError if they are not what the table says."""
    try:
        rows = np.asarray(data, dtype=np.float32)
        labels = np.asarray(target).astype(np.float64)
    except (TypeError, ValueError):
        raise _strange(name, "its values are no numbers") from None
    expected = (source.count, int(np.prod(source.shape)))
    if rows.shape != expected or labels.shape != expected[:1]:
        raise _strange(name, f"its shape is {rows.shape} instead of {expected}")
    if not (rows.min() >= 0 and rows.max() <= 255 and np.isin(labels, range(len(source.classes))).all()):
        raise _strange(name, "its values are no bytes or its labels are no classes")
    return rows.astype(np.uint8).reshape(-1, *source.shape), labels.astype(np.int64)


def _workplace() -> Path | None:
    """The cache folder if it can be written to, else None: wherever temporary files go."""
    try:
        cache().mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return cache() if os.access(cache(), os.W_OK) else None


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Give up on a silent network; scikit-learn sets no limit and would wait for minutes."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _unreachable(name: str, error: Exception) -> DataError:
    cause = getattr(error, "reason", None) or error
    reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return DataError(
        f"could not get {name} from openml.org ({sanitize(reason, limit=150)}): "
        "connect once, after which it is kept here, or give your own data with --data FILE.npz"
    )


def _strange(name: str, reason: str) -> DataError:
    return DataError(
        f"openml.org sent something else than {name} ({reason}): try again later, "
        "or give your own data with --data FILE.npz"
    )
