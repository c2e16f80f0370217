"""The samples pane: the newest record of each tag, drawn, scrolled, and nothing hostile on the way."""

import numpy as np
import pytest

from dlviz.engine.runs.run import Record
from dlviz.tui.desk import Desk
from dlviz.tui.panes.samples import SamplesPane

from .conftest import lab, text_of

pytestmark = pytest.mark.usefixtures("in_tmp")
HOSTILE = "[/x] \x1b]0;x\x07 ["


def _keep(session, tag, kind, step=5, **arrays):
    session.run.keep(Record(tag=tag, kind=kind, step=step, arrays={k: np.array(v) for k, v in arrays.items()}))


async def _shown(app, pilot):
    app.tick()
    await pilot.pause()
    return text_of(app.query_one(SamplesPane))


async def test_samples_come_first_and_left_and_right_go_through_the_rest(fake):
    session = fake(state="running", model="gpt", step=7)
    _keep(session, "attention/x", "attention", weights=np.eye(3)[None], rows=["a", "b", "c"], columns=["a", "b", "c"])
    _keep(session, "sample", "text", prompt="Once", text=" upon a time")
    async with lab(session) as (app, pilot):
        await pilot.press("0")
        assert "upon a time" in await _shown(app, pilot)
        pane = app.query_one(SamplesPane)
        assert str(pane.border_title) == "samples › sample" and str(pane.border_subtitle) == "step 5 · 1/2"
        await pilot.press("right")
        assert "upon" not in await _shown(app, pilot) and "attention" in str(pane.border_title)
        await pilot.press("right")
        assert "upon a time" in await _shown(app, pilot)
        _keep(session, "sample", "text", step=6, prompt="Once", text=" more")
        assert "more" in await _shown(app, pilot)


async def test_a_long_one_scrolls(fake):
    session = fake(state="running", model="gpt", step=7)
    _keep(session, "sample", "text", prompt="", text="\n".join(f"line{k}" for k in range(28)))
    async with lab(session, size=(100, 30)) as (app, pilot):
        await pilot.press("0")
        assert "line0" in await _shown(app, pilot)
        await pilot.press(*["pagedown"])
        assert "line0 " not in await _shown(app, pilot)
        await pilot.press(*["pagedown"] * 99)
        assert "line27" in await _shown(app, pilot)


@pytest.mark.parametrize(
    ("model", "kind", "needed"), [("cnn", "predictions", "predictions pane (6)"), ("", "", "space")]
)
async def test_nothing_to_show_says_why(fake, model, kind, needed):
    session = fake(state="running" if model else "idle", model=model)
    if kind:
        _keep(session, "predictions/val", kind, labels=[1])
    async with lab(session) as (app, pilot):
        await pilot.press("0")
        assert needed in await _shown(app, pilot)


async def test_hostile_text_stays_text(fake):
    session = fake(state="running", model="gpt", step=7)
    _keep(session, HOSTILE, "text", prompt=HOSTILE, text=HOSTILE)
    async with lab(session) as (app, pilot):
        await pilot.press("0")
        shown = await _shown(app, pilot)
        assert "[/x]" in shown and "\x1b" not in shown and "\x07" not in shown


async def test_a_model_without_a_view_of_its_own_brings_its_samples(fake, monkeypatch):
    monkeypatch.setattr("dlviz.tui.desk.views_of", lambda entry, data: ())
    session = fake(state="running", model="gan", step=7)
    async with lab(session, size=(120, 40)) as (app, pilot):
        app.tick()
        await pilot.pause()
        assert app.query_one("#samples").display and not app.query_one("#layers").display
        session.now(model="cnn")
        app.tick()
        await pilot.pause()
        assert app.query_one(Desk).lower == "samples" or app.query_one("#layers").display
