"""Which W&B runs a folder holds."""

import re
import time
from collections.abc import Iterator
from functools import partial

from ..folder import Folder, Found
from .framing import MAGIC
from .reader import WandbReader

INSIDE = ("files", "logs", "tmp")
"""Subfolders that belong to a run: what they hold is told by its log, or is no log."""


def find(folder: Folder) -> Iterator[Found]:
    """The `.wandb` logs of a folder; usually one, `run-ID.wandb` in `run-DATE-ID` or `offline-run-DATE-ID`."""
    logs = [entry for entry in folder.named(".wandb") if entry.head.startswith(MAGIC)]
    if logs:
        folder.closed.update(name for name in INSIDE if name in folder.folders)
    for entry in logs:
        alone = len(logs) == 1
        yield Found(
            key=str(entry.path),
            format=WandbReader.FORMAT,
            files=(entry.path,),
            make=partial(WandbReader, entry.path),
            name="" if alone else entry.path.stem,
            whole=alone,
            started=_started(folder.path.name),
        )


def _started(name: str) -> float:
    """When a run began, in seconds since the epoch, by its folder `run-20260131_235959-ID` (local time); else 0."""
    stamp = re.match(r"(?:offline-)?run-(\d{8}_\d{6})-", name)
    try:
        return time.mktime(time.strptime(stamp[1], "%Y%m%d_%H%M%S")) if stamp else 0.0
    except (ValueError, OverflowError):
        return 0.0
