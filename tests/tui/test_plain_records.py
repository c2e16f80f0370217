"""Records drawn once: goldens that a person can read, exact widths, no escape sequence that we did not write."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from dlviz.engine.data.load import load_data
from dlviz.engine.runs.run import Record
from dlviz.engine.text import sanitize
from dlviz.tui.plain_records import DRAWERS, draw, lines_of

GOLDEN = Path(__file__).parent / "golden"
REWRITE = "DLVIZ_REWRITE_GOLDEN"
OURS = re.compile(r"\x1b\[[0-9;]*m")
PROBED = {"evidence", "generation", "health", "histogram", "histograms", "next"}
"""Kinds that probes alone make: their tests draw what the probes found."""
HOSTILE = ["\x1b]0;x\x07", "[/x]", "[", "\x1b[2J", "\x9b31m", "a\nb", "\u202e", "猫", ""]


def record(kind: str, tag: str = "", **arrays: Any) -> Record:
    return Record(tag=tag or kind, kind=kind, step=3, arrays={name: np.asarray(each) for name, each in arrays.items()})


def digits() -> tuple[Any, Any]:
    data = load_data("digits", 0).test  # type: ignore[attr-defined]
    order = np.concatenate([np.flatnonzero(data.y == k)[:10] for k in range(10)])
    return data.x[order], data.y[order]


def attention() -> Record:
    weights = np.full((5, 7), 0.01)
    for row, column, weight in [(0, 0, 0.94), (1, 2, 0.93), (2, 1, 0.88), (3, 3, 0.96), (4, 6, 0.61), (4, 5, 0.34)]:
        weights[row, column] = weight
    rows, columns = ["a", "black", "cat", "drinks", "water"], ["un", "chat", "noir", "boit", "de", "l'", "eau"]
    return record("attention", "cross_attention", weights=[weights], rows=rows, columns=columns)


def denoising() -> Record:
    """Eleven frames between noise and a seven, as the forward process has them."""
    alpha_bar = np.linspace(0, 1, 11) ** 2
    share = alpha_bar[:, None, None, None, None]
    x0, eps = 2 * digits()[0][70:71] - 1, np.random.default_rng(0).normal(size=(1, 1, 8, 8))
    with np.errstate(divide="ignore"):
        snr = alpha_bar / (1 - alpha_bar)
    return record(
        "denoising", "denoising/ddim", x=np.sqrt(share) * x0 + np.sqrt(1 - share) * eps, eps=eps + 0 * share,
        x0=x0 + 0 * share, t=np.arange(1000, -100, -100), alpha_bar=alpha_bar, snr=snr, center=0.5, unit=0.5,
        labels=[7], steps=10, walked=10, of_step=3, seed=0, guidance=1.5, sampler="ddim", classes=list("0123456789"),
        named=np.full((11, 1), 7), sure=np.full((11, 1), 0.987),
    )  # fmt: skip


def ring(modes: int) -> Any:
    rng = np.random.default_rng(0)
    turns = rng.integers(0, modes, 400) * np.pi / 4
    return 2 * np.stack([np.cos(turns), np.sin(turns)], 1) + 0.04 * rng.normal(size=(400, 2))


def centers() -> Any:
    turns = np.arange(8) * np.pi / 4
    return 2 * np.stack([np.cos(turns), np.sin(turns)], 1)


def examples() -> dict[str, Record]:
    """One record of every kind, as the objectives write them."""
    x, y = digits()
    rng = np.random.default_rng(0)
    yy, xx = np.mgrid[1:-1:12j, -1:1:12j]
    pairs = [(i, j) for i in range(10) for j in range(i + 1, 10) if (i < 5) == (j < 5)] + [(4, 5)]
    return {
        "images": record("images", "samples", images=x, labels=y, rows=10),
        "images_of_no_class": record("images", "samples", images=x[:20], labels=[-1] * 20, rows=10),
        "plane": record("images", "plane", images=x, labels=[-1] * 100, rows=10, z=np.zeros((100, 2))),
        "denoising": denoising(),
        "strip": record("strip", "denoising", images=x[:12], x0=x[12:24], t=np.arange(1100, -100, -100)),
        "points": record("points", "samples", real=ring(8), points=ring(6), centers=centers()),
        "surface": record("surface", "discriminator", grid=np.sin(3 * xx) * yy, extent=[-1, 1, -1, 1]),
        "latent": record("latent", mean=ring(8), sigma=ring(8), labels=np.arange(400) % 3, kl=[2.0, 1.5]),
        "latent_of_many": record(
            "latent", mean=np.zeros((4, 3)), sigma=np.ones((4, 3)), labels=[0] * 4, kl=[1, 0.05, 0.5],
        ),
        "attention": attention(),
        "text": record(
            "text", "sample", prompt="The `import` statement\n*******", text="\nIt binds the name " + "of it " * 30,
        ),
        "tokens": record("tokens", "passage", tokens=list("if x:\n    pass"), loss=np.arange(14) / 2),
        "translations": record(
            "translations", source=["un chat noir", "la fille"], target=["a black cat", "the girl"],
            answer=["a black cat", "the boy"],
        ),
        "graph": record(
            "graph", edges=pairs, labels=[0] * 5 + [1] * 5, predicted=[0] * 4 + [1] * 6, known=[True] + [False] * 9,
            held=[False] * 10, hidden=np.zeros((2, 10, 4)), classes=["left", "right"],
            nodes=[str(k) for k in range(10)],
        ),
        "tree": record(
            "tree", "tree/0", parents=[-1, *rng.integers(0, 20, 63)], information=rng.random(64), shape=[1, 8, 8],
            marginals=x[y == 0].mean(0).reshape(1, 64),
        ),
        "game": record(
            "game", real=np.linspace(0.3, 1, 50), held=np.linspace(0.2, 0.9, 50), fake=np.linspace(0, 0.7, 50) ** 2,
            losses=[1.2, 0.9], equilibrium=[1.386294, np.nan], lines=["2 log 2", ""], border=0.5, fixed=True,
            variety=0.8, turn=1, averaged=False, loss="non-saturating", data="ring",
        ),
        "memory": record(
            "memory", "memory/lstm", tokens=list("ab?cd\n"), gradient=10.0 ** np.arange(-5, 1), halves=0.301,
            cell_gradient=[0.5] * 6, cell_halves=np.inf, at=[0, 3, 5], influence=[0.0, 0.1, 1.0], times=4, loss=0.25,
            target="e", known=True,
        ),
        "hidden": record("hidden", "hidden/lstm", hidden=np.tanh(rng.normal(size=(6, 4))), tokens=list("ab?cd!")),
    }  # fmt: skip


def visible(lines: list[str]) -> list[str]:
    return [OURS.sub("", line) for line in lines]


@pytest.mark.parametrize("name", examples())
def test_golden(name: str) -> None:
    text = "".join(line + "\n" for line in draw(examples()[name], 78, False))
    path = GOLDEN / f"record_{name}.txt"
    if os.environ.get(REWRITE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"run with {REWRITE}=1 and look at the difference"


def test_every_kind_has_a_golden_and_predictions_say_nothing() -> None:
    assert {example.kind for example in examples().values()} == set(DRAWERS) - PROBED
    assert draw(record("predictions", confusion=np.eye(3)), 78, False) == []


def test_of_planes_of_every_class_the_first_is_printed() -> None:
    x, _ = digits()
    zero, one = (
        record("images", f"plane/{k}", images=x, labels=[k] * 100, rows=10, z=np.zeros((100, 2))) for k in (0, 1)
    )
    assert draw(zero, 78, False) and not draw(one, 78, False) and lines_of(one, 78, False)


@pytest.mark.parametrize("name", examples())
@pytest.mark.parametrize("width", [40, 60, 78, 120])
def test_lines_fit_and_only_colours_are_escaped(name: str, width: int) -> None:
    for colour in (False, True):
        lines = draw(examples()[name], width, colour)
        assert lines and max(cell_len(line) for line in visible(lines)) <= width
        assert all("\x1b" not in line for line in (visible(lines) if colour else lines))
        assert all(line == line.rstrip() for line in visible(lines)) or colour


@pytest.mark.parametrize("name", ["images", "strip", "points", "surface", "attention", "graph", "hidden"])
def test_colours_are_of_24_bits_and_end(name: str) -> None:
    lines = draw(examples()[name], 78, True)
    assert any("\x1b[38;2;" in line or ";38;2;" in line for line in lines)
    assert all("\x1b" not in line or line.rindex("\x1b[0m") >= line.rindex(";2;") for line in lines)


def test_an_image_is_drawn_in_its_own_colours() -> None:
    image = np.zeros((1, 3, 2, 2))
    image[0, 0, 0, 0] = image[0, 2, 1, 0] = 1.0
    line = draw(record("images", images=image, labels=[-1]), 78, True)[-1]
    (first, *_) = Text.from_ansi(line).spans
    assert first.style.color.triplet.hex == "#ff0000" and first.style.bgcolor.triplet.hex == "#0000ff"  # type: ignore[union-attr]


def test_half_blocks_are_the_pixels() -> None:
    """Read back from the characters: exactly the pixels above the middle are filled."""
    x, _ = digits()
    body = draw(record("images", images=x[:3], labels=[-1] * 3, rows=3), 78, False)[1:]
    rows = [line.ljust(26) for line in body]
    filled = np.array([[char in half for char in row] for row in rows for half in ("▀█", "▄█")])
    for k in range(3):
        np.testing.assert_array_equal(filled[:8, 9 * k : 9 * k + 8], x[k, 0] > 0.5)
    assert filled.sum() == (x[:3] > 0.5).sum()


def test_each_point_has_its_dot() -> None:
    corners = [[-1, -1], [-1, 1], [1, -1], [1, 1], [0, 0]]
    lines = draw(
        record("points", real=corners, points=[*corners, [50, 50], [np.nan, 0]], centers=np.zeros((0, 2))), 78, False
    )
    assert "2 outside" in lines[1] and "5 real points and 7 generated" in lines[0]
    dots = [
        (r, c) for r, line in enumerate(lines[2:]) for c, char in enumerate(line[:38]) if "\u2800" < char <= "\u28ff"
    ]
    (top, left), (bottom, right) = np.min(dots, axis=0), np.max(dots, axis=0)
    assert set(dots) == {(top, left), (top, right), (bottom, left), (bottom, right), *dots[2:3]} and len(dots) == 5


def test_the_crossing_is_seen() -> None:
    lines = draw(attention(), 78, False)
    dark = {(line.split()[0], line.index("█") // 7) for line in lines[2:] if "██" in line and "." in line}
    assert dark == {("a", 1), ("black", 3), ("cat", 2), ("drinks", 4)}


def test_pairs_of_one_class_stay_below_each_other() -> None:
    """Reconstructions: columns are of one class, but no class has a column of its own."""
    x, _ = digits()
    twice = [0, 0, 1, 1] * 2
    lines = draw(record("images", images=x[:8], labels=twice, rows=4), 78, False)
    assert lines == draw(record("images", images=x[:8], labels=[-1] * 8, rows=4), 78, False)
    many = draw(record("images", images=x[:8], labels=[0] * 4 + [1] * 4, rows=2), 78, False)
    assert "rows by class" in many[0] and [line[0] for line in many if line[:1].isdigit()] == ["0", "0", "1", "1"]


def test_wrong_answers_and_nodes_are_marked() -> None:
    found = examples()
    table = draw(found["translations"], 78, False)
    assert table[0].startswith("translations: 1 of 2") and "expected: the girl" in table[3] and "!" in table[2]
    graph = "\n".join(draw(found["graph"], 78, False))
    assert "8 of 9 others right, 1 wrong (!)" in graph and "4!" in graph and "0*" in graph


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=6), min_size=1, max_size=6), st.booleans())
def test_hostile_text_reaches_no_terminal(texts: list[str], colour: bool) -> None:
    n, joined = len(texts), "".join(texts)
    for each in (
        record("text", joined, prompt=joined, text=joined * 3),
        record("tokens", joined, tokens=texts, loss=np.arange(n)),
        record("translations", joined, source=texts, target=texts, answer=texts[::-1]),
        record("attention", joined, weights=np.full((2, n, n), 1 / n), rows=texts, columns=texts),
        record(
            "graph", joined, edges=np.zeros((0, 2), int), labels=np.arange(n), predicted=np.zeros(n, int),
            known=np.zeros(n, bool), classes=texts, nodes=texts,
        ),
        record("hidden", joined, hidden=np.zeros((n, 2)), tokens=texts),
        record(joined, joined, hidden=np.zeros((n, 2))),
    ):  # fmt: skip
        lines = draw(each, 60, colour)
        for line in visible(lines) if colour else lines:
            assert cell_len(line) <= 60
            assert line == sanitize(line)


@pytest.mark.parametrize("kind", DRAWERS)
def test_a_damaged_record_is_one_sentence(kind: str) -> None:
    lines = draw(record(kind, nonsense=np.zeros(3)), 78, False)
    assert "not drawn" in lines[0] and all(len(line) <= 78 for line in lines)


@pytest.mark.parametrize(
    "name", ["images", "strip", "points", "surface", "attention", "tokens", "hidden", "tree", "latent"]
)
def test_numbers_that_are_none_are_drawn_all_the_same(name: str) -> None:
    example = examples()[name]
    arrays: dict[str, Any] = {
        k: np.where(v == v.flat[0], np.nan, v) if v.dtype.kind == "f" else v for k, v in example.arrays.items()
    }
    for colour in (False, True):
        lines = draw(record(example.kind, **arrays), 78, colour)
        assert lines and "not drawn" not in lines[0]


def test_of_many_images_what_is_shown_is_told(sheet: Callable[[int, int], list[str]]) -> None:
    assert sheet(28, 30)[0].startswith("images: 15 of 30 images of 28x28 pixels, 2x2 pixels averaged")
    assert "3x3 pixels averaged" in sheet(64, 3)[0]
    assert len(sheet(8, 1000)) < 60


@pytest.fixture
def sheet() -> Callable[[int, int], list[str]]:
    def drawn(side: int, count: int) -> list[str]:
        images = np.random.default_rng(0).random((count, 1, side, side))
        return draw(record("images", images=images, labels=[-1] * count, rows=10), 78, False)

    return drawn
