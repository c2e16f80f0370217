"""The latent space of a VAE: a plane of images, and what the place under the cursor decodes to."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.strip import Strip

from ....engine.probes.requests import LookInside, Setting
from ....engine.runs.run import Record
from ...render.latent.grid import Tiling
from ...render.latent.plane import Frame
from ..inside import InsidePane
from .help import HELP
from .layout import OUTLINES, PARTS, Sight, arrangement, compose
from .view import Space, space

SPLITS = ("test", "val", "train")


class LatentPane(InsidePane):
    """The plane with a cursor that is decoded at once; one example and what comes back; KL by number."""

    PROBE = "latent"
    KINDS = ("latent", "images")
    HELP = HELP

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("full_stop", "example(1)", "Image", key_display=",/."),
        Binding("comma", "example(-1)", "Previous image", show=False),
        Binding("g", "grid", "Grid"),
        Binding("i", "start", "Way"),
        Binding("right_square_bracket", "turn(1)", "Class", key_display="[/]"),
        Binding("left_square_bracket", "turn(-1)", "Previous class", show=False),
        Binding("backslash", "own_class", "Example's class", show=False),
        Binding("c", "to_example", "Cursor to the image", show=False),
        Binding("p", "outline", "Prior", show=False),
        Binding("t", "split", "Split", show=False),
        Binding("m", "part", "Part", show=False),
        Binding("f", "large", "Full screen", show=False),
        Binding("escape", "back", "Leave full screen", show=False),
        Binding("up,k", "move(0, -1)", "Up", show=False),
        Binding("down,j", "move(0, 1)", "Down", show=False),
        Binding("left,h", "move(-1, 0)", "Left", show=False),
        Binding("right,l", "move(1, 0)", "Right", show=False),
        Binding("K", "move(0, -5)", "Far up", show=False),
        Binding("J", "move(0, 5)", "Far down", show=False),
        Binding("H", "move(-5, 0)", "Far left", show=False),
        Binding("L", "move(5, 0)", "Far right", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.chosen = Sight()
        self._view: Frame | None = None
        self._plan: Tiling | None = None
        self._tiled: tuple[float, ...] = ()

    def look(self) -> LookInside:
        """The cursor, the example, and what else is to be decoded."""
        chosen = self.chosen
        settings: dict[str, Setting] = {"x": chosen.cursor[0], "y": chosen.cursor[1]}
        if chosen.told is not None:
            settings["class"] = float(chosen.told)
        if chosen.start is not None:
            settings["to"] = float(chosen.start)
        if chosen.grid and self._tiled:
            settings["grid"] = self._tiled
        return LookInside(self.PROBE, split=chosen.split, index=chosen.index, settings=tuple(settings.items()))

    def sight(self) -> Hashable:
        """What the user chose."""
        return self.chosen

    def picture(self, records: tuple[Record, ...], width: int, height: int) -> list[Strip]:
        """The plane and what belongs to it."""
        known = space(records)
        if known is None:
            self.entitle("latent space", self.moment)
            return self.empty("the kept records have no latent space", width, height)
        self.entitle(self._title(known), self.moment)
        drawn = compose(records, known, self.chosen, self.ink, width, height)
        self._view, self._plan = drawn.view, drawn.plan
        plan = drawn.plan
        self._tiled = (float(plan.columns), float(plan.rows), *known.window) if plan is not None else ()
        return drawn.strips

    def _title(self, known: Space) -> str:
        words = f"{known.count} number{'s' * (known.count != 1)}"
        if known.count > 2 and "share" in known.arrays:
            words += f" (plane {known.number('share'):.0%})"
        waits = " …" if self.waits and known.live else ""
        return f"latent space: {len(known.points)} {known.split} images, {words}{waits}"

    def _known(self) -> Space | None:
        return space(self.records)

    def _choose(self, **changes: Any) -> None:
        self.chosen = replace(self.chosen, **changes)
        self.pull()

    def action_move(self, x: int, y: int) -> None:
        """Move the cursor by cells, or by images of the grid; without a plane turn the examples."""
        if self._view is None:
            self.action_example(x or y)
            return
        column, row = self._view.cell(*self.chosen.cursor)
        column = min(max(column + x, 0), self._view.columns - 1)
        row = min(max(row + y, 0), self._view.rows - 1)
        self._put(self._view.at(column, row))

    def _put(self, at: tuple[float, float]) -> None:
        self._choose(cursor=(round(at[0], 4), round(at[1], 4)))

    def action_example(self, by: int) -> None:
        """The next or previous example of the split."""
        known = self._known()
        if known is not None:
            count = int(known.number("example_count")) if known.live else 10
            self._choose(index=(self.chosen.index + by) % max(1, count))

    def action_grid(self) -> None:
        """Decoded images instead of points, or points again."""
        self._choose(grid=not self.chosen.grid)

    def action_start(self) -> None:
        """Keep the example as the start of a way to others, or end it."""
        self._choose(start=self.chosen.index if self.chosen.start is None else None)

    def action_turn(self, by: int) -> None:
        """Another class for a conditional decoder."""
        known = self._known()
        if known is None:
            return
        if known.live and known.told < 0:
            self.notify("this model is not conditional: its decoder is told no class", timeout=3, markup=False)
            return
        now = self.chosen.told if self.chosen.told is not None else known.told
        self._choose(told=(now + by) % max(1, len(known.classes)))

    def action_own_class(self) -> None:
        """The class of the example."""
        self._choose(told=None)

    def action_to_example(self) -> None:
        """Put the cursor where the example is."""
        known = self._known()
        if known is not None and "example_at" in known.arrays:
            x, y = known.arrays["example_at"].tolist()
            self._put((x, y))

    def action_outline(self) -> None:
        """Another outline in the plane."""
        at = OUTLINES.index(self.chosen.outline)
        self._choose(outline=OUTLINES[(at + 1) % len(OUTLINES)])

    def action_split(self) -> None:
        """Another split."""
        at = SPLITS.index(self.chosen.split)
        self._choose(split=SPLITS[(at + 1) % len(SPLITS)], index=0, start=None)

    def action_part(self) -> None:
        """Another part, where not all fit."""
        if arrangement(self.size.width, self.size.height) == "page":
            at = PARTS.index(self.chosen.part)
            self._choose(part=PARTS[(at + 1) % len(PARTS)])

    def action_back(self) -> None:
        """Leave the full screen."""
        if self.screen.maximized is not self:
            raise SkipAction
        self.screen.minimize()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the cursor where the mouse is."""
        self._point(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the cursor."""
        if event.button == 1:
            self._point(event)

    def _point(self, event: events.MouseEvent) -> None:
        offset = event.get_content_offset(self)
        if offset is None or self._view is None:
            return
        x, y = offset.x, offset.y
        if self._plan is not None and self._view.columns == self._plan.columns and self._view.rows == self._plan.rows:
            x = self._view.left + (x - self._view.left) // (self._plan.wide + 1)
            y //= self._plan.high
        at = self._view.hit(x, y)
        if at is not None:
            event.stop()
            self._put(at)
