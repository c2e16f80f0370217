"""Keeps the answers to subscribed looks fresh, within a small share of the training's time."""

import time
from collections.abc import Callable

from ..data.base import Data
from ..probes.look import look
from ..probes.requests import Answer, LookSketch, Request
from ..text import sanitize
from .job import Job
from .session import Session
from .trainer import Trainer

LEAST_SECONDS = 0.3
SHARE = 0.03
"""All looking together may take this share of the time."""


class Looker:
    """Answers in the engine thread, between two steps."""

    def __init__(self, session: Session, load: Callable[[Job], Data]) -> None:
        self._session = session
        self._load = load
        self._answered: dict[str, tuple[Request, int, int]] = {}
        self._next = self._spent = 0.0
        self._generation = 0
        self._version = 0

    def forget(self) -> None:
        """The model was replaced: every answer is due again."""
        self._generation += 1

    def due(self, trainer: Trainer | None) -> bool:
        """Whether a subscription waits for an answer."""
        wanted = self._session.subscriptions
        gone = self._answered.keys() - wanted.keys()
        return bool(gone) or any(self._answered.get(k) != self._state(r, trainer) for k, r in wanted.items())

    def answer(self, trainer: Trainer | None, training: bool) -> None:
        """Answer what is due; while `training`, a question asked before waits for its turn."""
        wanted = self._session.subscriptions
        for key in self._answered.keys() - wanted.keys():
            del self._answered[key]
            self._session.answer(key, None)
        now = time.monotonic()
        turn = not training or now >= self._next
        for key, request in wanted.items():
            state, before = self._state(request, trainer), self._answered.get(key)
            asked = before is not None and before[0] == request and before[2] == state[2]
            if state == before or (asked and not turn):
                continue
            start = time.monotonic()
            self._version += 1
            try:
                answer = Answer(self._version, request, look(request, trainer, self._load))
            except Exception as error:  # whatever is wrong with a question, the training goes on
                words = error if isinstance(error, ValueError | RuntimeError | OSError) else repr(error)
                answer = Answer(self._version, request, None, sanitize(words))
            self._session.answer(key, answer)
            self._answered[key] = state
            self._spent += time.monotonic() - start
        if turn and self._spent:  # all in one turn, so that what shows several of them is drawn once
            self._next = now + max(LEAST_SECONDS, self._spent / SHARE)
            self._spent = 0.0

    def _state(self, request: Request, trainer: Trainer | None) -> tuple[Request, int, int]:
        """What an answer depends on: the question, the step and which model is loaded."""
        if isinstance(request, LookSketch):
            return request, 0, 0
        return request, trainer.step if trainer else -1, self._generation
