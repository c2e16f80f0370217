"""Colour arithmetic: mixing in Oklab, contrast, and the nearest colour of a poorer terminal.

Colours are `#rrggbb` texts. Oklab: Ottosson 2020, "A perceptual color space for image processing".
"""

import math
from functools import lru_cache

Triple = tuple[float, float, float]

ANSI = {
    "black": "#000000",
    "red": "#cd0000",
    "green": "#00cd00",
    "yellow": "#cdcd00",
    "blue": "#0000ee",
    "magenta": "#cd00cd",
    "cyan": "#00cdcd",
    "white": "#e5e5e5",
    "bright_black": "#7f7f7f",
    "bright_red": "#ff0000",
    "bright_green": "#00ff00",
    "bright_yellow": "#ffff00",
    "bright_blue": "#5c5cff",
    "bright_magenta": "#ff00ff",
    "bright_cyan": "#00ffff",
    "bright_white": "#ffffff",
}

_CUBE = (0, 95, 135, 175, 215, 255)
_XTERM = [(r, g, b) for r in _CUBE for g in _CUBE for b in _CUBE] + [(8 + 10 * i,) * 3 for i in range(24)]


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0..255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def hexed(red: float, green: float, blue: float) -> str:
    """The `#rrggbb` text of three numbers in 0..255, clipped."""
    return "#" + "".join(f"{min(255, max(0, round(part))):02x}" for part in (red, green, blue))


def _linear(channel: float) -> float:
    part = channel / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _gamma(part: float) -> float:
    part = min(1.0, max(0.0, part))
    return 255 * (12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055)


@lru_cache(maxsize=4096)
def oklab(colour: str) -> Triple:
    """Lightness (0..1) and the two opponent axes green-red and blue-yellow."""
    r, g, b = (_linear(part) for part in rgb(colour))
    l = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    m = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    s = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    )


def from_oklab(lab: Triple) -> str:
    """The sRGB colour of an Oklab triple, clipped to the gamut."""
    light, a, b = lab
    l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return hexed(
        _gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
        _gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
        _gamma(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s),
    )


@lru_cache(maxsize=4096)
def mix(first: str, second: str, share: float) -> str:
    """The colour `share` (0..1) of the way from `first` to `second`, in Oklab."""
    a, b = oklab(first), oklab(second)
    return from_oklab((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])))


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2, 0..1."""
    r, g, b = (_linear(part) for part in rgb(colour))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(first: str, second: str) -> float:
    """Contrast ratio of WCAG 2, 1..21."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=4096)
def readable(background: str) -> str:
    """Near-black or near-white, whichever reads better on `background`; at least 4.5:1."""
    return max(("#000000", "#ffffff"), key=lambda text: contrast(text, background))


def distance(first: str, second: str) -> float:
    """Euclidean distance in Oklab; 0.02 is about just noticeable."""
    return math.dist(oklab(first), oklab(second))


@lru_cache(maxsize=4096)
def xterm(colour: str) -> str:
    """The nearest of the 240 fixed colours of a 256-colour terminal; hue counts more than lightness.

    Otherwise every dark tint would become a grey, for the cube has hardly any dark colours.
    """
    light, a, b = oklab(colour)

    def apart(other: str) -> float:
        l, x, y = oklab(other)
        return (light - l) ** 2 + 4 * ((a - x) ** 2 + (b - y) ** 2)

    return min((hexed(*triple) for triple in _XTERM), key=apart)


@lru_cache(maxsize=4096)
def ansi(colour: str) -> str:
    """The name of the nearest of the 16 ANSI colours."""
    return min(ANSI, key=lambda name: distance(colour, ANSI[name]))
