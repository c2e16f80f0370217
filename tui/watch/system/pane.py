"""This machine: CPU, memory and GPUs, as heat over time or as lines."""

from collections.abc import Hashable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip

from ....engine.runs.series import Series
from ....engine.system.history import History
from ...render.axes import Axes
from ...render.cells import blank, line, note
from ...render.chart import chart
from ...render.curve import Curve
from ...render.legend import legend
from ...render.numbers import cut
from ...render.trace import Trace
from ..docked import DOCKED
from ..pane import WatchPane
from .heat import NAME, SCALE, VALUE, row, told

HELP = """
# System

What this machine does, read every two seconds while this pane is open: how busy the processors are, how much memory
is taken, and of each GPU utilisation, memory, temperature and power (where `nvidia-ml-py` is installed). Each row is
one quantity over time, the newest at the right; its colour is the share of what is possible: 100 %, all memory,
100 °C, the power limit. Above 95 % the value is red. Where runs are read from another machine, this is not that one;
what a run has logged of its own machine is in the charts, under `system/`.

| key | does |
|---|---|
| `v` | heat, bars, or lines |
| `up` `down` | scroll, where there are more devices than rows |
"""
MODES = ("heat", "bars", "lines")


class SystemPane(WatchPane):
    """A row for each quantity of each device."""

    HELP = HELP + DOCKED
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "mode", "Heat/bars/lines"),
        Binding("up,k", "scroll_rows(-1)", "Up", show=False),
        Binding("down,j", "scroll_rows(1)", "Down", show=False),
    ]

    def __init__(self, *, id: str | None = None, history: History | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.border_title = "system"
        self.history = history or History()
        self._mode = 0
        self._top = 0

    def on_unmount(self) -> None:
        """Stop reading."""
        self.history.close()

    def pull(self) -> None:
        """Read from the first time on that it is seen."""
        if self.is_on_screen:
            self.history.start()
        super().pull()

    def stale(self) -> Hashable:
        """The readings, and how they are drawn."""
        return self.history.version, self._mode, self._top

    def draw(self, width: int, height: int) -> list[Strip]:
        """As many rows as fit, and what the colours mean."""
        ink, history = self.ink, self.history
        readings = list(history.newest.values())
        sampler = history.sampler
        if not readings or sampler is None:
            return note("reading …", width, ink, height)
        names = ", ".join(dict.fromkeys(name for name, _ in sampler.gpus))
        count = len(sampler.gpus)
        gpus = f"{count} x {names}" if names and count > 1 else names or sampler.lacking
        self.border_title = Content(f"system: this machine, {sampler.host}")
        self.border_subtitle = Content(
            cut(f"{MODES[self._mode]} · every {history.seconds:g} s · {gpus}", max(width - 4, 8))
        )
        if MODES[self._mode] == "lines":
            return self._lines(width, height)
        room = max(width - NAME - VALUE, 4)
        body = height - (1 if height > 3 else 0)
        self._top = min(max(self._top, 0), max(len(readings) - body, 0))
        seen = readings[self._top : self._top + body]
        strips = [row(r, history.shares(r.tag, room), width, ink, MODES[self._mode] == "bars") for r in seen]
        strips += [blank(width, ink)] * (body - len(strips))
        if body < height:
            if ink.coloured and MODES[self._mode] == "heat":
                strips.append(legend(SCALE, ink, width, "of what is possible"))
            else:
                strips.append(line([("height: share of what is possible", ink.style(ink.dim))], width, ink))
        return strips

    def _lines(self, width: int, height: int) -> list[Strip]:
        """A chart of all quantities as percentages over time."""
        curves = []
        for k, (tag, reading) in enumerate(self.history.newest.items()):
            shares = self.history.shares(tag, 100_000)
            series = Series(tag)
            seconds = self.history.seconds
            series.extend(
                ((i - len(shares) + 1) * 1, (i - len(shares) + 1) * seconds, 100 * s) for i, s in enumerate(shares)
            )
            label = f"{tag} {told(reading)}"
            curves.append(Curve(label=label, trace=Trace(series, "time", 0.0), slot=k, shape=k // 8))
        longest = max((len(c.trace) for c in curves), default=2)
        axes = Axes(x="time", low=-max(longest - 1, 30) * self.history.seconds, high=0.0)
        return chart(curves, axes, width, height, self.ink, title="% of what is possible")

    def action_mode(self) -> None:
        """Heat, bars, lines."""
        self._mode = (self._mode + 1) % len(MODES)
        self.pull()

    def action_scroll_rows(self, by: int) -> None:
        """More rows."""
        self._top += by
        self.pull()
