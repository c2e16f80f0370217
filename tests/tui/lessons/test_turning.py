"""Turning settings keeps one's place: the frame, the number under the cursor, and the command that leads back."""

import shlex

from dlviz.tui.lessons.returning import look_at

from .inline import opened, text_of


async def settled(pilot):
    """Everything that was asked for has been answered, and its number asked of."""
    for _ in range(4):
        await pilot.pause()


async def looking(pane, pilot, cell, depth, frame):
    """The cursor on a cell of the output, from 1, on a frame."""
    look_at(pane.reading, "output", cell, depth)
    pane.reading.to(frame)
    pane._compute()
    await settled(pilot)


async def test_a_setting_that_is_turned_back_leads_back_to_the_frame():
    async with opened() as (pane, pilot, _study):
        pane.reading.to(19)
        pane._compute()
        await pilot.press("s")
        await settled(pilot)
        few = pane.reading.frames
        assert pane.reading.frame == 19 * (few - 1) // 36
        await pilot.press("s")
        await settled(pilot)
        assert pane.reading.frames < few
        await pilot.press("left", "left")
        await settled(pilot)
        assert (pane.reading.frame, pane.reading.frames) == (19, 37)
        await pilot.press("s")
        await settled(pilot)
        await pilot.press("full_stop", "left")
        await settled(pilot)
        assert pane.reading.frame == 19 * (few - 1) // 36 + 1  # a step of the reader's own holds


async def test_the_number_under_the_cursor_is_explained_while_settings_are_turned():
    async with opened() as (pane, pilot, study):
        await looking(pane, pilot, "3,3", "formula", 19)
        before = text_of(pane).splitlines()
        await pilot.press("s")
        await settled(pilot)
        assert pane.reading.depth == "formula" and pane.reading.cells[0, "output"] == (2, 2)
        assert study.view.pointed.origin is not None and "not computed yet at this frame" in text_of(pane)
        await pilot.press("left")
        await settled(pilot)
        after = text_of(pane).splitlines()
        assert after[3:16] == before[3:16] and "y[2,2] =" in "\n".join(after)


async def test_the_command_shows_what_the_screen_shows():
    async with opened() as (pane, pilot, _study):
        await pilot.press("full_stop", "full_stop")
        while pane.reading.focus != "output":
            await pilot.press("tab")
        await pilot.press("enter", "enter", "s", "right", "escape", "escape", "y")
        await settled(pilot)
        words, here, place = shlex.split(pilot.app.clipboard), text_of(pane).splitlines(), pane.reading.place
    assert "stride=3" in words and words[-2:] == ["--depth", "part"]
    async with opened(texts=["stride=3"]) as (pane, pilot, _study):
        cell = next(word for word in words if word.startswith("--cell=")).removeprefix("--cell=")
        await looking(pane, pilot, cell, words[-1], int(words[words.index("--frame") + 1]) - 1)
        assert pane.reading.place == place
        assert text_of(pane).splitlines()[3:18] == here[3:18] and "kernel 3x3" in here[3]


async def test_choosing_a_scene_stops_playing():
    async with opened() as (pane, pilot, _study):
        await pilot.press("full_stop", "space")
        assert pane.reading.playing
        await pilot.press("S", "enter")
        assert not pane.reading.playing and (pane.reading.scene, pane.reading.frame) == (0, 0)
        await pilot.press("space", "right_square_bracket")
        assert not pane.reading.playing and pane.reading.scene == 1
