"""What the records tell of a latent space: those of the probe, or those that a training kept, which tell less."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....engine.probes.latent.plane import Plane, extent
from ....engine.runs.run import Record
from ...render.latent.dots import Window

Array = NDArray[Any]


@dataclass(frozen=True)
class Space:
    """The plane and what each latent number says."""

    arrays: Mapping[str, Array]
    points: Array
    window: Window
    live: bool
    """Whether it comes from the probe: kept records have neither cursor nor example."""
    split: str

    @property
    def count(self) -> int:
        """Latent numbers of an image."""
        return int(self.arrays["mean"].shape[1])

    @property
    def labels(self) -> Array:
        """The class of each image (n,)."""
        return self.arrays["labels"]

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; their numbers where no names were kept."""
        if "classes" in self.arrays:
            return tuple(str(name) for name in self.arrays["classes"])
        return tuple(str(k) for k in range(int(self.labels.max(initial=-1)) + 1))

    @property
    def axes(self) -> tuple[str, str]:
        """What x and y are."""
        return ("z1", "z2" if self.count == 2 else "") if self.count <= 2 else ("pc1", "pc2")

    @property
    def told(self) -> int:
        """The class that a conditional decoder was told; -1 for one that is told none."""
        return int(self.arrays.get("told", np.array(-1)))

    def number(self, name: str) -> float:
        """A single number of the probe's; NaN where there is none."""
        return float(self.arrays[name]) if name in self.arrays else float("nan")


def space(records: tuple[Record, ...]) -> Space | None:
    """The latent space among the records; None if there is none."""
    for record in records:
        if record.kind == "latent":
            arrays = record.arrays
            if "plane" in arrays:
                left, right, bottom, top = (float(edge) for edge in arrays["extent"])
                split = record.labels.get("split", "test")
                return Space(arrays, arrays["plane"], (left, right, bottom, top), True, split)
            points = Plane.of(arrays["mean"]).place(arrays["mean"])
            left, right, bottom, top = extent(points).tolist()
            return Space(arrays, points, (left, right, bottom, top), False, "val")
    return None


def images(records: tuple[Record, ...], tag: str) -> Array | None:
    """The images of the record `tag`: (n, c, h, w)."""
    return next((record.arrays["images"] for record in records if record.tag == tag), None)


@dataclass(frozen=True)
class Shown:
    """One image that is shown, and in words where it comes from."""

    image: Array
    place: tuple[float, float]


def decoded(records: tuple[Record, ...], known: Space, cursor: tuple[float, float], told: int) -> Shown | None:
    """The image decoded at the cursor; of kept records the nearest of those that were kept of the plane."""
    if known.live:
        found = images(records, "cursor")
        at = known.arrays["cursor"]
        return None if found is None else Shown(found[0], (float(at[0]), float(at[1])))
    grids = [record for record in records if "z" in record.arrays and record.arrays["z"].shape[1:] == (2,)]
    if not grids:
        return None
    chosen = next((g for g in grids if g.tag == f"plane/{told}"), grids[0])
    z = chosen.arrays["z"]
    nearest = int(np.square(z - np.asarray(cursor)).sum(1).argmin())
    return Shown(chosen.arrays["images"][nearest], (float(z[nearest, 0]), float(z[nearest, 1])))


def pair(records: tuple[Record, ...], known: Space, index: int) -> Array | None:
    """An example and its reconstruction (2, c, h, w); of kept records one of the few that were kept."""
    if known.live:
        return images(records, "example")
    kept = images(records, "reconstructions")
    if kept is None or index >= len(kept) // 2:
        return None
    return np.stack([kept[index], kept[index + len(kept) // 2]])
