"""Another way taken in a training: what is kept of the old one, in memory and on disk, also after a kill."""

import json
import shutil
from pathlib import Path

from dlviz.engine.runs.open import open_run
from dlviz.engine.training.commands import Back, Change, Save, Step, Stop

from .conftest import Driver
from .travelling import LONG, Wait, beyond, moved, only_standing, table, tensorboard, to_step, upto

__all__ = ["only_standing"]


def test_another_option_makes_a_branch_that_is_kept_on_disk(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", LONG, "validate_every=4", "schedule=constant")
    drive.until("ready")
    for end in (5, 9, 12):
        to_step(drive, end)
    run, old = drive.session.run, table(drive.session.run.series)
    moved(drive, Back(2), eventually)
    drive.session.send(Change("lr", "0.05"))
    eventually(lambda: len(run.marks) == 2)
    assert [(m.step, m.text) for m in run.marks] == [(5, "went back to step 5"), (5, "lr 0.003 → 0.05")]
    to_step(drive, 7)
    new = table(run.series)
    assert upto(new, 5) == upto(old, 5) and new["loss/train"][5] == old["loss/train"][5]  # the old weights' loss
    assert new["loss/train"][6] != old["loss/train"][6]
    (branch,) = run.branches
    assert (branch.step, branch.reached) == (5, 12) and table(branch.series) == beyond(old, 5)
    drive.session.send(Stop())
    drive.until("stopped")
    kept = open_run(directory)
    assert table(kept.series) == new == tensorboard(directory) and kept.marks == run.marks
    assert [(b.step, b.reached, b.time) for b in kept.branches] == [(5, 12, branch.time)]
    assert table(kept.branches[0].series) == beyond(old, 5)


def test_the_records_of_steps_done_again_are_set_aside(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", LONG, "validate_every=2")
    drive.until("ready")
    for end in (3, 12):
        to_step(drive, end)

    def kept() -> set[int]:
        return {int(path.stem) for path in (directory / "records").rglob("*.npz")}

    before = kept()
    assert before == {2, 4, 6, 10}
    moved(drive, Back(), eventually)
    assert kept() == before and {r.step for r in drive.session.run.records.values()} == {2}  # looking is harmless
    drive.session.send(Change("lr", "0.5"))
    to_step(drive, 4)
    assert kept() == {2, 4}
    assert {int(path.stem) for path in (directory / "branches").rglob("*.npz")} == {4, 6, 10}


def test_what_was_made_again_as_it_was_leaves_nothing_aside(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", LONG, "validate_every=2")
    drive.until("ready")
    for end in (3, 8):
        to_step(drive, end)
    moved(drive, Back(), eventually)
    to_step(drive, 8)
    assert not list((directory / "branches").rglob("*.npz")) and drive.session.run.branches == ()


def test_a_branch_begins_where_the_ways_part(drive: Driver, eventually: Wait) -> None:
    drive.load("mlp", LONG, "schedule=constant")
    drive.until("ready")
    for end in (3, 12):
        to_step(drive, end)
    old = table(drive.session.run.series)
    moved(drive, Back(), eventually)
    to_step(drive, 6)
    drive.session.send(Change("lr", "0.5"))
    to_step(drive, 9)
    (branch,) = drive.session.run.branches
    assert branch.step == 6 and table(branch.series) == beyond(old, 6)  # step 7 has another learning rate


def test_a_checkpoint_of_an_earlier_step_takes_the_other_way(drive: Driver, eventually: Wait) -> None:
    directory = drive.load("mlp", LONG)
    drive.until("ready")
    for end in (3, 6):
        to_step(drive, end)
    moved(drive, Back(), eventually)
    drive.session.send(Save())
    eventually(lambda: drive.session.status.ahead == 0 or bool(open_run(directory).branches))
    kept = open_run(directory)
    assert [b.step for b in kept.branches] == [3] and kept.series["loss/train"].points().steps.tolist() == [1, 2, 3]


def test_a_killed_branch_is_continued(drive: Driver, eventually: Wait, tmp_path: Path) -> None:
    """The directory as it is right after the first step of the branch, as a kill leaves it."""
    texts = (LONG, "schedule=constant", "dropout=0.3")
    directory = drive.load("mlp", *texts)
    drive.until("ready")
    for end in (4, 9):
        to_step(drive, end)
    old = table(drive.session.run.series)
    moved(drive, Back(), eventually)
    drive.session.send(Change("lr", "0.02"))
    to_step(drive, 5)
    copy = tmp_path / "killed"
    drive.session.send(Step(2))
    drive.until("paused", step=7)
    shutil.copytree(directory, copy, ignore=shutil.ignore_patterns("control.sock"))
    new = table(drive.session.run.series)
    described = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps(described | {"pid": 2**22 + 7, "status": "running"}))
    drive.load("mlp", *texts, run_dir=copy, resume=True)
    status = drive.until("ready")
    assert status.step == 4  # the checkpoint that was written when the other way was taken
    run = drive.session.run
    assert [(b.step, table(b.series)) for b in run.branches] == [(4, beyond(old, 4))]
    drive.session.send(Change("lr", "0.02"))
    to_step(drive, 7)
    assert table(run.series) == new
    drive.session.send(Stop())
    drive.until("stopped")
    kept = open_run(copy)
    assert table(kept.series) == new and [table(b.series) for b in kept.branches] == [beyond(old, 4)]
