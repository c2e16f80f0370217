"""The words of `dlviz lesson` and `dlviz verify` on the command line. What computes is imported when it is called."""

from typing import Annotated

import typer

Seed = Annotated[int, typer.Option(help="Of weights, samples and trainings.", min=0, max=2**31 - 1)]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")]


def lesson(
    name: Annotated[str | None, typer.Argument(help="A lesson; without it, the index.", metavar="[NAME]")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE; repeat it.")] = None,
    preset: Annotated[str, typer.Option(help="Settings with a name, good or bad.", metavar="NAME")] = "",
    scene: Annotated[str, typer.Option(help="The scene to begin with; a name or a number.")] = "",
    frame: Annotated[
        int | None, typer.Option(help="The frame of that scene (else of the first), from 1.", min=1)
    ] = None,
    figure: Annotated[str, typer.Option(help="On the screen: the figure with the cursor.", metavar="NAME")] = "",
    cell: Annotated[
        str, typer.Option(help="Where in it the cursor is, from 1; in a plane X,Y.", metavar="ROW,COLUMN")
    ] = "",
    depth: Annotated[str, typer.Option(help="overview, part or formula.", metavar="DEPTH")] = "",
    seed: Seed = 0,
    train: Annotated[bool, typer.Option("--train", help="Train at once what the lesson needs.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Print it once instead of opening the screen.")] = False,
    json: Annotated[
        bool,
        typer.Option("--json", help="Print exactly one JSON document; a false fact ends in 0, dlviz verify tells it."),
    ] = False,
) -> None:
    """One idea at a time with its real numbers: see it, change it, and see it proved."""
    from .lesson import Wish, index, show

    if name is None:
        index(plain=plain, json=json)
        return
    show(
        Wish(
            name=name,
            texts=tuple(set_ or ()),
            preset=preset,
            scene=scene,
            frame=frame,
            figure=figure,
            cell=cell,
            depth=depth,
            seed=seed,
            train=train,
            plain=plain,
            json=json,
        )
    )


def verify(
    only: Annotated[list[str] | None, typer.Option("--only", help="One lesson; repeat it.", metavar="LESSON")] = None,
    seeds: Annotated[int, typer.Option(help="How many seeds each training has, 1 to 100.")] = 3,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out what has to be trained.")] = False,
    json: Json = False,
) -> None:
    """Compute every fact of every lesson against an independent oracle; exit 1 if one fails."""
    from .verify import verify as verifying

    verifying(tuple(only or ()), seeds=seeds, quick=quick, json=json)
