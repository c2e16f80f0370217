"""A session that answers at once what a probe finds in a model of its own, without a thread."""

from typing import Any

from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import Answer, LookInside, Request
from dlviz.engine.runs.run import Run
from dlviz.engine.training.status import Status


class Answering:
    """Answers at once what the probe finds, unless told to wait."""

    def __init__(self, trainer: Any) -> None:
        self.trainer = trainer
        self.run = Run("fake")
        self.status = Status(state="running", model=trainer.job.model)
        self.answers: dict[str, Answer] = {}
        self.asked: dict[str, LookInside] = {}
        self.waiting = False
        self.version = 0

    def subscribe(self, key: str, request: Request | None) -> None:
        """Record the wish, and answer it."""
        self.asked.pop(key, None)
        if isinstance(request, LookInside):
            self.asked[key] = request
            if not self.waiting:
                self.respond()

    def respond(self) -> None:
        """Answer all that is asked for."""
        for key, request in self.asked.items():
            self.version += 1
            try:
                self.answers[key] = Answer(self.version, request, inside(self.trainer, request))
            except ValueError as error:
                self.answers[key] = Answer(self.version, request, None, str(error))
