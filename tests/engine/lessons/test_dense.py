"""The lesson `dense`: facts that turn red when the code is broken, and what comes out of a training."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from dlviz.engine.lessons import dense
from dlviz.engine.lessons.kit.facts import Fact
from dlviz.engine.lessons.kit.lesson import Frame, Frames
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs import dense as proofs
from dlviz.engine.lessons.trainings import shifted_glyphs
from dlviz.engine.lessons.workings import dense_frames, dense_layer, glyph_frames, layer_counts

LESSON = dense.LESSON


def fact(row: str, state: State | None = None) -> Fact:
    claim = next(claim for claim in LESSON.claims if claim.id == row)
    return claim.fact(LESSON.name, state or LESSON.state())


def test_1332_parameters() -> None:
    told = fact("B2")
    assert told.holds
    assert told.computed["parameters"] == 1332
    assert fact("B1").computed["connections"] == 1296


def test_a_layer_without_its_biases_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fact("B1").holds
    monkeypatch.setattr(dense_layer, "hidden", lambda image, matrix, biases: (matrix @ image.ravel()).reshape(6, 6))
    assert not fact("B1").holds


def test_a_transposed_weight_matrix_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = lambda image, matrix, biases: (matrix.T @ image.ravel() + biases).reshape(6, 6)  # noqa: E731
    monkeypatch.setattr(dense_layer, "hidden", wrong)
    assert not fact("B1").holds


def test_a_count_without_biases_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_counts, "dense_parameters", lambda n: n**4)
    assert not fact("B2").holds


def test_a_column_of_the_matrix_taken_for_the_weights_of_a_unit_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = dense_frames.connections

    def turned(state: State) -> Frames:
        made = right(state)
        matrix, _ = dense_layer.weights(state.seed)

        def frame(k: int) -> Frame:
            return replace(
                made[k],
                figures=tuple(
                    replace(figure, values=matrix[:, state["unit"]].reshape(6, 6))
                    if figure.name == "weights"
                    else figure
                    for figure in made[k].figures
                ),
            )

        return Frames(3, frame)

    scenes = (replace(LESSON.scenes[0], frames=turned), *LESSON.scenes[1:])
    monkeypatch.setattr(proofs, "LESSON", replace(LESSON, scenes=scenes))
    assert not fact("B1").holds


class Copies(torch.nn.Module):
    """Names the digit by how bright the first pixel is: right on images in place, wrong on moved ones."""

    def __init__(self, right: bool) -> None:
        super().__init__()
        self.right = right

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.one_hot(torch.full((len(x),), 1 if self.right else 0), 10).float()


def glyphs(dense_right: bool, conv_right: bool, told: float | None = None) -> Any:
    """A result whose networks answer always rightly or always wrongly."""
    shares = {"dense": float(dense_right), "conv": float(conv_right) if told is None else told}
    return SimpleNamespace(
        test_x=np.zeros((4, 1, 14, 14), np.float32),
        test_y=np.ones(4, np.int64),
        in_place={"dense": float(dense_right), "conv": float(conv_right)},
        moved=shares,
        modules={"dense": Copies(dense_right), "conv": Copies(conv_right)},
        answers={name: np.full((4, 9), int(right)) for name, right in (("dense", dense_right), ("conv", conv_right))},
        parameters={"dense": 1, "conv": 1},
    )


def test_the_margin_is_asked_for_and_the_accuracies_are_computed_anew() -> None:
    def verdict(result: Any) -> bool:
        return fact("B3b", LESSON.state().with_result("shifted-glyphs", result)).holds

    assert verdict(glyphs(False, True))
    assert not verdict(glyphs(True, True))
    assert not verdict(glyphs(True, False))
    assert not verdict(glyphs(False, False, told=0.9))


def test_a_short_training_gives_scenes_and_repeats_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shifted_glyphs, "STEPS", 2)
    told: list[float] = []
    results = [
        dense.GLYPHS.train(LESSON.state(seed=5), lambda share, text="", **numbers: told.append(share)) for _ in range(2)
    ]
    first, second = results
    assert first.moved == second.moved
    assert np.array_equal(first.dense_weights, second.dense_weights)
    assert told[0] == 0 and told[-1] == 1
    assert not any(module.training for module in first.modules.values())
    for index in ("0", "23"):
        state = LESSON.parse([f"glyph={index}"], seed=5).with_result("shifted-glyphs", first)
        for scene in LESSON.scenes:
            assert all(frame.caption for frame in scene.frames(state))


def test_a_training_draws_nothing_from_torch_s_own_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shifted_glyphs, "STEPS", 1)
    before = torch.get_rng_state()
    dense.GLYPHS.train(LESSON.state(), lambda share, text="", **numbers: None)
    assert torch.equal(before, torch.get_rng_state())


def test_crosses_at_right_answers_and_copies_moved_elsewhere_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    result = glyphs(False, True)
    result.test_x[3, 0, 5, 5] = 1
    state = LESSON.state().with_result("shifted-glyphs", result)
    assert fact("B3b", state).holds
    monkeypatch.setattr(glyph_frames, "MOVES", glyph_frames.MOVES[::-1])
    assert not fact("B3b", state).holds
    monkeypatch.undo()
    result.answers["conv"][3, 4] = 7
    assert not fact("B3b", state).holds


def test_weights_drawn_on_another_scale_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = dense_layer.weights
    monkeypatch.setattr(dense_layer, "weights", lambda seed: tuple(part / 6 for part in right(seed)))
    assert not fact("B2").holds


def test_roughness_is_1_for_noise_and_small_for_smooth_pictures() -> None:
    noise = np.random.default_rng(0).normal(size=(20, 30, 30))
    assert dense_layer.roughness(noise) == pytest.approx(1, abs=0.02)
    waves = np.sin(np.arange(30) / 8)[:, None] * np.cos(np.arange(30) / 8)
    assert dense_layer.roughness(waves[None]) < 0.05
    assert dense_layer.roughness(3 * noise + 5) == pytest.approx(dense_layer.roughness(noise))
