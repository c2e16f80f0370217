"""Foreign text: nothing in it may reach the terminal as anything but characters."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlviz.engine.text import sanitize


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]0;pwned\x07title", "title"),
        ("\x1b]0;pwned\x1b\\title", "title"),
        ("\x1b]8;;http://a\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;never closed", ""),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hhome", "home"),
        ("\x1b[?1049hx", "x"),
        ("\x1bP1$r0m\x1b\\x", "x"),
        ("\x1b_apc\x1b\\x", "x"),
        ("\x1bcreset", "reset"),
        ("\x1b(0x", "x"),
        ("\x9b31mred", "red"),
        ("\x9d0;t\x9cx", "\\x9d0;t\\x9cx"),
        ("a\x1b", "a\\x1b"),
        ("\x1b[", ""),
        ("\x1b\x1b[31m[31mx", "\\x1b[31mx"),
        ("a\x00b\x07c\x7fd\x08e\x85f", "a\\x00b\\x07c\\x7fd\\x08e\\x85f"),
        ("\u202eevil\u2066x\u200b", "\\u202eevil\\u2066x\\u200b"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\ue0041"),
        ("[/x]", "[/x]"),
        ("[bold red]x[/]", "[bold red]x[/]"),
        ("[", "["),
        ("\\[x]", "\\[x]"),
        ("損失 ± 0.1 🎉 é ü ｆ", "損失 ± 0.1 🎉 é ü ｆ"),
        ("a\tb", "a   b"),
        ("a\r\nb\rc\nd", "a b c d"),
        ("", ""),
    ],
)
def test_hostile_strings(hostile: str, shown: str) -> None:
    assert sanitize(hostile) == shown


def test_line_feeds_are_kept_where_asked() -> None:
    assert sanitize("a\r\nb\rc\n\x1b[31md", newlines=True) == "a\nb\nc\nd"


def test_anything_is_taken_by_its_text() -> None:
    assert sanitize(ValueError("\x1b[1mbad")) == "bad"
    assert sanitize(None) == "None"


@pytest.mark.parametrize("text", ["x" * 11, "\x1b]0;" + "y" * 11, "\x00" * 9, "é" * 30])
def test_what_is_cut_is_marked_and_short(text: str) -> None:
    cut = sanitize(text, limit=10)
    assert cut.endswith("…") and len(cut) <= 11


def test_what_fits_is_not_marked() -> None:
    assert sanitize("x" * 10, limit=10) == "x" * 10


NASTY = st.text(
    st.one_of(st.characters(), st.sampled_from("\x1b\x1b[]0;m\x07\\\x9b\x9c\x90PX^_?\n\r\t\x00\u202e")), max_size=40
)


@settings(max_examples=500, deadline=None)
@given(text=NASTY, newlines=st.booleans(), limit=st.sampled_from([5, 20, 10_000]))
def test_the_result_is_harmless_and_stays_what_it_is(text: str, newlines: bool, limit: int) -> None:
    clean = sanitize(text, newlines=newlines, limit=limit)
    for char in clean:
        assert unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or (
            char == "\n" and newlines
        )
    assert len(clean) <= limit + 1
    assert sanitize(clean, newlines=newlines, limit=limit) == clean


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=40))
def test_printable_text_is_left_alone(text: str) -> None:
    assert sanitize(text) == text
