"""A Bayesian network of pixels: set some, and see what the others and the class must be."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.strip import Strip

from ....engine.probes.requests import LookInside, Request, Setting
from ....engine.runs.run import Record
from ...render.tree_grid import LINES
from ..inside import InsidePane
from .help import HELP
from .layout import Picture, Sight, compose
from .view import IMAGES, Network, network

SPLITS = ("test", "val", "train")
UNKNOWN = -1.0
_NEXT = {UNKNOWN: 1.0, 1.0: 0.0, 0.0: UNKNOWN}


class EvidencePane(InsidePane):
    """The pixels that are known with the tree over them; beside it what follows."""

    PROBE = "evidence"
    KINDS = ("tree",)
    HELP = HELP

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "know(1)", "On", key_display="x/o"),
        Binding("o", "know(0)", "Off", show=False),
        Binding("backspace", "know(-1)", "Unknown", show=False),
        Binding("enter", "cycle", "On, off, unknown", show=False),
        Binding("c", "clear", "Clear"),
        Binding("u", "example(0)", "Example", key_display="u"),
        Binding("full_stop", "example(1)", "Next example", show=False),
        Binding("comma", "example(-1)", "Previous example", show=False),
        Binding("m", "image", "Image"),
        Binding("s", "sample", "Sample", show=False),
        Binding("right_square_bracket", "turn(1)", "Next class's tree", show=False),
        Binding("left_square_bracket", "turn(-1)", "Previous class's tree", show=False),
        Binding("backslash", "follow", "Most probable class's tree", show=False),
        Binding("g", "lines", "Lines", show=False),
        Binding("t", "split", "Split", show=False),
        Binding("f", "large", "Full screen", show=False),
        Binding("escape", "back", "Leave full screen", show=False),
        Binding("up,k", "move(-1, 0)", "Up", show=False),
        Binding("down,j", "move(1, 0)", "Down", show=False),
        Binding("left,h", "move(0, -1)", "Left", show=False),
        Binding("right,l", "move(0, 1)", "Right", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.chosen = Sight()
        self._pictured: Picture | None = None
        self._of: tuple[str, str] | None = None

    def wants(self) -> dict[str, Request]:
        """The probe; of another run or model nothing is known yet."""
        of = self.lab.session.run.path, self.lab.session.status.model
        if of != self._of:
            self._of, self.chosen = of, Sight()
        return super().wants()

    def look(self) -> LookInside:
        """The evidence, and whose tree is shown."""
        chosen = self.chosen
        settings: dict[str, Setting] = {"seed": float(chosen.seed)}
        if chosen.evidence is not None:
            settings["evidence"] = chosen.evidence
        if chosen.tree is not None:
            settings["class"] = float(chosen.tree)
        return LookInside(self.PROBE, split=chosen.split, index=chosen.index, settings=tuple(settings.items()))

    def sight(self) -> Hashable:
        """What the user chose."""
        return self.chosen

    def picture(self, records: tuple[Record, ...], width: int, height: int) -> list[Strip]:
        """The pixels and what follows."""
        net = network(records, self.chosen.tree)
        if net is None:
            self.entitle("Bayesian network", self.moment)
            return self.empty("the records have no tree", width, height)
        waits = " …" if self.waits and net.told is not None else ""
        whose = f"tree of class {net.name}" if net.name else "one tree"
        self.entitle(f"Bayesian network: {whose}{waits}", self.moment)
        self._pictured = compose(net, self.chosen, self.ink, width, height)
        return self._pictured.strips

    def _net(self) -> Network | None:
        return network(self.records, self.chosen.tree)

    def _choose(self, **changes: Any) -> None:
        self.chosen = replace(self.chosen, **changes)
        self.pull()

    def action_move(self, rows: int, columns: int) -> None:
        """Another pixel."""
        net = self._net()
        if net is not None:
            h, w = net.sides
            row, column = divmod(net.focus(self.chosen.focus), w)
            row, column = min(max(row + rows, 0), h - 1), min(max(column + columns, 0), w - 1)
            self._choose(focus=row * w + column)

    def action_know(self, value: int) -> None:
        """The focused pixel is on, off, or unknown."""
        self._set(None, float(value))

    def action_cycle(self) -> None:
        """The focused pixel's next value."""
        self._set(None, None)

    def _set(self, pixel: int | None, value: float | None) -> None:
        """Set a pixel, or the focused one, to a value, or to the next one."""
        net = self._net()
        if net is None or net.told is None:
            self.notify("of kept trees there is no evidence to set; | goes back to now", timeout=3, markup=False)
            return
        chosen = self.chosen.evidence
        known = [float(v) for v in net.evidence] if chosen is None else list(chosen or (UNKNOWN,) * net.count)
        pixel = net.focus(self.chosen.focus) if pixel is None else pixel
        if pixel < len(known) == net.count:
            known[pixel] = _NEXT[known[pixel]] if value is None else value
            self._choose(evidence=tuple(known), focus=pixel)

    def action_clear(self) -> None:
        """Nothing is known."""
        self._choose(evidence=())

    def action_example(self, by: int) -> None:
        """The upper half of this, the next or the previous example is known."""
        net = self._net()
        if net is not None and net.told is not None:
            count = int(net.told["example_count"])
            self._choose(evidence=None, index=(self.chosen.index + by) % max(1, count))

    def action_image(self) -> None:
        """Another image beside the evidence."""
        self._choose(shown=IMAGES[(IMAGES.index(self.chosen.shown) + 1) % len(IMAGES)])

    def action_sample(self) -> None:
        """Another sample; the first time the one that is there."""
        shown = self.chosen.shown == "sample"
        self._choose(shown="sample", seed=self.chosen.seed + shown)

    def action_turn(self, by: int) -> None:
        """The tree of another class."""
        net = self._net()
        if net is None:
            return
        if not net.name:
            self.notify("this structure has no tree of a class's own", timeout=3, markup=False)
            return
        names = [str(name) for name in net.told["classes"]] if net.told is not None else self._kept_classes()
        now = self.chosen.tree if self.chosen.tree is not None else names.index(net.name) if net.name in names else 0
        self._choose(tree=(now + by) % max(1, len(names)))

    def _kept_classes(self) -> list[str]:
        return [record.labels.get("class", "") for record in self.records if record.kind == "tree"]

    def action_follow(self) -> None:
        """The tree of the class that is most probable."""
        self._choose(tree=None)

    def action_lines(self) -> None:
        """Other lines."""
        self._choose(lines=LINES[(LINES.index(self.chosen.lines) + 1) % len(LINES)])

    def action_split(self) -> None:
        """Examples of another split."""
        at = SPLITS.index(self.chosen.split)
        self._choose(split=SPLITS[(at + 1) % len(SPLITS)], index=0)

    def action_back(self) -> None:
        """Leave the full screen."""
        if self.screen.maximized is not self:
            raise SkipAction
        self.screen.minimize()

    def on_click(self, event: events.Click) -> None:
        """A pixel's next value."""
        offset, net = event.get_content_offset(self), self._net()
        if offset is None or net is None or self._pictured is None:
            return
        at = self._pictured.hit(offset.x, offset.y)
        if at is not None:
            event.stop()
            self._set(at[0] * net.sides[1] + at[1], None)
