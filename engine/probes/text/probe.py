"""The probe `text`: the next token, a text written token by token, and what each token of a passage costs.

Settings: `part` (`next`, `generation` or `tokens`; else all that the model has), `temperature`, `top_k`, `top_p`,
`seed`, `length` (tokens that are written), `place` (tokens of the passage that are the prompt; where the model fills
gaps, the token that is hidden), and of a translator `decode` (`greedy`, `beam` or `sample`) and `beam` (its width).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...objectives.language import Language
from ...objectives.masked import Masked
from ...objectives.translation import Translation
from ...runs.run import Record
from ..requests import LookInside
from .language import language
from .masked import masked
from .tables import Rules
from .translation import translation

if TYPE_CHECKING:
    from ...training.trainer import Trainer

PARTS = ("next", "generation", "tokens")


def text(trainer: "Trainer", look: LookInside) -> Iterator[Record]:
    """Records of the kinds `next`, `generation` and `tokens`; raises ValueError where the model reads no text.

    The user's own text takes the place of the passage, of a translator of the sentence; what follows `=>` in it is
    then the right translation.
    """
    part = str(look.get("part", ""))
    if part not in ("", *PARTS):
        raise ValueError(f"there is no part {part!r} of the text; there are: {', '.join(PARTS)}")
    objective = trainer.objective
    rules = Rules.of(look, objective.options, objective.seed)
    if isinstance(objective, Language):
        yield from language(objective, look, rules, part)
    elif isinstance(objective, Masked):
        yield from masked(objective, look, rules, part)
    elif isinstance(objective, Translation):
        yield from translation(objective, look, rules, part)
    else:
        raise ValueError(f"{trainer.job.model} on {objective.data.name} neither reads nor writes text")
