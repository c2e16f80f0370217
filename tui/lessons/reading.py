"""What is read: a lesson, its settings, where in it one is, and what one looks at. Knows no widget."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ...engine.lessons.index import load
from ...engine.lessons.kit.lesson import Lesson, Preset, Scene
from ...engine.lessons.kit.settings import Setting, Slider
from ...engine.lessons.kit.state import State
from ...engine.lessons.study.messages import Place
from ...engine.text import sanitize

Depth = Literal["overview", "part", "formula"]
DEPTHS: tuple[Depth, ...] = ("overview", "part", "formula")


@dataclass
class Reading:
    """One reader's place in one lesson; every method leaves it valid."""

    lesson: Lesson
    state: State
    scene: int = 0
    frame: int = 0
    frames: int = 1
    """How many the scene has, as far as is known."""
    depth: Depth = "overview"
    focus: str = ""
    """The figure with the cursor, by name; `settings` are a place of their own."""
    setting: int = 0
    """Which of the scene's settings has the cursor."""
    in_settings: bool = False
    cells: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    places: dict[tuple[int, str], tuple[float, float]] = field(default_factory=dict)
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

    @property
    def scrub(self) -> Slider | None:
        """The setting that is the scene's time, where it has one frame only."""
        if self.frames > 1:
            return None
        return next((s for s in self.settings if isinstance(s, Slider) and s.scrub), None)

    def pass_time(self, by: int) -> bool:
        """Move the scene's time on; whether it moved."""
        scrub = self.scrub
        return scrub is not None and self.set({scrub.name: scrub.turn(self.state[scrub.name], by)})

    def step(self, by: int) -> bool:
        """The next frame or the one before, across scenes; whether there was one."""
        if 0 <= self.frame + by < self.frames:
            self.frame += by
        elif by > 0 and self.scene + 1 < len(self.lesson.scenes):
            self.go(self.scene + 1)
        elif by < 0 and self.scene > 0:
            self.go(self.scene - 1, frame=1_000_000)  # the study answers with the last
        else:
            return False
        return True

    def go(self, scene: int, frame: int = 0) -> None:
        """To a scene, within the lesson."""
        scene = min(max(scene, 0), len(self.lesson.scenes) - 1)
        if scene != self.scene:
            self.depth, self.focus, self.setting, self.scroll, self.frames = "overview", "", 0, 0, 1
        self.scene, self.frame = scene, frame

    def set(self, values: Mapping[str, Any]) -> bool:
        """Change settings; whether anything is different now. Raises OptionError."""
        checked = {name: self.lesson.setting(name).check(value) for name, value in values.items()}
        if all(self.state[name] == value for name, value in checked.items()):
            return False
        self.state = self.state.with_values(**checked)
        self.preset = None
        return True

    def take(self, preset: Preset) -> None:
        """The settings of a preset instead of those of the one before, and the scene where they are seen."""
        before = {} if self.preset is None else {name: self.lesson.defaults[name] for name in self.preset.values}
        self.set({**before, **preset.values})
        self.preset = preset
        names = [scene.name for scene in self.lesson.scenes]
        if preset.scene in names:
            self.go(names.index(preset.scene), preset.frame - 1)

    def next_preset(self) -> Preset | None:
        """The preset after the one in force."""
        presets = self.lesson.presets
        if not presets:
            return None
        at = presets.index(self.preset) + 1 if self.preset in presets else 0
        return presets[at % len(presets)]

    def reset(self) -> None:
        """All settings as they were at first."""
        self.set(self.lesson.defaults)
        self.preset = None

    def command(self) -> str:
        """The command that brings a reader to this very state."""
        words = ["dlviz", "lesson", self.lesson.name]
        for setting in self.lesson.settings:
            value = self.state[setting.name]
            if value != self.lesson.defaults[setting.name]:
                words += ["--set", f"{setting.name}={setting.show(value)}"]
        if self.state.seed:
            words += ["--seed", str(self.state.seed)]
        if self.scene or self.frame:
            words += ["--scene", self.at.name]
        if self.frame:
            words += ["--frame", str(self.frame + 1)]
        return shlex.join(words)


def scene_number(lesson: Lesson, asked: str) -> int:
    """The place of a scene by its name or number from 1; raises OptionError."""
    from ...engine.options import OptionError

    names = [scene.name for scene in lesson.scenes]
    if asked in names:
        return names.index(asked)
    if asked.isascii() and asked.isdigit() and 1 <= int(asked) <= len(names):
        return int(asked) - 1
    raise OptionError(
        f"{lesson.name} has no scene {sanitize(asked, limit=60)!r}; allowed: 1 to {len(names)}, or {', '.join(names)}"
    )
