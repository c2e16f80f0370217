"""One line on top: what runs, how far it is, how fast."""

import time

from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ...engine.training.status import Status
from ..render.bars import gauge
from ..render.cells import line
from ..render.numbers import clock, compact, cut, short, size_bytes
from ..render.palette import DARK, Ink

SIGNS = {
    "idle": "○",
    "loading": "◌",
    "ready": "○",
    "running": "▶",
    "paused": "‖",
    "finished": "✓",
    "stopped": "■",
    "failed": "✗",
}
GAUGE = 16
SECONDS = 0.3


class StatusBar(Widget):
    """State, step of total, ETA, steps/s, loss, device, memory; bytes sent while debugging."""

    DEFAULT_CSS = "StatusBar { height: 1; }"

    status: reactive[Status] = reactive(Status(), repaint=False)
    """The engine's newest snapshot."""
    ink: reactive[Ink] = reactive(DARK)
    """Colours."""
    sent: reactive[float | None] = reactive(None, repaint=False)
    """Bytes a second to the terminal, if they are to be shown."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._line: Strip | None = None
        self._turn = 0.0

    def watch_status(self, before: Status, after: Status) -> None:
        """Redraw if the words changed; while only numbers run on, a few times a second."""
        now = time.monotonic()
        if after.state != "running" or before.state != "running" or now >= self._turn:
            self._turn = now + SECONDS
            self._redraw()

    def watch_ink(self) -> None:
        """Forget the line."""
        self._line = None

    def watch_sent(self) -> None:
        """Redraw if the words changed."""
        self._redraw()

    def _redraw(self) -> None:
        if self.size.width:
            new = bar(self.status, self.ink, self.size.width, self.sent)
            if new != self._line:
                self._line = new
                self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line, built when the words changed."""
        if self._line is None or self._line.cell_length != self.size.width:
            self._line = bar(self.status, self.ink, self.size.width, self.sent)
        return self._line


def _stands(status: Status) -> bool:
    """Whether it stands at a snapshot."""
    return bool(status.snapshot) and status.state == "paused"


def bar(status: Status, ink: Ink, width: int, sent: float | None = None) -> Strip:
    """The status in one line; what matters least is left out first when there is no room."""
    colour = {"running": ink.good, "finished": ink.good, "failed": ink.bad, "paused": ink.categories[1]}
    style = ink.style(ink.bad if status.diverged_at else colour.get(status.state, ink.dim), bold=True)
    head = f" {SIGNS.get(status.state, '?')} {status.state}"
    if status.model:
        head += f" {status.model}"
    if status.diverged_at:
        head += f": diverged at step {status.diverged_at:,}"
    parts = [(head, style)]
    plain, dim = ink.style(), ink.style(ink.dim)
    room = width - len(head)
    facts: list[str] = []
    if status.step or status.state in ("ready", "running", "paused"):
        of = f"/{status.steps:,}" if status.steps else ""
        at = f" (snapshot {status.snapshot} of {status.snapshots})" if _stands(status) else ""
        again = f" (replaying to {status.replaying:,})" if status.replaying else ""
        facts.append(f"step {status.step:,}{of}{at}{again}")
        if status.step:
            facts.append(f"{status.loss_name} {compact(status.loss, 9)}")
        if status.state == "running" and status.eta is not None:
            facts.append(f"ETA {clock(status.eta)}")
        if status.rate and status.state == "running":
            facts.append(f"{status.rate:,.0f} steps/s")
        facts += [f"{short(status.parameters)} parameters"] if status.parameters else []
        facts += [status.device] if status.device else []
        facts += [size_bytes(status.memory)] if status.memory else []
    if sent is not None:
        facts.insert(0, f"{size_bytes(sent)}/s sent")
    message = status.message if status.state in ("failed", "loading", "idle") or not facts else ""
    if message:
        parts.append(("  " + cut(message, room - 2), ink.style(ink.bad) if status.state == "failed" else dim))
        return line(parts, width, ink)
    for k, fact in enumerate(facts):
        if len(fact) + 3 > room:
            break
        parts += [("  ", plain), (fact, plain if k < 2 else dim)]
        room -= len(fact) + 2
    if status.state in ("running", "paused") and room > GAUGE + 2:
        filler = room - GAUGE - 1
        parts.append((" " * filler, plain))
        parts += [(s.text, s.style or plain) for s in gauge(status.progress, GAUGE, ink)]
    return line(parts, width, ink)
