"""Series out of printed text: forms of many programs, splits at any place, nothing invented."""

import math
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.readers.console_log import ConsoleLog, find
from dlviz.engine.runs.readers.folder import Folder, scan

Told = dict[str, list[tuple[int, float]]]
BAR = "{d}  5%|▌         | {n}/{t} [00:01<00:49,  2.04it/s{post}]"


def read(path: Path) -> ConsoleLog:
    reader = ConsoleLog(path)
    while reader.look(time.monotonic() + 60):
        pass
    return reader


def told(reader: ConsoleLog) -> Told:
    out = {}
    for tag, series in reader.series.items():
        points = series.points()
        out[tag] = list(zip(points.steps.tolist(), points.values.tolist(), strict=True))
    return out


@pytest.fixture
def log(tmp_path: Path) -> Callable[[str], ConsoleLog]:
    def write(text: str) -> ConsoleLog:
        path = tmp_path / "train.log"
        path.write_text(text, encoding="utf-8", newline="")
        return read(path)

    return write


CASES: dict[str, tuple[str, Told]] = {
    "one line": ("step 1 loss 2.5\n", {"loss": [(1, 2.5)]}),
    "two lines": ("step 1 loss 2.5\nstep 2 loss 2.4\n", {"loss": [(1, 2.5), (2, 2.4)]}),
    "nanogpt": (
        "step 0: train loss 10.9, val loss 10.95\niter 0: loss 10.8, time 136.85ms, mfu -100.00%\n",
        {
            "train loss": [(0, 10.9)],
            "val loss": [(0, 10.95)],
            "loss": [(0, 10.8)],
            "time": [(0, 136.85)],
            "mfu": [(0, -100.0)],
        },
    ),
    "torchtune": (
        "Step 1 | loss:2.5 lr:0.001\nStep 2 | loss:nan lr:0.001\n",
        {"loss": [(1, 2.5), (2, math.nan)], "lr": [(1, 0.001), (2, 0.001)]},
    ),
    "logging": ("INFO:root:step=100 loss=2.5\n", {"loss": [(100, 2.5)]}),
    "fairseq": (
        "2020-03-01 10:01:00 | INFO | train_inner | epoch 001:    100 / 1000 loss=4.777, num_updates=100, lr=1e-05\n"
        "2020-03-01 10:10:00 | INFO | valid | epoch 001 | valid on 'valid' subset | loss 3.114 | num_updates 1000\n"
        "2020-03-01 10:10:00 | INFO | train | epoch 001 | loss 4.0 | num_updates 1000\n",
        {"loss": [(100, 4.777)], "lr": [(100, 1e-5)], "valid/loss": [(1000, 3.114)], "train/loss": [(1000, 4.0)]},
    ),
    "mnist": (
        "Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.3\nTrain Epoch: 2 [0/60000 (0%)]\tLoss: 2.1\n"
        "\nTest set: Average loss: 0.05, Accuracy: 9830/10000 (98%)\n",
        {"Loss": [(640, 2.3), (60000, 2.1)], "test/Average loss": [(60000, 0.05)], "test/Accuracy": [(60000, 98.3)]},
    ),
    "metric logger": (
        "Epoch: [0]  [ 10/100]  eta: 0:01:00  loss: 1.2 (1.5)\n"
        "Epoch: [1]  [  0/100]  eta: 1 day, 0:00:50  loss: 1.1 (1.1)\n",
        {"loss": [(10, 1.2), (100, 1.1)], "loss (avg)": [(10, 1.5), (100, 1.1)]},
    ),
    "imagenet": (
        "Epoch: [0][10/100]\tTime  0.1 ( 0.2)\tAcc@1   0.00 (  0.10)\n *   Acc@1 63.2 Acc@5 84.5\n",
        {
            "Time": [(10, 0.1)],
            "Time (avg)": [(10, 0.2)],
            "Acc@1": [(10, 0.0)],
            "Acc@1 (avg)": [(10, 0.1)],
            "* Acc@1": [(10, 63.2)],
            "Acc@5": [(10, 84.5)],
        },
    ),
    "mmengine": (
        "2024/05/01 10:00:00 - mmengine - INFO - Epoch(train)   [1][ 10/25]  lr: 1.0e-03  eta: 0:10:00  loss: 1.2\n"
        "2024/05/01 10:00:00 - mmengine - INFO - Epoch(val) [1][5/5]    coco/bbox_mAP: 0.334\n",
        {"lr": [(10, 1e-3)], "loss": [(10, 1.2)], "coco/bbox_mAP": [(10, 0.334)]},
    ),
    "xgboost": ("[0]\ttrain-rmse:0.5\tvalid-rmse:0.6\n", {"train-rmse": [(0, 0.5)], "valid-rmse": [(0, 0.6)]}),
    "keras": (
        "Epoch 1/2\n\r 1/3 [=>....] - ETA: 0s - loss: 0.9\r3/3 [=====] - 1s 2ms/step - loss: 0.5 - val_loss: 0.6\n"
        "Epoch 2/2\n3/3 [=====] - 1s 2ms/step - loss: 0.4 - val_loss: 0.5\n",
        {"loss": [(1, 0.9), (3, 0.5), (6, 0.4)], "val_loss": [(3, 0.6), (6, 0.5)]},
    ),
    "lightning": (
        "\rEpoch 0: 100%|███| 10/10 [00:01<00:00, 63.5it/s, v_num=0, train_loss=0.5]"
        "\rEpoch 1:   0%|   | 0/10 [00:00<?, ?it/s, v_num=0, train_loss=0.5]"
        "\rEpoch 1:  10%|▏  | 1/10 [00:00<00:01, 63.5it/s, v_num=0, train_loss=0.4]",
        {"train_loss": [(10, 0.5), (11, 0.4)]},
    ),
    "dictionaries under a bar": (
        "\r  0%| | 10/500 [00:16<2:14:42, 1.67s/it]\r          \r{'loss': 1.5, 'epoch': 0.1}\n"
        "\r  0%| | 20/500 [00:16<2:14:42, 1.67s/it]\n{'loss': '1.4', 'epoch': '1'}\n",
        {"loss": [(10, 1.5), (20, 1.4)], "epoch": [(10, 0.1), (20, 1.0)]},
    ),
    "bars whose carriage returns are lost": (
        BAR.format(d="", n=1, t=9, post="") + BAR.format(d="", n=2, t=9, post="") + "   {'loss': 1.5, 'epoch': 0.1}\n",
        {"loss": [(2, 1.5)], "epoch": [(2, 0.1)]},
    ),
    "phases in lines below an epoch": (
        "Epoch 0/24\n----------\ntrain Loss: 0.7 Acc: 0.6\nval Loss: 0.2 Acc: 0.9\n\n"
        "Epoch 1/24\n----------\ntrain Loss: 0.4 Acc: 0.8\nval Loss: 0.1 Acc: 0.9\n",
        {
            "train Loss": [(0, 0.7), (1, 0.4)],
            "train Acc": [(0, 0.6), (1, 0.8)],
            "val Loss": [(0, 0.2), (1, 0.1)],
            "val Acc": [(0, 0.9), (1, 0.9)],
        },
    ),
    "a nested object behind a prefix": (
        '12:00:00 metrics {"train": {"loss": 0.5}, "val": {"loss": 0.4}, "epoch": 3}\n',
        {"train/loss": [(3, 0.5)], "val/loss": [(3, 0.4)]},
    ),
    "units and thousands": (
        "iter 1,000 loss 1,234.5 tokens: 1.2k\n",
        {"loss": [(1000, 1234.5)], "tokens": [(1000, 1200.0)]},
    ),
    "colours": ("\x1b[1mstep\x1b[0m 3 \x1b[31mloss\x1b[0m=\x1b[32m0.25\x1b[0m\n", {"loss": [(3, 0.25)]}),
    "columns": (
        "epoch     train_loss  valid_loss  accuracy  time\n"
        "0         0.61        0.41        0.81      00:12\n"
        "1         0.51        0.31        0.91      00:12\n",
        {
            "train_loss": [(0, 0.61), (1, 0.51)],
            "valid_loss": [(0, 0.41), (1, 0.31)],
            "accuracy": [(0, 0.81), (1, 0.91)],
        },
    ),
    "boxes": (
        "---------------------\n| rollout/    |     |\n|    ep_rew_mean | 1.5 |\n"
        "| time/       |     |\n|    total_timesteps | 2048 |\n---------------------\n",
        {"rollout/ep_rew_mean": [(2048, 1.5)]},
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_forms_that_programs_print(log: Callable[[str], ConsoleLog], name: str) -> None:
    text, expected = CASES[name]
    got = told(log(text))
    assert str(sorted(got.items())) == str(sorted(expected.items()))


NOTHING = """\
Get:1 archive noble/main amd64 libfoo1 amd64 1.1.0-1 [13 kB]
Get:2 archive noble/main amd64 libfoo2 amd64 1.2.0-2 [26 kB]
[8/200] Building CXX object src/CMakeFiles/foo.dir/file8.cpp.o
[9/200] Building CXX object src/CMakeFiles/foo.dir/file9.cpp.o
Collecting rouge-score==0.1.2
     ━━━━━━━━━━━━━━━━━━━━━━━━ 12.3/45.6 MB 5.1 MB/s eta 0:00:07
     ━━━━━━━━━━━━━━━━━━━━━━━━ 45.6/45.6 MB 5.3 MB/s eta 0:00:00
64 bytes from 8.8.8.8: icmp_seq=1 ttl=117 time=12.3 ms
64 bytes from 8.8.8.8: icmp_seq=2 ttl=117 time=12.5 ms
Step 1/7 : FROM python:3.11
Step 2/7 : RUN pip install torchmetrics==1.2
tests/test_a.py::test_x PASSED                                         [ 33%]
=========== 1 failed, 2 passed in 1.23s ===========
Memory usage: 12.3 GB
Memory usage: 12.4 GB
foo.cpp:12:5: error: loss was not declared
Namespace(lr=0.001, batch_size=32, loss='ce', best_acc=0.5, epochs=10)
learning_rate: 0.001
label_smoothing: 0.1
target_accuracy: 0.95
clip_loss: 2
Traceback (most recent call last):
  File "x.py", line 12, in step
    loss = 2.5
ValueError: loss 2.5 at step 3
"""


def test_nothing_is_invented(log: Callable[[str], ConsoleLog], tmp_path: Path) -> None:
    reader = log(NOTHING)
    assert told(reader) == {}
    assert (reader.status, reader.reason) == ("failed", "ValueError: loss 2.5 at step 3")
    assert reader.config["batch_size"] == 32 and reader.config["label_smoothing"] == 0.1
    assert list(find(scan(tmp_path))) == []


def test_a_form_that_comes_again_is_taken_from_its_first_line_on(log: Callable[[str], ConsoleLog]) -> None:
    assert told(log("epoch 1: wps=20\n")) == {}
    assert told(log("epoch 1: wps=20\nepoch 2: wps=30\n")) == {"wps": [(1, 20.0), (2, 30.0)]}


def test_times_are_those_printed(log: Callable[[str], ConsoleLog]) -> None:
    reader = log("2024-05-01T10:00:00Z step 1 loss 2.5\n2024-05-01T10:00:30Z step 2 loss 2.5\n")
    assert reader.series["loss"].points().times.tolist() == [1714557600.0, 1714557630.0]


def test_totals(log: Callable[[str], ConsoleLog]) -> None:
    assert log("iteration 100/ 5000 | lm loss: 5.2 |\n").steps == 5000
    assert log("Epoch [1/10], Step [5/100], Loss: 0.5\n").steps == 1000
    assert log("Epoch 1/30 loss: 0.5\n").steps == 30


def test_how_it_ended(log: Callable[[str], ConsoleLog]) -> None:
    trained = "step 1 loss 2.5\n"
    failed = log(
        trained
        + "[rank0]: Traceback (most recent call last):\n[rank0]:   File 'x'\n"
        + "[rank0]: torch.OutOfMemoryError: CUDA out of memory.\n"
    )
    assert (failed.status, failed.reason) == ("failed", "torch.OutOfMemoryError: CUDA out of memory.")
    assert log(trained + "Killed\n").status == "failed"
    assert log(trained + "Traceback (most recent call last):\n  x\nValueError: no\nstep 2 loss 2.4\n").status == ""
    assert log(trained + "Finished Training\n").status == "finished"


def test_a_resume_takes_steps_back_and_is_marked(log: Callable[[str], ConsoleLog]) -> None:
    lines = [f"step {n} loss {n}.5" for n in range(10)]
    reader = log("\n".join([*lines, "resuming from checkpoint", "step 6 loss 0.25", "step 7 loss 0.25"]) + "\n")
    assert [step for step, _ in told(reader)["loss"]] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert [mark.text for mark in reader.marks] == ["resumed at step 6"]


def test_bars_are_followed_live_and_the_last_refresh_of_a_count_is_true(tmp_path: Path) -> None:
    path = tmp_path / "out.log"
    reader = ConsoleLog(path)
    whole = b""
    for n, loss in [(1, 0.9), (1, 0.8), (2, 0.8), (2, 0.7), (3, 0.7)]:
        whole += ("\r" + BAR.format(d="", n=n, t=3, post=f", loss={loss}")).encode()
        path.write_bytes(whole)
        reader.look(time.monotonic() + 1)
    reader._fresh = -math.inf
    reader.look(time.monotonic() + 1)
    assert told(reader) == {"loss": [(1, 0.8), (2, 0.7), (3, 0.7)]} == told(read(path))


def test_a_replaced_file_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "out.log"
    path.write_text("step 1 loss 2.5\nstep 2 loss 2.5\n")
    reader = read(path)
    path.write_text("step 7 acc 0.5\n")
    reader.look(time.monotonic() + 1)
    assert told(reader) == {"acc": [(7, 0.5)]}


def test_utf16_as_windows_shells_write_it(tmp_path: Path) -> None:
    path = tmp_path / "train.txt"
    path.write_bytes("step 1 loss 2.5\r\nstep 2 loss 2.4\r\n".encode("utf-16"))
    assert told(read(path)) == {"loss": [(1, 2.5), (2, 2.4)]}
    assert [one.files for one in find(scan(tmp_path))] == [(path,)]


def test_what_is_found(tmp_path: Path) -> None:
    good = "hello\nstep 1 loss 2.5\n"
    for name in ("train.log", "nohup.out", "slurm-123.out", "stdout"):
        (tmp_path / name).write_text(good)
    for name in ("README.txt", "requirements.txt", "x.py", "x.md", ".hidden.log"):
        (tmp_path / name).write_text(good)
    (tmp_path / "other.log").write_text("apt: 3 packages\n")
    (tmp_path / "binary.log").write_bytes(bytes(range(256)) * 20)
    found = list(find(scan(tmp_path)))
    assert [one.files[0].name for one in found] == ["nohup.out", "slurm-123.out", "stdout", "train.log"]
    assert not any(one.whole for one in found)
    entries = {"other.log": scan(tmp_path).files["other.log"]}
    assert [one.whole for one in find(Folder(tmp_path, entries, asked=True))] == [True]


LINES = st.lists(
    st.one_of(
        st.sampled_from([text for text, _ in CASES.values()]),
        st.text(alphabet="step los:=0123.5[]/%|\r\n{}'\x1b[A", max_size=40),
        st.text(max_size=20),
    ),
    max_size=8,
).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.lists(st.integers(0, 2000), max_size=5))
def test_it_matters_not_in_which_pieces_it_is_read(tmp_path: Path, text: str, cuts: list[int]) -> None:
    path = tmp_path / "whole.log"
    data = text.encode("utf-8", "replace")
    path.write_bytes(data)
    whole = read(path)
    pieces = ConsoleLog(path)
    pieces._settled = True
    pieces._fresh = math.inf
    places = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    for place in places[1:]:
        path.write_bytes(data[:place])
        while pieces.look(time.monotonic() + 60):
            pass
    pieces._fresh = -math.inf
    pieces.look(time.monotonic() + 1)
    assert str(told(pieces)) == str(told(whole))
    assert (pieces.status, pieces.config) == (whole.status, whole.config)


ATOMS = st.sampled_from(
    [" ", "|", "1", "[", "/", "-", "loss ", "1:00 ", "0.5,", "1/2 ", "% ", "━", ".", "loss=1 ", "5%|", "{'a': "]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["", "step 1 loss 2 ", "  5%|"]), st.lists(ATOMS, min_size=1, max_size=3).map("".join))
def test_endless_lines_are_read(tmp_path: Path, start: str, unit: str) -> None:
    path = tmp_path / "long.log"
    line = start + unit * (12_000 // len(unit))
    path.write_text(f"{line}x\n{line.replace('1', '2')}x\nstep 1 accuracy 0.5\n", encoding="utf-8")
    assert told(read(path))["accuracy"][-1] == (1, 0.5)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_any_bytes_are_read(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.log"
    path.write_bytes(data)
    read(path)
    list(find(scan(tmp_path)))
