"""Figures of every kind for the tests of drawing, and the goldens that a person can read."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.cells import cell_len
from textual.strip import Strip

from dlviz.engine.lessons.kit.figures import (
    Bars,
    Box,
    Card,
    Curves,
    Edge,
    Figure,
    Formula,
    Grid,
    Ladder,
    Net,
    Node,
    Plane,
    Table,
    Tokens,
    Wall,
    Wire,
)
from dlviz.engine.lessons.kit.lesson import Frame
from dlviz.tui.render.palette import ANSI16_DARK, ANSI16_LIGHT, DARK, LIGHT, PLAIN, Ink

GOLDEN = Path(__file__).parents[1] / "golden"
REWRITE = "DLVIZ_REWRITE_GOLDEN"
INKS: list[Ink] = [DARK, LIGHT, replace(DARK, depth="256"), ANSI16_DARK, ANSI16_LIGHT, PLAIN]
HOSTILE = ["[/x]", "日本語のとても長い単語", "[bold", "é" * 60, "\x1b]0;x\x07", " a ", "\n", "", "\u202ertl"]
WORDS = ["The", "cat", "sat", "on", "the", "mat", "because", "it", "was", "tired", "."]


def golden(name: str, strips: Sequence[Strip]) -> None:
    """Compare with golden/lesson_NAME.txt, blank line ends aside."""
    text = "".join(strip.text.rstrip() + "\n" for strip in strips)
    path = GOLDEN / f"lesson_{name}.txt"
    if os.environ.get(REWRITE):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"{name}: run with {REWRITE}=1 and look at the difference"


def exact(strips: Sequence[Strip], width: int, height: int | None = None) -> None:
    """Every strip is as wide as it says, styled, and harmless."""
    assert height is None or len(strips) == height
    for strip in strips:
        assert strip.cell_length == width == sum(cell_len(segment.text) for segment in strip), strip.text
        assert all(segment.style is not None for segment in strip)
        assert "\x1b" not in strip.text and "\n" not in strip.text and "\u202e" not in strip.text


def numbers(rows: int, columns: int) -> np.ndarray:
    """Numbers of both signs that are the same everywhere."""
    return np.round(np.sin(np.arange(rows * columns) * 0.7).reshape(rows, columns) * 2, 2)


def sliding() -> Frame:
    """A kernel on an image: a window, hatched pixels, a target."""
    image = np.round(np.abs(numbers(6, 6)) / 2, 1)
    under = tuple((r, c) for r in (1, 2, 3) for c in (2, 3, 4))
    never = tuple((r, 5) for r in range(6))
    return Frame(
        caption="One step.",
        figures=(
            Grid(name="image", title="image, 6x6", values=image, digits=1, reach=(0, 1),
                 marks={"window": under, "never": never}),
            Grid(name="kernel", title="kernel", values=[[1, 0, -1], [2, 0, -2], [1, 0, -1]], join="×"),
            Grid(name="output", title="output, 4x4", values=numbers(4, 4), digits=1, join="=",
                 marks={"target": ((1, 2),), "winner": ((0, 0),), "dropped": ((3, 3),), "focus": ((3, 0),)}),
        ),
        formulas=(Formula(symbols="y[i,j] = Σ x[i+a, j+b] · w[a,b]",
                          numbers="0.5·1 + 0.2·0 + 0.3·-1 + 0.4·2 + 0.5·0 + 0.6·-2 + 0.7·1 + 0.8·0 + 0.9·-1 = -1.2"),),
    )  # fmt: skip


def attention() -> Frame:
    """A causal matrix of 11 tokens and the bars of one row."""
    scores = np.where(np.tri(11, dtype=bool), np.exp(numbers(11, 11)), 0)
    weights = scores / scores.sum(1, keepdims=True)
    masked = tuple((i, j) for i in range(11) for j in range(i + 1, 11))
    return Frame(
        caption="Who looks at whom.",
        figures=(
            Grid(name="weights", title="softmax(QKᵀ/√d), 11x11", values=weights, row_labels=WORDS,
                 column_labels=WORDS, row_axis="query", column_axis="key", marks={"never": masked}, cursor=(8, 1)),
            Bars(name="row", title="what `it` looks at", labels=WORDS[:8], values=weights[7, :8], percent=True,
                 marked=(1,), dropped=(3,), reference=("uniform", 1 / 8), notes=["", "the antecedent"]),
        ),
    )  # fmt: skip


def shades() -> Frame:
    """What has too many cells for numbers."""
    waves = np.sin(np.outer(np.arange(32), np.arange(32)) / 30)
    return Frame(
        caption="Many cells.",
        figures=(
            Grid(name="toeplitz", title="Toeplitz matrix, 8x36", values=np.kron(np.eye(4), numbers(2, 9))),
            Grid(name="positions", title="positions, 32x32", values=waves, shows="shades", row_axis="position"),
            Grid(name="vector", title="a vector, 1x40", values=numbers(1, 40), marks={"target": ((0, 30),)}),
        ),
    )


def curves() -> Frame:
    """Three schedules with a level and a cursor, and bars of both signs."""
    x = np.linspace(0, 1000, 200)
    lines = {
        "linear": np.exp(-((x / 400) ** 2)),
        "cosine": np.cos(x / 1000 * np.pi / 2) ** 2,
        "with a gap": np.where(x > 600, np.nan, 0.2),
    }
    return Frame(
        caption="Schedules.",
        figures=(
            Curves(name="c", title="schedules", x=x, lines=lines, x_label="t", y_label="ᾱ", levels={"half": 0.5},
                   at=300.0),
            Bars(name="s", title="both signs", labels=["alpha", "b", "a long name of a bar 漢字"],
                 values=[-1.5, 2, 0.01], unit="nats", reference=("no loss", 1.0)),
        ),
    )  # fmt: skip


def plane() -> Frame:
    """Two groups over a surface, with all that a plane may have."""
    angle = np.linspace(0, 6, 40)
    ring = np.stack([np.cos(angle), np.sin(angle)], 1)
    down, across = np.mgrid[2:-2:20j, -2:2:20j]
    return Frame(
        caption="A game.",
        figures=(
            Plane(name="p", title="points", extent=(-2, 2, -2, 2),
                  points={"real": ring * 1.4, "generated": ring * 0.4 - 0.8},
                  surface=np.tanh(down + across), surface_label="D", arrows=(ring[::10], np.full((4, 2), 0.5)),
                  arrows_label="gradient", labels=[(0, 0, "origin")], at=(0.5, -0.5),
                  paths={"path": [np.array([[-2, 0], [0, 1], [2, 1.5]])]}, x_label="x1", y_label="x2"),
            Plane(name="q", title="two places", extent=(0, 1, 0, 1), points={"a": [[0.2, 0.3]], "b": [[0.7, 0.8]]}),
        ),
    )  # fmt: skip


def words() -> Frame:
    """Tokens, a card and a table."""
    weights = np.abs(numbers(1, 11)[0]) / 4
    return Frame(
        caption="Words.",
        figures=(
            Tokens(name="t", title="tokens", tokens=WORDS, weights=weights, notes=[f"{w:.2f}" for w in weights],
                   focus=7, dimmed=(9, 10)),
            Tokens(name="d", title="dropped", tokens=["un", "chat", "漢字"], dropped=(1,)),
            Card(name="o", kind="opinion", text="An inductive bias helps where it is true and harms where it is not."),
            Table(name="n", title="next token", columns=["token", "p", "kept", "note"],
                  rows=[["cat", 0.5123, True, "a long remark about this token"], ["dog", 0.25, True, ""],
                        ["漢字", 0.001, False, "[/x]"]], struck=(2,), marked=(0,)),
        ),
    )  # fmt: skip


def models() -> Frame:
    """A U-Net with a cut skip, and a Bayesian network."""
    boxes = [
        Box(name="in", shape="1x8x8", share=0.1, detail="conv 3x3"),
        Box(name="down 1", shape="16x8x8", share=0.3),
        Box(name="down 2", shape="32x4x4", depth=1, share=0.5, active=True),
        Box(name="middle", shape="64x2x2", depth=2, share=1.0, detail="attention"),
        Box(name="up 2", shape="32x4x4", depth=1, share=0.5),
        Box(name="up 1", shape="16x8x8", share=0.3, thumbnails=np.abs(numbers(16, 8)).reshape(2, 8, 8)),
        Box(name="out", shape="1x8x8"),
    ]
    nodes = [
        Node(name="cloudy", x=0.5, y=0, label="P = 0.5"),
        Node(name="sprinkler", x=0, y=0.5, label="0.30", role="given"),
        Node(name="rain", x=1, y=0.5, label="0.70", role="asked"),
        Node(name="wet", x=0.5, y=1, label="1.0", role="active"),
    ]
    edges = [
        Edge(source=0, target=1),
        Edge(source=0, target=2, role="path", label="0.8"),
        Edge(source=1, target=3, role="cut"),
        Edge(source=2, target=3, role="quiet"),
    ]
    wires = [Wire(source=1, target=5, label="skip 16"), Wire(source=2, target=4, label="skip 32", cut=True)]
    return Frame(
        caption="Models.",
        figures=(
            Ladder(name="u", title="U-Net", boxes=boxes, wires=wires, share_label="share of the parameters"),
            Net(name="n", title="Bayesian network", nodes=nodes, edges=edges),
        ),
    )


def pictures() -> Frame:
    """Ten samples, one chosen and one dropped."""
    images = np.abs(numbers(60, 6)).reshape(10, 6, 6)
    labels = [f"t={k}" for k in range(10)]
    return Frame(
        caption="Samples.",
        figures=(Wall(name="w", title="samples", images=images, labels=labels, chosen=3, dropped=(5,)),),
    )


FRAMES = {
    made.__name__: made for made in (sliding, attention, shades, curves, plane, words, models, pictures)
}  # fmt: skip


def hostile() -> Frame:
    """Every kind that may show a learner's words, with words that mean harm."""
    return Frame(
        caption="x",
        figures=(
            Tokens(name="t", title="".join(HOSTILE), tokens=HOSTILE, notes=HOSTILE, weights=[np.nan] * len(HOSTILE)),
            Grid(name="g", title=HOSTILE[1], values=numbers(9, 9), row_labels=HOSTILE, column_labels=HOSTILE,
                 row_axis=HOSTILE[4], column_axis=HOSTILE[1], join=HOSTILE[0]),
            Bars(name="b", labels=HOSTILE, values=[np.nan, np.inf, -np.inf, 0, 1e300, -1e-300, 1, 2, 3],
                 notes=HOSTILE, unit=HOSTILE[1], reference=(HOSTILE[4], np.inf)),
            Table(name="tab", columns=HOSTILE, rows=[HOSTILE, [1e300, np.nan, -1, True, None, 3.5, "", "a", 7], [1]]),
            Card(name="c", text=" ".join(HOSTILE), kind="measured"),
            Curves(name="cu", x=[1, 2, np.nan], lines={HOSTILE[1]: [1, np.inf, 2], HOSTILE[4]: [np.nan] * 3},
                   x_label=HOSTILE[1], y_label=HOSTILE[4], levels={HOSTILE[1]: 1.5}, at=1.0),
            Plane(name="p", extent=(0, 1, 0, 1), points={HOSTILE[1]: [[np.nan, 1], [0.5, 0.5]]},
                  labels=[(0.5, 0.5, HOSTILE[1]), (np.nan, 0, HOSTILE[4])], x_label=HOSTILE[1], y_label=HOSTILE[4]),
            Net(name="n", nodes=[Node(name=text, x=k / 9, y=k % 3 / 2, label=text) for k, text in enumerate(HOSTILE)],
                edges=[Edge(source=k, target=k + 1, label=text) for k, text in enumerate(HOSTILE)]),
            Ladder(name="l", boxes=[Box(name=text, shape=text, detail=text, depth=k) for k, text in enumerate(HOSTILE)],
                   wires=[Wire(source=k, target=8 - k, label=text) for k, text in enumerate(HOSTILE)]),
            Wall(name="w", images=np.full((9, 3, 3), np.nan), labels=HOSTILE, scope=HOSTILE[1]),
        ),
        formulas=(Formula(symbols="".join(HOSTILE), numbers=HOSTILE[1]),),
    )  # fmt: skip


def empty() -> Frame:
    """Every kind with nothing in it."""
    return Frame(
        caption="x",
        figures=(
            Grid(name="g", values=np.zeros((0, 0))),
            Grid(name="g2", title="nothing known", values=np.full((2, 2), np.nan)),
            Bars(name="b", labels=(), values=()),
            Curves(name="c", x=(), lines={}, x_label="t"),
            Plane(name="p", extent=(0, 0, 0, 0)),
            Tokens(name="t", tokens=()),
            Ladder(name="l", boxes=()),
            Net(name="n", nodes=()),
            Wall(name="w", images=np.zeros((0, 3, 3))),
            Table(name="tab", columns=(), rows=()),
            Table(name="tab2", columns=("a", "b"), rows=()),
            Card(name="ca", text=""),
        ),
    )


def everything() -> list[Figure]:
    """Every figure of the frames."""
    return [figure for made in FRAMES.values() for figure in made().figures]
