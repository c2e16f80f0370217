"""Going to another step of the training that is loaded: between two commands, never for long."""

from . import commands
from .looker import Looker
from .trainer import Trainer
from .travel import Travel
from .voice import Voice

MOVABLE = ("running", "paused", "finished", "stopped")


class Moving(Voice):
    """The part of the engine that goes back and forth in a training."""

    _looker: Looker
    _left: int
    """Steps that may be taken before pausing; -1 without limit, 0 while standing."""
    _not_before: float

    def _describe(self, trainer: Trainer) -> None:
        raise NotImplementedError

    def _pause(self) -> None:
        raise NotImplementedError

    def _move(self, command: commands.Back | commands.Forward) -> None:
        """Go to another step of the training; a replay up to it is done between commands, as training is."""
        state = self.session.status.state
        if self._travel is None or self.trainer is None or state not in MOVABLE:
            return
        if self._left and self.recorder is not None:
            self._pause()
            self.recorder.checkpoint(self.trainer)
        if refused := self._travel.move(command, state):
            self._print(refused)
            self._say(self.session.status.state, refused)
        elif self._travel.goal >= 0:
            self._left, self._not_before = -1, 0.0
            self._say("running", f"training again up to step {self._travel.goal:,}")
        else:
            self._stand(self._travel)

    def _arrive(self, travel: Travel) -> None:
        travel.arrive()
        self._stand(travel)

    def _stand(self, travel: Travel) -> None:
        """Stand still at another step of the training."""
        self._left = 0
        self._looker.forget()
        self._say(self.session.run.status, "")
        if self.trainer is not None:
            self._describe(self.trainer)
            self._print(f"at step {self.trainer.step:,}: snapshot {travel.number} of {len(travel.snapshots)}")
