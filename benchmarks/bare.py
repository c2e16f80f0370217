"""The bare loop, in a process of its own: `python -m benchmarks.bare STEPS` prints steps/s after set-up."""

import gc
import sys
import time

import torch

from dlviz.engine.data.load import load_data
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer


def main(steps: int) -> None:
    """Train `cnn` with its defaults on one thread; nothing is kept and nothing is drawn."""
    torch.set_num_threads(1)
    job = Job.of("cnn", (f"steps={steps}",))
    trainer = Trainer(job, load_data(job.data, job.seed, kinds=job.entry.objectives))
    gc.collect()
    gc.freeze()
    times = [time.time() for _ in trainer.steps()]
    print((len(times) - 1) / (times[-1] - times[0]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
