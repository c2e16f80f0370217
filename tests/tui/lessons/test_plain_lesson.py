"""Lessons printed once: settings, scenes, facts whose claims are never cut, notes."""

from dataclasses import replace
from io import BytesIO, TextIOWrapper

import pytest
from rich.cells import cell_len
from rich.text import Text

from dlviz.engine.lessons.index import load
from dlviz.engine.lessons.kit.facts import Fact
from dlviz.engine.lessons.kit.lesson import Link, Opinion, Preset, Scene
from dlviz.engine.lessons.kit.training import Training
from dlviz.tui.plain_lesson import facts_table, index_page, lesson_page

LONG = "a claim of many words that goes on and on until no terminal is wide enough to hold it in one line"
FACTS = [
    Fact(lesson="pixels", id="A1", claim=LONG, computed={"dense": 1332, "convolution": 10}, expected=1332, holds=True),
    Fact(lesson="pixels", id="A2", claim="[/x] 漢字", computed=0.123456, expected="<= 0.1", holds=False),
    Fact(lesson="dense", id="C1", claim="short", computed=True, expected=True, holds=True, seeds={0: True, 1: False}),
]


def lines(text):
    return Text.from_ansi(text).plain.splitlines()


@pytest.mark.parametrize("width", (60, 66, 78, 120, 160))
@pytest.mark.parametrize("colour", (False, True))
def test_facts_are_told_in_full_within_the_width(width, colour):
    text = facts_table(FACTS, width, colour)
    assert ("\x1b" in text) == colour
    shown = lines(text)
    assert all(cell_len(row) <= width for row in shown)
    words = " ".join(" ".join(shown).split())
    assert "1332" in words and "convolution 10" in words and "0.1235" in words and "[/x] 漢字" in words
    assert all(word in words for word in LONG.split())
    assert text.count("✓") == 2 and text.count("✗") == 1 and "fails with seed 1" in words


def test_verdicts_are_words_where_the_encoding_has_no_such_signs(monkeypatch):
    monkeypatch.setattr("sys.stdout", TextIOWrapper(BytesIO(), encoding="ascii"))
    for width in (60, 120):
        words = facts_table(FACTS, width, False).split()
        assert words.count("NO") == 1 and not {"✓", "✗"} & set(words)
        assert facts_table(FACTS[:1], width, False).split().count("yes") == 1


@pytest.mark.parametrize("width", (60, 78, 120))
def test_a_lesson_on_one_page(width):
    lesson = load("pixels")
    state = lesson.state()
    text = lesson_page(lesson, state, FACTS[:2], width, False)
    assert "\x1b" not in text and all(cell_len(row) <= width for row in text.splitlines())
    for part in (lesson.title, lesson.summary.split()[0], "shuffle", "A MATRIX OF NUMBERS", "image, 6x6", "FACTS",
                 "x = byte / 255", "The notes: pixel values"):  # fmt: skip
        assert part in text
    assert all(scene.title.upper() in text for scene in lesson.scenes)


def test_one_scene_and_one_frame_of_it():
    lesson = load("pixels")
    count = len(lesson.scenes[1].frames(lesson.state()))
    text = lesson_page(lesson, lesson.state(), FACTS, 78, False, only=1, frame=1)
    assert f"frame 2 of {count}" in text and "shuffled" in text and "A MATRIX" not in text
    assert f"frame {count} of {count}" in lesson_page(lesson, lesson.state(), [], 78, False, only=1, frame=99)


def test_what_was_not_trained_says_so():
    lesson = load("pixels")
    training = Training(name="toy", title="a toy", seconds=12, train=lambda state, progress: None)
    scene = Scene(name="s", title="Trained", ids=("Z1",), frames=lambda state: (), needs="toy")
    more = replace(lesson, scenes=(*lesson.scenes, scene), trainings=(training,))
    assert "about 12 s" in lesson_page(more, more.state(), [], 78, False)


def test_presets_opinions_and_links_are_printed():
    more = replace(
        load("pixels"),
        presets=(Preset(name="dark", values={}, why="Nothing is seen.", good=False),),
        opinions=(Opinion(id="B3a", text="No theorem says so."),),
        links=(Link(id="N4", lesson="unet", about="the same skip"),),
        source="somebody, 1998",
    )
    text = lesson_page(more, more.state(), [], 78, False)
    for part in ("dark (bad): Nothing is seen.", "No theorem says so.", "dlviz lesson unet: the same skip", "1998"):
        assert part in text


def test_colours_keep_the_terminals_own_ground():
    lesson = load("pixels")
    text = lesson_page(lesson, lesson.state(), [], 78, True)
    assert "\x1b[" in text and "48;2;16;20;24" not in text


def test_the_index_names_every_lesson_with_its_rows():
    lesson = load("pixels")
    others = [replace(lesson, name="gan", chapter="generative", title="A game")]
    for width in (60, 100):
        text = index_page([lesson, *others], width, False)
        assert all(cell_len(row) <= width for row in text.splitlines())
        assert "CONVOLUTION" in text and "GENERATIVE" in text and "A2" in text and "gan" in text
