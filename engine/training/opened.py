"""A stored run's model, taken from its checkpoint without training it on."""

from pathlib import Path

from ..data.load import load_data
from ..runs.open import find_run
from . import checkpoint
from .train import resumed_job
from .trainer import Trainer


def opened(name: str) -> tuple[Path, Trainer]:
    """The directory of the run `name`, and its trainer where the last checkpoint left it.

    Raises ValueError if there is no such run, or none of it was saved.
    """
    directory = find_run(name)
    job = resumed_job(directory)
    state = checkpoint.load(directory)
    if state is None:
        raise ValueError(f"{directory} has no checkpoint: nothing of its model was saved")
    trainer = Trainer(job, load_data(job.data, job.seed, kinds=tuple(job.entry.objectives)))
    trainer.load_state_dict(state)
    return directory, trainer
