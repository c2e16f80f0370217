"""How long a comparison still takes: from paces measured before, and from what the trainings took. Torch-free."""

from statistics import fmean

from ..training.status import Status
from .plan import Plan
from .specs import Spec


class Estimate:
    """Knows each side's pace (s a step) and what a training costs besides its steps: loading, testing, saving."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.pace: dict[str, float] = {}
        self.rest: dict[str, list[float]] = {}
        self._steps = {spec.name: plan.job(spec, plan.seeds[0]).options.steps for spec in plan.trained}

    def learn(self, spec: Spec, steps: int, seconds: float, wall: float) -> None:
        """A training ended after `steps` that took `seconds`, and `wall` with all that belongs to it."""
        self.pace[spec.name] = seconds / max(steps, 1)
        self.rest.setdefault(spec.name, []).append(max(wall - seconds, 0.0))

    def cost(self, spec: Spec) -> float:
        """Seconds that one training takes."""
        return self._steps_cost(spec) + self._rest(spec)

    def overall(self, done: int, spec: Spec, status: Status) -> tuple[float, float]:
        """Share of the whole in 0..1 and seconds left, while `status` tells of training number `done`."""
        costs = [self.cost(one) for one, _ in self.plan.tasks]
        now = self._steps_cost(spec)
        eta = status.eta
        left_now = now * (1 - status.progress) if eta is None or not status.step else eta
        left = left_now + self._rest(spec) + sum(costs[done + 1 :])
        spent = sum(costs[:done]) + now * status.progress
        return (spent / (spent + left) if spent + left > 0 else 0.0), left

    def _steps_cost(self, spec: Spec) -> float:
        if self.plan.seconds is not None:
            return self.plan.seconds
        return self._steps[spec.name] * self.pace.get(spec.name, 0.0)

    def _rest(self, spec: Spec) -> float:
        known = self.rest.get(spec.name) or [one for own in self.rest.values() for one in own]
        return fmean(known) if known else 0.0
