"""The same views printed once: for pipes, CI and terminals that can do nothing else."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from ..engine.runs.open import final_records, open_run
from ..engine.training.session import Session
from ..engine.training.status import Status
from .plain_records import draw
from .real_images import write
from .render.numbers import short
from .render.plotext_chart import chart

WIDTH, HEIGHT = 78, 16
LINES = 10
"""Progress lines in all where there is no terminal."""


class Progress:
    """Progress of a training on a stream: a bar on a terminal, a few lines elsewhere."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._bar: Bar | None = None
        self._said = -1
        self._message = ""
        if stream.isatty():
            self._bar = Bar(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[loss]}", markup=False),
                TimeRemainingColumn(),
                console=Console(file=stream),
                transient=True,
            )

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task("loading", total=None, loss="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, session: Session) -> None:
        """Draw how far `session` is."""
        status = session.status
        if self._bar is not None:
            total = status.steps or None
            waiting = status.state == "loading" or status.progress >= 1
            description = (status.message if waiting else "") or (status.model if status.step else "loading")
            loss = f"{status.loss_name} {status.loss:.4f}" if status.step else ""
            self._bar.update(self._task, description=description, completed=status.step, total=total, loss=loss)
        elif (status.state == "loading" or status.progress >= 1) and status.message not in ("", self._message):
            self._message = status.message
            self._say(status.message)
        elif status.step and int(status.progress * LINES) > self._said:
            self._said = int(status.progress * LINES)
            self._say(line(status))

    def _say(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


def line(status: Status) -> str:
    """One line of progress."""
    of = f"/{status.steps}" if status.steps else ""
    rate = f"  {status.rate:.0f} steps/s" if status.rate else ""
    return f"step {status.step}{of}  {status.loss_name} {status.loss:.4f}{rate}"


def report(document: Mapping[str, Any], stream: IO[str]) -> None:
    """What `dlviz train` prints at the end: result, loss curve, metrics, where the run is."""

    def say(text: str = "") -> None:
        print(text, file=stream)

    seconds, rate = document["seconds"], document["steps_per_second"]
    say(
        f"{document['model']} on {document['data']}: {document['status']} after {document['steps']:,} steps, "
        f"{seconds:.1f} s ({rate:,.0f} steps/s on {document['device']}), "
        f"{short(document['parameters'])} parameters"
    )
    if document["diverged_at"]:
        say(f"it diverged: since step {document['diverged_at']:,} the loss is not a number; try a smaller lr")
    run = open_run(Path(document["run"])) if document["run"] else None
    if run is not None and run.series:
        say()
        curves = tuple(run.config.get("curves") or ("loss/train", "loss/val"))
        for text in chart(run, curves, WIDTH, HEIGHT, colour=stream.isatty()):
            say(text)
    for record in final_records(Path(document["run"])) if document["run"] else ():
        if lines := draw(record, WIDTH, stream.isatty()):
            say()
            say("\n".join(lines))
        write(record, stream)
    if document["metrics"]:
        say()
        for name, value in document["metrics"].items():
            say(f"{name:26} {value:,.0f}" if value.is_integer() and abs(value) > 1 else f"{name:26} {value:.4f}")
    if len(norms := document["gradient_norms"]) > 1:
        first, last = next(iter(norms)), next(reversed(norms))
        say(f"{'gradient norm':26} {first} {norms[first]:.2g}, {last} {norms[last]:.2g}, at the first step")
    if document["run"]:
        say()
        say(f"kept in {document['run']}")
        if document["status"] == "stopped":
            say(f"go on with: dlviz train {document['model']} --run {document['run']} --resume")
