"""How a training stands, as the snapshot that others see."""

from dataclasses import replace

import psutil

from .recorder import Recorder
from .status import Status
from .trainer import Trainer
from .travel import Travel

PROCESS = psutil.Process()


def standing(trainer: Trainer, recorder: Recorder | None, travel: Travel | None, rate: float, status: Status) -> Status:
    """`status` with everything that the trainer and its recorder know; `rate` is in steps a second."""
    seconds = trainer.job.seconds
    return replace(
        status,
        model=trainer.job.model,
        run=recorder.path if recorder else "",
        step=trainer.step,
        steps=0 if seconds else trainer.options.steps,
        seconds=trainer.seconds,
        budget_seconds=seconds or 0.0,
        rate=rate,
        loss=recorder.loss if recorder else float("nan"),
        curve=trainer.objective.CURVES[0],
        device=str(trainer.device),
        memory=int(PROCESS.memory_info().rss),
        parameters=trainer.parameters,
        diverged_at=recorder.diverged_at if recorder else 0,
        snapshot=travel.number if travel else 0,
        snapshots=len(travel.snapshots) if travel else 0,
        ahead=travel.ahead if travel else 0,
        replaying=max(travel.goal, 0) if travel else 0,
        moves=travel.moves if travel else 0,
        misuse=False,
    )
