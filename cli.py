"""The door: one short function a command; parse, call, print. Heavy imports wait for the command."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from .commands import denoise_door, export_door, lesson_door, run_door, streams, watch_door
from .commands.colours import COLOURS, choose_colour
from .engine.options import OptionError
from .engine.runs.files import ROOT, dump_json
from .engine.text import in_words, sanitize

app = typer.Typer(
    name="dlviz",
    help="See what a neural network is doing, in a terminal. Without a command: the lab.",
    add_completion=False,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")]
RunName = Annotated[str, typer.Argument(help="A run directory, or its name under runs/.", metavar="RUN")]


@app.callback()
def lab(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    color: Annotated[str, typer.Option(help="Colours of the screen: " + ", ".join(COLOURS) + ".")] = "auto",
    images: Annotated[str, typer.Option(help="Real images where the terminal shows them: off, kitty, sixel.")] = "off",
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and what goes to the terminal.")] = False,
) -> None:
    """Open the lab; where there is no terminal, train `cnn` and print a report."""
    if version:
        from importlib.metadata import version as installed

        print(f"dlviz {installed('dlviz')}")
        raise typer.Exit
    choose_colour(color)
    if images != "off":
        from .tui import real_images

        real_images.choose(images)
    if context.invoked_subcommand is None:
        streams.need_output()
        if on_terminal():
            open_lab()
        else:
            train("cnn")


@app.command()
def models(
    name: Annotated[str | None, typer.Argument(help="One model, with its options.", metavar="[MODEL]")] = None,
    json: Json = False,
) -> None:
    """List the catalogue, or the options of one model."""
    from .commands import models as listing

    if json:
        print(dump_json(listing.rows() if name is None else listing.one(name)))
    else:
        print(listing.table() if name is None else listing.card(name))


@app.command()
def train(
    model: Annotated[str, typer.Argument(help="A name from `dlviz models`.", metavar="MODEL")],
    steps: Annotated[int | None, typer.Option(help="Budget in steps; results repeat exactly.")] = None,
    seconds: Annotated[float | None, typer.Option(help="Budget in seconds instead.")] = None,
    seed: Annotated[int | None, typer.Option(help="Fixes split, weights and order of the data; 0.")] = None,
    data: Annotated[str | None, typer.Option(help="A name, a .npz or .csv file, or a folder.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE; repeat it.")] = None,
    run: Annotated[Path | None, typer.Option(help="Run directory; a new one under runs/ by default.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in --run, or the newest.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Train in the background.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, …")] = "auto",
    threads: Annotated[int, typer.Option(help="Threads of torch.", min=1, max=256)] = 1,
    tui: Annotated[bool, typer.Option("--tui/--plain", help="Open the lab, or print a report.")] = False,
    json: Json = False,
) -> None:
    """Train a model, and print what came out."""
    from .commands import train as training

    asked = training.Asked(
        model=model,
        steps=steps,
        seconds=seconds,
        seed=seed,
        data=data,
        texts=tuple(set_ or ()),
        run=run,
        resume=resume,
        device=device,
        threads=threads,
    )
    if tui and (json or detach):
        raise OptionError("--tui opens the lab, which --json and --detach do not; leave one of them out")
    if detach:
        show(training.detached(asked), json)
    elif tui:
        if not on_terminal():
            raise OptionError("--tui needs a terminal; without one, leave it out for a report")
        open_lab(load=asked.command(), threads=threads)
    else:
        training.plain(asked, json=json)


@app.command()
def compare(
    specs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Models, with options behind a colon (resnet:skip=off,depth=24), or runs.", metavar="A B …"
        ),
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(help="How many seeds each, from 0 on; 1. Three or more tell luck.")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Budget of each training in steps.")] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Budget in seconds instead; without both, each model's own.")
    ] = None,
    data: Annotated[str | None, typer.Option(help="Data that suit all; their common default.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE for all that have it; repeat it.")] = None,
    run: Annotated[Path | None, typer.Option(help="Where the runs are kept; if they are there, it goes on.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, …")] = "auto",
    threads: Annotated[int, typer.Option(help="Threads of torch.", min=1, max=256)] = 1,
    plain: Annotated[bool, typer.Option("--plain", help="Print a report, as without it.")] = False,
    json: Json = False,
) -> None:
    """Train models alike, one after the other, and say what differs and how surely."""
    from .commands import compare as comparing

    asked = comparing.Asked(
        specs=tuple(specs or ()),
        seeds=seeds,
        steps=steps,
        seconds=seconds,
        data=data,
        texts=tuple(set_ or ()),
        run=run,
        device=device,
        threads=threads,
    )
    comparing.compare(asked, json=json)


@app.command()
def runs(json: Json = False) -> None:
    """List the runs under runs/, newest first."""
    from .engine.runs.listing import listing, table

    found = listing(ROOT)
    print(dump_json({"runs": found}) if json else table(found))


@app.command()
def look(
    run: RunName,
    probe: Annotated[str, typer.Argument(help="What to look at; a wrong name lists them.", metavar="PROBE")],
    text: Annotated[str, typer.Option(help="Your own words, where the model reads words.")] = "",
    split: Annotated[str, typer.Option(help="train, val or test.")] = "test",
    index: Annotated[int, typer.Option(help="Which example of the split.", min=0)] = 0,
    set_: Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE of the probe; repeat it.")] = None,
    json: Json = False,
) -> None:
    """Look inside the model of a stored run: attention, hidden states, sample spaces."""
    from .commands import look as looking
    from .engine.probes.requests import LookInside

    if split not in ("train", "val", "test"):
        raise OptionError(f"split cannot be {split!r}; allowed: train, val, test")
    request = LookInside(probe, split, index, text, looking.settings(set_ or []))
    looking.look(run, request, json=json)


for door in (denoise_door.denoise, lesson_door.lesson, lesson_door.verify, watch_door.watch, export_door.export):
    app.command()(door)
app.command(context_settings=run_door.SETTINGS)(run_door.run)


@app.command()
def attach(run: RunName, json: Json = False) -> None:
    """See and control a training that runs in the background; of one that has ended, look inside its model."""
    from .engine.runs.open import find_run
    from .engine.training.remote import RemoteSession

    directory = find_run(run)
    if ended(directory) and on_terminal() and not json:
        from .engine.training.commands import Load
        from .engine.training.train import resumed_job

        open_lab(load=Load(job=resumed_job(directory), run_dir=str(directory), resume=True))
        return
    session = RemoteSession(directory)
    if json or not sys.stdout.isatty():
        session.open().wait(lambda status: status.state != "loading", timeout=10)
        show({"run": session.run.path, **vars(session.status)}, json)
        session.close()
    else:
        open_lab(session=session)


@app.command()
def stop(run: RunName, json: Json = False) -> None:
    """Make a training save and end."""
    from .engine.runs.open import find_run
    from .engine.training import detach

    directory = find_run(run)
    show({"run": str(directory), "status": detach.stop(directory)}, json)


def open_lab(lab: Any = None, **arguments: Any) -> None:
    """Run the Textual app, or the `lab` that is given; textual is imported here because it costs 0.2 s."""
    import gc

    gc.disable()  # until the first picture: collections over fresh imports find nothing and cost 0.03 s
    from .tui.app import DlvizApp

    farewell = (lab or DlvizApp(**arguments)).run()
    if farewell is None:
        return
    if farewell.detach:
        from .engine.training.detach import detach

        words = ["train", farewell.model, "--run", farewell.detach, "--resume", "--plain"]
        detach(words, Path(farewell.detach))
        print(f"training goes on in the background: dlviz attach {Path(farewell.detach).name}")
    elif farewell.stopped:
        print(f"saved; go on with: dlviz train {farewell.model} --run {farewell.stopped} --resume")
    if farewell.status:
        raise typer.Exit(farewell.status)


def ended(directory: Path) -> bool:
    """Whether nothing trains in a run directory any more."""
    from .engine.runs.files import read_run_json
    from .engine.runs.open import status_of

    return status_of(read_run_json(directory) or {}) not in ("loading", "running", "paused")


def on_terminal() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdout.isatty() and sys.stdin.isatty() and os.environ.get("TERM") != "dumb"


def show(document: dict[str, Any], json: bool) -> None:
    """Print a flat document as JSON, or as aligned lines."""
    if json:
        print(dump_json(document))
        return
    for key, value in document.items():
        if value not in ("", None):
            text = f"{value:.6g}" if isinstance(value, float) else sanitize(value)
            print(f"{key.replace('_', ' '):16} {text}")


def fail(error: BaseException, status: int) -> NoReturn:
    """One line that says why, and the exit status."""
    print(f"dlviz: {sanitize(in_words(error))}", file=sys.stderr)
    raise SystemExit(status)


def main() -> None:
    """The console script."""
    streams.settle()
    ours = sys.argv[1 : sys.argv.index("run") if "run" in sys.argv else None]  # what follows is the program's own
    debug = "--debug" in ours
    arguments = [a for a in ours if a != "--debug"] + sys.argv[1 + len(ours) :]
    if debug:
        os.environ["DLVIZ_DEBUG"] = "1"
    try:
        app(args=arguments, prog_name="dlviz")
    except OptionError as error:
        if debug:
            raise
        fail(error, 2)
    except (ValueError, OSError, RuntimeError) as error:
        if debug:
            raise
        fail(error, 1)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
