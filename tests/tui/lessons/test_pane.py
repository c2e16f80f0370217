"""The screen of the lessons, with a study that answers at once: keys, settings, depths, facts, presets, the index."""

from dataclasses import replace

import pytest

from dlviz.engine.lessons.index import NAMES, load
from dlviz.engine.lessons.study.messages import Failed, Prove, Show, Train, Trained
from dlviz.tui.app import DlvizApp
from dlviz.tui.lessons.pane import LessonsPane
from dlviz.tui.lessons.returning import command
from dlviz.tui.screens.help import HelpScreen
from dlviz.tui.widgets.prompt import Prompt

from .inline import opened, text_of


async def test_a_lesson_is_there_at_once():
    async with opened() as (pane, _pilot, study):
        text = text_of(pane)
        assert study.opened and text.startswith(" convolution")
        assert "stride 1" in text and "1 of" in text


async def test_frames_are_stepped_and_scrubbed():
    async with opened() as (pane, pilot, _study):
        first = text_of(pane)
        await pilot.press(".", ".")
        assert pane.reading.frame == 2 and text_of(pane) != first
        await pilot.press(",", "home")
        assert pane.reading.frame == 0 and text_of(pane).splitlines()[:9] == first.splitlines()[:9]
        await pilot.press("end")
        assert pane.reading.frame == pane.reading.frames - 1
        await pilot.press("right_square_bracket")
        assert (pane.reading.scene, pane.reading.frame) == (1, 0)
        await pilot.press("left_square_bracket", "left_square_bracket")
        assert pane.reading.scene == 0


async def test_playing_goes_on_by_itself_and_stops_at_the_end():
    async with opened() as (pane, pilot, _study):
        await pilot.press("end", "comma", "space")
        assert pane.reading.playing
        pane._play()
        assert pane.reading.frame == pane.reading.frames - 1 and pane.reading.playing
        pane._play()
        assert not pane.reading.playing
        pane.action_play()
        assert pane.reading.playing and pane.reading.frame == 0


async def test_a_pixel_is_edited_and_everything_follows():
    async with opened() as (pane, pilot, study):
        before = pane.reading.state["image"]
        await pilot.press("down", "right")
        await pilot.press("plus")
        after = pane.reading.state["image"]
        assert sum(a != b for x, y in zip(before, after, strict=True) for a, b in zip(x, y, strict=True)) == 1
        assert study.view.shown.place.values["image"] == after
        await pilot.press("r")
        assert pane.reading.state["image"] == before


async def test_a_letter_turns_its_setting_and_the_frame_is_computed_anew():
    async with opened() as (pane, pilot, _study):
        key = load("convolution").setting("stride").key
        frames = pane.reading.frames
        await pilot.press(key)
        assert pane.reading.state["stride"] == 2 and "stride 2" in text_of(pane)
        assert pane.reading.frames < frames


async def test_settings_are_sliders_and_can_be_typed():
    async with opened() as (pane, pilot, _study):
        await pilot.press("shift+tab")
        assert pane.reading.in_settings
        await pilot.press("down", "down", "right")
        name = pane.reading.chosen.name
        assert pane.reading.state[name] != load("convolution").defaults[name]
        await pilot.press("enter")
        prompt = pane.screen.query_one(Prompt)
        assert prompt.display
        await pilot.press("ctrl+u", "9", "9", "enter")
        assert prompt.display  # told what is allowed, and asked again
        await pilot.press("escape", "r")
        assert pane.reading.state[name] == load("convolution").defaults[name]


async def test_three_depths_and_back():
    async with opened() as (pane, pilot, _study):
        await pilot.press(".", ".")
        overview = text_of(pane)
        await pilot.press("tab", "enter")
        assert pane.reading.depth == "part"
        await pilot.press("enter")
        assert pane.reading.depth == "formula" and "given: + and - change it; this frame:" in text_of(pane)
        await pilot.press("enter")
        assert pane.reading.depth == "formula"
        await pilot.press("escape", "escape")
        assert pane.reading.depth == "overview"
        await pilot.press("shift+tab")
        assert text_of(pane).splitlines()[:2] == overview.splitlines()[:2]


async def test_the_number_under_the_cursor_says_where_it_came_from():
    async with opened() as (pane, pilot, study):
        while pane._figure() is None or pane._figure().name not in study.view.shown.explains:
            await pilot.press("tab")
        await pilot.press("right")
        assert study.view.pointed is not None and study.view.pointed.origin is not None
        symbols = study.view.pointed.origin.formulas[0].symbols
        assert symbols[:12] in text_of(pane)


async def test_facts_hold_and_turn_red():
    async with opened() as (pane, pilot, study):
        pane._prove()
        pane.pull()
        assert "✓" in text_of(pane)
        wrong = study.view.facts[0]
        study.proves = False
        fact = replace(wrong.fact, holds=False, computed=1, expected=2)
        study._publish(replace(study.view, facts=(replace(wrong, fact=fact), *study.view.facts[1:])))
        pane.pull()
        line = next(row for row in text_of(pane).splitlines() if "✗" in row)
        assert fact.id in line and "expected 2" in line
        await pilot.press("f")
        assert "claim" in text_of(pane) and "✗" in text_of(pane)
        await pilot.press("escape")
        assert "claim · computed" not in text_of(pane)


async def test_the_command_of_this_state_is_copied():
    async with opened() as (pane, pilot, _study):
        await pilot.press(load("convolution").setting("stride").key, ".", "y")
        assert pilot.app.clipboard == command(pane.reading)
        assert "--set stride=2" in pilot.app.clipboard and "copied" in text_of(pane)


async def test_presets_are_chosen_and_say_why():
    name = next(name for name in NAMES if any(not preset.good for preset in load(name).presets))
    async with opened(name) as (pane, pilot, _study):
        for k, preset in enumerate(load(name).presets):
            await pilot.press("p")
            entries = pane._choosing.entries
            assert entries[0].name in {p.name for p in load(name).presets if p.scene in ("", pane.reading.at.name)} or k
            pane._choosing = pane._choosing.to([entry.name for entry in entries].index(preset.name))
            pane._redraw()
            assert all(word in text_of(pane) for word in preset.why.split())
            await pilot.press("enter")
            assert pane.reading.preset == preset
            shown = text_of(pane)
            assert preset.name in shown and ("good" if preset.good else "goes wrong") in shown
        await pilot.press("p", "escape")
        assert pane._choosing is None and pane.reading.preset == preset


async def test_a_scene_that_needs_training_offers_it_and_can_be_cancelled():
    name, scene = next((n, k) for n in NAMES for k, s in enumerate(load(n).scenes) if s.needs)
    async with opened(name) as (pane, pilot, study):
        pane.reading.go(scene)
        pane._compute()
        assert "Press t to train" in text_of(pane)
        await pilot.press("t")
        assert isinstance(study.asked[-1], Train) and "50%" in text_of(pane)
        await pilot.press("t")
        assert study.view.told is None and "Press t to train" in text_of(pane)


async def test_what_cannot_be_computed_is_told():
    async with opened() as (pane, _pilot, study):
        study._publish(replace(study.view, failed=Failed(ticket=0, text="ZeroDivisionError: [/x] division by zero")))
        pane.pull()
        assert "could not be computed" in text_of(pane) and "[/x]" in text_of(pane)


async def test_the_index_opens_searches_and_remembers():
    async with opened("", size=(110, 40)) as (pane, pilot, _study):
        text = text_of(pane)
        assert all(name in text for name in NAMES[:20])
        await pilot.press("down", "enter")
        assert pane.reading.lesson.name == NAMES[1]
        await pilot.press("b")
        assert pane.reading is None and pane.visited.count(NAMES[1], (load(NAMES[1]).scenes[0].name,)) == 1
        await pilot.press("slash", *"dropo", "enter")
        await pilot.pause()
        assert pane.reading.lesson.name == "dropout"


async def test_help_explains_the_settings_of_this_lesson():
    async with opened() as (pane, pilot, study):
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        assert "stride" in pane.HELP and "Fact line" in pane.HELP
        await pilot.press("escape", "q")
    assert study.closed


async def test_the_lab_has_a_tab_of_lessons(fake, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dlviz.tui.lessons.visited.default_file", lambda: tmp_path / "lessons.json")
    app = DlvizApp(session=fake())
    async with app.run_test(size=(120, 40)) as pilot:
        while not app.session.opened:
            await pilot.pause()
        await pilot.press("T")
        await pilot.pause()
        pane = app.query_one(LessonsPane)
        assert pane.has_focus and "Lessons" in text_of(pane) and pane.size.width == 120
        await pilot.press("1")
        assert not pane.display


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 12)])
@pytest.mark.parametrize("name", NAMES)
async def test_every_scene_fits_every_screen(name, size):
    async with opened(name, size=size) as (pane, _pilot, study):
        for scene in range(len(load(name).scenes)):
            pane.reading.go(scene)
            pane._compute()
            rows = [pane.render_line(y) for y in range(pane.size.height)]
            assert all(row.cell_length == pane.size.width for row in rows)
            assert study.view.failed is None, study.view.failed.text


async def test_where_time_is_a_setting_the_frame_keys_move_it():
    name = "forward-diffusion"
    lesson = load(name)
    async with opened(name) as (pane, pilot, _study):
        reading = pane.reading
        while reading.scrub is None:
            reading.go(reading.scene + 1)
            pane._compute()
        scene, scrub = reading.scene, reading.scrub.name
        await pilot.press("home")
        least = reading.state[scrub]
        await pilot.press(".")
        assert reading.state[scrub] > least and reading.scene == scene
        await pilot.press("end", "home", "space")
        pane._play()
        assert reading.playing and reading.state[scrub] > least
        await pilot.press("end")
        assert reading.state[scrub] == (lesson.setting(scrub).stops or (lesson.setting(scrub).high,))[-1]


async def test_what_was_trained_is_shown_once_with_its_facts(monkeypatch):
    name, scene = next((n, k) for n in NAMES for k, s in enumerate(load(n).scenes) if s.needs)
    async with opened(name) as (pane, pilot, study):
        pane.reading.go(scene)
        pane._compute()
        await pilot.press("t")
        request = study.asked[-1]
        before = len(study.asked)
        study.take(Trained(training=request.training, place=request.place))
        pane._take()
        pane._take()
        await pilot.pause()
        assert sum(isinstance(asked, Show) for asked in study.asked[before:]) == 1
        pane._prove()
        assert isinstance(study.asked[-1], Prove)


async def test_a_letter_turns_a_slider_up_to_its_last_value():
    async with opened() as (pane, pilot, _study):
        stride = load("convolution").setting("stride")
        for _ in range(int(stride.high)):
            await pilot.press(stride.key)
        assert pane.reading.state["stride"] == stride.high and "last value" in text_of(pane)


async def test_page_down_leads_to_the_beginning_of_what_did_not_fit():
    async with opened("attention") as (pane, pilot, _study):
        await pilot.press("]", "]")
        (told,) = [row for row in text_of(pane).splitlines() if "below: PgDn" in row]
        name = told.split(" below")[0].split()[-1]
        await pilot.press("pagedown")
        rows = text_of(pane).splitlines()
        assert "below: PgDn" not in "\n".join(rows)
        assert any(row.strip().startswith(name) for row in rows) and pane._seen.next is None
