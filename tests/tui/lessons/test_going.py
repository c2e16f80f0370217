"""Going through lessons by keys and mouse: slow frames, the next lesson, scenes, the search, letters, clicks."""

import pytest

from dlviz.engine.lessons.index import NAMES, load
from dlviz.engine.lessons.search import hits
from dlviz.engine.lessons.study.messages import Show, Train
from dlviz.tui.lessons.hits import hit
from dlviz.tui.widgets.prompt import Prompt

from .inline import opened, text_of

UNTRAINED = next((n, k) for n in NAMES for k, s in enumerate(load(n).scenes) if s.needs)


async def test_while_a_scene_is_computed_no_key_leaves_it():
    async with opened("gan") as (pane, pilot, study):
        study.held = []
        pane.reading.go(1)
        pane._compute()
        await pilot.press(".", ".", ".", ".")
        assert pane.reading.scene == 1 and "1 of 1" not in text_of(pane)
        study.answer()
        await pilot.pause()
        assert pane.reading.scene == 1 and pane.reading.frames == len(load("gan").scenes[1].frames(pane.reading.state))


async def test_a_fact_that_comes_meanwhile_leads_back_to_no_earlier_frame():
    async with opened() as (pane, pilot, study):
        await pilot.press(".")
        study.held = []
        await pilot.press(".", ".")
        pane._prove()
        pane._take()
        assert pane.reading.frame == 3
        shown = text_of(pane)
        assert "computing …" not in shown.splitlines()[2]  # the frame before stands until then
        study.answer()
        await pilot.pause()
        assert study.view.shown.place.frame == 3 and not study.view.behind


async def test_a_setting_that_leaves_fewer_frames_keeps_the_share():
    async with opened() as (pane, pilot, study):
        before = pane.reading.frames
        for _ in range(before // 2):
            await pilot.press(".")
        await pilot.press(load("convolution").setting("stride").key)
        await pilot.pause()
        frames = pane.reading.frames
        assert frames < before // 2 and 0 < pane.reading.frame < frames - 1
        assert study.view.shown.place.frame == pane.reading.frame


@pytest.mark.parametrize(("key", "by"), [("right_square_bracket", 1), ("left_square_bracket", -1)])
async def test_at_its_end_a_lesson_names_the_next_and_a_second_key_opens_it(key, by):
    name = NAMES[3]
    async with opened(name) as (pane, pilot, _study):
        pane.reading.go(len(load(name).scenes) - 1 if by > 0 else 0)
        pane._compute()
        await pilot.press("end" if by > 0 else "home", "." if by > 0 else ",")
        there = NAMES[3 + by]
        assert pane.reading.lesson.name == name and f"opens {there}" in text_of(pane)
        await pilot.press("y", key)
        assert pane.reading.lesson.name == name and f"opens {there}" in text_of(pane)  # said anew after another word
        await pilot.press(key)
        assert pane.reading.lesson.name == there
        assert pane.reading.scene == (0 if by > 0 else len(load(there).scenes) - 1)


async def test_the_first_and_the_last_lesson_lead_nowhere():
    for name, key in ((NAMES[0], "left_square_bracket"), (NAMES[-1], "right_square_bracket")):
        async with opened(name) as (pane, pilot, _study):
            pane.reading.go(0 if name == NAMES[0] else len(load(name).scenes) - 1)
            pane._compute()
            await pilot.press(key, key, key)
            assert pane.reading.lesson.name == name and "lesson, b the index" in text_of(pane)


async def test_a_scene_is_chosen_from_the_list():
    name, scene = UNTRAINED
    async with opened(name) as (pane, pilot, _study):
        await pilot.press("S")
        text = text_of(pane)
        assert all(each.title[:40] in text for each in load(name).scenes) and "needs training" in text
        await pilot.press("r", "space")  # other keys rest
        assert pane._choosing is not None and not pane.reading.playing
        await pilot.press(*["down"] * scene, "enter")
        assert pane._choosing is None and pane.reading.scene == scene
        assert pane.visited.count(name, (load(name).scenes[scene].name,)) == 0  # an offer is not seen


@pytest.mark.parametrize(
    ("words", "name", "scene"),
    [
        ("E3", "convolution", 6),
        ("diffusion", "forward-diffusion", None),
        ("toeplitz", "weight-sharing", None),
        ("translator", "cross-attention", None),
        ("sprinkler", "bayes-net", None),
        ("vae", "vae", None),
        ("softmax", "attention", None),
        ("collapse modes", "gan", 5),
    ],
)
def test_words_find_lessons_the_best_first(words, name, scene):
    found = hits(words)[0]
    assert found.lesson == name and (scene is None or found.scene == scene)


def test_all_words_count_and_hostile_ones_find_nothing():
    assert [found.lesson for found in hits("")] == list(NAMES)
    assert not hits("gan zebra") and not hits("[/x] \x1b[31m") and not hits("x" * 10_000)


def test_several_scenes_of_a_lesson_are_found_each_with_what_it_says():
    found = [hit for hit in hits("collapse") if hit.lesson == "gan"]
    assert len(found) > 1 and len({hit.scene for hit in found}) == len(found)
    assert all("collapse" in hit.said.lower() for hit in found)


async def test_the_search_opens_the_scene_that_was_found():
    async with opened("stride", size=(110, 40)) as (pane, pilot, _study):
        await pilot.press("slash", *"E3")
        assert pane.reading is None and "1 lesson with" in text_of(pane) and "7 ›" in text_of(pane)
        await pilot.press("enter")
        await pilot.pause()
        assert pane.reading.lesson.name == "convolution" and pane.reading.scene == 6
        await pilot.press("slash", *"diffusion", "down", "enter")
        await pilot.pause()
        assert pane.reading.lesson.name == hits("diffusion")[1].lesson


async def test_letters_that_come_at_once_after_the_slash_are_typed():
    async with opened("", size=(110, 40)) as (pane, pilot, _study):
        for key in ("slash", *"bayes"):
            pilot.app.simulate_key(key)  # all before the first is handled
        for _ in range(6):
            await pilot.pause()
        assert pane._search == "bayes" and pane.screen.query_one(Prompt).display


async def test_a_letter_gives_its_setting_the_cursor():
    async with opened() as (pane, pilot, _study):
        stride = load("convolution").setting("stride")
        await pilot.press("tab", stride.key)
        focus = pane.reading.focus
        assert pane.reading.chosen is stride and pane.reading.state["stride"] == 2
        await pilot.press("right")
        assert pane.reading.state["stride"] == 3
        await pilot.press("minus", "less_than_sign", "greater_than_sign")
        assert pane.reading.state["stride"] == 2
        await pilot.press("tab")
        assert not pane.reading.in_settings and pane.reading.focus == focus
        await pilot.press(stride.key, "enter")
        assert "Enter takes" in str(pane.screen.query_one(Prompt).query_one("#hint").content)
        await pilot.press("ctrl+u", "1", "enter", "escape")
        assert pane.reading.state["stride"] == 1 and not pane.reading.in_settings
        assert pane.reading.lesson.name == "convolution"


async def test_keys_that_do_nothing_are_not_in_the_footer():
    async with opened("pixels") as (pane, _pilot, _study):
        assert not pane.check_action("train", ()) and not pane.check_action("presets", ())
    async with opened() as (pane, pilot, _study):
        pane._prove()
        await pilot.press("f")
        assert not pane.check_action("scene", ()) and pane.check_action("facts", ())
        await pilot.press("right_square_bracket", ".", "end")
        assert pane.reading.scene == 0 and pane.reading.frame == 0 and pane.reading.scroll > 0
    async with opened("") as (pane, _pilot, _study):
        assert not pane.check_action("back", ()) and not pane.check_action("play", ())


async def test_a_gone_process_starts_again_with_any_key():
    async with opened() as (pane, pilot, study):
        study._publish(study.view.__class__(shown=study.view.shown, gone="The process was killed"))
        before = pane.reading.frame
        await pilot.press(".")
        assert study.asked[-1].place.frame == before == pane.reading.frame


def spot(pane, kind, name=None, last=False):
    """The first place of the pane, or the last, where a target is drawn."""
    places = [
        (x, y)
        for y in range(pane.size.height)
        for x in range(pane.size.width)
        if (found := hit(pane._strips[y], x)) is not None and found[0][0] == kind and name in (None, found[0][1])
    ]
    return places[-1] if last else places[0]


async def test_clicks_on_lists_and_on_the_heading():
    async with opened("", size=(110, 40)) as (pane, pilot, _study):
        await pilot.click(pane, offset=spot(pane, "entry", "4"))
        assert pane.reading.lesson.name == NAMES[4]
        await pilot.click(pane, offset=spot(pane, "scenes"))
        assert pane._choosing.kind == "scenes"
        await pilot.click(pane, offset=spot(pane, "entry", "2"))
        assert pane._choosing is None and pane.reading.scene == 2


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_clicks_on_the_scrubber_and_on_settings(size):
    async with opened(size=size) as (pane, pilot, _study):
        await pilot.click(pane, offset=spot(pane, "scrub", last=True))
        assert pane.reading.frame == pane.reading.frames - 1
        await pilot.click(pane, offset=spot(pane, "scrub"))
        assert pane.reading.frame == 0
        await pilot.click(pane, offset=spot(pane, "setting", "stride"))
        assert pane.reading.chosen.name == "stride" and pane.reading.state["stride"] == 1
        await pilot.click(pane, offset=spot(pane, "setting", "stride", last=True))
        assert pane.reading.state["stride"] == 2
        if size[0] == 160:
            await pilot.click(pane, offset=spot(pane, "track", "stride", last=True))
            assert pane.reading.state["stride"] == load("convolution").setting("stride").high


async def test_after_a_training_the_frame_that_was_asked_for_is_computed():
    name, scene = UNTRAINED
    async with opened(name) as (pane, pilot, study):
        pane.reading.go(scene, 2)
        pane._compute()
        await pilot.press("t")
        training = next(request for request in study.asked if isinstance(request, Train))
        study.finish(training, None)
        pane._take()
        assert [request.place.frame for request in study.asked if isinstance(request, Show)][-1] == 2


async def test_lists_tell_reasons_and_captions():
    async with opened(size=(80, 50)) as (pane, pilot, _study):
        caption = " ".join(pane.study.view.shown.frame.caption.split())
        await pilot.press("S")
        text = " ".join(text_of(pane).split())
        assert caption in text and "syllabus: " in text
        await pilot.press("escape", "p")
        rows = text_of(pane).splitlines()
        for preset in load("convolution").presets:
            at = next(
                k for k, row in enumerate(rows) if row.strip().startswith((f"+ {preset.name} ", f"− {preset.name} "))
            )
            assert rows[at + 1].strip().rstrip("…").strip() in preset.why
