"""The records that a run keeps on disk, by step: what a screen goes back through."""

from collections.abc import Collection
from pathlib import Path

from .files import RECORDS
from .open import read_record
from .run import Record


class Kept:
    """The kept records of one run directory; looks again only where a folder has changed."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / RECORDS
        self._steps: dict[Path, tuple[int, dict[int, Path]]] = {}
        self._kinds: dict[Path, str] = {}

    def tags(self, kinds: Collection[str]) -> list[str]:
        """Tags whose records are of one of `kinds`, in order."""
        return [folder.relative_to(self.root).as_posix() for folder in self._folders() if self._kind(folder) in kinds]

    def steps(self, tags: Collection[str]) -> list[int]:
        """The steps at which any of `tags` was kept, rising."""
        return sorted({step for tag in tags for step in self._listed(self.root / tag)})

    def at(self, tags: Collection[str], step: int) -> tuple[Record, ...]:
        """The records of `tags` at `step`; what cannot be read is left out."""
        paths = [path for tag in tags if (path := self._listed(self.root / tag).get(step)) is not None]
        return tuple(record for path in paths if (record := read_record(path, self.root)) is not None)

    def _folders(self) -> list[Path]:
        return sorted({path.parent for path in self.root.rglob("*.npz")}) if self.root.is_dir() else []

    def _listed(self, folder: Path) -> dict[int, Path]:
        try:
            changed = folder.stat().st_mtime_ns
        except OSError:
            return {}
        before = self._steps.get(folder)
        if before is None or before[0] != changed:
            found = {int(path.stem): path for path in folder.glob("*.npz") if path.stem.isdecimal()}
            self._steps[folder] = before = (changed, found)
        return before[1]

    def _kind(self, folder: Path) -> str:
        """The kind of a folder's records, which is that of its first."""
        if folder not in self._kinds:
            first = min(folder.glob("*.npz"), default=None)
            record = read_record(first, self.root) if first is not None else None
            if record is None:
                return ""
            self._kinds[folder] = record.kind
        return self._kinds[folder]
