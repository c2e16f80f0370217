"""What `generative` claims: torch.distributions, SciPy's optimiser and quadrature, scikit-learn's classifiers."""

import math

import numpy as np
import torch
from scipy import integrate, optimize
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.distributions import Distribution, MultivariateNormal, Normal, kl_divergence

from ..kit.facts import Claim, Outcome, close, every, same_arrays
from ..kit.state import State
from ..workings.blobs_shown import COUNT, lattice
from ..workings.density_shown import data_of
from ..workings.gaussians import (
    bayes,
    blobs,
    class_densities,
    density,
    discriminated,
    drawn,
    elbo,
    evidence,
    fitted,
    log_likelihood,
    logistic_form,
    most_likely,
    posterior,
    slope,
)


def log_prob(distribution: Distribution, x: Tensor) -> Tensor:
    """log p(x) by torch."""
    logs: Tensor = distribution.log_prob(x)
    return logs


def likelihood(state: State) -> Outcome:
    """The most likely Gaussian has the data's mean and variance: SciPy climbs the likelihood of torch's Normal."""
    data = data_of(state)
    if np.ptp(data) == 0:
        return Outcome(most_likely(data)[1], 0.0, most_likely(data)[1] == 0, "data without spread: σ = 0, no density")
    x = torch.from_numpy(data)

    def loss(theta: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> float:
        return -float(log_prob(Normal(float(theta[0]), math.exp(theta[1])), x).sum())

    found = optimize.minimize(
        loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000}
    )
    ours = most_likely(data)
    return close(
        {"mu": ours[0], "sigma": ours[1]}, {"mu": float(found.x[0]), "sigma": math.exp(float(found.x[1]))}, 1e-4
    )


def whole(state: State) -> Outcome:
    """The area under the curve, by adaptive quadrature; and the density at x is torch's."""
    mu, sigma, x = state["mu"], state["sigma"], state["x"]
    area = float(integrate.quad(lambda at: float(density(at, mu, sigma)), mu - 12 * sigma, mu + 12 * sigma)[0])
    normal = Normal(torch.tensor(mu, dtype=torch.float64), sigma)
    ours = log_likelihood(data_of(state), mu, sigma)
    theirs = float(log_prob(normal, torch.from_numpy(data_of(state))).sum())
    return every(
        area=close(area, 1.0, 1e-3),
        p_of_x=close(float(density(x, mu, sigma)), float(log_prob(normal, torch.tensor(x)).exp()), 1e-9),
        log_likelihood=close(ours, theirs, 1e-8 * max(1.0, abs(theirs))),
    )


def bounded(state: State) -> Outcome:
    """The ELBO by torch's KL and quadrature over z stays below log p(1) by quadrature, and touches it."""
    noise, m, s = 0.5, state["m"], state["s"]
    z = torch.linspace(-14, 14, 56_001, dtype=torch.float64)
    prior, fit = Normal(torch.tensor(0.0, dtype=torch.float64), 1.0), log_prob(Normal(z, noise), torch.tensor(1.0))
    log_p = float(torch.trapezoid((log_prob(prior, z) + fit).exp(), z).log())

    def theirs(mean: float, deviation: float) -> float:
        q = Normal(torch.tensor(mean, dtype=torch.float64), deviation)
        return float(torch.trapezoid(log_prob(q, z).exp() * fit, z) - kl_divergence(q, prior))

    mean, deviation = posterior(1.0, noise)
    means, deviations = np.meshgrid(np.linspace(-1, 2.5, 36), np.linspace(0.1, 1.5, 29))
    highest = max(float(elbo(1.0, noise, a, b)) for a, b in zip(means.ravel(), deviations.ravel(), strict=True))
    return every(
        log_p=close(evidence(1.0, noise), log_p, 1e-6),
        ELBO_here=close(float(elbo(1.0, noise, m, s)), theirs(m, s), 1e-6),
        ELBO_at_posterior=close(float(elbo(1.0, noise, mean, deviation)), log_p, 1e-6),
        highest_of_1044=Outcome(highest, f"<= {log_p:.5f}", highest <= log_p + 1e-9),
    )


def rule(state: State) -> Outcome:
    """The posterior from prior and likelihood equals torch's: softmax of the joint in logs."""
    x, prior, mu, sigma = state["x"], state["prior"], state["apart"], state["width"]
    parts = bayes(x, prior, mu, sigma)
    centres = torch.tensor([-mu, mu], dtype=torch.float64)
    joint = log_prob(Normal(centres, sigma), torch.tensor(x))
    joint = joint + torch.tensor([1 - prior, prior], dtype=torch.float64).log()
    theirs = joint.softmax(0).tolist()
    direct = parts["joint"][1] / sum(parts["joint"]) if sum(parts["joint"]) > 0 else theirs[1]
    return every(
        posterior=close(list(parts["posterior"]), theirs, 1e-9),
        joint_over_sum=close(direct, theirs[1], 1e-9),
        evidence=close(sum(parts["joint"]), float(joint.logsumexp(0).exp()), 1e-9),
    )


def known_numbers(state: State) -> Outcome:
    """Classes at -1 and 1 of width 1: slope 2, and 0.7311 at x = 0.5 both ways."""
    parts = bayes(0.5, 0.5, 1.0, 1.0)
    ours = {
        "slope": slope(1.0, 1.0),
        "Bayes": round(parts["joint"][1] / sum(parts["joint"]), 4),
        "logistic": round(parts["posterior"][1], 4),
    }
    logit = LinearDiscriminantAnalysis(priors=[0.5, 0.5]).fit([[-2.0], [0.0], [0.0], [2.0]], [0, 0, 1, 1])
    # These four points have means -1 and 1 and the variance 1 in each class.
    certain = round(float(torch.tensor(1.0).sigmoid()), 4)
    theirs = {"slope": float(logit.coef_[0, 0]), "Bayes": 0.7311, "logistic": certain}
    return close(ours, theirs, 1e-6)


def logistic(state: State) -> Outcome:
    """Gaussians of one covariance: their posterior is the logistic form, and scikit-learn's LDA."""
    points, classes = blobs(state["correlation"], state["between"], COUNT, state.seed)
    means, covariance, priors = fitted(points, classes)
    grid = lattice(9, 9)
    w, b = logistic_form(means, covariance, priors)
    ours = 1 / (1 + np.exp(-(grid @ w + b)))
    logs = torch.stack(
        [
            log_prob(MultivariateNormal(torch.from_numpy(mean), torch.from_numpy(covariance)), torch.from_numpy(grid))
            + math.log(prior)
            for mean, prior in zip(means, priors, strict=True)
        ],
        1,
    )
    lda = LinearDiscriminantAnalysis(solver="lsqr", priors=priors).fit(points, classes)
    return every(
        posterior=same_arrays(ours, logs.softmax(1)[:, 1], 1e-9),
        densities=same_arrays(class_densities(grid, means, covariance), (logs.exp() / torch.from_numpy(priors)), 1e-9),
        LDA=same_arrays(ours, lda.predict_proba(grid)[:, 1], 1e-6),
    )


def direct(state: State) -> Outcome:
    """The boundary on the right is scikit-learn's logistic regression; the samples on the left have their moments."""
    points, classes = blobs(state["correlation"], state["between"], COUNT, state.seed)
    w, b = discriminated(points, classes)
    learned = LogisticRegression(C=1e3, tol=1e-10, max_iter=10_000).fit(points, classes)
    means, covariance, priors = fitted(points, classes)
    new, labels = drawn(means, covariance, priors, 20_000, 1)
    off = max(float(np.abs(new[labels == k].mean(0) - means[k]).max()) for k in (0, 1))
    theirs = [*map(float, learned.coef_[0]), float(learned.intercept_[0])]
    return every(
        right=close([*map(float, w), b], theirs, 1e-3 * max(1.0, *map(abs, theirs))),
        samples_off_by=Outcome(off, "<= 0.06", off <= 0.06),
    )


CLAIMS = (
    Claim(id="AC1", says="maximum likelihood is the sample mean and variance", check=likelihood),
    Claim(id="AC1", says="the area under p(x) is 1", check=whole),
    Claim(id="AC1", says="ELBO <= log p(x), equal at the posterior", check=bounded),
    Claim(id="AC3", says="p(y|x) = p(x|y) p(y) / p(x)", check=rule),
    Claim(id="AC3", says="logit slope 2, and 0.7311 both ways", check=known_numbers),
    Claim(id="AC5", says="Gaussians of equal covariance have a logistic posterior", check=logistic),
    Claim(id="AC5", says="the right is logistic regression; only the left can be sampled", check=direct),
)
