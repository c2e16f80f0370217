"""One door to all data: a name from the table, or a path to the user's own files."""

import difflib
from pathlib import Path

from ..text import sanitize
from . import arrays, digits, folders, openml, tables
from .dataset import DataError, Dataset
from .growth import Progress

NAMES = {
    "digits": "1,797 handwritten digits of 8x8 pixels, built in",
    "digits14": "the same digits centred on a 14x14 canvas, to test with shifts",
    **{name: f"{source.summary}, downloaded once" for name, source in openml.SOURCES.items()},
}
READERS = {".npz": arrays.load, ".csv": tables.load, ".tsv": tables.load}
KINDS = "a .npz, .csv or .tsv file, or a folder of images per class"


def stamp(source: str) -> int:
    """When the file or folder `source` last changed, in ns; 0 for what is not there or built in."""
    try:
        return 0 if source in NAMES else Path(source).expanduser().stat().st_mtime_ns
    except (OSError, ValueError, RuntimeError):
        return 0


def load_data(source: str, seed: int, progress: Progress | None = None) -> Dataset:
    """The data set called `source` in NAMES, or the one at the path `source`, split by the seed.

    `progress` is called as `openml.load` says while something is downloaded. Raises DataError.
    """
    if source == "digits":
        return digits.load(seed)
    if source == "digits14":
        return digits.load_canvas(seed)
    if source in openml.SOURCES:
        return openml.load(source, seed, progress)
    path = Path(source)
    try:
        path = path.expanduser()
        is_folder, exists = path.is_dir(), path.exists()
    except (OSError, RuntimeError):
        is_folder = exists = False  # a path too long for the system, a `~name` that nobody has
    if not source or not exists:
        near = difflib.get_close_matches(source.lower(), NAMES, n=1, cutoff=0.5)
        hint = f", did you mean {near[0]}?" if near else ""
        where = sanitize(source, limit=200) or "an empty name"
        raise DataError(f"no data at {where}{hint}: give a name ({', '.join(NAMES)}), {KINDS}")
    if is_folder:
        return folders.load(path, seed)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"cannot read {sanitize(path, limit=200)} as data: expected {KINDS}")
    return reader(path, seed)
