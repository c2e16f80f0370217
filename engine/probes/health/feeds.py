"""What a model is shown when its health is looked at: the same as when it learns, so that every part of it works."""

from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from ...data.points import Points
from ...models.gan import Adversaries
from ...objectives.objective import Objective

if TYPE_CHECKING:
    from ...objectives.adversarial import Adversarial

Feed = tuple[nn.Module, tuple[Tensor, ...]]


def feeds(objective: Objective, split: str, index: int, count: int) -> list[Feed]:
    """Modules to call and their arguments for `count` examples from `index` on.

    Of two networks against each other both together, and the discriminator on as many real examples.
    """
    whole: Feed = objective.model, objective.inputs(split, index, count)
    if not isinstance(objective.model, Adversaries):
        return [whole]
    game = cast("Adversarial", objective)
    chosen = torch.arange(index, index + count)
    if isinstance(game.data, Points):
        points = torch.from_numpy(game.data.split(split))
        return [whole, (objective.model.discriminator, (game.scaling.inside(_rows(points, chosen, game.device)),))]
    part = game.data.split(split)
    real = game.scaling.inside(_rows(torch.from_numpy(part.x), chosen, game.device))
    labels = (_rows(torch.from_numpy(part.y), chosen, game.device),) if game.classes else ()
    return [whole, (objective.model.discriminator, (real, *labels))]


def _rows(values: Tensor, chosen: Tensor, device: torch.device) -> Tensor:
    """Rows by index, which wraps around."""
    return values[chosen % len(values)].to(device)
