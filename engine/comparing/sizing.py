"""What a model costs before it is trained: parameters, multiply-adds, a first idea of its pace.

Builds and steps a model that is thrown away, where no session runs: so wrong options are found before anything was
trained, and the first model that is trained does not pay for what torch sets up once.
"""

from dataclasses import dataclass

import torch
from torch.utils.flop_counter import FlopCounterMode

from ..data.load import load_data
from ..training.job import Job
from ..training.trainer import Trainer

STEPS = 3


@dataclass(frozen=True)
class Size:
    """Fitted numbers, products of two numbers for one example (0: none were met), and seconds for one step."""

    parameters: int
    multiply_adds: int
    pace: float


def size_up(job: Job, threads: int = 1) -> Size:
    """Build the job's model and take a few steps; raises OptionError, DataError."""
    torch.set_num_threads(threads)
    data = load_data(job.data, job.seed, kinds=tuple(job.entry.objectives))
    trainer = Trainer(job, data)
    count = multiply_adds(trainer, job, data)
    times: list[float] = []
    for step in trainer.steps():
        times.append(trainer.seconds - sum(times))
        if step.number >= STEPS or trainer.seconds > 1.0:
            break
    return Size(trainer.parameters, count, min(times, default=0.0))


def multiply_adds(trainer: Trainer, job: Job, data: object) -> int:
    """Products of two numbers in matrix products and convolutions, of one forward pass of one example."""
    inputs = [x.to(trainer.device) for x in trainer.objective.specimen(job.options, data)]
    model, training = trainer.model, trainer.model.training
    counter = FlopCounterMode(display=False)
    model.eval()
    try:
        with torch.no_grad(), counter:
            model(*inputs)
    finally:
        model.train(training)
    return int(counter.get_total_flops()) // 2
