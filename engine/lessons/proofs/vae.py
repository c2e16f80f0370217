"""What `vae` claims: by torch.distributions, autograd, SciPy's integrals and scikit-learn."""

import math
from typing import Any

import numpy as np
import torch
from scipy import integrate, stats
from sklearn.neighbors import KNeighborsClassifier

from ..kit.facts import Claim, Outcome, at_least, at_most, close, every, same_arrays
from ..kit.state import State
from ..workings import kl, vae_frames, vae_latent


def divergence(state: State) -> Outcome:
    """The three cases of the notes and the one of the sliders, by torch.distributions."""
    cases = [*vae_frames.CASES, (state["mu"], state["sigma"])]
    unit = torch.distributions.Normal(0.0, 1.0)
    oracle = [
        float(torch.distributions.kl_divergence(torch.distributions.Normal(float(m), float(s)), unit)) for m, s in cases
    ]
    names = ("N(0,1)", "N(1,1)", "N(0,.5²)", "of the sliders")
    ours = {name: float(kl.divergence(*case)) for name, case in zip(names, cases, strict=True)}
    return close(ours, dict(zip(names, oracle, strict=True)), 1e-5)


def passes(state: State) -> Outcome:
    """z = mu + sigma·eps: autograd's slopes are 1 and eps; a million samples have q's quantiles."""
    mu = torch.tensor(state["mu"], dtype=torch.float64, requires_grad=True)
    sigma = torch.tensor(state["sigma"], dtype=torch.float64, requires_grad=True)
    eps = float(state["eps"])
    torch.distributions.TransformedDistribution(
        torch.distributions.Normal(0.0, 1.0), [torch.distributions.AffineTransform(mu, sigma)]
    ).transforms[0](torch.tensor(eps, dtype=torch.float64)).backward()
    assert mu.grad is not None and sigma.grad is not None
    step = 1e-6
    slopes = [
        (kl.sampled(state["mu"] + step, state["sigma"], eps) - kl.sampled(state["mu"] - step, state["sigma"], eps)),
        (kl.sampled(state["mu"], state["sigma"] + step, eps) - kl.sampled(state["mu"], state["sigma"] - step, eps)),
    ]
    shares = np.array([0.025, 0.16, 0.5, 0.84, 0.975])
    ours = kl.sampled(state["mu"], state["sigma"], stats.norm.ppf(shares))
    return every(
        slopes=close([s / (2 * step) for s in slopes], [float(mu.grad), float(sigma.grad)], 1e-6),
        quantiles=same_arrays(ours, stats.norm(state["mu"], state["sigma"]).ppf(shares), 1e-9),
    )


def _integral(mean: float, variance: float) -> float:
    """The ELBO as an integral over z."""
    q, sd = stats.norm(mean, math.sqrt(variance)), math.sqrt(variance)

    def inside(z: float) -> float:
        joint = stats.norm.logpdf(z) + stats.norm.logpdf(1.0, z, 0.5)
        return float(q.pdf(z) * (joint - q.logpdf(z)))

    return float(integrate.quad(inside, mean - 12 * sd, mean + 12 * sd, limit=200)[0])


def touches(state: State) -> Outcome:
    """At N(.8, .2) the ELBO is log p(1), by SciPy's density and integral; elsewhere it is lower."""
    evidence = float(stats.norm.logpdf(1.0, 0.0, math.sqrt(1.25)))
    inside = integrate.quad(lambda z: stats.norm.pdf(z) * stats.norm.pdf(1.0, z, 0.5), -10, 10)[0]
    grid = [float(kl.elbo(m, v)) for m in np.linspace(-1, 2.5, 36) for v in np.linspace(0.05, 1.5, 30)]
    return every(
        log_p=close([kl.log_evidence(), kl.log_evidence()], [evidence, math.log(inside)], 1e-6),
        ELBO_at_posterior=close(float(kl.elbo(0.8, 0.2)), -1.43051, 5e-6),
        ELBO_elsewhere_at_most=at_most(max(grid), evidence + 1e-12),
    )


def lower(state: State) -> Outcome:
    """The ELBO of the sliders is its integral, and the gap to log p(1) is KL(q ‖ p(z|x))."""
    mean, variance = state["mean"], state["variance"]
    evidence = float(stats.norm.logpdf(1.0, 0.0, math.sqrt(1.25)))
    gap = torch.distributions.kl_divergence(
        torch.distributions.Normal(torch.tensor(mean, dtype=torch.float64), math.sqrt(variance)),
        torch.distributions.Normal(torch.tensor(0.8, dtype=torch.float64), math.sqrt(0.2)),
    )
    ours = float(kl.elbo(mean, variance))
    exact = abs(mean - 0.8) < 1e-9 and abs(variance - 0.2) < 1e-9
    outcome = every(
        ELBO=close(ours, _integral(mean, variance), 1e-6),
        gap=close(evidence - ours, float(gap), 1e-6),
        below_log_p=Outcome(evidence - ours, "0 at the posterior" if exact else "> 0", exact or ours < evidence),
    )
    says = f"the ELBO of N({mean:g}, {variance:g}) is log p(1) less KL(q ‖ p(z|x))"
    return Outcome(outcome.computed, outcome.expected, outcome.holds, says)


def encoded(state: State) -> Outcome:
    """The KL term of the trained encoder is the shown formula; the images come back far better than before."""
    result = state.result("latent-digits")
    q = torch.distributions.Normal(torch.from_numpy(result.means).double(), torch.from_numpy(result.sigmas).double())
    oracle = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).sum(1).numpy()
    shown = np.array([vae_latent.kl_of(result, n).sum() for n in range(len(result.means))])
    before, now = result.untrained, (float(result.reconstruction.mean()), float(result.kl.mean()))
    return every(
        formula=same_arrays(shown, oracle, 1e-5),
        in_the_lab=same_arrays(result.kl, oracle, 1e-4),
        ELBO_gained_in_nats=at_least(sum(before) - sum(now), 10.0),
    )


def bounded(state: State) -> Outcome:
    """The ELBO lies below log p(x), estimated by importance sampling from q with 2000 samples an image."""
    result = state.result("latent-digits")
    count, few = 2000, 12
    rng = np.random.default_rng(state.seed)
    gaps = []
    for n in range(few):
        mu, sigma = result.means[n].astype(float), result.sigmas[n].astype(float)
        z = mu + sigma * rng.standard_normal((count, 2))
        images = result.decode(z).reshape(count, -1)
        log_x = stats.norm.logpdf(result.images[n].reshape(-1), images, result.pixel_sigma).sum(1)
        ratio = log_x + stats.norm.logpdf(z).sum(1) - stats.norm.logpdf(z, mu, sigma).sum(1)
        gaps.append(float(np.logaddexp.reduce(ratio) - math.log(count) + result.reconstruction[n] + result.kl[n]))
    return Outcome({"mean of log p(x) - ELBO": float(np.mean(gaps))}, "> -0.05", float(np.mean(gaps)) > -0.05)


def sorted_by_digit(state: State) -> Outcome:
    """Two latent numbers tell the digit far better than chance, unless KL was too dear."""
    result: Any = state.result("latent-digits")
    told = KNeighborsClassifier(5).fit(result.train_means, result.train_labels).score(result.means, result.labels)
    if result.beta > 4:
        spread = float(result.kl.mean())
        return Outcome(
            {"KL": spread}, "< 0.5: posterior collapse", spread < 0.5, says=f"beta {result.beta:g}: KL vanishes"
        )
    return Outcome({"nearest neighbours tell": told}, ">= 0.6, chance is 0.1", told >= 0.6)


CLAIMS = (
    Claim(id="AC4b", says="KL = ½ sum(mu² + s² - 1 - ln s²): (0,1) 0, (1,1) .5, (0,.5) .318", check=divergence),
    Claim(id="AC4b", says="z = mu + s·eps is a sample of q; dz/dmu = 1, dz/ds = eps", check=passes),
    Claim(id="AC4b", says="at the exact posterior N(.8, .2) the ELBO is log p(1) = -1.43051", check=touches),
    Claim(id="AC4b", says="elsewhere the ELBO is lower, by KL(q ‖ p(z|x))", check=lower),
    Claim(
        id="AC4b",
        says="the trained encoder's KL is the formula, and the ELBO rose",
        check=encoded,
        needs="latent-digits",
    ),
    Claim(id="AC4b", says="the trained ELBO lies below log p(x)", check=bounded, needs="latent-digits"),
    Claim(
        id="AC4b", says="the plane sorts digits that it was never told", check=sorted_by_digit, needs="latent-digits"
    ),
)
