"""What is kept of a VAE: samples, reconstructions, the latent space.

Shapes: n images, c channels, h rows, w columns, d latent numbers.
"""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..models.vae import Vae
from ..runs.run import Record
from ..text import sanitize

COLUMNS = 10
SIDE = 11
"""Images along each side of the decoded plane."""
REACH = (2.0, 98.0)
"""Percentiles of the latent means between which the plane spans."""
MOST = 2_000
"""Images whose latent means are kept."""


def sheet(images_nchw: Tensor, labels_n: Tensor | None, classes: int) -> Record:
    """Samples in rows; with labels a column for each class."""
    rows = classes if labels_n is not None and classes <= 2 * COLUMNS else COLUMNS
    labels = np.full(len(images_nchw), -1) if labels_n is None else labels_n.cpu().numpy()
    return _images("samples", images_nchw, labels, rows)


@torch.no_grad()
def reconstructions(model: Vae, x_nchw: Tensor, labels_n: Tensor | None) -> Record:
    """Ten images in one row, and what comes back of them in the next."""
    x, y = x_nchw[:COLUMNS], None if labels_n is None else labels_n[:COLUMNS]
    labels = np.full(2 * len(x), -1) if y is None else np.tile(y.cpu().numpy(), 2)
    return _images("reconstructions", torch.cat((x, model(x, y))), labels, len(x))


@torch.no_grad()
def latent(
    model: Vae,
    x_nchw: Tensor,
    labels_n: Tensor | None,
    classes_n: NDArray[np.int64],
    generator: torch.Generator,
) -> Record:
    """Of each image the posterior's mean and sigma (n, d) and its class; of each latent number the mean KL (d,)."""
    x, y = x_nchw[:MOST], None if labels_n is None else labels_n[:MOST]
    posterior = model.encode(x, y)
    z = posterior.sample(torch.randn(posterior.mean.shape, generator=generator).to(x.device))
    arrays = {
        "mean": posterior.mean.cpu().numpy(),
        "sigma": (posterior.log_variance / 2).exp().cpu().numpy(),
        "labels": classes_n[:MOST],
        "kl": model.prior.kl_by_number(posterior, z, y).mean(0).cpu().numpy(),
    }
    return Record(tag="latent", kind="latent", step=0, arrays=arrays)


@torch.no_grad()
def plane(model: Vae, means_n2: NDArray[np.float32], classes: tuple[str, ...]) -> Iterator[Record]:
    """The images of a grid over the part of the plane that is in use: `z` (n, 2) says where each lies.

    The first latent number grows to the right, the second upwards. One record, or one for each of ten classes.
    """
    low, high = np.percentile(means_n2, REACH, axis=0)
    across, up = np.linspace(low[0], high[0], SIDE), np.linspace(high[1], low[1], SIDE)
    z = np.stack([np.tile(across, SIDE), np.repeat(up, SIDE)], 1).astype(np.float32)
    z_n2 = torch.from_numpy(z).to(model.log_sigma.device)
    if not model.classes:
        yield _images("plane", model.decode(z_n2), np.full(len(z), -1), SIDE, z=z)
    for k, name in enumerate(classes[: min(model.classes, COLUMNS)]):
        images = model.decode(z_n2, torch.full((len(z),), k, device=z_n2.device))
        yield _images(f"plane/{k}", images, np.full(len(z), k), SIDE, z=z, label=name)


def _images(
    tag: str, images_nchw: Tensor, labels: NDArray[np.int64], rows: int, z: NDArray[np.float32] | None = None,
    label: str = "",
) -> Record:  # fmt: skip
    arrays = {
        "images": images_nchw.clamp(0, 1).to(torch.float16).cpu().numpy(),
        "labels": labels,
        "rows": np.array(rows),
    } | ({} if z is None else {"z": z})
    return Record(tag=tag, kind="images", step=0, arrays=arrays, labels={"class": sanitize(label)} if label else {})
