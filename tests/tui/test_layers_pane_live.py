"""Layers and predictions against the real engine: what is drawn is what the model computes."""

from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import Horizontal

from dlviz.engine.training.commands import Load
from dlviz.engine.training.job import Job
from dlviz.engine.training.session import Session
from dlviz.tui.panes.layers.pane import LayersPane
from dlviz.tui.panes.pane import Pane
from dlviz.tui.panes.predictions.pane import PredictionsPane
from dlviz.tui.render.palette import DARK


class Lab(App[None]):
    """Both panes on a live session."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.ink = DARK

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield LayersPane(id="layers")
            yield PredictionsPane(id="predictions")


async def settled(app: Lab, pilot: object) -> None:
    """Pull until every wish has its answer."""
    panes = list(app.query(Pane))
    while True:
        for pane in panes:
            pane.pull()
        wanted = {f"{pane.id}/{name}": look for pane in panes for name, look in pane.wants().items()}
        answers = app.session.answers
        if all(key in answers and answers[key].request == look for key, look in wanted.items()):
            for pane in panes:
                pane.pull()
            return
        await pilot.pause(0.01)  # type: ignore[attr-defined]


def text(pane: Pane) -> str:
    """What the pane shows."""
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


async def test_all_layers_of_a_trained_model_explain_themselves(tmp_path: Path) -> None:
    session = Session().open()
    try:
        job = Job.of("resnet", ("steps=3", "depth=6", "channels=4,6,8"))
        session.send(Load(job=job, run_dir=str(tmp_path / "run"), start=True))
        assert session.wait(lambda status: status.state == "finished", timeout=120)
        app = Lab(session)
        async with app.run_test(size=(200, 50)) as pilot:
            await settled(app, pilot)
            layers = app.query_one(LayersPane)
            layers.focus()
            assert layers.sight.layer == "stem" and "step 3" in str(layers.border_subtitle)
            predictions = app.query_one(PredictionsPane)
            assert "predictions: test" in str(predictions.border_title)
            structure = layers._structure()
            assert structure is not None
            for layer in structure.layers:
                layers.show_layer(layer.name)
                await settled(app, pilot)
                assert layer.name in text(layers)
                while layers.sight.depth < 4:
                    layers.action_deeper()
                await settled(app, pilot)
                shown = text(layers)
                assert "✓" in shown and "✗" not in shown, layer.name
    finally:
        assert session.close()
