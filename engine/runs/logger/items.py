"""What is logged, brought into the shape in which it is written. Knows nothing of threads."""

import io
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from ..files import read_run_json


def described(directory: Path) -> dict[str, Any]:
    """What the run.json of a directory says; nothing where there is none."""
    return read_run_json(directory) or {}


def description(before: Mapping[str, Any], config: Mapping[str, Any], steps: int | None) -> dict[str, Any]:
    """The run.json of a run that this process begins or goes on with."""
    now = time.time()
    old = before.get("config")
    return {
        "writer": "dlviz.Run",
        "status": "running",
        "config": {**(old if isinstance(old, dict) else {}), **{str(k): plain(v) for k, v in config.items()}},
        "steps": steps if steps is not None else before.get("steps"),
        "step": before.get("step"),
        "started": before.get("started") or now,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "process_created": psutil.Process().create_time(),
        "marks": list(before.get("marks") or []),
        "metrics": {},
    }


def plain(value: Any) -> Any:
    """A setting as JSON can hold it; what is of no JSON kind becomes text."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def array(value: Any) -> NDArray[Any]:
    """Whatever holds numbers as an array of its own, which does not change when the caller goes on."""
    for step in ("detach", "cpu", "numpy"):
        if hasattr(value, step) and not isinstance(value, np.ndarray):
            value = getattr(value, step)()
    return np.array(value)


def pixels(image: Any) -> tuple[bytes, int, int]:
    """An image as PNG, with its height and width; raises ValueError if it is none."""
    from PIL import Image

    found = array(image)
    shape = found.shape
    if found.ndim == 3 and shape[0] in (1, 3, 4) and shape[2] not in (1, 3, 4):
        found = found.transpose(1, 2, 0)
    if found.ndim == 3 and found.shape[2] == 1:
        found = found[:, :, 0]
    if found.size == 0 or found.ndim not in (2, 3) or (found.ndim == 3 and found.shape[2] not in (3, 4)):
        raise ValueError(f"an image cannot have the shape {shape}; allowed: (h, w), (h, w, 1|3|4), (1|3|4, h, w)")
    if found.dtype.kind == "f":
        found = np.nan_to_num(found, nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1) * 255 + 0.5
    elif found.dtype.kind == "b":
        found = found * 255
    found = found.clip(0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(found).save(buffer, "PNG")
    return buffer.getvalue(), found.shape[0], found.shape[1]


def counted(values: Any, bins: int) -> tuple[list[float], list[float], tuple[float, ...]]:
    """Upper limits and counts of equal bins, and least, greatest, number, sum, sum of squares of the finite values."""
    flat = array(values).astype(np.float64).ravel()
    flat = flat[np.isfinite(flat)]
    if not len(flat):
        raise ValueError("a histogram needs at least one finite value")
    counts, edges = np.histogram(flat, bins=max(1, bins))
    moments = (flat.min(), flat.max(), float(len(flat)), flat.sum(), float(flat @ flat))
    # TensorBoard's histograms begin at minus infinity: an empty bin makes the first edge known.
    return [float(e) for e in edges], [0.0, *map(float, counts)], tuple(float(m) for m in moments)
