"""Where in the training a line stands: counters that start anew in each epoch become steps that only grow."""

from dataclasses import dataclass, field

from .names import BATCH


@dataclass
class Lap:
    """What the counters of one kind of line have been."""

    first: int
    last: int
    epoch: int | None
    line: int
    step: int
    """The step that was made of the last count."""
    offset: int = 0
    stride: int = 1
    within: bool = True
    """Whether the count starts anew in each epoch, as far as was seen."""

    def single(self, n: int) -> bool:
        """Whether the count never was another than `n`."""
        return self.first == n and not self.offset


@dataclass
class Place:
    """A step, what it counts (`step`, `epoch`), and from which step on earlier points are void after a resume."""

    step: int
    kind: str
    void: int | None = None


@dataclass
class Course:
    """The counters of one log."""

    laps: dict[object, Lap] = field(default_factory=dict)
    epoch: int | None = None
    """The epoch that a line named last."""
    base: int = 1
    """The number of the first epoch: 0 or 1."""
    reached: int | None = None
    """The newest step of the training."""
    steps: int | None = None
    epochs: int | None = None
    """How many there are to be."""
    broken: int = 0
    """The last line that was no known metric's: a resume has such lines before it."""

    def enter(self, epoch: int, epochs: int | None) -> None:
        """Note the epoch that a line names."""
        if self.epoch is None or epoch == 0:
            self.base = 0 if epoch == 0 else 1
        self.epoch = epoch
        if epochs:
            self.epochs = epochs

    def count(
        self,
        key: object,
        line: int,
        n: int,
        total: int | None,
        epoch: int | None,
        rank: int,
        held: bool,
        again: bool = False,
    ) -> Place:
        """The step of a line that counts steps or batches; `again` if later lines were taken before."""
        batch = rank >= BATCH or (total is not None and epoch is not None)
        if epoch is None and batch:
            epoch = self.epoch
        lap = self.laps.get(key)
        if held and batch and self.reached is not None and (not total or n >= total) and (lap is None or lap.single(n)):
            return Place(self.reached, "step")
        if again and lap is not None and n < lap.last:
            return Place(n + lap.offset, "step")
        made = n
        void = None
        if lap is None:
            if batch and total and epoch is not None and not self._whole(rank, n, total, epoch):
                made = max(epoch - self.base, 0) * total + n
            lap = self.laps[key] = Lap(n, n, epoch, line, made, made - n)
        else:
            turned = epoch is not None and epoch != lap.epoch
            if batch and total and epoch is not None and lap.within:
                if turned and n > lap.last and lap.last < 0.9 * total:
                    lap.within, lap.offset = False, 0
                elif turned:
                    later = max(epoch - self.base, 0) * total
                    lap.offset = later if later + n > lap.step else lap.offset + total
                elif n < lap.last:
                    lap.offset = lap.step - lap.last + total
            elif (turned and n <= lap.last) or n < lap.last:
                void = self._back(lap, n, total, turned or batch, line)
            elif n > lap.last:
                lap.stride = n - lap.last
            made = n + lap.offset
            lap.last, lap.epoch, lap.line, lap.step = n, epoch, line, made
        if not held:
            self.reached = made
            if total:
                of = total * self.epochs if epoch is not None and batch and lap.within and self.epochs else total
                self.steps = max(of, lap.offset + total if batch else total)
        return Place(made, "step", void)

    def _whole(self, rank: int, n: int, total: int, epoch: int) -> bool:
        """Whether a count of steps runs over all epochs, as far as its share of the total tells."""
        past = epoch - self.base
        return rank < BATCH and self.epochs is not None and past > 0 and past <= n / total * self.epochs <= past + 1

    def restart(self, key: object) -> None:
        """The count of these lines starts anew although it has not gone back: a bar is drawn a second time."""
        lap = self.laps.get(key)
        if lap is not None:
            lap.offset = lap.step
            lap.last = -1

    def turn(self, key: object, line: int, epoch: int, again: bool = False) -> Place:
        """The step of a line that counts epochs only."""
        lap = self.laps.get(key)
        if again and lap is not None and epoch < lap.last:
            return Place(epoch + lap.offset, "epoch")
        if lap is None:
            lap = self.laps[key] = Lap(epoch, epoch, None, line, epoch)
            return Place(epoch, "epoch")
        void = self._back(lap, epoch, None, False, line) if epoch < lap.last else None
        lap.last, lap.line, lap.step = epoch, line, epoch + lap.offset
        return Place(lap.step, "epoch", void)

    def _back(self, lap: Lap, n: int, total: int | None, anew: bool, line: int) -> int | None:
        """A count went back: it starts anew, or the training was resumed; then the step from which points are void."""
        if anew or n <= lap.first:
            lap.offset += total or lap.last + lap.stride - min(n, lap.first)
            return None
        if self.broken > lap.line:
            return n + lap.offset
        return None
