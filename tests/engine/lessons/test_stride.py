"""The lesson `stride`: facts that turn red when the code is broken, and every setting together."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from dlviz.engine.lessons import stride
from dlviz.engine.lessons.kit.facts import Fact
from dlviz.engine.lessons.kit.lesson import Frame
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs.stride import CLAIMS
from dlviz.engine.lessons.workings import convolving, kernel_places
from dlviz.engine.lessons.workings.convolving import Geometry
from dlviz.engine.lessons.workings.sliding import Slide

LESSON = stride.LESSON
CONVOLVE = convolving.convolve


def facts(row: str, state: State | None = None) -> list[Fact]:
    return [claim.fact(LESSON.name, state or LESSON.state()) for claim in CLAIMS if claim.id == row]


def verdicts(row: str, state: State | None = None) -> list[bool]:
    return [fact.holds for fact in facts(row, state)]


def test_the_numbers_of_the_syllabus() -> None:
    assert [facts("F1")[0].computed[f"stride {s}"] for s in (1, 2)] == [36, 9]
    assert facts("F2")[0].computed == {"columns": [0, 2, 4], "output": 3}
    assert facts("F3")[0].computed["output"] == [3, 3]


def test_a_stride_that_begins_one_pixel_late_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(verdicts("F1"))
    late = lambda image, kernel, *rest, **more: CONVOLVE(np.roll(image, -1), kernel, *rest, **more)  # noqa: E731
    monkeypatch.setattr(convolving, "convolve", late)
    assert verdicts("F1")[0] is False


def test_a_stride_that_selects_the_strongest_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stride, "kept", stride.strongest)
    assert verdicts("F1")[1] is False


def test_a_size_that_is_rounded_up_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(verdicts("F2"))
    monkeypatch.setattr(convolving, "output_size", lambda n, k, s, p, d=1: -(-(n + 2 * p - d * (k - 1) - 1) // s) + 1)
    assert not any(verdicts("F2"))


def test_a_border_that_is_taken_as_read_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdicts("F3") == [True]
    monkeypatch.setattr(Geometry, "never", lambda self: ())
    assert verdicts("F3") == [False]


def test_every_combination_of_settings_computes_and_agrees_with_pytorch() -> None:
    for s, p, n, k in itertools.product((1, 2, 5), (0, 1, 2), (2, 7, 16), (1, 3, 7)):
        state = LESSON.state({"stride": s, "padding": p, "n": n, "k": k})
        for scene in LESSON.scenes:
            frames = scene.frames(state)
            assert frames[0].caption and frames[len(frames) - 1].caption
        claims = [claim for claim in CLAIMS if claim.check.__name__ != "formula"]
        assert all(claim.fact("stride", state).holds for claim in claims), state.values


def test_a_kept_cell_that_names_another_source_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = stride._kept

    def off(slide: Slide) -> Frame:
        frame = right(slide)
        full, short = frame.figures
        assert short.origin is not None
        source = short.origin
        return replace(frame, figures=(full, replace(short, origin=lambda r, c: source(r + 1, c))))

    monkeypatch.setattr(stride, "_kept", off)
    assert facts("F1", LESSON.state({"stride": 3}))[0].holds is False


def test_a_formula_with_the_padding_once_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = kernel_places.size_formula
    monkeypatch.setattr(kernel_places, "size_formula", lambda n, k, s, p: right(n - p, k, s, p))
    assert not any(fact.holds for fact in facts("F2"))


def test_the_columns_left_over_begin_after_the_last_window() -> None:
    scene = next(scene for scene in LESSON.scenes if scene.name == "positions")
    assert "from 7 on" in scene.frames(LESSON.state())[0].caption
    assert "left over" not in scene.frames(LESSON.parse([], preset="even-fit"))[0].caption


def test_a_lone_response_off_the_grid_is_lost_and_said_to_be() -> None:
    state = LESSON.parse([], preset="one-bright-pixel")
    told = facts("F1", state)[1]
    assert told.holds and told.computed == {"kept": 0, "of": 1} and "all" not in told.claim
    caption = next(scene for scene in LESSON.scenes if scene.name == "sampled").frames(state)[2].caption
    assert "keeps 0" in caption


def test_a_kernel_of_zeros_has_no_strongest_response() -> None:
    state = LESSON.parse(["kernel=0,0,0/0,0,0/0,0,0"])
    assert all(verdicts("F1", state)) and facts("F1", state)[1].computed == {"kept": 0, "of": 0}


def test_a_stride_beyond_the_kernel_leaves_gaps_between_windows() -> None:
    image = LESSON.scenes[0].frames(LESSON.parse([], preset="gaps"))[0].figures[0]
    unread = {row for row, _ in image.marks["never"]}  # type: ignore[attr-defined]
    assert {3, 4} <= unread


def test_presets_that_lose_everything_lose_it() -> None:
    for name in ("one-bright-pixel", "checkers-vanish"):
        slide = Slide.of(LESSON.parse([], preset=name))
        assert np.abs(stride.full(slide)).max() == 1
        assert not slide.output.any()


def test_windows_stand_where_the_columns_say() -> None:
    scene = next(scene for scene in LESSON.scenes if scene.name == "positions")
    grid = scene.frames(LESSON.state())[0].figures[0]
    marks = grid.marks  # type: ignore[attr-defined]
    assert set(marks["window"]) == {(step, 2 * step + tap) for step in range(3) for tap in range(3)}
    assert set(marks["never"]) == {(step, 7) for step in range(3)}


def test_a_table_that_calls_lost_responses_kept_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = stride._strongest

    def kind(slide: Slide) -> Frame:
        frame = right(slide)
        grid, table = frame.figures
        rows = [(*row[:2], "kept") for row in table.rows]  # type: ignore[attr-defined]
        return replace(frame, figures=(grid, replace(table, rows=rows)))  # type: ignore[call-arg]

    monkeypatch.setattr(stride, "_strongest", kind)
    assert verdicts("F1") == [True, False]


def test_products_of_another_place_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Slide.patch
    monkeypatch.setattr(Slide, "patch", lambda slide, place: right(slide, place).T)
    assert verdicts("F3") == [False]


def test_what_is_never_read_follows_the_stride() -> None:
    (told,) = facts("F3", LESSON.parse([], preset="gaps"))
    assert told.holds and told.claim.startswith("stride 5") and told.computed["output"] == [2, 2]
