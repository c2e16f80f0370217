"""The base of the panes that look inside a family of models: what a probe finds now, or what was kept before."""

from collections.abc import Hashable
from typing import ClassVar

from textual.binding import BindingType
from textual.strip import Strip

from ...engine.probes.requests import Inside, LookInside, Request
from ...engine.runs.run import Record
from ..render.cells import line, note, wrapped
from .model_pane import ModelPane
from .past import SCRUB, Past


class InsidePane(ModelPane):
    """Draws records: those that its probe finds in the loaded model, kept fresh while it trains; or kept ones."""

    PROBE: ClassVar[str]
    """The probe that answers, a name from `inside.PROBES`."""
    KINDS: ClassVar[tuple[str, ...]] = ()
    """The kinds of kept records that this pane can draw; `{` and `}` go through their steps."""
    BINDINGS: ClassVar[list[BindingType]] = [*SCRUB]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._kept: tuple[Record, ...] = ()
        self._place = ""
        self._run = ""
        self._last: tuple[tuple[str, str], tuple[Record, ...]] = (("", ""), ())

    def look(self) -> LookInside:
        """What to ask; panes with settings of their own say them here."""
        return LookInside(self.PROBE)

    def sight(self) -> Hashable:
        """All that the picture depends on beside the records: what the user chose in this pane."""
        return None

    def picture(self, records: tuple[Record, ...], width: int, height: int) -> list[Strip]:
        """The records in at most `height` strips of `width` cells; `entitle` names the frame."""
        raise NotImplementedError

    @property
    def records(self) -> tuple[Record, ...]:
        """What is to be drawn: the last that was found if the engine refused the latest question; empty at first."""
        if self._kept:
            return self._kept
        answer, whose = self.answer("inside"), (self.lab.session.run.path, self.lab.session.status.model)
        if answer is not None and isinstance(answer.view, Inside):
            self._last = (whose, answer.view.records)
            return answer.view.records
        return self._last[1] if answer is not None and answer.error and self._last[0] == whose else ()

    def refusal(self, error: str) -> str:
        """What is said when the engine refused a question; panes with words of the user's own add the way on."""
        return error

    @property
    def moment(self) -> str:
        """When the records were what they are: for the frame's subtitle."""
        step = f"step {self.records[0].step:,}" if self.records else ""
        return f"{step}, {self._place}" if self._kept else step

    @property
    def waits(self) -> bool:
        """Whether what is drawn answers an earlier question."""
        answer = self.answer("inside")
        return not self._kept and (answer is None or answer.request != self.look())

    def wants(self) -> dict[str, Request]:
        """The probe, unless the past is looked at."""
        return {} if self._kept else {"inside": self.look()}

    def stale(self) -> Hashable:
        """The answer, the step that was gone back to, and what the user chose."""
        status, answer = self.lab.session.status, self.answer("inside")
        if self._run != self.lab.session.run.path:
            self._run, self._kept = self.lab.session.run.path, ()
        version = answer.version if answer else 0
        return version, self._place, bool(self._kept), self.waits, status.state, status.model, self.sight()

    def draw(self, width: int, height: int) -> list[Strip]:
        """The picture; what the engine refused is told below the last one, or alone if there is none."""
        records, answer = self.records, self.answer("inside")
        error = self.refusal(answer.error) if answer is not None and answer.error and not self._kept else ""
        if not records:
            self.entitle(str(self.id), "")
            return self.vacant(error, width, height)
        told = wrapped(error, width)[: max(1, height // 3)] if error else []
        lines = [line([(row, self.ink.style(self.ink.bad))], width, self.ink) for row in told]
        return [*self.picture(records, width, height - len(told)), *lines]

    def action_scrub(self, by: int) -> None:
        """The records kept before or after; after the last come those of now."""
        past = Past(self._kept, self._place).turned(self.lab.session.run.path, self.KINDS, by)
        if past is None:
            self.notify("this run has kept nothing of the kind yet", timeout=3, markup=False)
            return
        self._kept, self._place = past.records, past.place
        self.pull()

    def action_now(self) -> None:
        """The model as it is."""
        self._kept = ()
        self.pull()

    def empty(self, text: str, width: int, height: int) -> list[Strip]:
        """A quiet sentence instead of a picture."""
        return note(text, width, self.ink, height)
