"""What the engine says: its status, lines for the user, how far long work is."""

from dataclasses import replace

from ..text import sanitize
from .pace import Pace
from .recorder import Recorder
from .session import Session
from .standing import standing
from .status import Status
from .trainer import Trainer
from .travel import Travel


class Voice:
    """The part of the engine that speaks, and what it speaks of: whatever is loaded."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.trainer: Trainer | None = None
        self.recorder: Recorder | None = None
        self._travel: Travel | None = None
        self._pace = Pace()

    def _murmur(self, message: str) -> None:
        """Say what is going on, whatever the state."""
        self._publish(replace(self.session.status, message=sanitize(message)))

    def _say(self, state: str, message: str, trace: str = "") -> None:
        status = replace(self.session.status, state=state, message=sanitize(message), trace=trace)
        if self.trainer is not None:
            status = standing(self.trainer, self.recorder, self._travel, self._pace.rate, status)
        self._publish(status)

    def _publish(self, status: Status) -> None:
        self.session.publish(status)

    def _print(self, line: str) -> None:
        line = sanitize(line)
        self.session.log.write(line)
        if self.recorder is not None:
            self.recorder.print(line)
