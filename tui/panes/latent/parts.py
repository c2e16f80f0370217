"""What stands beside the latent plane: the decoded image, the example and what comes back, what each number says."""

from typing import Any

import numpy as np
from textual.strip import Strip

from ...render.bars import bars
from ...render.heatmap import size
from ...render.numbers import compact
from ...render.palette import Ink
from ...render.picture import picture
from ..blocks import Block, beside, fitted, heading, remark
from .view import Shown, Space

ACTIVE = 0.01
"""Variance of the means above which a latent number is in use (Burda et al., 2015, arXiv 1509.00519)."""
_ZOOM_MOST = 4


def shot(image_chw: Any, ink: Ink, wide: int, high: int) -> Block:
    """One image with values in 0..1, in exactly `wide` x `high` cells, as large as fits."""
    image = np.asarray(image_chw)
    image = image if image.shape[0] in (1, 3) else image.mean(0, keepdims=True)
    return fitted(picture(image, ink, wide, high, most=_ZOOM_MOST)[0], wide, high, ink)


def image_size(h: int, w: int, ink: Ink, wide: int, high: int) -> tuple[int, int]:
    """Columns and rows of the largest picture of h x w pixels in the room; smaller ones are averaged to fit."""
    zoom = _ZOOM_MOST
    while zoom > 1 and (size(h, w, ink, zoom)[0] > wide or size(h, w, ink, zoom)[1] > high):
        zoom -= 1
    columns, rows = size(h, w, ink, zoom)
    block = 1
    while (columns > wide or rows > high) and block < max(h, w):
        block += 1
        columns, rows = size(-(-h // block), -(-w // block), ink)
    return min(columns, wide), min(rows, high)


def at_cursor(found: Shown | None, known: Space, box: tuple[int, int], ink: Ink, width: int) -> Block:
    """The decoded image with its coordinates, and the class that the decoder was told."""
    wide, high = box
    if found is None:
        return [remark("kept records have no image at this place", width, ink)]
    here, told = whereabouts(found, known)
    title = "decoded" if known.live else "nearest kept image"
    if width < wide + 14:
        head = heading(title, ", ".join(filter(None, (here, told))), width, ink)
        return [head, *fitted(shot(found.image, ink, wide, high), width, high, ink)]
    words = [remark(text, width - wide - 2, ink) for text in (*here.split(", "), told) if text]
    if known.live and known.count > 2:
        z = known.arrays["cursor_z"]
        words += [remark(text, width - wide - 2, ink) for text in _wrapped(z, width - wide - 2)]
    body = beside([(shot(found.image, ink, wide, high), wide), (words, width - wide - 2)], high, ink)
    return [heading(title, "at the cursor", width, ink), *body]


def whereabouts(found: Shown, known: Space) -> tuple[str, str]:
    """The image's coordinates in the plane, and the class that the decoder was told."""
    x, y = (compact(value, 6, 3) for value in found.place)
    here = f"{known.axes[0]} {x}" + (f", {known.axes[1]} {y}" if known.axes[1] else "")
    return here, f"class {known.classes[known.told]}" if known.told >= 0 else ""


def _wrapped(z: Any, width: int) -> list[str]:
    """Latent numbers as lines of text."""
    lines, now = [], "z"
    for value in z.tolist():
        text = compact(value, 5, 2)
        if len(now) + len(text) + 1 > width:
            lines.append(now)
            now = " "
        now += " " + text
    return [*lines, now]


def example(both: Any, known: Space, index: int, box: tuple[int, int], ink: Ink, width: int) -> Block:
    """The example beside its reconstruction, and its bound in nats."""
    wide, high = box
    if both is None:
        return [remark(f"no reconstruction of test image {index} was kept", width, ink)]
    if known.live:
        label, count = known.classes[int(known.arrays["example_label"])], int(known.arrays["example_count"])
        index = int(known.arrays["example"])
        told = f"{index} of {count}, class {label}"
    else:
        told = f"{index}, as kept"
    body = beside([(shot(both[0], ink, wide, high), wide), (shot(both[1], ink, wide, high), wide)], high, ink)
    split = known.split if known.live else "test"
    words = "input", "reconstruction" if wide > 13 else "recon"
    names = beside([([remark(word, wide, ink)], wide) for word in words], 1, ink)
    return [heading(f"{split} image", told, width, ink), *fitted([*body, *names], width, high + 1, ink),
            *nats(known, ink, width)]  # fmt: skip


def nats(known: Space, ink: Ink, width: int) -> list[Strip]:
    """Both terms of minus the example's evidence lower bound."""
    if "nats" not in known.arrays:
        return []
    reconstruction, kl = (float(value) for value in known.arrays["nats"])
    one = f"-log p(x|z) {compact(reconstruction, 7, 4)} + KL {compact(kl, 7, 3)}"
    two = f"= {compact(reconstruction + kl, 7, 4)} nats (-ELBO, {int(known.number('draws'))} draws)"
    whole = f"{one} {two}"
    return [remark(text, width, ink) for text in ([whole] if len(whole) <= width else [one, two])]


def numbers(known: Space, ink: Ink, width: int, height: int) -> Block:
    """KL of each latent number in nats, those in use in colour; the largest ones where there is no room for all."""
    kl = np.asarray(known.arrays["kl"], np.float64)
    mean = np.asarray(known.arrays["mean"], np.float64)
    variance = np.asarray(known.arrays.get("active", mean.var(0)), np.float64)
    used = variance > ACTIVE
    room = max(1, height - 1)
    order = np.arange(len(kl))
    if len(kl) > room:
        order = np.argsort(-np.nan_to_num(kl, nan=-np.inf), kind="stable")[:room]
    told = f"{int(used.sum())} of {len(kl)} in use" + (f", top {len(order)}" if len(kl) > len(order) else "")
    names = [f"z{k + 1}" + ("" if used[k] else " unused") for k in order.tolist()]
    finite = kl[np.isfinite(kl)]
    high = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    lit = {at: ink.good for at, k in enumerate(order.tolist()) if used[k]}
    drawn = bars(names, [float(kl[k]) for k in order], ink, width, high=high, form="{:.2f} nats", highlight=lit)
    return [heading("KL by number", told, width, ink), *drawn]


def strip(frames: Any, told: str, ink: Ink, width: int, height: int) -> Block:
    """Images from one example to another in one row, as many as fit, both ends among them."""
    images = np.asarray(frames)
    h, w = images.shape[2:]
    wide, high = image_size(h, w, ink, max(1, width // 3), max(1, height - 1))
    count = max(2, min(len(images), (width + 1) // (wide + 1)))
    chosen = np.linspace(0, len(images) - 1, count).round().astype(int)
    row = [(shot(images[k], ink, wide, high), wide) for k in chosen.tolist()]
    return [heading("on the way", told, width, ink), *fitted(beside(row, high, ink, gap=1), width, high, ink)]
