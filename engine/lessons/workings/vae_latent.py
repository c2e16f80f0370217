"""Frames of a trained VAE: its plane decoded under the cursor, one image's Gaussian, the two terms. Torch-free."""

from functools import partial
from typing import Any

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Origin, Plane, Table, Wall
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .kl import divergence, ellipse, sampled, signed

REACH = 3.2
"""Of the plane that is drawn, both ways, at least."""
SIGNS = 6
"""Points of each digit that carry its name."""
SIDE = 6
"""Places along each side of the decoded wall."""
WALL = np.round(np.linspace(-2, 2, SIDE), 2)
SAMPLES = 6
CHOICE = 100
"""Test images that may be chosen."""
SHOWN = 300


def latent(state: State) -> Frames:
    """The plane with a cursor; one image's Gaussian; images all over the plane."""
    return Frames(3, partial(_latent, state, state.result("latent-digits")))


def _pick(x: float, y: float) -> dict[str, float]:
    """The settings of a place of the plane."""
    return {"z1": float(np.clip(round(x, 2), -3, 3)), "z2": float(np.clip(round(y, 2), -3, 3))}


def _within(points: Any, reach: float) -> Any:
    """Those of the points [n, 2] that are drawn; all where none is."""
    inside = points[np.abs(points).max(axis=1) <= reach]
    return inside if len(inside) else points


def _spread(points: Any, count: int = SIGNS) -> Any:
    """[count, 2]: of the points [n, 2] the one nearest to their median, then always the farthest from those chosen."""
    points = np.asarray(points, dtype=np.float64)
    chosen = [int(np.hypot(*(points - np.median(points, axis=0)).T).argmin())]
    while len(chosen) < min(count, len(points)):
        gaps = np.hypot(*(points[:, None] - points[chosen][None]).transpose(2, 0, 1)).min(axis=1)
        chosen.append(int(gaps.argmax()))
    return points[chosen]


def _reach(result: Any) -> float:
    """Half the side of a plane that holds all but one image in fifty."""
    return max(REACH, 0.1 * float(np.ceil(10 * np.percentile(np.abs(result.means[:SHOWN]).max(axis=1), 98))))


def _plane(result: Any, title: str, reach: float, picks_at: Any = _pick, **more: Any) -> Plane:
    groups = {
        str(digit): result.means[:SHOWN][result.labels[:SHOWN] == digit] for digit in np.unique(result.labels).tolist()
    }
    outside = int((np.abs(result.means[:SHOWN]).max(axis=1) > reach).sum())
    title += f", {outside} of the {SHOWN} drawn outside" if outside else ""
    return Plane(
        name="plane",
        title=title,
        about=(
            "Each dot is the mean of q(z|x) of a test image, coloured by its digit; six of each digit, far apart, "
            "carry its name. The model was never told the digits."
        ),
        extent=(-reach, reach, -reach, reach),
        points=groups,
        labels=[
            (*place, name) for name, points in groups.items() for place in _spread(_within(points, reach)).tolist()
        ],
        x_label="z1",
        y_label="z2",
        picks_at=picks_at,
        **more,
    )


def _pixel(result: Any, z: tuple[float, float], row: int, column: int) -> Origin:
    """A pixel of the decoded image: z, the hidden layers, and the last dot product."""
    total, bias, active, width = result.last_sum(z, row, column)
    value = 1 / (1 + np.exp(-(total + bias)))
    return Origin(
        formulas=(
            Formula(
                symbols=f"z → h: two layers of {width} numbers, SiLU after each",
                numbers=f"z = ({z[0]:g}, {z[1]:g}); {active} of {width} numbers of h are above 0",
            ),
            Formula(
                symbols=f"mean of p(x|z) = 1/(1 + exp(-(w·h + b))), {width} products",
                numbers=f"1/(1 + exp(-({total:.4f} + {signed(bias, '.4f')}))) = {value:.4f}",
            ),
        )
    )


def _latent(state: State, result: Any, k: int) -> Frame:
    if k == 0:
        z = (state["z1"], state["z2"])
        image = result.decode([z])[0]
        nearest = int(np.hypot(*(result.means - np.array(z)).T).argmin())
        figures: tuple[Any, ...] = (
            _plane(result, "where test images lie", max(_reach(result), *map(abs, z)), at=z),
            Grid(
                name="decoded",
                title=f"decoder({z[0]:g}, {z[1]:g})",
                about="The mean of p(x|z) at the cursor: an image that nobody drew.",
                values=image,
                shows="shades",
                digits=1,
                reach=(0, 1),
                scope="0 to 1",
                join="→",
                origin=lambda row, column: _pixel(result, z, row, column),
            ),
        )
        caption = (
            f"Move the cursor over the plane: each place is an image. The nearest test image shows "
            f"the digit {result.labels[nearest]}."
        )
        return Frame(title="A plane of images", caption=caption, figures=figures)
    if k == 1:
        return _one(state, result)
    places = np.array([(x, y) for y in WALL[::-1] for x in WALL])
    chosen = int(np.hypot(*(places - np.array((state["z1"], state["z2"]))).T).argmin())

    def origin(row: int, column: int) -> Origin:
        numbers = f"decoder({places[row, 0]:g}, {places[row, 1]:g})"
        return Origin(formulas=(Formula(symbols="mean of p(x|z) at z = (z1, z2)", numbers=numbers),))

    wall = Wall(
        name="wall",
        title="decoded: z1 from -2 to 2 rightwards, z2 from 2 down to -2",
        about="Neighbours look alike: the KL term keeps the Gaussians close, so that there are few empty places.",
        images=result.decode(places),
        columns=SIDE,
        chosen=chosen,
        cursor=(chosen, 0),
        reach=(0, 1),
        picks=lambda row, column: _pick(*places[row].tolist()),
        origin=origin,
    )
    caption = (
        f"{SIDE} x {SIDE} places of the plane, decoded: neighbours look alike. Marked: the one nearest to the cursor."
    )
    return Frame(title="The decoded plane", caption=caption, figures=(wall,))


def _one(state: State, result: Any) -> Frame:
    n = state["image"]
    mu, sigma = result.means[n], result.sigmas[n]
    eps = np.random.default_rng([state.seed, n]).standard_normal((SAMPLES, 2))
    z = sampled(mu, sigma, eps)
    paths = {"1 and 2 sigma": [ellipse(mu, sigma, reach) for reach in (1.0, 2.0)]}
    images = np.concatenate((result.images[n : n + 1], result.decode([mu]), result.decode(z)))
    wall = Wall(
        name="samples",
        title=f"test image {n}, decoded mean, decoded samples",
        images=images,
        labels=["x", "at mu", *(f"sample {k + 1}" for k in range(SAMPLES))],
        columns=4,
        reach=(0, 1),
    )
    caption = "The encoder gives an image an ellipse, not a point; every sample of it should decode to that image."

    def nearest(x: float, y: float) -> dict[str, int]:
        return {"image": int(np.hypot(*(result.means[:CHOICE] - np.array((x, y))).T).argmin())}

    numbers = f"mu = ({mu[0]:.3f}, {mu[1]:.3f}), sigma = ({sigma[0]:.3f}, {sigma[1]:.3f})"
    return Frame(
        title="One image's Gaussian",
        caption=caption,
        figures=(
            _plane(
                result,
                f"q(z|x) of test image {n}, a {result.labels[n]}",
                max(_reach(result), float((np.abs(mu) + 2.2 * sigma).max())),
                nearest,
                paths=paths,
                at=(float(mu[0]), float(mu[1])),
            ),
            wall,
        ),
        formulas=(Formula(symbols="z = mu + sigma·eps", numbers=numbers),),
    )


def terms(state: State) -> Frames:
    """Reconstruction and KL: of one image, over the training, and on average."""
    return Frames(2, partial(_terms, state, state.result("latent-digits")))


def kl_of(result: Any, n: int) -> Any:
    """[2]: KL of each latent number of test image n, by the closed form."""
    return divergence(result.means[n].astype(np.float64), result.sigmas[n].astype(np.float64))


def _terms(state: State, result: Any, k: int) -> Frame:
    n, beta = state["image"], result.beta
    each, back = kl_of(result, n), float(result.reconstruction[n])
    formulas = (
        Formula(
            symbols="loss = reconstruction + beta·KL",
            numbers=f"{back:.3f} + {beta:g}·{each.sum():.3f} = {back + beta * each.sum():.2f} nats",
        ),
    )
    if k == 0:
        told = (
            Formula(
                symbols="-E log p(x|z): a density, so it may lie below 0",
                numbers=f"mean of {result.draws} samples of q(z|x) = {back:.3f}",
            ),
            *(_worked(result, n, d, float(each[d])) for d in (0, 1)),
            Formula(
                symbols="reconstruction + KL = -ELBO",
                numbers=f"{back:.4f} + {each[0]:.4f} + {each[1]:.4f} = {back + each.sum():.3f}",
            ),
        )
        bars = Bars(
            name="terms",
            title="terms of -ELBO, nats",
            about="Pixels have a Gaussian density with one learned sigma, so the reconstruction term may be negative.",
            labels=("reconstruction", "KL of z1", "KL of z2", "-ELBO"),
            values=[back, float(each[0]), float(each[1]), back + float(each.sum())],
            origin=lambda row, column: Origin(
                formulas=(told[row],), cells={"terms": ((0, 0), (1, 0), (2, 0)) if row == 3 else ()}
            ),
        )
        pair = Wall(
            name="pair",
            title=f"test image {n} and what comes back",
            images=np.stack((result.images[n], result.decode([result.means[n]])[0])),
            labels=("x", "at mu"),
            reach=(0, 1),
        )
        caption = (
            f"beta = {beta:g} weighs the KL term: more of it blurs what comes back, less lets codes leave N(0, I). "
            "Turn it with w."
        )
        return Frame(title="Two terms of one image", caption=caption, figures=(pair, bars), formulas=formulas)
    curves = Curves(
        name="training",
        title=f"terms of -ELBO, beta = {beta:g}: lower is better",
        about=(
            "-ELBO is the sum of -E log p(x|z), the reconstruction term, and KL; the training lowers it. Pixels have a "
            "density, which may exceed 1, so -E log p(x|z) may be negative; KL may not."
        ),
        x=result.steps,
        lines=result.curves,
        x_label="step",
        y_label="nats",
        levels={"0": 0.0},
    )
    means = float(result.reconstruction.mean()), float(result.kl.mean())
    before, now = (*result.untrained, sum(result.untrained)), (*means, sum(means))
    averages = Table(
        name="means",
        title=f"means over {len(result.means)} test images, nats",
        columns=("term", "before", "now"),
        rows=[[name, before[k], now[k]] for k, name in enumerate(("reconstruction", "KL", "-ELBO"))],
        digits=4,
        marked=(2,),
        cursor=(2, 2),
        origin=lambda row, column: _summed(before if column == 1 else now, column) if row == 2 and column else None,
    )
    caption = (
        "The KL term has vanished: the code says nothing, and every image decodes to the average one."
        if means[1] < 0.1
        else "KL rises while the reconstruction term falls by more: the code pays for itself."
    )
    return Frame(title="Over the training", caption=caption, figures=(curves, averages))


def _summed(terms: tuple[float, ...], column: int) -> Origin:
    """-ELBO as the sum of its two terms."""
    numbers = f"{terms[0]:.4f} + {terms[1]:.4f} = {terms[2]:.4f}"
    formula = Formula(symbols="reconstruction + KL = -ELBO", numbers=numbers)
    return Origin(formulas=(formula,), cells={"means": ((0, column), (1, column))})


def _worked(result: Any, n: int, d: int, value: float) -> Formula:
    mu, sigma = float(result.means[n, d]), float(result.sigmas[n, d])
    return Formula(
        symbols=f"KL of z{d + 1} = ½ (mu² + sigma² - 1 - ln sigma²)",
        numbers=f"½ ({mu**2:.5f} + {sigma**2:.5f} - 1 - {signed(np.log(sigma**2), '.5f')}) = {value:.4f}",
    )
