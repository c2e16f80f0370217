"""The health of runs in lines: how each stands, what is wrong, and where."""

import math

import numpy as np
import pytest

from dlviz.engine.runs.analysis.findings import Finding
from dlviz.engine.runs.analysis.health import Doctor
from dlviz.engine.runs.run import Run
from dlviz.engine.runs.series import Series
from dlviz.tui.render.palette import ANSI16_DARK, DARK, PLAIN
from dlviz.tui.watch.health.pane import HealthPane
from dlviz.tui.watch.health.view import blocks, draw, first_line, heading
from dlviz.tui.watch.roster import Member

BEGAN = 1.7e9
HOSTILE = "[/x] \x1b]0;x\x07 [ \u202e"


def member(k: int, name: str, status: str, values, config=None, reason="") -> Member:
    run = Run(name, f"/logs/{name}", config or {})
    n = len(values)
    run.one("loss").extend_arrays(np.arange(1, n + 1), BEGAN + np.arange(n) * 0.5, np.asarray(values, float))
    run.status, run.reason, run.grown = status, reason, BEGAN + (n - 1) * 0.5
    run.findings = Doctor(run).check(run.grown)
    return Member(run, k, name)


def noisy(n=1000):
    return 2 - np.arange(n) / n + 0.01 * np.random.default_rng(0).normal(size=n)


def members() -> list[Member]:
    jumped = noisy()
    jumped[600] = 30
    found = [
        member(0, "sweep/a", "running", noisy(), {"max_steps": 4000}),
        member(1, "sweep/b", "running", jumped),
        member(2, "sweep/c", "failed", [1, math.nan, math.nan], reason="RuntimeError: out of memory"),
    ]
    found[0].run.warnings = ["log.csv: line 3 has 2 fields instead of 5"]
    return found


def lines(some, width=100, height=20, at=0, first=0, ink=DARK, unwell=False):
    shown = blocks(some, unwell)
    return [s.text.rstrip() for s in draw(shown, at, first, width, height, ink, True, BEGAN + 499.5)]


def test_how_each_run_stands_and_what_is_wrong_below_it():
    assert lines(members()) == [
        " ● ●━━ a         running  step 1,000/4,000 25%  25:00 left  2 steps/s   for 8:19",
        "   ! log: log.csv: line 3 has 2 fields instead of 5",
        " ● ■━━ b         running            step 1,000              2 steps/s   for 8:19",
        "   ! loss jumped to 30 at step 601: 21x the rolling median 1.44",
        " ✗ ◆━━ c         failed                 step 3              2 steps/s  took 0:01",
        "   ✗ RuntimeError: out of memory",
        "   × loss is NaN from step 2 on: 2 of 3 points are not finite",
    ]


def test_what_does_not_fit_beside_a_name_is_left_out_the_least_first():
    found = lines(members(), width=44)
    assert "running" in found[0] and "step 1,000/4,000" in found[0] and "steps/s" not in found[0]
    assert "running" in lines(members(), width=24)[0]


def test_the_title_counts_what_w_keeps():
    some = [member(k, f"r{k}", status, [1, 1]) for k, status in enumerate(("failed", "failed", "finished", "silent"))]
    some[2].run.warnings, some[3].run.reason = ["line 3 is not JSON"], "its files are gone"
    assert heading(some) == "2 of 4 runs want attention" and len(blocks(some, True)) == 2
    assert heading(some[1:3]) == "1 of 2 runs wants attention"
    assert heading(some[:1]) == "the run wants attention"
    assert [heading(some[2:]), heading(some[3:])] == ["nothing is wrong with 2 runs", "nothing is wrong with 1 run"]


def test_a_log_without_times_says_so():
    some = [member(0, "a", "finished", [1, 1])]
    some[0].run.series["loss"] = Series("loss")
    some[0].run.series["loss"].extend([(1, math.nan, 1.0), (2, math.nan, 1.0)])
    assert lines(some) == [" ✓ ●━━ a         finished  step 2  no times in the log"]


def test_only_runs_with_something_wrong():
    text = "\n".join(lines(members()[1:], unwell=True))
    assert "jumped" in text
    well = member(0, "x", "running", noisy())
    assert blocks([well], True) == [] and len(blocks([well], False)) == 1


def test_the_run_at_the_cursor_is_in_view():
    many = [member(k, f"r{k}", "finished", [1, math.nan]) for k in range(30)]
    shown = blocks(many, False)
    first = 0
    for at in (0, 10, 29, 5):
        first = first_line(shown, at, first, 80, 7)
        text = [s.text for s in draw(shown, at, first, 80, 7, DARK, True, BEGAN)]
        assert len(text) == 7
        assert any(f" r{at} " in line for line in text)


@pytest.mark.parametrize("ink", [DARK, ANSI16_DARK, PLAIN], ids=["truecolor", "16", "none"])
@pytest.mark.parametrize("size", [(36, 8), (16, 3), (6, 2), (190, 50)])
def test_every_size_and_depth_has_lines_of_its_width(ink, size):
    bad = member(3, HOSTILE.replace("/", ""), HOSTILE, [1.0], reason=HOSTILE * 30)
    bad.run.findings = tuple(Finding("spike", HOSTILE, 1, BEGAN, HOSTILE * 20) for _ in range(3))
    width, height = size
    strips = draw(blocks([*members(), bad], False), 3, 0, width, height, ink, True, BEGAN)
    assert 0 < len(strips) <= height
    assert all(strip.cell_length == width for strip in strips)
    assert not any("\x1b" in strip.text or "\u202e" in strip.text for strip in strips)


def text_of(pane) -> str:
    return "\n".join(strip.text for strip in pane._strips)


async def test_keys_of_the_pane(watching, make):
    runs = [make("well", loss=[3, 2, 1]), make("ill", loss=[3, math.nan, 1])]
    for run in runs:
        run.status = "finished"
        run.findings = Doctor(run).check(run.grown)
    async with watching(*runs) as (app, pilot):
        await pilot.press("7")
        await pilot.pause()
        pane = app.query_one(HealthPane)
        assert "loss is NaN at step 1" in text_of(pane) and "well" in text_of(pane)
        assert str(pane.border_title) == "health: 1 of 2 runs wants attention"
        await pilot.press("w")
        assert "well" not in text_of(pane)
        await pilot.press("enter")
        assert (app.sight.first, app.sight.selected, app.sight.cursor) == ("loss", "loss", 1.0)
        await pilot.press("i")
        assert app.sight.focus == "/logs/ill"
        runs[1].findings = ()
        app.watcher.generation += 1
        app._drawn = 0.0
        app.tick()
        assert "nothing is wrong with any run" in text_of(pane)


async def test_new_findings_are_drawn_though_no_point_came(watching, make):
    run = make("a", loss=[3, 2, 1])
    async with watching(run) as (app, pilot):
        await pilot.press("7")
        await pilot.pause()
        run.findings = (Finding("stalled", "", 2, 1e9, "nothing new for 12 min"),)
        app.tick()
        assert "nothing new for 12 min" in text_of(app.query_one(HealthPane))
