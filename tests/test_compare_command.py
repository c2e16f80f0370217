"""`dlviz compare`: one document, a report of 80 columns, exit statuses, signals."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from dlviz import cli
from dlviz.engine.comparing.state import read

PATIENCE = 90.0
HEAVY = {"torch", "textual", "sklearn", "plotext", "scipy", "numpy"}


@pytest.fixture
def dlviz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the console script's function in this process, in an empty folder: status, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(os, "environ", os.environ.copy())

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dlviz", *words])
        capsys.readouterr()
        status = 0
        try:
            cli.main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_two_sizes_of_one_model(dlviz: Any, tmp_path: Path) -> None:
    words = ("compare", "mlp", "mlp:hidden=8", "--steps", "20", "--seeds", "2", "--run", "runs/c")
    status, out, err = dlviz(*words, "--json")
    assert status == 0 and out.isascii() and out.count("\n") == 1
    document = json.loads(out)
    assert [entry["name"] for entry in document["entries"]] == ["mlp", "mlp:hidden=8"]
    for entry in document["entries"]:
        assert {"name", "parameters", "seeds", "seconds_per_step", "metrics"} <= entry.keys()
        assert all({"mean", "sd", "values"} == one.keys() for one in entry["metrics"].values())
    assert {"entries", "data", "budget", "differences", "verdicts", "run", "seeds", "notes"} <= document.keys()
    assert "4/4 mlp:hidden=8 seed 1" in err and "left" in err
    status, out, err = dlviz("compare", "--run", "runs/c")
    assert status == 0 and "seed" not in err, "everything had ended: nothing is trained again"
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80 and "\x1b" not in out
    assert lines[0] == "mlp, mlp:hidden=8 on digits: 2 seeds, 20 steps each"
    assert any(line.startswith("test accuracy ↑") and "±" in line for line in lines)
    assert "AA mlp" in out and "- test accuracy: " in out and "kept in runs/c" in out
    status, out, _ = dlviz("compare", "runs/c/mlp-seed0", "runs/c/mlp-hidden-8-seed0")
    assert status == 0 and "each as it was trained" in out and "(one seed: the intervals cover" in out
    status, _, err = dlviz("compare", "--run", "runs/c", "--steps", "5")
    assert status == 2 and "only --seeds may change" in err
    status, _, err = dlviz("compare", "mlp", "cnn", "--run", "runs/c")
    assert status == 1 and "holds another comparison" in err
    status, out, _ = dlviz("runs")
    assert status == 0 and out.count("finished") == 4


@pytest.mark.parametrize(
    ("words", "status", "needed"),
    [
        (("mlp",), 2, "two or more"),
        ((), 2, "two or more"),  # nothing is there to go on with
        (("mlp", "mpl"), 2, "no model and no run 'mpl'; did you mean mlp?"),
        (("mlp", "resnet:depth=3"), 2, "resnet:depth=3: depth cannot be 3"),
        (("mlp", "cnn", "--seeds", "0"), 2, "seeds cannot be 0"),
        (("mlp", "cnn", "--data", "ring"), 2, "ring does not suit all"),
        (("mlp", "cnn", "--data", "/nope.csv"), 1, "no data at /nope.csv"),
        (("mlp", "a\x1b]0;x\x07b"), 2, "no model and no run"),
        (("mlp", "cnn", "--steps", "3", "--seconds", "1"), 2, "two budgets"),
    ],
)
def test_what_is_wrong_is_one_sentence_on_stderr(dlviz: Any, words: tuple[str, ...], status: int, needed: str) -> None:
    got, out, err = dlviz("compare", *words, "--run", "c")
    assert not Path("c").exists(), "what never began is no comparison that another could collide with"
    last = err.splitlines()[-1]
    assert got == status and needed in last and last.startswith("dlviz: ") and not out
    assert "Traceback" not in err and "\x1b" not in err


def test_a_signal_keeps_what_had_ended_and_the_same_command_goes_on(tmp_path: Path, dlviz: Any) -> None:
    words = ("compare", "mlp", "mlp:hidden=8", "--seeds", "30", "--steps", "60", "--run", "c", "--json")
    process = subprocess.Popen(
        [sys.executable, "-m", "dlviz", *words],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        pause, deadline = threading.Event(), time.monotonic() + PATIENCE
        while ((read(tmp_path / "c") or {}).get("progress") or {}).get("done", 0) < 2:
            assert process.poll() is None and time.monotonic() < deadline, "it never came so far"
            pause.wait(0.02)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 130, err
    document = json.loads(out)
    assert document["status"] == "stopped" and document["entries"][0]["seeds"][:1] == [0]
    assert document["verdicts"] and "Traceback" not in err
    seeds = len(document["entries"][0]["seeds"])
    status, out, err = dlviz("compare", "--run", "c", "--seeds", str(seeds), "--json")
    assert status == 0, err
    again = json.loads(out)
    assert [entry["seeds"] for entry in again["entries"]] == [list(range(seeds))] * 2
    kept = document["entries"][0]["metrics"]["test_loss"]["values"]
    assert again["entries"][0]["metrics"]["test_loss"]["values"] == kept


def test_help_is_light() -> None:
    code = """
import sys
from dlviz.cli import main
sys.argv = ["dlviz", "compare", "--help"]
try:
    main()
except SystemExit as ended:
    assert not ended.code
print("\\n".join(sys.modules), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0 and "--seeds" in done.stdout
    assert HEAVY.isdisjoint(name.partition(".")[0] for name in done.stderr.splitlines())
