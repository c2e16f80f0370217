"""The lesson on VAEs: facts turn red when its code is broken."""

from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.lessons.trainings import latent_digits
from dlviz.engine.lessons.vae import LESSON
from dlviz.engine.lessons.workings import kl, vae_bound, vae_frames, vae_latent


def red(state=None, **values):
    """The claims that do not hold."""
    state = state or LESSON.state(values)
    facts = [c.fact("vae", state) for c in LESSON.claims if not c.needs or c.needs in state.trained]
    return [fact.claim for fact in facts if not fact.holds]


@pytest.fixture(scope="module")
def short():
    """A training of 100 steps: enough to draw, not to boast."""
    result = latent_digits.learn(0, 1.0, lambda share, text="", **numbers: None, steps=100)
    return LESSON.state({"z1": -1.0, "z2": 2.0}).with_result("latent-digits", result)


def test_a_kl_without_its_logarithm_is_red(monkeypatch):
    assert not red() and not red(mu=-3.0, sigma=0.1)
    monkeypatch.setattr(vae_frames, "divergence", lambda mu, sigma: (np.square(mu) + np.square(sigma) - 1) / 2)
    assert red()


@pytest.mark.parametrize("wrong", [lambda mu, sigma, eps: mu + eps, lambda mu, sigma, eps: mu + sigma + eps])
def test_a_sample_that_is_not_stretched_is_red(monkeypatch, wrong):
    monkeypatch.setattr(vae_frames, "sampled", wrong)
    assert any("dz/ds" in claim for claim in red())


def test_a_column_that_adds_sigma_is_red(monkeypatch):
    true = vae_frames._reparametrised

    def summed(state, k):
        frame = true(state, k)
        curve, table = frame.figures
        rows = [[*row[:1], *(row[0] + state["sigma"] for _ in row[1:2]), *row[2:]] for row in table.rows]
        return replace(frame, figures=(curve, replace(table, rows=rows)))

    monkeypatch.setattr(vae_frames, "_reparametrised", summed)
    assert any("dz/ds" in claim for claim in red())


def test_a_bound_that_takes_the_variance_for_the_deviation_is_red(monkeypatch):
    def wrong(mu, v):
        return kl.expected_log_likelihood(mu, v) - kl.divergence(mu, v)

    monkeypatch.setattr(vae_bound, "elbo", wrong)
    assert len(red()) >= 2
    assert any("curves and map" in claim for claim in red())


def test_sums_of_the_small_model_are_read_as_they_are_shown(monkeypatch):
    """A deviation for a variance in one term, a gap of the wrong sign, a line of numbers that does not add up."""
    assert not red()
    with monkeypatch.context() as patch:
        patch.setattr(vae_bound, "divergence", lambda mu, sigma: kl.divergence(mu, np.square(sigma)))
        assert len(red()) == 3
    with monkeypatch.context() as patch:
        patch.setattr(vae_bound, "_gap", lambda value: kl.log_evidence() + value)
        assert red()
    with monkeypatch.context() as patch:
        patch.setattr(vae_bound, "X", 2.0)
        assert red()


def test_a_map_that_forgets_your_q_is_red(monkeypatch):
    true = vae_bound._map
    monkeypatch.setattr(vae_bound, "_map", lambda mean, variance: true(0.0, variance))
    assert any("map" in claim for claim in red(mean=2.0))


@pytest.mark.parametrize(("mean", "variance"), [(-1.0, 0.05), (2.5, 1.5), (0.8, 0.25)])
def test_the_bound_stays_below_the_evidence(mean, variance):
    assert kl.elbo(mean, variance) < kl.log_evidence()
    assert not red(mean=mean, variance=variance)


def test_the_cursor_of_the_plane_decodes_what_it_stands_on(short):
    scene = next(scene for scene in LESSON.scenes if scene.name == "plane")
    plane, decoded = scene.frames(short)[0].figures
    assert plane.at == (-1.0, 2.0)
    assert np.array_equal(decoded.values, short.result("latent-digits").decode([(-1.0, 2.0)])[0])
    picked = plane.picks_at(99.0, -0.123)
    assert picked == {"z1": 3.0, "z2": -0.12}
    LESSON.state(picked)


def test_every_frame_of_a_trained_scene_is_drawn(short):
    for scene in LESSON.scenes:
        if scene.needs:
            assert all(frame.figures and frame.caption for frame in scene.frames(short))


def test_the_kl_of_an_encoder_by_a_wrong_formula_is_red(monkeypatch, short):
    claim = next(c for c in LESSON.claims if "bars" in c.says)
    assert claim.fact("vae", short).holds
    monkeypatch.setattr(vae_latent, "divergence", lambda mu, sigma: kl.divergence(mu, np.square(sigma)))
    assert not claim.fact("vae", short).holds


def test_a_wrong_reconstruction_is_red(short):
    claim = next(c for c in LESSON.claims if "bars" in c.says)
    result = short.result("latent-digits")
    for wrong in (result.reconstruction + 2.0, -result.reconstruction):
        spoilt = short.with_result("latent-digits", replace(result, reconstruction=wrong))
        assert not claim.fact("vae", spoilt).holds


def test_a_pixel_that_forgets_its_bias_is_red(monkeypatch, short):
    claim = next(c for c in LESSON.claims if "ellipses" in c.says)
    assert claim.fact("vae", short).holds
    true = latent_digits.LatentDigits.last_sum

    def unbiased(result, z, row, column):
        total, _, active, width = true(result, z, row, column)
        return total, 0.0, active, width

    monkeypatch.setattr(latent_digits.LatentDigits, "last_sum", unbiased)
    assert not claim.fact("vae", short).holds


def test_the_slope_printed_has_the_noise_s_digits():
    assert not red(eps=1.234567)


def test_an_ellipse_of_the_variance_and_a_mirrored_wall_are_red(monkeypatch, short):
    claim = next(c for c in LESSON.claims if "ellipses" in c.says)
    assert claim.fact("vae", short).holds
    with monkeypatch.context() as patch:
        patch.setattr(vae_latent, "ellipse", lambda mu, sigma, reach: kl.ellipse(mu, np.square(sigma), reach))
        assert not claim.fact("vae", short).holds
    with monkeypatch.context() as patch:
        patch.setattr(vae_latent, "WALL", vae_latent.WALL[::-1])
        assert not claim.fact("vae", short).holds


def test_picking_a_place_of_the_wall_and_an_image_of_the_plane(short):
    frames = next(scene for scene in LESSON.scenes if scene.name == "plane").frames(short)
    wall = next(figure for figure in frames[2].figures if figure.name == "wall")
    assert wall.picks(0, 0) == {"z1": -2.0, "z2": 2.0} and wall.columns == 6
    result, plane = short.result("latent-digits"), frames[1].figures[0]
    assert plane.picks_at(*result.means[17].tolist()) == {"image": 17}
    assert {name for *_, name in plane.labels} == {str(digit) for digit in range(10)}


def test_training_is_the_same_for_a_seed():
    def quiet(share, text="", **numbers):
        pass

    first, again = (latent_digits.learn(3, 4.0, quiet, steps=40).means for _ in range(2))
    assert np.array_equal(first, again)
