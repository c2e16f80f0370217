"""Records as real images, for terminals that show them: Kitty's graphics protocol or Sixel, through textual-image."""

import os
from importlib.util import find_spec
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..engine.options import OptionError
from ..engine.runs.run import Record

PROTOCOLS = ("off", "kitty", "sixel")
VARIABLE = "DLVIZ_IMAGES"
SIDE = 40
"""Pixels on the screen that a small picture's side is enlarged to, at least, by whole factors."""
GAP = 0.5
"""Grey of the lines between pictures."""


def choose(protocol: str) -> None:
    """Remember the user's choice; raises OptionError for one that cannot be."""
    if protocol not in PROTOCOLS:
        raise OptionError(f"images cannot be {protocol!r}; allowed: one of {', '.join(PROTOCOLS)}")
    if protocol != "off" and find_spec("textual_image") is None:
        raise OptionError("--images needs the package textual-image: pip install 'dlviz[images]'")
    os.environ[VARIABLE] = protocol


def chosen() -> str:
    """How real images are shown: off, kitty or sixel."""
    return os.environ.get(VARIABLE, "off")


def picture(record: Record) -> Image.Image | None:
    """The record's images in a sheet, enlarged without smoothing; None for a kind that has no images."""
    images = record.arrays.get("images")
    if images is None or images.ndim != 4 or not images.size:
        return None
    columns = int(np.ravel(record.arrays["rows"])[0]) if "rows" in record.arrays else round(len(images) ** 0.5)
    return Image.fromarray(sheet(np.nan_to_num(images.astype(np.float32)), max(1, min(columns, len(images)))))


def sheet(images_nchw: NDArray[Any], columns: int) -> NDArray[np.uint8]:
    """Images in 0..1, `columns` a row, as bytes (h, w) or (h, w, 3); lines of grey between them."""
    n, c, h, w = images_nchw.shape
    zoom = max(1, SIDE // max(h, w))
    rows, channels = -(-n // columns), 3 if c == 3 else 1
    whole = np.full((rows * (h * zoom + 1) - 1, columns * (w * zoom + 1) - 1, channels), GAP, np.float32)
    for k, image in enumerate(images_nchw[:, :channels]):
        top, left = k // columns * (h * zoom + 1), k % columns * (w * zoom + 1)
        enlarged = image.repeat(zoom, axis=1).repeat(zoom, axis=2)
        whole[top : top + h * zoom, left : left + w * zoom] = enlarged.transpose(1, 2, 0)
    whole = (whole.clip(0, 1) * 255).round()
    return (whole if channels == 3 else whole[..., 0]).astype(np.uint8)


def write(record: Record, stream: IO[str]) -> None:
    """Show the record on a terminal that was said to show images; nothing otherwise."""
    image = picture(record) if chosen() != "off" and stream.isatty() else None
    if image is None:
        return
    from rich.console import Console

    Console(file=stream).print(renderable(image))


def renderable(image: Image.Image) -> Any:
    """The image for rich."""
    if chosen() == "kitty":
        from textual_image.renderable.tgp import Image as Kitty

        return Kitty(image)
    from textual_image.renderable.sixel import Image as Sixel

    return Sixel(image)


def widget(image: Image.Image) -> Any:
    """The image for the lab."""
    from textual_image.widget import SixelImage, TGPImage

    return TGPImage(image) if chosen() == "kitty" else SixelImage(image)
