"""Gaussians by hand: densities, likelihoods, a bound, two classes and the line between them. Torch-free."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def density(x: Any, mu: float, sigma: float) -> Any:
    """N(x; mu, sigma²): exp(-(x - mu)² / 2 sigma²) / (sigma √2π)."""
    return np.exp(-((np.asarray(x) - mu) ** 2) / (2 * sigma**2)) / (sigma * math.sqrt(2 * math.pi))


def log_likelihood(data: Floats, mu: float, sigma: float) -> float:
    """The sum of log N(x; mu, sigma²) over the data."""
    return float((-0.5 * ((data - mu) / sigma) ** 2 - math.log(sigma) - 0.5 * math.log(2 * math.pi)).sum())


def most_likely(data: Floats) -> tuple[float, float]:
    """The mean and standard deviation (divided by n) under which the data are most likely."""
    mu = float(data.sum() / len(data))
    return mu, math.sqrt(float(((data - mu) ** 2).sum()) / len(data))


def evidence(x: float, noise: float) -> float:
    """log p(x) of z ~ N(0, 1), x | z ~ N(z, noise²): x is N(0, 1 + noise²)."""
    variance = 1 + noise**2
    return -0.5 * (math.log(2 * math.pi * variance) + x**2 / variance)


def posterior(x: float, noise: float) -> tuple[float, float]:
    """Mean and standard deviation of z given x."""
    variance = 1 / (1 + 1 / noise**2)
    return variance * x / noise**2, math.sqrt(variance)


def elbo(x: float, noise: float, m: Any, s: float) -> Any:
    """E_q[log p(x|z)] - KL(q || p(z)) in nats for q = N(m, s²): at most log p(x)."""
    m = np.asarray(m)
    fit = -0.5 * math.log(2 * math.pi * noise**2) - ((x - m) ** 2 + s**2) / (2 * noise**2)
    return fit - 0.5 * (m**2 + s**2 - 1 - math.log(s**2))


def bayes(x: float, prior: float, mu: float, sigma: float) -> dict[str, tuple[float, float]]:
    """Prior, likelihood, joint and posterior of the classes at -mu and +mu, in this order."""
    priors = (1 - prior, prior)
    likelihoods = (float(density(x, -mu, sigma)), float(density(x, mu, sigma)))
    joint = (priors[0] * likelihoods[0], priors[1] * likelihoods[1])
    # In logs, since both likelihoods may be too small for a float where their ratio is not.
    logit = math.log(priors[1] / priors[0]) + slope(mu, sigma) * x
    sure = 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0
    return {"prior": priors, "likelihood": likelihoods, "joint": joint, "posterior": (1 - sure, sure)}


def slope(mu: float, sigma: float) -> float:
    """By how much the logit of the posterior grows with x: 2 mu / sigma²."""
    return 2 * mu / sigma**2


def blobs(correlation: float, apart: float, counts: tuple[int, int], seed: int) -> tuple[Floats, NDArray[np.int64]]:
    """Two Gaussian clouds of one covariance, of so many points each: points [n, 2] and their classes."""
    rng = np.random.default_rng([seed, 0xB10B])
    mix = np.linalg.cholesky(np.array([[1.0, correlation], [correlation, 1.0]]))
    centres = np.array([[-apart / 2, -0.3], [apart / 2, 0.3]])
    points = [centre + rng.normal(size=(n, 2)) @ mix.T for centre, n in zip(centres, counts, strict=True)]
    return np.concatenate(points), np.repeat([0, 1], counts)


def fitted(points: Floats, classes: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """The most likely means [2, 2], shared covariance [2, 2] and priors [2] of the classes."""
    means = np.stack([points[classes == k].mean(0) for k in (0, 1)])
    centred = points - means[classes]
    return means, centred.T @ centred / len(points), np.bincount(classes) / len(points)


def class_densities(x: Floats, means: Floats, covariance: Floats) -> Floats:
    """p(x | y) of points [n, 2] for both classes: [n, 2]."""
    inverse, norm = np.linalg.inv(covariance), 2 * math.pi * math.sqrt(np.linalg.det(covariance))
    apart = x[:, None, :] - means[None]
    answer: Floats = np.exp(-0.5 * np.einsum("nki,ij,nkj->nk", apart, inverse, apart)) / norm
    return answer


def logistic_form(means: Floats, covariance: Floats, priors: Floats) -> tuple[Floats, float]:
    """w and b such that p(y = 1 | x) = 1 / (1 + exp(-(w x + b))) for classes of one covariance."""
    inverse = np.linalg.inv(covariance)
    w: Floats = inverse @ (means[1] - means[0])
    b = -0.5 * float(means[1] @ inverse @ means[1] - means[0] @ inverse @ means[0])
    return w, b + math.log(priors[1] / priors[0])


def discriminated(points: Floats, classes: NDArray[np.int64], penalty: float = 1e-3) -> tuple[Floats, float]:
    """w and b of logistic regression on the points alone, with `penalty` / 2 |w|², by Newton's method."""
    x = np.column_stack([points, np.ones(len(points))])
    ridge = np.diag([penalty, penalty, 0.0])
    theta = np.zeros(3)
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(x @ theta, -500, 500)))
        gradient = x.T @ (p - classes) + ridge @ theta
        hessian = (x * (p * (1 - p))[:, None]).T @ x + ridge + 1e-12 * np.eye(3)
        step = np.linalg.solve(hessian, gradient)
        theta = theta - step
        if float(np.abs(step).max()) < 1e-12:
            break
    return theta[:2], float(theta[2])


def drawn(means: Floats, covariance: Floats, priors: Floats, count: int, seed: int) -> tuple[Floats, NDArray[np.int64]]:
    """New points of the generative model, a class first, then a point of it: [count, 2] and [count]."""
    rng = np.random.default_rng([seed, 0x5A3])
    classes = (rng.random(count) < priors[1]).astype(np.int64)
    return means[classes] + rng.normal(size=(count, 2)) @ np.linalg.cholesky(covariance).T, classes
