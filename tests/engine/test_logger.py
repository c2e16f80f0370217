"""`dlviz.Run`: what is logged, TensorBoard reads; nothing is lost to crashes, kills, threads or forks."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import dlviz


def _tensorboard(directory: Path) -> EventAccumulator:
    events = EventAccumulator(str(directory), size_guidance={"scalars": 0, "images": 0})
    events.Reload()
    return events


def _described(directory: Path) -> dict[str, object]:
    found = json.loads((directory / "run.json").read_text())
    assert isinstance(found, dict)
    return found


def _program(directory: Path, body: str) -> subprocess.Popen[str]:
    text = f"import dlviz, os, sys, time\nrun = dlviz.Run({str(directory)!r})\n{body}"
    return subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_tensorboard_reads_all_that_was_logged(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    values = np.random.default_rng(1).normal(size=1000)
    with dlviz.Run(tmp_path, config={"lr": 1e-3, "path": tmp_path}, steps=30) as run:
        for step in range(30):
            run.log(step, loss=1 / (step + 1))
        run.log(29, {"val/loss": np.float32(0.5), "größe": float("inf")})
        run.image(3, "sample", image.transpose(2, 0, 1))
        run.histogram(4, "weights", values)
        run.text(5, "note", "hello [/x]")
        run.mark(6, "lr halved")
    events = _tensorboard(tmp_path)
    scalars = events.Scalars("loss")
    assert [e.step for e in scalars] == list(range(30))
    np.testing.assert_allclose([e.value for e in scalars], 1 / np.arange(1, 31), rtol=1e-7)
    assert events.Scalars("val/loss")[0].value == 0.5 and events.Scalars("größe")[0].value == float("inf")
    picture = events.Images("sample")[0]
    (tmp_path / "sample.png").write_bytes(picture.encoded_image_string)
    np.testing.assert_array_equal(np.array(Image.open(tmp_path / "sample.png")), image)
    histogram = events.Histograms("weights")[0].histogram_value
    assert histogram.num == 1000 and histogram.min == values.min() and sum(histogram.bucket) == 1000
    counts, edges = np.histogram(values, 64)
    np.testing.assert_allclose(histogram.bucket_limit[1:], edges[1:])
    np.testing.assert_array_equal(histogram.bucket[1:], counts)
    assert events.Tensors("note")[0].tensor_proto.string_val == [b"hello [/x]"]
    described = _described(tmp_path)
    assert described["status"] == "finished" and described["steps"] == 30 and described["step"] == 29
    assert described["config"] == {"lr": 1e-3, "path": str(tmp_path)}
    assert [m["text"] for m in described["marks"]] == ["lr halved"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("shape", [(4,), (2, 3, 5), (0, 3), (2, 2, 2, 2)])
def test_what_is_no_image_is_refused_in_a_sentence(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with dlviz.Run(tmp_path) as run, pytest.raises(ValueError, match=r"an image cannot have the shape .*; allowed: "):
        run.image(0, "x", np.zeros(shape))


def test_a_value_that_changes_afterwards_was_logged_as_it_was(tmp_path: Path) -> None:
    value, picture = np.array([1.0]), np.zeros((2, 2))
    with dlviz.Run(tmp_path) as run:
        run.log(0, {"x": value[0]})
        run.image(0, "p", picture)
        value[0], picture[:] = 9.0, 1.0
    events = _tensorboard(tmp_path)
    assert events.Scalars("x")[0].value == 1.0
    (tmp_path / "p.png").write_bytes(events.Images("p")[0].encoded_image_string)
    assert not np.array(Image.open(tmp_path / "p.png")).any()


def test_threads_lose_nothing(tmp_path: Path) -> None:
    with dlviz.Run(tmp_path) as run:

        def work(k: int) -> None:
            for step in range(500):
                run.log(step, {f"thread{k}": step})

        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    events = _tensorboard(tmp_path)
    assert [[e.step for e in events.Scalars(f"thread{k}")] for k in range(4)] == [list(range(500))] * 4


def test_a_crash_keeps_points_and_traceback(tmp_path: Path) -> None:
    program = _program(tmp_path, "run.log(1, loss=2.0)\nraise RuntimeError('boom [/x]')")
    _, errors = program.communicate(timeout=60)
    assert program.returncode == 1 and "boom" in errors
    described = _described(tmp_path)
    assert described["status"] == "failed" and described["message"] == "RuntimeError: boom [/x]"
    assert "Traceback" in str(described["traceback"])
    assert [e.value for e in _tensorboard(tmp_path).Scalars("loss")] == [2.0]


def test_a_program_that_just_ends_has_finished(tmp_path: Path) -> None:
    program = _program(tmp_path, "run.log(1, loss=2.0)")
    program.communicate(timeout=60)
    assert _described(tmp_path)["status"] == "finished"
    assert len(_tensorboard(tmp_path).Scalars("loss")) == 1


def test_what_was_flushed_survives_a_kill(tmp_path: Path) -> None:
    body = "for k in range(100): run.log(k, loss=k)\nrun.flush()\nprint('flushed', flush=True)\ntime.sleep(60)"
    program = _program(tmp_path, body)
    assert program.stdout is not None and program.stdout.readline() == "flushed\n"
    program.send_signal(signal.SIGKILL)
    program.wait(timeout=60)
    assert len(_tensorboard(tmp_path).Scalars("loss")) == 100
    assert _described(tmp_path)["status"] == "running"


@pytest.mark.parametrize("ending", ["os._exit(0)", "sys.exit(0)"])
def test_after_a_fork_both_go_on_and_nothing_is_written_twice(tmp_path: Path, ending: str) -> None:
    body = (
        "for k in range(50): run.log(k, parent=k)\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    for k in range(20): run.log(k, child=k)\n"
        "    run.flush()\n"
        f"    {ending}\n"
        "os.waitpid(pid, 0)\n"
        "for k in range(50, 60): run.log(k, parent=k)\n"
    )
    program = _program(tmp_path, body)
    _, errors = program.communicate(timeout=60)
    assert program.returncode == 0, errors
    events = _tensorboard(tmp_path)
    assert [e.step for e in events.Scalars("parent")] == list(range(60))
    assert [e.step for e in events.Scalars("child")] == list(range(20))
    assert _described(tmp_path)["status"] == "finished"


def test_a_child_of_multiprocessing_leaves_nothing_behind(tmp_path: Path) -> None:
    body = (
        "import multiprocessing\n"
        "process = multiprocessing.get_context('fork').Process(target=lambda: run.log(1, child=1.0))\n"
        "process.start()\nprocess.join()\n"
    )
    program = _program(tmp_path, body)
    program.communicate(timeout=60)
    assert len(_tensorboard(tmp_path).Scalars("child")) == 1


def test_a_run_that_is_being_written_is_refused(tmp_path: Path) -> None:
    program = _program(tmp_path, "print('up', flush=True)\ntime.sleep(60)")
    try:
        assert program.stdout is not None and program.stdout.readline() == "up\n"
        with pytest.raises(ValueError, match=rf"process {program.pid} writes this run; choose another"):
            dlviz.Run(tmp_path)
    finally:
        program.kill()
        program.communicate()


def test_a_run_goes_on_where_it_is_opened_again(tmp_path: Path) -> None:
    with dlviz.Run(tmp_path, config={"lr": 1.0, "a": 1}) as run:
        for step in range(10):
            run.log(step, loss=0.0)
    with dlviz.Run(tmp_path, config={"lr": 2.0}) as run:
        run.log(5, loss=1.0)
    assert _described(tmp_path)["config"] == {"lr": 2.0, "a": 1}
    assert [(e.step, e.value) for e in _tensorboard(tmp_path).Scalars("loss")][-2:] == [(9, 0.0), (5, 1.0)]


def test_importing_and_opening_a_run_is_light(tmp_path: Path) -> None:
    body = "assert not {'torch', 'textual', 'pandas', 'polars', 'tensorboardX'} & set(sys.modules), 'heavy'"
    program = _program(tmp_path, body)
    _, errors = program.communicate(timeout=60)
    assert program.returncode == 0, errors


def test_a_closed_run_is_closed(tmp_path: Path) -> None:
    run = dlviz.Run(tmp_path)
    run.close("stopped", "enough")
    run.close()
    assert _described(tmp_path)["status"] == "stopped" and _described(tmp_path)["message"] == "enough"
    assert not [t for t in threading.enumerate() if t.name == "dlviz-run"]
    assert os.fspath(run.directory) == str(tmp_path)
