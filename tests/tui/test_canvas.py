"""The canvas: what is painted is what is told, by mouse and by keys, and the model's answer is shown as it comes."""

from typing import Any

import numpy as np
import pytest
from textual.app import App

from dlviz.tui.render.palette import DARK, PLAIN, Ink
from dlviz.tui.screens.canvas import Canvas, CanvasScreen, Guess

CLASSES = tuple("0123456789")


class Host(App[None]):
    """An app that shows the canvas and keeps what it tells."""

    def __init__(self, ink: Ink = DARK, side: int = 8) -> None:
        super().__init__()
        self.told: list[Any] = []
        self.kept: list[bool | None] = []
        self.logits: Any = None
        self._screen = CanvasScreen(
            np.zeros((side, side), np.float32),
            CLASSES,
            lambda image: self.told.append(image.copy()),
            lambda: self.logits,
            ink,
        )

    def on_mount(self) -> None:
        self.push_screen(self._screen, self.kept.append)


async def test_keys_paint_softly_and_erase_sharply() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("space")
        image = app.told[-1]
        assert image[4, 4] == 1 and image[3, 4] == image[5, 4] == image[4, 3] == image[4, 5] == 0.5
        assert image.sum() == 3
        await pilot.press("up", "space", "o")
        assert app.told[-1][3, 4] == 0 and app.told[-1][4, 4] == 1
        await pilot.press("c")
        assert not app.told[-1].any()


@pytest.mark.parametrize(("ink", "side"), [(DARK, 8), (DARK, 28), (PLAIN, 8)])
async def test_the_mouse_paints_what_it_points_at(ink: Ink, side: int) -> None:
    app = Host(ink, side)
    async with app.run_test(size=(120, 60)) as pilot:
        canvas = app.screen.query_one(Canvas)
        await pilot.mouse_down(canvas, offset=(0, 0))
        await pilot.mouse_up(canvas, offset=(0, 0))
        assert app.told[-1][0, 0] == 1
        last = (canvas.size.width - 1, canvas.size.height - 1)
        await pilot.mouse_down(canvas, offset=last)
        await pilot.mouse_up(canvas, offset=last)
        image = app.told[-1]
        assert image[:, -1].max() == 1 and image[-2:, -1].max() == 1


async def test_the_answer_is_the_softmax() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        app.logits = np.log(np.array([1, 1, 1, 87, 1, 1, 1, 5, 1, 1], float))
        guess = app.screen.query_one(Guess)
        app.screen._look()  # type: ignore[attr-defined]
        await pilot.pause()
        first = guess.render_line(0).text
        assert first.startswith("3") and "87.0%" in first and "5.0%" in guess.render_line(1).text


@pytest.mark.parametrize(("key", "kept"), [("enter", True), ("escape", False)])
async def test_it_is_kept_or_not(key: str, kept: bool) -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("space", key)
        assert app.kept == [kept]
