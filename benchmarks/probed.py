"""The lab with a clock in its event loop: `python -m benchmarks.probed OUT MODEL STEPS RUN`.

Every delay of a 5 ms sleep is written to OUT as "time delay" lines, in seconds, when the lab ends.
"""

import asyncio
import sys
import time
from pathlib import Path

from dlviz.engine.training.commands import Load
from dlviz.engine.training.job import Job
from dlviz.tui.app import DlvizApp

EVERY = 0.005


class Probed(DlvizApp):
    """The lab, and a task that notes how late it is woken."""

    def on_mount(self) -> None:
        """Start the clock."""
        self.delays: list[tuple[float, float]] = []
        self.run_worker(self._watch())

    async def _watch(self) -> None:
        while True:
            asleep = time.perf_counter()
            await asyncio.sleep(EVERY)
            self.delays.append((time.time(), time.perf_counter() - asleep - EVERY))


def main(out: str, model: str, steps: str, run: str) -> None:
    """Run it, training at once."""
    job = Job.of(model, (f"steps={steps}",))
    app = Probed(load=Load(job=job, run_dir=run, start=True))
    app.run()
    Path(out).write_text("".join(f"{at} {delay}\n" for at, delay in app.delays))


if __name__ == "__main__":
    main(*sys.argv[1:])
