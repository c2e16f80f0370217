"""The numbers in an object as JSON knows it, by the path to each: `{"train": {"acc": 1}}` has `train/acc`."""

from collections.abc import Callable
from typing import Any

from .block import EXACT
from .instants import seconds
from .words import IS_CLOCK, number, plain

ITEMS = 16
"""A longer list is data, not measures."""
DEEPEST = 12
CONFIG = frozenset({"config", "args", "hparams", "hyperparameters", "hyper_parameters", "configuration"})
"""Objects under these names say how the training was set up."""


def flatten(found: dict[str, Any], add: Callable[[str, Any], None], prefix: str = "", depth: int = 0) -> None:
    """Call `add(path, value)` for each number, and for each text or marker that may be one; items are `name.0`."""
    # MMEngine's rows of validation count epochs, those of training iterations; both tell their times.
    validated = depth == 0 and "data_time" in found and "step" in found and "iter" not in found
    for key, value in found.items():
        path = f"val/{key}" if validated and key in ("data_time", "time") else f"{prefix}{key}"
        if isinstance(value, dict):
            if depth < DEEPEST and not (depth == 0 and key in CONFIG):
                flatten(value, add, f"{path}/", depth + 1)
        elif isinstance(value, list):
            if len(value) <= ITEMS and depth < DEEPEST:
                flatten({f"{path}.{k}": item for k, item in enumerate(value)}, add, "", depth + 1)
        elif value is not None and value is not True and value is not False:
            add(path, value)


def as_number(path: str, value: Any) -> float | None:
    """The number that a leaf is, or that its text spells; a point in time under a name that says so.

    A whole number that is too large for a float stays one.
    """
    if type(value) is float:
        return value
    if isinstance(value, str):
        if len(value) > 64:
            return None
        found = number(value.strip())
        return seconds(value) if found is None and plain(path) in IS_CLOCK else found
    try:
        found = float(value)
        return found if -EXACT < found < EXACT or not isinstance(value, int) else value
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def configured(found: dict[str, Any]) -> dict[str, Any]:
    """What an object says of how the training was set up."""
    config: dict[str, Any] = {}
    if "env_info" in found:  # MMCV's first line
        config |= {key: value for key, value in found.items() if isinstance(value, int | float | str | bool)}
    for key in CONFIG & found.keys():
        if isinstance(found[key], dict):
            config |= found[key]
    return config
