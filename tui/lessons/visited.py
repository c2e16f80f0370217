"""Which scenes have been visited, remembered from one time to the next; where that cannot be, it is only forgotten."""

import json
from pathlib import Path

from ...engine.runs.files import write_atomically

LARGEST = 100_000


def default_file() -> Path:
    """Where it is kept."""
    from platformdirs import user_state_path

    return user_state_path("dlviz") / "lessons.json"


class Visited:
    """The scenes of each lesson that were seen."""

    def __init__(self, path: Path | None = None) -> None:
        """Read `path`; with None nothing is kept."""
        self._path = path
        self._scenes: dict[str, set[str]] = {}
        if path is not None:
            self._scenes = _read(path)

    def count(self, lesson: str, scenes: tuple[str, ...]) -> int:
        """How many of the scenes were seen."""
        return len(self._scenes.get(lesson, set()) & set(scenes))

    def add(self, lesson: str, scene: str) -> None:
        """A scene is seen."""
        seen = self._scenes.setdefault(lesson, set())
        if scene in seen:
            return
        seen.add(scene)
        if self._path is None:
            return
        for name, scenes in _read(self._path).items():  # another terminal may have written since
            self._scenes.setdefault(name, set()).update(scenes)
        document = {name: sorted(scenes) for name, scenes in self._scenes.items()}
        try:
            write_atomically(self._path, json.dumps(document).encode("ascii"))
        except OSError:
            self._path = None


def _read(path: Path) -> dict[str, set[str]]:
    try:
        if path.stat().st_size > LARGEST:
            return {}
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {
        name: {scene for scene in scenes if isinstance(scene, str)}
        for name, scenes in document.items()
        if isinstance(scenes, list)
    }
