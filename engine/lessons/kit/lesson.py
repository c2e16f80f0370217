"""What a lesson is: settings, scenes of frames, notes, links; its facts lie in `proofs/`. Torch-free."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal, overload

from ...options import OptionError
from ...text import sanitize
from .facts import Claim
from .figures import Figure, Formula
from .settings import Setting
from .state import State
from .training import Training

Chapter = Literal["convolution", "transformers", "generative"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """One picture of a scene: figures in reading order, formulas with their numbers, a caption of a sentence or two."""

    caption: str
    figures: tuple[Figure, ...]
    formulas: tuple[Formula, ...] = ()
    title: str = ""
    facts: tuple[str, ...] = ()
    """The syllabus IDs that this frame is about, shown in the fact line; else those of its scene."""


@dataclass(frozen=True, eq=False)
class Frames(Sequence[Frame]):
    """Frames that are computed when they are looked at."""

    size: int
    make: Callable[[int], Frame]

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Frame]: ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return tuple(self.make(i) for i in range(*index.indices(self.size)))
        if not -self.size <= index < self.size:
            raise IndexError(index)
        return self.make(index % self.size)

    def __iter__(self) -> Iterator[Frame]:
        return (self.make(i) for i in range(self.size))


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """One idea of a lesson: `frames` is a pure function of the state."""

    name: str
    title: str
    ids: tuple[str, ...]
    """The rows of the syllabus that it shows."""
    frames: Callable[[State], Sequence[Frame]]
    needs: str = ""
    """The training whose result it shows; until then the screen offers to train."""
    settings: tuple[str, ...] | None = None
    """The settings that matter here; else all."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """Where the lecture notes are loose or wrong: how they put it, and what is right."""

    id: str
    said: str
    right: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """A row of the syllabus that another lesson covers."""

    id: str
    lesson: str
    about: str


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """A row of the syllabus without a theorem behind it, labelled as such: what can honestly be said of it."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Settings known to show something well, or to go wrong, and why."""

    name: str
    values: Mapping[str, Any]
    why: str
    good: bool = True
    scene: str = ""
    """The scene where it is seen."""
    frame: int = 1
    """The frame of that scene, from 1."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Lesson:
    """A lesson: a pure object that the screen, `--json`, `--plain` and `dlviz verify` read alike."""

    name: str
    chapter: Chapter
    title: str
    summary: str
    """One sentence for the index."""
    settings: tuple[Setting, ...]
    scenes: tuple[Scene, ...]
    presets: tuple[Preset, ...] = ()
    notes: tuple[Note, ...] = ()
    links: tuple[Link, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    trainings: tuple[Training, ...] = ()
    source: str = ""
    """Where the ideas are from."""
    probe: Mapping[str, Any] = field(default_factory=dict)
    """Settings without the symmetries of the defaults, at which its facts must hold as well."""
    defaults: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "defaults", {s.name: s.check(s.default) for s in self.settings})

    @property
    def ids(self) -> tuple[str, ...]:
        """Every row of the syllabus that it shows, links or tells, in order and once."""
        rows = [id_ for scene in self.scenes for id_ in scene.ids]
        return tuple(dict.fromkeys([*rows, *(link.id for link in self.links), *(o.id for o in self.opinions)]))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Its facts, not yet computed: its own, and those that every lesson has."""
        own = import_module(f"..proofs.{self.name.replace('-', '_')}", __package__)
        every = import_module("..proofs.every_scene", __package__)
        return (*own.CLAIMS, *every.claims(self))

    def setting(self, name: str) -> Setting:
        """The setting `name`; raises OptionError with what there is."""
        import difflib

        for setting in self.settings:
            if setting.name == name:
                return setting
        names = [setting.name for setting in self.settings]
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(names) or 'none'}"
        raise OptionError(f"{self.name} has no setting {sanitize(name, limit=60)!r}; {hint}")

    def preset(self, name: str) -> Preset:
        """The preset `name`; raises OptionError with what there is."""
        for preset in self.presets:
            if preset.name == name:
                return preset
        names = ", ".join(preset.name for preset in self.presets)
        raise OptionError(f"{self.name} has no preset {sanitize(name, limit=60)!r}; allowed: {names or 'none'}")

    def training(self, name: str) -> Training:
        """The training `name`."""
        return next(training for training in self.trainings if training.name == name)

    def state(self, values: Mapping[str, Any] | None = None, seed: int = 0, **trained: Any) -> State:
        """A state with some settings changed; raises OptionError."""
        checked = {name: self.setting(name).check(value) for name, value in (values or {}).items()}
        return State({**self.defaults, **checked}, seed=seed, trained=trained)

    def parse(self, texts: Sequence[str], preset: str = "", seed: int = 0) -> State:
        """A state from `KEY=VALUE` texts on top of a preset; raises OptionError."""
        values = dict(self.preset(preset).values) if preset else {}
        for text in texts:
            name, equals, value = text.partition("=")
            if not equals:
                raise OptionError(f"--set wants KEY=VALUE, not {sanitize(text, limit=60)!r}")
            values[name.strip()] = self.setting(name.strip()).parse(value)
        return self.state(values, seed=seed)
