"""A language model's text: the next token, what it writes, what each token costs; live, stored, and as it was."""

from collections.abc import Hashable
from typing import Any, ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.timer import Timer

from ....engine.options import Rule
from ....engine.probes.requests import LookInside, Setting
from ....engine.runs.run import Record
from ...plain_records import lines_of
from ...render.cells import line, note
from ...render.numbers import cut
from ..inside import InsidePane
from .help import HELP
from .knobs import LADDERS, NEUTRAL, knob_texts, stepped
from .scene import Sight, block, cost_picture, generation_picture, knobs, next_picture, tabs
from .words import of_kind

LOOKS = {"next": "next token", "generation": "generation", "tokens": "cost"}
DECODERS = ("greedy", "beam", "sample")
LENGTH = 48
"""Tokens of one generation: it is written again and again while the model trains."""
TICK = 0.08
"""Seconds between two tokens of a text that is written before one's eyes."""
TYPED = Rule(name="text", kind=str, default="", help="what the model reads instead of a passage")
_TABBED = 12


class TextPane(InsidePane):
    """The text of a model that reads tokens."""

    PROBE = "text"
    KINDS = ("tokens", "text", "translations")
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "turn", "Look"),
        Binding("i", "type", "Own text"),
        Binding("full_stop", "passage(1)", "Passage", key_display=",/."),
        Binding("comma", "passage(-1)", "Passage before", show=False),
        Binding("n", "seed", "Seed"),
        Binding("g", "replay", "Write again", show=False),
        Binding("b", "decode", "Search", show=False),
        Binding("left_square_bracket", "step('temperature', -1)", "Colder", show=False),
        Binding("right_square_bracket", "step('temperature', 1)", "Hotter", show=False),
        Binding("k", "step('top_k', -1)", "Fewer", show=False),
        Binding("K", "step('top_k', 1)", "More", show=False),
        Binding("p", "step('top_p', -1)", "Less", show=False),
        Binding("P", "step('top_p', 1)", "More", show=False),
        Binding("left", "move(-1)", "Left", show=False),
        Binding("right", "move(1)", "Right", show=False),
        Binding("up", "scroll(-1)", "Up", show=False),
        Binding("down", "scroll(1)", "Down", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.part = "next"
        self.index: int | None = None
        self.typed = ""
        self.chosen: dict[str, float] = {}
        """Of temperature, top_k, top_p and seed those that the user has set."""
        self.method: str | None = None
        self.place: int | None = None
        self._cursors = {"generation": 0, "tokens": 0}
        self._first = 0
        self._told: dict[str, Any] = {}
        """What the latest answer said about settings and places."""
        self._shown: int | None = None
        self._held: tuple[Record, ...] = ()
        self._clock: Timer | None = None

    @property
    def _translates(self) -> bool:
        return self.lab.session.status.model == "translator"

    @property
    def parts(self) -> tuple[str, ...]:
        """The looks that this model has: what fills gaps writes nothing."""
        return ("next", "tokens") if self.lab.session.status.model == "encoder" else tuple(LOOKS)

    @property
    def records(self) -> tuple[Record, ...]:
        """What is drawn; while it is written before one's eyes, what there was at the beginning."""
        return self._held or super().records

    def look(self) -> LookInside:
        """The part in sight, with the settings that the user has chosen."""
        part = self.part if self.part in self.parts else self.parts[0]
        settings: dict[str, Setting] = {"part": part, "length": LENGTH, **self.chosen}
        if part == "next" and self.place is not None:
            settings["place"] = self.place
        method = self.method or ("sample" if self.chosen.keys() & LADDERS.keys() else None)
        if self._translates and method:
            settings["decode"] = method
        split = "specimen" if self._translates and self.index is None else "test"
        return LookInside(self.PROBE, split, self.index or 0, self.typed, tuple(settings.items()))

    def sight(self) -> Hashable:
        """Look, cursors, scrolling, and how much is written."""
        return self.part, tuple(self._cursors.items()), self._first, self._shown, len(self._held)

    def picture(self, records: tuple[Record, ...], width: int, height: int) -> list[Strip]:
        """Looks, settings, and the chosen look."""
        part = self.part if self.part in self.parts else self.parts[0]
        record = of_kind(records, part)
        if record is not None and not self._kept:
            self._told = dict(record.arrays)
        self.entitle(self._title(LOOKS[part], record), self.moment)
        names, ink = [LOOKS[name] for name in self.parts], self.ink
        head = [tabs(names, LOOKS[part], ink, width)] if height >= _TABBED else []
        if part != "tokens" and record is not None:
            head.append(knobs(self._knobs(part), ink, width))
        room = height - len(head)
        sight = Sight(self._cursors.get(part, 0), self._first, self._shown)
        if record is None:
            return block([*head, *self._other(part, records, width, room)], width, height, ink)
        draws = {"next": next_picture, "generation": generation_picture, "tokens": cost_picture}
        try:
            body = draws[part](record, sight, ink, width, room)
        except (KeyError, IndexError, ValueError, TypeError) as error:  # what is kept may have been damaged
            body = note(cut(f"this record cannot be drawn: {error!r}", width), width, ink, room)
        return block([*head, *body], width, height, ink)

    def _other(self, part: str, records: tuple[Record, ...], width: int, height: int) -> list[Strip]:
        """Kept records that no look draws, or why there is nothing."""
        kept = of_kind(records, "text") or of_kind(records, "translations")
        if not self._kept or part != "generation" or kept is None:
            text = "…" if not self._kept else f"of this step no {LOOKS[part]} was kept: m shows another look, | is now"
            return note(text, width, self.ink, height)
        base = self.ink.style()
        return [
            line([(text, base + (style or Style.null())) for text, style in parts], width, self.ink)
            for parts in lines_of(kept, width, self.ink.coloured)[:height]
        ]

    def _title(self, look: str, record: Record | None) -> str:
        waits = " …" if self.waits else ""
        if record is None or "passage" not in record.arrays:
            return f"text › {look}{waits}"
        index, count = record.arrays["passage"].tolist()
        what = "sentence" if self._translates else "passage"
        where = f"{what} {index + 1}/{count}" if count > 1 else "the specimen" if count else "your text"
        return f"text › {look} · {where}{waits}"

    def _knobs(self, part: str) -> list[tuple[str, str, str]]:
        """Name, value and keys of each setting."""
        writes = part == "generation"
        method = [("by", str(self._told.get("decode", "")), "b")] if writes and self._translates else []
        seed = [("seed", f"{self._value('seed'):.0f}", "n")] if writes else []
        return method + knob_texts({name: self._value(name) for name in LADDERS}) + seed

    def _value(self, name: str) -> float:
        """What the user chose, else what the latest answer was made with."""
        return self.chosen[name] if name in self.chosen else float(self._told.get(name, NEUTRAL[name]))

    def action_turn(self) -> None:
        """The next look."""
        parts = self.parts
        self.part = parts[(parts.index(self.part) + 1) % len(parts)] if self.part in parts else parts[0]
        self._stop()
        self._first = 0
        self.pull()

    def action_step(self, name: str, by: int) -> None:
        """One step of a setting's ladder."""
        searched = self._translates and str(self._told.get("decode", "sample")) != "sample"
        self.chosen[name] = stepped(
            name, NEUTRAL[name] if searched and name not in self.chosen else self._value(name), by
        )
        self.method = None
        self._stop()
        self.pull()

    def action_seed(self) -> None:
        """Another seed, whose text is another one."""
        self.chosen["seed"] = self._value("seed") + 1
        if self._translates:
            self.method = "sample"
        self._stop()
        self.pull()

    def action_decode(self) -> None:
        """Greedy, beam, sampling: of a translator."""
        if not self._translates:
            self.notify("only a translator searches: temperature 0 is greedy", timeout=3, markup=False)
            return
        now = str(self._told.get("decode", self.method or "greedy"))
        self.method = DECODERS[(DECODERS.index(now) + 1) % len(DECODERS)] if now in DECODERS else DECODERS[0]
        self._stop()
        self.pull()

    def action_passage(self, by: int) -> None:
        """Another passage; your own text is left."""
        if self.typed:
            self.typed = ""
        elif self.index is None and self._translates:
            self.index = 0 if by > 0 else -1
        else:
            self.index = (self.index or 0) + by
        self._begin()

    def action_type(self) -> None:
        """Ask for the user's own text."""
        from ...screens.value import ValueScreen

        def take(text: str | None) -> None:
            if text:
                self.typed = text
                self._begin()

        self.app.push_screen(ValueScreen(TYPED, self.typed), take)

    def _begin(self) -> None:
        """Another text: from its beginning."""
        self._stop()
        self.place, self._first = None, 0
        self._cursors = dict.fromkeys(self._cursors, 0)
        self._kept = ()
        self.pull()

    def action_move(self, by: int) -> None:
        """Move the cursor; of the next token, the end of the prompt."""
        record = of_kind(self.records, self.part)
        if record is None:
            return
        self._stop()
        if self.part == "next":
            before, after = len(record.arrays["prompt"]), len(record.arrays["after"])
            at = (before if self.place is None or not self.waits else self.place) + by
            self.place = max(0, min(at, before + after - (1 if "hidden" in record.arrays else 0)))
        else:
            last = len(record.arrays["tokens"]) - 1
            self._cursors[self.part] = max(0, min(self._cursors[self.part] + by, last))
        self._first = 0
        self.pull()

    def action_scroll(self, by: int) -> None:
        """Scroll the table."""
        record = of_kind(self.records, self.part)
        rows = 0 if record is None else len(record.arrays.get("number", ())) if self.part == "next" else 12
        self._first = max(0, min(self._first + by, rows - 1))
        self.pull()

    def action_replay(self) -> None:
        """Write the text again, token by token, before one's eyes."""
        record = of_kind(self.records, "generation")
        if record is None:
            return
        self._stop()
        self._held, self._shown = self.records, 1
        self._clock = self.set_interval(TICK, self.write_on)
        self.pull()

    def write_on(self) -> None:
        """One more token."""
        record = of_kind(self._held, "generation")
        if record is None or self._shown is None or self._shown >= len(record.arrays["tokens"]):
            self._stop()
        else:
            self._shown += 1
            self._cursors["generation"] = self._shown - 1
        self.pull()

    def _stop(self) -> None:
        """All of the text at once, and the newest one."""
        if self._clock is not None:
            self._clock.stop()
        self._clock, self._shown, self._held = None, None, ()
