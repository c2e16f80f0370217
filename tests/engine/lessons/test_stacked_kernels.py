"""`stacked-kernels`: facts turn red when kernels are composed wrongly, and presets do what they say."""

from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.lessons.stacked_kernels import LESSON, TARGETS
from dlviz.engine.lessons.workings import stacking as work
from dlviz.engine.lessons.workings import stacking_field
from dlviz.engine.options import OptionError


def holds(words, **values):
    """Whether the claim whose words begin so holds in a state."""
    (claim,) = [claim for claim in LESSON.claims if claim.says.startswith(words)]
    return claim.fact("stacked-kernels", LESSON.state(values)).holds


def frames(name, **values):
    """The frames of a scene in a state."""
    (scene,) = [scene for scene in LESSON.scenes if scene.name == name]
    return scene.frames(LESSON.state(values))


def test_a_flipped_composition_turns_red(monkeypatch):
    right = work.compose
    assert holds("without ReLU, two")
    monkeypatch.setattr(work, "compose", lambda first, second: right(first[::-1, ::-1], second))
    assert not holds("without ReLU, two")


def test_a_field_that_grows_by_one_a_layer_turns_red(monkeypatch):
    assert holds("1 to 4 stacked")
    monkeypatch.setattr(work, "receptive_field", lambda layers, kernel=3: kernel + layers - 1)
    assert not holds("1 to 4 stacked")


def test_forgotten_channels_turn_the_counts_red(monkeypatch):
    assert holds("weights of two")
    monkeypatch.setattr(work, "weights", lambda channels: (18 * channels, 25 * channels))
    assert not holds("weights of two")


def test_a_tile_that_counts_a_tap_twice_turns_red(monkeypatch):
    right = work.tiles

    def twice(target, channels):
        first, second = right(target, channels)
        second[-1] += np.array(target)[2:, 2:]
        return first, second

    assert holds("through 4 or 9 channels")
    monkeypatch.setattr(work, "tiles", twice)
    assert not holds("through 4 or 9 channels")


def test_a_missing_relu_turns_red(monkeypatch):
    right = work.two_steps
    assert holds("with a ReLU between")
    monkeypatch.setattr(work, "two_steps", lambda *args, relu, **more: right(*args, relu=False, **more))
    assert not holds("with a ReLU between")


def test_relu_changes_the_stack_and_its_absence_does_not():
    assert "the same numbers" in frames("composed", relu=False)[1].caption
    assert "apart" in frames("composed", relu=True)[1].caption


def test_a_composed_kernel_that_is_transposed_turns_borders_red(monkeypatch):
    right = work.compose
    assert holds("padded borders", second="box")
    monkeypatch.setattr(work, "compose", lambda first, second: right(first, second).T)
    assert not holds("padded borders", second="box")
    assert not holds("without ReLU, two", second="box")


def test_a_fit_with_its_axes_swapped_turns_red(monkeypatch):
    right = work.nearest
    skew = ",".join("12345"), ",".join("01020"), ",".join("30104"), ",".join("05010"), ",".join("20301")
    assert holds("the nearest", target="/".join(skew))
    monkeypatch.setattr(work, "nearest", lambda *args: tuple(part.transpose(0, 2, 1) for part in right(*args)))
    assert not holds("the nearest", target="/".join(skew))


def test_biases_that_are_forgotten_turn_red(monkeypatch):
    cost = stacking_field.cost

    def forgetful(state):
        first, *rest = cost(state)
        bars, table = first.figures
        rows = (table.rows[0], ("with biases", *table.rows[0][1:]), table.rows[2])
        return (replace(first, figures=(bars, replace(table, rows=rows))), *rest)

    assert holds("weights of two")
    (scene,) = [scene for scene in LESSON.scenes if scene.name == "cost"]
    monkeypatch.setitem(scene.__dict__, "frames", forgetful)
    assert not holds("weights of two")


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("channels", [4, 9])
def test_every_target_is_reached_through_four_channels(name, channels):
    first, second = work.through(channels, TARGETS[name])
    np.testing.assert_allclose(work.reached(first, second), TARGETS[name], atol=1e-12)


def test_the_ring_is_out_of_reach_of_one_channel():
    assert "off by" in frames("reach", **LESSON.preset("out-of-reach").values)[1].figures[1].title


def test_fits_do_not_change_what_they_are_given():
    first, second = work.nearest(TARGETS["ring"], 2)
    again = work.nearest(TARGETS["ring"], 2)
    assert (first == again[0]).all()
    assert (second == again[1]).all()


@pytest.mark.parametrize("text", ["mid=5", "channels=2", "target=1,2/3,4", "relu=maybe", "first=[/x]"])
def test_texts_that_fit_no_setting_are_refused(text):
    with pytest.raises(OptionError):
        LESSON.parse([text])
