"""The loggers of other libraries' trainers, in real trainings; what they wrote is read back as any run is."""

from pathlib import Path
from typing import Any

import lightning
import pytest
import torch
import transformers
from lightning.pytorch import LightningModule, Trainer
from torch.utils.data import DataLoader, TensorDataset

from dlviz.engine.runs.run import Run
from dlviz.engine.runs.watcher import Watcher
from dlviz.integrations.huggingface import DlvizCallback
from dlviz.integrations.lightning import DlvizLogger


class Line(LightningModule):
    """One linear layer that learns to be zero; raises at step `fail`."""

    def __init__(self, lr: float = 0.1, fail: int | None = None) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(4, 1)
        self.seen: list[float] = []

    def training_step(self, batch: Any, index: int) -> torch.Tensor:
        if self.global_step == self.hparams["fail"]:
            raise RuntimeError("enough [/x]")
        loss = (self.layer(batch[0]) ** 2).mean()
        self.log("train/loss", loss)
        self.seen.append(float(loss.detach()))
        return loss

    def validation_step(self, batch: Any, index: int) -> None:
        self.log("val/loss", (self.layer(batch[0]) ** 2).mean())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=self.hparams["lr"])


def _fit(model: Line, directory: Path) -> None:
    data = DataLoader(TensorDataset(torch.randn(32, 4)), batch_size=4)
    trainer = Trainer(
        max_epochs=3,
        logger=DlvizLogger(directory),
        log_every_n_steps=1,
        accelerator="cpu",
        enable_progress_bar=False,
        enable_checkpointing=False,
        enable_model_summary=False,
    )
    trainer.fit(model, data, data)


def _read(directory: Path) -> Run:
    (run,) = Watcher([directory]).complete()
    return run


def test_lightning_logs_what_the_module_logged(tmp_path: Path) -> None:
    lightning.seed_everything(0, verbose=False)
    model = Line(lr=0.05)
    _fit(model, tmp_path)
    run = _read(tmp_path)
    assert run.status == "finished" and run.config["lr"] == 0.05
    points = run.series["train/loss"].points()
    assert points.steps.tolist() == list(range(24))
    assert points.values.tolist() == pytest.approx(model.seen)
    assert len(run.series["val/loss"]) == 3


def test_a_lightning_training_that_fails_keeps_its_points(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="enough"):
        _fit(Line(fail=5), tmp_path)
    assert len(_read(tmp_path).series["train/loss"]) == 5


def test_the_trainer_of_hugging_face_logs_live_with_its_config(tmp_path: Path) -> None:
    config = transformers.GPT2Config(n_layer=1, n_head=2, n_embd=16, vocab_size=50, n_positions=16)
    rows = [{"input_ids": torch.randint(0, 50, (8,)), "labels": torch.randint(0, 50, (8,))} for _ in range(16)]
    arguments = transformers.TrainingArguments(
        str(tmp_path / "out"),
        max_steps=6,
        logging_steps=2,
        eval_strategy="steps",
        eval_steps=3,
        report_to=[],
        save_strategy="no",
        use_cpu=True,
        disable_tqdm=True,
    )
    callback = DlvizCallback(tmp_path / "run")
    model = transformers.GPT2LMHeadModel(config)
    trainer = transformers.Trainer(model, arguments, train_dataset=rows, eval_dataset=rows[:4], callbacks=[callback])  # type: ignore[arg-type]
    trainer.train()
    run = _read(tmp_path / "run")
    assert run.status == "finished" and run.steps == 6
    assert run.config["model"]["n_embd"] == 16 and run.config["max_steps"] == 6
    logged = [(row["step"], row["loss"]) for row in trainer.state.log_history if "loss" in row]
    points = run.series["train/loss"].points()
    assert points.steps.tolist() == [step for step, _ in logged]
    assert points.values.tolist() == pytest.approx([loss for _, loss in logged])
    assert run.series["eval/loss"].points().steps.tolist() == [3, 6]
