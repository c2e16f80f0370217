"""Signals while one training follows another: none is lost, whoever handles it at the moment. Torch-free."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Within, SIGTERM and SIGHUP interrupt as SIGINT does; yields what tells whether any of them has come.

    A training has handlers of its own, and one that ends at that moment takes the signal with it; so the numbers
    are also written to a socket, which no handler can withhold.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    heard: set[int] = set()

    def any_heard() -> bool:
        with suppress(BlockingIOError):
            heard.update(reader.recv(4096))
        return not heard.isdisjoint(SIGNALS)

    with reader, writer, handling(interrupt):
        before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield any_heard
        finally:
            signal.set_wakeup_fd(before)


@contextmanager
def deaf() -> Iterator[None]:
    """Within, further signals of the same wish are ignored: what has ended is being put together."""
    with handling(signal.SIG_IGN):
        yield


@contextmanager
def handling(handler: Any) -> Iterator[None]:
    """Within, the signals have this handler; elsewhere than in the main thread nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in SIGNALS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
