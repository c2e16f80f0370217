"""MLflow's file store: a folder a run, a small file a metric, a parameter, a tag.

`mlruns/EXPERIMENT/RUN/` holds `meta.yaml`, `metrics/**` (lines of milliseconds, value, step), `params/**`, `tags/**`.
"""

import re
import time
import zlib
from collections.abc import Iterator
from functools import partial
from os import scandir
from pathlib import Path
from typing import Any

import numpy as np

from .folder import Folder, Found
from .mlflow_words import STATES, is_ours, seconds, setting
from .reader import Reader
from .regular import open_regular, read_text
from .resuming import extend
from .tail import Tail

PIECE = 4 << 20
SELDOM = 16
"""Looks of which one is at all files of a run that is over; the others are at its `meta.yaml`."""
FRESH = 2_000_000_000
"""Nanoseconds for which a folder that has changed is listed again."""
LONGEST = 16 << 10
"""Bytes of a parameter or tag that are read."""
NAMED = 8
"""So many damaged metrics are named; more are counted."""
OF_A_RUN = ("metrics", "params", "tags", "inputs", "outputs", "artifacts")
OF_AN_EXPERIMENT = ("models", "traces", "datasets", "tags")
PLAIN = re.compile(rb"(?:[0-9]+ [^ \n]+ -?[0-9]{1,18}\n)*")
"""Metric lines of three fields."""
DELETED = re.compile(r"^lifecycle_stage:\s*['\"]?deleted", re.M)


def find(folder: Folder) -> Iterator[Found]:
    """The run that a folder is; deleted ones, and what belongs to a run or an experiment, are hidden."""
    meta = folder.files.get("meta.yaml")
    about = (meta.text or "") if meta is not None else ""
    has = {key for key in ("artifact_uri", "artifact_location", "model_id") if re.search(f"^{key}:", about, re.M)}
    if not has:
        return
    if "artifact_uri" not in has or "model_id" in has or not re.search("^run_(id|uuid):", about, re.M):
        folder.closed.update(OF_A_RUN if "model_id" in has else OF_AN_EXPERIMENT)
        return
    if DELETED.search(about):
        folder.closed.update(folder.folders)
        return
    folder.closed.update(OF_A_RUN)
    path, begun = folder.path, re.search(r"^start_time: *([0-9]{9,16}) *$", about, re.M)
    yield Found(
        key=str(path),
        format=MlflowFiles.FORMAT,
        files=(path / "meta.yaml", *(path / "metrics" / name for name in _below(path / "metrics", {}))),
        make=partial(MlflowFiles, path),
        started=seconds(int(begun[1])) if begun is not None else 0.0,
    )


class MlflowFiles(Reader):
    """Metrics, parameters and tags of one run."""

    FORMAT = "mlflow"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._meta = (0, 0)
        self._folders: dict[str, dict[str, int]] = {"metrics": {}, "params": {}, "tags": {}}
        self._params: dict[str, Any] = {}
        self._tags: dict[str, Any] = {}
        self._tails: dict[str, Tail] = {}
        self._waiting: list[str] = []
        self._looks = zlib.crc32(str(path).encode()) % SELDOM  # not all runs at once

    def look(self, until: float) -> bool:
        """Read what the files of the run have gained."""
        if not self._waiting:
            self._looks += 1
            over = not self._about() and self.status in ("finished", "failed")
            if over and self._looks % SELDOM:
                return False
            self._settings("params", self._params)
            self._settings("tags", self._tags)
            self._waiting = self._due()
        while self._waiting:
            name = self._waiting[-1]
            if not self._metric(name, until):
                self._waiting.pop()
            if time.monotonic() > until:
                break
        return bool(self._waiting)

    def _about(self) -> bool:
        """Name and status, where `meta.yaml` has changed; True if it has."""
        path = self.path / "meta.yaml"
        try:
            stat = path.stat()
            if (stat.st_mtime_ns, stat.st_size) == self._meta:
                return False
            text = read_text(path)
        except OSError:
            return False
        self._meta = stat.st_mtime_ns, stat.st_size
        about = parsed(text)
        status = about.get("status", "")
        self.status, self.reason = STATES.get(str(status), ("", ""))
        name = about.get("run_name") or about.get("name")
        self.name = str(name) if name else self.name
        return True

    def _settings(self, kind: str, into: dict[str, Any]) -> None:
        """Parameters or tags, where files have been added."""
        root, known = self.path / kind, self._folders[kind]
        names = _below(root, known)
        for name in names:
            if name in into or (kind == "tags" and not is_ours(name)):
                continue
            try:
                with open_regular(root / name) as file:
                    into[name] = setting(file.read(LONGEST).decode("utf-8", "replace"))
            except OSError:
                continue
        if names:
            self.config = {**self._params, **{f"tags.{name}": value for name, value in self._tags.items()}}

    def _due(self) -> list[str]:
        """The metrics to look at, the last one first."""
        for name in _below(self.path / "metrics", self._folders["metrics"]):
            if name not in self._tails:
                self._tails[name] = Tail(self.path / "metrics" / name)
        return list(self._tails)[::-1]

    def _metric(self, name: str, until: float) -> bool:
        """Read what is new of one metric; True if there is more."""
        tail = self._tails[name]
        try:
            if tail.replaced() and name in self.series:
                self.series = {tag: one for tag, one in self.series.items() if tag != name}
            if not tail.more:
                return False
            data = tail.read(PIECE)
            whole = data.rfind(b"\n") + 1
            tail.back(data[whole:])
        except OSError:
            self._wound(name, "cannot be read")
            return False
        if whole:
            self._lines(name, data[:whole])
        return bool(whole) and tail.more

    def _lines(self, name: str, data: bytes) -> None:
        """Take in whole lines of milliseconds, value, step; the step may be missing, more may follow."""
        if PLAIN.fullmatch(data):
            fields = data.split()
            stamps, values, steps = fields[::3], fields[1::3], fields[2::3]
            try:
                points = list(map(int, stamps)), list(map(float, values)), list(map(int, steps))
            except ValueError:
                points = self._one_by_one(name, data)
        else:
            points = self._one_by_one(name, data)
        times = np.array(points[0], np.float64)
        if len(times):
            times = np.where(np.abs(times) > 1e11, times / 1000, times)
            extend(self, name, np.array(points[2], np.int64), times, np.array(points[1], np.float64))

    def _one_by_one(self, name: str, data: bytes) -> tuple[list[int], list[float], list[int]]:
        stamps, values, steps = list[int](), list[float](), list[int]()
        before = len(self.series[name]) if name in self.series else 0
        for line in data.splitlines():
            fields = line.split()
            if not fields:
                continue
            try:
                stamp, value = int(float(fields[0])), float(fields[1])
                step = int(fields[2]) if len(fields) > 2 else before + len(steps)
                if abs(step) >= 1 << 63:
                    raise ValueError(step)
            except (ValueError, IndexError, OverflowError):
                self._wound(name, "a line is no metric")
                continue
            stamps.append(stamp)
            values.append(value)
            steps.append(step)
        return stamps, values, steps

    def _wound(self, name: str, what: str) -> None:
        text = f"metrics/{name}: {what}"
        if text not in self.damage and len(self.damage) >= NAMED:
            text = f"more metrics: {what}"
        self.damage[text] += 1


def parsed(text: str) -> dict[str, Any]:
    """The entries of a `meta.yaml`; empty where it is none."""
    import yaml

    try:
        found = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _below(root: Path, known: dict[str, int]) -> list[str]:
    """The files, by path, in the folders from `root` downwards that are new or have changed since they were `known`."""
    found, waiting = [], list(known) or [""]
    for at in waiting:
        try:
            changed = (root / at).stat().st_mtime_ns
            if known.get(at) == changed:
                continue
            with scandir(root / at) as entries:
                inside = sorted(entries, key=lambda e: e.name)
            # The clock of a file system is coarse: what has just changed may change again at the same time.
            known[at] = changed if time.time_ns() - changed > FRESH else 0
            for entry in inside:
                name = f"{at}/{entry.name}" if at else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if name not in known:
                        waiting.append(name)
                elif entry.is_file():
                    found.append(name)
        except OSError:
            known.pop(at, None)
    return found
