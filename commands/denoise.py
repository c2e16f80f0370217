"""`dlviz denoise`: from noise to data, step by step, as a strip of frames, as JSON, as GIF or PNG, or in the lab."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..engine.options import OptionError
from ..engine.probes.denoise.asked import Asked
from ..engine.probes.requests import Inside, LookInside, Setting
from ..engine.recipes.diffusion import DiffusionOptions
from ..engine.runs.files import ROOT, dump_json, read_run_json
from ..engine.runs.open import find_run, find_runs
from ..engine.text import sanitize
from ..tui.plain_records import draw
from ..tui.render.denoise.film import Film

WIDTH = 78
PATIENCE = 0.5
"""Seconds between two words on how far it is."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the command line asked for; None and empty texts are left to the model."""

    run: str | None
    sampler: str | None
    steps: int | None
    seed: int
    label: str | None
    guidance: float | None
    count: int | None
    beside: str | None
    gif: Path | None
    png: Path | None

    def settings(self) -> tuple[tuple[str, Setting], ...]:
        """As the probe is told."""
        told = {"sampler": self.sampler, "steps": self.steps, "class": self.label, "guidance": self.guidance,
                "count": self.count, "beside": self.beside}  # fmt: skip
        given = ((name, value if isinstance(value, str) else float(value)) for name, value in told.items()
                 if value is not None)  # fmt: skip
        return ("seed", float(self.seed)), *given

    def check(self) -> None:
        """Raises OptionError for what no model could be asked, before any is loaded."""
        look = LookInside("denoise", settings=tuple(one for one in self.settings() if one[0] != "class"))
        Asked.of(look, DiffusionOptions(), (), 1)
        for path in (self.gif, self.png):
            if path is not None and not path.absolute().parent.is_dir():
                raise OptionError(f"{path} cannot be written: there is no folder {path.absolute().parent}")

    def directory(self) -> Path:
        """The run that was named, else the newest of a diffusion model; raises ValueError."""
        if self.run is not None:
            return find_run(self.run)
        for path in find_runs(ROOT):
            if (read_run_json(path) or {}).get("model") == "diffusion" and (path / "checkpoint").is_dir():
                return path
        raise ValueError(f"there is no run of a diffusion model under {ROOT}/: `dlviz train diffusion` makes one")


def report(wish: Wish, *, json: bool) -> None:
    """Print the trajectory, and write the files that were asked for; raises OptionError, ValueError."""
    wish.check()
    import torch

    from ..engine.training.opened import opened

    torch.set_num_threads(1)  # as the lab has it: sums have one order, and a step is too small to share
    directory, trainer = opened(str(wish.directory()))
    found = walked(trainer, wish)
    films = [Film.of(record.arrays, record.step) for record in found.records]
    said = [_written(films, wish)] if wish.gif or wish.png else []
    if json:
        print(dump_json(document(directory, found, films[0], trainer)))
        print(*said, sep="\n", end="\n" if said else "", file=sys.stderr)
        return
    print(f"{sanitize(directory.name)}: from noise to data by the model of step {found.step:,}")
    for record in found.records:
        print("\n".join(["", *draw(record, WIDTH, sys.stdout.isatty())]))
    for line in said:
        print(f"\n{line}")


def lab(wish: Wish) -> Any:
    """The lab on the run, not yet opened, with the denoise pane in front; raises OptionError, ValueError."""
    wish.check()
    if wish.count is not None:
        raise OptionError("--count cannot be chosen with --tui: the lab shows one sample at a time")
    from ..engine.training.commands import Load
    from ..engine.training.train import resumed_job
    from ..tui.panes.denoise.choice import Choice
    from ..tui.panes.denoise.lab import DenoiseLab

    directory = wish.directory()
    job = resumed_job(directory)
    if job.model != "diffusion":
        raise ValueError(f"{directory} does not denoise: it is a run of {job.model}")
    choice = Choice(wish.sampler, wish.steps, wish.seed, wish.label, wish.guidance, wish.beside or "")
    return DenoiseLab(choice, load=Load(job=job, run_dir=str(directory), resume=True))


def walked(trainer: Any, wish: Wish) -> Inside:
    """The whole trajectory; on a terminal stderr tells how far it is."""
    from ..engine.probes.inside import inside

    telling = sys.stderr.isatty()
    look = LookInside("denoise", settings=(*wish.settings(), ("seconds", PATIENCE)))
    while True:
        found = inside(trainer, look)
        gone, steps = (min(int(record.arrays[name]) for record in found.records) for name in ("walked", "steps"))
        if gone >= steps:
            break
        if telling:
            print(f"\r{gone} of {steps} steps\x1b[K", end="", file=sys.stderr, flush=True)
    if telling:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return found


def document(directory: Path, found: Inside, film: Film, trainer: Any) -> dict[str, Any]:
    """All timesteps with alpha-bar and SNR, and the samples at t = 0 in the scale of the data."""
    from ..engine.sampling.samplers import spaced

    noise = trainer.objective.noise
    times = [*spaced(noise.steps, film.steps, trainer.objective.options.spacing), 0]
    alpha_bar = noise.alpha_bar[times].numpy()
    with np.errstate(divide="ignore"):
        snr = alpha_bar / (1 - alpha_bar)
    samples = film.outside(film.x[-1])
    named = film.named[-1].tolist() if film.named.ndim == 2 and film.named.size else []
    return {
        "run": str(directory),
        "step": found.step,
        "sampler": film.sampler,
        "steps": film.steps,
        "seed": film.seed,
        "class": [film.asked(k) if film.classes else None for k in range(samples.shape[0])] if not film.points else [],
        "guidance": film.guidance,
        "timesteps": times,
        "alpha_bar": alpha_bar.tolist(),
        "snr": snr.tolist(),
        "samples": samples.tolist(),
        "label": [film.classes[k] for k in named],
        "label_probability": film.sure[-1].tolist() if named else [],
    }


def _written(films: list[Film], wish: Wish) -> str:
    from . import denoise_files as files  # Pillow

    said = []
    if wish.gif is not None:
        count = files.save_gif(films, wish.gif)
        said.append(f"{wish.gif}: {count} frames, the last one held")
    if wish.png is not None:
        files.save_png(films, wish.png)
        said.append(f"{wish.png}: a strip of frames")
    return "; ".join(said)
