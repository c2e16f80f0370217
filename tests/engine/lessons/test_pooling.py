"""`pooling`: facts turn red when its arithmetic is wrong, presets do what they say, and bad texts are refused."""

import numpy as np
import pytest

from dlviz.engine.lessons.kit.fixtures import KERNELS
from dlviz.engine.lessons.pooling import LESSON
from dlviz.engine.lessons.workings import pooling as work
from dlviz.engine.lessons.workings import pooling_cost, pooling_scenes
from dlviz.engine.options import OptionError


def holds(words, **values):
    """Whether the claim whose words begin so holds in a state."""
    (claim,) = [claim for claim in LESSON.claims if claim.says.startswith(words)]
    return claim.fact("pooling", LESSON.state(values)).holds


def test_a_transposed_kernel_turns_the_windows_red(monkeypatch):
    right = work.convolve
    assert holds("each pooled cell", kernel="sobel-x")
    monkeypatch.setattr(work, "convolve", lambda image, kernel, *rest, **more: right(image, kernel.T, *rest, **more))
    assert not holds("each pooled cell", kernel="sobel-x")


def test_an_average_that_forgets_to_divide_turns_red(monkeypatch):
    right = work.pool

    def summed(values, kind, size=2, stride=2):
        return right(values, kind, size, stride) * (size**2 if kind == "average" else 1)

    assert holds("each pooled cell", pool="average")
    assert holds("average <= max")
    monkeypatch.setattr(work, "pool", summed)
    assert not holds("each pooled cell", pool="average")
    assert not holds("average <= max")


def test_an_off_by_one_in_the_size_turns_sizes_and_costs_red(monkeypatch):
    right = work.output_size
    assert holds("sizes from 6x6")
    monkeypatch.setattr(work, "output_size", lambda *args: right(*args) - 1)
    assert not holds("sizes from 6x6")
    assert not holds("MACs as set")
    assert not holds("ratio of the MACs")


def test_pooling_in_one_direction_only_turns_red(monkeypatch):
    assert holds("pooling is separable")
    monkeypatch.setattr(
        work, "rows_then_columns", lambda values, kind="max": (np.maximum(values[:, ::2], values[:, 1::2]),) * 2
    )
    assert not holds("pooling is separable")


def test_a_channel_pooled_from_the_other_turns_red(monkeypatch):
    right = work.pool
    first: dict[str, object] = {}

    def mixed(values, kind, size=2, stride=2):
        first.setdefault(kind, values)
        return right(first[kind], kind, size, stride)

    assert holds("pooling takes each channel")
    monkeypatch.setattr(pooling_scenes.work, "pool", mixed)
    assert not holds("pooling takes each channel")


def test_two_pipelines_on_a_transposed_kernel_turn_red(monkeypatch):
    right = work.convolve
    assert holds("same shapes", kernel="sobel-x")
    monkeypatch.setattr(
        pooling_cost.work, "convolve", lambda image, kernel, *rest, **more: right(image, kernel.T, *rest, **more)
    )
    assert not holds("same shapes", kernel="sobel-x")


def test_a_bar_that_sums_for_the_average_turns_red(monkeypatch):
    right = work.pool
    assert holds("each pooled cell")
    monkeypatch.setattr(
        work, "pool", lambda values, kind, *rest: right(values, kind, *rest) * (4 if kind == "average" else 1)
    )
    assert not holds("each pooled cell")


def test_a_shift_that_is_never_noticed_turns_red(monkeypatch):
    assert holds("the nudges as set")
    monkeypatch.setattr(work, "changed", lambda first, second: ())
    assert not holds("the nudges as set")


def test_a_bright_pixel_in_the_transposed_place_turns_red(monkeypatch):
    right = work.bright
    assert holds("the nudges as set", row=1, column=3)
    monkeypatch.setattr(work, "bright", lambda row, column, n=6: right(row, column, n).T)
    assert not holds("the nudges as set", row=1, column=3)


def test_swapped_bars_and_rows_turn_red(monkeypatch):
    for name, claim in (("Bars", "MACs as set"), ("Table", "MACs as set")):
        right = getattr(pooling_cost, name)

        def turned(right=right, **given):
            if "labels" in given:
                return right(**{**given, "labels": given["labels"][::-1]})
            first, second = given["rows"]
            return right(**{**given, "rows": ((second[0], *first[1:]), (first[0], *second[1:]))})

        assert holds(claim, n=9, padding=0)
        monkeypatch.setattr(pooling_cost, name, turned)
        assert not holds(claim, n=9, padding=0)
        monkeypatch.undo()


def test_a_curve_of_the_other_padding_turns_red(monkeypatch):
    right = work.cost_ratio
    assert holds("ratio of the MACs")
    monkeypatch.setattr(work, "cost_ratio", lambda n, p, *rest: right(n, 1 - p if n == 13 else p, *rest))
    assert not holds("ratio of the MACs")


def test_a_transposed_window_turns_red(monkeypatch):
    right = work.window
    monkeypatch.setattr(work, "window", lambda row, column, size, stride: right(column, row, size, stride))
    assert not holds("each pooled cell")


def test_the_caption_says_whether_the_pixel_stays_in_its_window():
    (scene,) = [scene for scene in LESSON.scenes if scene.name == "shift"]
    for column in range(4):
        for k in (0, 1):
            caption = scene.frames(LESSON.state({"column": column}))[k].caption
            assert ("stays in its window" in caption) == (column % 2 == 0 and k == 0)


def test_two_channels_are_different_whatever_the_kernel():
    (scene,) = [scene for scene in LESSON.scenes if scene.name == "direction"]
    for kernel in KERNELS:
        figures = {figure.name: figure for figure in scene.frames(LESSON.state({"kernel": kernel}))[1].figures}
        assert (figures["channel 0"].values != figures["channel 1"].values).any(), kernel


@pytest.mark.parametrize(("preset", "cells"), [("forgiven", "no cells"), ("noticed", "2 cells")])
def test_the_shift_presets_do_what_they_say(preset, cells):
    state = LESSON.parse([], preset=preset)
    (scene,) = [scene for scene in LESSON.scenes if scene.name == "shift"]
    assert f"{cells} changed" in scene.frames(state)[0].figures[3].title


def test_the_odd_preset_costs_less_than_four_times():
    state = LESSON.parse([], preset="odd")
    (scene,) = [scene for scene in LESSON.scenes if scene.name == "cost"]
    assert "2.25 times" in scene.frames(state)[0].caption


def test_windows_never_reach_hatched_cells():
    never = set(work.unvisited(6, 3, 2))
    covered = {cell for row in range(2) for column in range(2) for cell in work.window(row, column, 3, 2)}
    assert not never & covered
    assert len(never) + len(covered) == 36


@pytest.mark.parametrize("text", ["n=4", "n=[/x]", "pool=\x1b]0;x\x07", "image=1,2/3", "column=4", "["])
def test_texts_that_fit_no_setting_are_refused(text):
    with pytest.raises(OptionError):
        LESSON.parse([text])
