"""Whether what is being computed is still wanted: what takes long asks between its steps. Torch-free."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Abandoned(BaseException):
    """Nobody wants any more what is being computed. No Exception, so that nothing takes it for a failure."""


def _always() -> bool:
    return True


_WANTED: ContextVar[Callable[[], bool]] = ContextVar("wanted", default=_always)
"""Of the thread that computes."""


def still_wanted() -> None:
    """To be called between the steps of what takes long; raises Abandoned once nobody wants it."""
    if not _WANTED.get()():
        raise Abandoned


@contextmanager
def while_wanted(wanted: Callable[[], bool]) -> Iterator[None]:
    """What is computed inside is wanted as long as `wanted()` says so."""
    token = _WANTED.set(wanted)
    try:
        yield
    finally:
        _WANTED.reset(token)
