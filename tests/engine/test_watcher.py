"""Runs are found wherever they lie, in whatever formats, and what they write later is read: by files alone."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

import dlviz
from dlviz.engine.runs import discover
from dlviz.engine.runs.discover import Discovery
from dlviz.engine.runs.watched import SILENT
from dlviz.engine.runs.watcher import Watcher


def _csv(path: Path, rows: int, start: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not start:
        path.write_text("step,loss\n")
    with path.open("a") as file:
        file.writelines(f"{step},{1 / (step + 1)}\n" for step in range(start, rows))


def _names(watcher: Watcher) -> list[str]:
    return sorted(run.name for run in watcher.runs)


def _look(watcher: Watcher) -> None:
    watcher.search()
    while watcher._round():
        pass


def test_formats_are_mixed_and_names_are_paths_below_the_source(tmp_path: Path) -> None:
    _csv(tmp_path / "a" / "progress.csv", 5)
    with dlviz.Run(tmp_path / "b" / "c") as run:
        run.log(1, loss=0.5)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "log.jsonl").write_text('{"step": 1, "loss": 2.0}\n{"step": 2, "loss": 1.0}\n')
    watcher = Watcher([tmp_path])
    runs = {run.name: run for run in watcher.complete()}
    assert sorted(runs) == ["a", "b/c", "d"]
    assert all("loss" in run.series for run in runs.values())
    assert runs["b/c"].status == "finished" and runs["a"].status == "running"


def test_what_is_written_later_is_read_and_new_runs_are_found(tmp_path: Path) -> None:
    _csv(tmp_path / "one" / "progress.csv", 5)
    watcher = Watcher([tmp_path])
    (run,) = watcher.complete()
    assert len(run.series["loss"]) == 5
    before = watcher.generation
    _look(watcher)
    assert watcher.generation == before
    _csv(tmp_path / "one" / "progress.csv", 9, start=5)
    _csv(tmp_path / "two" / "progress.csv", 3)
    _look(watcher)
    assert watcher.generation > before
    assert len(run.series["loss"]) == 9 and _names(watcher) == ["one", "two"]


def test_a_file_that_is_empty_at_first_becomes_a_run(tmp_path: Path) -> None:
    path = tmp_path / "x" / "metrics.csv"
    path.parent.mkdir()
    path.touch()
    watcher = Watcher([tmp_path])
    assert watcher.complete() == ()
    _csv(path, 3)
    _look(watcher)
    assert _names(watcher) == ["x"]


def test_a_run_whose_files_are_gone_keeps_what_was_read(tmp_path: Path) -> None:
    _csv(tmp_path / "one" / "progress.csv", 5)
    watcher = Watcher([tmp_path])
    (run,) = watcher.complete()
    (tmp_path / "one" / "progress.csv").unlink()
    _look(watcher)
    assert run.status == "silent" and run.reason == "its files are gone"
    assert len(run.series["loss"]) == 5


def test_ten_minutes_without_growth_is_silence(tmp_path: Path) -> None:
    path = tmp_path / "one" / "progress.csv"
    _csv(path, 5)
    old = time.time() - SILENT - 1
    os.utime(path, (old, old))
    (run,) = Watcher([tmp_path]).complete()
    assert run.status == "silent"


def test_a_file_alone_is_a_source(tmp_path: Path) -> None:
    _csv(tmp_path / "whatever.data", 4)
    (run,) = Watcher([tmp_path / "whatever.data"]).complete()
    assert len(run.series["loss"]) == 4


def test_two_sources_that_overlap_give_no_run_twice(tmp_path: Path) -> None:
    _csv(tmp_path / "a" / "x" / "progress.csv", 4)
    watcher = Watcher([tmp_path, tmp_path / "a"])
    assert len(watcher.complete()) == 1


def test_a_source_that_is_gone_is_a_problem_until_it_is_back(tmp_path: Path) -> None:
    source = tmp_path / "runs"
    watcher = Watcher([source])
    watcher.complete()
    assert list(watcher.problems.values()) == ["No such file or directory"]
    _csv(source / "a" / "progress.csv", 4)
    _look(watcher)
    assert not watcher.problems and len(watcher.runs) == 1


def test_links_that_lead_back_are_not_followed_and_others_are(tmp_path: Path) -> None:
    _csv(tmp_path / "far" / "away" / "progress.csv", 4)
    _csv(tmp_path / "here" / "one" / "progress.csv", 4)
    (tmp_path / "here" / "latest").symlink_to(tmp_path / "here" / "one")
    (tmp_path / "here" / "loop").symlink_to(tmp_path / "here")
    (tmp_path / "here" / "other").symlink_to(tmp_path / "far")
    watcher = Watcher([tmp_path / "here"])
    watcher.complete()
    assert _names(watcher) == ["one", "other/away"]


@pytest.mark.parametrize("folder", [".hidden", "node_modules", "__pycache__", "site-packages"])
def test_what_programs_keep_for_themselves_is_left_alone(tmp_path: Path, folder: str) -> None:
    _csv(tmp_path / folder / "progress.csv", 4)
    assert Watcher([tmp_path]).complete() == ()


def test_searching_again_reads_no_file_that_stayed_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for k in range(5):
        _csv(tmp_path / f"run{k}" / "progress.csv", 4)
    (tmp_path / "notes.md").write_text("nothing")
    discovery = Discovery(tmp_path)
    first = discovery.search()
    opened: list[str] = []
    real = Path.open

    def spy(self: Path, *args: Any, **kwargs: Any) -> Any:
        opened.append(self.name)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", spy)
    assert [place.path for place in discovery.search()] == [place.path for place in first]
    assert not opened


def test_logs_of_one_folder_are_one_run_and_printed_text_is_its_console(tmp_path: Path) -> None:
    with dlviz.Run(tmp_path / "r") as run:
        run.log(1, loss=0.5)
    (tmp_path / "r" / "train.log").write_text("step 1 loss 0.51\nstep 2 loss 0.41\n")
    (run_,) = Watcher([tmp_path]).complete()
    assert len(run_.series["loss"]) == 1  # the log is rounded: the numbers are believed
    assert run_.console is not None and "step 2 loss 0.41" in run_.console.lines()


def test_a_thread_reads_until_it_is_closed(tmp_path: Path) -> None:
    _csv(tmp_path / "a" / "progress.csv", 50_000)
    watcher = Watcher([tmp_path])
    watcher.start()
    deadline = time.monotonic() + 60
    while not watcher.loaded and time.monotonic() < deadline:
        os.sched_yield()
    watcher.close()
    assert len(watcher.runs[0].series["loss"]) == 50_000


@pytest.mark.parametrize(
    "name",
    ["hparams.yaml", "args.yaml", "params.json", "config.json", "x.csv", "train.log", "trainer_state.json", "a.wandb"],
)
def test_a_named_pipe_holds_nobody_up(tmp_path: Path, name: str) -> None:
    _csv(tmp_path / "metrics.csv", 3)
    os.mkfifo(tmp_path / name)
    (run,) = Watcher([tmp_path]).complete()
    assert len(run.series["loss"]) == 3


def test_a_folder_that_cannot_be_entered_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _csv(tmp_path / "ok" / "progress.csv", 3)
    (tmp_path / "lost").mkdir()
    real = os.stat

    def stat(path: Any, *args: Any, **kwargs: Any) -> Any:
        if "lost" in os.fspath(path):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "stat", stat)
    watcher = Watcher([tmp_path])
    assert [run.name for run in watcher.complete()] == ["ok"] and not watcher.problems


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: Path(path).mkdir()])
def test_what_is_no_file_is_no_source(tmp_path: Path, make: Any) -> None:
    source = tmp_path / "source"
    make(source)
    watcher = Watcher([source])
    assert watcher.complete() == ()
    assert bool(watcher.problems) == (not source.is_dir())


def test_a_log_that_is_emptied_for_a_moment_stays_a_run(tmp_path: Path) -> None:
    path = tmp_path / "one" / "progress.csv"
    _csv(path, 5)
    watcher = Watcher([tmp_path])
    (run,) = watcher.complete()
    path.write_text("")
    (tmp_path / "one" / "other.txt").write_text("a new file, so that the folder is searched anew")
    _look(watcher)
    assert run.status == "running" and not run.reason
    _csv(path, 3)
    _look(watcher)
    assert len(run.series["loss"]) == 3


def test_zeros_that_a_crash_left_hide_no_log(tmp_path: Path) -> None:
    path = tmp_path / "progress.csv"
    _csv(path, 10)
    with path.open("ab") as file:
        file.write(b"\0" * 512 + b"\n")
    _csv(path, 20, start=10)
    (run,) = Watcher([tmp_path]).complete()
    assert len(run.series["loss"]) == 20


def test_a_format_that_fails_is_told_and_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: object) -> Any:
        raise RuntimeError("oops")

    monkeypatch.setattr("dlviz.engine.runs.readers.json_lines.find", broken)
    discover._finder.cache_clear()
    try:
        _csv(tmp_path / "one" / "progress.csv", 3)
        watcher = Watcher([tmp_path])
        assert [run.name for run in watcher.complete()] == ["one"]
        assert watcher.failures == [f"{tmp_path / 'one'}: json_lines: searching failed (RuntimeError: oops)"]
    finally:
        discover._finder.cache_clear()
