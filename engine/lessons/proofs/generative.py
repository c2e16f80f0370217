"""What `generative` claims: torch.distributions, SciPy's optimiser and quadrature, scikit-learn's classifiers."""

import math
from typing import Any

import numpy as np
import torch
from scipy import integrate, optimize, stats
from torch import Tensor
from torch.distributions import Distribution, MultivariateNormal, Normal, kl_divergence

from ...models.logistic import Logistic
from ...recipes.linear import LogisticOptions
from ..kit.facts import Claim, Outcome, close
from ..kit.state import State
from ..workings.bayes_rule_shown import rule as rule_frames
from ..workings.blobs_shown import PER_KEY, versus
from ..workings.density_shown import curve, data_of, lower_bound
from ..workings.gaussians import density, drawn, slope
from .shown import named, seen
from .worked import worked

HALF = "p(y|x) = ½"


def log_prob(distribution: Distribution, x: Tensor) -> Tensor:
    """log p(x) by torch."""
    logs: Tensor = distribution.log_prob(x)
    return logs


def normal(mu: float, sigma: float) -> Normal:
    """torch's own Gaussian, in float64."""
    return Normal(torch.tensor(mu, dtype=torch.float64), sigma)


def gap(*pairs: tuple[Any, Any]) -> float:
    """The largest difference of pairs of arrays of one shape, relative where their numbers exceed 1."""
    largest = 0.0
    for ours, theirs in pairs:
        a, b = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
        if a.shape != b.shape or not np.isfinite(a).all():
            return math.inf
        largest = max(largest, float((np.abs(a - b) / np.maximum(1.0, np.abs(b))).max(initial=0.0)))
    return largest


def likelihood(state: State) -> Outcome:
    """The most likely Gaussian shown is where SciPy ends that climbs the likelihood of torch's Normal."""
    data = data_of(state)
    row = seen(curve, state, 1)["scores"].rows[1]
    if np.ptp(data) == 0:
        higher = [float(log_prob(normal(row[1], s), torch.from_numpy(data)).sum()) for s in (row[2], row[2] / 2)]
        honest = row[0] != "most likely" and near_mean(row[1], data)
        return Outcome("no best sigma", "none", honest and higher[1] > higher[0], "data without spread: no best σ")
    x = torch.from_numpy(data)

    def loss(theta: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> float:
        return -float(log_prob(normal(float(theta[0]), math.exp(theta[1])), x).sum())

    found = optimize.minimize(
        loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000}
    )
    return close({"mu": row[1], "sigma": row[2]}, {"mu": float(found.x[0]), "sigma": math.exp(float(found.x[1]))}, 1e-4)


def near_mean(mu: float, data: Any) -> bool:
    """Whether a number is the mean of the data."""
    return abs(mu - float(np.mean(data))) < 1e-9


def whole(state: State) -> Outcome:
    """The area under the density by adaptive quadrature; curve, point and scores shown are those of torch's Normal."""
    mu, sigma, x = state["mu"], state["sigma"], state["x"]
    area = float(integrate.quad(lambda at: float(density(at, mu, sigma)), mu - 12 * sigma, mu + 12 * sigma)[0])
    data = torch.from_numpy(data_of(state))
    pairs: list[tuple[Any, Any]] = []
    for k in (0, 1):
        shown = seen(curve, state, k)
        _, m, s, score = shown["scores"].rows[k]
        line = shown["density"].paths["density"][0]
        there = normal(m, s)
        pairs += [(line[:, 1], log_prob(there, torch.from_numpy(line[:, 0].copy())).exp())]
        pairs += [(score, log_prob(there, data).sum())]
        pairs += [(shown["density"].points["p(x)"], [[x, float(log_prob(there, torch.tensor(x).double()).exp())]])]
        pairs += [(shown["density"].points["data"][:, 0], data)]
    yours = seen(curve, state, 0)["scores"].rows[0][1:3] == (mu, sigma)
    holds = abs(area - 1) <= 1e-3 and gap(*pairs) <= 1e-8 and yours
    return Outcome(area, 1, holds)


def bounded(state: State) -> Outcome:
    """Both curves shown, log p and the gap, by torch's KL and quadrature over z; none is above log p(1)."""
    noise, m, s = 0.5, state["m"], state["s"]
    z = torch.linspace(-14, 14, 5_601, dtype=torch.float64)
    prior, fit = normal(0.0, 1.0), log_prob(Normal(z, noise), torch.tensor(1.0).double())
    weight = (log_prob(prior, z) + fit).exp()
    log_p = float(torch.trapezoid(weight, z).log())
    mean = float(torch.trapezoid(weight * z, z)) / math.exp(log_p)
    deviation = math.sqrt(float(torch.trapezoid(weight * (z - mean) ** 2, z)) / math.exp(log_p))

    def theirs(means: Any, width: float) -> Tensor:
        q = Normal(torch.as_tensor(means, dtype=torch.float64)[:, None], width)
        return torch.trapezoid(log_prob(q, z).exp() * fit, z) - kl_divergence(q, prior)[:, 0]

    shown = seen(lower_bound, state)
    x, lines = shown["bound"].x, shown["bound"].lines
    here = float(theirs([m], s)[0])
    touching = float(theirs([mean], deviation)[0])
    off = gap(
        (lines["your s"], theirs(x, s)),
        (lines["best s"], theirs(x, deviation)),
        ([row[1] for row in shown["gap"].rows], [log_p, here, log_p - here, mean, deviation]),
        ([shown["bound"].levels["log p(x)"], shown["bound"].at], [log_p, m]),
    )
    highest = max(float(np.max(line)) for line in lines.values())
    holds = off <= 1e-6 and highest <= log_p + 1e-9 and abs(touching - log_p) <= 1e-6
    return Outcome(highest, f"<= {log_p:.5f}", holds)


def rule(state: State) -> Outcome:
    """Bars, curves and formulas shown are torch's, a softmax of the joint in logs; for an uneven prior as well."""
    found = [_ruled(each) for each in (state, state.with_values(prior=0.2, x=0.75, apart=0.5, width=1.5))]
    _, ours, theirs = found[0]
    return Outcome(ours, theirs, max(each[0] for each in found) <= 1e-9, f"p(y=1|x={state['x']:g})")


def _ruled(state: State) -> tuple[float, float, float]:
    """By how much what is shown differs from torch's; the posterior shown, and torch's."""
    x, prior, mu, sigma = state["x"], state["prior"], state["apart"], state["width"]
    classes = Normal(torch.tensor([-mu, mu], dtype=torch.float64), sigma)
    priors = torch.tensor([1 - prior, prior], dtype=torch.float64)

    def logs(at: Any) -> Tensor:
        return log_prob(classes, torch.as_tensor(at, dtype=torch.float64)[..., None]) + priors.log()

    frames = rule_frames(state)
    bars, over = named(frames[0]), named(frames[1])["posterior-curve"]
    joint, whole_line = logs(x), logs(over.x)
    sure = float(joint.softmax(0)[1])
    off = gap(
        (bars["prior"].values, priors),
        (bars["likelihood"].values, (joint - priors.log()).exp()),
        (bars["joint"].values, joint.exp()),
        (bars["posterior"].values, joint.softmax(0)),
        (over.lines["p(x|0)p(0)"], whole_line[:, 0].exp()),
        (over.lines["p(x|1)p(1)"], whole_line[:, 1].exp()),
        (over.lines["p(1|x)"], whole_line.softmax(1)[:, 1]),
        (over.at, x),
    )
    named_so = all([label[:3] for label in bars[name].labels] == ["y=0", "y=1"] for name in bars)
    inside, outside, share = frames[1].formulas[1].numbers.replace("σ(", "").replace(")", "").split(" = ")
    logit = float(joint[1] - joint[0])
    told = [
        abs(worked(f"{inside} = {outside}")[0] - logit) <= 0.02 * max(1.0, abs(x), abs(logit)),
        abs(float(outside) - logit) <= 1e-3 * max(1.0, abs(logit)),
        abs(float(share) - sure) <= 6e-5,
        named_so,
    ]
    return off if all(told) else math.inf, float(bars["posterior"].values[1]), sure


def known_numbers(state: State) -> Outcome:
    """Classes at -1 and 1 of width 1: slope 2, and 0.7311 at x = 0.5 both ways."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    frames = rule_frames(state.with_values(x=0.5, prior=0.5, apart=1.0, width=1.0))
    joint = named(frames[0])["joint"].values
    ours = [
        slope(1.0, 1.0),
        round(float(joint[1] / sum(joint)), 4),
        round(float(named(frames[0])["posterior"].values[1]), 4),
    ]
    # These four points have means -1 and 1 and the variance 1 in each class.
    logit = LinearDiscriminantAnalysis(priors=[0.5, 0.5]).fit([[-2.0], [0.0], [0.0], [2.0]], [0, 0, 1, 1])
    certain = round(float(torch.tensor(1.0).double().sigmoid()), 4)
    return close(ours, [round(float(logit.coef_[0, 0]), 9), 0.7311, certain], 1e-6)


def logistic(state: State) -> Outcome:
    """The left as shown: torch's mixture is the shade, and scikit-learn's discriminant is zero along the line."""
    found = max(_left(each) for each in (state, state.with_values(between=0.4, correlation=0.4)))  # flat and steep
    return Outcome({"largest difference": found}, "<= 1e-06", found <= 1e-6)


def _given(plane: Any) -> tuple[Any, Any]:
    """Points [n, 2] and classes [n] as a plane shows them."""
    parts = [np.asarray(plane.points[f"class {k}"]) for k in (0, 1)]
    return np.concatenate(parts), np.repeat([0, 1], [len(part) for part in parts])


def _left(state: State) -> float:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    shown, row = seen(versus, state), seen(versus, state, 1)["lines"].rows[0]
    left = shown["generative"]
    points, classes = _given(left)
    lda = LinearDiscriminantAnalysis(solver="lsqr", store_covariance=True).fit(points, classes)
    rows, columns = left.surface.shape
    x0, x1, y0, y1 = left.extent
    x = x0 + (np.arange(columns) + 0.5) * (x1 - x0) / columns
    y = y1 - (np.arange(rows) + 0.5) * (y1 - y0) / rows
    grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    shared, places = torch.from_numpy(lda.covariance_), torch.from_numpy(grid)
    logs = torch.stack(
        [
            log_prob(MultivariateNormal(torch.from_numpy(mean), shared), places) + math.log(prior)
            for mean, prior in zip(lda.means_, lda.priors_, strict=True)
        ],
        1,
    )
    sure = 1 / (1 + np.exp(-(grid @ np.array(row[1:3]) + row[3])))
    lab = Logistic(LogisticOptions(), (2,), 2).double()
    weight, bias = lab.parameters()
    with torch.no_grad():
        weight.copy_(torch.tensor([[0.0, 0.0], row[1:3]]))
        bias.copy_(torch.tensor([0.0, row[3]]))
        by_lab = lab(places).softmax(1)[:, 1].numpy()
    line = left.paths[HALF][0]
    across = bool((np.abs(np.ptp(line, axis=0)) >= x1 - x0 - 1e-9).any())
    parts = seen(versus, state, 1)["parts"].rows
    off = gap(
        (left.surface, logs.exp().sum(1).reshape(rows, columns)),
        (sure, logs.softmax(1)[:, 1]),
        (sure, lda.predict_proba(grid)[:, 1]),
        (sure, by_lab),
        (lda.decision_function(line), [0.0, 0.0]),
        ([part[1:] for part in parts], np.column_stack((lda.priors_, lda.means_))),
        ([part[1:] for part in seen(versus, state, 1)["covariance"].rows], lda.covariance_),
    )
    return off if across else math.inf


def direct(state: State) -> Outcome:
    """The right as shown: scikit-learn's logistic regression of the same points, zero along the line."""
    from sklearn.linear_model import LogisticRegression

    shown, row = seen(versus, state), seen(versus, state, 1)["lines"].rows[1]
    right = shown["discriminative"]
    points, classes = _given(right)
    learned = LogisticRegression(C=1e3, tol=1e-10, max_iter=10_000).fit(points, classes)
    theirs = [*map(float, learned.coef_[0]), float(learned.intercept_[0])]
    scale = max(1.0, *map(abs, theirs))
    along = float(np.abs(learned.decision_function(right.paths[HALF][0])).max()) / scale
    same = close(list(row[1:]), theirs, 1e-3 * scale).holds
    bare = right.surface is None and np.array_equal(points, _given(shown["generative"])[0])
    return Outcome({"off the line by": along}, "<= 0.001", same and bare and along <= 1e-3)


def sampled(state: State) -> Outcome:
    """New points as shown: 20 a key on the left, none on the right; theirs is the model's distribution."""
    keys = len(state["samples"]) or 1
    counts = []
    for model in ("generative", "discriminative"):
        shown = seen(versus, state.with_values(samples="g" * keys, model=model))
        planes = [shown[name].points for name in ("generative", "discriminative")]
        counts.append([sum(len(p) for name, p in plane.items() if not name.startswith("class")) for plane in planes])
    wanted = [PER_KEY * keys, 0]
    plane = seen(versus, state.with_values(samples="g" * 20, model="generative"))["generative"]
    points, classes = _given(plane)
    means, share = np.stack([points[classes == k].mean(0) for k in (0, 1)]), np.bincount(classes) / len(classes)
    within: Any = sum(share[k] * np.cov(points[classes == k].T, bias=True) for k in (0, 1))
    likely = min(
        _likely(plane.points["new"] @ u, means @ u, float(u @ within @ u), share)
        for u in np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [0.6, -0.8]])
    )
    many, labels = drawn(means, within, share, 20_000, 1)
    off = max(
        max(
            float(np.abs(many[labels == k].mean(0) - means[k]).max()),
            float(np.abs(np.cov(many[labels == k].T) - within).max()),
            abs(float((labels == k).mean()) - float(share[k])),
        )
        for k in (0, 1)
    ) / max(1.0, float(within.max()))
    return Outcome(counts[0], wanted, counts == [wanted, [0, 0]] and likely > 1e-5 and off <= 0.07)


def _likely(values: Any, centres: Any, variance: float, share: Any) -> float:
    """The p-value of values [n] under the mixture of two Gaussians (Kolmogorov and Smirnov)."""
    p: float = stats.kstest(values, lambda at: stats.norm.cdf(at[:, None], centres, variance**0.5) @ share).pvalue
    return p


CLAIMS = (
    Claim(id="AC1", says="maximum likelihood is the data's mean and deviation", check=likelihood),
    Claim(id="AC1", says="the area under p(x) is 1", check=whole),
    Claim(id="AC1", says="ELBO <= log p(x), equal at the posterior", check=bounded),
    Claim(id="AC3", says="p(y|x) = p(x|y) p(y) / p(x)", check=rule),
    Claim(id="AC3", says="logit slope 2, and 0.7311 both ways", check=known_numbers),
    Claim(id="AC5", says="Gaussians of equal covariance: a logistic posterior", check=logistic),
    Claim(id="AC5", says="the right is logistic regression", check=direct),
    Claim(id="AC5", says="new points on the left, none on the right", check=sampled),
)
