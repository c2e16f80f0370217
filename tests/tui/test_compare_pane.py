"""The Compare pane: its form, a process made up by hand, and what becomes of it."""

from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.widgets import Input

from dlviz.engine.comparing.curves import MeanCurve
from dlviz.engine.comparing.document import document
from dlviz.engine.comparing.outcome import Finished, Result
from dlviz.engine.comparing.plan import plan
from dlviz.engine.runs.run import Run
from dlviz.tui.app import DlvizApp
from dlviz.tui.panes.compare import pane as compare_pane
from dlviz.tui.panes.compare.draft import Draft
from dlviz.tui.panes.compare.pane import ComparePane
from dlviz.tui.panes.compare.quit import QuitComparison
from dlviz.tui.panes.compare.table import blocks, heads, rows
from dlviz.tui.panes.compare.view import view
from dlviz.tui.plain_compare import text_lines
from dlviz.tui.render.palette import ANSI16_DARK, DARK, PLAIN

pytestmark = pytest.mark.usefixtures("in_tmp")
HOSTILE = "[/x] \x1b]0;x\x07 [ \u202e"


class Work:
    """The face of Background, moved by hand."""

    def __init__(self, words: list[str], directory: Path) -> None:
        self.words, self.directory = words, directory
        self.said: dict[str, Any] = {}
        self.running, self.released, self.cancelled = True, False, False
        self.status, self.trouble = "running", ""
        self.new = True

    def look(self) -> bool:
        new, self.new = self.new, False
        return new

    def cancel(self) -> None:
        self.cancelled = True

    def ends(self, status: str, trouble: str = "") -> None:
        self.running, self.status, self.trouble, self.new = False, status, trouble, True


def found(*names: str, hostile: str = "", seeds: int = 3) -> dict[str, Any]:
    """The document of a comparison that never was."""
    sides = []
    for k, name in enumerate(names):
        runs = tuple(
            Finished(
                seed=seed,
                path="nowhere",
                steps=300,
                seconds=1.0 + k,
                parameters=1000 * (k + 1),
                metrics={"test_accuracy": 0.9 + 0.02 * k + 0.001 * seed, "test_loss": 0.3 - 0.01 * k},
                fingerprint=str(seed),
                diverged_at=0,
                curves=("loss/val",),
            )
            for seed in range(seeds)
        )
        steps = np.linspace(50.0, 300.0, 6)
        curve = MeanCurve(steps, np.exp(-steps / 100) + k / 10, np.zeros(6), seeds)
        sides.append(
            Result(
                name=name,
                spec=name,
                model="mlp",
                kind="c",
                options={},
                multiply_adds=77,
                runs=runs,
                curves={"loss/val": curve},
            )
        )
    asked = plan(("mlp", "mlp"), steps=300, seeds=seeds)
    return document(asked, sides, f"runs/c{hostile}", "finished", [hostile] if hostile else [])


@pytest.fixture(autouse=True)
def work(monkeypatch: pytest.MonkeyPatch) -> list[Work]:
    """Every process that the pane would have started."""
    started: list[Work] = []

    def start(words: list[str], directory: Path) -> Work:
        started.append(Work(words, directory))
        return started[-1]

    monkeypatch.setattr(compare_pane, "Background", start)
    monkeypatch.setattr(compare_pane, "LOOKS", 0.0)
    return started


@asynccontextmanager
async def lab(session: Any, size: tuple[int, int] = (120, 40)) -> Any:
    """The lab with the pane in focus."""
    app = DlvizApp(session=session)
    async with app.run_test(size=size) as pilot:
        while not session.opened:
            await pilot.pause()
        await pilot.press("9")
        await pilot.pause()
        yield app, pilot, app.query_one(ComparePane)


def shown(pane: ComparePane) -> str:
    """What the pane shows."""
    pane.pull()
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_form_ticks_and_starts(fake: Any, work: list[Work], size: tuple[int, int]) -> None:
    async with lab(fake(), size) as (_app, pilot, pane):
        assert "[1] cnn" in shown(pane) and "[ ] mlp" in shown(pane) and "tick two or more" in shown(pane)
        await pilot.press("enter")
        assert not work
        await pilot.press("space", "down", "down", "space")
        assert pane.chosen.ticked == ("cnn", "mlp", "resnet")
        await pilot.press("up", "up", "up", "right", "up", "left")
        text = shown(pane)
        assert "100 steps" in text and "enter starts 6 trainings on digits, 100 steps each" in text
        await pilot.press("enter")
        (one,) = work
        assert one.words[:6] == ["compare", "cnn", "mlp", "resnet", "--seeds", "2"] and "--steps" in one.words
        assert one.directory.parent == Path("runs") and str(one.directory) in one.words
        assert "starting" in shown(pane)
        one.ends("stopped")


async def test_what_cannot_be_compared_is_said_before_it_is_started(fake: Any, work: list[Work]) -> None:
    async with lab(fake()) as (_app, pilot, pane):
        pane.draft = Draft(ticked=("cnn", "gcn"))
        assert "--data" in shown(pane)
        await pilot.press("enter")
        assert not work


async def test_a_spec_is_typed(fake: Any, work: list[Work]) -> None:
    async with lab(fake()) as (app, pilot, pane):
        await pilot.press("up", "up", "up", "up", "enter")
        await pilot.pause()
        app.screen.query_one(Input).value = "resnet:skip=off,depth=24"
        await pilot.press("enter")
        await pilot.pause()
        assert pane.chosen.ticked == ("cnn", "resnet:skip=off,depth=24") and "resnet:skip=off,depth=24" in shown(pane)
        await pilot.press("space")
        assert pane.chosen.ticked == ("cnn",)


async def test_it_is_followed_cancelled_and_shown(fake: Any, work: list[Work]) -> None:
    async with lab(fake(state="running", model="cnn"), (120, 50)) as (app, pilot, pane):
        pane.draft = Draft(ticked=("cnn", "mlp"))
        assert "beside the lab's training" in shown(pane)
        await pilot.press("enter")
        (one,) = work
        progress = {
            "done": 3,
            "tasks": 6,
            "name": "mlp",
            "seed": 1,
            "step": 40,
            "steps": 300,
            "share": 0.55,
            "left": 75.0,
        }
        one.said = {"progress": {**progress, "message": "", "run": "r"}, "names": ["cnn", "mlp"], "document": None}
        one.new = True
        assert "4/6 mlp seed 1 step 40/300, 1:15 left" in shown(pane) and "55%" in shown(pane)
        one.said, one.new = {**one.said, "document": found("cnn", "mlp", seeds=1)}, True
        assert "test accuracy ↑" in shown(pane) and "loss/val" in shown(pane)
        await pilot.press("x")
        assert one.cancelled
        one.said["document"] = found("cnn", "mlp")
        one.ends("stopped")
        assert "mlp better by 2 points" in shown(pane) and "3:15" not in shown(pane)
        await pilot.pause()
        assert any("comparison stopped" in n.title for n in app._notifications)
        await pilot.press("n")
        assert "enter starts" in shown(pane)


async def test_a_failure_is_a_sentence(fake: Any, work: list[Work]) -> None:
    async with lab(fake()) as (_app, pilot, pane):
        pane.draft = Draft(ticked=("cnn", "mlp"))
        await pilot.press("enter")
        work[0].ends("failed", "no data at nowhere")
        assert "failed: no data at nowhere" in shown(pane)


@pytest.mark.parametrize(
    ("keys", "stays", "cancelled", "released"),
    [(["enter"], False, True, False), (["down", "enter"], False, False, True), (["escape"], True, False, False)],
)
async def test_quitting_asks_what_shall_become_of_it(
    fake: Any, work: list[Work], keys: list[str], stays: bool, cancelled: bool, released: bool
) -> None:
    session = fake()
    async with lab(session) as (app, pilot, pane):
        pane.draft = Draft(ticked=("cnn", "mlp"))
        await pilot.press("enter", "q")
        await pilot.pause()
        assert isinstance(app.screen, QuitComparison)
        await pilot.press(*keys)
        await pilot.pause()
        assert session.closed is not stays
        if stays:
            assert not work[0].cancelled
            work[0].ends("finished")
    assert (work[0].cancelled, work[0].released) == (cancelled, released)


async def test_nothing_is_drawn_while_nothing_is_said(fake: Any, work: list[Work]) -> None:
    async with lab(fake()) as (_app, pilot, pane):
        pane.draft = Draft(ticked=("cnn", "mlp"))
        await pilot.press("enter")
        work[0].said, work[0].new = {"progress": {"share": 0.5}}, True
        shown(pane)
        drawn: list[Any] = []
        pane.refresh = lambda *a, **k: drawn.append(a)  # type: ignore[method-assign, assignment]
        for _ in range(5):
            pane.pull()
        assert not drawn
        work[0].ends("stopped")


@pytest.mark.parametrize("ink", [DARK, ANSI16_DARK, PLAIN])
@pytest.mark.parametrize("size", [(1, 1), (20, 4), (78, 20), (84, 18), (130, 30), (198, 50)])
def test_the_view_fits_and_obeys_nothing_foreign(ink: Any, size: tuple[int, int]) -> None:
    said = {
        "document": found("a" + HOSTILE, "b", hostile=HOSTILE),
        "names": ["a" + HOSTILE, "b"],
        "progress": {"nonsense": 1},
    }
    live = Run("x")
    live.add(1, 0.0, {"loss/val": 2.0})
    for status in ("running", "finished", "failed"):
        strips, _ = view(said, status, "trouble" if status == "failed" else "", live, 0, *size, ink)
        assert all(strip.cell_length == size[0] for strip in strips) and len(strips) >= size[1]
        assert all("\x1b" not in strip.text and "\x07" not in strip.text for strip in strips)


def test_many_models_flow_into_blocks_of_eighty_columns() -> None:
    names = [f"resnet:skip=off,depth={2 * k}" for k in range(1, 8)]
    text = text_lines(found(*names), 80)
    assert max(map(len, text)) <= 80
    assert sum(line.startswith("test accuracy ↑") for line in text) == 3
    assert any(line.startswith("A = resnet:skip=off,depth=2") for line in text)
    wide = text_lines(found(*names), 160)
    assert sum(line.startswith("test accuracy ↑") for line in wide) == 1


def test_what_one_model_alone_states_is_blank_for_the_others() -> None:
    whole = found("a", "b")
    del whole["entries"][1]["metrics"]["test_loss"]
    row = next(row for row in rows(whole) if row.label.startswith("test loss"))
    assert row.cells[0] and row.cells[1] == ""
    assert blocks(heads(whole), rows(whole), 30) == [[0], [1]]
