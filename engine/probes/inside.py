"""The probes of the families: attention, hidden states, sample spaces; one file a family beside this one.

Torch-free: a probe's file is imported when it is asked.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from ..runs.run import Record
from .requests import Inside, LookInside

if TYPE_CHECKING:
    from ..training.trainer import Trainer

Probe = Callable[["Trainer", LookInside], Iterable[Record]]

PROBES: dict[str, str] = {
    "arena": "arena.probe:arena",
    "latent": "latent.probe:latent",
    "evidence": "evidence.probe:evidence",
    "attention": "attention.probe:attention",
    "hidden": "hidden.probe:hidden",
    "text": "text.probe:text",
    "denoise": "denoise.probe:denoise",
    "health": "health.probe:health",
}
"""Name of each probe: the function that answers it, as `file:function` in this folder.

A probe changes nothing: neither modes, weights, gradients nor torch's generators. It raises ValueError, one sentence,
for a model in which there is nothing of its kind.
"""


def inside(trainer: "Trainer", look: LookInside) -> Inside:
    """The answer of the probe that `look` names; raises ValueError."""
    file, _, function = PROBES[look.probe].partition(":")
    probe: Probe = getattr(import_module(f".{file}", __package__), function)
    step = trainer.step
    return Inside(step, look.probe, tuple(replace(record, step=step) for record in probe(trainer, look)))
