"""`dlviz run`: its output, its exit status, and the signals that it hands on."""

import json
import os
import pty
import resource
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

DOOR = """
import sys, typer
from dlviz.commands import run_door
app = typer.Typer()
app.command(context_settings=run_door.SETTINGS)(run_door.run)
app()
"""
"""The door of the command alone."""


def words(*arguments: str) -> list[str]:
    return [sys.executable, "-c", DOOR, *arguments]


def run(folder: Path, *arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        words(*arguments), cwd=folder, text=True, timeout=120, **{"capture_output": True, "input": "", **options}
    )


def described(folder: Path) -> dict[str, Any]:
    (only,) = (folder / "runs").iterdir()
    told = json.loads((only / "run.json").read_text())
    assert isinstance(told, dict)
    return told


@pytest.mark.parametrize("dashes", [("--",), ()], ids=["dashes", "bare"])
def test_output_status_and_arguments_are_the_programs_own(tmp_path: Path, dashes: tuple[str, ...]) -> None:
    (tmp_path / "train.py").write_text("import sys; print('step 1 loss 2', sys.argv[1:]); sys.exit(5)")
    done = run(tmp_path, "--plain", *dashes, sys.executable, "train.py", "--plain", "--json", "-h")
    assert done.returncode == 5
    assert done.stdout == "step 1 loss 2 ['--plain', '--json', '-h']\n"
    assert "exit status 5" in done.stderr and done.stderr.count("\n") == 1
    (only,) = (tmp_path / "runs").iterdir()
    assert only.name.startswith("train-") and (only / "console.log").read_text() == done.stdout
    assert described(tmp_path)["status"] == "failed"


def test_what_is_piped_in_reaches_the_program(tmp_path: Path) -> None:
    assert run(tmp_path, "--name", "mine", "cat", input="one\ntwo\n").stdout == "one\ntwo\n"
    assert described(tmp_path)["name"].startswith("mine-")


def test_one_document(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "metrics.csv").write_text("step,loss\n1,2\n2,1\n")
    done = run(tmp_path, "--json", "--watch", "logs", "--", sys.executable, "-c", "print('step 1 loss 2')")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["status"], told["exit_code"], told["command"][0]) == ("finished", 0, sys.executable)
    assert (tmp_path / told["run"] / "console.log").read_text() == "step 1 loss 2\n"
    assert set(told) >= {"command", "run", "status", "exit_code", "reason", "seconds", "series", "watched"}
    assert "step 1 loss 2" in done.stderr


def test_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "no.txt").write_text("")
    missing, cannot = run(tmp_path, "no-such-program"), run(tmp_path, "./no.txt")
    assert (missing.returncode, cannot.returncode) == (127, 126)
    assert "no such program" in missing.stderr and not (tmp_path / "runs").exists()
    assert run(tmp_path, "--name", "../x", "true").returncode != 0


def test_names_that_a_terminal_would_obey(tmp_path: Path) -> None:
    done = run(tmp_path, "--name", "a\x1b[31m", "true")
    assert done.returncode != 0 and not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("text", "status"), [("echo hi", 126), ("#!/no/such/program", 127)])
def test_what_the_system_refuses_to_run(tmp_path: Path, text: str, status: int) -> None:
    (tmp_path / "it").write_text(text)
    (tmp_path / "it").chmod(0o700)
    done = run(tmp_path, "./it")
    assert done.returncode == status and done.stderr.startswith("dlviz: ./it: it cannot be run: ")
    assert not list((tmp_path / "runs").iterdir())


def test_when_nobody_reads_it_any_more_the_program_is_told(tmp_path: Path) -> None:
    with subprocess.Popen(words("--plain", "yes"), cwd=tmp_path, stdout=subprocess.PIPE, stderr=-1) as running:
        assert running.stdout is not None and running.stderr is not None
        assert running.stdout.read(2) == b"y\n"
        running.stdout.close()
        assert running.wait(60) == 141
        assert b"killed by SIGPIPE" in running.stderr.read()
        running.stdout = None


def test_a_full_disk_changes_neither_output_nor_status(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    done = run(tmp_path, "sh", "-c", "seq 5000; exit 4", preexec_fn=limit)
    assert (done.returncode, done.stdout) == (4, "".join(f"{k}\n" for k in range(1, 5001)))
    assert "failed after" in done.stderr and "exit status 4; its output could not all be kept: File" in done.stderr


def test_the_end_by_a_signal_is_passed_on(tmp_path: Path) -> None:
    assert run(tmp_path, "sh", "-c", "kill -9 $$").returncode == 137


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_reach_the_program(tmp_path: Path, number: signal.Signals) -> None:
    code = (
        f"import signal; signal.signal({int(number)}, lambda *_: exit(9)); print('ready', flush=True); signal.pause()"
    )
    with subprocess.Popen(words(sys.executable, "-c", code), cwd=tmp_path, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None and running.stdout.readline() == b"ready\n"
        running.send_signal(number)
        assert running.wait(60) == 9


def test_what_nohup_ignores_is_not_passed_on(tmp_path: Path) -> None:
    code = "import signal; signal.signal(1, signal.SIG_DFL); print('ready', flush=True); input(); print('on')"
    with subprocess.Popen(
        ["nohup", *words(sys.executable, "-c", code)], cwd=tmp_path, stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as running:
        assert running.stdout is not None and running.stdin is not None
        assert running.stdout.readline() == b"ready\n"
        running.send_signal(signal.SIGHUP)
        running.stdin.write(b"\n")
        running.stdin.flush()
        assert running.stdout.readline() == b"on\n"
        assert running.wait(60) == 0


def test_nothing_is_lost_if_we_are_killed(tmp_path: Path) -> None:
    code = "print('step 1', flush=True); print('step 2', flush=True); input()"
    with subprocess.Popen(
        words(sys.executable, "-c", code), cwd=tmp_path, stdout=subprocess.PIPE, stdin=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert [running.stdout.readline() for _ in range(2)] == [b"step 1\n", b"step 2\n"]
        running.kill()
    (only,) = (tmp_path / "runs").iterdir()
    assert (only / "console.log").read_text() == "step 1\nstep 2\n"
    assert described(tmp_path)["status"] == "running", "whoever reads it sees that its process is gone"


def test_ctrl_c_and_keys_on_a_terminal(tmp_path: Path) -> None:
    code = """
import time
try:
    print("got", input("name? "), flush=True)
    time.sleep(60)
except KeyboardInterrupt: print("stopped"); raise SystemExit(4)
"""
    child, master = pty.fork()
    if not child:
        os.chdir(tmp_path)
        os.execv(sys.executable, words("--plain", sys.executable, "-c", code))
    said = b""

    def until(text: bytes) -> None:
        nonlocal said
        while text not in said:
            assert select.select([master], [], [], 60)[0], said
            try:
                said += os.read(master, 1000)
            except OSError:
                raise AssertionError(f"it ended with {said!r}") from None

    until(b"name? ")
    os.write(master, b"bob\n")
    until(b"got bob\r\n")
    assert said.count(b"bob") == 2, "what is typed is shown once"
    os.write(master, b"\x03")
    until(b"stopped\r\n")
    until(b"exit status 4\r\n")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 4
    os.close(master)


def test_its_words_are_light() -> None:
    import typer

    from dlviz.commands import run_door

    app = typer.Typer()
    app.command(context_settings=run_door.SETTINGS)(run_door.run)
    told = CliRunner().invoke(app, ["--help"])
    assert told.exit_code == 0 and "--watch" in told.output
