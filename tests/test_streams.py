"""Standard streams that are closed: a sentence, never a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

DLVIZ = f"'{sys.executable}' -m dlviz"
CLOSED = "dlviz: standard output is closed: there is nowhere to print\n"


def shell(folder: Path, words: str) -> "subprocess.CompletedProcess[str]":
    (folder / "logs").mkdir(exist_ok=True)
    (folder / "logs" / "log.jsonl").write_text(
        '{"step": 1, "loss": 2}\n{"step": 2, "loss": 1}\nno json\n{"step": 3, "loss": 1}\n'
    )
    line = words.replace("dlviz", DLVIZ, 1)
    return subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    "words",
    ["dlviz", "dlviz watch logs", "dlviz watch logs --once --json", "dlviz export logs --csv", "dlviz models"],
)
def test_nowhere_to_print(tmp_path: Path, words: str) -> None:
    done = shell(tmp_path, f"{words} >&-")
    assert (done.returncode, done.stderr.splitlines(keepends=True)[-1]) == (1, CLOSED)
    assert "Traceback" not in done.stderr
    assert shell(tmp_path, f"{words} <&- >&- 2>&-").returncode == 1


def test_the_rest_works_without_them(tmp_path: Path) -> None:
    done = shell(tmp_path, "dlviz watch logs --once --json 2>&- <&-")
    assert done.returncode == 0 and json.loads(done.stdout)["runs"][0]["warnings"]
    assert shell(tmp_path, "dlviz export logs --csv -o x.csv >&-").returncode == 0 and (tmp_path / "x.csv").exists()


def test_a_program_runs_without_them(tmp_path: Path) -> None:
    done = shell(tmp_path, "dlviz run --plain -- cat <&-")
    assert (done.returncode, done.stdout) == (0, "") and "finished" in done.stderr
    assert shell(tmp_path, "dlviz run --name mute --plain -- sh -c 'echo hi; exit 3' <&- >&- 2>&-").returncode == 3
    (mute,) = (tmp_path / "runs").glob("mute-*")
    assert (mute / "console.log").read_text() == "hi\n"


def test_a_pipe_that_is_closed(tmp_path: Path) -> None:
    done = shell(tmp_path, "dlviz watch - --once <&-")
    assert done.returncode == 1 and "standard input is closed" in done.stderr
