"""Going back in a training, seen from the lab: keys, status bar, form, and the branch on the chart."""

from pathlib import Path

import numpy as np
from rich.cells import cell_len

from dlviz.engine.runs.run import Branch, Run
from dlviz.engine.training.commands import Back, Forward
from dlviz.engine.training.job import Job
from dlviz.engine.training.status import Status
from dlviz.tui.panes.curves.scene import Scene
from dlviz.tui.render.axes import Axes
from dlviz.tui.render.chart import chart
from dlviz.tui.render.palette import DARK, PLAIN
from dlviz.tui.widgets.status_bar import bar

from .conftest import lab, text_of

GOLDEN = Path(__file__).parent / "golden" / "branch.txt"


def filled(run: Run, upto: int = 100) -> Run:
    """A loss that falls, measured at steps 1 to `upto`."""
    steps = np.arange(1, upto + 1, dtype=np.int64)
    for tag, every in (("loss/train", 1), ("loss/val", 10)):
        at = steps[every - 1 :: every]
        run.one(tag).extend_arrays(at, 1e9 + at / 2, 3 / np.sqrt(at))
    return run


def gone_back(run: Run, step: int, when: float = 0.0) -> Run:
    """The same, where it stood at `step`; what was ahead is a branch that was left at `when` if it was."""
    series, reached = run.series, run.series["loss/train"].last()
    assert reached is not None
    tail = {tag: one.after(step) for tag, one in series.items()}
    branch = Branch(step=step, reached=reached[0], time=when, series=tail)
    run.rewrite({tag: one.until(step) for tag, one in series.items()}, (*run.branches, branch))
    return run


def redone(run: Run, step: int) -> Run:
    """The same, another way taken from `step` on."""
    gone_back(run, step, when=2e9 + len(run.branches))
    at = np.arange(step + 1, step + 26, dtype=np.int64)
    run.one("loss/train").extend_arrays(at, 2e9 + at / 2, 1 + (at - step) / 25)
    return run


async def test_the_keys_go_back_and_forth(fake, in_tmp):
    session = fake(state="paused", model="cnn", step=40, snapshot=3, snapshots=3)
    async with lab(session) as (app, pilot):
        await pilot.press("B")
        assert session.sent == [Back()]
        await pilot.press("F")
        assert session.sent == [Back()] and "B goes back first" in told(app)
        session.now(step=20, snapshot=2, ahead=40)
        await pilot.press("F")
        assert session.sent == [Back(), Forward()]
        session.now(step=0, snapshot=1)
        await pilot.press("B")
        assert session.sent == [Back(), Forward()] and "no earlier snapshot" in told(app)
        session.now(state="running", step=50, snapshot=0, ahead=0)
        await pilot.press("B")
        assert session.sent[-1] == Back() and len(session.sent) == 3


def told(app):
    return " ".join(notification.message for notification in app._notifications)


async def test_nothing_is_sent_where_there_is_nothing_to_go_back_to(fake, in_tmp):
    session = fake()
    async with lab(session) as (_, pilot):
        await pilot.press("B", "F")
        assert session.sent == []


async def test_the_crosshair_says_where_to_go(fake, in_tmp):
    session = fake(state="paused", model="cnn", step=100, snapshot=3, snapshots=3)
    filled(session.run)
    async with lab(session) as (app, pilot):
        await pilot.press("4")
        curves = app.query_one("#curves")
        await pilot.press("left")
        await pilot.press("B")  # the crosshair is at the step where the training stands
        assert session.sent == [Back()]
        await pilot.press("H", "H", "B")
        assert session.sent[1:] == [Back(to=int(curves.cursor))] and 50 < curves.cursor < 100
        gone_back(session.run, 30)
        session.now(step=30, snapshot=2, ahead=100)
        await pilot.press("B")  # also to what lies ahead
        assert session.sent[2:] == [Back(to=int(curves.cursor))]
        await pilot.press("escape", "B")
        assert session.sent[-1] == Back()


async def test_b_on_the_curves_of_another_run_is_the_key_of_everywhere(fake, in_tmp):
    session = fake(state="paused", model="cnn", step=100, snapshot=3, snapshots=3)
    async with lab(session) as (app, pilot):
        await pilot.press("4")
        curves = app.query_one("#curves")
        curves.show_runs([filled(Run("other"))])
        await pilot.press("left", "H", "B")
        assert session.sent == [Back()]


async def test_the_form_follows_to_the_options_that_were_in_force(fake, in_tmp):
    session = fake(state="paused", model="mlp", step=40, snapshot=3, snapshots=3)
    async with lab(session) as (app, pilot):
        app.draft = Job.of("mlp", lr=0.5, batch=32)
        there = Job.of("mlp", lr=0.125)
        session.run.config = there.to_json()
        app.tick()
        assert app.draft.options.lr == 0.5  # nobody went back
        session.now(moves=1)
        session.run.config = there.to_json()
        app.tick()
        assert (app.draft.options.lr, app.draft.options.batch) == (0.125, 32)  # what cannot change in flight stays
        await pilot.press("greater_than_sign")
        assert session.sent[-1].text == "0.25"


def test_the_status_bar_says_where_one_is():
    status = Status(state="paused", model="cnn", step=1200, steps=3000, snapshot=7, snapshots=24, loss=0.5)
    assert " ‖ paused cnn  step 1,200/3,000 (snapshot 7 of 24)  loss 0.5" in bar(status, PLAIN, 100).text
    assert "step 1,200/3,000  loss" in bar(Status(state="running", step=1200, steps=3000, snapshot=7), PLAIN, 99).text
    again = Status(state="running", step=1190, steps=3000, replaying=1200)
    assert "step 1,190/3,000 (replaying to 1,200)" in bar(again, PLAIN, 100).text
    for width in range(1, 100):
        assert cell_len(bar(status, DARK, width).text) == width


def picture(run, ink=PLAIN):
    scene = Scene()
    scene.show([run])
    curves, axes = scene.curves(scene.charts()["loss"]), Axes(low=0, high=100)
    strips = chart(curves, axes, 80, 16, ink, title="loss", marks=scene.marks())
    return "\n".join(strip.text.rstrip() for strip in strips) + "\n"


def test_the_branch_is_drawn_and_named():
    run = redone(filled(Run("cnn")), 60)
    run.mark(60, 2e9, "went back to step 60")
    drawn = picture(run)
    assert "train before step 60 was redone" in drawn and "val before step 60 was redone" in drawn
    assert drawn == GOLDEN.read_text("utf-8")


def test_what_lies_ahead_is_named_so():
    assert "train ahead of step 60" in picture(gone_back(filled(Run("cnn")), 60))
    assert "ahead" in picture(gone_back(filled(Run("cnn")), 0))  # even where nothing is left


def test_the_branch_has_its_live_colour_and_other_dashes():
    scene, run = Scene(), redone(redone(filled(Run("cnn")), 60), 30)
    scene.show([run])
    curves = scene.curves(scene.charts()["loss"])
    assert [c.label for c in curves] == [
        "train",
        "val",
        "train before step 30 was redone",
        "train before step 60 was redone",
        "val before step 30 was redone",
        "val before step 60 was redone",
    ]
    assert [c.slot for c in curves] == [0, 1, 0, 0, 1, 1] and [c.faded for c in curves] == [False] * 2 + [True] * 4
    assert len({(c.slot, c.swatch) for c in curves}) == len(curves)
    assert len(curves[0].trace) == 55 and curves[2].trace.extent() == (31, 85) and curves[3].trace.extent() == (61, 100)
    assert scene.extent() == (1, 100)


def test_a_run_that_goes_back_is_another_picture():
    run = filled(Run("cnn"))
    seen = [run.version]
    for change in (lambda: gone_back(run, 60), lambda: gone_back(run, 30), lambda: run.rewrite(run.series, ())):
        change()
        assert run.version > seen[-1]
        seen.append(run.version)


async def test_the_pane_redraws_when_the_run_goes_back(fake, in_tmp):
    session = fake(state="paused", model="cnn", step=100)
    filled(session.run)
    async with lab(session) as (app, pilot):
        await pilot.press("4")
        curves = app.query_one("#curves")
        before = text_of(curves)
        gone_back(session.run, 40)
        app.tick()
        await pilot.pause()
        after = text_of(curves)
        assert "ahead of step 40" in after and "ahead" not in before
