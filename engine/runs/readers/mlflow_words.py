"""How MLflow's stores, the one of files and the one of tables, put things."""

import re
from typing import Any

STATES = {
    **dict.fromkeys(("1", "RUNNING", "2", "SCHEDULED"), ("running", "")),
    **dict.fromkeys(("3", "FINISHED"), ("finished", "")),
    **dict.fromkeys(("4", "FAILED"), ("failed", "MLflow has it as failed")),
    **dict.fromkeys(("5", "KILLED"), ("failed", "killed")),
}
"""Status and reason by RunStatus, as a number or by name."""
PARENT = "mlflow.parentRunId"
WORDS: dict[str, Any] = {"True": True, "False": False, "None": None}
WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
REAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?inf|nan")


def setting(text: str) -> Any:
    """A parameter, which MLflow keeps as text, as the number, truth or text that it was."""
    if WHOLE.fullmatch(text):
        return int(text)
    if REAL.fullmatch(text):
        return float(text)
    return WORDS.get(text, text)


def is_ours(tag: str) -> bool:
    """Whether a tag says something of a run to a reader: set by the user, or the parent."""
    return tag == PARENT or not tag.startswith("mlflow.")


def seconds(stamp: float) -> float:
    """A timestamp in seconds since the epoch; MLflow writes milliseconds, its first versions seconds."""
    return stamp / 1000 if abs(stamp) > 1e11 else float(stamp)
