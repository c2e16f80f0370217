"""Only cells that differ are sent, and with them the terminal shows what it should."""

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.strip import Strip
from textual.widgets import Label

from dlviz.tui.watch.sparing import SparingCompositor, SparingScreen, SparingUpdate, changed

STYLES = [Style.parse("red"), Style.parse("bold"), Style.parse("on blue")]
ROW = st.lists(st.tuples(st.sampled_from("ab 中⣿│"), st.integers(0, 2)), min_size=12, max_size=12)


def strip_of(row, width: int = 12) -> Strip:
    return Strip([Segment(char, STYLES[look]) for char, look in row]).adjust_cell_length(width, STYLES[0])


def cells(text: str, width: int = 12, rows: int = 1, grid=None) -> list[list[str]]:
    """What a terminal shows after `text`: characters with the colours that they were written in."""
    grid = [["" for _ in range(width)] for _ in range(rows)] if grid is None else grid
    x = y = 0
    look = ""
    for move, colour, char in re.findall(r"\x1b\[(\d+;\d+)H|\x1b\[([\d;]*)m|([^\x1b])", text):
        if move:
            y, x = (int(part) - 1 for part in move.split(";"))
        elif not char:
            look = colour
        else:
            size = Segment(char).cell_length
            for k in range(size):
                grid[y][x + k] = f"{char}{look}{k}"
            x += size
    return grid


@given(st.lists(ROW, min_size=3, max_size=3), st.lists(ROW, min_size=3, max_size=3))
def test_what_changed_turns_the_old_picture_into_the_new_one(old, new) -> None:
    before, after = [strip_of(row) for row in old], [strip_of(row) for row in new]
    console = Console(color_system="truecolor", force_terminal=True)

    def whole(strips) -> str:
        return "".join(f"\x1b[{y + 1};1H{strip.render(console)}" for y, strip in enumerate(strips))

    spans = [(r.y, r.x, r.right) for r in changed(before, after)]
    shown = cells(whole(before), rows=3)
    if spans:
        chops = [{0: strip.crop(0, 5), 5: strip.crop(5, 12)} for strip in after]
        cells(SparingUpdate(chops, spans, [[5, 12]] * 3).render_segments(console), grid=shown)
    wanted = cells(whole(after), rows=3)
    halves = [
        (y, x) for y in range(3) for x in (5,) if after[y].crop(0, 5).text + after[y].crop(5, 12).text != after[y].text
    ]
    if not halves:  # a cut through a wide character is Textual's affair
        assert shown == wanted


def test_equal_pictures_send_nothing_and_one_cell_is_one_region() -> None:
    row = strip_of([("a", 0)] * 12)
    other = strip_of([("a", 0)] * 7 + [("b", 0)] + [("a", 0)] * 4)
    assert changed([row], [strip_of([("a", 0)] * 12)]) == []
    assert [tuple(region) for region in changed([row], [other])] == [(7, 0, 1, 1)]


async def test_the_screen_sends_no_more_than_what_changed() -> None:
    class Small(App[None]):
        def get_default_screen(self) -> SparingScreen:
            return SparingScreen()

        def compose(self):
            yield Label("hello")

    app = Small()
    async with app.run_test(size=(20, 4)) as pilot:
        assert isinstance(app.screen._compositor, SparingCompositor)
        app.query_one(Label).update("world")
        await pilot.pause()
        assert "world" in app.screen._compositor.render_strips()[0].text
