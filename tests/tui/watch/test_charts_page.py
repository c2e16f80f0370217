"""The page of charts without an app: what it shows and says, and what is drawn anew."""

import math
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

from dlviz.engine.runs.analysis.findings import Finding
from dlviz.engine.runs.run import Run
from dlviz.tui.render.palette import ANSI16_DARK, DARK, PLAIN
from dlviz.tui.watch.charts import board as board_module
from dlviz.tui.watch.charts.board import Board, page
from dlviz.tui.watch.charts.extras import Extras
from dlviz.tui.watch.roster import Member
from dlviz.tui.watch.sight import Sight

GOLDEN = Path(__file__).parents[1] / "golden"


def members(*runs: Run) -> list[Member]:
    return [Member(run, k, run.name) for k, run in enumerate(runs)]


def texts(strips) -> list[str]:
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


@pytest.fixture
def two(make) -> list[Member]:
    """Two runs whose losses fall, the second slower; one of them has an accuracy."""
    steps = np.arange(200)
    fast, slow = 3 * np.exp(-steps / 30) + 0.2, 3 * np.exp(-steps / 90) + 0.2
    held = {int(k): float(fast[k]) + 0.2 for k in range(0, 200, 25)}
    return members(make("adam", train_loss=fast, val_loss=held), make("sgd", train_loss=slow, acc=1 - slow / 4))


def test_a_page_reads_as_it_should(two) -> None:
    two[0].run.mark(100, 1e9 + 100, "resumed at step 100")
    two[1].run.findings = (Finding("plateau", "acc", 150, 1e9 + 150, "no better for 50 steps"),)
    sight = Sight(smoothing="ema", weight=0.9, pinned=("acc",), cursor=100.0)
    told = "\n".join(texts(page(two, sight, 100, 30, DARK))) + "\n"
    path = GOLDEN / "watch_charts.txt"
    assert told == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("ink", [DARK, ANSI16_DARK, PLAIN])
@pytest.mark.parametrize(("width", "height"), [(36, 8), (80, 24), (190, 50), (20, 3), (5, 2)])
@pytest.mark.parametrize("full", ["", "train/loss"])
def test_every_size_and_ink_gives_whole_strips(two, ink, width: int, height: int, full: str) -> None:
    for sight in (Sight(full=full), Sight(full=full, rows=9, columns=9, cursor=3.0, marker="blocks", trim=True)):
        strips = page(two, sight, width, height, ink)
        assert len(strips) == height
        assert {sum(cell_len(s.text) for s in strip) for strip in strips} == {width}


@pytest.mark.parametrize("name", ["acc", "a/rather/long/name/of/a/tag"])
def test_frames_are_closed_whatever_stands_in_them(make, name: str) -> None:
    run = make("one", **{name.replace("/", "_"): [1.0, 2.0, 3.0]})
    run.findings = (Finding("plateau", name, 1, 1e9, "no better for 50 steps"),)
    plain = Sight(rows=1, columns=1)
    noted = Sight(rows=1, columns=1, scale="log y", limits={name: (0.5, None)}, pinned=(name,))
    for sight in (plain, noted):
        for width in range(34, 80):
            rows = texts(Board().draw(members(run), sight, width, 12, DARK).strips)
            assert all(len(row) == width for row in rows) and rows[0][-1] in "┓╮" and rows[-1][-1] in "┛╯"
            run.findings = ()


def test_what_is_missing_is_said(two, make) -> None:
    def told(shown, sight=None) -> str:
        return " ".join(" ".join(texts(Board().draw(shown, sight or Sight(), 70, 9, DARK).strips)).split())

    assert told([]) == "waiting for logs …"
    assert "no run is shown" in told([Member(m.run, 0, "a", shown=False) for m in two])
    assert told(members(make("empty"))) == "empty has logged no number yet"
    assert "no tag of 3 matches /zzz/" in told(two, Sight(tag_filter="zzz"))
    assert "no points here" in told(members(make("a", loss=[math.nan, math.nan])))


def test_frames_say_how_a_chart_is_drawn(two) -> None:
    sight = Sight(
        scale="log y", trim=True, weight=0.6, tag_filter="loss", limits={"train/loss": (None, 2.0)}, window=(10, 50)
    )
    picture = Board().draw(two, sight, 100, 30, DARK)
    assert picture.title == "charts: 2 of 3 tags"
    assert picture.subtitle == "x: step · 10 to 50 · log y · EMA 0.6 · outliers left out · /loss/"
    assert any("log y · y :2" in row for row in texts(picture.strips))
    paged = Board().draw(two, Sight(rows=1, columns=1, first="val/loss"), 60, 12, DARK)
    assert paged.title == "charts: page 2 of 3 · 3 tags" and paged.chosen == "val/loss"


def test_hostile_names_are_harmless(make) -> None:
    run = make("[/x]\x1b]0;x\x07", loss=[1, 2])
    run.one("[/tag]\x1b[31m").append(0, 0.0, 1.0)
    shown = "\n".join(texts(page([Member(run, 0, "[/x]")], Sight(), 80, 24, DARK)))
    assert "\x1b" not in shown and "[/tag]" in shown


def test_one_run_that_grows_redraws_its_own_charts_alone(two, monkeypatch) -> None:
    drawn: list[str] = []
    real = board_module.drawn  # type: ignore[attr-defined]

    def counted(curves, *rest, **named):
        drawn.append(named["title"])
        return real(curves, *rest, **named)

    monkeypatch.setattr(board_module, "drawn", counted)
    board, sight = Board(), Sight()
    first = board.draw(two, sight, 100, 30, DARK).strips
    assert sorted(drawn) == ["acc", "train/loss", "val/loss"]
    drawn.clear()
    assert board.draw(two, sight, 100, 30, DARK).strips == first and drawn == []
    two[1].run.one("acc").append(150, 1e9 + 150, 0.5)
    again = board.draw(two, sight, 100, 30, DARK).strips
    assert drawn == ["acc"] and again != first
    drawn.clear()
    sight.limits = {"val/loss": (0.0, 1.0)}
    board.draw(two, sight, 100, 30, DARK)
    assert drawn == ["val/loss"]
    two[0].run.rewrite({tag: series.until(100) for tag, series in two[0].run.series.items()}, ())
    drawn.clear()
    board.draw(two, sight, 100, 30, DARK)
    assert set(drawn) >= {"train/loss", "val/loss"}


def test_full_screen_has_a_table_of_every_run_at_the_crosshair(two) -> None:
    sight = Sight(full="train/loss", smoothing="ema", weight=0.5, cursor=50.0)
    rows = texts(Board().draw(two, sight, 110, 30, DARK).strips)
    values = two[0].run.series["train/loss"].points().values
    ema, bias = 0.0, 0.0
    for value in values[:51]:
        ema, bias = 0.5 * ema + 0.5 * value, 0.5 * bias + 0.5
    line = next(row for row in rows if " adam " in row and "50.0s" in row)
    assert float(line.split()[2]) == pytest.approx(values[50], rel=1e-5)
    assert float(line.split()[3]) == pytest.approx(ema / bias, rel=1e-5)
    assert line.split()[4] == "50" and any(row.startswith(" at step 50") for row in rows)


def test_a_chart_of_a_small_part_of_x_has_an_x_of_its_own(make) -> None:
    run = make("a", loss=range(1000), val=range(900), few=range(100))
    boxes = Board().draw(members(run), Sight(), 100, 30, DARK).boxes
    assert {box.tag: box.axes.high for box in boxes} == {"loss": 1000, "val": 1000, "few": 100}
    boxes = Board().draw(members(run), Sight(window=(50.0, 500.0)), 100, 30, DARK).boxes
    assert {(box.axes.low, box.axes.high) for box in boxes} == {(50, 500)}


def test_another_tag_can_be_x(make) -> None:
    run = make("a", loss=[3.0, 2.0, 1.0], tokens=[0, 1000, 4000])
    picture = Board().draw(members(run), Sight(x="tokens", tag_filter="loss"), 60, 12, DARK)
    assert picture.axes is not None and (picture.axes.low, picture.axes.high) == (0, 4000)
    assert picture.subtitle.startswith("x: tokens")


def test_groups_and_differences_are_drawn_where_there_are_any(two) -> None:
    class Group:
        name = "lr=0.1"
        count, note = 2, ""
        mean = two[0].run.series["train/loss"]
        low = high = mean

    groups = Extras(aggregates=lambda tag: [Group()] if tag == "train/loss" else [])
    sight = Sight(group=("lr",), full="train/loss", x="clock")
    rows = texts(Board().draw(two, sight, 110, 30, DARK, extras=groups).strips)
    assert any("lr=0.1" in row for row in rows) and not any("adam" in row for row in rows)
    both = Extras(difference=lambda tag: two[0].run.series["train/loss"], pair=tuple(two))
    sight = Sight(pair=("/logs/adam", "/logs/sgd"), difference=True, full="acc", group=("lr",))
    picture = Board().draw(two, sight, 110, 30, DARK, extras=both)
    assert picture.subtitle.startswith("adam − sgd instead of groups · x: step")
    assert any("adam − sgd" in row for row in texts(picture.strips))
