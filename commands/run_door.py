"""The door of `dlviz run`: its options, parsed and handed on. What follows the program's name is the program's own."""

from pathlib import Path
from typing import Annotated

import typer

SETTINGS = {"allow_interspersed_args": False, "help_option_names": ["-h", "--help"]}


def run(
    command: Annotated[list[str], typer.Argument(help="The program and its arguments.", metavar="[--] PROGRAM …")],
    name: Annotated[str, typer.Option(help="What the run is called; by default as the script.")] = "",
    watch: Annotated[
        list[Path] | None, typer.Option("--watch", help="A folder of logs that the program writes; repeat it.")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Print what the program prints, and no more.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document at the end.")] = False,
) -> None:
    """Run a training, keep what it prints, and show its console and its curves; its exit status is passed on."""
    from . import run as running

    status = running.run(running.Asked(tuple(command), name=name, watch=tuple(watch or ()), plain=plain, json=json))
    if status:
        raise typer.Exit(status)
