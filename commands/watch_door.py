"""The door of `dlviz watch`: its options, parsed and handed on."""

import re
import sys
from typing import Annotated

import typer

from ..engine.options import OptionError
from .streams import need_output


def check_tags(tags: str | None) -> None:
    """Raise OptionError for what is no regular expression."""
    try:
        re.compile(tags or "")
    except re.error as error:
        raise OptionError(f"--tags cannot be {tags!r}: no regular expression, {error}") from None


def watch(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="Folders, files, `-` for a pipe, user@host:path; here by default.", metavar="SOURCE …"),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Read what is there, print the charts, and end.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was shown the last time.")] = False,
    tags: Annotated[str | None, typer.Option(help="Show tags that match this regular expression.")] = None,
    runs: Annotated[str | None, typer.Option(help="Show runs that match this query: lr>=1e-3 model~llama.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="With --once: all runs and all charts.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")] = False,
) -> None:
    """Watch any training from the logs that it writes: every run below the sources, whatever their formats."""
    from . import watch as watching

    texts = tuple(dict.fromkeys(sources or ["."]))
    check_tags(tags)
    need_output()
    keys = "-" in texts or sys.stdin.isatty()  # the pipe gives the terminal back
    if once or json or not sys.stdout.isatty() or not keys:
        watching.once(texts, json=json, tags=tags or "", which=runs or "", whole=all_)
    elif status := watching.live(texts, fresh=fresh, tags=tags, which=runs):
        raise typer.Exit(status)
