"""Runs, their marks and records, and the bounded log."""

import threading

import numpy as np

from dlviz.engine.runs.run import Log, Mark, Record, Run


def test_points_marks_and_records_make_the_version_grow() -> None:
    run = Run("r", "p", {"model": "cnn"})
    seen = [run.version]
    run.add(1, 10.0, {"loss": 0.5, "accuracy": 0.1})
    seen.append(run.version)
    run.mark(1, 11.0, "lr 0.1 → 0.2")
    seen.append(run.version)
    run.keep(Record(tag="maps", kind="feature maps", step=1, arrays={"a": np.zeros(2)}))
    seen.append(run.version)
    assert seen == sorted(set(seen))
    assert list(run.series) == ["loss", "accuracy"]
    assert run.series["loss"].last() == (1, 10.0, 0.5)
    assert run.marks == [Mark(1, 11.0, "lr 0.1 → 0.2")]


def test_what_a_reader_holds_does_not_change_under_it() -> None:
    run = Run("r")
    run.add(1, 0.0, {"a": 1.0})
    run.mark(1, 0.0, "one")
    series, marks, records = run.series, run.marks, run.records
    run.add(2, 0.0, {"b": 1.0})
    run.mark(2, 0.0, "two")
    run.keep(Record(tag="t", kind="k", step=2))
    assert list(series) == ["a"] and len(marks) == 1 and not records
    assert len(run.marks) == 2 and list(run.records) == ["t"]


def test_a_record_replaces_the_one_before_it() -> None:
    run = Run("r")
    for step in (1, 2):
        run.keep(Record(tag="t", kind="k", step=step))
    assert run.records["t"].step == 2


def test_adding_a_point_never_waits_for_a_reader() -> None:
    run = Run("r")
    run.add(1, 0.0, {"loss": 1.0})
    with run.series["loss"]._lock:  # a reader that takes its time
        writer = threading.Thread(target=run.add, args=(2, 0.0, {"loss": 0.5}), daemon=True)
        writer.start()
        writer.join(timeout=20)
        assert not writer.is_alive()
    assert len(run.series["loss"]) == 2


def test_series_made_by_several_threads_are_one() -> None:
    run, barrier = Run("r"), threading.Barrier(4)
    made = []

    def make() -> None:
        barrier.wait()
        made.append(run.one("x"))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(series) for series in made}) == 1


def test_the_log_gives_what_is_new() -> None:
    log = Log(limit=3)
    assert log.since(0) == [] and log.lines() == []
    for line in ("a", "b"):
        log.write(line)
    assert log.since(0) == ["a", "b"] and log.since(1) == ["b"] and log.since(2) == [] and log.since(9) == []
    for line in ("c", "d", "e"):
        log.write(line)
    assert log.version == 5
    assert log.since(1) == log.lines() == ["c", "d", "e"], "what was dropped is gone"


def test_following_a_log_loses_and_repeats_nothing(switching: None) -> None:
    log, count = Log(limit=100_000), 20_000

    def write() -> None:
        for k in range(count):
            log.write(str(k))

    writer = threading.Thread(target=write)
    followed: list[str] = []
    writer.start()
    while len(followed) < count:
        followed += log.since(len(followed))
    writer.join()
    assert followed == [str(k) for k in range(count)]
