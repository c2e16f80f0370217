"""The records that a run of ours keeps as `records/TAG/STEP.npz`, found again only where a folder has changed."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..open import read_record
from ..run import Record
from .events.files import SETTLED

DEEPEST = 8


class KeptShelf:
    """The records of one tag, one file a step."""

    def __init__(self, folder: Path, root: Path) -> None:
        self._folder, self._root = folder, root
        self._steps: list[int] = []
        self._names: dict[int, str] = {}
        self.kind = ""

    @property
    def steps(self) -> Sequence[int]:
        """The step of each record, rising."""
        return self._steps

    def list(self, names: Sequence[str]) -> None:
        """Take `names` for all that the folder holds."""
        self._names = {int(stem): name for name in names if (stem := name.removesuffix(".npz")).isdecimal()}
        self._steps = sorted(self._names)
        if not self.kind and self._steps and (first := self.read(0)) is not None:
            self.kind = first.kind

    def read(self, index: int) -> Record | None:
        """The record number `index`; None if it can no longer be read."""
        try:
            return read_record(self._folder / self._names[self._steps[index]], self._root)
        except (IndexError, KeyError):
            return None


@dataclass
class _Seen:
    changed: int
    """The folder's time, or -1 where it is so new that it may not tell of the next change."""
    below: tuple[str, ...]
    files: tuple[str, ...]


class Shelves:
    """The shelves below a folder of records, by tag."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.found: dict[str, KeptShelf] = {}
        self._seen: dict[Path, _Seen] = {}

    def look(self) -> None:
        """See what is new."""
        live: dict[str, KeptShelf] = {}
        waiting = [(self.root, 0)]
        while waiting:
            folder, depth = waiting.pop()
            before = self._seen.get(folder)
            seen = self._list(folder, before)
            if seen is None:
                continue
            if seen.files:
                tag = folder.relative_to(self.root).as_posix()
                shelf = live[tag] = self.found.get(tag) or KeptShelf(folder, self.root)
                if seen is not before:
                    shelf.list(seen.files)
            if depth < DEEPEST:
                waiting += [(folder / name, depth + 1) for name in seen.below]
        self.found = dict(sorted(live.items()))

    def _list(self, folder: Path, before: _Seen | None) -> _Seen | None:
        """What a folder holds, listed anew if it has changed; None where it cannot be read."""
        try:
            changed = folder.stat().st_mtime_ns
            if before is not None and before.changed == changed:
                return before
            with os.scandir(folder) as entries:
                items = sorted((item.name, item.is_dir()) for item in entries)
        except OSError:
            self._seen.pop(folder, None)
            return None
        files = tuple(name for name, is_folder in items if not is_folder and name.endswith(".npz"))
        below = tuple(name for name, is_folder in items if is_folder)
        settled = time.time() - changed / 1e9 > SETTLED
        seen = self._seen[folder] = _Seen(changed if settled else -1, below, files)
        return seen
