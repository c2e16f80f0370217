"""The lesson `convolution`: facts that turn red when the code is broken, and settings at their ends."""

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dlviz.engine.lessons.convolution import LESSON, SIZED
from dlviz.engine.lessons.kit.facts import Fact
from dlviz.engine.lessons.kit.figures import Card, Figure
from dlviz.engine.lessons.kit.state import State
from dlviz.engine.lessons.proofs.convolution import CLAIMS
from dlviz.engine.lessons.workings import (
    convolving,
    flattening,
    layer_counts,
    parameter_frames,
    sliding,
    toeplitz,
)
from dlviz.engine.lessons.workings.convolving import Geometry
from dlviz.engine.lessons.workings.sliding import Slide
from dlviz.engine.options import OptionError
from dlviz.tui.lessons.layout import arrange
from dlviz.tui.render.palette import DARK

CONVOLVE = convolving.convolve


def verdicts(row: str, state: State | None = None) -> list[bool]:
    return [fact.holds for fact in facts(row, state)]


def facts(row: str, state: State | None = None) -> list[Fact]:
    return [claim.fact(LESSON.name, state or LESSON.state()) for claim in CLAIMS if claim.id == row]


def figure(scene: str, frame: int, name: str, state: State | None = None) -> Any:
    made = next(s for s in LESSON.scenes if s.name == scene).frames(state or LESSON.state())[frame]
    return next(figure for figure in made.figures if figure.name == name)


def test_dense_1332_convolution_10() -> None:
    counted = facts("E4")[0]
    assert counted.computed == counted.expected == {"dense": 1332, "convolution": 10, "ratio": 133.2}
    assert facts("E4")[1].computed == {"output": "4x4", "dense": 592}


def test_the_numbers_of_the_syllabus() -> None:
    assert facts("C1")[0].computed["connections"] == 256
    assert facts("C1")[0].computed["percent"] == 19.75
    assert facts("C2")[0].computed == {"middle": 36, "corner": 25, "chosen moves": 27}
    assert facts("E2")[1].computed == {"entries": 1296, "connected": 256, "distinct": 9}
    assert facts("E1")[0].computed == {"weights": 9, "products": 324, "on the image": 256}


def test_a_turned_kernel_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(verdicts("D1"))
    turned = lambda image, kernel, *rest, **more: CONVOLVE(image, kernel[::-1, ::-1], *rest, **more)  # noqa: E731
    monkeypatch.setattr(convolving, "convolve", turned)
    assert verdicts("D1") == [False, False, False]


def test_a_transposed_kernel_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolving, "convolve", lambda image, kernel, *r, **m: CONVOLVE(image, kernel.T, *r, **m))
    assert not verdicts("D1")[0]


def test_a_matrix_that_is_one_column_off_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(verdicts("E2"))
    right = toeplitz.taps
    monkeypatch.setattr(toeplitz, "taps", lambda geometry: np.roll(right(geometry), 1, axis=1))
    assert verdicts("E2") == [False, False]


def test_labels_that_are_swapped_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = parameter_frames.Bars
    swapped = lambda **given: right(**{**given, "labels": given["labels"][::-1]})  # noqa: E731
    monkeypatch.setattr(parameter_frames, "Bars", swapped)
    assert verdicts("E4") == [False, True]


def test_a_window_of_sparse_connections_beside_the_place_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Geometry.window
    known = toeplitz.taps(Geometry((6, 6), (3, 3), 1, 1))
    monkeypatch.setattr(toeplitz, "taps", lambda geometry: known)
    monkeypatch.setattr(Geometry, "window", lambda g, row, column: right(g, row, column + 1))
    assert verdicts("C1") == [False]


def test_facts_about_the_matrix_follow_the_settings() -> None:
    assert facts("E2", LESSON.state({"kernel": SIZED["box-5"]}))[1].computed["distinct"] == 25
    assert facts("E2", LESSON.state({"stride": 2}))[1].computed["entries"] == 9 * 36


def test_numbers_keep_their_columns_while_the_output_fills() -> None:
    frames = LESSON.scenes[0].frames(LESSON.state())
    shown = [{f.name: (f.reach, np.shape(f.values), f.join) for f in frames[k].figures} for k in (0, 1, 20, 36)]  # type: ignore[attr-defined]
    assert all(each == shown[0] for each in shown)


def test_a_steady_scale_is_as_long_in_print_as_the_longest_number() -> None:
    assert sliding.steady(np.array([3.0, -1.2]), 1) == (-3.1, 3.1)
    assert sliding.steady(np.array([3.0, -1.0]), 1) == (-3.0, 3.0)
    assert sliding.steady(np.array([-2.9, 0.14]), 1) == (-2.9, 2.9)
    assert sliding.steady(np.zeros(4), 1) == (-1.0, 1.0)


def test_taps_counted_on_padding_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere = lambda geometry: np.full(geometry.kernel, geometry.units)  # noqa: E731
    monkeypatch.setattr(toeplitz, "uses", everywhere)
    assert verdicts("C2") == [False]
    assert verdicts("E1") == [False]


def test_a_forgotten_bias_and_a_column_first_index_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_counts, "conv_parameters", lambda k, c_in=1, c_out=1: k * k * c_in * c_out)
    assert verdicts("E4")[0] is False
    assert verdicts("D2") == [True]
    monkeypatch.setattr(flattening, "index", lambda c, h, w, height, width: (c * width + w) * height + h)
    assert verdicts("D2") == [False]


def test_a_size_that_is_not_rounded_down_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    up = property(lambda g: tuple(-(-(n - s) // g.stride) + 1 for n, s in zip(g.padded, g.span, strict=True)))
    monkeypatch.setattr(Geometry, "out", up)
    monkeypatch.setattr(toeplitz, "taps", toeplitz.taps.__wrapped__)
    assert verdicts("C1", LESSON.state({"stride": 2})) == [False]


def test_a_window_that_is_transposed_is_found_where_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Slide.patch
    monkeypatch.setattr(Slide, "patch", lambda slide, place: right(slide, place).T)
    assert verdicts("D1") == [False, True, True]


def test_products_with_a_turned_kernel_are_found_where_they_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    right = sliding.at_place
    turned = lambda slide, index: right(replace(slide, kernel=slide.kernel[::-1, ::-1]), index)  # noqa: E731
    monkeypatch.setattr(sliding, "at_place", turned)
    assert verdicts("D1") == [False, True, True]


def test_a_transposed_matrix_is_found_where_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    right = toeplitz.as_matrix
    monkeypatch.setattr(toeplitz, "as_matrix", lambda geometry, kernel: right(geometry, kernel).T)
    assert verdicts("E2") == [False, True]


def test_slopes_of_another_image_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdicts("C2") == [True]
    monkeypatch.setattr(Slide, "framed", property(lambda slide: np.pad(slide.image, slide.geometry.padding).T))
    assert verdicts("C2") == [False]


def test_products_counted_with_one_side_of_the_kernel_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_counts, "conv_products", lambda n, k, c_in=1, c_out=1: n * n * k * c_in * c_out)
    assert verdicts("E4") == [False, True]


@pytest.mark.parametrize("texts", [["n=2", "k=5"], ["n=2", "k=11", "c_in=3"], ["n=64", "k=1"], ["n=3", "k=3"]])
def test_counts_hold_also_where_the_kernel_is_larger_than_the_image(texts: list[str]) -> None:
    state = LESSON.parse(texts)
    assert all(verdicts("E4", state))
    first, _, last = next(scene for scene in LESSON.scenes if scene.name == "counted").frames(state)
    assert ("more" in first.caption) == (texts[:2] == ["n=2", "k=5"] or "k=11" in texts)
    assert ("no output" in last.caption) == (texts[0] == "n=2")


def test_the_window_the_products_and_the_formula_fit_80_columns_by_24() -> None:
    for preset in ("", "dilated", "border-unread"):
        frames = LESSON.scenes[0].frames(LESSON.parse([], preset=preset))
        for k in range(len(frames)):
            assert arrange(frames[k], DARK, 78, 14).height <= 14, (preset, k)


@pytest.mark.parametrize("texts", [("kernel=box-5", "dilation=3"), ("kernel=ring-5", "dilation=2", "padding=0")])
def test_a_kernel_that_fits_nowhere_is_told_instead_of_failing(texts: tuple[str, ...]) -> None:
    state = LESSON.parse(texts)
    for name in ("sliding", "sparse", "shared", "matrix"):
        scene = next(scene for scene in LESSON.scenes if scene.name == name)
        frames = scene.frames(state)
        assert len(frames) == 1
        assert any(isinstance(shown, Card) and "fits nowhere" in shown.text for shown in frames[0].figures)
    assert all(fact.holds for claim in LESSON.claims for fact in [claim.fact("convolution", state)])


def test_every_combination_of_the_moving_settings_computes_what_pytorch_computes() -> None:
    sliding = next(scene for scene in LESSON.scenes if scene.name == "sliding")
    for name, stride, padding, dilation in itertools.product(SIZED, (1, 3, 4), (0, 2), (1, 3)):
        values = {"kernel": SIZED[name], "stride": stride, "padding": padding, "dilation": dilation}
        state = LESSON.state({**values, "row": 9, "column": 9, "tap": 24})
        assert verdicts("D1", state)[0], values
        frames = sliding.frames(state)
        assert frames[len(frames) - 1].caption


def test_one_frame_for_each_place_and_the_window_is_under_the_kernel() -> None:
    assert len(LESSON.scenes[0].frames(LESSON.state())) == 1 + 36
    image = figure("sliding", 1 + 6 + 2, "image")
    assert set(image.marks["window"]) == {(r, c) for r in (1, 2, 3) for c in (2, 3, 4)}
    output = figure("sliding", 1 + 6 + 2, "output")
    assert output.marks["target"] == ((1, 2),)
    assert np.isnan(output.values).sum() == 36 - 9
    products = figure("sliding", 1 + 6 + 2, "products")
    assert products.values.sum() == pytest.approx(output.values[1, 2])


def test_the_border_that_stride_2_never_reads_is_hatched() -> None:
    image = figure("sliding", 0, "image", LESSON.parse([], preset="border-unread"))
    assert set(image.marks["never"]) == {(7, i) for i in range(8)} | {(i, 7) for i in range(8)}


def test_edits_of_the_padded_image_count_from_its_first_pixel() -> None:
    for padding in (0, 1, 2):
        image = figure("sliding", 0, "image", LESSON.state({"padding": padding}))
        assert image.edits == "image" and image.edits_from == (padding, padding)
        assert image.values[padding + 1, padding + 2] == LESSON.defaults["image"][1][2]


def test_a_row_of_the_matrix_lights_up_its_patch() -> None:
    rows = figure("matrix", 1, "rows")
    assert rows.values[2, 7] == 0 and rows.origin(2, 7).cells["kernel"] == ((0, 0),)
    assert rows.picks(4, 7) == {"row": 2, "column": 4}
    assert figure("matrix", 0, "matrix").picks(14, 7) == {"row": 2, "column": 2}
    moved = LESSON.state(figure("matrix", 0, "matrix").picks(35, 0))
    for name in ("image", "row"):
        assert set(figure("matrix", 2, name, moved).marks["window"]) == {(4, 4), (4, 5), (5, 4), (5, 5)}


def test_every_preset_names_a_scene_and_computes() -> None:
    names = {scene.name for scene in LESSON.scenes}
    for preset in LESSON.presets:
        assert preset.scene in names
        for scene in LESSON.scenes:
            made: list[tuple[Figure, ...]] = [f.figures for f in scene.frames(LESSON.parse([], preset=preset.name))]
            assert all(made)


@pytest.mark.parametrize("text", ["", "1,2/3", "1,2,3,4,5,6", "nan", "\x1b[31m1", "[/x]", "10", "1,,2", "sobel"])
def test_kernels_that_are_none_are_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(OptionError, match=r"kernel cannot be .*allowed: sobel-x") as told:
        LESSON.parse([f"kernel={text}"])
    assert "\x1b" not in str(told.value)
