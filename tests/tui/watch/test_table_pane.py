"""The table of final values: rows, groups, the pair, its keys, and any size."""

import math
import statistics

import numpy as np
import pytest

from dlviz.engine.runs.run import Run
from dlviz.tui.render.numbers import shorten
from dlviz.tui.render.palette import ANSI16_DARK, DARK, PLAIN
from dlviz.tui.watch.roster import Member
from dlviz.tui.watch.table.between import between
from dlviz.tui.watch.table.finals import columns_of, finals
from dlviz.tui.watch.table.pane import TablePane
from dlviz.tui.watch.table.sheet import Place, clamp, draw
from dlviz.tui.widgets.prompt import Prompt

HOSTILE = "[/x] \x1b]0;x\x07 [ \u202e"


def member(k: int, name: str, config=None, status="finished", **series) -> Member:
    run = Run(name, f"/logs/{name}", config or {})
    run.status = status
    for tag, values in series.items():
        steps = np.arange(len(values)) * 10
        run.one(tag.replace("__", "/")).extend_arrays(steps, 1.7e9 + steps * 2.0, np.asarray(values, float))
    return Member(run, k, name)


MEMBERS = [
    member(0, "sweep/a", {"lr": 0.1}, val__loss=[2, 0.5, 0.7], acc=[0.1, 0.8, 0.7]),
    member(1, "sweep/b", {"lr": 0.1}, "failed", val__loss=[2, 0.4, math.nan], acc=[0.1, 0.9, 0.9]),
    member(2, "sweep/c", {"lr": 0.2}, "running", val__loss=[2, 0.9, 0.6]),
]


def lines(members, specs=(), sort="", group=(), inside=False, width=100, height=12, ink=DARK):
    columns = columns_of(specs, [one.run for one in members])
    sheet = finals(members, columns, sort, group, inside, ink)
    return [strip.text.rstrip() for strip in draw(sheet, Place(), width, height, ink, True)]


def test_final_values_with_the_best_of_each_column_marked():
    assert lines(MEMBERS) == [
        "                                           min      last   max  last",
        "run of sweep/  status    steps  time  val/loss  val/loss   acc   acc",
        "●━━ a          finished     20  0:40      0.5       0.7   0.8   0.7",
        "■━━ b          failed       20  0:40      0.4*      nan   0.9*  0.9*",
        "◆━━ c          running      20  0:40      0.6       0.6*     –     –",
    ]


def test_sorted_by_a_column_with_what_is_missing_last():
    def order(sort):
        return [line.split()[1] for line in lines(MEMBERS, ("min val/loss", "last acc", "=lr"), sort)[2:]]

    assert order("min val/loss") == ["b", "a", "c"]
    assert order("-min val/loss") == ["c", "a", "b"]
    assert order("last acc") == ["a", "b", "c"]
    assert order("-last acc") == ["b", "a", "c"]
    assert order("something else") == ["a", "b", "c"]
    assert "▲" in lines(MEMBERS, ("loss",), "loss")[1] and "▼" in lines(MEMBERS, ("loss",), "-loss")[1]


def test_groups_have_mean_and_sd_and_say_of_how_many():
    found = lines(MEMBERS, ("min val/loss", "last val/loss", "max acc", "status"), group=("lr",))
    a, b = 0.5, 0.4
    assert found[2].split()[:3] == ["●━━", "lr=0.1", "(2)"]
    assert f"{statistics.mean([a, b]):.2f} ± {statistics.stdev([a, b]):.3f}"[:-1] in found[2]
    assert "0.7 (1)" in found[2] and "2 values" in found[2]
    assert found[3].split()[:3] == ["■━━", "lr=0.2", "(1)"] and "±" not in found[3]
    assert [line.split()[1] for line in lines(MEMBERS, group=("lr",), inside=True)[2:]] == [
        "lr=0.1", "a", "b", "lr=0.2", "c",
    ]  # fmt: skip


def test_columns_scroll_and_names_stay():
    wide = [member(k, f"run-{k}", **{f"metric_{j}": [k + j] for j in range(20)}) for k in range(30)]
    columns = columns_of([f"metric_{j}" for j in range(20)], [one.run for one in wide])
    sheet = finals(wide, columns, "", (), False, DARK)
    place = Place(column=12, row=25)
    _, seen, room = clamp(place, sheet, 60, 10)
    text = [strip.text for strip in draw(sheet, place, 60, 10, DARK, True)]
    assert place.left <= 12 < place.left + seen and place.top <= 25 < place.top + room
    assert "metric_12" in text[1] and "metric_0 " not in text[1]
    assert all("run-" in line for line in text[2:])
    place.column = 0
    clamp(place, sheet, 60, 10)
    assert place.left == 0


@pytest.mark.parametrize("ink", [DARK, ANSI16_DARK, PLAIN], ids=["truecolor", "16", "none"])
@pytest.mark.parametrize("size", [(36, 8), (20, 3), (7, 2), (190, 50)])
def test_every_size_and_depth_has_lines_of_its_width(ink, size):
    members = [*MEMBERS, member(3, HOSTILE.replace("/", ""), {"lr": HOSTILE}, loss=[math.inf], **{HOSTILE: [1]})]
    width, height = size
    for group in ((), ("lr",)):
        sheet = finals(members, columns_of(["loss", "=lr", HOSTILE], [m.run for m in members]), "", group, True, ink)
        strips = draw(sheet, Place(1, 1), width, height, ink, True)
        assert 0 < len(strips) <= height
        assert all(strip.cell_length == width for strip in strips)
        assert not any("\x1b" in strip.text or "\u202e" in strip.text for strip in strips)
    strips = between(members[0], members[1], ["val/loss", "acc"], width, height, ink)
    assert len(strips) <= height and all(strip.cell_length == width for strip in strips)


def test_names_are_cut_in_their_middle():
    assert shorten("sweep/version_3-a-rather-long-name", 16) == "sweep/v…ong-name"
    assert shorten("short", 16) == "short"


def test_what_lies_between_two_runs():
    a = member(0, "a", val__loss=[4, 3, 2, 1], lr=[1, 1, 1, 1])
    b = member(1, "b", val__loss=[4, 2, 1, 0], lr=[1, 1, 1, 1])
    text = [strip.text for strip in between(a, b, ["lr", "val/loss"], 120, 10, DARK)]
    assert text[0].split() == ["①", "●━━", "a", "②", "■━━", "b"]
    row = next(line for line in text if line.startswith("val/loss"))
    assert row.split()[:5] == ["val/loss", "1", "0*", "0.833", "25"]
    assert "30 1:00" in row and "20 0:40" in row and "② 1.5x sooner (1.5x in time)" in row
    assert text.index(row) < next(k for k, line in enumerate(text) if line.startswith("lr"))
    none = [strip.text.strip() for strip in between(a, member(2, "c", x=[1]), ["x"], 60, 5, DARK)]
    assert none[1] == "they share no series"


def runs_of(make) -> list[Run]:
    runs = [make(f"s{k}", val_loss=[3, 2 - k / 10, 2], acc=[0, k / 10, 0.1]) for k in range(3)]
    for k, run in enumerate(runs):
        run.config = {"lr": 10.0 ** -(k % 2), "seed": k}
    return runs


def text_of(pane) -> str:
    return "\n".join(strip.text for strip in pane._strips)


async def test_keys_of_the_table(watching, make):
    async with watching(*runs_of(make), size=(160, 50)) as (app, pilot):
        await pilot.press("4")
        await pilot.pause()
        pane, sight = app.query_one(TablePane), app.sight
        await pilot.press("right", "right", "right", "enter")
        assert sight.sort == "min val/loss"
        assert text_of(pane).index("s2") < text_of(pane).index("s0")
        await pilot.press("O")
        assert sight.sort == "-min val/loss"
        await pilot.press("o")
        assert sight.sort == ""
        await pilot.press("x")
        assert "min" not in text_of(pane) and "last" in text_of(pane) and sight.specs == ("*", "!min val/loss")
        await pilot.press("C")
        assert sight.specs == ()
        sight.group = ("lr",)
        app.changed()
        assert "lr=0.1 (1)" in text_of(pane) and "mean ± sd" in str(pane.border_title)
        await pilot.press("m")
        assert "s0" in text_of(pane)


async def test_a_column_is_typed_completed_and_refused(watching, make):
    async with watching(*runs_of(make), size=(160, 50)) as (app, pilot):
        await pilot.press("4", "c", *"max los", "tab")
        await pilot.pause()
        prompt = app.query_one(Prompt)
        assert prompt.query_one("Input").value == "max val/loss"
        await pilot.press(*" step", "enter")
        assert "max val/loss step" in app.sight.specs
        await pilot.press("c", *"min nothing", "enter")
        assert prompt.display and "no run has a series" in str(prompt.query_one("#hint").render())
        await pilot.press("escape", "c", *"=se", "tab", "enter")
        assert "=seed" in app.sight.specs


async def test_the_pair_is_compared_below_the_table(watching, make):
    async with watching(*runs_of(make), size=(160, 50)) as (app, pilot):
        await pilot.press("4")
        await pilot.pause()
        pane = app.query_one(TablePane)
        assert "①−②" not in text_of(pane)
        app.sight.pair = ("/logs/s0", "/logs/s2")
        app.changed()
        assert "①−②" in text_of(pane) and "val/loss" in text_of(pane)


async def test_a_run_is_highlighted(watching, make):
    async with watching(*runs_of(make), size=(160, 50)) as (app, pilot):
        await pilot.press("4", "i")
        assert app.sight.focus in {run.path for run in app.watcher.runs}
        await pilot.press("i")
        assert app.sight.focus == ""


async def test_columns_that_nobody_chose_follow_the_runs_that_are_shown(watching, make):
    runs = [make("a", val_loss=[3, 2], acc=[0, 1]), make("b", fid=[9, 8])]
    async with watching(*runs, size=(120, 50)) as (app, pilot):
        await pilot.press("4", "c", *"=lr", "enter")  # no run has it: refused
        await pilot.press("escape", "c", *"max acc step", "enter")
        await pilot.pause()
        pane = app.query_one(TablePane)
        assert pane.column.spec == "max acc step"
        app.sight.solo = "/logs/b"
        app.changed()
        assert [one.spec for one in pane._columns] == [
            "status", "steps", "time", "max acc step", "min fid", "last fid",
        ]  # fmt: skip
        await pilot.press("x", "x")
        assert [one.spec for one in pane._columns] == ["status", "steps", "time", "last fid"]
        await pilot.press("C")
        assert [one.spec for one in pane._columns] == ["status", "steps", "time", "min fid", "last fid"]


def test_columns_of_a_session_that_names_them_all_stay_as_they_are():
    runs = [one.run for one in MEMBERS]
    assert [c.spec for c in columns_of(("last acc", "status"), runs)] == ["last acc", "status"]
    assert [c.spec for c in columns_of(("=lr", "*", "!steps", "!last acc"), runs)] == [
        "status", "time", "=lr", "min val/loss", "last val/loss", "max acc",
    ]  # fmt: skip


async def test_a_value_of_a_series_with_another_tag_is_marked_and_named(watching, make):
    runs = [make("a", loss=[3, 2]), make("b", train_loss=[9, 8])]
    for group in ((), ("name",)):
        async with watching(*runs, size=(120, 50)) as (app, pilot):
            app.sight.specs, app.sight.group = ("status", "loss"), group
            await pilot.press("4")
            await pilot.pause()
            pane = app.query_one(TablePane)
            rows = text_of(pane).splitlines()
            assert sorted(("8" in row, "†" in row) for row in rows[2:4]) == [(False, False), (True, True)]
            assert "† train/loss" in str(pane.border_subtitle)


def test_marks_stand_behind_numbers_that_stay_below_each_other():
    series = ({"loss": [3]}, {"train__loss": [2]}, {"loss": [4]}, {"acc": [1]})
    some = [member(k, name, **one) for k, (name, one) in enumerate(zip("abcd", series, strict=True))]
    assert lines(some, ("loss", "status"))[2:] == [
        "●━━ a   3    finished",
        "■━━ b   2*†  finished",
        "◆━━ c   4    finished",
        "▼━━ d     –  finished",
    ]
