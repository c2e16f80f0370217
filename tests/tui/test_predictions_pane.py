"""The predictions pane against a fake session that answers by hand."""

from dataclasses import replace

import numpy as np
import pytest
from textual.app import App, ComposeResult

from dlviz.engine.probes.requests import Answer, LookPredictions, Predictions, Request
from dlviz.engine.training.status import Status
from dlviz.tui.panes.predictions.pane import PredictionsPane, arrangement
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink

CLASSES = ("cat", "dog", "an owl with a long name")
COUNT = 30


def predictions(look: LookPredictions, shape: tuple[int, ...] = (1, 8, 8), mistakes: int = 6) -> Predictions:
    """Answers of which the last are wrong: a dog taken for a cat, an owl for a dog, in turn."""
    worst = tuple(range(COUNT - 1, COUNT - 1 - mistakes, -1))
    pairs = [((1, 0), (2, 1))[k % 2] for k in range(mistakes)]
    confusion = np.diag([10, 10, 10])
    for true, said in pairs:
        confusion[true, true] -= 1
        confusion[true, said] += 1
    wrong = look.index in worst
    return Predictions(
        40,
        look.split,
        COUNT,
        1 - mistakes / COUNT,
        0.25,
        0.031,
        confusion,
        CLASSES,
        look.index,
        np.full(shape, look.index / COUNT),
        1,
        np.array([0.8, 0.15, 0.05]) if wrong else np.array([0.1, 0.85, 0.05]),
        worst[: look.worst],
        np.random.default_rng(0).random((mistakes, *shape)),
        tuple(true for true, _ in pairs),
        tuple(said for _, said in pairs),
        tuple(0.999 - 0.1 * k for k in range(mistakes)),
        mistakes,
    )


class Session:
    """Answers at once, unless told to wait."""

    def __init__(self, shape: tuple[int, ...] = (1, 8, 8), mistakes: int = 6) -> None:
        self.status = Status(state="running", model="cnn")
        self.answers: dict[str, Answer] = {}
        self.asked: dict[str, Request] = {}
        self.waiting = False
        self.shape, self.mistakes = shape, mistakes

    def subscribe(self, key: str, request: Request | None) -> None:
        """Record the wish, and answer it."""
        if request is None:
            self.asked.pop(key, None)
            return
        self.asked[key] = request
        if not self.waiting:
            self.respond()

    def respond(self) -> None:
        """Answer everything that is asked for."""
        for key, request in self.asked.items():
            assert isinstance(request, LookPredictions)
            version = self.answers[key].version + 1 if key in self.answers else 1
            view = predictions(request, self.shape, self.mistakes)
            self.answers[key] = Answer(version, request, view)


class Lab(App[None]):
    """An app with a pane and what panes need."""

    def __init__(self, session: Session | None = None, ink: Ink = PLAIN) -> None:
        super().__init__()
        self.session = session or Session()
        self.ink = ink

    def compose(self) -> ComposeResult:
        yield PredictionsPane(id="predictions")

    @property
    def pane(self) -> PredictionsPane:
        """The pane, up to date."""
        pane = self.query_one(PredictionsPane)
        pane.focus()
        pane.pull()
        pane.pull()
        return pane


def text(pane: PredictionsPane) -> str:
    """What the pane shows."""
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


async def test_all_parts_are_shown_where_there_is_room() -> None:
    app = Lab()
    async with app.run_test(size=(130, 30)):
        shown = text(app.pane)
        assert "accuracy 80.0% (24 of 30)" in shown and "loss 0.25 nats" in shown
        assert "ECE 3.1%" in shown and "mistakes 6" in shown
        assert "image 0  of 30" in shown and "✓ true dog  predicted dog" in shown
        assert "✓ dog" in shown and "85.0%" in shown
        assert "recall" in shown and "predicted" in shown
        assert "largest loss first, 1-" in shown and "dog→cat >99%" in shown and "an o…→dog 90%" in shown
        assert str(app.pane.border_title) == "predictions: validation, 30 images"
        assert str(app.pane.border_subtitle) == "step 40"


async def test_validation_while_training_and_test_at_the_end() -> None:
    app = Lab()
    async with app.run_test(size=(130, 30)) as pilot:
        assert app.pane.wants()["predictions"] == LookPredictions("val", 0)
        app.session.status = Status(state="finished", model="cnn")
        assert app.pane.wants()["predictions"] == LookPredictions("test", 0)
        assert "test, 30 images" in str(app.pane.border_title)
        await pilot.press("t")
        assert "validation" in str(app.pane.border_title)
        app.session.status = Status(state="running", model="cnn")
        await pilot.press("t")
        assert app.pane.split == "test"


async def test_images_turn_and_wrap() -> None:
    app = Lab()
    async with app.run_test(size=(130, 30)) as pilot:
        assert app.pane
        await pilot.press("comma")
        assert app.pane.wants()["predictions"] == LookPredictions("val", COUNT - 1)
        shown = text(app.pane)
        assert "✗ true dog  predicted cat" in shown and "✗ cat" in shown and "✓ dog" in shown
        await pilot.press("full_stop", "full_stop")
        assert app.pane.index == 1


async def test_enter_jumps_to_the_chosen_mistake() -> None:
    app = Lab()
    async with app.run_test(size=(130, 30)) as pilot:
        assert app.pane
        await pilot.press("right", "l", "left", "enter")
        assert app.pane.index == COUNT - 2
        await pilot.press("left", "left", "left")
        assert app.pane.mistake == COUNT - 1


async def test_the_matrix_has_a_cursor_and_leads_to_a_mistake() -> None:
    app = Lab()
    async with app.run_test(size=(130, 30)) as pilot:
        assert "true dog → predicted cat: 3 of 10 (30.0%)" in text(app.pane)
        await pilot.press("m", "down", "right")
        assert "true an owl with… → predicted an owl with…" in text(app.pane)
        await pilot.press("left", "enter")
        assert app.pane.index == COUNT - 2
        await pilot.press("up", "up", "up", "enter")
        assert app.pane.index == COUNT - 2, "there is no mistake of that kind"


async def test_a_small_pane_shows_one_part_at_a_time() -> None:
    app = Lab()
    async with app.run_test(size=(50, 12)) as pilot:
        assert "image 0" in text(app.pane) and "recall" not in text(app.pane)
        await pilot.press("right")
        assert app.pane.index == 1
        await pilot.press("m")
        assert "recall" in text(app.pane) and "image 1" not in text(app.pane)
        await pilot.press("m")
        assert "worst mistakes" in text(app.pane)
        await pilot.press("m")
        assert "image 1" in text(app.pane)


async def test_an_old_answer_stays_until_the_new_one_comes() -> None:
    app = Lab()
    async with app.run_test(size=(130, 30)) as pilot:
        assert app.pane
        app.session.waiting = True
        await pilot.press("full_stop", "t")
        assert str(app.pane.border_title) == "predictions: validation, 30 images …"
        assert "image 0" in text(app.pane)
        app.session.respond()
        assert str(app.pane.border_title) == "predictions: test, 30 images"


async def test_without_mistakes_or_a_model_it_says_so() -> None:
    app = Lab(Session(mistakes=0))
    async with app.run_test(size=(130, 30)) as pilot:
        assert "none among 30" in text(app.pane)
        await pilot.press("enter", "right", "m", "enter")
        app.session.status = Status()
        app.session.answers = {}
        assert "no model is loaded: choose one and press space" in text(app.pane)
        app.session.status = Status(state="failed", model="cnn", message="it broke")
        assert "it broke" in text(app.pane)


async def test_features_are_numbers_and_mistakes_a_list() -> None:
    app = Lab(Session(shape=(5,)))
    async with app.run_test(size=(130, 30)) as pilot:
        shown = text(app.pane)
        assert "feature 4" in shown and "example 29: dog→cat >99%" in shown
        assert "30 examples" in str(app.pane.border_title)
        await pilot.press("down", "enter")
        assert app.pane.index == COUNT - 2


async def test_a_click_chooses_and_a_second_one_jumps() -> None:
    app = Lab()
    async with app.run_test(size=(130, 30)) as pilot:
        pane = app.pane
        assert pane._wall is not None
        x, y, _ = pane._wall
        await pilot.click("#predictions", offset=(x + 3, y + 4))
        assert app.pane.mistake == COUNT - 1 and app.pane.index == 0
        await pilot.click("#predictions", offset=(x + 3, y + 4))
        assert app.pane.index == COUNT - 1


async def test_a_chosen_mistake_is_followed_as_the_list_changes() -> None:
    app = Lab()
    async with app.run_test(size=(130, 30)) as pilot:
        assert app.pane
        await pilot.press("right", "right")
        chosen = app.pane.mistake
        key = "predictions/predictions"
        answer = app.session.answers[key]
        assert isinstance(answer.view, Predictions)
        view = replace(answer.view, worst=tuple(reversed(answer.view.worst)))
        app.session.answers[key] = replace(answer, version=90, view=view)
        await pilot.press("enter")
        assert app.pane.index == chosen


@pytest.mark.parametrize("ink", (DARK, LIGHT, ANSI16_DARK, PLAIN), ids=("dark", "light", "sixteen", "none"))
@pytest.mark.parametrize("shape", ((1, 28, 28), (3, 40, 30), (2, 8, 8), (100,)), ids=("grey", "colour", "two", "flat"))
async def test_every_size_and_ink_is_drawn(shape: tuple[int, ...], ink: Ink) -> None:
    app = Lab(Session(shape), ink)
    async with app.run_test(size=(20, 6)) as pilot:
        for size in ((20, 6), (50, 12), (60, 18), (90, 22), (118, 36), (198, 56), (60, 60)):
            await pilot.resize_terminal(*size)
            for _ in range(3):
                pane = app.pane
                assert len(pane._strips) == pane.size.height
                pane.action_part()


def test_arrangements() -> None:
    assert arrangement(196, 54, 10) == "row"
    assert arrangement(116, 34, 10) == "grid"
    assert arrangement(58, 50, 10) == "stack"
    assert arrangement(88, 20, 10) == "pair"
    assert arrangement(48, 10, 10) == "page"
