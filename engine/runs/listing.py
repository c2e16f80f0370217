"""The runs under a folder as plain rows, for `dlviz runs` and the lab's list."""

import time
from pathlib import Path
from typing import Any

from ..text import sanitize
from .files import read_run_json
from .open import find_runs, status_of


def listing(root: Path) -> list[dict[str, Any]]:
    """One row a run, newest first: name, path, model, data, status, step, steps, started, metrics."""
    rows = []
    for path in find_runs(root):
        described = read_run_json(path)
        if described is None:
            continue
        rows.append(
            {
                "name": path.name,
                "path": str(path),
                "status": "diverged"
                if described.get("diverged_at") and status_of(described) == "finished"
                else status_of(described),
                **{key: described.get(key) for key in ("model", "data", "seed", "step", "steps", "started", "pid")},
                "metrics": described.get("metrics") or {},
                "message": described.get("message") or "",
            }
        )
    return rows


def headline(metrics: dict[str, Any]) -> tuple[str, str]:
    """Name and value, in words, of the metric that a run states first; accuracies as percentages."""
    name = next(iter(metrics), "")
    value = metrics.get(name)
    if not isinstance(value, int | float) or abs(value) > 1e300:
        return "", ""
    words = sanitize(name, limit=40).replace("_", " ")
    return words, f"{value:.1%}" if "accuracy" in name or name == "exact_match" else f"{value:.4g}"


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as aligned text."""
    if not rows:
        return "no runs yet: `dlviz train cnn` makes one"
    lines = [("run", "status", "step", "started", "result", "")]
    for row in rows:
        of = f"/{row['steps']}" if row["steps"] else ""
        step = sanitize(f"{'-' if row['step'] is None else row['step']}{of}", limit=40)
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(row["started"] or 0))
        name, value = headline(row["metrics"])
        if not value and row["status"] in ("failed", "lost"):
            name = sanitize(row["message"], limit=60)
        lines.append((sanitize(row["name"]), sanitize(row["status"]), step, started, value, name))
    widths = [max(len(line[k]) for line in lines) for k in range(6)]
    return "\n".join("  ".join(t.ljust(w) for t, w in zip(line, widths, strict=True)).rstrip() for line in lines)
