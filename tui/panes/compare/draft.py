"""What the Compare form says: models, data, seeds, budget. Knows nothing of any widget."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ....engine.catalog import CATALOG
from ....engine.comparing.plan import Plan, plan
from ....engine.text import in_words

SEEDS = (1, 2, 3, 5, 10)
BUDGETS = ("own", "100 steps", "300 steps", "1000 steps", "3000 steps", "10 s", "30 s", "60 s")
OWN = "own"
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The next comparison: `ticked` are specs in the order chosen, `typed` those that are not plain model names."""

    ticked: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    data: str = OWN
    seeds: int = 3
    budget: str = OWN

    @property
    def offered(self) -> tuple[str, ...]:
        """What can be ticked: the catalogue, then what was typed."""
        return (*CATALOG, *self.typed)

    def toggled(self, spec: str) -> "Draft":
        """A copy with a spec ticked, or not."""
        kept = tuple(one for one in self.ticked if one != spec)
        return replace(self, ticked=kept if spec in self.ticked else (*self.ticked, spec))

    def with_typed(self, text: str) -> "Draft":
        """A copy with one more spec, ticked."""
        text = text.strip()
        typed = self.typed if text in self.offered else (*self.typed, text)
        return replace(self, typed=typed, ticked=self.ticked if text in self.ticked else (*self.ticked, text))

    def turned(self, name: str, by: int) -> "Draft":
        """A copy with data, seeds or budget moved to a neighbouring choice."""
        if name == "data":
            return replace(self, data=beside(sources(), self.data, by))
        if name == "seeds":
            return replace(self, seeds=beside(SEEDS, self.seeds, by))
        return replace(self, budget=beside(BUDGETS, self.budget, by))

    @property
    def steps(self) -> int | None:
        """The budget in steps."""
        return int(self.budget.split()[0]) if self.budget.endswith("steps") else None

    @property
    def seconds(self) -> float | None:
        """The budget in seconds."""
        return float(self.budget.split()[0]) if self.budget.endswith(" s") else None

    def check(self) -> tuple[Plan | None, str]:
        """The plan, or what is wrong with it in a sentence."""
        if len(self.ticked) < 2:
            return None, "tick two or more"
        try:
            data = None if self.data == OWN else self.data
            return plan(self.ticked, data=data, seeds=self.seeds, steps=self.steps, seconds=self.seconds), ""
        except (ValueError, OSError) as error:
            return None, in_words(error)

    def words(self, directory: str, threads: int) -> list[str]:
        """The command line that compares this in another process."""
        words = ["compare", *self.ticked, "--seeds", str(self.seeds), "--run", directory, "--json"]
        words += ["--threads", str(threads)]
        for name, value in (("steps", self.steps), ("seconds", self.seconds)):
            words += [] if value is None else [f"--{name}", str(value)]
        return words if self.data == OWN else [*words, "--data", self.data]


def sources() -> tuple[str, ...]:
    """The models' own data, or one of the data sets with a name."""
    from ....engine.data.load import SOURCES  # its readers: not on the way to the first picture

    return (OWN, *SOURCES)


def beside(choices: Sequence[T], now: T, by: int) -> T:
    """The choice `by` places after `now`, around the end."""
    return choices[((choices.index(now) if now in choices else 0) + by) % len(choices)]
