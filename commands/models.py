"""`dlviz models`: the catalogue, and one model with its options."""

import textwrap
from typing import Any

from ..engine.catalog import CATALOG, Entry, find
from ..engine.options import show

FIELDS = ("name", "family", "data", "objective", "parameters", "summary", "views")


def rows() -> list[dict[str, Any]]:
    """Every entry as plain values."""
    return [plain(entry) for entry in CATALOG.values()]


def plain(entry: Entry) -> dict[str, Any]:
    """One entry as plain values."""
    return {field: getattr(entry, field) for field in FIELDS}


def one(name: str) -> dict[str, Any]:
    """One entry with its options; raises UnknownModelError."""
    entry = find(name)
    rules = entry.options.rules().values()
    options = [
        {"name": r.name, "default": r.default, "allowed": r.allowed, "help": r.help, "in_flight": r.live} for r in rules
    ]
    return {**plain(entry), "options": options}


def table() -> str:
    """Every entry in two lines, by family."""
    lines = []
    for family in dict.fromkeys(entry.family for entry in CATALOG.values()):
        lines.append(family)
        for e in CATALOG.values():
            if e.family == family:
                about = f"{e.parameters:,} parameters, {e.objective}, on {e.data}"
                lines += [f"  {e.name:12} {about}", f"  {'':12} {e.summary}"]
    return "\n".join([*lines, "", "dlviz models MODEL tells the options of one"])


def _presets(entry: Entry) -> list[str]:
    """What each preset sets, and what is set by the data."""
    lines = []
    for title, table in (("preset", entry.options.PRESETS), ("on", entry.by_data)):
        for name, values in table.items():
            if values:
                sets = ", ".join(f"{key}={show(value)}" for key, value in values.items())
                lines += textwrap.wrap(f"{title} {name}: {sets}", 100, subsequent_indent=" " * 4)
    return [*lines, ""] if lines else []


def card(name: str) -> str:
    """One entry and its options, for people; raises UnknownModelError."""
    entry = find(name)
    rules = sorted(entry.options.rules().values(), key=lambda rule: rule.group != "model")
    lines = [
        f"{entry.name}: {entry.summary}",
        f"{entry.parameters:,} parameters by default, trained on {entry.data}",
        "",
        *_presets(entry),
    ]
    for rule in rules:
        flag = "~" if rule.live else " "
        about = textwrap.wrap(f"{rule.help}; {rule.allowed}", 72)
        lines.append(f"{flag}{rule.name:16} {show(rule.default):12} {about[0]}")
        lines += [f"{'':31}{more}" for more in about[1:]]
    return "\n".join([*lines, "", "~ may change while the model trains; set with --set KEY=VALUE"])
