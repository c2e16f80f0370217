"""Keys that no table has, and the mouse: the letters of settings, clicks on whatever is drawn, and the wheel."""

from textual import events
from textual.widgets import Input

from ...engine.lessons.kit.settings import Moves, Setting, Slider, Words
from ..widgets.prompt import Prompt
from .choosing import Choosing
from .hits import hit

EDITS = ("plus", "equals_sign", "minus")


class Touching(Choosing):
    """What a letter or a click does."""

    def on_key(self, event: events.Key) -> None:
        """The letters of the lesson's own settings; no key of the pane does anything else in the lab."""
        if self._typed(event) or self._restarted(event) or self._lettered(event):
            event.stop()
            event.prevent_default()
            return
        if event.key == "slash" and self.check_action("search", ()):
            self.action_search()  # here, and not when the key has come up to its binding: letters may follow at once
            event.stop()
            event.prevent_default()
            return
        bound = self._bindings.key_to_bindings.get(event.key, [])
        if bound and not any(self.check_action(b.action.partition("(")[0], ()) for b in bound):
            event.stop()
            event.prevent_default()
            if event.key in EDITS and self.reading is not None and not self.reading.facts and self._choosing is None:
                self.tell("this figure is computed; numbers with a setting behind them can be edited")

    def _typed(self, event: events.Key) -> bool:
        """What was pressed before the line to type in had the focus belongs there."""
        prompts = self.screen.query(Prompt)
        line = prompts.first().query_one(Input) if prompts and prompts.first().display else None
        if line is None or self.screen.focused is not line:
            return False
        line.post_message(events.Key(event.key, event.character))
        return True

    def _restarted(self, event: events.Key) -> bool:
        """Whether the process was gone: then a key of the lesson starts it again, and does nothing else."""
        mine = event.key in self._bindings.key_to_bindings and event.key not in ("b", "escape")
        if self.reading is None or not self.study.view.gone or not mine:
            return False
        self._compute()
        return True

    def _lettered(self, event: events.Key) -> bool:
        """Whether a letter of a setting was pressed."""
        reading = self.reading
        if reading is None or reading.facts or self._choosing is not None:
            return False
        for setting in reading.settings:
            if isinstance(setting, Moves) and event.character and event.character in setting.moves:
                self._set({setting.name: reading.state[setting.name] + event.character})
            elif isinstance(setting, Moves) and event.key == "backspace":
                self._set({setting.name: reading.state[setting.name][:-1]})
            elif event.character and event.character == setting.key:
                if isinstance(setting, Words):
                    self._type(setting)
                else:
                    reading.choose(setting.name, by_letter=True)
                    self._turn_round(setting)
                    self._redraw()
            else:
                continue
            return True
        return False

    def on_click(self, event: events.Click) -> None:
        """What was clicked: a line of a list, a setting, the scrubber, the heading, or a number of a figure."""
        strips = self._strips
        found = hit(strips[event.y], event.x) if 0 <= event.y < len(strips) else None
        if found is not None:
            (kind, name), share = found
            self._clicked(kind, name, share)
        elif self._choosing is None:
            self._clicked_figure(event.x - 1, event.y - self._seen.top)

    def _clicked(self, kind: str, name: str, share: float) -> None:
        reading = self.reading
        if kind == "entry":
            self._open_entry(int(name))
        elif reading is None or self._choosing is not None:
            return
        elif kind == "scenes":
            self.action_scenes()
        elif kind == "play":
            self.action_play()
        elif kind == "scrub":
            self._scrub(share)
        elif kind == "setting":
            self._clicked_setting(reading.lesson.setting(name), share)
        elif kind == "track":
            setting = reading.lesson.setting(name)
            reading.choose(name)
            if isinstance(setting, Slider):
                self._set({name: at_share(setting, share)})
            self._redraw()

    def _clicked_setting(self, setting: Setting, share: float) -> None:
        """Choose it; the one that is chosen is turned at its ends."""
        reading = self.reading
        if reading is None:
            return
        if setting is reading.chosen and not 0.25 < share < 0.75:
            self._turn_setting(setting.name, -1 if share < 0.5 else 1)
        reading.choose(setting.name)
        self._redraw()

    def _scrub(self, share: float) -> None:
        """To the frame at a share of the scene, or its time."""
        reading = self.reading
        if reading is None:
            return
        if reading.scrub is not None:
            self._set({reading.scrub.name: at_share(reading.scrub, share)})
        elif reading.frames:
            reading.to(round(share * (reading.frames - 1)))
            self._compute(facts=False)

    def _clicked_figure(self, x: int, y: int) -> None:
        seen, reading = self._seen, self.reading
        if seen.page is None or reading is None or reading.facts or not 0 <= y < seen.rows:
            return
        y += reading.scroll
        found = seen.page.hit(x, y)
        if found is None:
            return
        name, cell = found
        reading.focus, reading.in_settings = name, False
        place = seen.page.hit_at(x, y)
        if place is not None:
            reading.places[reading.scene, name] = place
        elif cell is not None:
            reading.cells[reading.scene, name] = cell
        self._point(pick=True)
        self._redraw()

    def on_mouse_scroll_down(self) -> None:
        """Scroll."""
        self._roll(1)

    def on_mouse_scroll_up(self) -> None:
        """Scroll."""
        self._roll(-1)

    def _roll(self, by: int) -> None:
        """Scroll by three lines; in a list to the next one."""
        if self._choosing is not None or self.reading is None:
            self.action_move("down" if by > 0 else "up")
            return
        self.reading.scroll += 3 * by
        self._redraw()


def at_share(setting: Slider, share: float) -> float:
    """The value of a slider at a share of its range."""
    if setting.stops:
        return setting.stops[round(share * (len(setting.stops) - 1))]
    steps = round(share * (setting.high - setting.low) / setting.step)
    value = min(setting.low + steps * setting.step, setting.high)
    return int(value) if isinstance(setting.default, int) else round(value, 10)
