"""More forms of lines, as programs and users print them."""

import time
from pathlib import Path

import pytest

from dlviz.engine.runs.readers.console_log import ConsoleLog

Told = dict[str, list[tuple[int, float]]]

CASES: dict[str, tuple[str, Told]] = {
    "keras, one line an epoch": (
        "Epoch 1/2\n1875/1875 - 4s - loss: 0.5 - val_loss: 0.4\n"
        "Epoch 2/2\n1875/1875 - 3s - loss: 0.3 - val_loss: 0.2\n",
        {"loss": [(1, 0.5), (2, 0.3)], "val_loss": [(1, 0.4), (2, 0.2)]},
    ),
    "lightgbm": (
        "[1]\ttraining's auc: 0.5\tvalid_1's auc: 0.4\n[2]\ttraining's auc: 0.6\tvalid_1's auc: 0.5\n",
        {"training's auc": [(1, 0.5), (2, 0.6)], "valid_1's auc": [(1, 0.4), (2, 0.5)]},
    ),
    "build-nanogpt": (
        "0 val 10.9\n0 train 10.8\n1 train 9.5\n2 train 9.25\n3 train 9.125\n250 val 6.5\n500 val 6.25\n",
        {"train": [(0, 10.8), (1, 9.5), (2, 9.25), (3, 9.125)], "val": [(0, 10.9), (250, 6.5), (500, 6.25)]},
    ),
    "scikit-learn": (
        "Iteration 1, loss = 0.5\nValidation score: 0.75\nIteration 2, loss = 0.25\nValidation score: 0.8\n",
        {"loss": [(1, 0.5), (2, 0.25)], "Validation score": [(1, 0.75), (2, 0.8)]},
    ),
    "mindspore": (
        "Epoch:[  0/  5], step:[    1/   10], loss:[9.169/9.2], lr:0.5\n"
        "Epoch:[  0/  5], step:[    2/   10], loss:[5.861/7.5], lr:0.5\n",
        {"loss": [(1, 9.169), (2, 5.861)], "loss (avg)": [(1, 9.2), (2, 7.5)], "lr": [(1, 0.5), (2, 0.5)]},
    ),
    "epoch and batch behind Train": (
        "Train:    1/80 (  1%) [   0/928 (  0%)]  Loss: 2.5 (2.5)\n"
        "Train:    1/80 (  1%) [  50/928 (  5%)]  Loss: 1.5 (2.0)\n",
        {"Loss": [(0, 2.5), (50, 1.5)], "Loss (avg)": [(0, 2.5), (50, 2.0)]},
    ),
    "a meter of a name of one's own": (
        "Epoch: [0][10/100]\tLe 33.7458 (28.6870)\nEpoch: [0][20/100]\tLe 29.5 (28.5)\n",
        {"Le": [(10, 33.7458), (20, 29.5)], "Le (avg)": [(10, 28.687), (20, 28.5)]},
    ),
    "two phases with equals signs": (
        "Epoch= 0 , Train loss=2.00e+00, Validation loss=3.00e+00\n",
        {"Train loss": [(0, 2.0)], "Validation loss": [(0, 3.0)]},
    ),
    "a line of a program is no metric": (
        "2021-07-20 10:00:00 | INFO     | yolox.core.trainer:238 - epoch: 1/300, iter: 10/1849, total_loss: 9.5\n",
        {"total_loss": [(10, 9.5)]},
    ),
    "no value of a phase": (
        "Epoch 1 | iter 1 step 1 | loss train: 2.5, val: n/a | iter time: 352.31 ms\n",
        {"loss train": [(1, 2.5)], "iter time": [(1, 352.31)]},
    ),
    "composer": (
        "[batch=1/4800]:\n\t Train loss/train/total: 2.5\n[batch=2/4800]:\n\t Train loss/train/total: 2.25\n",
        {"Train loss/train/total": [(1, 2.5), (2, 2.25)]},
    ),
    "how many a second, among others": (
        "step 1 loss 2.0 lr 1e-4 tokens/s 12000 mfu 0.5 grad_norm 1.25\n"
        "step 2 loss 1.5 lr 1e-4 tokens/s 12500 mfu 0.25 grad_norm 1.5\n",
        {
            "loss": [(1, 2.0), (2, 1.5)],
            "lr": [(1, 1e-4), (2, 1e-4)],
            "tokens/s": [(1, 12000), (2, 12500)],
            "mfu": [(1, 0.5), (2, 0.25)],
            "grad_norm": [(1, 1.25), (2, 1.5)],
        },
    ),
    "baselines": (
        "".join(
            f"------------------\n| EpRewMean      | {value} |\n| TimestepsSoFar | {step} |\n------------------\n"
            for step, value in ((1000, 1.5), (2000, 2.5))
        ),
        {"EpRewMean": [(1000, 1.5), (2000, 2.5)]},
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_forms_that_programs_print(tmp_path: Path, name: str) -> None:
    text, expected = CASES[name]
    path = tmp_path / "log.txt"
    path.write_text(text)
    reader = ConsoleLog(path)
    while reader.look(time.monotonic() + 0.01):
        pass
    got = {}
    for tag, series in reader.series.items():
        points = series.points()
        got[tag] = list(zip(points.steps.tolist(), points.values.tolist(), strict=True))
    assert got == expected
