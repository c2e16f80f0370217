"""The latent space of a VAE: where the images lie, what a place of it decodes to, what each latent number says.

Shapes: n images, d latent numbers, c channels, h rows, w columns, m components of the prior.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from ...models.priors import Mixture
from ...models.vae import Vae
from ...objectives.variational import Variational
from ...runs.run import Record
from ...text import sanitize
from ..capture import looking
from ..requests import Array, LookInside
from .asked import Asked, asked
from .plane import Floats, Plane, extent

if TYPE_CHECKING:
    from ...training.trainer import Trainer

MOST = 500
"""Images in the plane."""
DRAWS = 16
"""Samples of an example's posterior over which its likelihood, and a KL without closed form, are averaged."""
FRAMES = 9
"""Images from one example to another, both included."""


def latent(trainer: "Trainer", look: LookInside) -> Iterator[Record]:
    """The plane, and the images at the cursor, of the example, of a grid, and on the way to another example.

    Settings: `x`, `y` the cursor in the plane; `class` what a conditional model is told; `to` another example;
    `grid` images along each side of a grid over the plane, or its columns, rows, left, right, bottom and top.
    """
    objective = trainer.objective
    if not isinstance(objective, Variational):
        raise ValueError(f"{trainer.job.model} has no latent space: only a variational autoencoder has one")
    given = asked(objective, look)
    with looking(objective.model):
        yield from _found(objective, objective.model, given)


def _found(objective: Variational, model: Vae, given: Asked) -> Iterator[Record]:
    x, *labels = objective.inputs(given.split, 0, min(MOST, given.count))
    y = labels[0] if labels else None
    posterior = model.encode(x, y)
    mean, sigma = _numbers(posterior.mean), _numbers((posterior.log_variance / 2).exp())
    generator = torch.Generator().manual_seed(objective.seed)
    z = posterior.sample(torch.randn(posterior.mean.shape, generator=generator).to(x.device))
    plane = Plane.of(mean)
    points = plane.place(mean)
    told = _told(given.told, 1, x) if model.classes else None
    arrays: dict[str, Array] = {
        "mean": mean,
        "sigma": sigma,
        "labels": objective.data.split(given.split).y[: len(mean)],
        "kl": _numbers(model.prior.kl_by_number(posterior, z, y).mean(0)),
        "active": mean.var(0),
        "plane": points.astype(np.float32),
        "centre": plane.centre,
        "basis": plane.basis,
        "share": np.array(plane.share(mean)),
        "extent": extent(points),
        "classes": np.array([sanitize(name) for name in objective.data.classes]),
        "told": np.array(given.told if model.classes else -1),
        "cursor": np.array([given.x, given.y]),
        "cursor_z": plane.lift([[given.x, given.y]])[0].astype(np.float32),
        **_prior(model, plane, told),
        **_aggregated(mean, sigma, plane),
    }
    arrays |= _example(objective, model, given, plane)
    images = {"example": arrays.pop("images")}
    frames = arrays.pop("frames", None)
    yield Record(tag="latent", kind="latent", step=0, arrays=arrays, labels={"split": given.split})
    yield _sheet("cursor", _decoded(model, arrays["cursor_z"][None], given.told), given.told, 1)
    yield _sheet("example", images["example"], int(arrays["example_label"]), 2)
    if frames is not None:
        yield _sheet("interpolation", frames, given.told, len(frames))
    if given.grid is not None:
        z_nd = plane.lift(given.grid.places(arrays["extent"])).astype(np.float32)
        grid = _sheet("plane", _decoded(model, z_nd, given.told), -1, given.grid.columns)
        yield Record(tag="plane", kind="images", step=0, arrays=grid.arrays | {"z": z_nd})


def _example(objective: Variational, model: Vae, given: Asked, plane: Plane) -> dict[str, Array]:
    """The example beside what comes back of it, its bound in nats, and the way from it to another one."""
    x, *labels = objective.inputs(given.split, given.index)
    y = labels[0] if labels else None
    posterior = model.encode(x, y)
    eps = torch.randn(DRAWS, model.prior.d, generator=torch.Generator().manual_seed(objective.seed)).to(x.device)
    z = posterior.sample(eps)
    y_many = None if y is None else y.expand(DRAWS)
    likelihood = model.log_likelihood(x.expand(DRAWS, *x.shape[1:]), model.decode(z, y_many)).mean()
    spread = type(posterior)(posterior.mean.expand_as(z), posterior.log_variance.expand_as(z))
    kl = model.prior.kl(spread, z, y_many).mean()
    mean = _numbers(posterior.mean)
    arrays = {
        "images": _numbers(torch.cat((x, model(x, y)))),
        "example": np.array(given.index),
        "example_count": np.array(given.count),
        "example_label": np.array(given.label),
        "example_mean": mean[0],
        "example_at": plane.place(mean)[0],
        "example_covariance": plane.shadow(np.diag(_numbers(posterior.log_variance.exp())[0])),
        "nats": _numbers(torch.stack((-likelihood, kl))),
        "draws": np.array(DRAWS),
    }
    if given.to is not None:
        other = _numbers(model.encode(*objective.inputs(given.split, given.to)).mean)
        way = np.linspace(0, 1, FRAMES)[:, None]
        z_nd = ((1 - way) * mean + way * other).astype(np.float32)
        arrays |= {"to": np.array(given.to), "to_at": plane.place(other)[0]}
        arrays["frames"] = _decoded(model, z_nd, given.told)
    return arrays


def _prior(model: Vae, plane: Plane, told: Tensor | None) -> dict[str, Array]:
    """The Gaussians that the prior is made of, of a conditional model those of the class: seen in the plane."""
    if isinstance(model.prior, Mixture):
        row = 0 if told is None else int(told)
        mean = _numbers(model.prior.mean[row])
        variance = _numbers((2 * model.prior.log_sigma[row]).exp())
    else:
        mean, variance = np.zeros((1, model.prior.d)), np.ones((1, model.prior.d))
    return {
        "prior_mean": plane.place(mean),
        "prior_covariance": np.stack([plane.shadow(np.diag(v)) for v in variance]),
        "mixture": np.array(isinstance(model.prior, Mixture)),
    }


def _aggregated(mean: Array, sigma: Array, plane: Plane) -> dict[str, Array]:
    """Mean and covariance of the mean of all posteriors, the aggregated posterior: seen in the plane."""
    whole: Floats = np.cov(np.asarray(mean, np.float64).T, bias=True).reshape(mean.shape[1], -1)
    covariance = plane.shadow(whole + np.diag(np.square(sigma, dtype=np.float64).mean(0)))
    return {"aggregated_mean": plane.place(mean.mean(0)), "aggregated_covariance": covariance}


def _decoded(model: Vae, z_nd: Array, told: int) -> Array:
    z = torch.from_numpy(z_nd).to(model.log_sigma.device)
    return _numbers(model.decode(z, _told(told, len(z), z) if model.classes else None))


def _told(label: int, count: int, like: Tensor) -> Tensor:
    return torch.full((count,), label, device=like.device)


def _sheet(tag: str, images: Array, label: int, rows: int) -> Record:
    arrays = {"images": images, "labels": np.full(len(images), label), "rows": np.array(rows)}
    return Record(tag=tag, kind="images", step=0, arrays=arrays)


def _numbers(values: Tensor) -> Array:
    return values.cpu().numpy()
