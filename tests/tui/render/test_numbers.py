import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dlviz.tui.render.numbers import clock, cut, number, pad, short, size_bytes

HOSTILE = [
    "[/x]",
    "\x1b]0;x\x07",
    "[",
    "\x1b[31mred\x1b[0m",
    "a\r\nb\tc",
    "\u202eabc",
    "\x9b31m",
    "猫猫猫",
    "e\u0301",
]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1000, "1.00k"),
        (1234, "1.23k"),
        (12345, "12.3k"),
        (999_499, "999k"),
        (999_950, "1.00M"),
        (3_400_000, "3.40M"),
        (-1234, "-1.23k"),
        (0.0123, "0.0123"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (1e25, "1e25"),
    ],
)
def test_short(value: float, text: str) -> None:
    assert short(value) == text


def test_short_in_two_digits() -> None:
    assert [short(n, 2) for n in (1234, 9_960, 99_600, 12)] == ["1.2k", "10k", "100k", "12"]


@pytest.mark.parametrize(
    ("value", "width", "text"),
    [
        (0.123456, 6, "0.1235"),
        (-0.123456, 5, "-0.12"),
        (-0.5, 3, "-.5"),
        (1234.5, 4, "1234"),
        (123456, 5, "1.2e5"),
        (1e-5, 6, "  1e-5"),
        (-0.0001, 3, "###"),
        (math.nan, 5, "  nan"),
        (-math.inf, 3, "###"),
        (0.0, 3, "  0"),
        (-0.0, 3, "  0"),
    ],
)
def test_number(value: float, width: int, text: str) -> None:
    assert number(value, width) == text


@given(st.floats(), st.integers(1, 12))
def test_a_number_has_its_width_and_is_near_or_hidden(value: float, width: int) -> None:
    text = number(value, width)
    assert len(text) == width
    if "#" not in text and math.isfinite(value):
        assert (float(text) == 0) == (value == 0)
        assert math.copysign(1, float(text)) == math.copysign(1, value) or value == 0
        assert math.isclose(float(text), value, rel_tol=0.5)


def test_clock_and_size() -> None:
    assert [clock(s) for s in (7, 62.9, 3723, 100_000, math.nan, -1)] == [
        "0:07",
        "1:02",
        "1:02:03",
        "1d 3:46:40",
        "-:--",
        "-:--",
    ]
    assert [size_bytes(n) for n in (0, 1023, 1536, 1_048_570, 5e9)] == [
        "0 B",
        "1023 B",
        "1.5 KiB",
        "1.0 MiB",
        "4.7 GiB",
    ]


@given(st.one_of(st.text(max_size=12), st.sampled_from(HOSTILE)), st.integers(0, 10))
def test_texts_are_cut_by_what_they_take_on_screen(text: str, width: int) -> None:
    assert cell_len(cut(text, width)) <= width
    for align in ("left", "right", "centre"):
        padded = pad(text, width, align)  # type: ignore[arg-type]
        assert cell_len(padded) == width
        assert not any(char in padded for char in "\x1b\x9b\n\r\t\u202e")


def test_cut_marks_what_is_missing() -> None:
    assert cut("abcdef", 4) == "abc…" and cut("abcd", 4) == "abcd" and cut("猫猫猫", 4) == "猫…"
    assert pad("ab", 5, "centre") == " ab  " and pad("ab", 4, "right") == "  ab"
