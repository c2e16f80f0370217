"""Train a job of the lab for a lesson, with the lab's own trainer. Imports torch."""

import time

from ...data.load import load_data
from ...training.job import Job
from ...training.trainer import Trainer
from ..kit.training import Progress

EVERY = 0.1
"""Seconds between two tellings."""


def train(job: Job, progress: Progress, share: tuple[float, float] = (0.0, 1.0)) -> Trainer:
    """The trainer of `job` after its last step; `share` is the part of the whole work that this training is."""
    low, high = share
    progress(low, f"{job.model}: loading {job.data}")
    trainer = Trainer(job, load_data(job.data, job.seed, kinds=tuple(job.entry.objectives)))
    told = 0.0
    for step in trainer.steps():
        now = time.monotonic()
        if now - told > EVERY or trainer.done:
            told = now
            numbers = {tag: value for tag, value in step.values.items() if "loss" in tag}
            progress(low + (high - low) * trainer.progress, f"{job.model}: step {step.number}", **numbers)
    return trainer
