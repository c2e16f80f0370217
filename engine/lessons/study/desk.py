"""The desk: computes frames, origins and facts as they are asked for, and keeps what was trained. Knows no process."""

from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import Any

from ...text import in_words
from ..index import load
from ..kit.facts import Claim, Fact
from ..kit.figures import Figure, Plane
from ..kit.lesson import Frame, Lesson
from ..kit.state import State
from ..kit.training import Training
from .messages import Failed, Place, Point, Pointed, Prove, Proved, Show, Shown, Untrained

KEPT = 8
"""Results of trainings that are kept, the newest."""


class Desk:
    """Answers requests; a failure of a lesson becomes a reply."""

    def __init__(self, results: dict[Hashable, Any] | None = None) -> None:
        """Desks may share what was trained."""
        self.results: dict[Hashable, Any] = {} if results is None else results
        self.failures: dict[Hashable, str] = {}
        """Why trainings failed whose results are not there."""
        self._frame: Frame | None = None

    def keep(self, key: Hashable, result: Any) -> None:
        """Remember what a training gave."""
        self.failures.pop(key, None)
        self.results.pop(key, None)
        self.results[key] = result
        while len(self.results) > KEPT:
            self.results.pop(next(iter(self.results)))

    def state(self, place: Place) -> State:
        """The state at a place, with every result that is there for it."""
        lesson = load(place.lesson)
        state = lesson.state(place.values, place.seed)
        done = {t.name: self.results[t.key(state)] for t in lesson.trainings if t.key(state) in self.results}
        return State(state.values, seed=state.seed, trained=done)

    def show(self, request: Show) -> Shown | Untrained | Failed:
        """The frame at the place that is asked for; beyond the last frame it is the last."""
        try:
            return self._shown(request)
        except Exception as error:
            return Failed(ticket=request.ticket, text=sentence(error))

    def _shown(self, request: Show) -> Shown | Untrained:
        place = request.place
        scene = load(place.lesson).scenes[place.scene]
        state = self.state(place)
        if scene.needs and scene.needs not in state.trained:
            self._frame = None
            return Untrained(ticket=request.ticket, place=place, training=scene.needs)
        frames = scene.frames(state)
        index = min(max(place.frame, 0), len(frames) - 1)
        frame = self._frame = frames[index]
        return Shown(
            ticket=request.ticket,
            place=replace(place, frame=index),
            frame=replace(frame, figures=tuple(bare(figure) for figure in frame.figures)),
            frames=len(frames),
            explains=frozenset(f.name for f in frame.figures if f.origin is not None),
            picks=frozenset(f.name for f in frame.figures if picks(f)),
        )

    def point(self, request: Point) -> Pointed | Failed:
        """Of a number of the frame that was shown last: where it came from, and what picking it sets."""
        told = Pointed(ticket=request.ticket, figure=request.figure, cell=request.cell)
        figures = self._frame.figures if self._frame is not None else ()
        figure = next((f for f in figures if f.name == request.figure), None)
        if figure is None:
            return told
        try:
            origin = figure.origin(*request.cell) if figure.origin is not None else None
            picked = _picked(figure, request) if request.pick else {}
        except Exception as error:
            return Failed(ticket=request.ticket, text=sentence(error))
        return replace(told, origin=origin, picked=picked)

    def prove(self, request: Prove) -> Iterator[Proved]:
        """The facts of a lesson one by one, those of the scene first; what needs a training that was not done waits."""
        lesson = load(request.place.lesson)
        claims = lesson.claims
        here = lesson.scenes[request.place.scene].ids
        for index, claim in sorted(enumerate(claims), key=lambda item: item[1].id not in here):
            state = self.state(request.place)
            waits = bool(claim.needs) and claim.needs not in state.trained
            if waits:
                failure = self.failures.get(lesson.training(claim.needs).key(state), "")
                fact = waiting(lesson, claim, f"its training failed: {failure}" if failure else "")
            else:
                fact = claim.fact(lesson.name, state)
            yield Proved(ticket=request.ticket, index=index, count=len(claims), fact=fact, waits=waits)


def waiting(lesson: Lesson, claim: Claim, why: str = "") -> Fact:
    """A fact that is not computed, as it needs a training first."""
    return Fact(
        lesson=lesson.name,
        id=claim.id,
        claim=claim.says,
        computed=why,
        expected="",
        holds=False,
        trained=claim.needs,
    )


def bare(figure: Figure) -> Figure:
    """The figure without its callables, ready to travel."""
    figure = replace(figure, origin=None, picks=None)
    return replace(figure, picks_at=None) if isinstance(figure, Plane) else figure


def picks(figure: Figure) -> bool:
    """Whether the cursor on the figure sets settings."""
    return figure.picks is not None or (isinstance(figure, Plane) and figure.picks_at is not None)


def _picked(figure: Figure, request: Point) -> dict[str, Any]:
    if request.at is not None:
        return dict(figure.picks_at(*request.at)) if isinstance(figure, Plane) and figure.picks_at else {}
    return dict(figure.picks(*request.cell)) if figure.picks is not None else {}


def sentence(error: BaseException) -> str:
    """What went wrong, in one line."""
    return f"{type(error).__name__}: {in_words(error)}" if not isinstance(error, ValueError) else in_words(error)


def training_of(place: Place, name: str) -> tuple[Training, State]:
    """The training `name` of the lesson at a place, and the state that it depends on."""
    lesson = load(place.lesson)
    return lesson.training(name), lesson.state(place.values, place.seed)
