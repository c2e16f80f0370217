"""Which runs lie below a path: every folder is shown to every format, in order, until its files are claimed."""

import os
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from stat import S_ISREG

from .readers.folder import Entry, Folder, Found, scan

BINARY = (
    ".wandb",
    ".pt",
    ".pth",
    ".ckpt",
    ".bin",
    ".safetensors",
    ".npz",
    ".npy",
    ".h5",
    ".png",
    ".jpg",
    ".zip",
    ".tar",
)


def _database(folder: Folder) -> bool:
    return any(entry.size and entry.head.startswith(b"SQLite format 3") for entry in folder.files.values())


def _text(folder: Folder) -> bool:
    return any("tfevents" not in name and not name.endswith(BINARY) for name in folder.files)


FORMATS: dict[str, Callable[[Folder], bool]] = {
    "own": lambda folder: "run.json" in folder.files,
    "wandb": lambda folder: any(name.lower().endswith(".wandb") for name in folder.files),
    "mlflow_files": lambda folder: "meta.yaml" in folder.files,
    "mlflow_database": _database,
    "trackio": _database,
    "trainer_state": lambda f: "trainer_state.json" in f.files or any(n.startswith("checkpoint-") for n in f.folders),
    "lightning": lambda folder: "metrics.csv" in folder.files,
    "ray": lambda folder: "result.json" in folder.files or "progress.csv" in folder.files,
    "json_lines": _text,
    "table": _text,
    "tfevents": lambda folder: bool(folder.files),
    "console_log": _text,
}
"""The modules of `readers`, as they are asked; where two tell of one tag of a run, the earlier is believed.

With each stands what it needs at the least, so that most need not even be imported.
"""
FORGIVES = "DLVIZ_DEBUG" not in os.environ
"""Whether the failure of one format is kept from the others, instead of ending the search."""
SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
DEEPEST = 16
"""Folders below each other that are searched."""


@dataclass(frozen=True)
class Place:
    """The runs that were found in one folder; `name` is the folder's path below its source."""

    path: Path
    name: str
    found: tuple[Found, ...]


@dataclass(frozen=True)
class _Seen:
    """What one folder held at the last search: `volatile` are the files that may tell more when they change."""

    place: Place
    below: tuple[str, ...]
    volatile: frozenset[str]
    key: Hashable


class Discovery:
    """Searches below one source, a folder or a file; where no folder has changed, searching again is only stats."""

    def __init__(self, source: Path) -> None:
        self.source = Path(os.path.normpath(source.absolute()))
        self.files = 0
        """How many files the last search saw."""
        self.failures: dict[str, str] = {}
        """Formats that failed on a folder, with the error; what the others saw there stands."""
        self.unreadable = 0
        """How many of those that were looked into could not be read."""
        self._seen: dict[Path, _Seen] = {}

    def search(self) -> list[Place]:
        """The folders that hold runs; raises OSError if the source itself cannot be read."""
        self.files = 0
        seen: dict[Path, _Seen] = {}
        if not self.source.is_dir():
            found = self.source.stat()
            if not S_ISREG(found.st_mode):
                raise OSError("is no file that can be watched; what a pipe gives is read with: … | dlviz watch -")
            entry = Entry(self.source, found.st_size, found.st_mtime)
            if found.st_size and not entry.head and entry.trouble:
                raise OSError(entry.trouble)
            folder = Folder(self.source.parent, {entry.name: entry}, asked=True)
            seen[folder.path] = self._look(folder, "")
        else:
            scan(self.source)  # its failure is told; that of a folder below is not
            self._walk(seen)
        self._seen = seen
        return [one.place for one in seen.values() if one.place.found]

    def _walk(self, seen: dict[Path, _Seen]) -> None:
        """Folders from the source downwards; none twice, and a link only where it leads out of the source."""
        waiting, entered = [(self.source, "", 0)], set()
        while waiting:
            path, name, depth = waiting.pop()
            try:
                stat = path.stat()
                if (stat.st_dev, stat.st_ino) in entered:
                    continue
                entered.add((stat.st_dev, stat.st_ino))
                folder = scan(path)
            except OSError:
                continue
            one = seen[path] = self._look(folder, name)
            for below in reversed(one.below if depth < DEEPEST else ()):
                if not self._hidden(path / below):
                    waiting.append((path / below, f"{name}/{below}" if name else below, depth + 1))

    def _hidden(self, path: Path) -> bool:
        if path.name in SKIPPED or path.name.startswith("."):
            return True
        try:
            leads_back = path.is_symlink() and path.resolve().is_relative_to(self.source.resolve())
            return leads_back or (path / "pyvenv.cfg").exists()
        except (OSError, RuntimeError):  # it cannot be entered
            return True

    def _look(self, folder: Folder, name: str) -> _Seen:
        """What one folder holds; formats are asked again only where something may be new."""
        self.files += len(folder.files)
        before = self._seen.get(folder.path)
        if before is not None and before.key == _key(folder, before.volatile):
            return before
        names, entries = folder.folders, dict(folder.files)
        found = self._claims(folder)
        settled = {path.name for one in found if "#" not in one.key for path in one.files}
        volatile = frozenset(entries) - settled
        folder.files = entries
        self.unreadable += sum(bool(entry.trouble) for entry in entries.values())
        below = tuple(one for one in names if one not in folder.closed)
        return _Seen(Place(folder.path, name, found), below, volatile, _key(folder, volatile))

    def _claims(self, folder: Folder) -> tuple[Found, ...]:
        """The runs that the formats see in a folder, each with what those before it have left."""
        found: list[Found] = []
        for name, useful in FORMATS.items():
            if not useful(folder):
                continue
            try:
                seen = tuple(_finder(name)(folder))
            except Exception as error:
                if not FORGIVES:
                    raise
                self.failures[f"{folder.path}: {name}"] = f"{type(error).__name__}: {error}"
                continue
            for one in seen:
                found.append(one)
                for path in one.files:
                    if path.parent == folder.path:
                        folder.files.pop(path.name, None)
        return tuple(found)


def _key(folder: Folder, volatile: frozenset[str]) -> Hashable:
    changing = [(n, e.size, e.mtime) if n in volatile else (n,) for n, e in folder.files.items()]
    return (folder.folders, tuple(changing))


@cache
def _finder(name: str) -> Callable[[Folder], Iterable[Found]]:
    find: Callable[[Folder], Iterable[Found]] = import_module(f".readers.{name}", __package__).find
    return find
