"""What ends a process: runs that are still open are closed, with the traceback if it was a failure; forks part ways."""

import atexit
import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .run import Run

_kept: "set[Run]" = set()
_hooked = False


def watch(run: "Run") -> None:
    """Close `run` when the process ends, however that may be."""
    global _hooked
    _kept.add(run)
    if _hooked:
        return
    _hooked = True
    atexit.register(_end)
    os.register_at_fork(after_in_child=_child)
    before = sys.excepthook

    def failed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        for one in list(_kept):
            one.fail(error)
        before(kind, error, trace)

    sys.excepthook = failed


def forget(run: "Run") -> None:
    """`run` is closed."""
    _kept.discard(run)


def _end() -> None:
    for run in list(_kept):
        run.close()


def _child() -> None:
    for run in list(_kept):
        run.after_fork()


def at_child_end(obj: object, end: "Callable[[], None]") -> None:
    """Call `end` before a child of multiprocessing ends, which is without what atexit knows."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(obj, end, exitpriority=100)
