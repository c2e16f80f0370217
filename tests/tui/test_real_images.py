"""Real images: the sheet has every pixel, and what goes to the terminal is that sheet."""

import base64
import io
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from dlviz.engine.options import OptionError
from dlviz.engine.runs.run import Record
from dlviz.tui import real_images


def _record(**arrays: Any) -> Record:
    return Record(tag="samples", kind="images", step=1, arrays=arrays)


def test_a_sheet_has_every_pixel_of_every_image() -> None:
    images = np.random.default_rng(0).random((5, 1, 8, 8))
    sheet = real_images.sheet(images, 3)
    zoom = real_images.SIDE // 8
    assert sheet.shape == (2 * (8 * zoom + 1) - 1, 3 * (8 * zoom + 1) - 1)
    for k, image in enumerate(images):
        top, left = k // 3 * (8 * zoom + 1), k % 3 * (8 * zoom + 1)
        part = sheet[top : top + 8 * zoom : zoom, left : left + 8 * zoom : zoom]
        np.testing.assert_array_equal(part, (image[0] * 255).round().astype(np.uint8))


def test_colours_stay_and_numbers_that_are_none_are_black() -> None:
    image = real_images.picture(_record(images=np.full((2, 3, 4, 4), np.nan), rows=2))
    assert image is not None and image.mode == "RGB" and image.getpixel((1, 1)) == (0, 0, 0)
    assert real_images.picture(_record(points=np.zeros((3, 2)))) is None


def test_a_protocol_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(real_images.VARIABLE, "off")
    with pytest.raises(OptionError, match="images cannot be 'iterm'; allowed: one of off, kitty, sixel"):
        real_images.choose("iterm")
    monkeypatch.setattr(real_images, "find_spec", lambda name: None)
    with pytest.raises(OptionError, match="textual-image"):
        real_images.choose("sixel")


def test_kitty_is_sent_the_very_pixels(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(real_images.VARIABLE, "kitty")
    image = real_images.picture(_record(images=np.random.default_rng(0).random((4, 1, 8, 8))))
    assert image is not None
    out = io.StringIO()
    Console(file=out, force_terminal=True, width=80).print(real_images.renderable(image))
    sent = capfd.readouterr().out + out.getvalue()
    chunks = re.findall(r"\x1b_G([^;\x1b]*);([^\x1b]*)\x1b\\", sent)
    assert chunks and "f=100" in "".join(control for control, _ in chunks)
    received = Image.open(io.BytesIO(base64.b64decode("".join(body for _, body in chunks))))
    assert received.size[0] / received.size[1] == pytest.approx(image.size[0] / image.size[1], rel=0.3)


def test_sixel_begins_and_ends_as_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(real_images.VARIABLE, "sixel")
    image = real_images.picture(_record(images=np.random.default_rng(0).random((4, 1, 8, 8))))
    out = io.StringIO()
    assert image is not None
    Console(file=out, force_terminal=True, width=80).print(real_images.renderable(image))
    assert re.search(r"\x1bP[0-9;]*q.*\x1b\\", out.getvalue(), re.S)


def test_a_pipe_gets_no_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(real_images.VARIABLE, "sixel")
    out = io.StringIO()
    real_images.write(_record(images=np.zeros((4, 1, 8, 8))), out)
    assert out.getvalue() == ""
