"""A trajectory from noise to data, printed once: its frames with timestep, alpha-bar and signal-to-noise ratio."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .render.bitmap import bitmap
from .render.denoise.film import NOISE, Film, ratio, share
from .render.numbers import pad
from .render.palette import DARK, LEVELS, PLAIN
from .render.pen import Line, pen, plain
from .render.scatter import scatter, window
from .render.shades import shade
from .render.sheet import beside, ready

Arrays = Mapping[str, NDArray[Any]]
GUTTER = 10
SAMPLES = 10
"""Samples below each other, at most."""
LINES = 30
"""Of one drawing: with fewer, the frames go on in a second band."""
PANEL = 26
CELL = 8
"""Columns of a frame at least, for its numbers to be read."""


def denoising(tag: str, arrays: Arrays, width: int, colour: bool) -> list[Line]:
    """Evenly spaced frames from noise to data, and what they say of themselves."""
    film = Film.of(arrays)
    return [plain(title(tag, film)), *(_clouds if film.points else _images)(film, width, colour), *verdict(film)]


def title(tag: str, film: Film) -> str:
    """What was asked for."""
    what = f"{film.x.shape[1]} points" if film.points else f"{film.x.shape[3]}x{film.x.shape[4]} pixels"
    if film.sampler == "forward":
        source = f"image {film.example[1]} of {film.example[0]}, " if film.example and not film.points else ""
        head = f"{tag}: {source}{what}, noised with the noise of seed {film.seed}"
        asked = f", class {film.asked()}" if film.asked() else ""
        return head + asked + "; x_0 is what the model sees in each by itself"
    asked = f", class {film.asked()}" if film.asked() and film.x.shape[1] == 1 else ""
    pushed = f", guidance {film.guidance:g}" if film.asked() else ""
    return f"{tag}: {what}, {film.sampler}, {film.steps} steps, seed {film.seed}{asked}{pushed}"


def verdict(film: Film) -> list[Line]:
    """What came out, as far as it can be told."""
    if film.points and len(film.centers) and film.done:
        taken = len(set(film.modes().tolist()))
        return [plain(f"{taken} of {len(film.centers)} modes are where some points end")]
    said = [film.verdict(len(film) - 1, k) for k in range(film.x.shape[1])]
    return [plain(f"the classifier of digits names {', '.join(said)}")] if all(said) else []


def _chosen(film: Film, count: int) -> list[int]:
    """At most `count` frames, evenly spaced, with both ends."""
    return sorted({round(k) for k in np.linspace(0, len(film) - 1, min(count, len(film)))})


def _told(film: Film, chosen: Sequence[int]) -> list[tuple[str, list[str]]]:
    return [
        ("t", [str(film.t[k]) for k in chosen]),
        ("alpha-bar", [share(film.alpha_bar[k]) for k in chosen]),
        ("SNR", [ratio(film.snr[k]) for k in chosen]),
    ]


def _images(film: Film, width: int, colour: bool) -> list[Line]:
    """Rows of pictures; of one sample x_t, the noise and the image that the model sees in it, of several x_t."""
    count = film.x.shape[1]
    rows: list[tuple[str, Callable[[int], Any]]] = [("x_t", lambda k: film.outside(film.x[k, 0]))]
    if count == 1:
        rows += [("noise", lambda k: film.eps[k, 0] / (2 * NOISE) + 0.5)] if np.isfinite(film.eps[0]).all() else []
        rows.append(("x_0", lambda k: film.outside(film.x0[k, 0])))
    else:
        rows = [(f"x_t {film.asked(n)}", _sample(film, n)) for n in range(min(count, SAMPLES))]
    pictures, block = ready(np.array([row(k) for _, row in rows for k in range(len(film))]).clip(0, 1), width - GUTTER)
    w = pictures.shape[3]
    wide = 1 if colour or 2 * w > (width - GUTTER) // 3 else 2
    cell = max(wide * w + 1, CELL)
    across = max(2, (width - GUTTER + 1) // cell)
    tall = len(rows) * (pictures.shape[2] // (1 if wide == 2 else 2)) + 5
    chosen = _chosen(film, across * (2 if 2 * tall <= LINES else 1))
    half = -(-len(chosen) // 2) if len(chosen) > across else len(chosen)
    lines: list[Line] = []
    for band in (chosen[:half], chosen[half:]) if half < len(chosen) else (chosen,):
        for at, (name, _) in enumerate(rows):
            drawn = [pictures[at * len(film) + k] for k in band]
            for y, line in enumerate(_row(drawn, colour, wide, cell)):
                lines.append([(pad(name if y == 0 else "", GUTTER), pen(DARK.dim) if colour else None), *line])
        for name, texts in _told(film, band):
            cells = "".join(pad(text, cell) for text in texts).rstrip()
            lines.append([(pad(name, GUTTER) + cells, pen(DARK.dim) if colour else None)])
        lines.append([])
    if block > 1:
        lines.append(plain(f"{block}x{block} pixels averaged"))
    if count > SAMPLES:
        lines.append(plain(f"the first {SAMPLES} of {count} samples"))
    key = f"shown: images 0..1 (clipped), noise -{NOISE:g}..{NOISE:g}" if count == 1 else "shown: 0..1 (clipped)"
    return [*lines, plain(f"{key}; {len(chosen)} of {film.steps + 1} frames")]


def _sample(film: Film, sample: int) -> Callable[[int], Any]:
    return lambda frame: film.outside(film.x[frame, sample])


def _row(images: list[NDArray[np.float64]], colour: bool, wide: int, cell: int) -> list[Line]:
    """Pictures (c, h, w) side by side, `cell` columns each: in half blocks, or in shades of characters."""
    c, h, w = images[0].shape
    seam = np.full((c, h, cell - wide * w), np.nan)
    canvas = np.concatenate([part for image in images for part in (image, seam)], 2)
    if colour:
        return bitmap(canvas, True)
    grey = canvas.mean(0)
    if wide == 1:
        grey = np.concatenate([grey, grey[len(grey) - h % 2 :]]).reshape(-1, 2, grey.shape[1]).mean(1)
    return [plain("".join(_glyph(value, wide) for value in row).rstrip()) for row in grey.tolist()]


def _glyph(value: float, wide: int) -> str:
    if np.isnan(value):
        return " "
    return shade(round(value * (LEVELS - 1)), False, PLAIN)[0][:wide]


def _clouds(film: Film, width: int, colour: bool) -> list[Line]:
    """Where the points are, in panels of the same axes."""
    across = max(1, width // PANEL)
    view = window(np.concatenate([film.outside(np.array([[-2.5, -2.5], [2.5, 2.5]])), film.real]))
    chosen = _chosen(film, 2 * across)
    lines: list[Line] = []
    for start in range(0, len(chosen), across):
        joined: list[Line] = []
        for at, k in enumerate(chosen[start : start + across]):
            drawn = scatter(film.outside(film.x[k]), view, PANEL - 2, PANEL // 2 - 1, DARK.good if colour else None)
            told = [plain(f"{name} {texts[0]}") for name, texts in _told(film, [k])]
            panel = [*drawn, *told]
            joined = panel if at == 0 else beside(joined, panel, at * PANEL)
        lines += [*joined, []]
    left, right, bottom, top = view
    axes = f"x {left:.3g}..{right:.3g}, y {bottom:.3g}..{top:.3g}"
    return [*lines, plain(f"{axes}; {len(chosen)} of {film.steps + 1} frames")]
