"""What logging costs the training's own thread, beside PyTorch's SummaryWriter."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

import dlviz

from .report import Figure, figure, median

SCALARS, ROUNDS = 5_000, 7


def measure() -> list[Figure]:
    """Scalars in bursts, alternating between the two; the figure is the caller's time for one."""
    ours: list[float] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        run, writer = dlviz.Run(Path(folder) / "ours"), SummaryWriter(str(Path(folder) / "theirs"))
        for k in range(ROUNDS):
            ours.append(_each(lambda step: run.log(step, loss=0.5), k))
            theirs.append(_each(lambda step: writer.add_scalar("loss", 0.5, step), k))
        start = time.perf_counter()
        run.close()
        drained = time.perf_counter() - start
        writer.close()
    base = median(theirs)
    return [
        figure("a scalar on the caller's thread", "µs", median(ours), "SummaryWriter.add_scalar", base, most=20),
        figure(f"closing, of {SCALARS * ROUNDS:,} scalars what is not yet written", "s", drained),
    ]


def _each(log: Callable[[int], None], round_: int) -> float:
    start = time.perf_counter()
    for step in range(round_ * SCALARS, (round_ + 1) * SCALARS):
        log(step)
    return (time.perf_counter() - start) / SCALARS * 1e6
