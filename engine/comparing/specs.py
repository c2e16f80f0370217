"""What is to be compared, as it is typed: `mlp`, `resnet:skip=off,depth=24`, or a run that is there. Torch-free."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..catalog import CATALOG, UnknownModelError
from ..options import OptionError
from ..runs.files import ROOT, read_run_json
from ..runs.open import find_run
from ..text import sanitize

SHARED = {
    "seed": "--seeds N",
    "data": "--data NAME",
    "seconds": "--seconds S",
    "device": "--device NAME",
}
"""What must be the same for all, and where it is given."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """One side of a comparison: a model with options, or a run that is taken as it is.

    `name` is its own among all; `texts` are `KEY=VALUE`; `run` is the directory of a run, or empty.
    """

    text: str
    name: str
    model: str
    texts: tuple[str, ...] = ()
    run: str = ""

    @property
    def folder(self) -> str:
        """The name in letters that every file system takes."""
        return re.sub(r"[^A-Za-z0-9.]+", "-", self.name).strip("-.")[:80] or "model"


def parse(texts: Sequence[str], root: Path = ROOT) -> tuple[Spec, ...]:
    """The sides of a comparison; raises OptionError, UnknownModelError, ValueError, each one sentence."""
    if len(texts) < 2:
        raise OptionError("a comparison wants two or more: models with options (resnet:depth=24), or runs")
    specs: list[Spec] = []
    for text in texts:
        one = parse_one(text, root)
        name = _free(one.name, [spec.name for spec in specs])
        specs.append(replace(one, name=name))
    return _distinct_folders(specs)


def parse_one(text: str, root: Path = ROOT) -> Spec:
    """One side, named as it is typed; raises as `parse`."""
    model, _, rest = text.partition(":")
    if model in CATALOG:
        texts = split_options(rest)
        for one in texts:
            key = one.partition("=")[0].strip()
            if key in SHARED:
                raise OptionError(f"{key} is the same for all that is compared: give it once, with {SHARED[key]}")
        CATALOG[model].options.parse(texts)
        return Spec(text=text, name=sanitize(text, limit=100), model=model, texts=texts)
    if (path := _run(text, root)) is None:
        near = difflib.get_close_matches(model.lower(), CATALOG, n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UnknownModelError(
            f"no model and no run {sanitize(text, limit=100)!r}{hint} (models: {', '.join(CATALOG)})"
        )
    described = read_run_json(path) or {}
    if not described.get("metrics"):
        raise ValueError(f"{path} has no results to compare: it did not end; go on with dlviz train … --resume")
    return Spec(
        text=text, name=sanitize(path.name, limit=100), model=sanitize(described.get("model", "")), run=str(path)
    )


def split_options(text: str) -> tuple[str, ...]:
    """`skip=off,hidden=64,32` as `KEY=VALUE` texts: a part without `=` belongs to the value before it."""
    texts: list[str] = []
    for part in text.split(",") if text.strip() else ():
        if "=" in part:
            texts.append(part.strip())
        elif texts:
            texts[-1] += "," + part.strip()
        else:
            raise OptionError(f"options of a model are KEY=VALUE,KEY=VALUE behind its colon, not {text!r}")
    return tuple(texts)


def _run(text: str, root: Path) -> Path | None:
    try:
        return find_run(text, root)
    except (ValueError, OSError):
        return None


def _free(name: str, taken: Sequence[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name} #{number}"
    return found


def _distinct_folders(specs: Sequence[Spec]) -> tuple[Spec, ...]:
    """Rename what would share a folder with another, e.g. `mlp:lr=1` and `mlp:lr:1`; no case counts."""
    kept: list[Spec] = []
    for spec in specs:
        number, name = 1, spec.name
        while replace(spec, name=name).folder.lower() in [one.folder.lower() for one in kept]:
            number += 1
            name = f"{spec.name[:70]} #{number}"
        kept.append(replace(spec, name=name))
    return tuple(kept)
