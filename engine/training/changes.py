"""Changing an option of a training in flight."""

from ..options import OptionError, show
from .trainer import Trainer


def change(trainer: Trainer, name: str, text: str) -> str:
    """Set the option `name` from `text`; returns what changed in words, or nothing if it was so before.

    Raises OptionError for a value that is not allowed, and for an option that cannot change in flight.
    """
    rules = trainer.options.rules()
    rule = trainer.options.rule(name)
    if not rule.live:
        live = ", ".join(r.name for r in rules.values() if r.live)
        raise OptionError(f"{name} cannot change in flight; these can: {live}")
    value, before = rule.parse(text), getattr(trainer.options, name)
    if value == before:
        return ""
    trainer.change(name, value)
    return f"{name} {show(before)} → {show(value)}"
