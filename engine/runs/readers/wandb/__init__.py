"""W&B runs as they lie on disk: the `.wandb` log of a run and the files beside it."""

from .finding import find
from .reader import WandbReader

__all__ = ["WandbReader", "find"]
