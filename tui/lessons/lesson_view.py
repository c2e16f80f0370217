"""One lesson as strips: heading, caption, figures, where the number in the focus came from, settings, facts."""

from dataclasses import dataclass, replace

from textual.strip import Strip

from ...engine.lessons.kit.figures import Figure, Formula, Plane
from ...engine.lessons.kit.lesson import Frame
from ...engine.lessons.study.messages import Shown, Untrained
from ...engine.lessons.study.study import View
from ..render.cells import blank, line, wrapped
from ..render.palette import Ink
from . import chrome, facts_view, training_view
from .draw.formula import draw as formulas
from .draw.look import Look
from .layout import Page, arrange, compose
from .reading import Reading


@dataclass
class Seen:
    """What was drawn last, for the mouse and for keys that need to know."""

    page: Page | None = None
    top: int = 0
    """The row of the pane where the page begins."""
    rows: int = 0
    """The rows that it has."""


@dataclass(frozen=True)
class LessonView:
    """Draws a reading with what the study knows."""

    reading: Reading
    view: View
    ink: Ink
    seen: Seen
    notice: str = ""
    """A sentence that stands for a while in place of the caption."""

    @property
    def shown(self) -> Shown | None:
        """The frame that is there, if it is of this lesson and scene."""
        shown = self.view.shown
        if isinstance(shown, Shown) and self._ours(shown):
            return shown
        return None

    def _ours(self, shown: Shown | Untrained) -> bool:
        return (shown.place.lesson, shown.place.scene) == (self.reading.lesson.name, self.reading.scene)

    def strips(self, width: int, height: int) -> list[Strip]:
        """The whole picture."""
        side = chrome.SIDE if width >= chrome.NARROW else 0
        left = width - side
        reading, ink = self.reading, self.ink
        frame = self.shown.frame if self.shown is not None else None
        figure = self.focused(frame)
        text = self.notice or (frame.caption if frame is not None and not reading.facts else "")
        lines = 3 if height >= 36 else 2 if height >= 16 else 1
        told = chrome.caption(text, left, ink, lines)
        told += [blank(left, ink)] * (lines - len(told) + (1 if height >= 36 else 0))
        foot = self._foot(frame, left, side, height)
        room = max(1, height - 1 - len(told) - len(foot))
        body = self._body(frame, figure, left, room)
        self.seen.top, self.seen.rows = 1 + len(told), room
        reading.scroll = min(max(0, reading.scroll), max(0, len(body) - room))
        part = body[reading.scroll : reading.scroll + room]
        part += [blank(left, ink)] * (room - len(part))
        name = (figure.title or figure.name) if figure else ""
        beyond = "↓ PgDn  " if len(body) > reading.scroll + room else "↑ PgUp  " if reading.scroll else ""
        strips = [chrome.heading(reading, name, beyond, left, ink), *told, *part, *foot]
        if not side:
            return strips[:height]
        beside = self._beside(side, height, frame)
        return [Strip.join([a, b]) for a, b in zip(strips[:height], beside, strict=True)]

    def focused(self, frame: Frame | None) -> Figure | None:
        """The figure with the cursor: the one of that name, else the first."""
        if frame is None or not frame.figures:
            return None
        return next((f for f in frame.figures if f.name == self.reading.focus), frame.figures[0])

    def _foot(self, frame: Frame | None, width: int, side: int, height: int) -> list[Strip]:
        reading, ink = self.reading, self.ink
        foot: list[Strip] = []
        figure = self.focused(frame)
        if reading.chosen is not None and not side:
            foot += chrome.caption(f"{reading.chosen.help} (left/right, enter types)", width, ink, 1)
        elif self.shown is not None and self.shown.explains and reading.depth != "formula" and not reading.facts:
            foot += self._origin(figure, width, 3 if height >= 30 else 2 if height >= 18 else 0)
        if not side:
            foot += chrome.chips(reading, width, ink, 2 if height >= 22 else 1 if height >= 12 else 0)
        if self.view.told is not None:
            foot.append(training_view.bar(self.view.told, width, ink))
        ids = frame.facts if frame is not None and frame.facts else reading.at.ids
        about = " ".join([reading.at.title, frame.title, frame.caption] if frame is not None else [reading.at.title])
        foot.append(chrome.fact_line(self.view.facts, ids, about, width, ink))
        foot.append(chrome.scrubber(reading, width, ink))
        return foot

    def _origin(self, figure: Figure | None, width: int, rows: int) -> list[Strip]:
        """Where the number under the cursor came from, in always as many lines, so that nothing jumps."""
        pointed, ink = self.view.pointed, self.ink
        told: list[Strip] = []
        if pointed is not None and pointed.origin is not None and figure is not None and pointed.figure == figure.name:
            there = {_bare(formula) for formula in self.shown.frame.formulas} if self.shown is not None else set()
            news = [formula for formula in pointed.origin.formulas if _bare(formula) not in there]
            told = [Strip.join([line([], 1, ink), strip]) for strip in formulas(news, ink, width - 1)[:rows]]
        return told + [blank(width, ink)] * (rows - len(told))

    def _body(self, frame: Frame | None, figure: Figure | None, width: int, room: int) -> list[Strip]:
        reading, ink, view = self.reading, self.ink, self.view
        self.seen.page = None
        if view.gone:
            return [blank(width, ink), *chrome.caption(view.gone, width, ink, 5)]
        if reading.facts:
            return facts_view.facts_page(reading.lesson, view.facts, width, ink)
        if isinstance(view.shown, Untrained) and self._ours(view.shown):
            training = reading.lesson.training(view.shown.training)
            return training_view.offer(training, reading.state, view, width, ink)
        if view.failed is not None:
            return training_view.failure(view.failed, width, ink)
        if frame is None or figure is None:
            return [blank(width, ink), *chrome.caption("computing …", width, ink, 1)] if frame is None else []
        if reading.depth != "overview":
            return self._alone(figure, width, room)
        strips = self._laid(frame, width, room)
        return strips + facts_view.notes_page(reading.lesson, self._noted(), width, ink)

    def _noted(self) -> tuple[str, ...]:
        """The rows whose notes stand here: on the first frame of the first scene that shows them, and nowhere else."""
        reading = self.reading
        if reading.frame:
            return ()
        before = {id_ for scene in reading.lesson.scenes[: reading.scene] for id_ in scene.ids}
        return tuple(id_ for id_ in reading.at.ids if id_ not in before)

    def _laid(self, frame: Frame, width: int, room: int) -> list[Strip]:
        """The figures of a frame, and where they are, with a column free on the left."""
        page = arrange(frame, self.ink, width - 1, room)
        looks = {f.name: self.look(f) for f in frame.figures}
        self.seen.page = page
        edge = line([], 1, self.ink)
        return [Strip.join([edge, strip]) for strip in compose(page, frame, looks, self.ink, width - 1)]

    def look(self, figure: Figure) -> Look:
        """How a figure of the frame is drawn."""
        reading = self.reading
        key = (reading.scene, figure.name)
        frame = self.shown.frame if self.shown is not None else None
        focused = not reading.in_settings and figure is self.focused(frame)
        look = Look(ink=self.ink, cursor=reading.cells.get(key, figure.cursor), focused=focused)
        if isinstance(figure, Plane):
            look = replace(look, at=reading.places.get(key, figure.at))
        pointed = self.view.pointed
        if pointed is not None and pointed.origin is not None and not reading.in_settings:
            look = replace(look, sources=frozenset(pointed.origin.cells.get(figure.name, ())))
        return look

    def _alone(self, figure: Figure, width: int, room: int) -> list[Strip]:
        """The part, or its formula: one figure, what it is, and every number that the one in the focus was made of."""
        ink, reading, pointed = self.ink, self.reading, self.view.pointed
        rows = wrapped(figure.about, width - 2) if figure.about else []
        about = [line([(" " + row, ink.style())], width, ink) for row in rows]
        told: list[Strip] = []
        if reading.depth == "formula":
            if pointed is not None and pointed.origin is not None and pointed.figure == figure.name:
                told = [blank(width, ink), *formulas(pointed.origin.formulas, ink, width)]
            else:
                said = "this number was learned or measured" if reading.at.needs else "this number is given"
                told = [blank(width, ink), *chrome.caption(f"{said}: no formula stands behind it here", width, ink, 1)]
        rest = max(5, room - len(about) - len(told) - 1)
        alone = self._laid(Frame(caption="", figures=(replace(figure, join=""),)), width, rest)
        return [*alone, blank(width, ink), *about, *told]

    def _beside(self, width: int, height: int, frame: Frame | None) -> list[Strip]:
        """Settings, presets and the facts of the scene, in a column of their own."""
        ink, reading = self.ink, self.reading
        edge, inner = line([("│", ink.style(ink.dim))], 1, ink), width - 1
        rows: list[Strip] = [line([(" settings", ink.style(bold=True))], inner, ink)] if reading.settings else []
        for setting in reading.settings:
            rows += chrome.slider(setting, reading, inner, ink)
        if reading.lesson.presets:
            rows += [blank(inner, ink), line([(" presets  p", ink.style(bold=True))], inner, ink)]
            for preset in reading.lesson.presets:
                style = ink.style(ink.good if preset.good else ink.bad, bold=preset is reading.preset)
                sign = "▸" if preset is reading.preset else "+" if preset.good else "−"
                rows.append(line([(f" {sign} {preset.name}", style)], inner, ink))
                if preset is reading.preset:
                    rows += [line([("   " + row, ink.style())], inner, ink) for row in wrapped(preset.why, inner - 4)]
        rows += [blank(inner, ink), line([(" facts of this scene  f: all", ink.style(bold=True))], inner, ink)]
        for proved in self.view.facts:
            if proved is not None and proved.fact.id in reading.at.ids:
                rows += chrome.fact_lines(proved, inner, ink)
        rows = rows[:height] + [blank(inner, ink)] * (height - len(rows))
        return [Strip.join([edge, row]) for row in rows]


def _bare(formula: Formula) -> tuple[str, str]:
    """What two formulas have in common that differ in spaces only."""
    return formula.symbols.replace(" ", ""), formula.numbers.replace(" ", "")
