"""Options declared once: what they mean, what is allowed, and whether they may change in flight.

The command line, the form of the lab and the Python API all read the same declaration. Torch-free.
"""

import dataclasses
import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self, get_type_hints

TRUE, FALSE = ("true", "on", "yes", "1"), ("false", "off", "no", "0")


class OptionError(ValueError):
    """A value that a user gave is not allowed; the text is one sentence for that user."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one option accepts."""

    name: str
    kind: type
    default: Any
    help: str
    group: str = "model"
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    many: bool = False
    live: bool = False

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind is bool:
            return "true or false"
        if self.kind is str:
            return "any text"
        what = "a whole number" if self.kind is int else "a number"
        if self.many:
            what = "whole numbers, comma-separated," if self.kind is int else "numbers, comma-separated,"
        if self.low is None or self.high is None:
            least = "" if self.low is None else f" of at least {self.low:g}"
            return what + least + ("" if self.high is None else f" of at most {self.high:g}")
        form = ",.0f" if self.kind is int else "g"
        return f"{what} from {self.low:{form}} to {self.high:{form}}"

    def parse(self, text: str) -> Any:
        """The value that `text` stands for; raises OptionError."""
        text = text.strip()
        if self.many:
            parts = [part for part in text.replace(" ", ",").split(",") if part]
            return self.check(tuple(self._one(part) for part in parts))
        return self.check(self._one(text))

    def check(self, value: Any) -> Any:
        """`value` in its exact type if it is allowed; raises OptionError."""
        if self.many:
            if not isinstance(value, tuple | list):
                raise self.refuse(value)
            if not value:
                raise OptionError(f"{self.name} is empty; allowed: {self.allowed}, at least one")
            return tuple(self._check_one(part) for part in value)
        return self._check_one(value)

    def refuse(self, value: Any) -> OptionError:
        """The sentence that says what is wrong with `value`."""
        near = difflib.get_close_matches(str(value), self.choices, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else ""
        return OptionError(f"{self.name} cannot be {str(value)!r}; allowed: {self.allowed}{hint}")

    def _one(self, text: str) -> Any:
        if self.kind is bool:
            if text.lower() in TRUE:
                return True
            if text.lower() in FALSE:
                return False
            raise self.refuse(text)
        try:
            return self.kind(text)
        except ValueError:
            raise self.refuse(text) from None

    def _check_one(self, value: Any) -> Any:
        if self.kind is float and type(value) is int:
            value = float(value)
        if type(value) is not self.kind:
            raise self.refuse(value)
        if self.choices and value not in self.choices:
            raise self.refuse(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            low = -math.inf if self.low is None else self.low
            high = math.inf if self.high is None else self.high
            if not low <= value <= high or value in (math.inf, -math.inf):
                raise self.refuse(value)
        return value


def option(default: Any, help: str, **rule: Any) -> Any:  # noqa: A002
    """A dataclass field that carries its Rule: low, high, choices, group, live."""
    return field(default=default, metadata={"help": help, **rule})


@dataclass(frozen=True, kw_only=True)
class Options:
    """Base of every model's options; checks each value against its rule.

    An option called `preset` names an entry of PRESETS: choosing it sets those options at once.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    def __post_init__(self) -> None:
        for name, rule in self.rules().items():
            object.__setattr__(self, name, rule.check(getattr(self, name)))

    @classmethod
    def rules(cls) -> dict[str, Rule]:
        """The rule of each option, in the order of declaration."""
        hints = get_type_hints(cls)
        rules = {}
        for item in fields(cls):
            hint = hints[item.name]
            many = getattr(hint, "__origin__", None) is tuple
            rules[item.name] = Rule(
                name=item.name,
                kind=hint.__args__[0] if many else hint,
                many=many,
                default=item.default,
                **item.metadata,
            )
        return rules

    @classmethod
    def rule(cls, name: str) -> Rule:
        """The rule of the option `name`; raises OptionError with the nearest match."""
        rules = cls.rules()
        if name not in rules:
            near = difflib.get_close_matches(name, rules, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise OptionError(f"no option {name!r}{hint or '; allowed: ' + ', '.join(rules)}")
        return rules[name]

    @classmethod
    def parse(cls, pairs: Iterable[str]) -> Self:
        """Options from `KEY=VALUE` texts; raises OptionError."""
        return cls().with_texts(pairs)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Options from `to_json`'s dictionary; raises OptionError."""
        return cls(**{name: cls.rule(name).check(value) for name, value in values.items()})

    def with_texts(self, pairs: Iterable[str]) -> Self:
        """A copy with the given `KEY=VALUE` texts applied; raises OptionError."""
        values = {}
        for pair in pairs:
            name, equals, text = pair.partition("=")
            if not equals:
                raise OptionError(f"--set wants KEY=VALUE, not {pair!r}")
            values[name.strip()] = self.rule(name.strip()).parse(text)
        return dataclasses.replace(self, **{**self._preset(values), **values})

    def with_value(self, name: str, value: Any) -> Self:
        """A copy with one option changed; raises OptionError."""
        values = {name: self.rule(name).check(value)}
        return dataclasses.replace(self, **{**self._preset(values), **values})

    def _preset(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the preset among `values` sets."""
        return self.PRESETS.get(values.get("preset", ""), {})

    def to_json(self) -> dict[str, Any]:
        """Plain values, as JSON and msgpack have them."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in dataclasses.asdict(self).items()}


def show(value: Any) -> str:
    """An option's value in the form that `parse` reads."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return ",".join(show(part) for part in value)
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return str(value)
