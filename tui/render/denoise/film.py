"""A trajectory from noise to data as records hold it, made ready to be drawn.

Shapes: f frames, n samples, … one example: (c, h, w) or (2,).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ....engine.text import sanitize
from ..numbers import compact

Array = NDArray[Any]
NOISE = 3.0
"""Standard deviations of predicted noise that a colour map spans."""
KINDS = ("denoising", "strip")
"""The kinds of records that hold a trajectory; `strip` is the short one that trainings keep."""


def _none() -> Array:
    return np.zeros((0, 2))


@dataclass(frozen=True, eq=False)
class Film:
    """The kept frames of one trajectory, x_t = sqrt(alpha_bar) x_0 + sqrt(1 - alpha_bar) eps in each.

    Attributes:
        x, eps, x0: (f, n, …) in the scale of the network; `center` and `unit` lead back to that of the data.
        t, alpha_bar, snr: (f,); the latter two are NaN where they were not kept.
        labels: (n,), the classes asked for; -1 for none.
        named, sure: (f, n), the class that the shipped classifier sees in x_0, and its probability; may be empty.
        centers, real: of points, where the modes are and real examples; (0, 2) for none.
    """

    sampler: str
    x: Array
    eps: Array
    x0: Array
    t: Array
    alpha_bar: Array
    snr: Array
    center: Array
    unit: float
    labels: Array
    steps: int
    walked: int
    of_step: int
    seed: int = -1
    guidance: float = 0.0
    classes: tuple[str, ...] = ()
    named: Array = field(default_factory=_none)
    sure: Array = field(default_factory=_none)
    centers: Array = field(default_factory=_none)
    real: Array = field(default_factory=_none)
    example: tuple[str, ...] = ()

    @classmethod
    def of(cls, arrays: Mapping[str, Array], step: int = 0) -> Self:
        """The film in a record's arrays; raises KeyError or ValueError for arrays that hold none."""
        if "images" in arrays:
            return cls._strip(arrays, step)
        optional = {name: arrays[name] for name in ("named", "sure", "centers", "real") if name in arrays}
        film = cls(
            sampler=sanitize(str(arrays["sampler"]), limit=12),
            **{name: np.asarray(arrays[name]) for name in ("x", "eps", "x0", "t", "alpha_bar", "snr", "labels")},
            center=np.asarray(arrays["center"]),
            unit=float(arrays["unit"]),
            steps=int(arrays["steps"]),
            walked=int(arrays["walked"]),
            of_step=int(arrays["of_step"]),
            seed=int(arrays["seed"]),
            guidance=float(arrays["guidance"]),
            classes=tuple(map(str, arrays["classes"])) if "classes" in arrays else (),
            example=tuple(map(str, arrays["example"])) if "example" in arrays else (),
            **optional,
        )
        if not (film.x.shape == film.eps.shape == film.x0.shape and len(film.x) == len(film.t) and film.x.ndim > 2):
            raise ValueError("x, eps, x0 and t do not belong together")
        return film

    @classmethod
    def _strip(cls, arrays: Mapping[str, Array], step: int) -> Self:
        """The short one: images in 0..1, without noise and schedule."""
        x, x0, t = (np.asarray(arrays[name], dtype=np.float64) for name in ("images", "x0", "t"))
        unknown = np.full(len(t), np.nan)
        return cls("", x[:, None], np.full_like(x, np.nan)[:, None], x0[:, None], t.astype(int), unknown, unknown,
                   np.array(0.0), 1.0, np.array([-1]), len(t) - 1, len(t) - 1, step)  # fmt: skip

    def __len__(self) -> int:
        return len(self.t)

    @property
    def points(self) -> bool:
        """Whether it is a cloud in the plane that moves."""
        return self.x.ndim == 3

    @property
    def done(self) -> bool:
        """Whether it reaches t = 0."""
        return self.walked >= self.steps

    def outside(self, values: Array) -> Array:
        """Values of x_t or x_0 in the scale of the data."""
        return np.asarray(values * self.unit + self.center)

    def noise(self, frame: int, sample: int) -> Array:
        """Predicted noise of an image, the mean of its channels: (h, w)."""
        return np.asarray(self.eps[frame, sample].mean(0))

    def asked(self, sample: int = 0) -> str:
        """The class that a sample was asked for, in words; empty where there are no classes."""
        label = int(self.labels[sample]) if sample < len(self.labels) else -1
        if not self.classes:
            return ""
        return sanitize(self.classes[label], limit=20) if 0 <= label < len(self.classes) else "any"

    def verdict(self, frame: int, sample: int = 0) -> str:
        """What the classifier sees in x_0, e.g. `7 98%`; empty where none was asked."""
        if self.named.ndim != 2 or not self.named.size:
            return ""
        label = int(self.named[frame, sample])
        name = sanitize(self.classes[label], limit=12) if 0 <= label < len(self.classes) else str(label)
        return f"{name} {self.sure[frame, sample]:.0%}"

    def modes(self) -> Array:
        """Colour of each particle (n,): the center nearest to where it ends, or the direction from which it came."""
        ends, starts = self.outside(self.x0[-1]), self.x[0]
        if len(self.centers):
            return np.asarray(np.square(ends[:, None] - self.centers).sum(-1).argmin(1))
        return np.asarray((np.arctan2(starts[:, 1], starts[:, 0]) / (2 * np.pi) * 8).astype(int) % 8)


def share(alpha_bar: float) -> str:
    """alpha_bar in at most 7 columns."""
    return "–" if np.isnan(alpha_bar) else compact(alpha_bar, 7, 3)


def ratio(snr: float) -> str:
    """A signal-to-noise ratio in at most 7 columns; infinite without noise."""
    return "–" if np.isnan(snr) else "∞" if snr == np.inf else compact(snr, 7, 3)
