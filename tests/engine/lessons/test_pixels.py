"""The lesson `pixels`: facts that turn red when the code is broken, and images at the ends of what is allowed."""

import numpy as np
import pytest

from dlviz.engine.lessons import pixels
from dlviz.engine.lessons.kit.facts import Fact
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs import pixels as proofs

LESSON = pixels.LESSON


def fact(row: str, state: State | None = None) -> Fact:
    claim = next(claim for claim in LESSON.claims if claim.id == row)
    return claim.fact(LESSON.name, state or LESSON.state())


def test_a_dense_layer_that_forgets_to_move_its_weights_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fact("A1").holds
    monkeypatch.setattr(proofs, "dense", lambda image, weights, order: weights @ image.reshape(36)[order])
    assert not fact("A1").holds


def test_the_shuffle_keeps_all_numbers_and_depends_on_its_setting() -> None:
    orders = [pixels.shuffle_order(LESSON.state({"shuffle": k})) for k in (1, 2)]
    assert all(sorted(order) == list(range(36)) for order in orders)
    assert not np.array_equal(*orders)


@pytest.mark.parametrize("image", ["/".join(["0,0,0,0,0,0"] * 6), "/".join(["1,1,1,1,1,1"] * 6), "checkers"])
def test_extreme_images_compute(image: str) -> None:
    state = LESSON.parse([f"image={image}"])
    for scene in LESSON.scenes:
        for frame in scene.frames(state):
            assert frame.caption and frame.figures
    assert all(fact(row, state).holds for row in ("A1", "A2", "A3"))


def test_the_origin_of_a_response_names_its_nine_pixels() -> None:
    frame = LESSON.scenes[1].frames(LESSON.state())[0]
    source = frame.figures[1].origin
    assert source is not None
    origin = source(1, 2)
    assert origin is not None
    assert set(origin.cells["image"]) == {(r, c) for r in (1, 2, 3) for c in (2, 3, 4)}
    assert origin.formulas[0].numbers.endswith("= -1.5")
