"""A trajectory as files: an animated GIF, and a PNG strip of its frames. Pixels are scaled by nearest neighbour."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..tui.render.colour import rgb
from ..tui.render.denoise.film import NOISE, Film, ratio, share
from ..tui.render.palette import DARK

Pixels = NDArray[np.uint8]
SIDE = 256
"""Pixels of the shorter side of an animation, about; a strip's pictures are half as wide."""
SECONDS, HELD = 4.0, 2.0
"""How long an animation runs, and how long it then stands."""
COLUMNS = 10
GAP, LINE = 6, 14


def save_gif(films: Sequence[Film], path: Path) -> int:
    """Write the frames of x_t, films side by side, in an endless loop with the last one held; returns their number."""
    count = min(len(film) for film in films)
    pictures = [[_tiled(film, k, SIDE) for film in films] for k in range(count)]
    frames = [Image.fromarray(_beside(row)).convert("P", palette=Image.Palette.ADAPTIVE) for row in pictures]
    each = max(20, round(1000 * SECONDS / count / 10) * 10)  # GIF counts in hundredths, and browsers slow below 20 ms
    durations = [each] * (count - 1) + [round(1000 * HELD)]
    memory = BytesIO()
    frames[0].save(
        memory, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0, optimize=False, disposal=1
    )
    path.write_bytes(memory.getvalue())
    return count


def save_png(films: Sequence[Film], path: Path) -> None:
    """Write evenly spaced frames in columns: x_t, of single images noise and x_0 too, t, alpha-bar and SNR below."""
    blocks = [_strip(film) for film in films]
    width = max(block.width for block in blocks)
    canvas = Image.new("RGB", (width, sum(block.height for block in blocks)), DARK.background)
    top = 0
    for block in blocks:
        canvas.paste(block, (0, top))
        top += block.height
    memory = BytesIO()
    canvas.save(memory, "PNG")
    path.write_bytes(memory.getvalue())


def _strip(film: Film) -> Image.Image:
    chosen = sorted({round(k) for k in np.linspace(0, len(film) - 1, min(COLUMNS, len(film)))})
    columns = []
    for k in chosen:
        parts = [_tiled(film, k, SIDE // 2)]
        if not film.points and film.x.shape[1] == 1:
            scale = parts[0].shape[0] // film.x.shape[3]
            parts += [_scaled(film.eps[k, 0] / (2 * NOISE) + 0.5, scale)] if np.isfinite(film.eps[k]).all() else []
            parts.append(_scaled(film.outside(film.x0[k, 0]), scale))
        columns.append((parts, (f"t {film.t[k]}", f"a-bar {share(film.alpha_bar[k])}",
                                f"SNR {ratio(film.snr[k]).replace('∞', 'inf')}")))  # fmt: skip
    high, wide = columns[0][0][0].shape[:2]
    rows = len(columns[0][0])
    size = len(columns) * (wide + GAP) + GAP, LINE + rows * (high + GAP) + 3 * LINE + GAP
    canvas = Image.new("RGB", size, DARK.background)
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default_imagefont()
    names = f"{film.sampler}, {film.steps} steps, seed {film.seed}: x_t"
    names += "" if rows < 3 else f", predicted noise ({-NOISE:g} to {NOISE:g}), predicted x_0"
    pen.text((GAP, 1), names, fill=DARK.dim, font=font)
    for column, (parts, texts) in enumerate(columns):
        left = GAP + column * (wide + GAP)
        for row, part in enumerate(parts):
            canvas.paste(Image.fromarray(part), (left, LINE + row * (high + GAP)))
        for line, text in enumerate(texts):
            pen.text((left, LINE + rows * (high + GAP) + line * LINE), text, fill=DARK.foreground, font=font)
    return canvas


def _tiled(film: Film, frame: int, side: int) -> Pixels:
    """x_t of all samples of one frame: (rows, columns, 3)."""
    if film.points:
        return _cloud(film, frame, side)
    count = film.x.shape[1]
    across = int(np.ceil(np.sqrt(count)))
    scale = max(1, side // (across * film.x.shape[3]))
    pictures = [_scaled(film.outside(film.x[frame, n]), scale) for n in range(count)]
    empty = np.full_like(pictures[0], rgb(DARK.background))
    pictures += [empty] * (-count % across)
    gap = max(1, scale // 2) if count > 1 else 0
    return np.concatenate(
        [_beside(pictures[k : k + across], gap, k + across < len(pictures)) for k in range(0, len(pictures), across)]
    )


def _scaled(image_chw: NDArray[Any], scale: int) -> Pixels:
    """An image in 0..1 (clipped; what is no number is black) as RGB."""
    levels = (np.nan_to_num(image_chw).clip(0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0)
    coloured: Pixels = levels if levels.shape[2] == 3 else levels[:, :, :1].repeat(3, 2)
    return coloured.repeat(scale, 0).repeat(scale, 1)


def _beside(pictures: Sequence[Pixels], gap: int = GAP, below: bool = False) -> Pixels:
    """Pictures of equal height in a row, `gap` pixels apart; `below` leaves a gap under them as well."""
    seam = np.full((pictures[0].shape[0], gap, 3), rgb(DARK.background), np.uint8)
    row = np.concatenate([part for picture in pictures for part in (seam, picture)][1:], 1)
    if not below:
        return row
    return np.concatenate([row, np.full((gap, row.shape[1], 3), rgb(DARK.background), np.uint8)])


def _cloud(film: Film, frame: int, side: int) -> Pixels:
    """Particles in the colours of their modes, in a window that pure noise fills."""
    canvas = np.full((side, side, 3), rgb(DARK.background), np.uint8)
    place = (film.x[frame] / 6 + 0.5) * [1, -1] + [0, 1]  # three standard deviations of noise on each side
    place = np.where(np.isfinite(place), place, -1) * (side - 2)
    for (x, y), mode in zip(place.round().clip(-9, side).astype(int).tolist(), film.modes().tolist(), strict=True):
        if 0 <= x < side - 1 and 0 <= y < side - 1:
            canvas[y : y + 2, x : x + 2] = rgb(DARK.categories[mode % len(DARK.categories)])
    return canvas
