"""Ways out of the lab: asked, signalled, or with the training going on in the background. Nothing is lost."""

import asyncio
import os
import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .controls import Controls

PATIENCE = 2.0
"""Seconds that the engine has to end between two steps."""
LAST_RESORT = 3.0


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
    """SIGINT and SIGTERM save and end with 130; a lost terminal (SIGHUP) saves and ends with 0."""
    loop = asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread():
        return
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGHUP, 0)):
        loop.add_signal_handler(number, end, app, status)


def end(app: "Controls", status: int) -> None:
    """Save and end; if the terminal is gone and the screen hangs on it, end all the same."""
    run = app.session.status
    active = run.state in ("running", "paused") and not app.session.remote

    def save_then_exit() -> None:
        app.session.close(LAST_RESORT)
        threading.Event().wait(LAST_RESORT)
        os._exit(status)

    threading.Thread(target=save_then_exit, name="dlviz-last-resort", daemon=True).start()
    farewell = Farewell(stopped=run.run if active else "", model=run.model, status=status)
    app.run_worker(close(app, farewell), exit_on_error=False)
