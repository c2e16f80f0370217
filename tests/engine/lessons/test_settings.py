"""Settings of lessons: what is allowed, what turning does, and what users are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlviz.engine.lessons.index import load
from dlviz.engine.lessons.kit.fixtures import IMG6, image_setting, kernel_setting
from dlviz.engine.lessons.kit.settings import Choice, Moves, Slider, Switch, Words
from dlviz.engine.options import OptionError

STRIDE = Slider(name="stride", default=1, low=1, high=3, help="pixels")
DEPTH = Slider(name="depth", default=10, stops=(5, 10, 50), help="layers")


def test_a_slider_stays_in_its_range_and_keeps_its_type():
    assert [STRIDE.turn(1, 1), STRIDE.turn(3, 1), STRIDE.turn(1, -1)] == [2, 3, 1]
    assert isinstance(STRIDE.turn(1, 1), int)
    rate = Slider(name="rate", default=0.5, low=0.0, high=1.0, step=0.1, help="share")
    assert rate.turn(0.2, 1) == pytest.approx(0.3) and rate.share(0.25) == 0.25


def test_stops_are_the_only_values():
    assert (DEPTH.turn(10, 1), DEPTH.turn(50, 1), DEPTH.parse("5")) == (50, 50, 5)
    with pytest.raises(OptionError, match=r"depth cannot be '7'; allowed: one of 5, 10, 50"):
        DEPTH.parse("7")


def test_wrong_values_are_told_with_what_is_allowed():
    with pytest.raises(OptionError, match=r"stride cannot be '4'; allowed: a whole number from 1 to 3"):
        STRIDE.parse("4")
    with pytest.raises(OptionError, match=r"did you mean full"):
        Choice(name="mode", default="full", choices=("full", "same"), help="x").parse("ful")
    with pytest.raises(OptionError, match="up to 400 of the letters d"):
        Moves(name="moves", default="", moves={"d": "D"}, help="x").parse("dx")
    with pytest.raises(OptionError, match="no setting 'shufle'; did you mean shuffle"):
        load("pixels").parse(["shufle=1"])
    with pytest.raises(OptionError, match="KEY=VALUE"):
        load("pixels").parse(["shuffle"])
    with pytest.raises(OptionError, match="no preset 'x'"):
        load("pixels").parse([], preset="x")


def test_a_switch_and_a_choice_turn_round():
    assert Switch(name="relu", default=True, help="x").turn(True, 1) is False
    choice = Choice(name="c", default="a", choices=("a", "b"), help="x")
    assert choice.turn("b", 1) == "a" and choice.turn("a", -1) == "b"


def test_a_matrix_has_names_and_can_be_edited():
    image = image_setting()
    assert image.parse("seven") == IMG6 and image.show(IMG6) == "seven"
    brighter = image.edited(IMG6, 0, 0, 1)
    assert brighter[0][0] == 0.1 and image.parse(image.show(brighter)) == brighter
    assert image.edited(IMG6, 4, 2, 1) == IMG6  # it is white already
    assert image.turn(IMG6, 1) == image.named["edge"] and image.turn(brighter, 1) == IMG6
    for wrong in ("1,2/3", "", "0,0/0,0", "nan,0/0,0", "9", "/".join(["0,0,0,0,0,2"] * 6), "a,b"):
        with pytest.raises(OptionError, match="image cannot be"):
            image.parse(wrong)


@given(st.text(max_size=60))
def test_no_text_breaks_a_setting(text):
    for setting in (image_setting(), kernel_setting(), STRIDE, DEPTH, Words(name="text", default="x", help="x")):
        try:
            value = setting.parse(text)
        except OptionError as error:
            assert str(error).isprintable()
        else:
            assert setting.check(value) == value and hash(value) is not None


def test_words_are_one_harmless_line():
    words = Words(name="text", default="x", help="x")
    assert words.parse("a\x1b[31m  b\n c") == "a b c"
    for wrong, said in (("  ", "only spaces"), ("", "0 characters"), ("ab " * 2000, "5,999 characters")):
        with pytest.raises(OptionError, match=f"text has {said}; allowed: a text of 1 to 200 characters"):
            words.parse(wrong)


@pytest.mark.parametrize("wrong", ["1_0", "１0", "٣", "9" * 5000, "0x3", ""])
def test_numbers_are_written_as_everybody_writes_them(wrong):
    wide = Slider(name="stride", default=1, low=1, high=100, help="pixels")
    with pytest.raises(OptionError, match=r"stride cannot be .*allowed: a whole number from 1 to 100"):
        wide.parse(wrong)
    with pytest.raises(OptionError, match="kernel cannot be"):
        kernel_setting().parse(f"{wrong},0,0/0,0,0/0,0,0")


def test_a_matrix_that_is_refused_is_quoted_as_it_was_typed():
    with pytest.raises(OptionError, match=r"kernel cannot be '1e400,0,0/0,0,0/0,0,0'; allowed: .* from -"):
        kernel_setting().parse("1e400,0,0/0,0,0/0,0,0")


@given(st.lists(st.lists(st.floats(0, 1), min_size=6, max_size=6), min_size=6, max_size=6))
def test_what_is_shown_of_a_matrix_is_read_back_exactly(rows):
    image = image_setting()
    value = image.check(rows)
    assert image.parse(image.show(value)) == value
