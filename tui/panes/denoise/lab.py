"""The lab, opened on a stored diffusion model with its way from noise to data in front."""

from typing import Any

from ...app import DlvizApp
from ...desk import Desk
from .choice import Choice
from .pane import DenoisePane


class DenoiseLab(DlvizApp):
    """Goes to the denoise pane as soon as the model has one, with the choices of the command line."""

    def __init__(self, choice: Choice, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._choice: Choice | None = choice

    def tick(self, in_turn: bool = False) -> None:
        """As everywhere; once, the pane comes to the front."""
        super().tick(in_turn)
        if self._choice is None or not self._complete:
            return
        for pane in self.query(DenoisePane):
            pane.choice, self._choice = self._choice, None
            self.query_one(Desk).go(str(pane.id))
            return
