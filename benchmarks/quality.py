"""How well the classifiers learn with their default options, and what their parts are good for."""

from statistics import fmean

import torch

from dlviz.engine.data.load import load_data
from dlviz.engine.training.job import Job
from dlviz.engine.training.trainer import Trainer

from .report import Figure, figure

SEEDS = range(5)
FEW = range(3)
CHANCE = 0.1


def measure() -> list[Figure]:
    """Means over seeds; the baseline is chance, or the same network without the part in question."""
    torch.set_num_threads(1)
    figures = []
    for model, least in (("mlp", 0.97), ("cnn", 0.99), ("resnet", 0.988)):
        runs = [test(model, seed=seed) for seed in SEEDS]
        accuracy = [run["test_accuracy"] for run in runs]
        mean, ece = fmean(accuracy), fmean(run["test_ece"] for run in runs)
        figures.append(figure(f"{model} on digits, mean of {len(runs)} seeds", "", mean, "chance", CHANCE, least=least))
        worst, bound = (0.982, 0.02) if model == "cnn" else (None, None)
        figures.append(figure(f"{model}, the worst seed", "", min(accuracy), "chance", CHANCE, least=worst))
        figures.append(figure(f"{model}, calibration error (ECE)", "", ece, most=bound))
    deep = ("depth=24", "batch_norm=false")
    plain = fmean(test("resnet", (*deep, "skip=false"), seed=seed)["test_accuracy"] for seed in FEW)
    skip = fmean(test("resnet", deep, seed=seed)["test_accuracy"] for seed in FEW)
    figures.append(figure("24 convolutions with skips, no batch norm", "", skip, "without skips", plain, least=0.93))
    shifted = {head: fmean(at_three(head, seed) for seed in FEW) for head in ("global-max", "flatten")}
    what = "digits moved by 3 pixels, global max"
    figures.append(figure(what, "", shifted["global-max"], "flatten", shifted["flatten"], least=0.98))
    return figures


def at_three(head: str, seed: int) -> float:
    """Accuracy on digits moved by three pixels of three stride-1 convolutions trained on centred ones."""
    options = ("channels=24,24,24", "pool=none", f"head={head}", "test_shift=3")
    return test("cnn", options, data="digits14", seed=seed)["test_accuracy_shift3"]


def test(model: str, options: tuple[str, ...] = (), **job: object) -> dict[str, float]:
    """The test metrics of one training."""
    asked = Job.of(model, options, **job)  # type: ignore[arg-type]
    trainer = Trainer(asked, load_data(asked.data, asked.seed, kinds=asked.entry.objectives))
    for _ in trainer.steps():
        pass
    return trainer.test()
