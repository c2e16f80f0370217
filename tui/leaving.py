"""Ways out of a screen: asked, signalled, or with the training going on in the background. Nothing is lost."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .controls import Controls

PATIENCE = 2.0
"""Seconds that the engine has to end between two steps."""
LAST_RESORT = 3.0
"""Seconds that a screen has to end, for it may hang on a terminal that is gone."""
STATUSES = {signal.SIGINT: 130, signal.SIGTERM: 130, signal.SIGQUIT: 131, signal.SIGHUP: 0}
"""Exit statuses of a screen that a signal has ended; a lost terminal is no failure."""


@dataclass(frozen=True)
class Farewell:
    """What is left to do once the terminal is the shell's again."""

    detach: str = ""
    """A run directory whose training is to go on in the background."""
    stopped: str = ""
    """A run directory whose training was stopped and saved."""
    model: str = ""
    status: int = 0


async def leave(app: "Controls") -> None:
    """Quit; a training of our own is asked about first."""
    status = app.session.status
    if app.session.remote or status.state not in ("running", "paused"):
        await close(app, Farewell())
        return
    from .screens.quit import QuitScreen  # not on the way to the first picture

    answer = await app.push_screen_wait(
        QuitScreen(f"{status.model} is {status.state} at step {status.step:,}. What shall become of it?")
    )
    if answer == "stop":
        await close(app, Farewell(stopped=status.run, model=status.model))
    elif answer == "detach":
        await close(app, Farewell(detach=status.run, model=status.model))


async def close(app: "Controls", farewell: Farewell) -> None:
    """End the engine's thread without holding up the screen, then the app."""
    await asyncio.to_thread(app.session.close, PATIENCE)
    app.exit(farewell, return_code=farewell.status)


def catch_signals(app: "Controls") -> None:
    """Signals save and end the lab, with the status that `STATUSES` gives."""
    loop = asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread():
        return
    for number, status in STATUSES.items():
        loop.add_signal_handler(number, end, app, status)


def end(app: "Controls", status: int) -> None:
    """Save and end; if the terminal is gone and the screen hangs on it, end all the same."""
    run = app.session.status
    active = run.state in ("running", "paused") and not app.session.remote
    last_resort(status, lambda: app.session.close(LAST_RESORT))
    farewell = Farewell(stopped=run.run if active else "", model=run.model, status=status)
    app.run_worker(close(app, farewell), exit_on_error=False)


def last_resort(status: int, finish: Callable[[], object]) -> threading.Event:
    """Exit with `status` after some patience and `finish`, whatever hangs by then; setting the event calls it off."""
    over = threading.Event()

    def by_force() -> None:
        if over.wait(LAST_RESORT):
            return
        try:
            finish()
        finally:
            os._exit(status)

    threading.Thread(target=by_force, name="dlviz-last-resort", daemon=True).start()
    return over


@contextmanager
def signals_end(end: Callable[[int], None] | None = None, finish: Callable[[], object] | None = None) -> Iterator[None]:
    """Meanwhile a signal that would kill us closes what is open.

    Args:
        end: gets the number of the signal. Where no screen runs, the stack is then unwound, by SystemExit.
        finish: closes what is open, in another thread, if unwinding takes too long.
    """
    unwinding = False

    def heed(number: int, _: FrameType | None) -> None:
        nonlocal unwinding
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None
        if end is not None and loop is not None:
            signal.signal(signal.SIGCONT, lambda *_: None)  # it comes with SIGHUP, and would start the screen anew
            loop.call_soon_threadsafe(end, number)
        elif not unwinding:  # what closes is not to be interrupted
            unwinding = True
            if end is not None:
                end(number)
            if finish is not None:
                last_resort(128 + number, finish)
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        heeded = [number for number in STATUSES if signal.getsignal(number) != signal.SIG_IGN]  # nohup, a job with &
        before = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}  # the screen's too
        before |= {number: signal.signal(number, heed) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items() if not unwinding else ():  # then whoever is around us puts them back
            signal.signal(number, handler)
