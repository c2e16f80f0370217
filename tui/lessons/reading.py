"""What is read: a lesson, its settings, where in it one is, and what one looks at. Knows no widget."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ...engine.lessons.index import load
from ...engine.lessons.kit.lesson import Lesson, Preset, Scene
from ...engine.lessons.kit.settings import Setting, Slider
from ...engine.lessons.kit.state import State
from ...engine.lessons.study.messages import Place
from ...engine.options import OptionError
from ...engine.text import sanitize

Depth = Literal["overview", "part", "formula"]
DEPTHS: tuple[Depth, ...] = ("overview", "part", "formula")
LAST = 1_000_000
"""A frame beyond the last: the study answers with the last."""


@dataclass
class Reading:
    """One reader's place in one lesson; every method leaves it valid."""

    lesson: Lesson
    state: State
    scene: int = 0
    frame: int = 0
    frames: int = 0
    """How many the scene has, as it was computed last; 0: it was not yet."""
    settled: bool = False
    """Whether `frames` holds for the scene and settings as they are now."""
    waits: bool = False
    """Whether the scene waits for its training."""
    turned_at: tuple[int, int] | None = None
    """The frame, and of how many, where one stood when settings began to change; None: one has stepped since."""
    asked: int = 0
    """The frame that was asked for when it was found to wait."""
    depth: Depth = "overview"
    focus: str = ""
    """The figure with the cursor, by name; `settings` are a place of their own."""
    setting: int = 0
    """Which of the scene's settings has the cursor."""
    in_settings: bool = False
    by_letter: bool = False
    """Whether the settings have the cursor because a letter turned one: tab then leads back to the figure."""
    cells: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    places: dict[tuple[int, str], tuple[float, float]] = field(default_factory=dict)
    captions: dict[int, str] = field(default_factory=dict)
    """The first captions of the scenes that were seen."""
    playing: bool = False
    facts: bool = False
    """Whether all facts are listed instead of the figures."""
    scroll: int = 0
    preset: Preset | None = None
    """The preset that is in force, until a setting is changed."""

    @classmethod
    def of(cls, name: str, state: State | None = None, scene: str = "", frame: int = 1) -> "Reading":
        """A lesson from its beginning, or from a scene; raises OptionError."""
        lesson = load(name)
        reading = cls(lesson, state or lesson.state())
        if scene:
            reading.scene = scene_number(lesson, scene)
        reading.frame = frame - 1
        return reading

    @property
    def place(self) -> Place:
        """What the study is asked for."""
        return Place(
            lesson=self.lesson.name,
            values=dict(self.state.values),
            seed=self.state.seed,
            scene=self.scene,
            frame=self.frame,
        )

    @property
    def at(self) -> Scene:
        """The scene."""
        return self.lesson.scenes[self.scene]

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The settings that matter in the scene."""
        if self.at.settings is None:
            return self.lesson.settings
        return tuple(self.lesson.setting(name) for name in self.at.settings)

    @property
    def chosen(self) -> Setting | None:
        """The setting with the cursor."""
        return self.settings[self.setting] if self.in_settings and self.settings else None

    def choose(self, name: str, by_letter: bool = False) -> None:
        """Give a setting of the scene the cursor."""
        names = [setting.name for setting in self.settings]
        if name in names:
            self.by_letter = by_letter and (self.by_letter or not self.in_settings)
            self.setting, self.in_settings = names.index(name), True

    @property
    def scrub(self) -> Slider | None:
        """The setting that is the scene's time, where it has one frame only."""
        if self.frames != 1 or self.waits:
            return None
        return next((s for s in self.settings if isinstance(s, Slider) and s.scrub), None)

    def pass_time(self, by: int) -> bool:
        """Move the scene's time on; whether it moved."""
        scrub = self.scrub
        return scrub is not None and self.set({scrub.name: scrub.turn(self.state[scrub.name], by)})

    def arrive(self, frame: int, frames: int) -> bool:
        """What was asked for is there: `frame` of `frames`. Whether another frame is to be asked for.

        After settings were changed that is the one where one stood before, or at the same share of fewer frames.
        """
        self.frame, self.frames, self.settled = frame, frames, True
        if self.turned_at is not None:
            at, of = self.turned_at
            self.frame = at if at < frames else at * (frames - 1) // (of - 1)
        return self.frame != frame

    def to(self, frame: int) -> None:
        """To a frame of the scene."""
        self.turned_at = (frame, self.frames) if frame < self.frames and not self.settled else None
        self.frame = frame

    def wait(self) -> None:
        """The scene waits for its training; the frame that was asked for is kept until then."""
        if 0 < self.frame < LAST:
            self.asked = self.frame
        self.waits = True
        self.arrive(0, 1)

    def step(self, by: int) -> bool:
        """The next frame or the one before, across scenes; whether there was one.

        As long as it is not known how many frames there are, no scene is left.
        """
        there = self.frame + by
        if 0 <= there < self.frames or (not self.frames and not self.settled and there >= 0):
            self.to(there)
        elif by > 0 and self.settled and self.scene + 1 < len(self.lesson.scenes):
            self.go(self.scene + 1)
        elif by < 0 and self.frame == 0 and self.scene > 0:
            self.go(self.scene - 1, LAST)
        else:
            return False
        return True

    def go(self, scene: int, frame: int = 0) -> None:
        """To a scene, within the lesson."""
        scene = min(max(scene, 0), len(self.lesson.scenes) - 1)
        if scene != self.scene:
            self.depth, self.focus, self.setting, self.scroll = "overview", "", 0, 0
            self.frames, self.settled, self.waits, self.in_settings, self.asked = 0, False, False, False, 0
        self.scene, self.frame, self.turned_at, self.playing = scene, frame, None, False

    def set(self, values: Mapping[str, Any]) -> bool:
        """Change settings; whether anything is different now. Raises OptionError."""
        checked = {name: self.lesson.setting(name).check(value) for name, value in values.items()}
        if all(self.state[name] == value for name, value in checked.items()):
            return False
        if self.turned_at is None and not self.waits and self.frame < self.frames:
            self.turned_at = (self.frame, self.frames)
        self.state = self.state.with_values(**checked)
        self.preset = None
        self.settled = False
        return True

    def take(self, preset: Preset) -> None:
        """The settings of a preset, all others as at first, and the scene where they are seen."""
        self.set({**self.lesson.defaults, **preset.values})
        self.preset = preset
        names = [scene.name for scene in self.lesson.scenes]
        if preset.scene in names:
            self.go(names.index(preset.scene), preset.frame - 1)

    def reset(self) -> None:
        """All settings as they were at first."""
        self.set(self.lesson.defaults)
        self.preset = None


def preset_told(preset: Preset) -> str:
    """A preset in a sentence: its name, whether it goes well, and why."""
    return f"{preset.name} ({'good' if preset.good else 'goes wrong'}): {preset.why}"


def scene_number(lesson: Lesson, asked: str) -> int:
    """The place of a scene by its name or number from 1; raises OptionError."""
    names = [scene.name for scene in lesson.scenes]
    if asked in names:
        return names.index(asked)
    if asked.isascii() and asked.isdigit() and 1 <= int(asked) <= len(names):
        return int(asked) - 1
    raise OptionError(
        f"{lesson.name} has no scene {sanitize(asked, limit=60)!r}; allowed: 1 to {len(names)}, or {', '.join(names)}"
    )
