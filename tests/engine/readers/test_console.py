"""The console shows what a terminal would: checked against a slow model of one, and against known drawings."""

import tracemalloc
from itertools import pairwise
from unicodedata import category

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dlviz.engine.runs.readers.console import Console


def shown(*pieces: str | bytes, limit: int = 10_000) -> list[str]:
    console = Console(limit)
    for piece in pieces:
        console.write(piece)
    return console.lines()


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        ("a\nb", ["a", "b"]),
        ("a\nb\n", ["a", "b"]),
        ("12345\rab", ["ab345"]),
        ("12345\r\x1b[Kab", ["ab"]),
        ("12345\x1b[2K\rab", ["ab"]),
        ("abc\b\bX", ["aXc"]),
        ("\x1b[32mgreen\x1b[0m\x1b]0;title\x07!", ["green!"]),
        ("one\ntwo\n\x1b[A\rTWO", ["one", "TWO"]),
        ("one\ntwo\x1b[A\r111\n222\n", ["111", "222"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("ab\x1b[5Cc", ["ab     c"]),
        ("wide 日本 ok", ["wide 日本 ok"]),
        ("a\x00b", ["a\\x00b"]),
        ("abc\x1b[1Gx", ["xbc"]),
    ],
)
def test_a_terminal_would_show_it_so(output: str, lines: list[str]) -> None:
    assert shown(output) == lines


def test_nested_bars_stay_in_their_lines() -> None:
    """tqdm moves up to the outer bar and down again, as `position=1` does."""
    output = "outer 0/2\n" + "".join(f"\rinner {n}/3" for n in range(4)) + "\x1b[A\router 1/2\n\rinner 0/3\x1b[K"
    assert shown(output) == ["outer 1/2", "inner 0/3"]


OUTPUT = st.lists(
    st.sampled_from(
        ["a", "日", "\t", "\r", "\n", "\b", "\x1b[K", "\x1b[A", "\x1b[2B", "\x1b[31m", "\x1b]0;x\x07", "long text"]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(OUTPUT, st.lists(st.integers(0, 400), max_size=6))
def test_it_matters_not_how_output_is_cut_up(output: str, cuts: list[int]) -> None:
    data = output.encode()
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(places)]
    assert shown(*pieces) == shown(data)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=12))
@example([b"\xc2\xa0\x00"])
def test_any_bytes_can_be_shown(pieces: list[bytes]) -> None:
    for line in shown(*pieces):
        assert all(char.isprintable() or category(char) == "Zs" for char in line)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab\r\n\b", max_size=80))
def test_it_draws_as_a_plain_model_of_a_terminal_does(output: str) -> None:
    rows, column = [[""]], 0
    rows = [[]]
    for char in output:
        match char:
            case "\n":
                rows, column = [*rows, []], 0
            case "\r":
                column = 0
            case "\b":
                column = max(0, column - 1)
            case _:
                rows[-1][column : column + 1] = [char]
                column += 1
    expected = ["".join(row) for row in rows]
    assert shown(output) == (expected[:-1] if not expected[-1] else expected)


def test_ten_thousand_lines_are_kept_and_the_last_are_quickly_had() -> None:
    console = Console()
    console.write("".join(f"{i}\n" for i in range(25_000)))
    assert len(console.lines()) == 10_000
    assert console.lines(3) == ["24997", "24998", "24999"]
    console.write("open")
    assert console.lines(2) == ["24999", "open"]
    assert console.lines()[0] == "15001" or len(console.lines()) == 10_000


def test_a_bar_that_is_drawn_for_days_takes_no_more_memory() -> None:
    console = Console()
    tracemalloc.start()
    for i in range(2_000):
        console.write(f"\r{i} " + "x" * 200)
    before = tracemalloc.get_traced_memory()[0]
    for i in range(20_000):
        console.write(f"\r{i} " + "x" * 200)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 100_000
    assert len(console.lines()) == 1


def test_long_lines_are_bounded_and_a_version_tells_of_news() -> None:
    console = Console()
    version = console.version
    console.write("x" * 100_000)
    assert console.version > version
    assert len(console.lines()[0]) <= 10_001
