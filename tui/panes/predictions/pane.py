"""A classifier's answers: one example, the confusion matrix, and the worst mistakes."""

from collections.abc import Callable, Hashable
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.strip import Strip

from ....engine.probes.requests import LookPredictions, Predictions, Request
from ..blocks import Block, beside, fitted, remark
from ..model_pane import ModelPane
from .help import HELP
from .parts import SPLITS, Mistakes, answer, matrix, mistakes, sums

PARTS = ("image", "matrix", "mistakes")
_LEFT = 36
_MATRIX_MOST = 66
_CLASSES_MOST = 16
_ROOMY = 14


def arrangement(width: int, height: int, classes: int) -> str:
    """How the parts lie: in a `row`, a `grid`, a `stack`, a `pair` (of which one turns), or one a `page`."""
    wide, tall = matrix_size(classes)
    if width >= _LEFT + wide + 34 and height >= max(14, tall):
        return "row"
    if width >= _LEFT + wide and height >= max(14, tall) + 9:
        return "grid"
    if height >= 14 + tall + 9:
        return "stack"
    return "pair" if width >= 30 + min(wide, 44) and height >= 10 else "page"


def matrix_size(classes: int) -> tuple[int, int]:
    """Columns and rows that a confusion matrix wants, with its title and its cursor's line."""
    shown = min(classes, _CLASSES_MOST)
    return min(_MATRIX_MOST, max(46, 14 + 4 * shown)), shown + 4


class PredictionsPane(ModelPane):
    """What the model answers on held-out data, and where it is wrong."""

    HELP = HELP

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("full_stop", "example(1)", "Next image", key_display=",/."),
        Binding("comma", "example(-1)", "Previous image", show=False),
        Binding("m", "part", "Matrix/mistakes"),
        Binding("t", "split", "Test/validation"),
        Binding("enter", "jump", "Show this one"),
        Binding("f", "large", "Full screen", show=False),
        Binding("escape", "back", "Leave full screen", show=False),
        Binding("up,k", "move(0, -1)", "Up", show=False),
        Binding("down,j", "move(0, 1)", "Down", show=False),
        Binding("left,h", "move(-1, 0)", "Left", show=False),
        Binding("right,l", "move(1, 0)", "Right", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.index = 0
        self.chosen_split: str | None = None
        self.chosen_part: str | None = None
        self.cursor: tuple[int, int] | None = None
        self.mistake: int | None = None
        """The example that is highlighted among the mistakes."""
        self._columns = 1
        self._wall: tuple[int, int, Mistakes] | None = None

    @property
    def split(self) -> str:
        """The user's choice; else validation while training, and test at the end, for which it is kept."""
        finished = self.lab.session.status.state == "finished"
        return self.chosen_split or ("test" if finished else "val")

    def wants(self) -> dict[str, Request]:
        """The answers on the split."""
        return {"predictions": LookPredictions(self.split, self.index)}

    def stale(self) -> Hashable:
        """All that the picture depends on."""
        given, status = self.answer("predictions"), self.lab.session.status
        state = status.state, status.model, given.version if given else 0
        return state, self.split, self.index, self.chosen_part, self.cursor, self.mistake

    def _view(self) -> Predictions | None:
        given = self.answer("predictions")
        return given.view if given is not None and isinstance(given.view, Predictions) else None

    def draw(self, width: int, height: int) -> list[Strip]:
        """The totals, and the parts as the room allows."""
        given, view = self.answer("predictions"), self._view()
        waits = given is None or given.request != self.wants()["predictions"]
        self._wall = None
        if view is None:
            self.entitle("predictions", "")
            return self.vacant(given.error if given is not None else "", width, height)
        title = f"predictions: {SPLITS[view.split]}, {view.count} {self._word(view)}s"
        self.entitle(title + (" …" if waits else ""), f"step {view.step}")
        head = sums(view, self.ink, width)
        if height >= _ROOMY:
            head.append(remark("", width, self.ink))
        body = self._body(view, width, height - len(head), len(head))
        return [*head, *fitted(body, width, height - len(head), self.ink)]

    @staticmethod
    def _word(view: Predictions) -> str:
        return "image" if view.image.ndim == 3 else "example"

    def _body(self, view: Predictions, width: int, height: int, top: int) -> Block:
        """The parts side by side, one below the other, or one at a time."""
        ink, part = self.ink, self.part(width, height, view)
        kind = arrangement(width, height, len(view.classes))
        wide, tall = matrix_size(len(view.classes))

        def left(w: int, h: int) -> Block:
            return answer(view, ink, w, h, active=kind == "page")

        def middle(w: int, h: int) -> Block:
            return matrix(view, self._cursor(view, part), ink, w, h, active=part == "matrix")

        def right(w: int, h: int, x: int, y: int) -> Block:
            drawn = mistakes(view, self._position(view), ink, w, h, active=part == "mistakes")
            self._wall, self._columns = (x, y, drawn), drawn.columns
            return drawn.strips

        if kind == "row":
            side = width - _LEFT - wide - 6
            blocks = [(left(_LEFT, height), _LEFT), (middle(wide, height), wide)]
            blocks.append((right(side, height, _LEFT + wide + 6, top), side))
            return beside(blocks, height, ink, gap=3, rule=True)
        if kind == "grid":
            upper = max(14, tall, height - 15 if height < 44 else height // 2)
            across = width - _LEFT - 3
            blocks = [(left(_LEFT, upper), _LEFT), (middle(across, upper), across)]
            under = right(width, height - upper - 1, 0, top + upper + 1)
            return [*beside(blocks, upper, ink, gap=3, rule=True), remark("", width, ink), *under]
        if kind == "stack":
            upper = max(14, height - tall - 16)
            strips = [*fitted(left(width, upper), width, upper, ink), remark("", width, ink)]
            strips += [*fitted(middle(width, tall), width, tall, ink), remark("", width, ink)]
            return strips + right(width, height - len(strips), 0, top + len(strips))
        return self._turning(kind, part, width, height, top, left, middle, right)

    def _turning(
        self,
        kind: str,
        part: str,
        width: int,
        height: int,
        top: int,
        left: Callable[[int, int], Block],
        middle: Callable[[int, int], Block],
        right: Callable[[int, int, int, int], Block],
    ) -> Block:
        """Where there is no room for all: the example and one other part, or one part alone."""
        x = 30 + 3 if kind == "pair" else 0
        room = width - x
        shown = middle(room, height) if part == "matrix" else right(room, height, x, top) if part == "mistakes" else []
        if kind == "page":
            return shown or left(width, height)
        return beside([(left(30, height), 30), (shown, room)], height, self.ink, gap=3, rule=True)

    def part(self, width: int, height: int, view: Predictions) -> str:
        """The part that the arrow keys belong to."""
        kind = arrangement(width, height, len(view.classes))
        allowed = self._parts(kind)
        if self.chosen_part in allowed:
            return str(self.chosen_part)
        return {"page": "image", "pair": "matrix"}.get(kind, "mistakes")

    @staticmethod
    def _parts(kind: str) -> tuple[str, ...]:
        return PARTS if kind == "page" else PARTS[1:]

    def _cursor(self, view: Predictions, part: str) -> tuple[int, int]:
        """The cell of the matrix: one chosen by key, else the chosen example's or the chosen mistake's."""
        count = max(1, len(view.classes))
        if part == "matrix" and self.cursor is not None:
            return min(self.cursor[0], count - 1), min(self.cursor[1], count - 1)
        at = self._position(view)
        if part == "mistakes" and at is not None:
            return view.worst_labels[at], view.worst_predicted[at]
        return view.label, int(view.probabilities.argmax()) if view.probabilities.size else view.label

    def _position(self, view: Predictions) -> int | None:
        """The place of the chosen mistake in the list; the first if it is none any more."""
        if not view.worst:
            return None
        return view.worst.index(self.mistake) if self.mistake in view.worst else 0

    def action_example(self, by: int) -> None:
        """The next or previous example of the split."""
        view = self._view()
        if view is not None:
            self.index = (self.index + by) % max(1, view.count)
            self.cursor = None
            self.pull()

    def action_split(self) -> None:
        """Test or validation split."""
        self.chosen_split = "val" if self.split == "test" else "test"
        self.index, self.mistake, self.cursor = 0, None, None
        self.pull()

    def _here(self) -> tuple[Predictions, str, str] | None:
        """The view, the arrangement, and the part that keys belong to."""
        view = self._view()
        if view is None:
            return None
        width, height = self.size.width, self.size.height
        height -= 2 if height >= _ROOMY else 1
        return view, arrangement(width, height, len(view.classes)), self.part(width, height, view)

    def action_part(self) -> None:
        """The next part."""
        here = self._here()
        if here is not None:
            parts = self._parts(here[1])
            self.chosen_part = parts[(parts.index(here[2]) + 1) % len(parts)]
            self.pull()

    def action_move(self, x: int, y: int) -> None:
        """Move the cursor of the part that the keys belong to."""
        here = self._here()
        if here is None:
            return
        view, _, part = here
        if part == "image":
            self.action_example(x or y)
        elif part == "matrix":
            row, column = self._cursor(view, part)
            last = len(view.classes) - 1
            self.cursor = min(max(row + y, 0), last), min(max(column + x, 0), last)
        elif view.worst:
            at = (self._position(view) or 0) + x + y * self._columns
            if 0 <= at < len(view.worst):
                self.mistake = view.worst[at]
        self.pull()

    def action_jump(self) -> None:
        """Make the chosen mistake, or the first listed one of the matrix' cell, the chosen example."""
        here = self._here()
        if here is None:
            return
        view, _, part = here
        if part == "matrix":
            pairs = list(zip(view.worst_labels, view.worst_predicted, strict=True))
            cell = self._cursor(view, part)
            at = pairs.index(cell) if cell in pairs else None
        else:
            at = self._position(view) if part == "mistakes" else None
        if at is not None:
            self.index = self.mistake = view.worst[at]
            self.pull()

    def action_back(self) -> None:
        """Leave the full screen."""
        if self.screen.maximized is not self:
            raise SkipAction
        self.screen.minimize()

    def on_click(self, event: events.Click) -> None:
        """Choose the mistake that was clicked; a second click shows it large."""
        offset, view = event.get_content_offset(self), self._view()
        if offset is None or view is None or self._wall is None:
            return
        x, y, drawn = self._wall
        at = drawn.hit(offset.x - x, offset.y - y)
        if at is not None and at < len(view.worst):
            event.stop()
            self.index = view.worst[at] if self.mistake == view.worst[at] else self.index
            self.mistake, self.chosen_part = view.worst[at], "mistakes"
            self.pull()
