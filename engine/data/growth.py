"""How far a download is, seen from outside: the size of a folder that something else writes to."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, the bytes so far, and the bytes in all if they are known."""

INTERVAL = 0.2


class Growth:
    """Inside its `with`, a small thread reports the bytes below `folder` to `progress`.

    What `progress` raises ends the reports, and is raised again at the end of the block.
    """

    def __init__(self, what: str, folder: Path, progress: Progress | None) -> None:
        self._what = what
        self._folder = folder
        self._progress = progress
        self._done = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._watch, name="dlviz-download", daemon=True)

    def __enter__(self) -> None:
        if self._progress is not None:
            self._report(self._progress)
            self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is None:
            return
        self._done.set()
        self._thread.join()
        if error is None and self._failure is None:
            self._report(self._progress)
        if error is None and self._failure is not None:
            raise self._failure

    def _watch(self) -> None:
        assert self._progress is not None
        while self._failure is None and not self._done.wait(INTERVAL):
            self._report(self._progress)

    def _report(self, progress: Progress) -> None:
        try:
            progress(self._what, size(self._folder), None)
        except Exception as error:
            self._failure = error


def size(folder: Path) -> int:
    """The bytes of all files below `folder`; files that vanish meanwhile do not count."""
    total = 0
    try:
        for path in folder.rglob("*"):
            try:
                total += path.stat().st_size if path.is_file() else 0
            except OSError:
                continue
    except OSError:
        pass  # a folder was renamed while it was listed: the next look sees it
    return total
