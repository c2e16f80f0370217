"""A step of a lesson sends the cells that differ, not whole rows."""

from dlviz.tui.lessons.app import LessonApp
from dlviz.tui.lessons.pane import LessonsPane
from dlviz.tui.watch.sparing import SparingScreen

from .inline import opened


def test_the_screen_is_one_that_sends_little():
    assert isinstance(LessonApp(LessonsPane()).get_default_screen(), SparingScreen)


async def test_a_step_refreshes_parts_of_rows(monkeypatch):
    async with opened() as (pane, pilot, _study):
        regions = []
        known = pane.refresh
        monkeypatch.setattr(pane, "refresh", lambda *some, **more: (regions.extend(some), known(*some, **more))[1])
        before = list(pane._strips)
        await pilot.press(".")
        assert regions and sum(region.area for region in regions) < pane.size.area // 2
        told = {y for y, (a, b) in enumerate(zip(before, pane._strips, strict=True)) if a != b}
        assert told <= {region.y for region in regions}
