"""A model's views share one place and one key; what is not seen asks for nothing."""

import pytest

from dlviz.engine.catalog import CATALOG
from dlviz.engine.probes.inside import inside
from dlviz.engine.probes.requests import Answer, LookInside
from dlviz.engine.training.job import Job
from dlviz.engine.training.train import train
from dlviz.tui.desk import Desk
from dlviz.tui.panes.pane import Pane
from dlviz.tui.panes.views import VIEWS, views_of

from ..engine.test_inside import started
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


async def test_a_view_alone_on_the_screen_follows_the_terminal(fake):
    session = fake(state="running", model="cnn", step=7)
    async with lab(session, size=(160, 45)) as (app, pilot):
        app.tick()
        await pilot.press("6", "f")
        await pilot.pause()
        await pilot.resize_terminal(80, 40)
        for _ in range(3):
            app.tick()
            await pilot.pause()
        assert app.query_one(Desk).pane.outer_size.width == 80


async def test_what_the_engine_refuses_stands_below_the_last_picture(fake):
    session = fake(state="running", model="gcn", step=7)
    async with lab(session) as (app, pilot):
        app.tick()
        app.action_go("hidden")
        await pilot.pause()
        app.tick()
        pane, request = app.query_one("#hidden"), session.wanted["hidden/inside"]
        trainer = started("gcn")
        session.answers = {"hidden/inside": Answer(1, request, inside(trainer, request))}
        app.tick()
        await pilot.pause()
        before = text_of(pane)
        assert "round" in before
        session.answers = {"hidden/inside": Answer(2, request, None, "no node '99': there are 1 to 34")}
        app.tick()
        await pilot.pause()
        after = text_of(pane)
        assert "round" in after and after.rstrip().endswith("no node '99': there are 1 to 34")


async def test_a_process_that_is_gone_leaves_its_run_to_be_seen(fake, in_tmp):
    run = in_tmp / "runs" / "x"
    train(Job.of("mlp", steps=3), run_dir=str(run))
    session = fake(remote=True, state="running", model="mlp", step=3)
    session.run.path = str(run)
    async with lab(session) as (app, _):
        session.over = True
        app.tick()
        assert app.session is not session and not app.session.remote
        assert app.session.wait(lambda status: status.state == "finished", 60)
        app.session.close()
