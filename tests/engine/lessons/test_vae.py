"""The lesson on VAEs: facts turn red when its code is broken."""

import numpy as np
import pytest

from dlviz.engine.lessons.trainings import latent_digits
from dlviz.engine.lessons.vae import LESSON
from dlviz.engine.lessons.workings import kl, vae_latent


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
    monkeypatch.setattr(kl, "divergence", lambda mu, sigma: (np.square(mu) + np.square(sigma) - 1) / 2)
    assert red()


def test_a_missing_sigma_is_red(monkeypatch):
    monkeypatch.setattr(kl, "sampled", lambda mu, sigma, eps: mu + eps)
    assert any("dz/ds" in claim for claim in red())


def test_a_bound_that_takes_the_variance_for_the_deviation_is_red(monkeypatch):
    monkeypatch.setattr(kl, "elbo", lambda mu, v: kl.expected_log_likelihood(mu, v) - kl.divergence(mu, v))
    assert any("log p(1)" in claim for claim in red())


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
    claim = next(c for c in LESSON.claims if "encoder" in c.says)
    assert claim.fact("vae", short).computed["formula"]["largest difference"] < 1e-5
    monkeypatch.setattr(vae_latent, "divergence", lambda mu, sigma: kl.divergence(mu, np.square(sigma)))
    assert not claim.fact("vae", short).holds


def test_training_is_the_same_for_a_seed():
    def quiet(share, text="", **numbers):
        pass

    first, again = (latent_digits.learn(3, 4.0, quiet, steps=40).means for _ in range(2))
    assert np.array_equal(first, again)
