"""`cnn`: facts turn red when a formula is wrong, and when a bad preset is trained."""

from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.lessons.cnn import LESSON
from dlviz.engine.lessons.proofs import cnn as proofs
from dlviz.engine.lessons.trainings import small_cnn
from dlviz.engine.lessons.workings import calibrating, cnn_frames, receptive, relu_frames
from dlviz.engine.options import OptionError


def holds(words, state=None, **values):
    """Whether the claim whose words begin so holds in a state."""
    (claim,) = [claim for claim in LESSON.claims if claim.says.startswith(words)]
    return claim.fact("cnn", state or LESSON.state(values)).holds


def quiet(*said, **numbers):
    """Progress that nobody hears."""


@pytest.fixture
def short(monkeypatch):
    """A training of few steps."""
    monkeypatch.setattr(small_cnn, "STEPS", 60)


def test_a_field_without_the_jump_turns_red(monkeypatch):
    assert holds("pixels a side")
    monkeypatch.setattr(receptive, "field", lambda steps: 1 + sum(kernel - 1 for kernel, _ in steps))
    assert not holds("pixels a side")


def test_a_dense_layer_without_biases_turns_red(monkeypatch):
    assert holds("parameters of the layers")
    assert holds("dense parameters, pooled")
    monkeypatch.setattr(receptive, "dense_parameters", lambda inputs, classes=10: inputs * classes)
    assert not holds("parameters of the layers")
    assert not holds("dense parameters, pooled")


def test_a_softmax_without_its_temperature_turns_red(monkeypatch):
    right = calibrating.softmax
    assert holds("softmax lies", temperature=3.0)
    monkeypatch.setattr(cnn_frames, "softmax", lambda logits, temperature=1.0: right(logits))
    assert not holds("softmax lies", temperature=3.0)


def test_a_map_through_a_transposed_kernel_turns_red(monkeypatch):
    right = relu_frames.convolve
    assert holds("ReLU is max(0, x)")
    monkeypatch.setattr(relu_frames, "convolve", lambda image, kernel, padding: right(image, kernel.T, padding))
    assert not holds("ReLU is max(0, x)")


def test_layers_multiplied_in_the_wrong_order_turn_red(monkeypatch):
    assert holds("two linear layers")
    monkeypatch.setattr(relu_frames, "merged", lambda: (relu_frames.SECOND @ relu_frames.FIRST).T)
    assert not holds("two linear layers")


def test_a_relu_after_both_layers_turns_red(monkeypatch):
    (scene,) = [scene for scene in LESSON.scenes if scene.name == "relu"]

    def late(state):
        first, second = relu_frames.rectified(state)
        *grids, table = second.figures
        bent = [float(v) for v in np.maximum(relu_frames.merged() @ relu_frames.POINT, 0)]
        rows = (*table.rows[:2], (table.rows[2][0], *bent))
        return first, replace(second, figures=(*grids, replace(table, rows=rows)))

    assert holds("two linear layers")
    monkeypatch.setitem(scene.__dict__, "frames", late)
    assert not holds("two linear layers")


def test_a_field_on_the_wrong_side_turns_red(monkeypatch):
    right = receptive.seen
    assert holds("pixels a side")
    monkeypatch.setattr(receptive, "seen", lambda layer, row, column: right(replace(layer, offset=0), row, column))
    assert not holds("pixels a side")


def test_extreme_temperatures_do_not_overflow():
    p = calibrating.softmax(np.array([[1000.0, -1000.0], [0.0, 0.0]]), 0.2)
    np.testing.assert_allclose(p, [[1, 0], [0.5, 0.5]])


def test_a_sure_and_wrong_network_has_the_largest_calibration_error():
    p = np.array([[0.999, 0.001]] * 4)
    assert calibrating.calibration_error(p, np.ones(4, dtype=int)) == pytest.approx(0.999)
    assert calibrating.calibration_error(p, np.zeros(4, dtype=int)) == pytest.approx(0.001)


def test_a_short_training_learns_and_a_dead_one_does_not(short):
    good, dead = LESSON.state(), LESSON.parse([], preset="dead-relu")
    assert good["lr"] == dead["lr"]
    learned = good.with_result("small-cnn", small_cnn.train(good, quiet))
    for words in ("training moves the kernels", "trained: units", "the calibration error"):
        assert holds(words, learned)
    died = dead.with_result("small-cnn", small_cnn.train(dead, quiet))
    assert not holds("trained: units", died)
    assert not holds("training moves the kernels", died)
    assert holds("the calibration error", died)


def test_a_rate_that_is_too_high_does_not_learn(short):
    state = LESSON.parse([], preset="lr-too-high")
    assert not holds("training moves the kernels", state.with_result("small-cnn", small_cnn.train(state, quiet)))


def test_trained_scenes_compute_whatever_the_training_gave(monkeypatch):
    monkeypatch.setattr(small_cnn, "STEPS", 12)
    for values in ({}, {"bias": -1.0}, {"lr": 10}):
        state = LESSON.state(values)
        state = state.with_result("small-cnn", small_cnn.train(state, quiet))
        for scene in LESSON.scenes:
            assert all(frame.caption for frame in scene.frames(state))


def test_equal_seeds_give_equal_networks(monkeypatch):
    monkeypatch.setattr(small_cnn, "STEPS", 5)
    first, again, other = (small_cnn.train(LESSON.state(seed=seed), quiet) for seed in (1, 1, 2))
    assert (first.losses == again.losses).all()
    assert not (first.losses == other.losses).all()


def test_the_training_depends_on_what_it_says():
    (training,) = LESSON.trainings
    base = LESSON.state()
    assert training.key(base) == training.key(base.with_values(sample=5, temperature=2.0))
    assert training.key(base) != training.key(base.with_values(bias=-1.0))


@pytest.mark.parametrize("text", ["lr=0.2", "bias=1", "sample=12", "temperature=0", "side=[/x]"])
def test_texts_that_fit_no_setting_are_refused(text):
    with pytest.raises(OptionError):
        LESSON.parse([text])


def test_a_ladder_that_names_other_shapes_and_counts_turns_red(monkeypatch):
    layers = receptive.layers()
    wider = tuple(replace(layer, channels=2 * layer.channels) if k else layer for k, layer in enumerate(layers))
    monkeypatch.setattr(receptive, "layers", lambda: wider)
    assert not any(holds(words) for words in ("channels never", "rows and columns", "parameters of the layers"))


def test_swapped_names_of_bars_turn_red(monkeypatch):
    right = cnn_frames.dense
    frame = right(LESSON.state())[0]
    bars = replace(frame.figures[0], labels=list(frame.figures[0].labels)[::-1])
    swapped = (replace(frame, figures=(bars, *frame.figures[1:])),)
    scenes = tuple(replace(s, frames=lambda _: swapped) if s.name == "dense" else s for s in LESSON.scenes)
    monkeypatch.setattr(proofs, "LESSON", replace(LESSON, scenes=scenes))
    assert not holds("parameters of the layers")
