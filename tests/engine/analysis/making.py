"""Runs made by hand for the tests of what is computed from them."""

import numpy as np

from dlviz.engine.runs.run import Run


def run_of(name="run", config=None, began=1.7e9, every=1.0, **series) -> Run:
    """A run; a series is its values at steps 0, 1, 2, … or (steps, values). `__` in a keyword is `/` in its tag."""
    run = Run(name, f"/logs/{name}", dict(config or {}))
    run.started = began
    for tag, points in series.items():
        steps, values = points if isinstance(points, tuple) else (range(len(points)), points)
        steps = np.asarray(list(steps), np.int64)
        times = began + every * steps
        run.one(tag.replace("__", "/")).extend_arrays(steps, times, np.asarray(values, float))
        run.grown = max(run.grown, float(times[-1])) if len(times) else run.grown
    return run
