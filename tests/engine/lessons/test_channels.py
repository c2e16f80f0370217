"""The lesson `channels`: facts that turn red when the code is broken, and presets that show what they say."""

import numpy as np
import pytest

from dlviz.engine.lessons import channels
from dlviz.engine.lessons.kit.facts import Fact
from dlviz.engine.lessons.kit.fixtures import array
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs.channels import CLAIMS
from dlviz.engine.lessons.workings import filter_bank, filter_frames, filter_through, layer_counts

LESSON = channels.LESSON


def facts(row: str, state: State | None = None) -> list[Fact]:
    return [claim.fact(LESSON.name, state or LESSON.state()) for claim in CLAIMS if claim.id == row]


def verdicts(row: str, state: State | None = None) -> list[bool]:
    return [fact.holds for fact in facts(row, state)]


def test_40_and_296_parameters() -> None:
    assert facts("I2")[0].computed == {"1 to 4": 40, "4 to 8": 296, "as set": 40}
    assert facts("I2", LESSON.parse([], preset="second-layer"))[0].computed["as set"] == 296


def test_one_bias_for_the_whole_layer_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_counts, "conv_parameters", lambda k, c_in, c_out: k * k * c_in * c_out + 1)
    assert verdicts("I2")[0] is False


def test_a_sum_that_leaves_out_a_channel_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(verdicts("I2"))
    right = filter_bank.through_all
    monkeypatch.setattr(filter_bank, "through_all", lambda stack, s, bias: right(stack[:-1], s[:-1], bias))
    assert verdicts("I2")[1] is False


def test_filters_in_another_order_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdicts("I3") == [True]
    right = filter_bank.maps
    monkeypatch.setattr(filter_bank, "maps", lambda image, off=None: right(image, None if off is None else 3 - off))
    assert verdicts("I3") == [False]


def test_a_cosine_without_its_lengths_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdicts("I1") == [True]
    monkeypatch.setattr(filter_bank, "cosine", lambda a, b: float((a * b).sum()))
    assert verdicts("I1") == [False]


def test_maps_on_another_scale_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = filter_bank.maps
    monkeypatch.setattr(filter_bank, "maps", lambda image, off=None: 0.5 * right(image, off))
    assert verdicts("I1") == [False]


def test_a_place_beside_the_one_that_is_set_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = filter_through._one_place
    monkeypatch.setattr(
        filter_through, "_one_place", lambda state: right(state.with_values(row=(state["row"] + 1) % 6))
    )
    assert verdicts("I2") == [True, False]


def test_swapped_layouts_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdicts("I4") == [True]
    right = filter_bank.address
    swapped = {"HWC": "CHW", "CHW": "HWC"}
    monkeypatch.setattr(filter_bank, "address", lambda layout, *rest: right(swapped[layout], *rest))
    assert verdicts("I4") == [False]


def test_a_filter_that_is_off_empties_its_channel_and_no_other() -> None:
    image = array(LESSON.defaults["image"])
    full = filter_bank.maps(image)
    for j in range(4):
        stack = filter_bank.maps(image, j)
        assert not stack[j].any()
        assert np.array_equal(np.delete(stack, j, 0), np.delete(full, j, 0))


def test_each_layout_gives_every_number_a_place_of_its_own() -> None:
    for layout in ("HWC", "CHW"):
        places = [filter_bank.address(layout, h, w, c, (6, 6, 4)) for h, w, c in np.ndindex(6, 6, 4)]
        assert sorted(places) == list(range(144))


@pytest.mark.parametrize("image", ["edge", "dot", "checkers", "/".join(["0,0,0,0,0,0"] * 6)])
def test_scenes_of_extreme_settings_compute(image: str) -> None:
    state = LESSON.parse([f"image={image}", "c_in=64", "c_out=64", "k=7", "filter=3", "layout=CHW"])
    for scene in LESSON.scenes:
        assert all(frame.caption and frame.figures for frame in scene.frames(state))
    assert verdicts("I2", state) == [True, True]


def test_windows_of_other_sizes_and_swapped_slices_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = np.pad
    monkeypatch.setattr(filter_through.np, "pad", lambda stack, sides: right(stack, sides)[::-1])
    assert verdicts("I2") == [True, False]


def test_bars_of_another_channel_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = filter_frames.Bars
    swapped = lambda **given: right(**{**given, "labels": given["labels"][::-1]})  # noqa: E731
    monkeypatch.setattr(filter_frames, "Bars", swapped)
    assert verdicts("I3") == [False]


def test_rows_taken_for_columns_in_memory_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = filter_bank.address
    square = lambda layout, h, w, c, shape: right(layout, h, w, c, (shape[1], shape[0], shape[2]))  # noqa: E731
    monkeypatch.setattr(filter_bank, "address", square)
    assert verdicts("I4") == [False]


def test_no_two_of_the_four_filters_are_redundant() -> None:
    (told,) = facts("I1")
    assert told.holds and told.computed["largest cosine"] == 0.26
