"""`python -m benchmarks [NAME...] [--json]`, from the root of the repository."""

import argparse
import json
import sys
import time
from importlib import import_module

NAMES = {
    "quality": ("quality", "how well the models learn"),
    "evaluator": ("evaluator", "the judge of generated digits, trained anew"),
    "inside": ("inside", "steps a second while a model's own view is open"),
    "throughput": ("throughput", "steps a second with the lab open"),
    "latency": ("latency", "from key to paint, and the longest stall"),
    "startup": ("startup", "to the first frame, to the first step"),
    "curves": ("curves", "redrawing long series"),
    "heatmap": ("heatmap", "arrays into cells"),
    "logger": ("logger", "what logging costs a training"),
    "ingest": ("ingest", "reading event files of a million scalars, beside TensorBoard"),
    "tables": ("tables", "reading CSV and JSON lines of a million rows, beside polars"),
    "wandb": ("wandb", "reading a .wandb run"),
    "watching": ("watching", "the monitor: first charts, keys, quiet looks, bytes"),
    "lessons": ("lessons", "lessons: opening, changing, and all facts"),
    "bytes": ("traffic", "what goes to the terminal, and what idling costs"),
}
"""Name of each benchmark: its module, and what it measures."""


def main() -> None:
    """Measure and print; a slow machine is no failure."""
    from .report import Figure, document, machine, table

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in NAMES]
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are: {', '.join(NAMES)}")
    results: dict[str, list[Figure]] = {}
    if not asked.json:
        print(machine(), end="\n\n")
    for name in asked.names or NAMES:
        module, about = NAMES[name]
        start = time.monotonic()
        print(f"{name}: {about} …", file=sys.stderr, flush=True)
        results[name] = import_module(f".{module}", __package__).measure()
        if not asked.json:
            title = f"{name}: {about} ({time.monotonic() - start:.0f} s)"
            print(table(title, results[name]), end="\n\n", flush=True)
    if asked.json:
        print(json.dumps(document(results), indent=1))


main()
