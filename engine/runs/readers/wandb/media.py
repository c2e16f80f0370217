"""Images and histograms among logged values: where they are, and how they are read when they are asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...run import Record
from ..regular import open_regular

KINDS = {
    "image-file": "image",
    "images/separated": "image",
    "trackio.image": "image",
    "histogram": "histogram",
    "trackio.histogram": "histogram",
}
"""What is shown of what `_type` says; other media (tables, audio, HTML) are passed over."""
LARGEST = 32 << 20
"""Bytes of an image file that is still read."""
PIXELS = 1 << 24
SIDE = 1024
"""Longest side of an image as it is handed out; a terminal shows fewer pixels."""
MOST = 64
"""Images of one sheet."""


class Media:
    """The media of one tag over steps; what was logged is fetched by its place, the files are read with it."""

    def __init__(self, tag: str, kind: str, root: Path, fetch: Callable[[int, str], Any]) -> None:
        self.tag = tag
        self.kind = kind
        self.steps: list[int] = []
        self._places: list[int] = []
        self._root = root
        self._fetch = fetch

    def add(self, step: int, place: int) -> None:
        """One more, logged at a step and kept at a place that `fetch` knows."""
        self._places.append(place)
        self.steps.append(step)

    def read(self, index: int) -> Record | None:
        """Number `index`; None where the log or the file no longer has it."""
        value = self._fetch(self._places[index], self.tag)
        if not isinstance(value, dict):
            return None
        arrays = _histogram(value) if self.kind == "histogram" else _images(value, self._root)
        if arrays is None:
            return None
        caption = value.get("caption")
        labels = {"caption": caption} if isinstance(caption, str) else {}
        return Record(tag=self.tag, kind=self.kind, step=self.steps[index], arrays=arrays, labels=labels)


def _histogram(value: dict[str, Any]) -> dict[str, NDArray[Any]] | None:
    """`counts` of n bins and their n + 1 `edges`; None where they do not fit."""
    packed = value.get("packedBins")
    try:
        counts = np.asarray(value.get("values"), np.float64)
        if isinstance(packed, dict):
            edges = float(packed["min"]) + float(packed["size"]) * np.arange(len(counts) + 1)
        else:
            edges = np.asarray(value.get("bins"), np.float64)
    except (TypeError, ValueError, KeyError, OverflowError):
        return None
    if counts.ndim != 1 or not len(counts) or edges.shape != (len(counts) + 1,):
        return None
    return {"counts": counts, "edges": edges}


def _images(value: dict[str, Any], root: Path) -> dict[str, NDArray[Any]] | None:
    """`image`, of height x width x 3 bytes; several logged as one are laid out as a sheet."""
    names = value.get("filenames")
    if not isinstance(names, list):
        names = [value.get("path", value.get("file_path"))]
    found = [picture for name in names[:MOST] if (picture := _picture(root, name)) is not None]
    return {"image": _sheet(found)} if found else None


def _picture(root: Path, name: Any) -> NDArray[np.uint8] | None:
    """An image file below `root`, of height x width x 3; None where there is none that can be read."""
    from PIL import Image

    if not isinstance(name, str) or "\0" in name:
        return None
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()) or path.stat().st_size > LARGEST:
            return None
        with open_regular(path) as file, Image.open(file) as image:
            if image.width * image.height > PIXELS:
                return None
            image.thumbnail((SIDE, SIDE))
            return np.asarray(image.convert("RGB"), np.uint8)
    except (OSError, ValueError, RuntimeError, SyntaxError, Image.DecompressionBombError):
        return None


def _sheet(images: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Images side by side, in about as many rows as columns; smaller ones are filled up with black."""
    if len(images) == 1:
        return images[0]
    across = int(np.ceil(np.sqrt(len(images))))
    height, width = (max(image.shape[axis] for image in images) for axis in (0, 1))
    down = -(-len(images) // across)
    sheet = np.zeros((down * height, across * width, 3), np.uint8)
    for k, image in enumerate(images):
        top, left = k // across * height, k % across * width
        sheet[top : top + image.shape[0], left : left + image.shape[1]] = image
    return sheet
