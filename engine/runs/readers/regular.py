"""Opening what others have put into a folder: a regular file, or an error at once. A named pipe would wait for ever."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: Path | str) -> BinaryIO:
    """Open a regular file for reading bytes; raises OSError for anything else."""
    number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(errno.EINVAL, "is no regular file", str(path))
        return os.fdopen(number, "rb")
    except BaseException:
        os.close(number)
        raise


def read_bytes(path: Path | str, most: int = -1) -> bytes:
    """At most `most` bytes of a regular file; raises OSError."""
    with open_regular(path) as file:
        return file.read(most)


def read_text(path: Path | str, encoding: str = "utf-8") -> str:
    """A regular file as text, what is none replaced; raises OSError."""
    return read_bytes(path).decode(encoding, "replace")
