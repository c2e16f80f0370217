"""Where every attention head of a model looks while it reads one example. Shapes: see `attention_records`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...models.attention import ScaledDotProduct
from ...runs.run import Record
from ..requests import LookInside
from .inputs import reading
from .records import attention_records, hear

if TYPE_CHECKING:
    from ...training.trainer import Trainer


def attention(trainer: "Trainer", look: LookInside) -> Iterator[Record]:
    """A record for each attention layer and each stack's rollout; raises ValueError, one sentence.

    The example is `look.index` of `look.split`, or `look.text`, cut into tokens as the data's own; a translator
    translates it greedily first, then reads its own translation. Settings: `t`, the timestep of a diffusion model
    (half of the noise if none is given); `padding`, to feed a translator's example with its padding.
    """
    if not any(isinstance(module, ScaledDotProduct) for module in trainer.model.modules()):
        raise ValueError(f"there is no attention in {trainer.job.model}: in it no token looks at another")
    given = reading(trainer.objective, look)
    note = {"note": np.array(given.note)} if given.note else {}
    yield from attention_records(hear(given.model, given.inputs), given.labels, note)
