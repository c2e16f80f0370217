"""Which series belong on one chart: by what they measure, whatever the convention of their tags.

`loss/train`, `train/loss`, `train_loss` and `loss` all measure the loss. Knows nothing of any screen.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SPLITS = {"train", "training", "val", "valid", "validation", "test", "eval", "evaluation", "dev"}
_HELD_OUT = _SPLITS - {"train", "training"}
_MEANINGS: dict[str, tuple[set[str], ...]] = {
    "loss": ({"loss"}, {"nll"}),
    "accuracy": ({"accuracy"}, {"acc"}),
    "learning rate": ({"lr"}, {"learning", "rate"}),
    "gradient norm": ({"grad", "norm"}, {"gradient", "norm"}, {"gnorm"}),
    "calibration error (ECE)": ({"ece"},),
    "bits per character": ({"bits", "per", "char"},),
}
"""The groups that come first, with the words that a tag must hold to belong to one."""


@dataclass(frozen=True)
class Member:
    """A series on a chart: its short name there, and how it wants to be drawn."""

    tag: str
    label: str
    held_out: bool
    noisy: bool


def groups(tags: Iterable[str]) -> dict[str, list[Member]]:
    """The charts of `tags` by name: those of known meaning first, then the others as they appear."""
    found: dict[str, list[Member]] = {name: [] for name in _MEANINGS}
    for tag in tags:
        name, label, split = _place(tag)
        noisy = not split & _HELD_OUT and name != "learning rate"
        found.setdefault(name, []).append(Member(tag, label, bool(split & _HELD_OUT), noisy))
    return {name: _distinct(members) for name, members in found.items() if members}


def _place(tag: str) -> tuple[str, str, set[str]]:
    """The group of a tag, its label there, and the words in it that name a split."""
    words = [word for word in re.split(r"[/_.:\-\s]+", tag) if word]
    lower = [word.lower() for word in words]
    split = _SPLITS.intersection(lower)
    for name, needs in _MEANINGS.items():
        need = next((need for need in needs if need <= set(lower)), None)
        if need:
            rest = [word for word, low in zip(words, lower, strict=True) if low not in need]
            return name, " ".join(rest) or name, split
    parts = [part for part in tag.split("/") if part and part.lower() not in _SPLITS] or [tag]
    rest = [part for part in tag.split("/") if part and part != parts[0]]
    return parts[0], " ".join(rest) or parts[0], split


def _distinct(members: list[Member]) -> list[Member]:
    """The same with whole tags as labels where short ones would be equal; training before held-out data."""
    labels = [member.label for member in members]
    named = [Member(m.tag, m.tag if labels.count(m.label) > 1 else m.label, m.held_out, m.noisy) for m in members]
    return sorted(named, key=lambda member: member.held_out)
