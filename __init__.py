"""dlviz shows what a neural network is doing, in a terminal, over SSH, without a browser."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .engine.catalog import CATALOG as CATALOG
    from .engine.runs.logger.run import Run as Run
    from .engine.training.job import Job as Job
    from .engine.training.session import Session as Session
    from .engine.training.train import train as train

_LAZY = {
    "CATALOG": ".engine.catalog",
    "Job": ".engine.training.job",
    "Run": ".engine.runs.logger.run",
    "Session": ".engine.training.session",
    "train": ".engine.training.train",
}
__all__ = ["CATALOG", "Job", "Run", "Session", "__version__", "train"]


def __getattr__(name: str) -> Any:
    """Import public names on first use, so that `import dlviz` costs nothing."""
    if name == "__version__":
        from importlib.metadata import version

        return version("dlviz")
    if name not in _LAZY:
        raise AttributeError(f"module 'dlviz' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name], __name__), name)
