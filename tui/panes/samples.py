"""What a training keeps of its model: samples, text, attention, graphs; whatever its objective records."""

from collections.abc import Hashable

from rich.style import Style
from textual.binding import Binding
from textual.strip import Strip

from ...engine.runs.run import Record
from ...engine.text import sanitize
from ..plain_records import lines_of
from ..render.cells import line, note
from .model_pane import ModelPane

DRAWN_ELSEWHERE = ("predictions", "feature maps")


class SamplesPane(ModelPane):
    """The newest record of one tag; left and right go through the tags."""

    HELP = """
# Samples

What the training keeps of its model as it learns: digits or points that a generative model draws, text that a
language model goes on with, translations, attention, hidden states, a graph with its nodes. The title says at which
step it was kept: often early on, rarer later. Models that classify images keep their answers, which the
predictions pane shows.

| key | does |
|---|---|
| `left` `right` | the record before, after |
| `up` `down` `pageup` `pagedown` | scroll |
| `I` | as a real image, where the terminal shows them (`dlviz --images kitty` or `sixel`) |
"""
    BINDINGS = [
        Binding("left", "turn(-1)", "Before", show=False),
        Binding("right", "turn(1)", "Next", key_display="←/→"),
        Binding("I", "image", "Image", show=False),
        Binding("up,k", "scroll_by(-1)", "Up", show=False),
        Binding("down,j", "scroll_by(1)", "Down", show=False),
        Binding("pageup", "scroll_by(-10)", "Scroll", show=False),
        Binding("pagedown", "scroll_by(10)", "Scroll", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._tag = ""
        self._first = 0

    @property
    def records(self) -> list[Record]:
        """Those that are drawn here, samples in front."""
        kept = [r for r in self.lab.session.run.records.values() if r.kind not in DRAWN_ELSEWHERE]
        return sorted(kept, key=lambda record: (not record.tag.startswith("sample"), record.tag))

    def stale(self) -> Hashable:
        """Which records there are, the one that is shown, and how far it is scrolled."""
        records = tuple((record.tag, record.step) for record in self.records)
        return self.lab.session.run.path, records, self._tag, self._first, self.lab.session.status.state

    def draw(self, width: int, height: int) -> list[Strip]:
        """The record, from the line to which it is scrolled."""
        records, ink = self.records, self.ink
        if not records:
            self.entitle("samples", "")
            return note(self._why(), width, ink, height)
        tags = [record.tag for record in records]
        at = tags.index(self._tag) if self._tag in tags else 0
        record = records[at]
        self.entitle(f"samples › {sanitize(record.tag, limit=40)}", f"step {record.step:,} · {at + 1}/{len(records)}")
        base = ink.style()
        drawn = lines_of(record, width, self.app.depth in ("truecolor", "256"))  # type: ignore[attr-defined]
        self._first = max(0, min(self._first, len(drawn) - height))
        shown = drawn[self._first : self._first + height]
        return [line([(text, base + (style or Style.null())) for text, style in parts], width, ink) for parts in shown]

    def _why(self) -> str:
        """Why there is nothing."""
        run, model = self.lab.session.run, self.lab.session.status.model
        if any(record.kind == "predictions" for record in run.records.values()):
            return f"{model} classifies: its answers are in the predictions pane (6)"
        return "nothing kept yet: samples come with the validations" if model else "nothing trains yet (space)"

    def action_turn(self, by: int) -> None:
        """Another record."""
        tags = [record.tag for record in self.records]
        if tags:
            at = tags.index(self._tag) if self._tag in tags else 0
            self._tag = tags[(at + by) % len(tags)]
            self._first = 0
            self.pull()

    def action_image(self) -> None:
        """The record as a real image."""
        from ..real_images import chosen, picture, widget
        from ..screens.picture import PictureScreen

        record = next((r for r in self.records if r.tag == self._tag), next(iter(self.records), None))
        image = picture(record) if record is not None else None
        if record is None or image is None:
            self.notify("this record has no images", timeout=3, markup=False)
        elif chosen() == "off":
            self.notify("start with --images kitty or --images sixel if your terminal shows them", markup=False)
        else:
            self.app.push_screen(PictureScreen(sanitize(record.tag, limit=40), widget(image)))

    def action_scroll_by(self, lines: int) -> None:
        """Scroll the drawing."""
        self._first = max(0, self._first + lines)
        self.pull()
