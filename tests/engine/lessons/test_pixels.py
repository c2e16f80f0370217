"""The lesson `pixels`: facts that turn red when the code is broken, and images at the ends of what is allowed."""

from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.lessons import pixels
from dlviz.engine.lessons.kit.facts import Fact
from dlviz.engine.lessons.kit.lesson import Frame
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.pixels import dense_weights
from dlviz.engine.lessons.proofs import pixels as proofs

LESSON = pixels.LESSON


def fact(row: str, state: State | None = None) -> Fact:
    claim = next(claim for claim in LESSON.claims if claim.id == row)
    return claim.fact(LESSON.name, state or LESSON.state())


def test_a_dense_layer_that_forgets_to_move_its_weights_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fact("A1").holds
    monkeypatch.setattr(pixels, "dense", lambda image, weights, order: dense_weights(0) @ image.reshape(36)[order])
    assert not fact("A1").holds


def test_bytes_of_256_levels_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = pixels.numbers

    def louder(state: State) -> tuple[Frame, ...]:
        (frame,) = right(state)
        image, stored = frame.figures
        return (replace(frame, figures=(image, replace(stored, values=np.rint(256 * image.values)))),)

    scene = replace(LESSON.scenes[0], frames=louder)
    monkeypatch.setattr(proofs, "LESSON", replace(LESSON, scenes=(scene, *LESSON.scenes[1:])))
    assert not fact("A2").holds


def test_the_origin_of_a_dense_unit_is_a_sum_of_36_products() -> None:
    frame = LESSON.scenes[1].frames(LESSON.state({"unit": 3}))[2]
    units = next(figure for figure in frame.figures if figure.name == "units")
    assert units.origin is not None
    origin = units.origin(1, 3)
    assert origin is not None and len(origin.cells["weights"]) == 36
    assert origin.formulas[0].numbers.count("·") == 36 and "-0 " not in origin.formulas[0].numbers


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
    frame = LESSON.scenes[1].frames(LESSON.state())[1]
    source = frame.figures[2].origin
    assert source is not None
    origin = source(1, 2)
    assert origin is not None
    assert set(origin.cells["image"]) == {(r, c) for r in (1, 2, 3) for c in (2, 3, 4)}
    assert origin.formulas[0].numbers.endswith("= -1.5")


def test_the_image_stands_beside_its_shuffled_numbers() -> None:
    figures = LESSON.scenes[1].frames(LESSON.state())[0].figures
    first, second = (np.asarray(figure.values) for figure in figures)  # type: ignore[attr-defined]
    assert np.array_equal(np.sort(first, axis=None), np.sort(second, axis=None)) and not np.array_equal(first, second)


def test_weights_drawn_on_another_scale_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    small = lambda seed: np.random.default_rng([seed, 1]).uniform(-1 / 36, 1 / 36, (6, 36))  # noqa: E731
    for module in (pixels, proofs):
        monkeypatch.setattr(module, "dense_weights", small)
    assert not fact("A1").holds
