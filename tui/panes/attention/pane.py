"""Where the heads of a model look: a wall of all, one as a matrix, one token at a time."""

from collections.abc import Hashable
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.strip import Strip

from ....engine.catalog import CATALOG
from ....engine.options import Rule
from ....engine.probes.requests import LookInside, Setting
from ....engine.runs.run import Record
from ...render.attention.maps import AttentionMap, maps
from ..inside import InsidePane
from .help import HELP
from .picture import LOOKS, Choice, Picture, picture

OWN = Rule(name="your own words", kind=str, default="", help="what the model is to read")
TIMESTEP = Rule(name="timestep", kind=int, default=0, low=0, high=1000, help="how noisy the image is; 0: half noise")


class AttentionPane(InsidePane):
    """The attention weights of one example, of every head of every layer."""

    HELP = HELP
    PROBE = "attention"
    KINDS = ("attention",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "look", "Wall/matrix/tokens"),
        Binding("i", "words", "Own words"),
        Binding("full_stop", "example(1)", "Example", key_display=",/."),
        Binding("comma", "example(-1)", "Example before", show=False),
        Binding("right_square_bracket", "head(1)", "Head", key_display="[/]"),
        Binding("left_square_bracket", "head(-1)", "Head before", show=False),
        Binding("enter", "look", "Larger", show=False),
        Binding("m", "mean", "Mean of heads", show=False),
        Binding("s", "scale", "Scale", show=False),
        Binding("w", "whole", "Window/all", show=False),
        Binding("p", "padding", "Padding", show=False),
        Binding("t", "timestep", "Timestep", show=False),
        Binding("home", "end(False)", "First token", show=False),
        Binding("end", "end(True)", "Last token", show=False),
        Binding("f", "large", "Full screen", show=False),
        Binding("escape", "back", "Leave full screen", show=False),
        Binding("up,k", "move(0, -1)", "Up", show=False),
        Binding("down,j", "move(0, 1)", "Down", show=False),
        Binding("left,h", "move(-1, 0)", "Left", show=False),
        Binding("right,l", "move(1, 0)", "Right", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.way = "wall"
        self.tag = ""
        self.chosen_head = 0
        self.mean = False
        self.at_query: int | None = None
        self.at_key: int | None = None
        """The crosshair; None: the token that asks last or first, and the key that it looks at most."""
        self.own, self.whole = True, False
        self.text, self.index = "", -1
        """The user's own words, or else the example; -1 for the one that the data holds up."""
        self.padded, self.timestep = False, 0
        self._model = ""
        self._read: tuple[tuple[Record, ...], list[AttentionMap]] = ((), [])
        self._drawn: Picture | None = None

    def look(self) -> LookInside:
        """The example, or the user's own words."""
        model = self.lab.session.status.model
        if model != self._model:  # another model reads other words
            self._model, self.text, self.index, self.at_query, self.at_key = model, "", -1, None, None
        settings: list[tuple[str, Setting]] = []
        if self.padded and self._learns("translation"):
            settings.append(("padding", True))
        if self.timestep and self._learns("denoising"):
            settings.append(("t", float(self.timestep)))
        held_up = self.index < 0 and self._learns("translation")
        return LookInside(
            self.PROBE, "specimen" if held_up else "test", max(0, self.index), self.text, tuple(settings)
        )  # fmt: skip

    def sight(self) -> Hashable:
        """What the user chose."""
        crosshair = self.at_query, self.at_key
        return self.way, self.tag, self.chosen_head, self.mean, crosshair, self.own, self.whole

    def picture(self, records: tuple[Record, ...], width: int, height: int) -> list[Strip]:
        """The chosen look, with its numbers and legend below."""
        found = self.maps
        if not found:
            self.entitle("attention", self.moment)
            return self.empty("what was kept holds no attention that can be drawn", width, height)
        choice = self.choice
        note = found[choice.layer].note
        what = self.text or (note if "t =" in note else "") or self._example
        self.entitle(f"attention: {what}" + (" …" if self.waits else ""), self.moment)
        self._drawn = picture(found, choice, self.ink, width, height)
        return self._drawn.strips

    def refusal(self, error: str) -> str:
        """Of the user's own words also the way on."""
        return error + (f" (i: other words, . an example): {self.text}" if self.text else "")

    @property
    def maps(self) -> list[AttentionMap]:
        """What there is to draw."""
        records = self.records
        if self._read[0] is not records:
            self._read = (records, maps(records))
        return self._read[1]

    @property
    def choice(self) -> Choice:
        """What the user chose, as far as there is such a thing in these maps."""
        found = self.maps
        tags = [each.tag for each in found]
        layer = tags.index(self.tag) if self.tag in tags else self._default(found)
        chosen = found[layer]
        head = None if self.mean and chosen.heads > 1 else min(self.chosen_head, chosen.heads - 1)
        last = len(chosen.rows) - 1
        query = (0 if chosen.type == "cross" else last) if self.at_query is None else min(self.at_query, last)
        row = chosen.head(head)[0][query]
        most = int(row.argmax()) if self.at_key is None else self.at_key
        return Choice(self.way, layer, head, query, min(most, len(row) - 1), self.own, self.whole)

    @staticmethod
    def _default(found: list[AttentionMap]) -> int:
        """The last cross-attention, else the last layer."""
        layers = [k for k, each in enumerate(found) if not each.layers] or [0]
        return max((k for k in layers if found[k].type == "cross"), default=layers[-1])

    @property
    def _example(self) -> str:
        if self._kept:
            return "the example that was kept"
        look = self.look()
        return "a sentence of the data" if look.split == "specimen" else f"test example {look.index}"

    def _learns(self, objective: str) -> bool:
        entry = CATALOG.get(self.lab.session.status.model)
        return entry is not None and entry.objective == objective

    def action_look(self) -> None:
        """The next of the three looks."""
        self.way = LOOKS[(LOOKS.index(self.way) + 1) % len(LOOKS)]
        self.pull()

    def action_move(self, x: int, y: int) -> None:
        """Choose a head and layer, move the crosshair, or move the focus."""
        if not self.maps:
            return
        choice = self.choice
        if self.way == "wall":
            layer = min(max(choice.layer + y, 0), len(self.maps) - 1)
            self.tag, self.mean = self.maps[layer].tag, self.mean and not x
            self.chosen_head = (
                min(max((choice.head or 0) + x, 0), self.maps[layer].heads - 1) if x else self.chosen_head
            )
        elif self.way == "tokens" and y:
            self.action_head(y)
            return
        else:
            across = self.way == "tokens"
            rows, columns = len(self.maps[choice.layer].rows), len(self.maps[choice.layer].columns)
            if y or across:
                self.at_query = min(max(choice.query + (x if across else y), 0), rows - 1)
            if across:
                self.at_key = None
            elif x:
                self.at_key = min(max(choice.key + x, 0), columns - 1)
        self.pull()

    def action_head(self, by: int) -> None:
        """The next head, through all layers."""
        if not self.maps:
            return
        places = [(k, head) for k, each in enumerate(self.maps) for head in range(each.heads)]
        choice = self.choice
        at = places.index((choice.layer, choice.head or 0)) + by
        self.mean = False
        layer, self.chosen_head = places[at % len(places)]
        self.tag = self.maps[layer].tag
        self.pull()

    def action_end(self, last: bool) -> None:
        """The first query or the last one."""
        if self.maps:
            self.at_query = len(self.maps[self.choice.layer].rows) - 1 if last else 0
            self.at_key = None
            self.pull()

    def action_mean(self) -> None:
        """The mean of the heads, or one of them."""
        self.mean = not self.mean
        self.pull()

    def action_scale(self) -> None:
        """Tints up to the head's own largest weight, or up to 1."""
        self.own = not self.own
        self.pull()

    def action_whole(self) -> None:
        """A window of the matrix, or all of it."""
        self.whole = not self.whole
        self.pull()

    def action_padding(self) -> None:
        """The example with its padding, or without."""
        self.padded = not self.padded
        self.pull()

    def action_example(self, by: int) -> None:
        """The next example of the data, or the one before; from the user's own words back to the data."""
        first = -1 if self._learns("translation") else 0
        if not self.text:
            self.index = max(first, max(self.index, first) + by)
        self.text, self.at_query, self.at_key = "", None, None
        self.pull()

    def action_words(self) -> None:
        """Have a sentence typed."""
        if self._learns("denoising"):
            self.notify("this model looks at images, not at words", timeout=3, markup=False)
            return
        from ...screens.value import ValueScreen

        def take(text: str | None) -> None:
            if text and text.strip():
                self.text, self.at_query, self.at_key = text.strip(), None, None
                self._kept = ()
                self.pull()

        self.app.push_screen(ValueScreen(OWN, self.text), take)

    def action_timestep(self) -> None:
        """Have a timestep typed."""
        if not self._learns("denoising"):
            self.notify("only a diffusion model has timesteps", timeout=3, markup=False)
            return
        from ...screens.value import ValueScreen

        def take(text: str | None) -> None:
            if text:
                self.timestep = int(TIMESTEP.parse(text))
                self.pull()

        self.app.push_screen(ValueScreen(TIMESTEP, self.timestep), take)

    def action_back(self) -> None:
        """Leave the full screen."""
        if self.screen.maximized is not self:
            raise SkipAction
        self.screen.minimize()

    def on_click(self, event: events.Click) -> None:
        """Choose the map that was clicked; a second click shows it large."""
        offset = event.get_content_offset(self)
        if offset is None or self._drawn is None or self._drawn.wall is None or not self.maps:
            return
        hit = self._drawn.wall.hit(offset.x, offset.y - self._drawn.top)
        if hit is None or hit[1] >= self.maps[hit[0]].heads:
            return
        event.stop()
        choice = self.choice
        if (choice.layer, choice.head) == hit:
            self.way = "matrix"
        self.tag, self.chosen_head, self.mean = self.maps[hit[0]].tag, hit[1], False
        self.pull()
