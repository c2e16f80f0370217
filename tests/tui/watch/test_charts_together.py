"""Groups, differences and what is wrong, as the charts say them: one entry a group, names, never a bare name."""

import math

import numpy as np
import pytest

from dlviz.engine.runs.analysis.findings import Finding, Kind
from dlviz.engine.runs.analysis.grouping import aggregates
from dlviz.tui.render.palette import DARK, PLAIN
from dlviz.tui.watch.charts.board import Board
from dlviz.tui.watch.charts.extras import Extras
from dlviz.tui.watch.charts.trouble import Trouble, told, variants
from dlviz.tui.watch.export.page import svg
from dlviz.tui.watch.looks import looks
from dlviz.tui.watch.roster import Member
from dlviz.tui.watch.sight import Sight


def texts(strips) -> list[str]:
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


@pytest.fixture
def four(make) -> list[Member]:
    """Two runs of each learning rate; `acc` is only in the second group, and longer in one run than in the other."""
    members = []
    for k, lr in enumerate((0.1, 0.2, 0.1, 0.2)):
        run = make(f"r{k}", train_loss=np.linspace(3, 1 + k / 10, 40))
        run.config = {"lr": lr}
        if k % 2:
            run.one("acc").extend_arrays(np.arange(10 * k), np.arange(10 * k) + 1e9, np.linspace(0, 1, 10 * k))
        members.append(Member(run, k, f"r{k}"))
    return members


def grouped(members, x: str = "step") -> Extras:
    runs = [member.run for member in members]
    return Extras(aggregates=lambda tag: aggregates(runs, tag, ("lr",), x=x))


@pytest.mark.parametrize("ink", [DARK, PLAIN])
def test_a_group_has_one_entry_and_its_sign_is_the_tables(four, ink) -> None:
    picture = Board().draw(four, Sight(group=("lr",)), 110, 30, ink, extras=grouped(four))
    rows = texts(picture.strips)
    first, second = (looks(k, ink)[0] for k in range(2))
    assert rows[0] == f" {first} lr=0.1 (2 runs)  {second} lr=0.2 (2 runs)"
    acc = next(row for row in rows if " acc " in row)
    assert f"{second[0]} 1 of 2 at the end" in acc  # said of this tag, on its own chart; its slot is the second's


def test_numbers_of_groups_have_no_time_since_1970(four) -> None:
    for x in ("step", "time", "clock"):
        sight = Sight(group=("lr",), full="train/loss", x=x, cursor=20.0)
        foot = "\n".join(texts(Board().draw(four, sight, 110, 30, DARK, extras=grouped(four, x)).strips)[-4:])
        assert "1970" not in foot and "after" not in foot and "d1" not in foot, foot


def test_a_difference_names_its_runs_and_tells_what_is_wrong_with_them_alone(four) -> None:
    for k in (1, 2):
        four[k].run.findings = (Finding("spike", "train/loss", 5, 1e9 + 5, f"jumped in r{k}"),)
    pair = Extras(difference=lambda tag: four[0].run.series.get(tag), pair=(four[0], four[2]))
    sight = Sight(difference=True, pair=("/logs/r0", "/logs/r2"), group=("lr",))
    picture = Board().draw(four, sight, 130, 30, DARK, extras=pair)
    assert picture.subtitle.startswith("r0 − r2 instead of groups")
    whole = "\n".join(texts(picture.strips))
    assert "jumped in r2" in whole and "r1" not in whole and "not in both runs" in whole


def trouble(
    kind: Kind = "nonfinite", text: str = "loss is NaN from step 400 on: 3 of 9 points", name: str = ""
) -> Trouble:
    return Trouble(400.0, name, kind, text, told(Finding(kind, "loss", 400, 0.0, text)))


def test_a_reason_is_never_cut_to_a_name() -> None:
    long = variants([trouble(name="sweep/a-very-long-name-of-a-run-lr0.1-s2"), trouble()])
    assert long[0].startswith("! sweep/a-very-long") and long[-1] == "! NaN at 400" and long[-2] == "! NaN at 400 +1"
    assert all("NaN" in text for text in long) and any(text.count("…") == 1 for text in long)
    assert told(Finding("spike", "a", 1200, 0.0, "")) == "spike at 1,200"
    assert told(Finding("plateau", "a", 7, 0.0, "")) == "flat since 7"
    assert told(Finding("nonfinite", "a", 7, 0.0, "a is minus infinite at step 7")) == "-inf at 7"


@pytest.mark.parametrize("width", [36, 44, 60, 100])
def test_what_is_wrong_stands_on_the_frame_beside_typed_limits(four, width: int) -> None:
    four[2].run.findings = (Finding("nonfinite", "train/loss", 20, 1e9 + 20, "train/loss is NaN from step 20 on"),)
    sight = Sight(limits={"train/loss": (0.123456, 98765.4)}, rows=1, columns=1, pinned=("train/loss",), scale="log y")
    rows = texts(Board().draw(four, sight, width, 12, DARK).strips)
    assert "NaN" in next(row for row in rows if "train/loss" in row), rows
    plain = texts(Board().draw(four, Sight(rows=1, columns=1), width, 12, DARK).strips)
    assert any("! NaN at 20" in row or "NaN from step 20" in row or "r2: NaN at 20" in row for row in plain)


def test_outliers_are_offered_to_be_left_out_where_there_is_a_spike(four) -> None:
    def subtitle(**named) -> str:
        return Board().draw(four, Sight(**named), 100, 20, DARK).subtitle

    assert "outliers" not in subtitle()
    four[0].run.findings = (Finding("spike", "train/loss", 5, 1e9 + 5, "jumped"),)
    assert "o trims them" in subtitle() and "o trims" not in subtitle(trim=True)


def test_tags_of_one_point_come_last_of_their_kind(make) -> None:
    members = [Member(make("a", train_loss=[1.0], val_loss=[1.0, 2.0], c_acc=[1.0], d_acc=[1.0, 2.0]), 0, "a")]
    assert Board().draw(members, Sight(), 100, 30, DARK).tags == ("val/loss", "train/loss", "d/acc", "c/acc")


def test_with_another_tag_as_x_the_newest_value_is_the_last_logged(make) -> None:
    members = [Member(make("a", loss=[4.0, 3.0, 2.0, 1.0], tokens=[10, 40, 30, 20]), 0, "a")]
    picture = Board().draw(members, Sight(x="tokens", tag_filter="loss"), 60, 12, DARK)
    assert "loss 1 " in texts(picture.strips)[0] and not math.isnan(members[0].run.series["loss"].points().values[0])


def test_an_exported_page_has_one_entry_a_group_and_a_difference_names_its_runs(four) -> None:
    page = svg(four, Sight(group=("lr",)))
    assert page.count(">lr=0.1 (2 runs)<") == page.count(">lr=0.2 (2 runs)<") == 1 and "at the end" in page
    page = svg(four, Sight(difference=True, pair=("/logs/r0", "/logs/r1")))
    assert page.count(">r0 − r1<") == 1
