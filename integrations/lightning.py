"""A logger for Lightning: `Trainer(logger=DlvizLogger())`. Works with `lightning` and with `pytorch_lightning`."""

import os
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

try:
    from lightning.pytorch.loggers.logger import Logger, rank_zero_experiment  # type: ignore[attr-defined]
    from lightning.pytorch.utilities.rank_zero import rank_zero_only  # type: ignore[attr-defined]
except ImportError:
    from pytorch_lightning.loggers.logger import Logger, rank_zero_experiment  # type: ignore
    from pytorch_lightning.utilities.rank_zero import rank_zero_only  # type: ignore

from ..engine.runs.files import ROOT, new_run_dir
from ..engine.runs.logger.run import Run


class DlvizLogger(Logger):  # type: ignore[misc]
    """Writes a run that `dlviz watch` and TensorBoard show; only the process of rank zero does.

    Args:
        directory: where the run is kept; `runs/NAME-DATE` by default.
        name: of a new directory.
    """

    def __init__(self, directory: str | os.PathLike[str] | None = None, name: str = "lightning") -> None:
        super().__init__()
        self._directory, self._name = directory, name
        self._run: Run | None = None

    @property
    def name(self) -> str:
        """What the run is called."""
        return self._name

    @property
    def version(self) -> str:
        """The directory's name."""
        return self.experiment.directory.name if self._run is not None else ""

    @property
    def save_dir(self) -> str:
        """Where runs are kept, for checkpoints beside them."""
        return str(self._directory or ROOT)

    @property
    @rank_zero_experiment  # type: ignore[untyped-decorator]
    def experiment(self) -> Run:
        """The `dlviz.Run`, for images, histograms and texts; made when it is first needed."""
        if self._run is None:
            self._run = Run(self._directory or new_run_dir(self._name))
        return self._run

    @rank_zero_only  # type: ignore[untyped-decorator]
    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Log numbers at a step."""
        self.experiment.log(step or 0, metrics)

    @rank_zero_only  # type: ignore[untyped-decorator]
    def log_hyperparams(self, params: dict[str, Any] | Namespace, *args: Any, **kwargs: Any) -> None:
        """Add hyperparameters to the config."""
        self.experiment.configure(**(vars(params) if isinstance(params, Namespace) else dict(params)))

    @rank_zero_only  # type: ignore[untyped-decorator]
    def save(self) -> None:
        """Write what is queued."""
        if self._run is not None:
            self._run.flush()

    @rank_zero_only  # type: ignore[untyped-decorator]
    def finalize(self, status: str) -> None:
        """The training ended; a failure's traceback is kept when the exception leaves the program."""
        if self._run is not None and status == "success":
            self._run.close()
        elif self._run is not None:
            self._run.flush()
