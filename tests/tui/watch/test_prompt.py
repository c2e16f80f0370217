"""The line in which one types: its hint has all the room there is, and an error never loses its end."""

from dlviz.tui.widgets.prompt import Prompt, lines_of

LONG = "no key 'warmpu' in the configs of these runs; the nearest is optimizer.scheduler.warmup_steps"


def said(app) -> str:
    """The whole prompt as it stands on the screen."""
    prompt = app.query_one(Prompt)
    rows = app.screen._compositor.render_strips()
    region = prompt.region
    return "\n".join(rows[y].text[region.x : region.right].rstrip() for y in range(region.y, region.bottom))


async def test_a_hint_is_whole_as_soon_as_it_is_asked(watching, make) -> None:
    async with watching(make("a", loss=[1, 2]), size=(80, 24)) as (app, pilot):
        app.ask("group by", "", lambda text: "", lambda text: "keys: optimizer.lr, model.layers, seed")
        await pilot.pause()
        assert said(app).split() == ["group", "by", "keys:", "optimizer.lr,", "model.layers,", "seed"]
        assert app.query_one(Prompt).size.height == 1


async def test_what_does_not_fit_beside_stands_above_whole(watching, make) -> None:
    async with watching(make("a", loss=[1, 2]), size=(80, 24)) as (app, pilot):
        app.ask("group by", "warmpu", lambda text: LONG)
        await pilot.press("enter")
        await pilot.pause()
        assert app.query_one(Prompt).display
        assert " ".join(said(app).split()) == LONG + " group by warmpu"
        await pilot.press("end", "x")  # the error stands until it is answered, and typing has all the room
        await pilot.pause()
        assert " ".join(said(app).split()) == LONG + " group by warmpux"
        await pilot.resize_terminal(140, 24)
        await pilot.pause()
        assert app.query_one(Prompt).size.height == 1 and LONG in said(app)
        await pilot.press("escape")
        app.ask("search", "", lambda text: "", lambda text: "short")
        await pilot.pause()
        assert app.query_one(Prompt).size.height == 1


def test_of_what_is_too_long_even_for_two_lines_the_end_is_kept() -> None:
    rows = lines_of("word " * 60 + "the nearest is val/loss", 40)
    assert len(rows) == 2 and all(len(row) <= 40 for row in rows)
    assert rows[-1].endswith("is val/loss") and "…" in rows[-1]
