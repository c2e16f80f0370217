"""What was seen of a source, remembered until the next time; written within two seconds of a change."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from ...engine.runs.files import write_atomically
from .sight import Sight

LARGEST = 1_000_000


def file_of(sources: Sequence[str]) -> Path:
    """Where the session of these sources is kept."""
    from platformdirs import user_state_path

    name = hashlib.sha256("\n".join(sorted(sources)).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return user_state_path("dlviz") / "watch" / f"{name}.json"


def load(path: Path) -> Sight:
    """The sight that was saved; a fresh one where there is none that can be read."""
    try:
        if path.stat().st_size > LARGEST:
            return Sight()
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return Sight()
    return Sight.of(document) if isinstance(document, dict) else Sight()


def save(path: Path, sight: Sight) -> None:
    """Keep the sight; where that cannot be done it is only lost, for seeing goes on."""
    try:
        write_atomically(path, json.dumps(sight.document()).encode("ascii"))
    except OSError:
        return
