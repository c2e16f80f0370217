"""What the attention pane draws, and what is printed: goldens that a person can read, every size and depth."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.strip import Strip

from dlviz.engine.probes.attention.numbers import numbers, rollout
from dlviz.engine.runs.run import Record
from dlviz.tui.panes.attention.picture import LOOKS, UNIT, Choice, picture, scale_of
from dlviz.tui.plain_records import draw
from dlviz.tui.render.attention.maps import AttentionMap, maps
from dlviz.tui.render.attention.matrix import matrix
from dlviz.tui.render.attention.pixels import HATCH, coded, pixels
from dlviz.tui.render.attention.wall import wall
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink, levels
from dlviz.tui.render.tokens_view import tokens_view

GOLDEN = Path(__file__).parent / "golden"
REWRITE = "DLVIZ_REWRITE_GOLDEN"
READ = ["un", "chat", "noir", "boit", "de", "l'", "eau"]
WRITTEN = ["a", "black", "cat", "drinks", "water"]
HOSTILE = ["[/x]", "\x1b]0;x\x07", "[bold", "日本語のとても長い単語", "é" * 80, "\n"]


def record(tag: str, weights: Any, rows: list[str], columns: list[str], kind: str, **more: Any) -> Record:
    weights = np.asarray(weights, dtype=np.float32)
    mask = more.get("mask")
    arrays = {"weights": weights, "rows": np.array(rows), "columns": np.array(columns), "type": np.array(kind)}
    arrays |= numbers(weights, mask) | {name: np.asarray(each) for name, each in more.items()}
    return Record(tag=f"attention/{tag}", kind="attention", step=7, arrays=arrays)


def cross() -> Record:
    weights = np.full((1, 5, 7), 0.01)
    for row, column in enumerate((0, 2, 1, 3, 6)):
        weights[0, row, column] = 0.94
    return record("decoder.0.cross_attention", weights, WRITTEN, READ, "cross")


def causal(n: int, heads: int, layer: int = 0, names: list[str] | None = None) -> Record:
    rng = np.random.default_rng(layer)
    mask = np.tri(n, dtype=bool)[None]
    weights = np.where(mask, rng.exponential(size=(heads, n, n)) ** 2, 0)
    weights /= weights.sum(-1, keepdims=True)
    names = names or ["<begin>", *WRITTEN][:n] + [f"t{k}" for k in range(6, n)]
    return record(f"decoder.{layer}.attention", weights, names, names, "causal", mask=mask)


def translator() -> list[Record]:
    own = record("encoder.0.attention", np.full((2, 7, 7), 1 / 7), READ, READ, "self")
    stack = [causal(5, 2, 0), causal(5, 2, 1)]
    rolled = rollout([each.arrays["weights"] for each in stack])[None]
    names = stack[0].arrays["rows"].tolist()
    last = record("rollout", rolled, names, names, "causal", mask=np.tri(5, dtype=bool)[None], layers=2)
    return [last, cross(), *stack, own]


def read(strips: list[Strip]) -> str:
    return "".join("".join(segment.text for segment in strip).rstrip() + "\n" for strip in strips)


def choice(
    look: str = "matrix", layer: int = 0, head: int | None = 0, at: tuple[int, int] = (1, 2), **how: Any
) -> Choice:
    return Choice(look, layer, head, *at, how.get("own", True), how.get("whole", False))


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("what", ["translator", "long"])
def test_golden(look: str, what: str) -> None:
    found = maps(translator() if what == "translator" else [causal(40, 2, k) for k in (0, 1)])
    layer = next((k for k, each in enumerate(found) if each.type == "cross"), 0)
    drawn = picture(found, choice(look, layer), PLAIN, 60, 18).strips
    text = read(drawn)
    path = GOLDEN / f"attention_{look}_{what}.txt"
    if os.environ.get(REWRITE):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"run with {REWRITE}=1 and look at the difference"
    assert all(strip.cell_length == 60 for strip in drawn)


def test_the_layers_stand_in_the_order_of_the_pass() -> None:
    names = [each.name for each in maps(translator())]
    assert names == ["encoder 0", "decoder 0", "decoder 0 cross", "decoder 1", "rollout"]
    more = maps([causal(3, 1, k) for k in (10, 2, 1)])
    assert [each.name for each in more] == ["decoder 1", "decoder 2", "decoder 10"]


@pytest.mark.parametrize("ink", [DARK, LIGHT, PLAIN, ANSI16_DARK], ids=["dark", "light", "none", "sixteen"])
def test_masked_is_not_zero(ink: Ink) -> None:
    """Of two weights of 0, one may not be looked at; they look different in every depth, in every look."""
    mask = np.array([[True, True], [True, False]])
    codes = coded(np.array([[0.0, 1.0], [1.0, 0.0]]), mask, UNIT)
    assert codes[0, 0] != codes[1, 1]
    for zoom in (2, 4):
        top, *_, bottom = pixels(codes, ink, zoom)
        zero = next(iter(top)), next(iter(bottom))
        last = [*bottom][-1]
        assert (last.text[-1], last.style) != (zero[0].text[0], zero[0].style)
        assert HATCH in last.text or "/" in last.text
    rows = ["a", "b"]
    strips = matrix(np.array([[0.0, 1.0], [1.0, 0.0]]), mask, rows, rows, UNIT, ink, 30, 8, (0, 0)).strips
    lines = read(strips)
    assert lines.count(HATCH if ink.coloured else "/") >= 2 and ".00" in lines and "1.0" in lines


def test_every_pixel_has_the_colour_of_its_weight() -> None:
    weights = np.arange(16).reshape(4, 4) / 15
    ramp = levels("sequential", DARK)
    strips = pixels(coded(weights, None, UNIT), DARK)
    for y, strip in enumerate(strips):
        x = 0
        for segment in strip:
            assert segment.style is not None and segment.style.bgcolor is not None
            for _ in segment.text:
                below = segment.style.bgcolor.triplet
                assert below is not None and below.hex == ramp[round(float(weights[2 * y + 1, x]) * 32)]
                x += 1


def test_the_window_is_around_the_crosshair_and_said() -> None:
    each = AttentionMap.of("attention/x", causal(100, 1).arrays)
    found = matrix(each.weights[0], None, each.rows, each.columns, UNIT, DARK, 60, 20, (80, 10))
    text = read(found.strips)
    assert "t80▸" in text and "t10" not in text.split("t80")[1] and found.said.startswith("queries 7")
    assert found.said.endswith("of 100") and "keys 1-" in found.said
    whole = matrix(each.weights[0], None, each.rows, each.columns, UNIT, DARK, 60, 20, (80, 10), whole=True)
    assert whole.said == "100x100, largest of 3x3" and "t80▸" in read(whole.strips) and "▾ t10" in read(whole.strips)


def test_pooling_keeps_the_largest() -> None:
    weights = np.zeros((1, 64, 64))
    weights[0, 37, 21] = 1.0
    each = AttentionMap.of("attention/x", record("x", weights, [""] * 64, [""] * 64, "self").arrays)
    drawn = wall([each], [[UNIT]], PLAIN, 30, 9)
    assert drawn.block == 8 and "@@" in read(drawn.strips)


def test_first_rows_of_a_causal_head_do_not_set_its_scale() -> None:
    each = AttentionMap.of("attention/x", causal(50, 1).arrays)
    scale, clipped = scale_of(each, 0, True)
    assert clipped and scale.high == each.weights[0, 24:].max() < each.weights[0].max() == 1
    assert scale_of(each, 0, False) == (UNIT, False)
    assert scale_of(each, 0, True, 3)[0].high == each.weights[0, 3].max()
    assert "clipped" in read(picture([each], choice(at=(3, 0)), DARK, 80, 20).strips)


@pytest.mark.parametrize("ink", [DARK, LIGHT, PLAIN, ANSI16_DARK], ids=["dark", "light", "none", "sixteen"])
@pytest.mark.parametrize("look", LOOKS)
def test_every_size_ink_and_hostile_token_is_drawn(look: str, ink: Ink) -> None:
    n = len(HOSTILE)
    bad = np.full((3, n, n), 1 / n)
    bad[0, 1, 2], bad[1, 0, 0], bad[2] = np.nan, np.inf, np.nan
    grid = record("attention", np.full((2, 16, 16), 1 / 16), ["0,0"] * 16, ["0,0"] * 16, "self", shape=[4, 4])
    for records in (
        translator(), [causal(200, 8, k) for k in range(4)], [grid], [causal(1, 1)],
        [record("x", bad, HOSTILE, HOSTILE, "self")], [record("y", bad, HOSTILE, HOSTILE, "cross")],
    ):  # fmt: skip
        found = maps(records)
        for width, height in ((1, 1), (8, 3), (36, 10), (60, 14), (80, 22), (120, 38), (190, 50)):
            for head in (0, None):
                for whole in (False, True):
                    last = len(found[-1].rows) - 1, len(found[-1].columns) - 1
                    at = choice(look, len(found) - 1, head, last, whole=whole)
                    strips = picture(found, at, ink, width, height).strips
                    assert len(strips) <= max(height, 2) and all(s.cell_length == width for s in strips)
                    assert "\x1b" not in read(strips) and "\x07" not in read(strips)


def test_a_token_view_of_a_translation_shows_the_alignment() -> None:
    each = AttentionMap.of("attention/x", cross().arrays)
    strips, said = tokens_view(each, 0, 1, UNIT, PLAIN, 70, 16)
    source, _, target, under, weight, *_ = read(strips).split("\n")
    assert source.split() == ["source", *READ] and target.split() == ["target", *WRITTEN] and not said
    assert under.split() == ["looks", "at", "un", "noir", "chat", "boit", "eau"]
    for word, other in zip(WRITTEN, ("un", "noir", "chat", "boit", "eau"), strict=True):
        assert target.index(f" {word}") == under.index(f" {other}", 7) or target.index(word) == under.index(other, 8)
    assert weight.split() == [".94"] * 5 and "noir (3)" in read(strips)


def test_damaged_records_are_left_out() -> None:
    good = cross()
    for damage in ({"weights": np.zeros(3)}, {"rows": np.array(["a"])}, {"weights": np.zeros((0, 5, 7))}):
        bad = Record(tag="attention/bad", kind="attention", step=1, arrays={**good.arrays, **damage})
        assert len(maps([bad, good])) == 1
    old = {k: good.arrays[k] for k in ("weights", "rows", "columns")}
    (found,) = maps([Record(tag="cross_attention", kind="attention", step=1, arrays=old)])
    assert found.told(0)["entropy"] == pytest.approx(good.arrays["entropy"][0], rel=1e-5)


def test_on_paper_the_crossing_is_told_and_masked_cells_are_empty() -> None:
    text = "\n".join(draw(cross(), 78, False))
    assert "they cross: black looks at noir (94%), cat looks at chat (94%)" in text
    lines = draw(causal(6, 2), 78, False)
    body = lines[next(k for k, line in enumerate(lines) if line.split()[:1] == ["<begin>"] and "1.0" in line) :]
    assert body[0].endswith("1.0") and len(body[5]) > len(body[0])
    assert "masked: empty" in " ".join(" ".join(lines).split())
    assert sum("head" in line and "entropy" in line for line in lines) == 2
    pooled = draw(causal(128, 1), 78, False)
    assert "of 128 x 128 weights, 3x3 pooled to the largest" in "\n".join(pooled) and len(pooled) < 60
    brief = draw(record("b", np.full((2, 3, 3), 1 / 3), READ[:3], READ[:3], "self", brief=True), 78, False)
    assert "entropy of each head 100% 100% of log n" in " ".join(" ".join(brief).split()) and len(brief) <= 2
