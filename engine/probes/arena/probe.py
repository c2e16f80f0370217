"""The game between generator and discriminator as it stands: `arena`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from ...data.points import Points
from ...objectives.adversarial import Adversarial
from ...objectives.adversarial_arena import border, judged, made, plane, real, sheets
from ...objectives.adversarial_losses import LOSSES
from ...runs.run import Record
from ..capture import looking
from ..requests import LookInside

if TYPE_CHECKING:
    from ...training.trainer import Trainer

PLACES = 48
"""Rows and columns of the discriminator's surface."""


def arena(trainer: "Trainer", look: LookInside) -> Iterator[Record]:
    """What both sides do now: samples, D's surface and the manifold in the plane, or two sheets; the game in numbers.

    Settings: `averaged` for the slow average of the generator instead of the one that plays; `axes`, the first of
    the two latent numbers that the manifold's lattice varies. Raises ValueError for a model without adversaries.
    """
    objective = trainer.objective
    if not isinstance(objective, Adversarial):
        raise ValueError(f"{trainer.job.model} has no arena: no two networks play against each other in it")
    averaged, axes = bool(look.get("averaged", False)), look.get("axes", 0)
    if not isinstance(axes, int | float) or not 0 <= axes < objective.options.z:
        raise ValueError(f"axes is the first of two of {objective.options.z} latent numbers, from 0, not {axes!r}")
    if isinstance(objective.data, Points):
        yield from plane(objective, averaged=averaged, places=PLACES, first=int(axes))
    else:
        yield from sheets(objective, averaged=averaged)
        yield judged("real", objective, *real(objective))
    yield game(objective, averaged=averaged)


def game(objective: Adversarial, *, averaged: bool) -> Record:
    """D's answers to real, held-out and generated examples, both losses on them, and where they would balance.

    Arrays: real, held, fake (n,), probabilities where the loss has any; losses and equilibrium (2,) of discriminator
    and generator, NaN where there is no fixed value, and `lines` (2,), how those are written; border, D's answer
    where it cannot tell, and whether it is `fixed` by the loss; variety, the mean distance of two generated examples
    (of a class, where there are classes) over that of real ones; turn, the discriminator's half-steps in a step that
    is not closed; loss and data, their names.
    """
    loss, judge = LOSSES[objective.options.loss], objective.model.discriminator
    fake, seen, unseen = made(objective, averaged), real(objective), real(objective, "val")
    pairs = min(len(fake[0]), len(seen[0]))
    with looking(objective.model):
        on_fake, on_seen, on_unseen = (judge(x, y) for x, y in (fake, seen, unseen))
        values = [side(on_seen[:pairs], on_fake[:pairs]) for side in (loss.discriminator, loss.generator)]
        variety = _apart(*fake) / (_apart(*seen) or float("nan"))
    answers = {"real": on_seen, "held": on_unseen, "fake": on_fake}
    arrays = {name: (each.sigmoid() if loss.logits else each).cpu().numpy() for name, each in answers.items()}
    arrays |= {
        "losses": torch.stack(values).cpu().numpy(),
        "equilibrium": np.array([np.nan if value is None else value for value in loss.equilibrium]),
        "lines": np.array(loss.lines),
        "border": np.array(border(objective, seen[0], fake[0], (seen[1], fake[1]))),
        "fixed": np.array(loss.border is not None),
        "variety": np.array(variety),
        "turn": np.array(objective.turns.done),
        "averaged": np.array(averaged),
        "loss": np.array(objective.options.loss),
        "data": np.array(objective.data.name),
    }
    return Record(tag="game", kind="game", step=0, arrays=arrays)


def _apart(x: Tensor, labels: Tensor | None) -> float:
    """The mean distance between two examples, of one class where there are classes; NaN where there are no two."""
    distances = torch.cdist(x.flatten(1), x.flatten(1))
    pairs = torch.ones_like(distances) if labels is None else (labels[:, None] == labels[None]).to(distances)
    pairs.fill_diagonal_(0)
    return float((distances * pairs).sum() / pairs.sum())
