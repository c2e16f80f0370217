"""Ray Tune and RLlib: result.json holds a line a result, progress.csv the same without what came late; params.json."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .folder import Folder, Found
from .json_lines import JsonLinesReader
from .table import TableReader
from .tables.block import Block

END = 4096
"""Bytes of an error that are read for its last line."""
FILES = ("result.json", "progress.csv", "params.json", "params.pkl")


class RayReader(JsonLinesReader):
    """One trial; one that failed has an error.txt."""

    FORMAT = "ray"

    def look(self, until: float) -> bool:
        more = super().look(until)
        error = self.path.parent / "error.txt"
        try:
            stat = error.stat()
            if stat.st_size and self.status != "failed":
                with error.open("rb") as file:
                    file.seek(max(stat.st_size - END, 0))
                    lines = file.read(END).decode("utf-8", "replace").split("\n")
                self.status, self.reason = "failed", next((line for line in lines[::-1] if line.strip()), "")
        except OSError:
            pass
        return more

    def slow(self, piece: bytes) -> Block:
        block = super().slow(piece)
        if self.objects.last.get("done") is True and not self.status:
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
