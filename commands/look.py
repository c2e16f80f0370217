"""`dlviz look`: what a probe finds in a stored model, drawn once or as JSON."""

import sys
from typing import Any

from ..engine.options import OptionError
from ..engine.probes.inside import PROBES, inside
from ..engine.probes.requests import LookInside, Setting
from ..engine.runs.files import dump_json
from ..tui.plain_records import draw

WIDTH = 78


def look(run: str, request: LookInside, *, json: bool) -> None:
    """Print what the probe found; raises OptionError for an unknown probe, ValueError where there is nothing."""
    if request.probe not in PROBES:
        raise OptionError(f"no probe {request.probe!r}; there are: {', '.join(PROBES)}")
    import torch

    from ..engine.training.opened import opened

    torch.set_num_threads(1)  # small tensors: threads would only wait for one another
    directory, trainer = opened(run)
    found = inside(trainer, request)
    if json:
        records = [
            {"tag": r.tag, "kind": r.kind, "arrays": {k: v.tolist() for k, v in r.arrays.items()}}
            for r in found.records
        ]
        print(dump_json({"run": str(directory), "step": found.step, "probe": found.probe, "records": records}))
        return
    print(f"{directory.name}: {found.probe} at step {found.step:,}")
    for record in found.records:
        lines = draw(record, WIDTH, sys.stdout.isatty())
        print("\n".join(["", *lines]) if lines else "", end="\n" if lines else "")


def settings(texts: list[str]) -> tuple[tuple[str, Setting], ...]:
    """`KEY=VALUE` texts as settings of a probe: numbers where they are numbers; raises OptionError."""
    found: dict[str, Setting] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise OptionError(f"--set wants KEY=VALUE, not {text!r}")
        found[name.strip()] = _number(value.strip())
    return tuple(found.items())


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return {"true": True, "false": False}.get(text, text)
