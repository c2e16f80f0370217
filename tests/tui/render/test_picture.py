"""Pictures in their own colours."""

import numpy as np
import pytest
from rich.color_triplet import ColorTriplet

from dlviz.tui.render.palette import ANSI16_DARK, DARK, PLAIN
from dlviz.tui.render.picture import picture


def colours(image: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[ColorTriplet, ColorTriplet]:
    """The upper and lower colour of the first cell."""
    style = picture(image, DARK, 4, 2, most=1)[0][0]._segments[0].style
    assert style is not None and style.color is not None and style.bgcolor is not None
    return style.color.get_truecolor(), style.bgcolor.get_truecolor()


def test_a_cell_is_two_pixels_in_their_colours() -> None:
    image = np.zeros((3, 2, 1))
    image[0, 0], image[2, 1] = 1.0, 1.0
    assert colours(image) == ((255, 0, 0), (0, 0, 255))


def test_one_channel_is_grey() -> None:
    assert colours(np.array([[[1.0], [0.0]]])) == ((255, 255, 255), (0, 0, 0))


def test_small_pictures_are_enlarged_and_large_ones_averaged() -> None:
    strips, block = picture(np.zeros((3, 4, 4)), DARK, 40, 20, most=3)
    assert (len(strips), strips[0].cell_length, block) == (6, 12, 1)
    strips, block = picture(np.zeros((3, 64, 64)), DARK, 20, 10)
    assert block == 4 and len(strips) <= 10 and strips[0].cell_length <= 20
    chessboard = np.indices((8, 8)).sum(0)[None] % 2.0
    assert len({str(s.style) for strip in picture(chessboard, DARK, 4, 2)[0] for s in strip}) == 1


def test_values_are_clipped_and_no_numbers_are_grey() -> None:
    assert colours(np.array([[[7.0], [-2.0]]])) == ((255, 255, 255), (0, 0, 0))
    upper, _ = colours(np.array([[[np.nan], [0.0]]]))
    assert upper == (138, 138, 138)


def test_few_colours_give_shades() -> None:
    image = np.array([[[0.0, 1.0]]]).repeat(3, axis=0)
    assert picture(image, PLAIN, 20, 4, most=1)[0][0].text == "  @@"
    assert picture(image, ANSI16_DARK, 20, 4, most=1)[0][0].text == "  ██"


def test_other_shapes_are_refused_and_no_room_is_empty() -> None:
    with pytest.raises(ValueError, match="shape"):
        picture(np.zeros((2, 4, 4)), DARK, 9, 9)
    assert picture(np.zeros((3, 4, 4)), DARK, 1, 0)[0] == []
