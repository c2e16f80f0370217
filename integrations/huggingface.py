"""A callback for the Trainer of Hugging Face: `Trainer(…, callbacks=[DlvizCallback()])`."""

import os
from typing import Any

from transformers import TrainerCallback

from ..engine.runs.files import new_run_dir
from ..engine.runs.logger.run import Run

SPLITS = ("eval_", "test_")


class DlvizCallback(TrainerCallback):  # type: ignore[misc]
    """Writes a run that `dlviz watch` and TensorBoard show, live; only the main process does.

    Args:
        directory: where the run is kept; `runs/NAME-DATE` by default.
        name: of a new directory.
    """

    def __init__(self, directory: str | os.PathLike[str] | None = None, name: str = "trainer") -> None:
        self._directory, self._name = directory, name
        self.run: Run | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        """Open the run, with the arguments and the model's config as its config."""
        if state.is_world_process_zero and self.run is None:
            config = dict(args.to_sanitized_dict())
            if getattr(model, "config", None) is not None and hasattr(model.config, "to_dict"):
                config["model"] = model.config.to_dict()
            directory = self._directory or new_run_dir(self._name)
            self.run = Run(directory, config, steps=int(state.max_steps) if state.max_steps > 0 else None)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Log the numbers; `eval_loss` becomes `eval/loss`, and `loss` `train/loss`."""
        if self.run is not None and logs:
            numbers = {_tag(key): value for key, value in logs.items() if isinstance(value, int | float)}
            self.run.log(int(state.global_step), numbers)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Close the run."""
        if self.run is not None:
            self.run.close()


def _tag(key: str) -> str:
    for split in SPLITS:
        if key.startswith(split):
            return f"{split[:-1]}/{key[len(split) :]}"
    return f"train/{key}"
