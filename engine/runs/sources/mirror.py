"""A copy of the logs of another machine that grows as they grow, so that whoever reads logs needs to know files only.

It is kept, and goes on where it was. What the other side names is trusted with nothing outside of its folder.
"""

import fcntl
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_dir

from ..files import write_atomically
from .checksum import cksum
from .place import Place

SPAN = 4096
"""Bytes at the start, and before the end, of what is there, by which a file is known to be the same."""
SMALL, OLD = 1 << 16, 3600.0
"""Bytes, and seconds since it was written to, of a file that is rather fetched anew than compared."""
KEPT_FOR = 60 * 86400
"""Seconds after which a mirror that nobody used is thrown away."""
_STAT = re.compile(r"(\d+)\|(\d*)\|([\d:]*)\|([^|]*)\|(\./.*)", re.DOTALL)


@dataclass(frozen=True)
class Stat:
    """What the other side tells of a file: SIZE|MTIME|DEVICE:INODE|TIME|NAME."""

    line: str
    size: int
    mtime: int | None
    """Seconds since the epoch by its clock."""
    node: str
    name: str
    """Begins with `./`."""

    @classmethod
    def of(cls, line: str) -> "Stat | None":
        """None where the line makes no sense, or the name would lead out of the folder."""
        found = _STAT.fullmatch(line)
        if found is None or not _usable(line) or any(part in ("", "..", ".") for part in found[5].split("/")[1:]):
            return None
        return cls(line, int(found[1]), int(found[2]) if found[2] else None, found[3].partition(":")[2], found[5])


@dataclass(frozen=True)
class Piece:
    """Bytes of a file from `offset` on; large ones lie in a file of their own."""

    stat: Stat
    offset: int
    data: bytes | Path
    group: int = 0
    """Pieces of one group came in one flow: if one of their files changed meanwhile, all are void."""

    @property
    def end(self) -> int:
        """How far the file is known with it."""
        return self.offset + (len(self.data) if isinstance(self.data, bytes) else self.data.stat().st_size)


class Mirror:
    """The files below one place, and how far each is known."""

    def __init__(self, place: Place, command: str, root: Path | None = None) -> None:
        """Open the mirror of `place`, or a new one; one that another process uses is left to it. Raises OSError."""
        root = root or Path(user_cache_dir("dlviz")) / "remote"
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        host = root / re.sub(r"[^\w.-]", "_", place.destination)
        host.mkdir(mode=0o700, exist_ok=True)
        _sweep(root)
        self.home = host / place.digest(command)
        self.home.mkdir(mode=0o700, exist_ok=True)
        self._lock = _locked(self.home)
        self.temporary = self._lock is None
        """Whether it is thrown away at the end, because another process keeps the real one."""
        if self.temporary:
            self.home = Path(tempfile.mkdtemp(prefix="again-", dir=host))
            self._lock = _locked(self.home)
        self.folder = self.home / "logs" / place.name
        for folder in (self.folder.parent, self.folder):
            folder.mkdir(mode=0o700, exist_ok=True)
        self.aside = self.home / "aside"
        shutil.rmtree(self.aside, ignore_errors=True)
        self.aside.mkdir(mode=0o700)
        self.known: dict[str, tuple[int, str]] = {}
        """By name: how many bytes are here, and the STAT line of the look that brought the last of them."""
        self._gone: set[str] = set()
        self._load()

    def request(self, names: Iterable[str]) -> bytes:
        """Lines OFFSET|SUM|STAT that tell the other side how far `names` are known."""
        lines = []
        for name in names:
            if name in self.known:
                offset, stat = self.known[name]
                lines.append(f"{offset}|{self._sum(name, offset) if self._matters(name) else ''}|{stat}\n")
            else:
                lines.append(f"-|-|0|||0|{name}\n")
        return os.fsencode("".join(lines))

    def put(self, piece: Piece, skew: float) -> bool:
        """Take in a piece, all of it or nothing; False if it does not fit. `skew` is our clock less theirs. OSError."""
        name, path = piece.stat.name, self.folder / piece.stat.name
        have = self.known[name][0] if name in self.known else 0
        if piece.offset and (piece.offset != have or _size(path) != have):
            self.forget(name)
            return False
        end = piece.end
        if not piece.offset:
            self._replace(path, piece.data)
        elif isinstance(piece.data, bytes) and piece.data:
            with path.open("ab") as file:
                file.write(piece.data)
        self.known[name] = (end, piece.stat.line)
        if piece.stat.mtime is not None:
            os.utime(path, (time.time(), piece.stat.mtime + skew))
        return True

    def skip(self, stat: Stat) -> None:
        """Note that a file is not fetched as it is now."""
        self.forget(stat.name)
        self.known[stat.name] = (stat.size, stat.line)

    def forget(self, name: str) -> None:
        """Drop a file."""
        self.known.pop(name, None)
        path = self.folder / name
        with suppress(OSError):  # what was a file may be a folder now
            path.unlink()
        _without_shm(path)
        while (path := path.parent) != self.folder:
            try:
                path.rmdir()
            except OSError:
                break

    def gone(self, names: Iterable[str]) -> list[str]:
        """Drop what the other side has missed twice in a row; returns what was dropped."""
        missed = {name for name in names if name in self.known}
        dropped = sorted(missed & self._gone)
        self._gone = missed - self._gone
        for name in dropped:
            self.forget(name)
        return dropped

    def save(self) -> None:
        """Remember how far it is. Raises OSError."""
        write_atomically(self.home / "index.json", json.dumps(self.known).encode("ascii"))

    def close(self) -> None:
        """Save, or throw away what is temporary."""
        try:
            if not self.temporary:
                self.save()
            shutil.rmtree(self.home if self.temporary else self.aside, ignore_errors=True)
        except OSError:
            pass  # a full disk: what is not noted is fetched again
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _replace(self, path: Path, data: bytes | Path) -> None:
        """Make `data` the file's content; the file stays the one it is where that is its content already."""
        if isinstance(data, bytes) and _size(path) == len(data) and path.read_bytes() == data:
            return
        for parent in reversed(path.relative_to(self.folder).parents):
            folder = self.folder / parent
            if folder.is_symlink() or not folder.is_dir():
                folder.unlink(missing_ok=True)
                folder.mkdir(mode=0o700)
        if path.is_dir():
            shutil.rmtree(path)
        if isinstance(data, bytes):
            aside = self.aside / "file"
            aside.write_bytes(data)
            data = aside
        _without_shm(path)
        data.replace(path)

    def _matters(self, name: str) -> bool:
        """Whether it is worth a sum: a small file of old that is written to again is fetched anew instead."""
        try:
            found = (self.folder / name).stat()
        except OSError:
            return False
        return found.st_size > SMALL or found.st_mtime > time.time() - OLD

    def _sum(self, name: str, offset: int) -> int:
        """As the script computes it, of the bytes that are here."""
        span = min(offset, SPAN)
        try:
            with (self.folder / name).open("rb") as file:
                return cksum(os.pread(file.fileno(), span, 0) + os.pread(file.fileno(), span, offset - span))
        except OSError:
            return 0

    def _load(self) -> None:
        """Take up what an earlier session noted; bytes that came after its last note are cut off."""
        try:
            noted = json.loads((self.home / "index.json").read_bytes())
        except (OSError, ValueError, RecursionError):
            noted = {}
        for name, entry in noted.items() if isinstance(noted, dict) else ():
            good = isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], int)
            stat = Stat.of(entry[1]) if good and isinstance(entry[1], str) else None
            if stat is None or stat.name != name:
                continue
            size = _size(self.folder / name)
            if size is None or not 0 <= entry[0] <= size:
                continue
            if size > entry[0]:
                os.truncate(self.folder / name, entry[0])
            self.known[name] = (entry[0], stat.line)
        for folder, _, files in os.walk(self.folder):
            for file in files:
                path = Path(folder, file)
                if f"./{path.relative_to(self.folder)}" not in self.known:
                    path.unlink(missing_ok=True)


def _usable(text: str) -> bool:
    """Whether the system takes a text as a name."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _without_shm(path: Path) -> None:
    """SQLite's index of a log that is another now would mislead."""
    if path.name.endswith(("-wal", ".db", ".sqlite", ".sqlite3")):
        base = path.name.removesuffix("-wal")
        with suppress(OSError):
            path.with_name(base + "-shm").unlink()


def _locked(home: Path) -> int | None:
    """A lock on a mirror, or None where another process has it."""
    lock = os.open(home / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    os.utime(home / "lock")
    return lock


def _sweep(root: Path) -> None:
    """Throw away mirrors that nobody used for long, and temporary ones that a kill left."""
    now = time.time()
    for lock in root.glob("*/*/lock"):
        try:
            old = now - lock.stat().st_mtime > (60 if lock.parent.name.startswith("again-") else KEPT_FOR)
        except OSError:
            continue
        if old and (held := _locked(lock.parent)) is not None:
            shutil.rmtree(lock.parent, ignore_errors=True)
            os.close(held)
