"""Short names that tell runs apart: by the settings that differ, else by the end of their names.

Knows nothing of any screen.
"""

import re
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len

from ....engine.options import show
from ....engine.runs.run import Run
from ....engine.text import sanitize

MOST, LONGEST = 2, 24
"""So many settings at most make a name, and so many columns."""


def short_names(runs: Sequence[Run]) -> tuple[str, ...]:
    """A name for each of `runs`, no two alike: `lr=0.02` where one or two settings differ, else `072331`."""
    return _by_settings(runs) or _by_name(runs)


def _by_settings(runs: Sequence[Run]) -> tuple[str, ...]:
    """The settings that differ, of those that all runs have; nothing if they are many, long or no name for each."""
    settings = [_settings(run) for run in runs]
    shared = [key for key in settings[0] if all(key in other for other in settings)] if settings else []
    differing = [key for key in shared if len({one[key] for one in settings}) > 1]
    if not 1 <= len(differing) <= MOST:
        return ()
    names = tuple(" ".join(one[k] if k == "model" else f"{k}={one[k]}" for k in differing) for one in settings)
    fits = all(cell_len(name) <= LONGEST for name in names)
    return names if fits and len(set(names)) == len(names) else ()


def _settings(run: Run) -> dict[str, str]:
    """What a run was trained with, in words; a run of another program may tell nothing."""
    options = run.config.get("options")
    own: dict[Any, Any] = {key: run.config[key] for key in ("model", "data", "seed") if key in run.config}
    both = {**own, **{k: v for k, v in options.items() if k not in own}} if isinstance(options, dict) else own
    return {sanitize(key): sanitize(show(value)) for key, value in both.items()}


def _by_name(runs: Sequence[Run]) -> tuple[str, ...]:
    """The names without the parts that all begin with; equal ones are numbered."""
    parts = [re.findall(r"[^-/]*[-/]|[^-/]+", sanitize(run.name)) for run in runs]
    common = 0
    while all(len(p) > common + 1 and p[common] == parts[0][common] for p in parts) and len(parts) > 1:
        common += 1
    names: list[str] = []
    for p in parts:
        base = name = "".join(p[common:])
        number = 1
        while name in names:
            number += 1
            name = f"{base} #{number}"
        names.append(name)
    return tuple(names)
