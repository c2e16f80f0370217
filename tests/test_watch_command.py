"""`dlviz watch --once` and `--json`: the contract that scripts rely on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import dlviz


def _dlviz(*words: str, stdin: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "dlviz", *words]
    given = {"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}
    return subprocess.run(command, capture_output=True, env=os.environ | environment, timeout=120, **given)  # type: ignore


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    for name, lr in (("a", 0.1), ("b", 0.2)):
        with dlviz.Run(folder / name, config={"lr": lr}, steps=40) as run:
            for step in range(40):
                run.log(step, {"loss": lr / (step + 1), "\x1b[31mred[/x]": step, "acc": float("nan")})
    (folder / "c").mkdir()
    (folder / "c" / "log.csv").write_text("step,loss,other\n0,1.0,2\n1,0.5,1\n2,0.25,0\n")
    return folder


def test_one_document_tells_every_run(runs: Path) -> None:
    done = _dlviz("watch", str(runs), "--once", "--json")
    assert done.returncode == 0 and done.stdout.isascii() and done.stdout.count(b"\n") == 1
    found = {run["name"]: run for run in json.loads(done.stdout)["runs"]}
    assert sorted(found) == ["a", "b", "c"]
    assert (
        found["a"]["format"] == "dlviz" and found["a"]["status"] == "finished" and found["a"]["config"] == {"lr": 0.1}
    )
    series = {one["tag"]: one for one in found["a"]["series"]}
    assert series["loss"]["points"] == 40 and series["loss"]["first_step"] == 0 and series["loss"]["last_step"] == 39
    assert series["acc"]["nonfinite"] == 40 and series["acc"]["last"] == "NaN" and series["acc"]["min"] is None
    assert "\x1b[31mred[/x]" in series  # raw, as JSON escapes it
    assert b"Traceback" not in done.stderr


def test_printed_charts_fit_and_carry_no_sequence_of_the_log(runs: Path) -> None:
    done = _dlviz("watch", str(runs), "--once", COLUMNS="70", LINES="40")
    text = done.stdout.decode()
    assert done.returncode == 0 and "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 70
    assert "✓ a  finished" in text and "loss" in text
    assert "red[/x]" in _dlviz("watch", str(runs), "--once", "--tags", "red").stdout.decode()


def test_runs_and_tags_are_chosen_and_all_is_all(runs: Path) -> None:
    some = _dlviz("watch", str(runs), "--once", "--runs", "lr>=0.2", "--tags", "^loss$").stdout.decode()
    assert "✓ b" in some and "✓ a" not in some and "1 of 3 tags" in some
    few = _dlviz("watch", str(runs), "--once", COLUMNS="60", LINES="24").stdout.decode()
    every = _dlviz("watch", str(runs), "--once", "--all", COLUMNS="60", LINES="24").stdout.decode()
    assert "--all prints all of them" in few and "--all" not in every
    assert all(tag in every for tag in ("loss", "red[/x]", "other"))


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("nowhere",), 1, "there is no such folder or file"),
        ((".", "--tags", "(["), 2, "no regular expression"),
        ((".", "--runs", "lr>>"), 2, "wants a number"),
        (("-",), 1, "no pipe"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(runs: Path, words: tuple[str, ...], status: int, said: str) -> None:
    command = [sys.executable, "-m", "dlviz", "watch", *words, "--once"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=runs, stdin=Path(os.devnull).open())  # noqa: SIM115
    if words == ("-",):
        assert done.returncode in (0, 1)  # /dev/null is a file that has ended
        return
    assert done.returncode == status and said in done.stderr and len(done.stderr.splitlines()) == 1 and not done.stdout


def test_a_folder_without_logs_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("nothing")
    done = _dlviz("watch", str(tmp_path), "--once", "--json")
    assert done.returncode == 1 and not done.stdout and b"1 file, none of them a log" in done.stderr


def test_a_pipe_is_read_to_its_end() -> None:
    done = _dlviz("watch", "-", "--once", "--json", stdin=b"step 1 loss 2.5\nstep 2 loss 2.4\n")
    (run,) = json.loads(done.stdout)["runs"]
    (loss,) = run["series"]
    assert (loss["tag"], loss["points"], loss["last"]) == ("loss", 2, 2.4) and run["status"] == "finished"
    words = _dlviz("watch", "-", "--once", stdin=b"hello\nworld\n")
    assert words.returncode == 0 and b"no numbers were found" in words.stdout


def test_a_reader_that_goes_away_is_no_failure(runs: Path) -> None:
    command = f"{sys.executable} -m dlviz watch {runs} --once | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


def test_watching_imports_neither_torch_nor_pandas(runs: Path) -> None:
    code = (
        f"import sys; sys.argv = ['dlviz', 'watch', {str(runs)!r}, '--once', '--json']\n"
        "from dlviz.cli import main\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code\n"
        "assert not {'torch', 'pandas', 'polars', 'sklearn', 'tensorboardX'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
