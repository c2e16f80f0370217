"""What `lesson` and `verify` answer with `--json`. Torch-free until facts are computed."""

from collections.abc import Sequence
from typing import Any

from ..index import CHAPTERS, lessons, load
from ..kit.facts import Fact
from ..kit.lesson import Lesson, Scene
from ..kit.state import State
from ..kit.training import Progress, Training


def index() -> list[dict[str, Any]]:
    """Every lesson in a few words."""
    return [
        {
            "name": lesson.name,
            "chapter": lesson.chapter,
            "title": lesson.title,
            "summary": lesson.summary,
            "scenes": [scene.title for scene in lesson.scenes],
            "ids": list(lesson.ids),
        }
        for lesson in lessons()
    ]


def trainings_needed(lesson: Lesson) -> list[Training]:
    """The trainings that some fact or scene of the lesson needs."""
    needed = {scene.needs for scene in lesson.scenes} | {claim.needs for claim in lesson.claims}
    return [training for training in lesson.trainings if training.name in needed]


def trained(lesson: Lesson, state: State, progress: Progress) -> State:
    """The state after all trainings of the lesson."""
    for training in trainings_needed(lesson):
        state = state.with_result(training.name, training.train(state, progress))
    return state


def facts(lesson: Lesson, state: State) -> list[Fact]:
    """The facts that can be computed in the state: all, or those that need no training that was not done."""
    return [
        claim.fact(lesson.name, state) for claim in lesson.claims if not claim.needs or claim.needs in state.trained
    ]


def lesson_document(lesson: Lesson, state: State, scene: int | None = None, frame: int = 0) -> dict[str, Any]:
    """A lesson in a state, with its facts; with a `scene` also what is to be seen there."""
    here = {} if scene is None else {"here": _here(lesson.scenes[scene], state, frame)}
    return {**_lesson(lesson, state), **here}


def _here(scene: Scene, state: State, at: int) -> dict[str, Any]:
    """One frame of a scene in words; of a scene that waits for its training there is none."""
    document: dict[str, Any] = {"scene": scene.name, "frame": None, "frames": None, "caption": None, "figures": []}
    if scene.needs and scene.needs not in state.trained:
        return document
    frames = scene.frames(state)
    frame = frames[at]
    figures = [{"name": f.name, "title": f.title, "kind": type(f).__name__.lower()} for f in frame.figures]
    return {**document, "frame": at + 1, "frames": len(frames), "caption": frame.caption, "figures": figures}


def _lesson(lesson: Lesson, state: State) -> dict[str, Any]:
    scenes = []
    for scene in lesson.scenes:
        ready = not scene.needs or scene.needs in state.trained
        scenes.append(
            {
                "name": scene.name,
                "title": scene.title,
                "ids": list(scene.ids),
                "frames": len(scene.frames(state)) if ready else None,
                "needs_training": scene.needs or None,
            }
        )
    return {
        "name": lesson.name,
        "chapter": lesson.chapter,
        "title": lesson.title,
        "summary": lesson.summary,
        "ids": list(lesson.ids),
        "notes": [{"id": note.id, "said": note.said, "right": note.right} for note in lesson.notes],
        "settings": {setting.name: _json(state[setting.name]) for setting in lesson.settings},
        "frames": sum(scene["frames"] or 0 for scene in scenes),
        "scenes": scenes,
        "facts": [fact_document(fact) for fact in facts(lesson, state)],
        "untrained": [
            {"id": claim.id, "claim": claim.says, "training": claim.needs}
            for claim in lesson.claims
            if claim.needs and claim.needs not in state.trained
        ],
        "links": [{"id": link.id, "lesson": link.lesson, "about": link.about} for link in lesson.links],
        "opinions": [{"id": opinion.id, "text": opinion.text} for opinion in lesson.opinions],
        "presets": [{"name": p.name, "good": p.good, "why": p.why} for p in lesson.presets],
        "seed": state.seed,
    }


def fact_document(fact: Fact) -> dict[str, Any]:
    """A fact as JSON has it."""
    document = {
        "lesson": fact.lesson,
        "id": fact.id,
        "claim": fact.claim,
        "computed": fact.computed,
        "expected": fact.expected,
        "holds": fact.holds,
    }
    if fact.trained:
        document["training"] = fact.trained
        document["seeds"] = {str(seed): holds for seed, holds in fact.seeds.items()}
    return document


def verify_document(
    facts: Sequence[Fact], names: Sequence[str], seeds: Sequence[int], seconds: float
) -> dict[str, Any]:
    """All facts, with what the syllabus only links or calls an opinion."""
    chosen = [load(name) for names_ in CHAPTERS.values() for name in names_ if name in names]
    return {
        "facts": [fact_document(fact) for fact in facts],
        "held": sum(fact.holds for fact in facts),
        "failed": sum(not fact.holds for fact in facts),
        "links": [
            {"lesson": lesson.name, "id": link.id, "to": link.lesson, "about": link.about}
            for lesson in chosen
            for link in lesson.links
        ],
        "opinions": [
            {"lesson": lesson.name, "id": opinion.id, "text": opinion.text}
            for lesson in chosen
            for opinion in lesson.opinions
        ],
        "seeds": list(seeds),
        "seconds": round(seconds, 1),
    }


def _json(value: Any) -> Any:
    return [list(row) for row in value] if isinstance(value, tuple) else value
