"""What the engine says of itself: one frozen snapshot, replaced as a whole. Torch-free."""

from dataclasses import dataclass

ACTIVE = ("loading", "running", "paused")
"""States in which quitting would lose something, were nothing saved."""
ENDED = ("finished", "stopped", "failed")


@dataclass(frozen=True, kw_only=True)
class Status:
    """State and pace of the engine.

    `state` is idle (nothing loaded), loading, ready, running, paused, finished, stopped or failed.
    """

    state: str = "idle"
    model: str = ""
    run: str = ""
    """Path of the run directory, empty before the first step."""
    step: int = 0
    steps: int = 0
    """The budget in steps; 0 if the budget is in seconds."""
    seconds: float = 0.0
    """Time spent in steps so far."""
    budget_seconds: float = 0.0
    rate: float = 0.0
    """Steps a second of late."""
    loss: float = float("nan")
    """The first of the objective's curves, of the latest batch."""
    curve: str = "loss/train"
    """The tag of that curve."""
    device: str = ""
    memory: int = 0
    """Resident bytes of the process."""
    parameters: int = 0
    diverged_at: int = 0
    """The first step at which the loss was no finite number; 0 if it always was one."""
    snapshot: int = 0
    """At which of the `snapshots` in memory it stands, counted from 1; 0 if at none."""
    snapshots: int = 0
    ahead: int = 0
    """After going back, the step that lies furthest ahead; else 0."""
    replaying: int = 0
    """The step up to which it is trained again as it was; else 0."""
    moves: int = 0
    """How often it went back or forth."""
    message: str = ""
    """One line for the user: what is going on, or what failed."""
    trace: str = ""
    misuse: bool = False
    """Whether a failure is one of usage: an option that is not allowed for this data."""

    @property
    def loss_name(self) -> str:
        """What `loss` is, in words: loss, bits per char, generator loss."""
        what, _, whose = self.curve.partition("/")
        return f"{'' if whose in ('train', '') else whose + ' '}{what}".replace("_", " ")

    @property
    def eta(self) -> float | None:
        """Seconds until the budget is used up, if that can be told."""
        if self.budget_seconds:
            return max(self.budget_seconds - self.seconds, 0.0)
        if self.steps and self.rate > 0:
            return max(self.steps - self.step, 0) / self.rate
        return None

    @property
    def progress(self) -> float:
        """Share of the budget used, in 0..1."""
        if self.budget_seconds:
            return min(self.seconds / self.budget_seconds, 1.0)
        return min(self.step / self.steps, 1.0) if self.steps else 0.0
