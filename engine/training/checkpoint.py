"""Checkpoints: written aside and renamed, read with weights only, never as a bare pickle."""

import io
import pickle
from pathlib import Path
from typing import Any

import torch

from ..runs.files import CHECKPOINT, write_atomically


def save(directory: Path, state: dict[str, Any]) -> None:
    """Write `state` (tensors and plain values) as the run's checkpoint."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_atomically(directory / CHECKPOINT, buffer.getvalue(), durable=True)


def load(directory: Path) -> dict[str, Any] | None:
    """The run's checkpoint, or None if it has none; raises ValueError if it cannot be read."""
    path = directory / CHECKPOINT
    if not path.exists():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise ValueError(f"the checkpoint {path} cannot be read; start anew without --resume") from error
    assert isinstance(state, dict)
    return state
