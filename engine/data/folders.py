"""A data set from a folder of pictures: one folder a class, or train/CLASS and test/CLASS (and val/CLASS)."""

import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..text import sanitize
from .dataset import DataError, Dataset
from .splits import assemble

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
KINDS = "PNG, JPEG, BMP or WebP"
PARTS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}
LAYOUT = "one folder of images per class, or train/CLASS and test/CLASS"
LONGEST = 64
ORIENTATION = 0x0112


def load(path: Path, seed: int) -> Dataset:
    """The images below `path`, as (count, 1 or 3, rows, columns) in 0..1; missing parts are split off.

    Images of one size stay as they are. Otherwise all are resized to the most common size, shrunk so that
    its longer side is at most 64 pixels, without keeping the aspect ratio. There is one channel if every
    pixel of every image is grey, else three (RGB, transparency dropped). Raises DataError that names what
    cannot be used.
    """
    where = sanitize(path)
    try:
        found = {part: _images(folder) for part, folder in _parts(path, where).items()}
    except OSError as error:
        raise DataError(f"cannot read {where}: {error.strerror}") from None
    files = [file for images in found.values() for file, _ in images]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on odd metadata would land on the screen
        pixels, note = _stacked(files)
    grey = all(np.array_equal(pixels[..., 0], pixels[..., k]) for k in (1, 2))
    x_all = pixels[..., : 1 if grey else 3].transpose(0, 3, 1, 2)
    x, labels, start = {}, {}, 0
    for part, images in found.items():
        end = start + len(images)
        x[part] = np.ascontiguousarray(x_all[start:end], dtype=np.float32) / np.float32(255)
        labels[part] = np.array([label for _, label in images], dtype=str)
        start = end
    colour = "grey" if grey else "RGB"
    name = sanitize(path.resolve().name)
    rows, columns = pixels.shape[1:3]
    description = f"{len(files):,} {colour} images of {columns}x{rows} pixels from {name}{note}"
    return assemble(name=name, where=where, x=x, labels=labels, seed=seed, description=description)


def _folders(path: Path) -> list[Path]:
    return sorted(child for child in path.iterdir() if child.is_dir() and not child.name.startswith("."))


def _parts(path: Path, where: str) -> dict[str, Path]:
    """The folder of each part: `path` itself is `train` unless it holds nothing but named parts."""
    folders = _folders(path)
    names = [PARTS.get(folder.name.lower()) for folder in folders]
    if "train" not in names or None in names or not _folders(folders[names.index("train")]):
        return {"train": path}
    parts: dict[str, Path] = {}
    for part, folder in zip(names, folders, strict=True):
        assert part is not None
        if part in parts:
            raise DataError(f"{where} has two folders for the {part} part: expected one")
        parts[part] = folder
    return {part: parts[part] for part in ("train", "val", "test") if part in parts}


def _images(folder: Path) -> list[tuple[Path, str]]:
    """Every image of every class folder, with the class; raises DataError if there is none."""
    classes = _folders(folder)
    if not classes:
        raise DataError(f"{sanitize(folder)} holds no class folders: expected {LAYOUT}")
    images = []
    for each in classes:
        files = sorted(file for file in each.iterdir() if _is_image(file))
        if not files:
            raise DataError(f"no images in {sanitize(each)}: expected {KINDS} files, {LAYOUT}")
        images += [(file, each.name) for file in files]
    return images


def _is_image(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()


def _stacked(files: list[Path]) -> tuple[NDArray[np.uint8], str]:
    """All images as (count, rows, columns, 3), and what to say about their size."""
    (columns, rows), note = _common([_size(file) for file in files])
    pixels = np.empty((len(files), rows, columns, 3), dtype=np.uint8)
    for k, file in enumerate(files):
        pixels[k] = _pixels(file, (columns, rows))
    return pixels, note


def _common(sizes: list[tuple[int, int]]) -> tuple[tuple[int, int], str]:
    """The (columns, rows) that all images get, and what to say about it."""
    (size, _), *others = Counter(sizes).most_common()
    if not others:
        return size, ""
    shrink = min(1.0, LONGEST / max(size))
    columns, rows = (max(1, round(side * shrink)) for side in size)
    return (columns, rows), f", resized from {len(others) + 1} sizes"


def _open(file: Path) -> "Image":
    from PIL import Image

    return Image.open(file, formats=("PNG", "JPEG", "BMP", "WEBP"))


def _size(file: Path) -> tuple[int, int]:
    """(columns, rows) as displayed, from the file's header."""
    try:
        with _open(file) as image:
            turned = image.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8)
            return (image.height, image.width) if turned else (image.width, image.height)
    except Exception as error:  # a damaged picture makes its decoder raise nearly anything
        raise _unreadable(file, error) from None


def _pixels(file: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    """(rows, columns, 3) bytes of an image, upright, in the given (columns, rows)."""
    from PIL import Image, ImageOps

    try:
        with _open(file) as image:
            upright = ImageOps.exif_transpose(image)
            if upright.mode.startswith("I"):
                levels = np.asarray(upright, dtype=np.float64) / 257
                upright = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
            rgb = upright.convert("RGB")
            return np.asarray(rgb if rgb.size == size else rgb.resize(size, Image.Resampling.BILINEAR))
    except Exception as error:  # as above
        raise _unreadable(file, error) from None


def _unreadable(file: Path, error: Exception) -> DataError:
    from PIL import UnidentifiedImageError

    unknown = isinstance(error, UnidentifiedImageError)
    reason = f"not a {KINDS} image" if unknown else sanitize(error, limit=150) or type(error).__name__
    return DataError(f"cannot read the image {sanitize(file)}: {reason}")
