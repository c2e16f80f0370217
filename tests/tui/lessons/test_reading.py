"""Where a reader is: steps, scenes, settings, presets, and the command that brings another reader there."""

import shlex

import numpy as np
import pytest

from dlviz.engine.lessons.index import load
from dlviz.engine.lessons.kit.figures import Grid, Plane
from dlviz.engine.options import OptionError
from dlviz.tui.lessons.reading import LAST, Reading, scene_number
from dlviz.tui.lessons.returning import command, look_at


def reader(**values: object) -> Reading:
    reading = Reading.of("pixels", load("pixels").state(values))
    reading.arrive(0, 2)
    return reading


def test_steps_lead_through_frames_and_scenes():
    reading = reader()
    reading.arrive(0, 1)
    assert reading.step(1) and (reading.scene, reading.frame) == (1, 0)
    reading.arrive(0, 2)
    assert reading.step(1) and not reading.step(1) and (reading.scene, reading.frame) == (1, 1)
    assert reading.step(-1) and reading.step(-1) and reading.scene == 0
    reading.arrive(0, 1)
    assert not reading.step(-1)


def test_no_scene_is_left_while_its_frames_are_not_known():
    reading = Reading.of("convolution")
    for _ in range(4):
        assert reading.step(1) and reading.scene == 0
    assert not reading.arrive(4, 36) and (reading.frame, reading.frames) == (4, 36)
    reading.frame = 35
    reading.set({"stride": 2})
    assert not reading.step(1) and reading.scene == 0 and reading.frames == 36  # the old count stands


def test_of_fewer_frames_the_one_at_the_same_share_is_shown():
    reading = Reading.of("convolution")
    reading.arrive(0, 36)
    reading.frame = 20
    reading.set({"stride": 2})
    assert reading.arrive(8, 9) and reading.frame == 4
    reading.go(1, 1_000_000)
    assert not reading.arrive(6, 7) and reading.frame == 6  # a step back leads to the last


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
    words = shlex.split(command(reading))
    assert words[:3] == ["dlviz", "lesson", "pixels"]
    texts = [words[k + 1] for k, word in enumerate(words) if word == "--set"]
    again = Reading.of(
        "pixels", load("pixels").parse(texts), words[words.index("--scene") + 1], int(words[words.index("--frame") + 1])
    )
    assert again.place == reading.place


def test_the_command_brings_back_what_is_looked_at():
    reading = reader()
    figure = Grid(name="bytes", values=np.zeros((4, 5)))
    assert command(reading, figure) == "dlviz lesson pixels"
    reading.cells[0, "bytes"] = (2, 3)
    reading.depth = "formula"
    assert command(reading, figure, trained=True).endswith("--train --figure bytes --cell=3,4 --depth formula")
    again = reader()
    look_at(again, "bytes", "3,4", "formula")
    assert (again.depth, again.focus, again.cells[0, "bytes"]) == ("formula", "bytes", (2, 3))
    plane = Plane(name="bytes", extent=(-1, 1, -1, 1))
    look_at(again, "bytes", "-0.5,0.25", "part")
    assert command(again, plane).endswith("--figure bytes --cell=-0.5,0.25 --depth part")
    for figure_name, cell, depth in (("", "1,1", ""), ("x", "1", ""), ("x", "nan,inf", ""), ("x", "", "deep")):
        with pytest.raises(OptionError):
            look_at(again, figure_name, cell, depth)


def test_a_preset_starts_from_the_defaults():
    lesson = load("convolution")
    reading = Reading.of("convolution")
    reading.set({"stride": 3, "padding": 2})
    preset = next(p for p in lesson.presets if "padding" not in p.values)
    reading.take(preset)
    assert all(reading.state[name] == lesson.defaults[name] for name in lesson.defaults if name not in preset.values)
    assert reading.preset is preset


def test_scenes_have_names_and_numbers():
    lesson = load("pixels")
    assert scene_number(lesson, "shuffled") == scene_number(lesson, "2") == 1
    for wrong in ("3", "0", "x", "²"):
        with pytest.raises(OptionError, match="no scene"):
            scene_number(lesson, wrong)


def test_the_frame_that_was_asked_for_is_kept_while_a_scene_waits():
    reading = Reading.of("convolution")
    reading.frame = 2
    reading.wait()
    assert (reading.frame, reading.frames, reading.asked) == (0, 1, 2) and reading.waits
    reading.wait()
    assert reading.asked == 2
    reading.go(1)
    assert reading.asked == 0
    reading.frame = LAST
    reading.wait()
    assert reading.asked == 0  # one came from the scene after it
