"""One lesson as strips: heading, caption, figures, where the number in the focus came from, settings, facts."""

from dataclasses import dataclass, replace

from textual.strip import Strip

from ...engine.lessons.kit.figures import Figure, Grid, Plane
from ...engine.lessons.kit.lesson import Frame
from ...engine.lessons.study.messages import Shown, Untrained
from ...engine.lessons.study.study import View
from ..render.cells import blank, line, note, wrapped
from ..render.palette import Ink
from . import alone, beside_view, chrome, cutting, fact_view, facts_view, settings_view, training_view
from .draw.look import Look
from .layout import Page, arrange, breaks, compose
from .origin_view import led, news, origin_rows, same
from .reading import Reading
from .seen import Seen, Space

LEAST = (36, 8)
"""Columns and rows with fewer of which nothing can be shown."""


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
        if width < LEAST[0] or height < LEAST[1]:
            return note("a lesson needs 40 x 12 cells", width, self.ink, height)
        side = chrome.SIDE if width >= chrome.NARROW else 0
        left = width - side
        frame = self.shown.frame if self.shown is not None else None
        key = (self.reading.lesson.name, width, height, self.reading.facts)
        if self._waits(frame) and self.seen.kept is not None and self.seen.kept[0] == key:
            strips, beyond = self.seen.kept[1], ""
        else:
            strips, beyond = self._under(frame, left, side, height - 1)
            self.seen.kept = (key, strips)
        figure = self.focused(frame)
        name = (figure.title or figure.name) if figure else ""
        depth = self._depth(figure)
        if depth == "formula" and figure is not None and not self._explained(figure):
            depth = "part"
        busy = training_view.computing(self.view)
        strips = [chrome.heading(self.reading, name, depth, beyond, busy, left, self.ink), *strips]
        if not side:
            return strips
        beside = beside_view.column(self.reading, self.view.facts, side, height, self.ink)
        return [Strip.join([a, b]) for a, b in zip(strips, beside, strict=True)]

    def _waits(self, frame: Frame | None) -> bool:
        """Whether there is nothing of this scene yet: until then the last picture stands."""
        view = self.view
        ours = view.shown is not None and self._ours(view.shown)
        return frame is None and not (ours or view.gone or view.failed is not None or self.reading.facts)

    def _depth(self, figure: Figure | None) -> str:
        """How deep one looks: where no number is, there is no formula behind it."""
        if self.reading.depth != "formula" or figure is None or alone.numbered(figure):
            return self.reading.depth
        pointed = self.view.pointed
        told = pointed is not None and pointed.figure == figure.name and pointed.origin is not None
        return "formula" if told else "part"

    def _under(self, frame: Frame | None, width: int, side: int, height: int) -> tuple[list[Strip], str]:
        """Everything under the heading, and where there is more to see.

        Blank lines under the caption and around the origin go to a body that would scroll else; those that the body
        leaves go to the origin and to a fact that fails.
        """
        reading, ink = self.reading, self.ink
        figure = self.focused(frame)
        lines = 3 if height >= 35 else 2 if height >= 15 else 1
        text = self.notice or (frame.caption if frame is not None and not reading.facts else "")
        told = chrome.caption(text, width, ink, lines)
        chips = (
            [] if side else settings_view.chips(reading, width, ink, 2 if height >= 21 else 1 if height >= 11 else 0)
        )
        trains = [training_view.bar(self.view.told, width, ink)] if self.view.told is not None else []
        space = height - len(told) - len(chips) - len(trains) - 2
        pad = lines - len(told) + (height >= 35)
        kept = self._reserved(figure, side, height)
        needed = self._below(figure, width, side, 100)
        room = max(1, space - pad - kept)
        asked = len(needed) - kept
        whole = Space(room, max(0, -asked), pad, max(0, asked), reading.chosen is not None and not side)
        body = self._body(frame, figure, width, whole)
        used = min(len(body), whole.most)
        pad = min(pad, whole.most - used)
        rest = max(0, space - pad - used)
        below = needed if len(needed) <= rest else self._below(figure, width, side, rest)
        free = rest - len(below)
        facts = self._fact(frame, width, 1 + (free > 0))
        free = max(0, free + 1 - len(facts))
        self.seen.top, self.seen.rows = 1 + len(told) + pad, used + free
        reading.scroll = min(max(0, reading.scroll), max(0, len(body) - used))
        part = body[reading.scroll : reading.scroll + used]
        self.seen.next = None
        if self.seen.page is not None and reading.depth == "overview":
            part, self.seen.next = cutting.ended(self.seen.page, part, reading.scroll, ink)
        beyond = "↓ PgDn" if len(body) > reading.scroll + used else "↑ PgUp" if reading.scroll else ""
        empty = blank(width, ink)
        strips = [*told, *[empty] * pad, *part, *[empty] * free, *below, *chips, *trains, *facts]
        strips = [*strips, chrome.scrubber(reading, width, ink)]
        return (strips + [empty] * height)[:height], beyond

    def focused(self, frame: Frame | None) -> Figure | None:
        """The figure with the cursor: the one of that name, else the first."""
        if frame is None or not frame.figures:
            return None
        return next((f for f in frame.figures if f.name == self.reading.focus), frame.figures[0])

    def _reserved(self, figure: Figure | None, side: int, height: int) -> int:
        """Lines that are kept under the figures, so that nothing jumps when a number gets the focus."""
        reading = self.reading
        kept = 0
        if self.shown is not None and self.shown.explains and not reading.facts and self._depth(figure) != "formula":
            kept = 3 if height >= 29 else 2 if height >= 17 else 0
        return max(kept, int(reading.chosen is not None and not side))

    def _below(self, figure: Figure | None, width: int, side: int, most: int) -> list[Strip]:
        """What the chosen setting does, or where the number under the cursor came from."""
        reading, pointed, ink = self.reading, self.view.pointed, self.ink
        if reading.chosen is not None and not side:
            return chrome.caption(f"{reading.chosen.help} (left/right, enter types)", width, ink, min(1, most))
        if reading.facts or self.shown is None or self._depth(figure) == "formula":
            return []
        if pointed is None or pointed.origin is None or figure is None or pointed.figure != figure.name:
            return []
        told = pointed.origin.formulas
        overview = reading.depth == "overview"
        rows = origin_rows(news(told, self.shown.frame.formulas) if overview else told, ink, width - 1, most)
        rows = led(rows, ink, width - 1, most) if overview else rows
        return [Strip.join([line([], 1, ink), strip]) for strip in rows]

    def _without(self, frame: Frame, figure: Figure, space: Space) -> Frame:
        """The frame without the formulas that stand, with other numbers, under the figures for the cursor's number."""
        reading, pointed = self.reading, self.view.pointed
        if space.help:
            return frame
        key = (reading.lesson.name, reading.scene, figure.name)
        if not self._asked(figure):
            there = pointed is not None and pointed.figure == figure.name
            origin = pointed.origin if pointed is not None and there else None
            cursor = news(origin.formulas, frame.formulas) if origin is not None else []
            gone = [f.symbols for f in frame.formulas if any(same(f, other) for other in cursor)]
            self.seen.replaced[key] = frozenset(gone)
        gone_now = self.seen.replaced.get(key, frozenset())
        return replace(frame, formulas=tuple(f for f in frame.formulas if f.symbols not in gone_now))

    def _fact(self, frame: Frame | None, width: int, most: int) -> list[Strip]:
        """The fact that matters here."""
        if self.view.gone:
            return [line([(" facts unknown", self.ink.style(self.ink.dim))], width, self.ink)]
        at = self.reading.at
        ids = frame.facts if frame is not None and frame.facts else at.ids
        about = " ".join([at.title, frame.title, frame.caption] if frame is not None else [at.title])
        return fact_view.fact_line(self.view.facts, ids, about, width, self.ink, most)

    def _body(self, frame: Frame | None, figure: Figure | None, width: int, space: Space) -> list[Strip]:
        reading, ink, view = self.reading, self.ink, self.view
        self.seen.page = None
        if view.gone:
            return [blank(width, ink), *chrome.caption(view.gone, width, ink, 5)]
        if reading.facts:
            return facts_view.facts_page(reading.lesson, view.facts, width, ink)
        if isinstance(view.shown, Untrained) and self._ours(view.shown):
            training = reading.lesson.training(view.shown.training)
            strips = training_view.offer(training, reading.state, view, width, ink)
            return strips + self._notes(None, width).rows(space.room - len(strips))
        if view.failed is not None:
            return training_view.failure(view.failed, width, ink)
        if frame is None or figure is None:
            said = training_view.computing(view) or "computing …"
            return [blank(width, ink), *chrome.caption(said, width, ink, 1)] if frame is None else []
        if reading.depth != "overview":
            return self._alone(frame, figure, width, space.most)
        return self._laid(self._without(frame, figure, space), width, space)

    def _notes(self, frame: Frame | None, width: int) -> facts_view.Notes:
        """The notes on the rows of the first scene that shows them, those that the frame is about first."""
        reading = self.reading
        before = {id_ for scene in reading.lesson.scenes[: reading.scene] for id_ in scene.ids}
        about = frame.facts if frame is not None else ()
        ids = [id_ for id_ in dict.fromkeys((*about, *reading.at.ids)) if id_ not in before]
        return facts_view.Notes.of(reading.lesson, ids, width, self.ink)

    def _laid(self, frame: Frame, width: int, space: Space) -> list[Strip]:
        """The figures of a frame, and what is right instead of what the notes say."""
        notes = self._notes(frame, width)
        key = (self.reading.lesson.name, self.reading.scene, width, self.ink)
        before = self.seen.laid[1] if self.seen.laid is not None and self.seen.laid[0] == key else None
        room, under = space.room, space.room + space.idle
        narrow = None
        for high in (room - notes.wanted(room), min(room, under - notes.least(room)), room, under, space.most):
            page = arrange(frame, self.ink, width - 1, high, before)
            if page.height <= high:
                if not breaks(page, frame, self.ink, width - 1):
                    break
                narrow = narrow or page
        else:
            page = narrow or page
        self.seen.laid = (key, page)
        free = under - page.height
        return self._composed(page, frame, width) + notes.rows(max(free - space.asked, min(free, notes.shortest)))

    def _composed(self, page: Page, frame: Frame, width: int) -> list[Strip]:
        """A page with a column free on the left."""
        whole = {f.name: f for f in self.shown.frame.figures} if self.shown is not None else {}
        looks = {f.name: alone.shifted(self.look(whole.get(f.name, f)), page, f.name) for f in frame.figures}
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
        if pointed is not None and pointed.origin is not None:
            look = replace(look, sources=frozenset(pointed.origin.cells.get(figure.name, ())))
        return look

    def _alone(self, frame: Frame, figure: Figure, width: int, room: int) -> list[Strip]:
        """The part, or its formula: one figure, what it is, and every number that the one in the focus was made of."""
        ink, reading, pointed = self.ink, self.reading, self.view.pointed
        origin = pointed.origin if pointed is not None and pointed.figure == figure.name else None
        cursor = reading.cells.get((reading.scene, figure.name), figure.cursor)
        made = alone.Alone(frame, figure, cursor, origin.cells if origin else {}, ink, width - 1)
        rows = wrapped(figure.about, width - 2) if figure.about else []
        about = [line([(" " + row, ink.style())], width, ink) for row in rows]
        if self._depth(figure) != "formula":
            page = made.part(max(5, room - len(about) - bool(about)))
            strips = self._composed(page, Frame(caption="", figures=page.figures), width)
            return [*strips, *([blank(width, ink), *about] if about else [])]
        told = origin.formulas if origin is not None else () if self._asked(figure) else frame.formulas
        page = made.formula(told, room if told else room - 2)
        strips = self._composed(page, Frame(caption="", figures=page.figures, formulas=told), width)
        empty = isinstance(figure, Grid) and alone.blank_at(figure, cursor)
        if origin is not None or self._asked(figure):
            return cutting.headed(strips, page, "not computed yet at this frame:", ink) if told and empty else strips
        given = "given: + and - change it" if figure.edits else ""
        given = "not computed yet at this frame" if empty else given
        if told:
            strips = cutting.headed(strips, page, f"{given}; this frame:" if given else "this frame:", ink)
        else:
            said = given or "no formula of this number is kept here"
            strips += [blank(width, ink), *chrome.caption(said, width, ink, 1)]
        return strips + ([blank(width, ink), *about] if about and len(strips) + len(about) < room else [])

    def _explained(self, figure: Figure) -> bool:
        """Whether it is known where the number under the cursor came from, or asked."""
        pointed = self.view.pointed
        there = pointed is not None and pointed.figure == figure.name and pointed.origin is not None
        return there or self._asked(figure)

    def _asked(self, figure: Figure) -> bool:
        """Whether the answer to where the number came from is still on its way."""
        pointed, shown = self.view.pointed, self.shown
        there = pointed is not None and pointed.figure == figure.name
        return shown is not None and figure.name in shown.explains and not there
