"""The lesson on generative models: wrong densities, bounds and rules turn its facts red."""

import numpy as np
import pytest

from dlviz.engine.lessons.generative import LESSON
from dlviz.engine.lessons.proofs import generative as proofs
from dlviz.engine.lessons.workings import gaussians
from dlviz.engine.lessons.workings.blobs_shown import PER_KEY, versus


def verdicts(lesson, state=None) -> dict[str, bool]:
    """Every untrained claim's words as declared, and whether it holds."""
    state = state or lesson.state()
    return {claim.says: claim.fact(lesson.name, state).holds for claim in lesson.claims if not claim.needs}


def test_all_facts_hold():
    assert all(verdicts(LESSON).values())


def test_a_density_without_its_width_turns_the_area_red(monkeypatch):
    def unscaled(x, mu, sigma):
        return np.exp(-((np.asarray(x) - mu) ** 2) / (2 * sigma**2)) / np.sqrt(2 * np.pi)

    monkeypatch.setattr(proofs, "density", unscaled)
    assert not verdicts(LESSON)["the area under p(x) is 1"]


def test_the_unbiased_variance_is_not_the_most_likely_one(monkeypatch):
    monkeypatch.setattr(proofs, "most_likely", lambda data: (float(data.mean()), float(data.std(ddof=1))))
    assert not verdicts(LESSON)["maximum likelihood is the sample mean and variance"]


def test_a_bound_without_half_the_kl_turns_red(monkeypatch):
    right = gaussians.elbo

    def loose(x, noise, m, s):
        m = np.asarray(m)
        return right(x, noise, m, s) + 0.25 * (m**2 + s**2 - 1 - np.log(s**2))

    monkeypatch.setattr(proofs, "elbo", loose)
    assert not verdicts(LESSON)["ELBO <= log p(x), equal at the posterior"]


def test_forgotten_priors_turn_bayes_rule_red(monkeypatch):
    right = gaussians.bayes
    monkeypatch.setattr(proofs, "bayes", lambda x, prior, mu, sigma: right(x, 0.5, mu, sigma))
    state = LESSON.state({"prior": 0.2})
    assert not verdicts(LESSON, state)["p(y|x) = p(x|y) p(y) / p(x)"]


def test_a_logistic_form_without_its_offset_turns_red(monkeypatch):
    right = gaussians.logistic_form

    def through_the_origin(means, covariance, priors):
        return right(means, covariance, priors)[0], 0.0

    monkeypatch.setattr(proofs, "logistic_form", through_the_origin)
    assert not verdicts(LESSON)["Gaussians of equal covariance have a logistic posterior"]


def planes(**values):
    frame = versus(LESSON.state(values))[0]
    return {figure.name: figure for figure in frame.figures}


def test_the_sample_key_works_on_the_left_only():
    left = planes(samples="ggg", model="generative")
    assert left["generative"].points["new"].shape == (3 * PER_KEY, 2)
    assert "new" not in left["discriminative"].points
    right = planes(samples="ggg", model="discriminative")
    assert "new" not in right["generative"].points and "Nothing was sampled" in right["nothing"].text


def test_more_samples_begin_with_the_same_ones_of_no_key():
    assert "new" not in planes()["generative"].points


@pytest.mark.parametrize(
    "values",
    [
        {"data": [[1.0] * 8]},
        {"x": -4.0, "apart": 3.0, "width": 0.5, "prior": 0.05},
        {"correlation": 0.8, "between": 4.0},
        {"correlation": -0.8, "between": 0.4},
        {"m": 2.5, "s": 0.1},
        {"mu": -4.0, "sigma": 0.25},
    ],
)
def test_extreme_settings_compute_and_hold(values):
    state = LESSON.state(values)
    for scene in LESSON.scenes:
        assert [frame.caption for frame in scene.frames(state)]
    assert all(verdicts(LESSON, state).values())


def test_links_and_opinions_cover_their_rows():
    assert {"AC2", "AC4c", "AC4d"} <= set(LESSON.ids)
