"""The pane of configs: only what differs, in the shape that fits, and its keys."""

import pytest

from dlviz.engine.runs.run import Run
from dlviz.tui.render.palette import ANSI16_DARK, DARK, PLAIN
from dlviz.tui.watch.configs.pane import ConfigsPane
from dlviz.tui.watch.configs.sheet import configs
from dlviz.tui.watch.roster import Member
from dlviz.tui.watch.table.sheet import Place, draw

HOSTILE = "[/x] \x1b]0;x\x07 [ \u202e"


def member(k: int, name: str, config: dict) -> Member:
    return Member(Run(name, f"/logs/{name}", config), k, name)


MEMBERS = [
    member(
        k, f"sweep/{name}", {"optimizer": {"lr": lr, "name": "adamw"}, "model": name, "output_dir": f"/out/{k}", **more}
    )
    for k, (name, lr, more) in enumerate(
        [("llama-7b", 1e-3, {"warmup": 100}), ("gpt2", 3e-4, {}), ("gpt2-large", 1e-3, {"warmup": 100})]
    )
]


def lines(members, width, height, everything=False, words="", ink=DARK):
    found = configs(members, everything, words, width, height, ink)
    if found.empty:
        return found.empty
    return [strip.text.rstrip() for strip in draw(found.sheet, Place(), width, height, ink, True)]


def test_a_row_a_run_where_that_fits():
    assert lines(MEMBERS, 60, 10) == [
        "                optimizer.",
        "run of sweep/   lr          model       warmup",
        "●━━ llama-7b    0.001       llama-7b    100",
        "■━━ gpt2        0.0003      gpt2        –",
        "◆━━ gpt2-large  0.001       gpt2-large  100",
    ]


def test_a_column_a_run_where_rows_do_not_fit():
    wide = [
        member(k, f"r{k}", {f"a_rather_long_key_{j}": f"value {j} of run {k}" for j in range(12)}) for k in range(2)
    ]
    found = lines(wide, 70, 16)
    assert found[0].split() == ["●━━", "■━━"] and found[1].split() == ["key", "r0", "r1"]
    assert found[2] == "a_rather_long_key_0   value 0 of run 0   value 0 of run 1"
    assert len(found) == 14


def test_all_keys_put_what_differs_first_and_a_filter_narrows_them():
    found = lines(MEMBERS, 100, 10, everything=True)
    assert found[1].split() == ["run", "of", "sweep/", "lr", "model", "warmup", "output_dir", "name"]
    assert "adamw" in found[2] and "/out/0" in found[2]
    assert lines(MEMBERS, 60, 6, words="WARM")[0].split() == ["run", "of", "sweep/", "warmup"]
    assert lines(MEMBERS, 60, 6, words="none") == "no key holds “none”: / changes the filter"


def test_a_sentence_where_there_is_nothing_to_compare():
    assert "no run is shown" in lines([], 60, 10)
    assert lines([member(0, "a", {})], 60, 10) == "this run tells no config"
    assert lines([member(0, "a", {}), member(1, "b", {})], 60, 10) == "none of the 2 runs tells a config"
    same = [member(k, f"r{k}", {"lr": 1, "seed": 2, "pid": k}) for k in range(3)]
    assert lines(same, 60, 10).startswith("nothing differs: the 3 configs agree in all 2 keys but 1 of paths")


def test_of_a_single_run_all_keys_are_shown():
    assert lines(MEMBERS[:1], 90, 10)[1].split() == ["run", "lr", "name", "model", "output_dir", "warmup"]


def test_what_is_left_out_is_said():
    found = configs([*MEMBERS, member(3, "sweep/x", {})], False, "", 80, 10, DARK)
    assert found.note == "1 alike, 1 of paths, ids, times left out, 1 run without config"


@pytest.mark.parametrize("ink", [DARK, ANSI16_DARK, PLAIN], ids=["truecolor", "16", "none"])
@pytest.mark.parametrize("size", [(36, 8), (20, 3), (8, 2), (190, 50)])
def test_every_size_and_depth_has_lines_of_its_width(ink, size):
    members = [*MEMBERS, member(3, HOSTILE.replace("/", ""), {HOSTILE: HOSTILE, "模型": "很长的名字" * 9})]
    width, height = size
    found = configs(members, True, "", width, height, ink)
    strips = draw(found.sheet, Place(2, 2), width, height, ink, True)
    assert 0 < len(strips) <= height
    assert all(strip.cell_length == width for strip in strips)
    assert not any("\x1b" in strip.text or "\u202e" in strip.text for strip in strips)


def runs_of(make) -> list[Run]:
    runs = [make(f"s{k}", loss=[3, 2, 1]) for k in range(3)]
    for k, run in enumerate(runs):
        run.config = {"lr": 10.0**-k, "seed": k % 2, "size": 5}
    return runs


def text_of(pane) -> str:
    return "\n".join(strip.text for strip in pane._strips)


async def test_keys_of_the_pane(watching, make):
    async with watching(*runs_of(make)) as (app, pilot):
        await pilot.press("3")
        await pilot.pause()
        pane = app.query_one(ConfigsPane)
        assert "lr" in text_of(pane) and "size" not in text_of(pane)
        await pilot.press("v")
        assert "size" in text_of(pane)
        await pilot.press("v", "right", "g")
        assert app.sight.group == ("seed",)
        await pilot.press("g")
        assert app.sight.group == ()
        await pilot.press("slash", "l", "r", "enter")
        assert "seed" not in text_of(pane) and pane.words == "lr"
        await pilot.press("slash", "backspace", "backspace", "enter")
        assert "seed" in text_of(pane)


async def test_an_unchanged_screen_is_not_drawn_again(watching, make, monkeypatch):
    async with watching(*runs_of(make)) as (app, pilot):
        await pilot.press("3")
        await pilot.pause()
        pane = app.query_one(ConfigsPane)
        pane.pull()
        drawn = []
        monkeypatch.setattr(ConfigsPane, "draw", lambda self, w, h: drawn.append(1) or [])
        for _ in range(3):
            app.tick()
        assert drawn == []
