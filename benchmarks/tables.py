"""How fast CSV and JSON lines of a million rows are read, beside polars' own reading of the same files."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .report import Figure, figure, median

ROWS, ROUNDS = 1_000_000, 7


def measure() -> list[Figure]:
    """Ours from a fresh reader to filled series; polars is imported before, the two take turns."""
    import polars as pl

    from dlviz.engine.runs.readers.json_lines import JsonLinesReader
    from dlviz.engine.runs.readers.table import TableReader
    from dlviz.engine.runs.readers.tables.following import FollowingReader

    figures = []
    with tempfile.TemporaryDirectory() as name:
        frame = table()
        csv, lines, mixed = Path(name) / "log.csv", Path(name) / "log.jsonl", Path(name) / "mixed.jsonl"
        frame.write_csv(csv)
        frame.write_ndjson(lines)
        evaluated(lines, mixed)
        for title, path, ours, theirs, most in (
            ("CSV", csv, TableReader, lambda: pl.read_csv(csv), 2),
            ("JSON lines", lines, JsonLinesReader, lambda: pl.read_ndjson(lines), 2),
            ("JSON lines, rows of two kinds", mixed, JsonLinesReader, lambda: pl.read_ndjson(mixed), None),
        ):

            def read(make: Callable[[Path], FollowingReader] = ours, path: Path = path) -> None:
                reader = make(path)
                while reader.look(time.monotonic() + 0.05):
                    pass
                assert len(reader.series["loss"]) == ROWS, "not all was read"

            times: tuple[list[float], list[float]] = ([], [])
            for _ in range(ROUNDS):
                times[0].append(seconds(read))
                times[1].append(seconds(theirs))
            figures.append(
                figure(
                    f"{title}, {ROWS:,} rows x 5",
                    "s",
                    median(times[0]),
                    "polars",
                    median(times[1]),
                    ratio=("<=", most) if most else None,
                )
            )
    return figures


def table():
    """A step and four numbers a row."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {"step": np.arange(ROWS), **{name: rng.normal(size=ROWS) for name in ("loss", "acc", "lr", "t")}}
    )


def evaluated(source: Path, target: Path) -> None:
    """The lines of `source`, with one of evaluation after every hundred."""
    with source.open() as lines, target.open("w") as out:
        for k, line in enumerate(lines):
            out.write(line)
            if k % 100 == 99:
                out.write(f'{{"step":{k},"val/loss":{1 / k}}}\n')


def seconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
