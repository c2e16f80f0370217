"""The door of `dlviz export`: its options, parsed and handed on."""

from pathlib import Path
from typing import Annotated

import typer

from ..engine.options import OptionError
from .streams import need_output
from .watch_door import check_tags

SCALES = ("linear", "log y", "log x", "log-log")


def export(
    sources: Annotated[list[str], typer.Argument(help="Folders, files, user@host:path.", metavar="SOURCE …")],
    csv: Annotated[bool, typer.Option("--csv", help="A line a point: run, tag, step, time, value.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One document with all points.")] = False,
    svg: Annotated[bool, typer.Option("--svg", help="All charts as vector graphics.")] = False,
    html: Annotated[bool, typer.Option("--html", help="A page that stands alone: charts, values, configs.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file; standard output by default.")] = None,
    tags: Annotated[str, typer.Option(help="Only tags that match this regular expression.")] = "",
    runs: Annotated[str, typer.Option(help="Only runs that match this query: lr>=1e-3 model~llama.")] = "",
    smooth: Annotated[float, typer.Option(help="Weight of the moving average in pictures.", min=0, max=0.9999)] = 0.0,
    x: Annotated[str, typer.Option(help="step, time, clock, or a tag.")] = "step",
    scale: Annotated[str, typer.Option(help=", ".join(SCALES) + ".")] = "linear",
    group: Annotated[list[str] | None, typer.Option(help="A config key to group by: mean and spread.")] = None,
) -> None:
    """Write runs as a table, as JSON, as vector graphics, or as a page."""
    from . import export as exporting

    kinds = [kind for kind, asked in (("csv", csv), ("json", json), ("svg", svg), ("html", html)) if asked]
    if len(kinds) != 1:
        raise OptionError("export needs one of --csv, --json, --svg, --html")
    if scale not in SCALES:
        raise OptionError(f"scale cannot be {scale!r}; allowed: {', '.join(SCALES)}")
    check_tags(tags)
    if out is None:
        need_output()
    settings = {"weight": smooth, "x": x, "scale": scale, "group": tuple(group or ())}
    exporting.export(sources, kinds[0], out, tags, runs, settings)
