"""The attention pane: its keys, against a session that answers by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from textual.app import App, ComposeResult

from dlviz.engine.probes.requests import Answer, Inside, LookInside, Request
from dlviz.engine.runs.run import Record, Run
from dlviz.engine.runs.writer import RunWriter
from dlviz.engine.training.status import Status
from dlviz.tui.panes.attention.pane import AttentionPane
from dlviz.tui.render.palette import PLAIN, Ink

from .test_attention_drawing import causal, record, translator


class Session:
    """Answers at once with what it holds."""

    def __init__(self, model: str = "translator", records: list[Record] | None = None) -> None:
        self.status = Status(state="running", model=model)
        self.run = Run("fake")
        self.answers: dict[str, Answer] = {}
        self.asked: dict[str, Request] = {}
        self.records = translator() if records is None else records
        self.error = ""

    def subscribe(self, key: str, request: Request | None) -> None:
        """Record the wish, and answer it."""
        if request is None:
            self.asked.pop(key, None)
            return
        self.asked[key] = request
        version = self.answers[key].version + 1 if key in self.answers else 1
        view = None if self.error else Inside(7, "attention", tuple(self.records))
        self.answers[key] = Answer(version, request, view, self.error)


class Lab(App[None]):
    """An app with a pane and what panes need."""

    def __init__(self, session: Session, ink: Ink = PLAIN) -> None:
        super().__init__()
        self.session, self.ink = session, ink

    def compose(self) -> ComposeResult:
        yield AttentionPane(id="attention")

    @property
    def pane(self) -> AttentionPane:
        """The pane, up to date."""
        pane = self.query_one(AttentionPane)
        pane.focus()
        pane.pull()
        pane.pull()
        return pane

    @property
    def text(self) -> str:
        """What the pane shows."""
        pane = self.pane
        return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))

    @property
    def asked(self) -> LookInside:
        """What the pane asks for."""
        (request,) = self.session.asked.values()
        assert isinstance(request, LookInside)
        return request


async def test_the_three_looks_and_their_keys() -> None:
    app = Lab(Session())
    async with app.run_test(size=(90, 30)) as pilot:
        assert "decoder 0 cross, its only head" in app.text and "head 2" in app.text
        assert app.asked == LookInside("attention", "specimen", 0)
        await pilot.press("up")
        assert "decoder 0, head 1 of 2" in app.text
        await pilot.press("right")
        assert "decoder 0, head 2 of 2" in app.text
        await pilot.press("right_square_bracket", "v")
        assert "cross, its only head" in app.text and "a▸" in app.text and "0.940000" in app.text
        await pilot.press("down", "down")
        assert "cat (3) looks at chat (2)  0.940000" in app.text
        await pilot.press("right")
        assert "cat (3) looks at noir (3)  0.010000" in app.text
        await pilot.press("end")
        assert "water (5) looks at eau (7)" in app.text
        await pilot.press("enter", "left")
        assert "looks most at, of 7" in app.text and "drinks (4) looks at boit (4)" in app.text
        await pilot.press("up", "m")
        assert "mean of 2 heads" in app.text
        await pilot.press("v")
        assert app.pane.way == "wall"


async def test_masked_cells_are_said_to_be_zero() -> None:
    app = Lab(Session("gpt", [causal(6, 2)]))
    async with app.run_test(size=(90, 24)) as pilot:
        await pilot.press("v", "home", "right", "right")
        app.pane.at_query = 0
        assert "looks at black (3)  masked: exactly 0" in app.text and "// masked" in app.text


async def test_examples_turn_and_own_words_are_asked_for() -> None:
    app = Lab(Session())
    async with app.run_test(size=(90, 24)) as pilot:
        assert app.pane
        await pilot.press("full_stop", "full_stop")
        assert app.text and app.asked == LookInside("attention", "test", 1)
        await pilot.press("comma", "comma", "comma")
        assert app.text and app.asked.split == "specimen"
        await pilot.press("i", *"mes chats", "enter")
        assert app.text and app.asked.text == "mes chats" and "attention: mes chats" in str(app.pane.border_title)
        app.session.error = "'zzz' is not among the 99 source words"
        await pilot.press("i", "z", "enter")
        assert "not among" in app.text and "an example" in app.text
        app.session.error = ""
        await pilot.press("full_stop", "p")
        assert app.text and app.asked == LookInside("attention", "specimen", settings=(("padding", True),))
        app.session.status = Status(state="running", model="gpt")
        assert app.text and app.asked == LookInside("attention", "test", 0)
        await pilot.press("comma")
        assert app.text and app.asked.index == 0


async def test_a_diffusion_model_has_timesteps_and_no_words() -> None:
    app = Lab(Session("diffusion", [record("attention", np.full((1, 4, 4), 0.25), ["0,0"] * 4, ["0,0"] * 4, "self")]))
    async with app.run_test(size=(90, 24)) as pilot:
        assert app.pane
        await pilot.press("i")
        assert len(app.screen_stack) == 1
        await pilot.press("t", "backspace", *"900", "enter")
        assert app.text and app.asked.settings == (("t", 900.0),)


async def test_a_click_chooses_and_a_second_one_enlarges() -> None:
    app = Lab(Session())
    async with app.run_test(size=(90, 40)) as pilot:
        assert app.pane
        drawn = app.pane._drawn
        assert drawn is not None and drawn.wall is not None
        found = drawn.wall
        place = (1 + found.gutter + found.tile_width + 2, 2 + 2)
        await pilot.click("#attention", offset=place)
        assert "encoder 0, head 2 of 2" in app.text
        await pilot.click("#attention", offset=place)
        assert app.pane.way == "matrix"


async def test_kept_records_are_gone_through(tmp_path: Path) -> None:
    session = Session()
    session.run = Run("kept", str(tmp_path))
    writer = RunWriter(tmp_path)
    for step in (5, 9):
        for each in translator():
            writer.record(replace(each, step=step))
    app = Lab(session)
    async with app.run_test(size=(90, 24)) as pilot:
        assert app.pane
        await pilot.press("left_curly_bracket", "left_curly_bracket")
        assert "cross, its only head" in app.text and "step 5, kept, 1 of 2" in str(app.pane.border_subtitle)
        await pilot.press("vertical_line")
        assert app.text and str(app.pane.border_subtitle) == "step 7"


async def test_without_a_model_or_attention_it_says_so() -> None:
    session = Session("cnn", [])
    session.error = "there is no attention in cnn: in it no token looks at another"
    app = Lab(session)
    async with app.run_test(size=(90, 24)) as pilot:
        assert "no attention in cnn" in app.text
        await pilot.press("up", "v", "left", "m", "s", "w", "home", "right_square_bracket", "v")
        session.error = ""
        session.records = [Record(tag="attention/x", kind="attention", step=1)]
        session.answers = {}
        app.pane._asked = {}
        assert "holds no attention that can be drawn" in app.text
        session.status, session.answers = Status(), {}
        assert "no model is loaded" in app.text
