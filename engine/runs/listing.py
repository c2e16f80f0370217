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
            }
        )
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as aligned text."""
    if not rows:
        return "no runs yet: `dlviz train cnn` makes one"
    lines = [("run", "status", "step", "started", "test accuracy")]
    for row in rows:
        of = f"/{row['steps']}" if row["steps"] else ""
        step = sanitize(f"{row['step']}{of}", limit=40)
        accuracy = row["metrics"].get("test_accuracy")
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(row["started"] or 0))
        shown = f"{accuracy:.1%}" if isinstance(accuracy, float) else ""
        lines.append((sanitize(row["name"]), sanitize(row["status"]), step, started, shown))
    widths = [max(len(line[k]) for line in lines) for k in range(5)]
    return "\n".join("  ".join(t.ljust(w) for t, w in zip(line, widths, strict=True)).rstrip() for line in lines)
