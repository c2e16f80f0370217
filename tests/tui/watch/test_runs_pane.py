"""The list of runs: what a line has room for, how runs are marked, and the foot that says more."""

import time

import pytest

from dlviz.engine.runs.analysis.findings import Finding, ill
from dlviz.engine.runs.run import Run
from dlviz.tui.render.palette import ANSI16_DARK, DARK, PLAIN
from dlviz.tui.watch.roster import Member
from dlviz.tui.watch.runs.foot import of_branch, of_run
from dlviz.tui.watch.runs.rows import leaf
from dlviz.tui.watch.tree import Row

WHY = "exit status 1: ValueError: shape mismatch: (3,4) vs (4,3) in layer 7 of the decoder"


def member(name: str, status="finished", reason="", steps=1200, quiet=300.0) -> Member:
    run = Run(name, f"/logs/{name}")
    run.one("loss").append(steps, 0.0, 1.0)
    run.status, run.reason, run.grown, run.format = status, reason, time.time() - quiet, "csv"
    return Member(run, 0, name)


def row(one: Member, width: int, pair="", focus=False) -> str:
    return leaf(Row(0, one.name, one.name, 0), one, "●━━", "#ffffff", width, DARK, DARK.style(), pair, focus).text


def test_the_name_has_the_room_first_then_the_time_then_the_step() -> None:
    one = member("lr0.01-seed2")
    assert row(one, 32) == "✓ ●━━  lr0.01-seed2    1200 · 5m"
    assert row(one, 24) == "✓ ●━━  lr0.01-seed2   5m"
    assert row(one, 20) == "✓ ●━━  lr0.01-seed2 "
    assert row(one, 16) == "✓ ●━━  lr0…seed2"
    assert row(member("a", "running"), 16) == "● ●━━  a    1200"


def test_a_run_that_failed_wants_attention_though_nothing_was_found() -> None:
    failed, found, well = member("a", "failed"), member("b"), member("c", "silent")
    found.run.findings = (Finding("spike", "loss", 3, 0.0, "jumped"),)
    assert [ill(one.run) for one in (failed, found, well)] == [True, True, False]
    assert ["!" in row(one, 30) for one in (failed, found, well)] == [True, True, False]


def test_the_pair_and_the_highlighted_run_are_marked() -> None:
    assert row(member("a"), 20, pair="②", focus=True).startswith("✓ ●━━②»a")


def text(strips) -> list[str]:
    return [strip.text.rstrip() for strip in strips]


def test_the_foot_tells_why_a_run_failed_in_full_where_there_is_room() -> None:
    one = member("sweep/fail", "failed", WHY)
    one.run.findings = (Finding("nonfinite", "loss", 3, 0.0, "loss is NaN at step 3"),)
    found = text(of_run(one, 27, 12, DARK))
    facts = "step 1,200 · 5m ago · csv 1 tag · 1 point"
    assert " ".join(found) == f"sweep/fail failed: {WHY} loss is NaN at step 3 {facts}"
    tight = text(of_run(one, 27, 3, DARK))
    assert tight[1] == "failed: exit status 1: Val…" and tight[2] == "step 1,200 · 5m ago · csv …"


def test_a_long_finding_takes_four_lines_and_says_that_it_is_cut() -> None:
    one = member("a")
    one.run.findings = (Finding("spike", "loss", 3, 0.0, "word " * 60),)
    found = text(of_run(one, 27, 20, DARK))
    assert len(found) == 1 + 4 + 2 and found[4].endswith("…")


def test_of_a_branch_it_says_how_its_runs_stand() -> None:
    assert text(of_branch("sweep/", [member("sweep/a")], 30, 3, DARK)) == ["sweep/", "1 finished", "1 of 1 run drawn"]


@pytest.mark.parametrize("ink", [DARK, ANSI16_DARK, PLAIN], ids=["truecolor", "16", "none"])
@pytest.mark.parametrize("size", [(60, 20), (20, 4), (9, 3), (4, 3)])
def test_lines_of_any_size_hold_hostile_texts(ink, size) -> None:
    width, most = size
    one = member("[/x] \x1b]0;x\x07 [ \u202e" * 3, "failed", "\x1b[31m[/x]漢字" * 20)
    strips = of_run(one, width, most, ink)
    assert 0 < len(strips) <= most and all(strip.cell_length == width for strip in strips)
    assert not any("\x1b" in strip.text or "\u202e" in strip.text for strip in strips)


async def test_titles_fit_the_sidebar_and_the_filter_counts_below(watching, make) -> None:
    async with watching(*(make(f"run{k}", loss=[1, 2]) for k in range(12)), size=(80, 24)) as (app, pilot):
        pane = app.query_one("#runs")
        assert str(pane.border_title) == "runs 8/12"
        app.sight.run_filter = "run1"
        app.changed()
        assert str(pane.border_subtitle) == "3/12 /run1" and str(pane.border_title) == "runs 3/3"
        await pilot.resize_terminal(140, 40)
        await pilot.pause()
        app.changed()
        assert str(pane.border_title) == "runs: 3 of 3 shown" and str(pane.border_subtitle) == "3 of 12 match /run1"


async def test_a_pair_is_marked_in_the_list_and_the_foot_leaves_the_cursor_in_view(watching, make) -> None:
    runs = [make(f"run{k:02}", began=1e9 + k, loss=[1, 2]) for k in range(40)]
    runs[11].status, runs[11].reason = "failed", WHY
    async with watching(*runs, size=(80, 24)) as (app, pilot):
        await pilot.press("1", "i", "D", "down", "D")
        pane = app.query_one("#runs")
        lines = text(pane._strips)
        assert "①»run" in lines[0] and "② run" in lines[1]
        await pilot.press(*["down"] * 27)
        lines = text(pane._strips)
        assert any("run11" in line and "✗" in line for line in lines)
        assert WHY in " ".join(lines)


async def test_the_help_of_every_docked_pane_says_how_to_close_it(watching, make) -> None:
    async with watching(make("a", loss=[1, 2]), size=(120, 40)) as (app, pilot):
        for key in "345678":
            await pilot.press(key)
            await pilot.pause()
            assert "once more closes it" in app.focused.HELP
            await pilot.press(key)
            await pilot.pause()
            assert app.sight.lower == ""
