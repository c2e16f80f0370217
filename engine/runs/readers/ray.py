"""Ray Tune and RLlib: result.json holds a line a result, progress.csv the same without what came late; params.json."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .folder import Folder, Found
from .json_lines import JsonLinesReader
from .table import TableReader
from .tables.block import Block

FILES = ("result.json", "progress.csv", "params.json", "params.pkl")


class RayReader(JsonLinesReader):
    """One trial."""

    FORMAT = "ray"

    def slow(self, piece: bytes) -> Block:
        block = super().slow(piece)
        if self.objects.last.get("done") is True:
            self.status = "finished"
        return block


def find(folder: Folder) -> Iterator[Found]:
    """The trial of a folder."""
    files: tuple[Path, ...] = tuple(folder.files[name].path for name in FILES if name in folder.files)
    for name in FILES[:2]:
        entry = folder.files.get(name)
        if entry is None or not entry.size or "training_iteration" not in (entry.text or ""):
            continue
        make = partial(RayReader if name == "result.json" else TableReader, entry.path, logger="ray")
        yield Found(key=str(folder.path / "result.json"), format="ray", files=files, make=make)
        return
