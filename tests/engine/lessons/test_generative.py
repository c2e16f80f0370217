"""The lesson on generative models: wrong densities, bounds and rules turn its facts red."""

from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.lessons.generative import LESSON
from dlviz.engine.lessons.proofs import generative as proofs
from dlviz.engine.lessons.workings import bayes_rule_shown, blobs_shown, density_shown, gaussians
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
    monkeypatch.setattr(density_shown, "most_likely", lambda data: (float(data.mean()), float(data.std(ddof=1))))
    assert not verdicts(LESSON)["maximum likelihood is the data's mean and deviation"]


def test_a_curve_that_is_too_wide_turns_the_density_red(monkeypatch):
    right = gaussians.density
    monkeypatch.setattr(density_shown, "density", lambda x, mu, sigma: right(x, mu, 1.1 * sigma))
    assert not verdicts(LESSON)["the area under p(x) is 1"]


def test_a_bound_without_half_the_kl_turns_red(monkeypatch):
    right = gaussians.elbo

    def loose(x, noise, m, s):
        m = np.asarray(m)
        return right(x, noise, m, s) + 0.25 * (m**2 + s**2 - 1 - np.log(s**2))

    monkeypatch.setattr(density_shown, "elbo", loose)
    assert not verdicts(LESSON)["ELBO <= log p(x), equal at the posterior"]


def test_the_variance_for_the_deviation_in_the_best_curve_turns_red(monkeypatch):
    right = gaussians.posterior
    monkeypatch.setattr(density_shown, "posterior", lambda x, noise: (right(x, noise)[0], right(x, noise)[1] ** 2))
    assert not verdicts(LESSON)["ELBO <= log p(x), equal at the posterior"]


def test_forgotten_priors_turn_bayes_rule_red(monkeypatch):
    right = gaussians.bayes
    monkeypatch.setattr(bayes_rule_shown, "bayes", lambda x, prior, mu, sigma: right(x, 0.5, mu, sigma))
    state = LESSON.state({"prior": 0.2})
    assert not verdicts(LESSON, state)["p(y|x) = p(x|y) p(y) / p(x)"]


def test_a_posterior_curve_that_is_mirrored_turns_red(monkeypatch):
    right = gaussians.slope
    monkeypatch.setattr(bayes_rule_shown, "slope", lambda mu, sigma: -right(mu, sigma))
    assert not verdicts(LESSON)["p(y|x) = p(x|y) p(y) / p(x)"]


def test_a_logistic_form_without_its_offset_turns_red(monkeypatch):
    right = gaussians.logistic_form

    def through_the_origin(means, covariance, priors):
        return right(means, covariance, priors)[0], 0.0

    monkeypatch.setattr(blobs_shown, "logistic_form", through_the_origin)
    assert not verdicts(LESSON)["Gaussians of equal covariance: a logistic posterior"]


def test_a_logistic_form_without_the_prior_turns_red(monkeypatch):
    right = gaussians.logistic_form
    monkeypatch.setattr(blobs_shown, "logistic_form", lambda m, c, p: right(m, c, np.array([0.5, 0.5])))
    assert not verdicts(LESSON)["Gaussians of equal covariance: a logistic posterior"]


def test_a_tint_upside_down_turns_red(monkeypatch):
    right = blobs_shown.lattice
    monkeypatch.setattr(blobs_shown, "lattice", lambda: right() * np.array([1.0, -1.0]))
    assert not verdicts(LESSON)["Gaussians of equal covariance: a logistic posterior"]


@pytest.mark.parametrize("steep", [False, True])
def test_half_of_a_line_turns_red(monkeypatch, steep):
    right = blobs_shown.edge

    def half(w, b):
        line = right(w, b)
        return line if (abs(w[1]) >= abs(w[0])) == steep else np.stack((line[0], line.mean(0)))

    monkeypatch.setattr(blobs_shown, "edge", half)
    assert not verdicts(LESSON)["Gaussians of equal covariance: a logistic posterior"]


def test_turned_log_odds_and_a_false_argument_of_sigma_turn_red(monkeypatch):
    with monkeypatch.context() as patch:
        true = bayes_rule_shown.bayes
        patch.setattr(bayes_rule_shown, "bayes", lambda x, prior, mu, sigma: true(x, 1 - prior, mu, sigma))
        assert not verdicts(LESSON)["p(y|x) = p(x|y) p(y) / p(x)"]
    frames = bayes_rule_shown.rule

    def argument(state):
        first, second = frames(state)
        told = replace(second.formulas[1], numbers=second.formulas[1].numbers.replace("·", " + "))
        return first, replace(second, formulas=(second.formulas[0], told))

    monkeypatch.setattr(proofs, "rule_frames", argument)
    assert not verdicts(LESSON)["p(y|x) = p(x|y) p(y) / p(x)"]


def test_a_boundary_of_the_wrong_sign_turns_both_lines_red(monkeypatch):
    right = blobs_shown.edge
    monkeypatch.setattr(blobs_shown, "edge", lambda w, b: right(w, -b))
    found = verdicts(LESSON)
    assert not found["Gaussians of equal covariance: a logistic posterior"]
    assert not found["the right is logistic regression"]


def test_samples_without_noise_turn_red(monkeypatch):
    def means_only(means, covariance, priors, count, seed):
        classes = np.arange(count) % 2
        return means[classes], classes

    monkeypatch.setattr(blobs_shown, "drawn", means_only)
    assert not verdicts(LESSON)["new points on the left, none on the right"]


def test_samples_of_another_covariance_turn_red(monkeypatch):
    def transposed(means, covariance, priors, count, seed):
        rng = np.random.default_rng(seed)
        classes = (rng.random(count) < priors[1]).astype(int)
        return means[classes] + rng.normal(size=(count, 2)) @ np.linalg.cholesky(covariance), classes

    monkeypatch.setattr(proofs, "drawn", transposed)
    assert not verdicts(LESSON)["new points on the left, none on the right"]


def test_points_of_a_discriminative_model_turn_red(monkeypatch):
    right = blobs_shown.versus
    monkeypatch.setattr(proofs, "versus", lambda state: right(state.with_values(model="generative")))
    assert not verdicts(LESSON)["new points on the left, none on the right"]


def planes(**values):
    frame = versus(LESSON.state(values))[0]
    return {figure.name: figure for figure in frame.figures}


def test_the_sample_key_works_on_the_left_only():
    left = planes(samples="ggg", model="generative")
    assert left["generative"].points["new"].shape == (3 * PER_KEY, 2)
    assert "new" not in left["discriminative"].points
    right = planes(samples="ggg", model="discriminative")
    assert "new" not in right["generative"].points
    assert "Nothing was sampled" in versus(LESSON.state({"samples": "ggg", "model": "discriminative"}))[0].caption


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
        {"x": 0.37},
        {"x": -3.99, "apart": 2.25},
        {"m": 0.3, "s": 0.35, "correlation": 0.0, "samples": "gg", "model": "discriminative"},
    ],
)
def test_extreme_settings_compute_and_hold(values):
    state = LESSON.state(values)
    for scene in LESSON.scenes:
        assert [frame.caption for frame in scene.frames(state)]
    assert all(verdicts(LESSON, state).values())


@pytest.mark.parametrize("seed", range(1, 5))
def test_facts_hold_for_other_seeds(seed):
    assert all(verdicts(LESSON, LESSON.state(seed=seed)).values())


def test_data_without_spread_have_no_best_width():
    frame = density_shown.curve(LESSON.state({"data": [[1.0] * 8]}))[1]
    assert "No best σ" in frame.caption
    assert frame.figures[1].rows[1][:3] == ("σ → 0, drawn", 1.0, density_shown.FLAT)


def test_links_and_opinions_cover_their_rows():
    assert {"AC2", "AC4c", "AC4d"} <= set(LESSON.ids)
