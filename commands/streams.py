"""Standard input, output and error where whoever started us has closed them."""

import io
import os
import sys
from contextlib import suppress
from typing import IO

CLOSED = "standard output is closed: there is nowhere to print"


class Nowhere(io.TextIOBase):
    """Stands for a standard output that is closed: nothing can be printed."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        """Say that this cannot be done, by OSError."""
        raise OSError(CLOSED)


def settle() -> None:
    """Put something harmless in place of what is closed, before a file that is opened takes its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        with suppress(OSError):
            os.fstat(number)
            continue
        empty = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
        if empty != number:
            os.dup2(empty, number)
            os.close(empty)
        os.set_inheritable(number, True)
    sys.stdin = sys.stdin or _empty("r")
    sys.stderr = sys.stderr or _empty("w")
    sys.stdout = sys.stdout or Nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a sign that the encoding lacks becomes a question mark


def need_output() -> None:
    """Raise OSError, one sentence, where standard output is closed: before there is work to do for it."""
    if isinstance(sys.stdout, Nowhere):
        raise OSError(CLOSED)


def _empty(mode: str) -> IO[str]:
    return open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123  for as long as we live
