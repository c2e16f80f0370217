"""The arena: generator against discriminator, live, half a step at a time, with the rates in one's hand."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from ....engine.options import OptionError, show
from ....engine.probes.requests import LookInside
from ....engine.runs.run import Record
from ....engine.training.commands import Change, Half, Step
from ....engine.training.status import ENDED
from ...render.arena.plane import Layers
from ..inside import InsidePane
from .help import HELP
from .scene import Sight, scene
from .words import KNOBS, Knobs

COUNTED = "discriminator_steps"


class ArenaPane(InsidePane):
    """What both networks do, in one plane or in two sheets of images."""

    PROBE = "arena"
    KINDS = ("points", "surface", "images")
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "half('discriminator')", "Half-step of D", key_display="d/g"),
        Binding("g", "half('generator')", "Half-step of G", show=False),
        Binding("b", "both", "Both"),
        Binding("k", "knob", "Which rate", show=False),
        Binding("left_square_bracket", "turn(-1)", "Less", show=False),
        Binding("right_square_bracket", "turn(1)", "Rates", key_display="[/]"),
        Binding("R", "layer('real')", "Real", show=False),
        Binding("G", "layer('fake')", "Generated", show=False),
        Binding("S,s", "layer('surface')", "Surface", show=False),
        Binding("M,m", "layer('manifold')", "Manifold", show=False),
        Binding("V,v", "layer('arrows')", "Arrows", show=False),
        Binding("n", "axes", "Other latents", show=False),
        Binding("u", "averaged", "Average", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.drawn = Layers()
        self.knob = KNOBS[0]
        self.averaged = False
        self.axes = 0

    def look(self) -> LookInside:
        """The generator that plays or its average, and the latent numbers of the manifold."""
        return LookInside(self.PROBE, settings=(("averaged", self.averaged), ("axes", float(self.axes))))

    def sight(self) -> Hashable:
        """Layers, the chosen option, what is in force, and how many validations there were."""
        modes = self.lab.session.run.series.get("quality/modes")
        values = tuple(self.options.get(name) for name in KNOBS)
        return self.drawn, self.knob, values, len(modes) if modes is not None else 0

    @property
    def options(self) -> dict[str, Any]:
        """The options in force, as the run says them."""
        told = self.lab.session.run.config.get("options")
        return told if isinstance(told, dict) else {}

    def picture(self, records: tuple[Record, ...], width: int, height: int) -> list[Strip]:
        """Plane or sheets, numbers, options."""
        which = "averaged generator" if any(bool(r.arrays.get("averaged")) for r in records) else "generator"
        title = f"arena: {which} against discriminator" + (" …" if self.waits else "")
        self.entitle(title, self.moment)
        sight = Sight(self.drawn, Knobs(self.options, self.knob))
        return scene(records, self.lab.session.run, sight, self.ink, width, height)

    def action_layer(self, name: str) -> None:
        """A layer on or off."""
        self.drawn = replace(self.drawn, **{name: not getattr(self.drawn, name)})
        self.pull()

    def action_half(self, side: str) -> None:
        """Train one side alone, then stand still."""
        if self._may():
            self.lab.session.send(Half(side))

    def action_both(self) -> None:
        """A whole step, or what is left of it."""
        if self._may():
            self.lab.session.send(Step(1))

    def _may(self) -> bool:
        status = self.lab.session.status
        if status.state in ENDED or not status.model:
            self.notify("this training has ended: r starts it again", timeout=3, markup=False)
            return False
        self._kept = ()  # whoever trains wants to see what becomes of it
        return True

    def action_knob(self) -> None:
        """The next of the options that the brackets change."""
        self.knob = KNOBS[(KNOBS.index(self.knob) + 1) % len(KNOBS)]
        self.pull()

    def action_turn(self, by: int) -> None:
        """Halve or double the chosen rate; one step of the discriminator fewer or more."""
        draft, model = self.lab.draft, self.lab.session.status.model
        mine = draft.model == model
        value = getattr(draft.options, self.knob, None) if mine else self.options.get(self.knob)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return
        new = value + by if self.knob == COUNTED else float(f"{value * 2.0**by:.4g}")
        try:
            text = show(draft.options.rule(self.knob).check(new)) if mine else show(new)
        except OptionError as error:
            self.notify(str(error), severity="warning", timeout=3, markup=False)
            return
        if mine:
            self.lab.set_option(self.knob, text)  # the form says the same
        else:
            self.lab.session.send(Change(self.knob, text))
        self.pull()

    def action_axes(self) -> None:
        """The next pair of latent numbers."""
        most = self.options.get("z")
        self.axes = (self.axes + 1) % max(1, (most if isinstance(most, int) else 2) - 1)
        self.pull()

    def action_averaged(self) -> None:
        """The generator that plays, or its slow average."""
        self.averaged = not self.averaged
        self.pull()
