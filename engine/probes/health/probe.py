"""How well a model is, layer by layer: outputs over a batch, gradients, weights and how far one update moves them.

The model is looked at as it answers: in evaluation mode, its own weights and not their slow average.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...objectives.objective import Objective
from ...runs.run import Record
from ...text import sanitize
from ..requests import LookInside
from ..structure import structure
from .feeds import feeds
from .layers import Outputs, Part, outputs, parts
from .memory import BATCHES, MEMORIES, History, Memory
from .records import distribution, histories, table
from .trial import Trial, untried
from .verdicts import Vitals, headline, judge
from .weights import Gradients, gradients, histogram, norm

if TYPE_CHECKING:
    from ...training.trainer import Trainer

EXAMPLES, FEWEST = 64, 4
"""Examples in a batch at most; and at least, of models that compute much."""
WORK = 3e8
"""Multiply-adds of one look that are quick enough."""
SPLIT = "val"


def health(trainer: "Trainer", look: LookInside) -> Iterator[Record]:
    """A record `health` of all layers, in the order of the forward pass; and of the layer in the setting `layer`
    records of kind `histograms` (its weights over the looks) and `histogram` (its outputs now).

    Raises ValueError for a model without weights and non-linearities, or without that layer.
    """
    model, step = trainer.model, trainer.step
    told = parts(model)
    if not told:
        name = trainer.job.model
        raise ValueError(f"{name} learns by counting: it has no gradients, and no layers whose health could be told")
    chosen = str(look.get("layer", ""))
    if chosen and chosen not in told:
        raise ValueError(f"no layer {sanitize(chosen, limit=40)!r} (there are: {', '.join(told)})")
    memory = MEMORIES.setdefault(model, Memory())
    met = _examined(trainer.objective, memory, told, step, chosen, untried(trainer))
    order = [told[name] for name in (*met, *(name for name in told if name not in met))]
    trial = _tried(trainer, memory)
    grads = [trial.gradients[part.name] if trial else gradients(part.parameters) for part in order]
    ratios = [trial.ratios[part.name] if trial else memory.updates.ratio(part.weights) for part in order]
    norms = [norm(part.weights) for part in order]
    vitals = [
        _vitals(part, met.get(part.name), grad, size, ratio, memory, last=k == len(met) - 1)
        for k, (part, grad, size, ratio) in enumerate(zip(order, grads, norms, ratios, strict=True))
    ]
    _note(memory, vitals, step)
    verdicts = judge(vitals, memory.batches, trial.factor if trial else memory.updates.factor)
    said = headline([part.name for part in order], verdicts, _where(memory))
    yield table(order, met, grads, norms, vitals, verdicts, memory, trial, said)
    if chosen:
        if chosen in memory.histories:
            yield histories(chosen, memory.histories[chosen])
        if chosen in met:
            yield distribution(chosen, met[chosen])
    memory.updates.ask(trainer)


def _tried(trainer: "Trainer", memory: Memory) -> Trial | None:
    """What one more step would do, of a model that was loaded and took none here."""
    if not untried(trainer):
        memory.trial = None
    elif memory.trial is None or not memory.trial.fits(trainer):
        memory.trial = Trial(trainer)
    return memory.trial


def _examined(
    objective: Objective, memory: Memory, told: dict[str, Part], step: int, chosen: str, still: bool
) -> dict[str, Outputs]:
    """What the layers put out for the batch of this step; memory keeps which units lived, and the weights.

    The first look at a model that stands still takes as many batches as are quick, for no more will come.
    """
    new, count = memory.turn(step), 1
    if not memory.examples:
        memory.examples, quick = _size(objective)
        count = quick if still else 1
    elif new:
        memory.first += memory.examples
    met: dict[str, Outputs] = {}
    for k in range(count):
        memory.first += memory.examples if k else 0
        fed = feeds(objective, SPLIT, memory.first, memory.examples)
        memory.seen = len(fed[0][1][0])
        met = outputs(objective.model, fed, told.values(), chosen)
        if new:
            for name, found in met.items():
                if found.alive:
                    memory.breathe(name, step, found.alive)
    if new:
        for name, part in told.items():
            if part.weights:
                memory.histories.setdefault(name, History()).add(step, *histogram(part.weights))
    return met


def _size(objective: Objective) -> tuple[int, int]:
    """Examples of a batch, and batches of the first look: what is quick enough to compute."""
    one = objective.inputs(SPLIT, 0, 1)
    macs = max(1, structure(objective.model, "", objective.data, one).macs)
    held = objective.data.sizes[1] or EXAMPLES
    examples = int(min(EXAMPLES, held, max(FEWEST, WORK // macs)))
    if len(objective.inputs(SPLIT, 0, examples)[0]) != examples:
        return examples, 1  # a graph is always looked at whole
    return examples, int(min(BATCHES, max(BATCHES // 2, WORK // (macs * examples))))


def _vitals(
    part: Part, found: Outputs | None, grad: Gradients, size: float, ratio: float, memory: Memory, *, last: bool
) -> Vitals:
    finite = float("inf")
    held = {
        "output": found is not None and not found.finite,
        "weights": bool(part.weights) and not size < finite,
        "gradients": grad.known and not grad.norm < finite,
    }
    dead, units, _ = memory.dead(part.name)
    return Vitals(
        name=part.name,
        broken=", ".join(what for what, is_so in held.items() if is_so),
        units=units,
        dead=dead,
        saturated=found.saturation(part.module) if found is not None else float("nan"),
        gradient=grad.norm,
        update=ratio,
        last=last,
    )


def _note(memory: Memory, vitals: list[Vitals], step: int) -> None:
    """Remember where the first value that is not finite was met, in the order of the forward pass."""
    broken = next((v for v in vitals if v.broken), None)
    if broken is None:
        memory.sound, memory.broken = step, None
    elif memory.broken is None:
        memory.broken = step, broken.name, broken.broken


def _where(memory: Memory) -> str:
    """The first value that was not finite in words; empty while all are."""
    if memory.broken is None:
        return ""
    step, name, what = memory.broken
    since = f" (all was finite at step {memory.sound:,})" if memory.sound >= 0 else ""
    return f"first NaN or infinity: {name}, seen at step {step:,}, in its {what}{since}"
