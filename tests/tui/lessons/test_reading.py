"""Where a reader is: steps, scenes, settings, presets, and the command that brings another reader there."""

import shlex

import pytest

from dlviz.engine.lessons.index import load
from dlviz.engine.options import OptionError
from dlviz.tui.lessons.reading import Reading, scene_number


def reader(**values: object) -> Reading:
    reading = Reading.of("pixels", load("pixels").state(values))
    reading.frames = 2
    return reading


def test_steps_lead_through_frames_and_scenes():
    reading = reader()
    reading.frames = 1
    assert reading.step(1) and (reading.scene, reading.frame) == (1, 0)
    reading.frames = 2
    assert reading.step(1) and not reading.step(1) and (reading.scene, reading.frame) == (1, 1)
    assert reading.step(-1) and reading.step(-1) and reading.scene == 0
    reading.frame = 0
    assert not reading.step(-1)


def test_another_scene_begins_anew():
    reading = reader()
    reading.depth, reading.focus, reading.scroll = "formula", "bytes", 7
    reading.go(1)
    assert (reading.depth, reading.focus, reading.scroll) == ("overview", "", 0)
    reading.go(99)
    assert reading.scene == 1


def test_a_setting_that_is_not_allowed_changes_nothing():
    reading = reader()
    before = dict(reading.state.values)
    with pytest.raises(OptionError):
        reading.set({"shuffle": 1000})
    assert reading.state.values == before and not reading.set({"shuffle": before["shuffle"]})


def test_the_command_brings_back_the_very_state():
    reading = reader(shuffle=7)
    image = load("pixels").setting("image")
    reading.set({"image": image.edited(reading.state["image"], 0, 0, 1)})
    reading.go(1, 1)
    words = shlex.split(reading.command())
    assert words[:3] == ["dlviz", "lesson", "pixels"]
    texts = [words[k + 1] for k, word in enumerate(words) if word == "--set"]
    again = Reading.of(
        "pixels", load("pixels").parse(texts), words[words.index("--scene") + 1], int(words[words.index("--frame") + 1])
    )
    assert again.place == reading.place


def test_scenes_have_names_and_numbers():
    lesson = load("pixels")
    assert scene_number(lesson, "shuffled") == scene_number(lesson, "2") == 1
    for wrong in ("3", "0", "x", "²"):
        with pytest.raises(OptionError, match="no scene"):
            scene_number(lesson, wrong)
