"""`dlviz look`: what a probe finds in a stored model, drawn once or as JSON."""

import sys
from dataclasses import fields
from typing import Any, ClassVar

from ..engine.options import OptionError
from ..engine.probes.inside import PROBES, inside
from ..engine.probes.requests import LookInside, Setting
from ..engine.runs.files import dump_json
from ..tui.plain_records import draw

WIDTH = 78
COUNTED = ("images", "features", "sequences", "pairs")
"""Kinds of data whose splits have so many examples."""


class Noted(LookInside):
    """A question that knows what of it was read: a setting that nothing reads is a mistake of the user's."""

    read: ClassVar[set[str]] = set()

    def get(self, name: str, default: Any) -> Any:
        """The setting `name`, or `default`."""
        self.read.add(name)
        return super().get(name, default)

    def __getattribute__(self, name: str) -> Any:
        if name == "text":
            Noted.read.add(name)
        return super().__getattribute__(name)


def look(run: str, request: LookInside, *, json: bool) -> None:
    """Print what the probe found; raises OptionError for an unknown probe, ValueError where there is nothing."""
    if request.probe not in PROBES:
        raise OptionError(f"no probe {request.probe!r}; there are: {', '.join(PROBES)}")
    import torch

    from ..engine.training.opened import opened

    torch.set_num_threads(1)  # small tensors: threads would only wait for one another
    directory, trainer = opened(run)
    asked = Noted(**{field.name: getattr(request, field.name) for field in fields(request)})
    data, model = trainer.objective.data, trainer.job.model
    count = dict(zip(("train", "val", "test"), data.sizes, strict=True))[request.split]
    if data.kind in COUNTED and request.index >= count:
        raise OptionError(f"index cannot be {request.index}; the {request.split} split has examples 0 to {count - 1}")
    Noted.read.clear()
    found = inside(trainer, asked)
    for name in dict(request.settings).keys() - Noted.read:
        known = ", ".join(sorted(Noted.read - {"text"}))
        raise OptionError(f"{request.probe} of {model} has no setting {name!r}; it reads: {known or 'none'}")
    if request.text and "text" not in Noted.read:
        raise OptionError(f"{request.probe} of {model} reads no text; leave --text out")
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
