"""The words of `dlviz denoise` on the command line. Light: what computes is imported when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from ..engine.options import OptionError


def denoise(
    run: Annotated[str | None, typer.Argument(help="A run; the newest of diffusion.", metavar="[RUN]")] = None,
    steps: Annotated[int | None, typer.Option(help="From 1 to 1000; those of the run's options.")] = None,
    sampler: Annotated[str | None, typer.Option(help="ddpm or ddim; that of the run's options.")] = None,
    seed: Annotated[int, typer.Option(help="Of the noise to begin with.")] = 0,
    class_: Annotated[str | None, typer.Option("--class", help="Name or number; any: whatever comes.")] = None,
    guidance: Annotated[float | None, typer.Option(help="How far to push towards the class; 0: not at all.")] = None,
    count: Annotated[int | None, typer.Option(help="Samples; without --class, every class in turn.")] = None,
    beside: Annotated[str | None, typer.Option(help="forward: a real image noised; sampler: the other one.")] = None,
    gif: Annotated[Path | None, typer.Option(help="Write the frames as an animation.")] = None,
    png: Annotated[Path | None, typer.Option(help="Write a strip of frames.")] = None,
    tui: Annotated[bool, typer.Option("--tui/--plain", help="Open the lab, or print frames.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")] = False,
) -> None:
    """Walk a diffusion model from pure noise to data, one denoising step at a time."""
    from .. import cli
    from .denoise import Wish, lab, report

    wish = Wish(
        run=run,
        sampler=sampler,
        steps=steps,
        seed=seed,
        label=class_,
        guidance=guidance,
        count=count,
        beside=beside,
        gif=gif,
        png=png,
    )
    if not tui:
        report(wish, json=json)
    elif json or gif or png or not cli.on_terminal():
        raise OptionError("--tui opens the lab, which needs a terminal and goes without --json, --gif and --png")
    else:
        cli.open_lab(lab(wish))
