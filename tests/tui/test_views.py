"""A model's views share one place and one key; what is not seen asks for nothing."""

import pytest

from dlviz.engine.catalog import CATALOG
from dlviz.engine.probes.requests import Answer, LookInside
from dlviz.tui.desk import Desk
from dlviz.tui.panes.pane import Pane
from dlviz.tui.panes.views import VIEWS, views_of

from .conftest import lab, text_of

pytestmark = pytest.mark.usefixtures("in_tmp")


@pytest.mark.parametrize("model", CATALOG)
async def test_one_key_goes_through_the_views_of_a_model(fake, model):
    entry = CATALOG[model]
    session = fake(state="running", model=model, step=7)
    session.run.config = {"data": entry.data}
    async with lab(session) as (app, pilot):
        app.tick()
        desk = app.query_one(Desk)
        views = views_of(entry, entry.data)
        assert desk.views == views
        seen = []
        for _ in views:
            await pilot.press("6")
            app.tick()
            await pilot.pause()
            assert desk.current == desk.view
            seen.append(desk.view)
            asked = {key.partition("/")[0] for key in session.wanted}
            assert asked <= {pane.id for pane in desk.shown}
            assert text_of(desk.pane).strip()
        assert sorted(seen) == sorted(views)
        await pilot.press("6")
        assert desk.current == (seen[0] if seen else "samples")


async def test_another_model_brings_its_own_views(fake):
    session = fake(state="running", model="gpt", step=7)
    async with lab(session) as (app, pilot):
        await pilot.press("6")
        app.tick()
        desk = app.query_one(Desk)
        assert desk.current in views_of(CATALOG["gpt"], "topics")
        session.now(model="cnn")
        for _ in range(2):  # the layout follows the first
            app.tick()
            await pilot.pause()
        assert desk.views == views_of(CATALOG["cnn"], "digits") and desk.current in desk.views
        assert not [key for key in session.wanted if key.partition("/")[0] in ("attention", "text")]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize(("model", "view"), [(m, v) for m in CATALOG for v in views_of(CATALOG[m], CATALOG[m].data)])
async def test_what_the_engine_refuses_is_said(fake, model, view, size):
    session = fake(state="running", model=model, step=7)
    async with lab(session, size=size) as (app, pilot):
        app.tick()
        app.action_go(view)
        await pilot.pause()
        app.tick()
        pane = app.query_one(f"#{view}")
        for key, request in tuple(session.wanted.items()):
            if key.startswith(f"{view}/"):
                session.answers = {**session.answers, key: Answer(1, request, None, "there is [/x] nothing of it")}
        app.tick()
        await pilot.pause()
        assert "there is [/x] nothing of it" in text_of(pane)


def test_views_without_a_probe_of_their_own_are_the_older_ones():
    assert {view for view in VIEWS if view != "predictions"} <= {
        view for entry in CATALOG.values() for view in entry.views
    }
    assert LookInside("x").get("nothing", 3) == 3


async def test_a_view_that_fails_is_a_sentence_and_the_lab_lives_on(fake, monkeypatch):
    monkeypatch.setattr(Pane, "FORGIVES", True)
    session = fake(state="running", model="cnn", step=7)
    async with lab(session) as (app, pilot):
        app.tick()
        await pilot.press("6")
        await pilot.pause()
        pane = app.query_one(Desk).pane
        monkeypatch.setattr(type(pane), "draw", lambda self, width, height: 1 / 0)
        session.now(step=8, state="paused")
        app.tick()
        await pilot.pause()
        assert "this view failed: ZeroDivisionError: division by zero" in text_of(pane)
        await pilot.press("4")
        assert app.query_one(Desk).current == "curves"
