"""A source as the user names it: a path here, a pipe, or a path on another machine. All become a path here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...text import sanitize
from .place import Place, place_of


@dataclass(frozen=True)
class Source:
    """A folder or a file to read from."""

    path: Path
    link: Callable[[], str] | None = None
    """How the connection stands, where that is worth a word."""
    wait: Callable[[], None] | None = None
    """Returns when all that is there, or will ever be, has arrived."""
    on_change: Callable[[Callable[[], None]], None] | None = None
    """Takes what is to be called when something new may have arrived."""


def place(text: str) -> Place | None:
    """Where `text` leads on another machine; None for what is here."""
    return None if text == "-" or Path(text).expanduser().exists() else place_of(text)


@contextmanager
def source(text: str, *, awaited: bool = False) -> Iterator[Source]:
    """Open `text`, and close it at the end; raises ValueError with one sentence where that fails.

    `awaited`: a path may come into being later, if its folder is there.
    """
    path = Path(text).expanduser()
    if text == "-":
        from .pipe import Pipe

        with Pipe() as pipe:
            yield Source(pipe.folder, pipe.link, _until(pipe.wait))
    elif path.exists():
        yield Source(path)
    elif place(text) is not None:
        from .remote import Remote

        with Remote(text) as remote:
            yield Source(remote.folder, remote.link, _until(remote.wait), remote.on_change)
    elif awaited and path.parent.is_dir():
        yield Source(path)
    else:
        raise ValueError(f"{sanitize(text)}: there is no such folder or file")


def _until(wait: Callable[[], object]) -> Callable[[], None]:
    def waited() -> None:
        wait()

    return waited
