"""trainer_state.json of Hugging Face's Trainer: the history up to a checkpoint, written only when one is saved.

Every checkpoint holds all that came before it, so that the newest one tells the whole run. What lies beside it as a
pickle is never loaded.
"""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from .folder import Folder, Found
from .reader import Reader
from .regular import read_text
from .sidecars import config
from .tables.block import Cells
from .tables.flatten import as_number, flatten
from .tables.sheet import Sheet

NAME = "trainer_state.json"
LARGEST = 512 << 20
_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
TOLD = (
    "max_steps",
    "num_train_epochs",
    "train_batch_size",
    "logging_steps",
    "eval_steps",
    "save_steps",
    "best_metric",
    "best_global_step",
    "best_model_checkpoint",
    "trial_params",
)
"""What the state says of how the training was set up and how it fared."""


class TrainerStateReader(Reader):
    """The newest state in a folder and in its checkpoints."""

    FORMAT = "hf_trainer"
    LIVE = False

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self._seen: object = None
        self._states: list[Path] = []
        self._listed = -1

    def look(self, until: float) -> bool:
        """One stat for the folder and one for each state, of which there are few, while nothing changes."""
        try:
            now = self.folder.stat().st_mtime_ns
            if now != self._listed:
                self._states, self._listed = states(self.folder), now
            seen = [(str(path), *_stamp(path)) for path in self._states]
        except OSError as error:
            self.damage[f"{self.folder.name}: {error.strerror or error}"] = 1
            return False
        if seen == self._seen:
            return False
        self._seen = seen
        if any(stamp[2] == 0 for stamp in seen):
            self._listed = -1  # a checkpoint without its state yet, or one that was deleted
        self.damage.clear()
        for path in self._states:
            state = self._read(path)
            if state is not None:
                self._take(state, path)
                break
        return False

    def _read(self, path: Path) -> dict[str, Any] | None:
        """A state; None if it cannot be read."""
        name = path.relative_to(self.folder).as_posix()
        try:
            if path.stat().st_size > LARGEST:
                self.damage[f"{name}: too large"] = 1
                return None
            found = json.loads(read_text(path))
        except FileNotFoundError:
            return None
        except OSError as error:
            self.damage[f"{name}: {error.strerror or error}"] = 1
            return None
        except (ValueError, RecursionError):
            self.damage[f"{name}: is not whole JSON"] = 1
            return None
        if isinstance(found, dict) and isinstance(found.get("log_history"), list):
            return found
        self.damage[f"{name}: holds no log_history"] = 1
        return None

    def _take(self, state: dict[str, Any], path: Path) -> None:
        cells = Cells()

        def add(tag: str, value: Any) -> None:
            number = as_number(tag, value)
            if number is not None:
                cells.add(tag, number)

        for row in state["log_history"]:
            if isinstance(row, dict):
                flatten(row, add)
                cells.rows += 1
        self.series, self.records, self.marks = {}, {}, []
        sheet = Sheet(self, lambda: 0.0, "step", name=NAME)
        while not sheet.take(cells.block()):
            sheet.clear()
        most = state.get("max_steps")
        self.steps = most if isinstance(most, int) and most > 0 else None
        reached = state.get("global_step")
        self.status = "finished" if self.steps is not None and reached == self.steps else ""
        told = {key: state[key] for key in TOLD if state.get(key) is not None}
        self.config = {**config(self.folder, self.damage), **config(path.parent, self.damage), **told}


def states(folder: Path) -> list[Path]:
    """Where states may be: in the folder itself and in its checkpoints, the newest first; raises OSError."""
    found = [(int(m[1]), one) for one in folder.iterdir() if (m := _CHECKPOINT.fullmatch(one.name))]
    checkpoints = [one / NAME for _, one in sorted(found, reverse=True)]
    top = folder / NAME
    return [top, *checkpoints] if top.exists() else checkpoints


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns


def find(folder: Folder) -> Iterator[Found]:
    """The run of an output folder; its checkpoints are parts of it."""
    checkpoints = [one for one in folder.folders if _CHECKPOINT.fullmatch(one)]
    with_state = [one for one in checkpoints if (folder.path / one / NAME).exists()]
    if NAME not in folder.files and not with_state:
        return
    if NAME in folder.files and not with_state and '"log_history"' not in _text(folder.path / NAME):
        return
    folder.closed.update(with_state)
    places = [folder.path / NAME, *(folder.path / one / NAME for one in with_state)]
    files = tuple(path for path in places if path.exists())
    make = partial(TrainerStateReader, folder.path)
    yield Found(key=str(folder.path / NAME), format="hf_trainer", files=files, make=make)


def _text(path: Path) -> str:
    try:
        return read_text(path) if path.stat().st_size <= LARGEST else ""
    except OSError:
        return ""
