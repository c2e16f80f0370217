"""What every model of the catalogue reaches: `python -m benchmarks.results [NAME...] [--workers N] [--json FILE]`.

Trains each row's job once a seed, each in a process of its own, and prints the table of docs/results.md.
"""

import argparse
import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from .result_rows import ROWS, Row


def trained(row: Row, seed: int) -> dict[str, Any]:
    """Metrics, steps, and the seconds of the wall and of the processor that the steps took."""
    import torch

    from dlviz.engine.data.load import load_data
    from dlviz.engine.training.job import Job
    from dlviz.engine.training.trainer import Trainer

    torch.set_num_threads(1)
    start = time.perf_counter()
    job = Job.of(row.model, row.options, row.data or None, seed=seed, device="cpu")
    trainer = Trainer(job, load_data(job.data, seed, kinds=job.entry.objectives))
    ready = time.perf_counter()
    began = time.process_time()
    for _ in trainer.steps():
        pass
    cpu, tested = time.process_time() - began, time.perf_counter()
    metrics = trainer.test()
    return {
        "metrics": metrics,
        "parameters": trainer.parameters,
        "steps": trainer.step,
        "set_up": ready - start,
        "train_seconds": trainer.seconds,
        "train_cpu": cpu,
        "test_seconds": time.perf_counter() - tested,
    }


def table(found: dict[str, dict[int, dict[str, Any]]]) -> str:
    """Markdown: a line a row, metrics as mean ± sd over its seeds."""
    lines = ["| what | parameters | steps, seconds | result | aim | command |", "|---|---|---|---|---|---|"]
    for row in ROWS:
        runs = list(found.get(row.name, {}).values())
        if not runs:
            continue
        seconds = fmean(run["train_seconds"] for run in runs)
        parts = []
        for name in row.shows:
            values = [run["metrics"][name] for run in runs if name in run["metrics"]]
            if values:
                parts.append(f"{name} {spread(values)}")
        did = (
            f"{runs[0]['steps']:,} steps, {seconds:.0f} s"
            if seconds >= 9.5
            else f"{runs[0]['steps']:,} steps, {seconds:.1f} s"
        )
        lines.append(
            f"| {row.name} | {runs[0]['parameters']:,} | {did} | {'; '.join(parts)} ({len(runs)} seeds) "
            f"| {row.aim} | `{row.command}` |"
        )
    return "\n".join(lines)


def measured_before(path: Path | None) -> dict[str, dict[int, dict[str, Any]]]:
    """What an earlier call kept in `path`, by row and seed."""
    if path is None or not path.exists():
        return {}
    return {name: {int(seed): run for seed, run in runs.items()} for name, runs in json.loads(path.read_text()).items()}


def spread(values: list[float]) -> str:
    """Mean, and standard deviation over seeds if there are several."""
    mean = f"{fmean(values):.4g}"
    return f"{mean} ± {stdev(values):.2g}" if len(values) > 1 else mean


def main() -> None:
    """Train everything asked for and print the table; a failed row is told and left out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.results", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows whose name begins so")
    parser.add_argument("--workers", type=int, default=1, help="processes at once; timings want 1")
    parser.add_argument("--json", type=Path, help="keep everything measured in this file, and go on from it")
    parser.add_argument("--seeds", type=int, default=0, help="seeds 0 .. N-1 instead of each row's own number")
    asked = parser.parse_args()
    rows = [row for row in ROWS if not asked.names or any(row.name.startswith(name) for name in asked.names)]
    jobs = [(row, seed) for row in rows for seed in range(asked.seeds or row.seeds)]
    found = measured_before(asked.json)
    jobs = [(row, seed) for row, seed in jobs if seed not in found.get(row.name, {})]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(asked.workers, mp_context=context, max_tasks_per_child=1) as pool:
        futures = {pool.submit(trained, row, seed): (row, seed) for row, seed in jobs}
        for done, future in enumerate(as_completed(futures), start=1):
            row, seed = futures[future]
            try:
                found.setdefault(row.name, {})[seed] = result = future.result()
            except Exception as error:  # one row must not cost the others
                print(f"{row.name} seed {seed}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
                continue
            shown = ", ".join(f"{k} {v:.4g}" for k, v in result["metrics"].items() if k in row.shows)
            seconds = f"{result['train_seconds']:.0f} s, test {result['test_seconds']:.0f} s"
            print(f"[{done}/{len(jobs)}] {row.name} seed {seed}: {shown} ({seconds})", file=sys.stderr, flush=True)
            if asked.json:
                asked.json.write_text(json.dumps(found, indent=1))
    print(table(found))


if __name__ == "__main__":
    main()
