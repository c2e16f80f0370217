"""The card of the selected model: what it is, what it costs, its layers with their shapes."""

from collections.abc import Hashable

from rich.style import Style
from textual.binding import Binding
from textual.strip import Strip

from ...engine.probes.requests import LookSketch, Request, Structure
from ..render.cells import line
from ..render.ladder import Rung, ladder
from ..render.numbers import short
from .pane import Pane
from .words import wrap


class CardPane(Pane):
    """Describes the model that is chosen, with the options as they are in the form."""

    HELP = """
# Card

What the chosen model is, with the options of the form: its **parameters** (trainable numbers), **multiply-adds**
(products of a weight and an input for one example; biases are not counted), the data it learns from, and every layer
with the shape of its output for one example (channels x rows x columns). The numbers come from the
real module, built with your options; they appear once PyTorch is loaded.

`up` `down` scroll the layers.
"""
    BINDINGS = [
        Binding("up,k", "scroll_by(-1)", "Scroll", show=False),
        Binding("down,j", "scroll_by(1)", "Scroll", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.border_title = "card"
        self._first = 0

    def wants(self) -> dict[str, Request]:
        """The structure that the draft would have."""
        return {"sketch": LookSketch(self.lab.draft)}

    def stale(self) -> Hashable:
        """The draft and the sketch's version."""
        answer = self.answer("sketch")
        return self.lab.draft, answer.version if answer else 0, self._first, self.lab.session.status.message

    def draw(self, width: int, height: int) -> list[Strip]:
        """Words, then numbers, then the ladder."""
        ink, entry, answer = self.ink, self.lab.draft.entry, self.answer("sketch")
        self.border_title = f"card: {entry.name}"
        strips = [line([(text, ink.style())], width, ink) for text in wrap(entry.summary, width)]
        facts: list[tuple[str, str, Style]] = []
        fresh = answer is not None and answer.request == LookSketch(self.lab.draft)
        view = answer.view if answer is not None and fresh else None
        if isinstance(view, Structure):
            facts.append(("parameters", f"{view.parameters:,}", ink.style(bold=True)))
            facts.append(("multiply-adds", short(view.macs), ink.style(bold=True)))
            sizes = f"{view.data}: {view.train:,} train, {view.val:,} val, {view.test:,} test"
            facts.append(("data", sizes, ink.style()))
        elif answer is not None and fresh and answer.error:
            facts.append(("cannot be built", "", ink.style(ink.bad)))
            strips += [line([(text, ink.style(ink.bad))], width, ink) for text in wrap(answer.error, width)]
        else:
            facts.append(("parameters", f"{entry.parameters:,} by default", ink.style()))
            loading = self.lab.session.status.state == "idle" and not self.lab.session.status.message
            told = "once PyTorch is loaded …" if loading else "computing …"
            facts.append(("layers", told, ink.style(ink.dim)))
        strips.append(line([], width, ink))
        for name, value, style in facts:
            strips.append(line([(f"{name:14}", ink.style(ink.dim)), (value, style)], width, ink))
        room = height - len(strips) - 1
        if isinstance(view, Structure) and room >= 3:
            strips.append(line([], width, ink))
            rungs = [
                Rung(x.name, x.kind, "x".join(map(str, x.shape)), x.parameters, x.macs, x.name.count("."))
                for x in view.layers
            ]
            self._first = min(self._first, max(0, len(rungs) - room + 1))
            strips += ladder(rungs, ink, width, first=self._first, height=room)
        return strips

    def action_scroll_by(self, lines: int) -> None:
        """Scroll the ladder."""
        self._first = max(0, self._first + lines)
        self.pull()
