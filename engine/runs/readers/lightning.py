"""Lightning's CSVLogger: metrics.csv with many blank cells, rewritten when a key is new, and hparams.yaml beside it."""

from collections.abc import Iterator
from functools import partial

from .folder import Folder, Found
from .table import TableReader
from .tables import header
from .tables.words import plain


def find(folder: Folder) -> Iterator[Found]:
    """The run of a version folder."""
    entry = folder.files.get("metrics.csv")
    if entry is None or ("hparams.yaml" not in folder.files and not folder.path.name.startswith("version_")):
        return
    found = header.read(entry.text or "")
    if found is None or found.numeric or not {"step", "epoch"} & {plain(name) for name in found.names}:
        return
    make = partial(TableReader, entry.path, logger="lightning")
    files = tuple(folder.files[name].path for name in ("metrics.csv", "hparams.yaml") if name in folder.files)
    yield Found(key=str(entry.path), format="lightning", files=files, make=make)
