"""Loggers that write one file a metric: DeepSpeed's CSV monitor and DVCLive. All files of a folder are one run."""

import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ..folder import Folder, Found
from ..reader import Reader
from ..sidecars import config

Tags = dict[Path, str]


class MetricFilesReader(Reader):
    """Several files, each a series; new ones are noticed."""

    FORMAT = "deepspeed"

    def __init__(self, top: Path, logger: str) -> None:
        """`top` holds the files: of DeepSpeed itself, of DVCLive below plots/metrics."""
        super().__init__()
        self.top, self.logger = top, logger
        self._parts: dict[Path, tuple[str, Reader]] = {}
        self._stamp: object = None

    def look(self, until: float) -> bool:
        from ..table import TableReader

        self._update()
        more = False
        for path, (_, part) in sorted(self._parts.items()):
            more = part.look(until) or more
            if not path.exists():
                self._stamp = None
            if time.monotonic() > until:
                more = more or any(isinstance(p, TableReader) and p.lines.more for _, p in self._parts.values())
                break
        series, marks = {}, {}
        for tag, part in self._parts.values():
            for one in part.series.values():
                series[tag] = one
            marks.update({(mark.step, mark.text): mark for mark in part.marks})
            self.damage.update({text: n - self.damage[text] for text, n in part.damage.items()})
        if list(series.items()) != list(self.series.items()):
            self.series = series
        if len(marks) != len(self.marks):
            self.marks = sorted(marks.values(), key=lambda mark: mark.step)
        return more

    def _update(self) -> None:
        """Look for new files where a folder has changed."""
        from ..table import TableReader

        try:
            stamp = tuple((str(f), os.stat(f).st_mtime_ns) for f in self._folders())  # noqa: PTH116
        except OSError:
            return
        if stamp == self._stamp:
            return
        self._stamp = stamp
        tags = _deepspeed(self.top) if self.logger == "deepspeed" else _dvclive(self.top)
        self._parts = {
            path: (tag, self._parts[path][1] if path in self._parts else TableReader(path, "step", alone=True))
            for path, tag in tags.items()
        }
        self.config = config(self.top, self.damage)

    def _folders(self) -> list[Path]:
        if self.logger == "deepspeed":
            return [self.top]
        return [Path(root) for root, _, _ in os.walk(self.top / "plots" / "metrics")]


def find(folder: Folder) -> Iterator[Found]:
    """The run of a folder whose files are the metrics."""
    for logger, tags in (("deepspeed", _deepspeed(folder.path, folder)), ("dvclive", _dvclive(folder.path, folder))):
        if len(tags) < (2 if logger == "deepspeed" else 1):
            continue
        if logger == "dvclive":
            folder.closed.add("plots")
        make = partial(MetricFilesReader, folder.path, logger)
        yield Found(key=f"{folder.path}{os.sep}{logger}", format=logger, files=tuple(tags), make=make)


def _deepspeed(top: Path, seen: Folder | None = None) -> Tags:
    """Files that begin with `step,LEAF` and are called by the whole tag, ending in LEAF; a `/` became `_`."""
    tags: Tags = {}
    for path in sorted([e.path for e in seen.named(".csv")] if seen else top.glob("*.csv")):
        head = seen.files[path.name].text if seen else _head(path)
        cells = (head or "").split("\n", 1)[0].strip().split(",")
        leaf = cells[-1].replace("/", "_").replace(" ", "_")
        if len(cells) != 2 or cells[0] != "step" or not path.stem.endswith(leaf):
            continue
        before = path.stem[: len(path.stem) - len(leaf)]
        tags[path] = before.replace("_", "/") + cells[1]
    return tags


def _dvclive(top: Path, seen: Folder | None = None) -> Tags:
    """Files below plots/metrics, called by their tag."""
    if seen is not None and "plots" not in seen.folders:
        return {}
    base = top / "plots" / "metrics"
    return {path: path.relative_to(base).with_suffix("").as_posix() for path in sorted(base.glob("**/*.tsv"))}


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(4096).decode("utf-8", "replace")
    except OSError:
        return ""
