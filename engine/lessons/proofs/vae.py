"""What `vae` claims: by torch.distributions, autograd, quadrature, SciPy's densities and scikit-learn."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from scipy import integrate, stats

from ..kit.facts import Claim, Outcome, close, every, same_arrays
from ..kit.state import State
from ..trainings.latent_digits import started
from ..workings import vae_bound, vae_frames, vae_latent
from .shown import seen
from .worked import value, worked

EVIDENCE = float(stats.norm.logpdf(1.0, 0.0, math.sqrt(1.25)))
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(24)
"""For expectations over N(0, 1)."""


def _exactly(values: Any) -> torch.Tensor:
    """In double precision, not by way of single."""
    return torch.from_numpy(np.array(values, dtype=np.float64))


def _normal(mean: Any, sigma: Any) -> torch.distributions.Normal:
    return torch.distributions.Normal(_exactly(mean), _exactly(sigma))


def _cost(mean: Any, sigma: Any) -> Any:
    """KL(N(mean, sigma²) ‖ N(0, 1)) by PyTorch."""
    return torch.distributions.kl_divergence(_normal(mean, sigma), _normal(0.0, 1.0)).numpy()


def _told(lines: Any, values: Any, tolerance: float = 2e-3) -> bool:
    """Whether the numbers of formulas come to what they say, and to these values."""
    read = np.array([worked(line.numbers) for line in lines])
    return bool(np.abs(read - np.asarray(values, dtype=float).reshape(-1, 1)).max() < tolerance)


def divergence(state: State) -> Outcome:
    """The three cases of the notes and the one of the sliders as they are shown, and the curves, by PyTorch."""
    frames = [seen(vae_frames.divergences, state, k) for k in range(3)]
    table, mu, sigma = frames[0]["cases"], state["mu"], state["sigma"]
    cases = [(0.0, 1.0), (1.0, 1.0), (0.0, 0.5), (mu, sigma)]
    shown = [row[2] for row in table.rows]
    over_mu, over_sigma, both = frames[1]["kl"], frames[2]["kl"], frames[0]["densities"]
    drawn = np.concatenate([over_mu.lines["KL"], over_sigma.lines["KL"], both.lines["q(z|x)"], both.lines["p(z)"]])
    oracle = np.concatenate(
        [
            _cost(over_mu.x, np.full(len(over_mu.x), sigma)),
            _cost(np.full(len(over_sigma.x), mu), over_sigma.x),
            stats.norm(mu, sigma).pdf(both.x),
            stats.norm.pdf(both.x),
        ]
    )
    told = _told([table.origin(row, 2).formulas[0] for row in range(4)], [_cost(m, s) for m, s in cases])
    parts = every(
        KL=close(shown, [round(float(_cost(m, s)), 6) for m, s in cases], 1e-5),
        curves=same_arrays(drawn, oracle, 1e-9, "off by"),
    )
    return Outcome([float(f"{v:.4g}") for v in shown], [float(f"{_cost(m, s):.4g}") for m, s in cases],
                   parts.holds and told)  # fmt: skip


def passes(state: State) -> Outcome:
    """The columns that are shown are eps, sigma·eps and mu + sigma·eps, by autograd's modules, with their densities."""
    mu, sigma = state["mu"], state["sigma"]
    center = torch.tensor(mu, dtype=torch.float64, requires_grad=True)
    width = torch.tensor(sigma, dtype=torch.float64, requires_grad=True)
    frames = [seen(vae_frames.reparametrisation, state, k) for k in range(3)]
    rows = np.array(frames[2]["draws"].rows)
    eps = torch.tensor(rows[:, 0])
    stretched = torch.distributions.AffineTransform(torch.zeros(()).double(), width)(eps)
    moved = torch.distributions.AffineTransform(center, torch.ones(()).double())(stretched)
    by_mu, by_sigma = torch.autograd.grad(moved[0], (center, width))
    stretched, moved = stretched.detach(), moved.detach()
    slopes = vae_frames.reparametrisation(state)[0].formulas[1].numbers
    columns = same_arrays(rows, torch.stack((eps, stretched, moved), 1).detach().numpy(), 1e-9)
    curves = [frame["density"] for frame in frames]
    at_each = zip(curves, ((0, 1), (0, sigma), (mu, sigma)), strict=True)
    densities = same_arrays(
        np.concatenate([curve.lines["density"] for curve in curves]),
        np.concatenate([stats.norm(*at).pdf(curve.x) for curve, at in at_each]),
        1e-9,
    )
    told = _told(
        [frames[2]["draws"].origin(row, column).formulas[0] for row in range(len(rows)) for column in (1, 2)],
        [float(each[row]) for row in range(len(rows)) for each in (stretched, moved)],
    ) and _told([vae_frames.reparametrisation(state)[0].formulas[0]], [float(moved[0])])
    written = float(slopes.rsplit("=", 1)[-1])
    holds = columns.holds and densities.holds and told and rows[0, 0] == state["eps"]
    return Outcome(
        {"dz/dmu": 1.0, "dz/dsigma": written},
        {"dz/dmu": float(by_mu), "dz/dsigma": float(by_sigma)},
        holds and abs(float(by_mu) - 1) < 1e-12 and abs(written - float(by_sigma)) < 1e-5,
    )


def _bound(mean: Any, variance: Any) -> Any:
    """The ELBO as an expectation over q, by Gauss-Hermite quadrature; means and variances of one shape."""
    mean, sd = np.asarray(mean, dtype=float)[..., None], np.sqrt(np.asarray(variance, dtype=float))[..., None]
    z = mean + sd * NODES
    inside = stats.norm.logpdf(z) + stats.norm.logpdf(1.0, z, 0.5) - stats.norm.logpdf(z, mean, sd)
    return (inside * WEIGHTS).sum(-1) / WEIGHTS.sum()


def touches(state: State) -> Outcome:
    """At N(.8, .2) the ELBO shown is log p(1), by SciPy's density and integral; elsewhere it is lower."""
    exact = seen(vae_bound.bound, state.with_values(mean=0.8, variance=0.2))["sums"].rows
    inside = math.log(integrate.quad(lambda z: stats.norm.pdf(z) * stats.norm.pdf(1.0, z, 0.5), -10, 10)[0])
    holds = abs(inside - EVIDENCE) < 1e-6 and max(abs(exact[k][1] - EVIDENCE) for k in (2, 3)) < 1e-9
    return Outcome(
        {"ELBO": round(exact[2][1], 5), "log p(1)": round(exact[3][1], 5)},
        {"ELBO": -1.43051, "log p(1)": round(inside, 5)},
        holds and abs(exact[2][1] + 1.43051) < 5e-6,
    )


def lower(state: State) -> Outcome:
    """The sums that are shown, by integrals, densities and PyTorch's KL(q ‖ p(z|x)); each line of numbers is right."""
    mean, variance = state["mean"], state["variance"]
    frame = vae_bound.bound(state)[0]
    table = seen(vae_bound.bound, state)["sums"]
    shown = [row[1] for row in table.rows]
    gap = torch.distributions.kl_divergence(_normal(mean, math.sqrt(variance)), _normal(0.8, math.sqrt(0.2)))
    q = stats.norm(mean, math.sqrt(variance))
    oracle = [
        float(q.expect(lambda z: stats.norm.logpdf(1.0, z, 0.5))), float(_cost(mean, math.sqrt(variance))),
        float(_bound(mean, variance)), EVIDENCE, float(gap),
    ]  # fmt: skip
    lines = [*frame.formulas, *(table.origin(row, 1).formulas[0] for row in range(5))]
    told = _told(lines, [oracle[2], EVIDENCE, *oracle], 1e-4)
    holds = bool(np.abs(np.array(shown) - oracle).max() < 1e-6) and told
    says = f"the ELBO of N({mean:g}, {variance:g}) is log p(1) less KL(q ‖ p(z|x))"
    return Outcome(
        {"ELBO": shown[2], "KL to p(z|x)": shown[4]}, {"ELBO": oracle[2], "KL to p(z|x)": oracle[4]}, holds, says
    )


def mapped(state: State) -> Outcome:
    """Both curves and the map are the integrals; the best cell is marked, and the one nearest to the sliders' q."""
    mean, variance = state["mean"], state["variance"]
    shown, oracle = [], []
    for k, (ms, vs) in ((1, (None, variance)), (2, (mean, None))):
        curve = seen(vae_bound.bound, state, k)["elbo"]
        at = np.asarray(curve.x)
        m, v = (at, np.full(len(at), vs)) if ms is None else (np.full(len(at), ms), at)
        shown.append(np.asarray(curve.lines["ELBO"]))
        oracle.append(_bound(m, v))
    grid = seen(vae_bound.bound, state, 3)["map"]
    m, v = np.meshgrid([float(x) for x in grid.column_labels], [float(x) for x in grid.row_labels])
    cells = _bound(m, v)
    ((best, yours),) = [[grid.marks[mark][0] for mark in ("winner", "focus")]]
    nearest = (int(np.abs(np.log(v[:, 0] / variance)).argmin()), int(np.abs(m[0] - mean).argmin()))
    told = _told([grid.origin(*cell).formulas[0] for cell in np.ndindex(*cells.shape)], cells, 1e-4)
    off = max(
        float(np.abs(np.concatenate(shown) - np.concatenate(oracle)).max()),
        float(np.abs(np.asarray(grid.values) - cells).max()),
    )
    marked = (m[best], v[best]) == (0.8, 0.2) and tuple(yours) == nearest
    highest = max(*(float(line.max()) for line in shown), float(np.max(grid.values)))
    return Outcome(
        {"largest difference": off, "highest": highest},
        {"largest difference": "< 1e-9", "highest": f"<= {EVIDENCE:.5f}"},
        off < 1e-9 and marked and told and highest <= EVIDENCE + 1e-9,
    )


def _expected(result: Any, n: int, nodes: int = 12) -> float:
    """-E log p(x|z) of test image n over q(z|x), by Gauss-Hermite quadrature and SciPy's density."""
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    z = result.means[n] + result.sigmas[n] * np.stack(np.meshgrid(points, points), -1).reshape(-1, 2)
    share = np.outer(weights, weights).reshape(-1) / weights.sum() ** 2
    images = result.decode(z).reshape(len(z), -1)
    return -float(share @ stats.norm.logpdf(result.images[n].reshape(-1), images, result.pixel_sigma).sum(1))


def encoded(state: State) -> Outcome:
    """The bars of an image: KL by torch.distributions, reconstruction by quadrature; on average over 60 images too."""
    result, n = state.result("latent-digits"), state["image"]
    each = _cost(result.means, result.sigmas)
    bars, means = (seen(vae_latent.terms, state, k)[name] for k, name in ((0, "terms"), (1, "means")))
    oracle = np.array([_expected(result, k) for k in range(60)])
    back = _expected(result, n)
    shown = np.asarray(bars.values)
    told = _told([bars.origin(row, 0).formulas[0] for row in (1, 2, 3)], [*each[n], shown[:3].sum()], 6e-3)
    off = float(np.abs(oracle - result.reconstruction[:60]).mean())
    near = (
        [*bars.labels] == ["reconstruction", "KL of z1", "KL of z2", "-ELBO"]
        and abs(shown[0] - back) < 3.0
        and off < 0.8
        and abs(float((oracle - result.reconstruction[:60]).mean())) < 0.2
        and bool(np.abs(shown[1:3] - each[n]).max() < 1e-4)
        and abs(shown[3] - shown[:3].sum()) < 1e-4
        and bool(np.abs(np.asarray(result.kl) - each.sum(1)).max() < 1e-3)
        and abs(means.rows[0][2] - result.reconstruction.mean()) < 1e-3
        and abs(means.rows[1][2] - each.sum(1).mean()) < 1e-3
        and _told([means.origin(2, k).formulas[0] for k in (1, 2)], means.rows[2][1:], 1e-3)
    )
    return Outcome(
        {"reconstruction": float(shown[0]), "KL": float(shown[1] + shown[2])},
        {"reconstruction": f"{back:.2f} ±3", "KL": f"{each[n].sum():.3f}"},
        near and told,
    )


def gained(state: State) -> Outcome:
    """The training raised the ELBO by tens of nats, against a model that is built anew and not trained."""
    result = state.result("latent-digits")
    model = started(state.seed, result.beta).model.eval()
    with torch.no_grad():
        q = model.encode(torch.from_numpy(result.images[:, None]))
        sigmas = (q.log_variance / 2).exp().numpy()
    new = replace(result, model=model, means=q.mean.numpy(), sigmas=sigmas, pixel_sigma=float(model.sigma.detach()))
    first = np.mean([_expected(new, k) for k in range(60)]) + _cost(new.means, new.sigmas).sum(1).mean()
    _, before, now = seen(vae_latent.terms, state, 1)["means"].rows[2]
    told, rise = abs(before - first) < 3.0, float(before - now)
    return Outcome({"ELBO gained, nats": rise}, ">= 30", told and rise >= 30)


def bounded(state: State) -> Outcome:
    """The ELBO lies below log p(x), by importance sampling from q with 2000 samples an image, and not far below."""
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
    mean = float(np.mean(gaps))
    return Outcome({"mean of log p(x) - ELBO": mean}, "0 to 8, each > -1", -0.1 < mean < 8 and min(gaps) > -1)


def drawn(state: State) -> Outcome:
    """The ellipses are where q's density is exp(-1/2) and exp(-2) of its peak; the wall decodes the places it names."""
    result, n = state.result("latent-digits"), state["image"]
    frames = [seen(vae_latent.latent, state, k) for k in range(3)]
    q = stats.multivariate_normal(result.means[n].astype(float), np.diag(result.sigmas[n].astype(float) ** 2))
    paths = frames[1]["plane"].paths["1 and 2 sigma"]
    levels = np.array([q.logpdf(path) - q.logpdf(result.means[n]) for path in paths])
    z1, z2 = np.meshgrid(np.arange(-5, 6, 2) * 0.4, np.arange(5, -6, -2) * 0.4)
    wall = frames[2]["wall"]
    there = np.asarray(wall.images) - result.decode(np.stack((z1, z2), -1).reshape(-1, 2))
    decoded = frames[0]["decoded"]
    here = decoded.values - result.decode([(state["z1"], state["z2"])])[0]
    said = [value(decoded.origin(*at).formulas[1].numbers.rsplit("= ", 1)[1]) for at in np.ndindex(8, 8)]
    here = np.append(here, np.maximum(np.abs(np.ravel(decoded.values) - said) - 6e-5, 0))
    reach, title = frames[0]["plane"].extent[1], frames[0]["plane"].title
    outside = int((np.abs(result.means[:300]).max(1) > reach).sum())
    told = [int(word) for word in title.split() if word.isdecimal()]
    untold = 0 if told == ([outside, 300] if outside else []) else outside
    misnamed = sum(
        result.labels[np.abs(result.means - place).sum(1).argmin()] != int(name)
        for *place, name in frames[0]["plane"].labels
    )
    off = float(np.abs(levels - np.array([[-0.5], [-2.0]])).max())
    wrong = max(float(np.abs(there).max()), float(np.abs(here).max()))
    return Outcome(
        {"ellipses off by": off, "pictures": wrong, "misnamed": misnamed, "outside, untold": untold},
        "< 1e-3, < 1e-5, 0, 0",
        off < 1e-3 and wrong < 1e-5 and wall.columns == 6 and outside <= 7 and misnamed == untold == 0,
    )


def sorted_by_digit(state: State) -> Outcome:
    """Two latent numbers tell the digit far better than chance, unless KL was too dear."""
    from sklearn.neighbors import KNeighborsClassifier

    result: Any = state.result("latent-digits")
    told = KNeighborsClassifier(5).fit(result.train_means, result.train_labels).score(result.means, result.labels)
    if result.beta > 4:
        spread = float(result.kl.mean())
        return Outcome(
            {"KL": spread}, "< 0.5: posterior collapse", spread < 0.5, says=f"beta {result.beta:g}: KL vanishes"
        )
    return Outcome({"neighbours tell": told}, ">= 0.6, chance is 0.1", told >= 0.6)


CLAIMS = (
    Claim(id="AC4b", says="KL = ½ sum(mu² + s² - 1 - ln s²): the cases and your q", check=divergence),
    Claim(id="AC4b", says="z = mu + s·eps is a sample of q; dz/dmu = 1, dz/ds = eps", check=passes),
    Claim(id="AC4b", says="at the exact posterior N(.8, .2) the ELBO is log p(1)", check=touches),
    Claim(id="AC4b", says="elsewhere the ELBO is lower, by KL(q ‖ p(z|x))", check=lower),
    Claim(id="AC4b", says="curves and map of the ELBO are its integrals", check=mapped),
    Claim(id="AC4b", says="the bars are KL and -E log p(x|z) of the image", check=encoded, needs="latent-digits"),
    Claim(id="AC4b", says="the training raised the ELBO", check=gained, needs="latent-digits"),
    Claim(id="AC4b", says="the trained ELBO lies below log p(x)", check=bounded, needs="latent-digits"),
    Claim(
        id="AC4b", says="ellipses are 1 and 2 sigma; the plane is decoded in place", check=drawn, needs="latent-digits"
    ),
    Claim(id="AC4b", says="the plane sorts digits, never told", check=sorted_by_digit, needs="latent-digits"),
)
