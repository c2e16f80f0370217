"""Configs of runs side by side: nested ones flattened, and what of them differs."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from ..run import Run

UNSET = "(unset)"
"""Stands where a run has no such key."""
MOST, DEEPEST, ITEMS, LONGEST = 10_000, 24, 6, 400
"""Keys of a config, levels of nesting, items of a list and characters of a text that are told."""

_NOISE = re.compile(
    r"(^|[_\-])(dir|dirs|directory|path|paths|file|files|folder|root|cwd|id|uid|uuid|guid|pid|ppid|host|hosts|hostname|"
    r"user|username|time|timestamp|date|datetime|started|ended|created|updated|url|uri|ip|port|address|commit|sha|"
    r"hash|version|versions|argv|command|cmd|executable|nodename)$",
    re.IGNORECASE,
)
_NAMES = frozenset({
    "name", "run_name", "run", "exp_name", "experiment", "experiment_name", "experiment_tag", "trial_name", "job_type",
    "notes", "local_rank", "status", "process_created",
})  # fmt: skip
"""Keys at the top that only name the run."""
_TELLING = re.compile(
    r"data|train|val|test|model|pretrain|token|vocab|config|init|resume|weights|checkpoint_path", re.I
)
_TIMES = re.compile(r"\d{4}-?\d{2}-?\d{2}[T_ -]?\d{2}:?\d{2}")


def flatten(config: Mapping[Any, Any]) -> dict[str, Any]:
    """The leaves of a nested config by dotted keys; lists stay whole, an empty dict is a leaf."""
    found: dict[str, Any] = {}
    for key, value in _leaves(config, "", 0):
        if len(found) >= MOST:
            break
        found[key] = value
    return found


def _leaves(value: Mapping[Any, Any], above: str, depth: int) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        key = f"{above}.{name}" if above else str(name)
        if isinstance(inner, Mapping) and inner and depth < DEEPEST:
            yield from _leaves(inner, key, depth + 1)
        else:
            yield key, inner


def tell(value: Any) -> str:
    """A value in one short form, equal for what means the same: `0.10`, "0.1" and 0.1 are `0.1`."""
    number = as_number(value)
    if number is not None and not isinstance(value, bool):
        return _number(number)
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = value[: LONGEST + 1]
        low = text.strip().lower()
        return low if low in ("true", "false", "none") else text if len(text) <= LONGEST else text[:LONGEST] + "…"
    if isinstance(value, Mapping):
        return "{}" if not value else "{" + f"{len(value)} keys" + "}"
    if isinstance(value, list | tuple | set | frozenset):
        items = list(value)
        shown = ", ".join(tell(item) for item in items[:ITEMS])
        return f"[{shown}, … {len(items)}]" if len(items) > ITEMS else f"[{shown}]"
    try:
        text = str(value)
    except Exception:  # a foreign object may fail to say what it is
        text = f"<{type(value).__name__}>"
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _number(number: float) -> str:
    if number == number and abs(number) < 1e15 and number == int(number):
        return str(int(number))
    short = f"{number:g}"
    return short if math.isnan(number) or float(short) == number else repr(number)


def as_number(value: Any) -> float | None:
    """The number that a value is or spells; None for what is none (a bool is none)."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if isinstance(value, str) and len(value) <= 40 and "_" not in value:
        try:
            return float(value)
        except ValueError:
            return None
    return None


def same(a: Any, b: Any) -> bool:
    """Whether two values mean the same; lists are compared whole."""
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return tell(a) == tell(b)


def identity(value: Any) -> str:
    """A text that is equal for values that mean the same, and for no others."""
    if isinstance(value, list | tuple):
        return "[" + ",".join(identity(item) for item in value[:1000]) + f"]{len(value)}"
    return value.strip() if isinstance(value, str) and len(value) > LONGEST else tell(value)


def is_noise(key: str, values: Iterable[Any] = ()) -> bool:
    """Whether a key differs from run to run of itself: paths, ids, hosts, times. Data and models are none of these."""
    last = key.rpartition(".")[2]
    if key.lower() in _NAMES or key.startswith(("_wandb.", "wandb_version")):
        return True
    told = [value for value in values if isinstance(value, str)]
    if told and all(_TIMES.search(value[:200]) for value in told):
        return not _TELLING.search(last)
    return bool(_NOISE.search(last)) and not _TELLING.search(last)


_flat: "WeakKeyDictionary[Run, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]" = WeakKeyDictionary()


def config_of(run: Run) -> dict[str, Any]:
    """The flat config of a run; flattened again only when the run tells another."""
    known = _flat.get(run)
    if known is not None and known[0] is run.config and _equal(known[1], run.config):
        return known[2]
    flat = flatten(run.config)
    _flat[run] = (run.config, dict(run.config), flat)
    return flat


def _equal(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return len(a) == len(b) and all(key in b and b[key] is value for key, value in a.items())


@dataclass(frozen=True)
class Differences:
    """The keys of some configs: those that differ, those that differ of themselves (noise), those that are the same."""

    keys: tuple[str, ...]
    noise: tuple[str, ...]
    same: tuple[str, ...]
    untold: int
    """How many runs tell no config at all; they are not compared."""


def differences(runs: Sequence[Run]) -> Differences:
    """What differs among the configs of `runs`; a missing key counts as a value of its own."""
    flats = [flat for run in runs if (flat := config_of(run))]
    order = {key: None for flat in flats for key in flat}
    keys, noise, alike = [], [], []
    for key in order:
        seen = {identity(flat[key]) if key in flat else UNSET for flat in flats}
        if len(seen) < 2:
            alike.append(key)
        elif is_noise(key, (flat[key] for flat in flats if key in flat)):
            noise.append(key)
        else:
            keys.append(key)
    return Differences(tuple(keys), tuple(noise), tuple(alike), len(runs) - len(flats))
