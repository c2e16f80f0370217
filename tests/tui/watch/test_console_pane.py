"""The console of a watched run: the newest lines, or those that were scrolled to."""

from dlviz.engine.runs.readers.console import Console
from dlviz.engine.runs.run import Run


def _run(lines: int) -> Run:
    run = Run("r", "/logs/r")
    run.one("loss").append(0, 0.0, 1.0)
    run.console = Console()
    run.console.write("".join(f"line {k} [/x] \x1b[31mred\n" for k in range(lines)))
    return run


def _rows(app) -> list[str]:
    return [strip.text.rstrip() for strip in app.query_one("#console")._strips]


async def test_it_follows_the_newest_line_until_it_is_scrolled(watching) -> None:
    run = _run(100)
    async with watching(run, size=(100, 40)) as (app, pilot):
        await pilot.press("6")
        await pilot.pause()
        assert _rows(app)[-1] == "line 99 [/x] red"
        await pilot.press("up", "up")
        assert _rows(app)[-1] == "line 97 [/x] red"
        run.console.write("line 100\nhalf")
        app.tick()
        assert _rows(app)[-1] == "line 97 [/x] red"
        await pilot.press("end")
        assert _rows(app)[-2:] == ["line 100", "half"]
        run.console.write("\rover")
        app.tick()
        assert _rows(app)[-1] == "over"


async def test_search_goes_from_match_to_match_upwards(watching) -> None:
    async with watching(_run(100), size=(100, 40)) as (app, pilot):
        await pilot.press("6", "slash", *"line 5", "enter")
        await pilot.pause()
        assert _rows(app)[-1].startswith("line 59")
        await pilot.press("N")
        assert _rows(app)[-1].startswith("line 58")
        assert "/line 5: 11" in str(app.query_one("#console").border_subtitle)


async def test_without_output_there_is_a_sentence(watching, make) -> None:
    async with watching(make("a", loss=[1, 2]), size=(100, 40)) as (app, pilot):
        await pilot.press("6")
        await pilot.pause()
        told = " ".join(" ".join(_rows(app)).split())
        assert "nothing that this run printed was found" in told and "dlviz run" in told
