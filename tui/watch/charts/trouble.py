"""What is wrong at a place of a chart, in as many words as there is room for. Knows nothing of any widget."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ....engine.runs.analysis.findings import Finding
from ...render.curve_frame import Mark
from ...render.numbers import shorten

WORDS = {"spike": "spike", "plateau": "flat since", "stalled": "stalled", "slow": "slow since"}
SHORT = 12
"""Columns of a run's name where there is little room."""
_VALUE = re.compile(r" is (NaN|minus infinite|infinite)\b")


@dataclass(frozen=True)
class Trouble:
    """What is wrong at `x`: with the run `name` ("" if there is one alone), in a sentence, and in a few words."""

    x: float
    name: str
    kind: str
    text: str
    brief: str

    @property
    def mark(self) -> Mark:
        """As a mark of a chart."""
        return self.x, f"{self.name}: {self.text}" if self.name else self.text, "bad"


def told(finding: Finding) -> str:
    """What and where in few words: `NaN at 400`."""
    value = _VALUE.search(finding.text)
    word = WORDS.get(finding.kind, finding.kind)
    if finding.kind == "nonfinite":
        word = {"NaN": "NaN", "infinite": "inf", "minus infinite": "-inf"}[value[1]] if value else "not finite"
    return f"{word} {finding.step:,}" if word.endswith("since") else f"{word} at {finding.step:,}"


def variants(found: Sequence[Trouble]) -> tuple[str, ...]:
    """The first of what was found, the longest wording first; never a name without its reason."""
    if not found:
        return ()
    first = found[0]
    more = f" +{len(found) - 1}" if len(found) > 1 else ""
    many = f" and {len(found) - 1} more" if len(found) > 1 else ""
    names = [f"{name}: " for name in (first.name, shorten(first.name, SHORT))] if first.name else [""]
    texts = [name + first.text + many for name in names] + [name + first.brief + more for name in names]
    return tuple(dict.fromkeys(f"! {text}" for text in (*texts, first.brief + more, first.brief)))
