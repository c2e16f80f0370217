"""`residual`: facts turn red when a skip or a transpose is missing, and bad presets break what they should."""

from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.lessons.residual import LESSON
from dlviz.engine.lessons.workings import skipping as work
from dlviz.engine.lessons.workings.residual_frames import gradients
from dlviz.engine.options import OptionError


def holds(words, state=None):
    """Whether the claim whose words begin so holds in a state."""
    (claim,) = [claim for claim in LESSON.claims if claim.says.startswith(words)]
    return claim.fact("residual", state or LESSON.state()).holds


def test_a_block_that_forgets_its_skip_turns_red(monkeypatch):
    right = work.block
    assert holds("a block whose branch")
    assert holds("dy/dx")
    monkeypatch.setattr(work, "block", lambda *, zero, relu, skip=True: right(zero=zero, relu=relu, skip=False))
    assert not holds("a block whose branch")
    assert not holds("dy/dx")


def test_a_slope_that_ignores_relu_turns_red(monkeypatch):
    right = work.block
    state = LESSON.state({"relu": True})
    assert holds("dy/dx", state)
    monkeypatch.setattr(work, "block", lambda **more: replace(right(**more), slope=work.BLOCK))
    assert not holds("dy/dx", state)


def test_gradients_without_the_transpose_turn_red(monkeypatch):
    def forwards(chain, skip):
        gradient = work.ends(chain.seed)[1]
        norms = [1.0]
        for w in work.matrices(chain)[::-1]:
            gradient = (gradient if skip else 0) + (chain.branch if skip else 1) * (w @ gradient)
            norms.append(float(np.linalg.norm(gradient)))
        return tuple(norms[::-1])

    assert holds("block and gradients")
    monkeypatch.setattr(work, "gradient_norms", forwards)
    assert not holds("block and gradients")


def test_a_chain_that_is_half_as_deep_turns_red(monkeypatch):
    right = work.gradient_norms
    assert holds("50 layers of gain")
    monkeypatch.setattr(work, "gradient_norms", lambda chain, skip: right(replace(chain, gain=0.9), skip))
    assert not holds("50 layers of gain")


def test_plain_and_residual_swapped_turn_red(monkeypatch):
    right = work.gradient_norms
    assert holds("block and gradients")
    monkeypatch.setattr(work, "gradient_norms", lambda chain, skip: right(chain, not skip))
    assert not holds("block and gradients")


def test_a_slope_that_is_subtracted_turns_red(monkeypatch):
    right = work.block
    assert holds("dy/dx")
    monkeypatch.setattr(work, "block", lambda **more: replace(right(**more), slope=-right(**more).slope))
    assert not holds("dy/dx")


def test_an_expected_size_with_the_gain_for_its_square_turns_red(monkeypatch):
    assert holds("factor of a layer")
    monkeypatch.setattr(
        work, "expected_factor", lambda chain, skip: (1 + chain.branch**2 * chain.gain if skip else chain.gain) ** 0.5
    )
    assert not holds("factor of a layer")


@pytest.mark.parametrize(("gain", "word"), [(0.5, "less"), (1.0, "about as much"), (1.5, "more")])
def test_captions_tell_what_the_gain_does(gain, word):
    assert word in gradients(LESSON.state({"gain": gain}))[2].caption


def test_without_skips_no_residual_chain_is_shown():
    for frame in gradients(LESSON.parse([], preset="vanishing")):
        figure = frame.figures[0]
        assert not any("skips" in name for name in getattr(figure, "lines", None) or figure.labels)


@pytest.mark.parametrize(("preset", "good"), [("vanishing", False), ("exploding", False), ("skips", True)])
def test_presets_break_what_they_say(preset, good):
    assert LESSON.preset(preset).good is good
    assert holds("the gradient reaches", LESSON.parse([], preset=preset)) is good


def test_the_zero_branch_is_the_identity():
    parts = work.block(zero=True, relu=False)
    assert (parts.y == work.INPUT).all()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("relu", [False, True])
def test_the_closed_form_is_of_the_right_order(seed, relu):
    chain = work.Chain(depth=20, gain=1.0, branch=0.3, relu=relu, seed=seed)
    for skip in (False, True):
        ratio = work.gradient_norms(chain, skip)[0] / work.expected_norm(chain, skip)
        assert 1 / 4 < ratio < 4


@pytest.mark.parametrize("text", ["depth=51", "gain=nan", "branch=-1", "skip=[/x]", "zero="])
def test_texts_that_fit_no_setting_are_refused(text):
    with pytest.raises(OptionError):
        LESSON.parse([text])
