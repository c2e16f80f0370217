"""SQLite files that another program writes: opened for reading only, asked again when they or their journal changed."""

import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import WeakValueDictionary

from .folder import Entry, Folder, Found
from .reader import Reader

if TYPE_CHECKING:
    from sqlite3 import Connection
    from tempfile import TemporaryDirectory

MAGIC = b"SQLite format 3\0"
PATIENCE = 0.1
"""Seconds to wait for a writer's lock before looking again later."""
TRIES = 10
"""Looks at a locked file that ask for another one at once."""
COPIED = 1 << 29
"""Bytes of a file that is copied where it can be read in no other way."""
ROWS = 10_000
Stamp = tuple[int, ...]


class BusyError(Exception):
    """A writer has the file locked."""


class DamageError(Exception):
    """The file, or what it should hold, cannot be read; says why."""


class Database:
    """One file; the readers of its runs share the connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: Connection | None = None
        self._opened: Stamp = ()
        self._copy: TemporaryDirectory[str] | None = None
        self._columns: dict[str, set[str]] = {}

    def stamp(self) -> Stamp:
        """What changes with the content: that of the file and, for a writer may keep its news there, of its `-wal`."""
        numbers: list[int] = []
        for path in (self.path, self._beside("-wal")):
            try:
                stat = path.stat()
                numbers += stat.st_ino, stat.st_size, stat.st_mtime_ns
            except OSError:
                numbers.append(0)
        return tuple(numbers)

    def rows(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """What a query gives. Raises BusyError and DamageError."""
        import sqlite3

        try:
            cursor = self._connected().execute(sql, values)
            while rows := cursor.fetchmany(ROWS):
                yield from rows
        except sqlite3.OperationalError as error:
            if _busy(error):
                raise BusyError from error
            raise DamageError(str(error)) from error
        except (sqlite3.Error, OSError, OverflowError, ValueError) as error:
            raise DamageError(str(error)) from error

    def columns(self, table: str) -> set[str]:
        """The names of a table's columns; none if there is no such table. Raises as `rows` does."""
        if self.stamp() != self._opened:
            self._columns.clear()
        if table not in self._columns:
            self._columns[table] = {str(row[1]) for row in self.rows(f"PRAGMA table_info({table})")}
        return self._columns[table]

    def _connected(self) -> "Connection":
        stamp = self.stamp()
        if self._connection is None or stamp != self._opened:
            self.close()
            self._connection, self._opened = self._open(), stamp
        return self._connection

    def _open(self) -> "Connection":
        import sqlite3

        with self.path.open("rb") as file:
            head = file.read(20)
        wal, journal = self._beside("-wal"), self._beside("-journal")
        # A file in WAL mode whose log is empty is complete; opened as any other, it would get files beside it.
        settled = head[18:20] == b"\2\2" and not (wal.exists() and wal.stat().st_size)
        connection = _connect(self.path, "mode=ro&immutable=1" if settled else "mode=ro")
        try:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            # What a killed writer left half done must be undone first, or its log cannot be opened in this folder.
            if _busy(error) or not (wal.exists() or journal.exists()):
                raise
            return self._copied()
        return connection

    def _copied(self) -> "Connection":
        """A connection to a copy, on which SQLite may do what it does after a crash."""
        import shutil
        from tempfile import TemporaryDirectory

        if self.path.stat().st_size > COPIED:
            raise DamageError("it was not closed, and is too large to be copied")
        self._copy = TemporaryDirectory(prefix="dlviz-")
        copy = Path(self._copy.name) / "copy.db"
        for ending in ("", "-wal", "-journal"):
            if self._beside(ending).exists():
                shutil.copyfile(self._beside(ending), copy.with_name(copy.name + ending))
        return _connect(copy, "mode=rw")

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(self.path.name + ending)

    def close(self) -> None:
        """Give the connection back; the next query opens another."""
        if self._connection is not None:
            self._connection.close()
        if self._copy is not None:
            self._copy.cleanup()
        self._connection = self._copy = None

    def __del__(self) -> None:
        self.close()


def _connect(path: Path, mode: str) -> "Connection":
    import sqlite3

    uri = f"file:{quote(str(path.absolute()))}?{mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, check_same_thread=False, isolation_level=None)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _busy(error: Exception) -> bool:
    return "locked" in str(error) or "busy" in str(error)


_KNOWN: WeakValueDictionary[Path, Database] = WeakValueDictionary()


def database(path: Path) -> Database:
    """The file at a path, the same one for all who ask while any of them has it."""
    found = _KNOWN.get(path)
    if found is None:
        found = _KNOWN[path] = Database(path)
    return found


def databases(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Database]]:
    """Those of the files that are SQLite's."""
    for entry in tuple(entries):
        if entry.head.startswith(MAGIC):
            yield entry, database(entry.path)


def runs_of(
    folder: Folder,
    runs: Callable[[Database], Iterable[tuple[str, str, float]]],
    reader: Callable[[Path, str], Reader],
    kind: str,
) -> Iterator[Found]:
    """The runs that `runs` tells of each database in a folder, as (id, name, start); a locked or damaged one waits."""
    for entry, store in databases(folder.files.values()):
        try:
            found = tuple(runs(store))
        except (BusyError, DamageError):
            continue
        for id_, name, started in found:
            yield Found(
                key=f"{entry.path}#{id_}",
                format=kind,
                files=files(entry.path),
                make=partial(reader, entry.path, id_),
                name=name,
                whole=False,
                started=started,
            )


def files(path: Path) -> tuple[Path, ...]:
    """A database and what SQLite, or a program, keeps beside it."""
    beside = tuple(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))
    return (path, *beside, path.with_suffix(".lock"))


def unique(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names of runs by their ids, as (id, name), the oldest first: a later one whose name is taken gets its id too."""
    taken, found = set[str](), {}
    for id_, name in names:
        if not name or name in taken:
            name = f"{name} {id_[:8]}" if name else id_[:8]
        found[id_] = f"{name} {id_}" if name in taken else name
        taken.add(found[id_])
    return found


class DatabaseReader(Reader):
    """A run of a database; formats say what is to be asked."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.database = database(path)
        self._seen: Stamp | None = None
        self._tries = 0

    @abstractmethod
    def ask(self, until: float) -> bool:
        """Read what is new; True if there is more. May raise BusyError and DamageError."""

    def look(self, until: float) -> bool:
        """Ask, where the file has changed."""
        stamp = self.database.stamp()
        if stamp == self._seen:
            return False
        try:
            if self.ask(until):
                return True
        except BusyError:
            self._tries += 1
            return self._tries < TRIES and time.monotonic() < until
        except DamageError as error:
            self.damage[f"{self.path.name}: {error}"] = 1
        self._seen, self._tries = stamp, 0
        return False
