"""`dlviz compare`: what was asked, carried out with progress on stderr, and reported."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..engine.comparing.conduct import Conductor, Interrupted
from ..engine.comparing.plan import Plan, plan
from ..engine.comparing.state import new_directory, read
from ..engine.options import OptionError
from ..engine.runs.files import dump_json
from ..tui.plain_compare import Progress, report


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The command line of `dlviz compare`."""

    specs: tuple[str, ...]
    seeds: int | None = None
    steps: int | None = None
    seconds: float | None = None
    data: str | None = None
    texts: tuple[str, ...] = ()
    run: Path | None = None
    device: str = "auto"
    threads: int = 1

    def plan(self) -> Plan:
        """The plan; without models that of the comparison in `run`. Raises OptionError, ValueError."""
        before = (read(self.run) or {}).get("plan") if self.run is not None else None
        asked = self if before is None else self._again(before)
        return plan(
            asked.specs,
            data=asked.data,
            seeds=1 if asked.seeds is None else asked.seeds,
            steps=asked.steps,
            seconds=asked.seconds,
            sets=asked.texts,
            device=asked.device,
        )

    def _again(self, before: dict[str, Any]) -> "Asked":
        """What is asked of a comparison that is there: what was not said is as it was."""
        seeds = len(before["seeds"]) if self.seeds is None else self.seeds
        if self.specs:
            return replace(self, seeds=seeds)
        if self.data or self.steps or self.seconds or self.texts:
            raise OptionError("data, budget and options are those of the comparison in --run; only --seeds may change")
        return replace(
            self,
            specs=tuple(before["specs"]),
            seeds=seeds,
            steps=before["steps"],
            seconds=before["seconds"],
            data=before["data"],
            texts=tuple(before["sets"]),
        )


def compare(asked: Asked, *, json: bool) -> None:
    """Compare and print a report, or one JSON document; interrupted: what had ended, and status 130."""
    wanted = asked.plan()
    directory = asked.run if asked.run is not None else new_directory()
    with Progress(sys.stderr) as progress:
        conductor = Conductor(wanted, directory, threads=asked.threads, watch=progress.show)
        try:
            document, status = conductor.run(), 0
        except Interrupted as interrupted:
            document, status = interrupted.result, 130
    if json:
        print(dump_json(document))
    else:
        report(document, sys.stdout)
    if document["status"] == "failed":
        status = 1
    if status:
        raise SystemExit(status)
