"""`dlviz run`: a program under a terminal of its own, its output kept in a run directory, shown, or just printed."""

import os
import select
import shutil
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..engine.runs.files import dump_json, new_run_dir
from ..engine.runs.sources.command import Command, name_of
from ..engine.text import sanitize

CANNOT, MISSING = 126, 127
"""Exit statuses of a shell where a program cannot be run, or is not there."""
CONTEXT = 20
"""Lines of output that are printed when the screen is left before the end."""


@dataclass(frozen=True)
class Asked:
    """The words of the command line."""

    command: tuple[str, ...]
    name: str = ""
    watch: tuple[Path, ...] = ()
    plain: bool = False
    json: bool = False


def run(asked: Asked) -> int:
    """Run it to its end; returns its exit status."""
    name = asked.name or name_of(asked.command)
    if "/" in name or name.startswith(".") or not name.isprintable():
        allowed = "a name without / and control characters that does not begin with a dot"
        raise ValueError(f"a run cannot be called {name}; allowed: {allowed}")
    if shutil.which(asked.command[0]) is None:
        there = Path(asked.command[0]).exists()
        return refused(asked, "it cannot be run" if there else "there is no such program", CANNOT if there else MISSING)
    directory = new_run_dir(name)
    screen = sys.stdin.isatty() and sys.stdout.isatty() and not asked.plain and not asked.json
    command = Command(asked.command, directory, size=shutil.get_terminal_size((80, 24)), name=directory.name)
    if not screen:
        command.echo = 2 if asked.json else 1
        command.piped = not asked.json
    with passing_on(command) as ending, nullcontext() if screen else keys_unread():
        try:
            command.start(keys=screen or os.isatty(0))
        except OSError as error:
            shutil.rmtree(directory, ignore_errors=True)
            status = MISSING if isinstance(error, FileNotFoundError) else CANNOT
            return refused(asked, f"it cannot be run: {error.strerror}", status)
        if screen:
            show(command, asked, ending)
            with passing_on(command), keys_unread():  # anew: the screen had handlers of its own
                come_back(command)
                attend(command)
        else:
            attend(command)
    report(command, asked)
    return command.status


def refused(asked: Asked, why: str, status: int) -> int:
    """Say why the program does not run; returns the exit status."""
    print(f"dlviz: {sanitize(asked.command[0])}: {why}", file=sys.stderr)
    return status


def show(command: Command, asked: Asked, ending: list[int]) -> None:
    """Open the monitor until the user leaves it, or a signal ends it and the program; not if one came before."""
    from ..tui.leaving import signals_end
    from ..tui.watch.open import open_watch

    sources = (command.directory, *asked.watch)
    with suppress(SystemExit, KeyboardInterrupt), signals_end(command.signal):
        if not ending:
            open_watch(sources, title=" ".join(asked.command), heard=command.signal, finish=command.wait)


def come_back(command: Command) -> None:
    """Print what the program printed last, and what else comes."""
    if not command.wait(0):
        with suppress(OSError):  # the terminal may be gone
            print(f"dlviz: {sanitize(' '.join(command.words), limit=60)} goes on; Ctrl-C stops it", file=sys.stderr)
    command.come_to(1, CONTEXT)


def attend(command: Command) -> None:
    """Wait for the end; what is typed meanwhile goes to the program, Ctrl-C too."""
    while at_keys() and not command.wait(0) and (typed := keys()) is not None:
        command.write(typed)
    while not command.wait(1):
        pass


def at_keys() -> bool:
    """Whether we may read the terminal: a job in the background would be halted."""
    try:
        return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


def keys() -> bytes | None:
    """What was typed within the next moment; None once the terminal is gone."""
    if not select.select([0], [], [], 0.05)[0]:
        return b""
    try:
        return os.read(0, 1024) or None
    except OSError:
        return None


@contextmanager
def keys_unread() -> Iterator[None]:
    """Leave every key of our terminal to the program: no echo, no lines, no signals; output stays as it was."""
    if not at_keys():
        yield
        return
    before = termios.tcgetattr(0)
    mode = termios.tcgetattr(0)
    mode[0] &= ~(termios.ICRNL | termios.IXON)
    mode[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
    try:
        termios.tcsetattr(0, termios.TCSADRAIN, mode)
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(0, termios.TCSADRAIN, before)


@contextmanager
def passing_on(command: Command) -> Iterator[list[int]]:
    """Hand signals that reach us on to the program, and the size of our terminal; yields those that mean the end."""
    ending: list[int] = []

    def hand_on(number: int, _: Any) -> None:
        command.signal(number)
        if number not in (signal.SIGUSR1, signal.SIGUSR2):
            ending.append(number)

    def resize(*_: Any) -> None:
        with suppress(OSError):
            command.resize(*os.get_terminal_size(0))

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
    heeded = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]  # nohup, a job with &
    before = {number: signal.signal(number, hand_on) for number in heeded}
    before[signal.SIGWINCH] = signal.signal(signal.SIGWINCH, resize)
    resize()
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def report(command: Command, asked: Asked) -> None:
    """One line that says where the output is kept, or one document."""
    if asked.json:
        print(dump_json(document(command, asked.watch)))
        return
    ending = f"{command.ending} after {command.seconds:.1f} s" + (f", {command.reason}" if command.reason else "")
    if command.lost:
        ending += f"; its output could not all be kept: {command.lost}"
    with suppress(OSError):
        print(f"dlviz: {sanitize(command.directory)}: {sanitize(ending)}", file=sys.stderr)


def document(command: Command, folders: tuple[Path, ...]) -> dict[str, Any]:
    """What came of it: {command, run, status, exit_code, reason, lost, seconds, series, watched}."""
    from ..engine.runs.watcher import Watcher
    from . import watch

    there = [folder for folder in folders if folder.exists()]
    own = [watch.document(run) for run in Watcher([command.directory]).complete()]
    others = [watch.document(run) for run in Watcher(there).complete()] if there else []
    return {
        "command": list(command.words),
        "run": str(command.directory),
        "status": command.ending,
        "exit_code": command.status,
        "reason": command.reason,
        "lost": command.lost,
        "seconds": command.seconds,
        "series": [series for one in own for series in one["series"]],
        "watched": others,
    }
