"""Looking at a lesson: the cursor in figures, the settings and what is typed for them."""

from ...engine.lessons.kit.figures import Plane
from ...engine.lessons.kit.settings import Numbers, Setting, Slider
from ...engine.lessons.study.messages import Shown
from ...engine.options import OptionError
from ..widgets.prompt import Prompt
from .draw.figure import moved, moved_at
from .settings_view import named
from .studying import Studying

PAGE = 10
"""Lines of a list that a page has."""
TYPING = "Enter takes, Esc cancels, Ctrl+U clears"


class Looking(Studying):
    """What the keys that move a cursor or change a number do."""

    def action_region(self, by: int) -> None:
        """The next figure, after the last one the settings; back to the figure after a letter has turned a setting."""
        reading, shown = self.reading, self.study.view.shown
        if reading is None:
            return
        names = [f.name for f in shown.frame.figures] if isinstance(shown, Shown) and self._current(shown) else []
        places = [*names, *(["settings"] if reading.settings else [])]
        if not places:
            return
        figure = self._figure()
        here = "settings" if reading.in_settings else figure.name if figure is not None else places[0]
        there = places[(places.index(here) + by) % len(places)] if here in places else places[0]
        if reading.in_settings and reading.by_letter:
            there = reading.focus or places[0]
        reading.in_settings, reading.by_letter = there == "settings", False
        if not reading.in_settings:
            reading.focus = there
            if self._steers():
                reading.depth = "overview"
            self._ask_cursor()
            self._follow()
        self._redraw()

    def action_move(self, key: str) -> None:
        """Move the cursor: in the index, in a figure, among settings, or down a page."""
        reading, lines = self.reading, {"up": -1, "down": 1}.get(key, 0)
        if self._choosing is not None:
            self._choosing = self._choosing.to(self._choosing.at + lines)
        elif reading is None:
            self._chosen = max(0, self._chosen + lines)
        elif reading.facts:
            reading.scroll += lines
        elif reading.chosen is not None:
            if key in ("up", "down"):
                by = -1 if key == "up" else 1
                reading.setting = min(max(reading.setting + by, 0), len(reading.settings) - 1)
            else:
                self._turn_setting(reading.chosen.name, -1 if key == "left" else 1)
        else:
            self._move_cursor(key)
        self._redraw()

    def _move_cursor(self, key: str) -> None:
        figure, reading = self._figure(), self.reading
        if figure is None or reading is None:
            return
        at = (reading.scene, figure.name)
        if isinstance(figure, Plane):
            x0, x1, y0, y1 = figure.extent
            place = reading.places.get(at, figure.at) or ((x0 + x1) / 2, (y0 + y1) / 2)
            reading.places[at] = moved_at(figure, place, key)
        else:
            cell = reading.cells.get(at, figure.cursor)
            reading.cells[at] = moved(figure, cell, key) if cell is not None else (0, 0)
        self._point(pick=True)

    def _ask_cursor(self) -> None:
        """Give the figure with the focus a cursor, and ask of it."""
        figure, reading = self._figure(), self.reading
        if figure is None or reading is None:
            return
        at = (reading.scene, figure.name)
        if not isinstance(figure, Plane) and reading.cells.get(at, figure.cursor) is None:
            reading.cells[at] = (0, 0)
        self._point()

    def _follow(self) -> None:
        """Scroll so that the figure with the focus is seen."""
        reading = self.reading
        page = self._seen.page
        region = page.region(reading.focus) if page is not None and reading is not None else None
        if reading is not None and region is not None:
            top, bottom = reading.scroll, reading.scroll + self._seen.rows
            if (region.y + region.h) > bottom:
                reading.scroll = min(region.y, (region.y + region.h) - self._seen.rows)
            if region.y < top:
                reading.scroll = region.y

    def action_page(self, by: int) -> None:
        """Scroll by a page."""
        if self._choosing is not None:
            self._choosing = self._choosing.to(self._choosing.at + by * PAGE)
        elif self.reading is None:
            self._chosen = max(0, self._chosen + by * PAGE)
        else:
            below = self._seen.next if by > 0 else None
            self.reading.scroll = self.reading.scroll + by * max(1, self._seen.rows - 2) if below is None else below
        self._redraw()

    def action_edit(self, by: int) -> None:
        """One number of an editable figure up or down; of settings, the chosen one."""
        figure, reading = self._figure(), self.reading
        if reading is None:
            return
        if reading.chosen is not None:
            self._turn_setting(reading.chosen.name, by)
            return
        if figure is None or not figure.edits:
            return
        cell = reading.cells.get((reading.scene, figure.name), figure.cursor)
        setting = reading.lesson.setting(figure.edits)
        if cell is None or not isinstance(setting, Numbers):
            return
        value = reading.state[setting.name]
        row, column = cell[0] - figure.edits_from[0], cell[1] - figure.edits_from[1]
        if 0 <= row < len(value) and 0 <= column < len(value[0]):
            self._set({setting.name: setting.edited(value, row, column, by)})
        else:
            self.tell("this cell is padding; the cells inside can be edited")

    def _steers(self) -> bool:
        """Whether the cursor is a point of a plane that sets settings: seen in the other figures, so never alone."""
        figure, shown = self._figure(), self.study.view.shown
        return isinstance(figure, Plane) and isinstance(shown, Shown) and figure.name in shown.picks

    def _editable(self) -> bool:
        """Whether plus and minus change something: the chosen setting, or numbers of the figure with the cursor."""
        figure, reading = self._figure(), self.reading
        return (reading is not None and reading.chosen is not None) or (figure is not None and bool(figure.edits))

    def action_turn(self, by: int) -> None:
        """The setting that had the cursor last, down or up."""
        reading = self.reading
        if reading is not None and reading.settings:
            reading.choose(reading.settings[min(reading.setting, len(reading.settings) - 1)].name, by_letter=True)
            if reading.chosen is not None:
                self._turn_setting(reading.chosen.name, by)
            self._redraw()

    def _turn_round(self, setting: Setting) -> None:
        """The next value: what a letter does; choices go round, a slider ends at its last value."""
        if self.reading is None:
            return
        value = self.reading.state[setting.name]
        turned = setting.turn(value, 1)
        if turned == value and isinstance(setting, Slider):
            self.tell(f"{named(setting)} {setting.show(value)} is the last value; left goes back, enter types one")
        self._set({setting.name: turned})

    def _turn_setting(self, name: str, by: int) -> None:
        if self.reading is not None:
            setting = self.reading.lesson.setting(name)
            self._set({name: setting.turn(self.reading.state[name], by)})

    def _type(self, setting: Setting) -> None:
        """Type the value of a setting."""
        reading = self.reading
        if reading is None:
            return

        def take(text: str) -> str:
            try:
                value = setting.parse(text)
            except OptionError as error:
                return str(error)
            self._set({setting.name: value})
            return ""

        now = setting.show(reading.state[setting.name])
        self.screen.query_one(Prompt).ask(setting.name, now, take, lambda _: TYPING)
