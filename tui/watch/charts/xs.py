"""What the x axis can be: step, time since a run began, time of day, or a tag that only ever grows.

Knows nothing of any screen.
"""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from ....engine.runs.run import Run
from ....engine.runs.series import Series
from .tags import natural

ALWAYS = ("step", "time", "clock")
NAMES = {"step": "step", "time": "relative time", "clock": "wall time"}
MOST = 6
"""So many tags are gone through by a key; any other can be typed."""
_LIKELY = re.compile(r"epoch|token|sample|timestep|step|iter|example|flops|time|_runtime", re.IGNORECASE)


def choices(runs: Sequence[Run]) -> list[str]:
    """What a key goes through: `epoch` first of the tags, then others that count what has passed."""
    tags = dict.fromkeys(tag for run in runs for tag in tuple(run.series))
    likely = sorted((tag for tag in tags if _LIKELY.search(tag) and tag not in ALWAYS), key=_rank)
    return [*ALWAYS, *[tag for tag in likely if grows(held(runs, tag))][:MOST]]


def following(runs: Sequence[Run], x: str) -> str:
    """The choice after `x`."""
    known = choices(runs)
    return known[(known.index(x) + 1) % len(known)] if x in known else known[0]


def held(runs: Iterable[Run], tag: str) -> list[Series]:
    """The series of a tag."""
    return [series for run in runs if (series := run.series.get(tag)) is not None]


def grows(series: Sequence[Series]) -> bool:
    """Whether some series has more than one value, and no series ever falls."""
    rising = False
    for one in series:
        values = one.points().values
        if not np.isfinite(values).all() or bool((values[1:] < values[:-1]).any()):
            return False
        rising = rising or (len(values) > 1 and bool(values[-1] > values[0]))
    return rising


def typed(text: str, tags: Sequence[str]) -> tuple[str, list[str]]:
    """The x that a text names, "" if it names none or several, and what it could mean."""
    text = text.strip()
    words = {name: name for name in ALWAYS} | {words: name for name, words in NAMES.items()}
    if text in words:
        return words[text], [text]
    if text in tags:
        return text, [text]
    could = [tag for tag in (*ALWAYS, *sorted(tags, key=natural)) if text.lower() in tag.lower()]
    return (could[0] if len(could) == 1 and text else ""), could


def _rank(tag: str) -> tuple[object, ...]:
    last = tag.lower().rpartition("/")[2]
    order = ("epoch", "tokens", "total_timesteps", "global_step", "_runtime")
    return (order.index(last) if last in order else len(order), natural(tag))
