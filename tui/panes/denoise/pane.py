"""A diffusion model's way from noise to data, to be played, stepped and stepped back."""

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.timer import Timer

from ....engine.probes.requests import Inside, LookInside, Request
from ....engine.runs.run import Record
from ...render.cells import note
from ...render.denoise.film import KINDS, Film
from ..inside import InsidePane
from .choice import Choice
from .help import HELP
from .scene import Playing, Scene, scene

SPEEDS = (1, 2, 4, 8, 15, 30)
LIVE, STANDING = 0.05, 0.15
"""Seconds that one answer may take while the model trains, and while it stands."""
PACE = ("seconds", "part")
"""Settings that say how to walk on, not what is walked."""


class DenoisePane(InsidePane):
    """Shows one trajectory, or two that begin with the same noise; walks on while the answer is not whole."""

    HELP = HELP
    PROBE = "denoise"
    KINDS = KINDS

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "play", "Play/Stop"),
        Binding("right", "step(1)", "Step", key_display="←/→"),
        Binding("left", "step(-1)", "Back", show=False),
        Binding("home", "ends(0)", "Noise", show=False),
        Binding("end", "ends(1)", "Data", show=False),
        Binding("up", "faster(1)", "Faster", show=False),
        Binding("down", "faster(-1)", "Slower", show=False),
        Binding("s", "sampler", "Sampler"),
        Binding("n", "steps(1)", "Steps"),
        Binding("N", "steps(-1)", "Fewer steps", show=False),
        Binding("c", "class(1)", "Class", show=False),
        Binding("C", "class(-1)", "Class before", show=False),
        Binding("u,G", "guidance(1)", "Guidance", show=False),
        Binding("U", "guidance(-1)", "Less guidance", show=False),
        Binding("S", "seed", "Seed", show=False),
        Binding("full_stop", "turn(1)", "Next", show=False),
        Binding("comma", "turn(-1)", "Previous", show=False),
        Binding("o", "beside('forward')", "A real image beside", show=False),
        Binding("v", "beside('sampler')", "Other sampler beside", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.choice = Choice()
        self.frame: int | None = None
        """The chosen frame; None for the newest one."""
        self.playing = Playing(False, 8)
        self._part = 0.0
        self._whole: tuple[LookInside, tuple[Record, ...]] | None = None
        self._clock: Timer | None = None
        self._scene: Scene | None = None

    def look(self) -> LookInside:
        """The trajectory, walked on for as long as the training can spare."""
        live = self.lab.session.status.state == "running"
        return self.choice.look(("seconds", LIVE if live else STANDING), ("part", self._part))

    def wants(self) -> dict[str, Request]:
        """The same again while it is not whole: at once if nothing else can be shown, else in the engine's turn."""
        answer = self.answer("inside")
        if answer is not None and isinstance(answer.view, Inside) and isinstance(answer.request, LookInside):
            key, walked, steps = _key(answer.request), *_gone(answer.view.records)
            shown = self._whole is not None and self._whole[0] == key
            if walked >= steps:
                self._whole = key, answer.view.records
            elif key == _key(self.look()) and not (shown and self.lab.session.status.state == "running"):
                self._part = float(walked)
        return super().wants()

    @property
    def records(self) -> tuple[Record, ...]:
        """Kept ones, the last whole trajectory of these settings, or as much as there is of it."""
        if self._kept:
            return self._kept[:1]
        answer = self.answer("inside")
        if answer is None or not isinstance(answer.view, Inside):
            return ()
        if self._whole is not None and self._whole[0] == _key(answer.request):
            return self._whole[1]
        return answer.view.records

    def sight(self) -> Hashable:
        """The frame, and whether it goes on."""
        return self.frame, self.playing

    @property
    def films(self) -> list[Film]:
        """What is shown, ready to be drawn; empty while there is nothing, or what there is cannot be read."""
        with suppress(KeyError, ValueError, IndexError, TypeError):
            return [Film.of(record.arrays, record.step) for record in self.records]
        return []

    def draw(self, width: int, height: int) -> list[Strip]:
        """The picture, or why there is none."""
        self._scene = None
        return super().draw(width, height)

    def picture(self, records: tuple[Record, ...], width: int, height: int) -> list[Strip]:
        """All parts that the room allows."""
        films = self.films
        if not films:
            self.entitle("denoise", "")
            return note("the records of this trajectory cannot be read", width, self.ink, height)
        film, going = films[0], min(other.walked for other in films)
        self.entitle(*self._titles_of(films, going))
        self._scene = scene(films, self._at(film), self.playing, width, height, self.ink)
        return self._scene.strips

    def _titles_of(self, films: list[Film], going: int) -> tuple[str, str]:
        film = films[0]
        words = {"": "", "forward": " beside a real image", "sampler": " beside the other sampler"}
        title = "denoise: from noise to data" + (words[self.choice.beside] if len(films) > 1 else "")
        kept = f"{len(film)} of {film.steps + 1} frames" if film.done and len(film) < film.steps + 1 else ""
        walks = f"walked {going:,} of {film.steps:,}" if going < film.steps else kept
        answer = self.answer("inside")
        waits = not self._kept and (answer is None or _key(answer.request) != _key(self.look()))
        status = self.lab.session.status
        ago = status.step - film.of_step if status.state == "running" and not self._kept else 0
        when = f"step {film.of_step:,}" + (f", {self._place}" if self._kept else f", {ago:,} ago" if ago > 0 else "")
        return title + (" …" if waits else ""), " · ".join(part for part in (walks, when) if part)

    def _at(self, film: Film) -> int:
        last = len(film) - 1
        return last if self.frame is None else min(self.frame, last)

    def _choose(self, choice: Choice) -> None:
        if choice.steps != self.choice.steps:
            self.frame = None
        self.choice, self._part, self._kept = choice, 0.0, ()
        self.pull()

    def action_play(self) -> None:
        """From noise, or from where it stopped; or stop."""
        films = self.films
        on = bool(films) and not self.playing.on
        if on and self._at(films[0]) == len(films[0]) - 1:
            self.frame = 0
        self._play(replace(self.playing, on=on))

    def action_faster(self, by: int) -> None:
        """More or fewer frames a second."""
        at = SPEEDS.index(self.playing.speed) + by
        self._play(replace(self.playing, speed=SPEEDS[min(max(at, 0), len(SPEEDS) - 1)]))

    def _play(self, playing: Playing) -> None:
        self.playing = playing
        if self._clock is not None:
            self._clock.stop()
        self._clock = self.set_interval(1 / playing.speed, self.next_frame) if playing.on else None
        self.pull()

    def next_frame(self) -> None:
        """One frame on; at the data it stops."""
        films = self.films
        if not films or not self.is_on_screen:
            return
        at, last = self._at(films[0]), len(films[0]) - 1
        if at < last:
            self.frame = at + 1
            self.pull()
        elif films[0].done:
            self._play(replace(self.playing, on=False))

    def action_step(self, by: int) -> None:
        """A kept frame on or back; playing ends."""
        films = self.films
        if films:
            self.frame = min(max(self._at(films[0]) + by, 0), len(films[0]) - 1)
            self._play(replace(self.playing, on=False))

    def action_ends(self, end: int) -> None:
        """The first frame, or the newest."""
        self.frame = None if end else 0
        self._play(replace(self.playing, on=False))

    def action_sampler(self) -> None:
        """The other sampler."""
        for film in self.films[:1]:
            self._choose(self.choice.other_sampler(film))

    def action_steps(self, by: int) -> None:
        """More or fewer steps."""
        for film in self.films[:1]:
            self._choose(self.choice.other_steps(film, by))

    def action_class(self, by: int) -> None:
        """Another class."""
        for film in self.films[:1]:
            if film.classes:
                self._choose(self.choice.other_class(film, by))
            else:
                self.notify("these data have no classes to choose from", timeout=3, markup=False)

    def action_guidance(self, by: int) -> None:
        """More or less guidance."""
        for film in self.films[:1]:
            if film.classes:
                self._choose(self.choice.other_guidance(film, by))
            else:
                self.notify("guidance needs classes, and these data have none", timeout=3, markup=False)

    def action_seed(self) -> None:
        """Other noise to begin with."""
        self._choose(self.choice.reseeded(1))

    def action_turn(self, by: int) -> None:
        """The next seed, or beside a real image the next of these."""
        self._choose(self.choice.turned(by))

    def action_beside(self, what: str) -> None:
        """Something beside it, or nothing."""
        self._choose(self.choice.with_beside(what))

    def on_click(self, event: events.Click) -> None:
        """Go to the frame of the strip that was clicked."""
        offset, drawn = event.get_content_offset(self), self._scene
        if offset is None or drawn is None or drawn.strip is None or offset.y < drawn.top:
            return
        at = drawn.strip.hit(offset.x)
        if at is not None:
            event.stop()
            self.frame = at
            self._play(replace(self.playing, on=False))


def _key(request: Request) -> LookInside:
    """What is walked, without how fast."""
    assert isinstance(request, LookInside)
    return replace(request, settings=tuple(one for one in request.settings if one[0] not in PACE))


def _gone(records: tuple[Record, ...]) -> tuple[int, int]:
    """Steps gone, and steps in all, of the walk that is most behind."""
    walked = [int(record.arrays["walked"]) for record in records if "walked" in record.arrays]
    return min(walked, default=0), int(records[0].arrays["steps"]) if records else 0
