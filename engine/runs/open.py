"""A run read back from the directory that our writer made."""

import math
import socket
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from ..text import sanitize
from .files import KIND, RECORDS, ROOT, read_run_json
from .readers.regular import open_regular
from .readers.tfevents import EventsReader
from .run import Branch, Mark, Record, Run
from .series import Points, Series


def open_run(directory: Path) -> Run:
    """The run in `directory`, its series complete; raises ValueError where there is none."""
    description = read_run_json(directory)
    if description is None:
        raise ValueError(f"no run in {directory}: it has no readable run.json")
    run = Run(sanitize(directory.name), str(directory), description)
    run.status = status_of(description)
    load_series(run, directory, branches=stated_branches(description))
    run.metrics, run.marks = stated(description)
    return run


def newest_records(directory: Path, until: int | None = None) -> list[Record]:
    """The newest record of every tag, none of a step after `until`; what cannot be read is left out."""
    found = [
        [p for p in folder.glob("*.npz") if p.stem.isdecimal() and (until is None or int(p.stem) <= until)]
        for folder in _record_folders(directory / RECORDS)
    ]
    paths = [max(paths) for paths in found if paths]
    return [record for path in paths if (record := read_record(path, directory / RECORDS)) is not None]


def final_records(directory: Path) -> list[Record]:
    """The newest record of every tag, those of the last step alone."""
    found = newest_records(directory)
    last = max((record.step for record in found), default=0)
    return [record for record in found if record.step == last]


def read_record(path: Path, root: Path) -> Record | None:
    """The record in `path` below the records folder `root`; None if it cannot be read."""
    try:
        with open_regular(path) as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, KeyError):
        return None
    kind = str(arrays.pop(KIND, np.array("")))
    return Record(tag=path.parent.relative_to(root).as_posix(), kind=kind, step=int(path.stem), arrays=arrays)


def _record_folders(root: Path) -> list[Path]:
    return sorted({path.parent for path in root.rglob("*.npz")})


def stated(description: dict[str, Any]) -> tuple[dict[str, float], list[Mark]]:
    """The metrics and marks in a run.json; raises ValueError if they are not ours."""
    try:
        metrics = {k: float(v) for k, v in description.get("metrics", {}).items()}
        marks = [Mark(int(m["step"]), float(m["time"]), sanitize(m["text"])) for m in description.get("marks", [])]
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise ValueError("the metrics or marks in its run.json are not ours") from error
    return metrics, marks


def stated_branches(description: dict[str, Any]) -> tuple[Branch, ...]:
    """The branches in a run.json, without their series; none if they are not ours."""
    try:
        stated = description.get("branches", [])
        return tuple(Branch(step=int(b["step"]), reached=int(b["reached"]), time=float(b["time"])) for b in stated)
    except (ValueError, TypeError, KeyError, OverflowError):
        return ()


def load_series(run: Run, directory: Path, before: int | None = None, branches: tuple[Branch, ...] = ()) -> None:
    """Append the logged points to `run`; those at step `before` or later are left out.

    A restart supersedes what earlier files hold from its step on, as TensorBoard has it. What the restart that a
    branch was left at supersedes are the points of that branch.
    """
    left: dict[float, dict[str, Points]] = {branch.time: {} for branch in branches}

    def keep(tag: str, points: Points, when: float) -> None:
        if when in left:
            left[when][tag] = points

    events = EventsReader(directory, at_once=True, left=keep)
    events.look(math.inf)
    for tag, series in events.series.items():
        points = series.points()
        count = len(points) if before is None else int(np.searchsorted(points.steps, before))
        run.one(sanitize(tag)).extend_arrays(points.steps[:count], points.times[:count], points.values[:count])
    found = tuple(replace(b, series=_series_after(b.step, left[b.time])) for b in branches if left[b.time])
    if found:
        run.rewrite(run.series, found)


def _series_after(step: int, points: dict[str, Points]) -> dict[str, Series]:
    found = {}
    for tag, kept in points.items():
        series = found[sanitize(tag)] = Series(sanitize(tag))
        chosen = kept.steps > step
        series.extend_arrays(kept.steps[chosen], kept.times[chosen], kept.values[chosen])
    return found


def status_of(description: dict[str, Any]) -> str:
    """The status that run.json states, or `lost` if the process that stated it is gone."""
    status = str(description.get("status", "unknown"))
    if status in ("loading", "running", "paused") and not alive(description):
        return "lost"
    return status


def alive(description: dict[str, Any]) -> bool:
    """Whether the process that writes the run still exists; on another host it is taken to."""
    if description.get("host") != socket.gethostname():
        return True
    pid = description.get("pid")
    if pid is None or not 0 < pid < 2**31 or not psutil.pid_exists(pid):
        return False
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        created = process.create_time()
    except psutil.Error:
        return False
    return abs(created - float(description.get("process_created", created))) < 1  # else the number was reused


def find_runs(root: Path = ROOT) -> list[Path]:
    """Run directories below `root`, newest first."""
    if not root.is_dir():
        return []
    found = [p.parent for p in root.glob("**/run.json")]
    return sorted(found, key=lambda p: str((read_run_json(p) or {}).get("started", "")), reverse=True)


def find_run(name: str, root: Path = ROOT) -> Path:
    """The directory of a run given by path or by its name under `root`; raises ValueError."""
    for path in (Path(name), root / name):
        if read_run_json(path) is not None:
            return path
    names = [p.name for p in find_runs(root)]
    begun = [found for found in names if found.startswith(name)] if name else []
    if len(begun) == 1:
        return root / begun[0]
    some = f"; the newest are: {', '.join(names[:3])}" if names else f"; there is none under {root}/"
    raise ValueError(f"no run {name!r}{some}")
