"""A job: everything that decides the result of a training. Torch-free."""

from dataclasses import dataclass, replace
from typing import Any

from ..catalog import Entry, find
from ..options import OptionError
from ..recipes.budget import BudgetOptions


def default_options(entry: Entry, data: str) -> BudgetOptions:
    """The entry's options with the defaults that suit `data`, found by its name, else by its kind."""
    if not entry.by_data:
        return entry.options()
    from ..data.load import kind_of, split_source  # numpy: not for those who only list

    name, kind = split_source(data)[0], kind_of(data, entry.objectives)
    return entry.options(**{**entry.by_data.get(kind, {}), **entry.by_data.get(name, {})})


@dataclass(frozen=True, kw_only=True)
class Job:
    """Model, options, data, seed, device and budget; the same job gives the same result, bit for bit.

    The budget is `options.steps`, unless `seconds` is given: then the result depends on the machine.
    """

    model: str
    options: BudgetOptions
    data: str
    seed: int = 0
    seconds: float | None = None
    device: str = "auto"

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**31:
            raise OptionError(f"seed cannot be {self.seed}; allowed: a whole number from 0 to {2**31 - 1}")
        if self.seconds is not None and not 0 < self.seconds <= 31_536_000:
            raise OptionError(f"seconds cannot be {self.seconds:g}; allowed: a number above 0, up to a year")

    @classmethod
    def of(cls, model: str, texts: tuple[str, ...] = (), data: str | None = None, **rest: Any) -> "Job":
        """A job from a catalogue name, `KEY=VALUE` texts, and options or fields by keyword.

        For example `Job.of("cnn", lr=0.02, steps=100, seed=3)`. Raises UnknownModelError, OptionError.
        """
        entry = find(model)
        data = data or entry.data
        options = default_options(entry, data).with_texts(texts)
        for name in rest.keys() - {"seed", "seconds", "device"}:
            options = options.with_value(name, rest.pop(name))
        return cls(model=model, options=options, data=data, **rest)

    def on(self, data: str) -> "Job":
        """The same job on other data; options that had the old data's defaults get those of the new."""
        old, new = default_options(self.entry, self.data), default_options(self.entry, data)
        for name in self.options.rules():
            if (value := getattr(self.options, name)) != getattr(old, name):
                new = new.with_value(name, value)
        return replace(self, data=data, options=new)

    @property
    def entry(self) -> Entry:
        """The catalogue's entry."""
        return find(self.model)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `from_json` reads them."""
        return {
            "model": self.model,
            "data": self.data,
            "seed": self.seed,
            "seconds": self.seconds,
            "device": self.device,
            "options": self.options.to_json(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Job":
        """The job that `to_json` wrote; raises UnknownModelError, OptionError."""
        options = find(values["model"]).options.from_json(values["options"])
        rest = {k: values[k] for k in ("model", "data", "seed", "seconds", "device")}
        return cls(options=options, **rest)
