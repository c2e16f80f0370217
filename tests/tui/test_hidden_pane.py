"""The pane of hidden states against a fake session, and its drawings against goldens that a person can read."""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.strip import Strip

from dlviz.engine.data import karate
from dlviz.engine.probes.hidden.field import components, degrees, field
from dlviz.engine.probes.hidden.layout import layout
from dlviz.engine.probes.requests import Answer, Inside, LookInside, Request
from dlviz.engine.runs.run import Record, Run
from dlviz.engine.text import sanitize
from dlviz.engine.training.status import Status
from dlviz.tui.panes.hidden import graph as hidden_graph
from dlviz.tui.panes.hidden import states as hidden_states
from dlviz.tui.panes.hidden.pane import HiddenPane
from dlviz.tui.panes.hidden.sight import Sight
from dlviz.tui.panes.views import VIEWS, make
from dlviz.tui.plain_records import draw
from dlviz.tui.render.graph.canvas import EDGES_MOST, Canvas, Node, graph_canvas
from dlviz.tui.render.graph.marks import level_sign, sign
from dlviz.tui.render.hidden.labels import readable, window
from dlviz.tui.render.hidden.map import GUTTER, state_map
from dlviz.tui.render.hidden.reach import Reach, fading, reach
from dlviz.tui.render.palette import ANSI16_DARK, DARK, LIGHT, PLAIN, Ink
from dlviz.tui.render.scale import Scale

GOLDEN = Path(__file__).parent / "golden"
REWRITE = "DLVIZ_REWRITE_GOLDEN"
T, U = 9, 6
TOKENS = ("C", "4", "D", "8", " ", "\n", ":", "?", "E")
SIZES = ((36, 10), (46, 14), (80, 22), (110, 20), (120, 38), (190, 50))


def golden(name: str, strips: list[Strip]) -> None:
    text = "".join(strip.text.rstrip() + "\n" for strip in strips)
    path = GOLDEN / f"hidden_{name}.txt"
    if os.environ.get(REWRITE):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"run with {REWRITE}=1 and look at the difference"


def states(name: str = "layers.0", lstm: bool = True, tokens: tuple[str, ...] = TOKENS, units: int = U) -> Record:
    """Unit k is at its peak at token T - 1 - k: by peak the order is turned round."""
    t = np.arange(len(tokens))[:, None]
    hidden = np.cos((t - (len(tokens) - 1 - np.arange(units))) / 4) * 0.9
    arrays = {"hidden": hidden, "tokens": np.array(tokens)}
    if lstm:
        arrays |= {
            "input": np.full(hidden.shape, 0.25), "forget": np.full(hidden.shape, 0.5),
            "candidate": np.full(hidden.shape, -1.0), "output": np.full(hidden.shape, 0.75),
            "cell": 4 * hidden,
        }  # fmt: skip
    return Record(tag=f"hidden/{name}", kind="hidden", step=7, arrays=arrays)


def memory(name: str = "layers.0", lstm: bool = True, tokens: tuple[str, ...] = TOKENS, known: bool = True) -> Record:
    back = np.arange(len(tokens))[::-1]
    arrays: dict[str, Any] = {
        "tokens": np.array(tokens), "gradient": 10.0 ** -back, "halves": np.array(0.301),
        "at": np.array([0, 4, 8])[: len(tokens)] if len(tokens) == T else np.arange(len(tokens)),
        "influence": np.array([0.0, np.nan, 0.5]) if len(tokens) == T else np.ones(len(tokens)),
        "times": np.array(3), "loss": np.array(0.25), "target": np.array("4"), "known": np.array(known),
    }  # fmt: skip
    if lstm:
        arrays |= {"cell_gradient": np.full(len(tokens), 0.5), "cell_halves": np.array(np.inf)}
    return Record(tag=f"memory/{name}", kind="memory", step=7, arrays=arrays)


def graph(rounds: int = 2, live: bool = True, **changes: Any) -> Record:
    data = karate.load()
    n = len(data.labels)
    predicted = data.labels.copy()
    predicted[8] = 1
    hidden = np.random.default_rng(0).normal(size=(rounds, n, 4)) + 3 * (2 * predicted[None, :, None] - 1)
    arrays: dict[str, Any] = {
        "edges": data.edges, "labels": data.labels, "predicted": predicted, "known": data.known, "held": data.held,
        "probabilities": np.where(np.arange(2) == predicted[:, None], 0.9, 0.1), "hidden": hidden,
        "classes": np.array(data.classes), "nodes": np.array(data.nodes),
    }  # fmt: skip
    arrays |= changes
    if live:
        parts, shares = components(arrays["hidden"], arrays["predicted"])
        n = len(arrays["labels"])
        arrays |= {
            "position": layout(arrays["edges"], n), "degree": degrees(arrays["edges"], n), "components": parts,
            "explained": shares, "node": np.array(0), "field": field(arrays["edges"], n, 0, rounds),
        }  # fmt: skip
    return Record(tag="graph", kind="graph", step=7, arrays=arrays)


class Session:
    """Answers what is asked with the records that it was given, unless it is told to wait or to refuse."""

    def __init__(self, *records: Record, model: str = "lstm") -> None:
        self.status = Status(state="running", model=model)
        self.run = Run("fake")
        self.answers: dict[str, Answer] = {}
        self.asked: list[LookInside] = []
        self.given = records
        self.error = ""
        self.waiting = False

    def subscribe(self, key: str, request: Request | None) -> None:
        if request is None or self.waiting:
            return
        assert isinstance(request, LookInside)
        self.asked.append(request)
        version = self.answers[key].version + 1 if key in self.answers else 1
        view = None if self.error else Inside(7, "hidden", self.given)
        self.answers[key] = Answer(version, request, view, self.error)


class Lab(App[None]):
    def __init__(self, session: Session, ink: Ink = PLAIN) -> None:
        super().__init__()
        self.session, self.ink = session, ink

    def compose(self) -> ComposeResult:
        yield HiddenPane(id="hidden")

    @property
    def pane(self) -> HiddenPane:
        pane = self.query_one(HiddenPane)
        pane.focus()
        pane.pull()
        pane.pull()
        return pane


def shown(pane: HiddenPane) -> str:
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


LSTM = (states(), states("layers.1"), memory(), memory("layers.1"))


def test_goldens_of_states_and_memory() -> None:
    found = hidden_states.layers(LSTM)
    golden("lstm_60x16", hidden_states.picture(found, Sight(unit=2, token=3), PLAIN, 60, 16)[0])
    golden("memory_60x20", hidden_states.picture(found, Sight(look="memory"), PLAIN, 60, 20)[0])
    golden("both_120x24", hidden_states.picture(found, Sight(by_peak=True, part="cell"), PLAIN, 120, 24)[0])


def test_goldens_of_the_graph() -> None:
    whole = hidden_graph.graph_of(graph())
    golden("graph_78x20", hidden_graph.picture(whole, Sight(), PLAIN, 78, 20)[0])
    golden("graph_before_78x20", hidden_graph.picture(whole, Sight(round=0, node=11), PLAIN, 78, 20)[0])
    golden("graph_between_120x24", hidden_graph.picture(whole, Sight(round=1, node=11), PLAIN, 120, 24)[0])


@pytest.mark.parametrize("ink", [DARK, LIGHT, ANSI16_DARK, PLAIN, replace(DARK, depth="256")])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_size_and_depth_is_filled(ink: Ink, width: int, height: int) -> None:
    long = tuple("abcdefghij" * 20)
    wide = (states(tokens=long, units=256), memory(tokens=long))
    words = tuple(f"word{k}" for k in range(60))
    for records in (LSTM, wide, (states(tokens=words, lstm=False), memory(tokens=words, lstm=False)), (states(),)):
        for sight in (Sight(), Sight(look="memory"), Sight(part="forget", by_peak=True, unit=5, token=0, layer=9)):
            strips, _ = hidden_states.picture(hidden_states.layers(records), sight, ink, width, height)
            assert 0 < len(strips) <= height and {strip.cell_length for strip in strips} == {width}
    big = graph_of_many(300)
    for whole in (hidden_graph.graph_of(graph()), hidden_graph.graph_of(big)):
        for sight in (Sight(), Sight(round=0), Sight(round=1, node=3), Sight(node=9999)):
            strips, canvas, top = hidden_graph.picture(whole, sight, ink, width, height)
            assert len(strips) <= height and {strip.cell_length for strip in strips} == {width}
            assert len(canvas.cells) == len(whole.labels) and top == 2


def graph_of_many(n: int) -> Record:
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 4
    edges = np.argwhere(np.triu(rng.random((n, n)) < np.where(labels[:, None] == labels, 0.1, 0.01), 1))
    return graph(
        edges=edges, labels=labels, predicted=labels, known=labels < 0, held=labels < 0, nodes=np.arange(n).astype(str),
        hidden=rng.normal(size=(2, n, 4)), classes=np.array(list("abcd")), probabilities=np.full((n, 4), 0.25),
    )  # fmt: skip


def test_each_pixel_is_its_unit_and_token() -> None:
    """Read back from the characters of a terminal without colours."""
    values = np.zeros((T, U))
    values[3, 2], values[5, 4] = 1.0, -1.0
    drawn = state_map(values, TOKENS, range(U), Scale(-1, 1, True), PLAIN, 2 * T + GUTTER, U + 1, (0, 0))
    rows = [strip.text for strip in drawn.strips]
    marked = {(y, (x - GUTTER) // 2) for y in range(U) for x in range(GUTTER, 2 * T + GUTTER) if rows[y][x] in "#="}
    assert marked == {(2, 3), (4, 5)} and drawn.hit(GUTTER + 2 * 3, 2) == (2, 3) and drawn.hit(0, 0) is None
    assert [row[:4].strip() for row in rows[:U]] == [str(k) for k in range(U)]
    assert rows[U][GUTTER::2] == "C4D8␣↵:?E"
    turned = state_map(values, TOKENS, range(U)[::-1], Scale(-1, 1, True), PLAIN, 2 * T + GUTTER, U + 1, (0, 0))
    assert [strip.text[:4].strip() for strip in turned.strips[:U]] == [str(k) for k in range(U)][::-1]
    window_of = state_map(np.zeros((40, 30)), "a" * 40, range(30), Scale(-1, 1, True), PLAIN, 25, 9, (20, 5))
    assert 20 in window_of.rows and 5 in window_of.tokens and len(window_of.rows) == 8 and len(window_of.tokens) == 10


def test_bars_are_as_high_as_logarithms() -> None:
    values = np.array([10.0**k for k in range(-4, 1)])
    part = Reach("x", "nats", np.arange(5), values)
    strips, fitted = reach([part], list("abcde"), 4, PLAIN, 40, 15)
    assert fitted == 1
    bars = ["".join(strip.text[8 + 6 * k] for strip in strips[1:13]) for k in range(5)]
    heights = [sum(" ▁▂▃▄▅▆▇█".index(cell) for cell in bar) for bar in bars]
    np.testing.assert_allclose(np.diff(heights), heights[4] / 4, atol=2)
    assert heights[4] == 8 * 12, "the axis ends with a power of ten"
    odd = Reach("x", "", np.array([0, 1, 3, 4]), np.array([0.0, np.nan, np.inf, 1.0]))
    low = reach([odd], list("abcde"), 4, PLAIN, 40, 9)[0][-3].text
    assert [low[8 + 6 * k] for k in range(4)] == ["0", "×", "·", "×"], "zero, none, not measured, none"
    flat = reach([Reach("x", "", np.arange(2), np.array([0.9, 1.0]))], list("ab"), 1, PLAIN, 40, 12)[0]
    near = ["".join(strip.text[8 + 6 * k] for strip in flat[1:9]) for k in range(2)]
    tall = [sum(" ▁▂▃▄▅▆▇█".index(cell) for cell in bar) for bar in near]
    assert tall[0] / tall[1] > 0.9, "what hardly fades looks flat"


def test_words_for_fading() -> None:
    assert fading(float("nan")) == "too few to tell" and fading(float("inf")) == "does not fade"
    assert fading(3.14) == "halves every 3.1 tokens"


def test_every_node_has_its_own_cell_and_every_edge_dots() -> None:
    data = karate.load()
    nodes = [Node(sign(label), name, "", DARK.style()) for label, name in zip(data.labels, data.nodes, strict=True)]
    places = layout(data.edges, 34)
    canvas = graph_canvas(places, data.edges, nodes, DARK, 78, 18)
    assert len(set(canvas.cells)) == 34 and canvas.named and canvas.edges == 78
    for (row, column), name in zip(canvas.cells, data.nodes, strict=True):
        assert canvas.strips[row].text[column + 1 :].startswith(name)
        assert canvas.hit(column, row) == data.nodes.index(name)
    alone = graph_canvas(places, [(0, 33)], nodes, DARK, 78, 18)
    dotted = {y for y, strip in enumerate(alone.strips) if re.search("[\u2801-\u28ff]", strip.text)}
    assert dotted <= set(range(*sorted((alone.cells[0][0], alone.cells[33][0] + 1)))) | {alone.cells[0][0]}
    assert dotted, "the edge is drawn, and nothing else"
    crowd = graph_canvas(np.zeros((200, 2)), np.zeros((0, 2)), nodes[:1] * 200, DARK, 40, 20)
    assert len(set(crowd.cells)) == 200 and not crowd.named
    many = np.argwhere(np.triu(np.ones((100, 100)), 1))
    assert graph_canvas(layout(many, 100), many, nodes[:1] * 100, DARK, 40, 20).edges == EDGES_MOST


def test_classes_differ_in_shape_and_numbers_in_sign() -> None:
    assert len({sign(k) for k in range(8)}) == 8
    scale = Scale(-2, 2, True)
    assert [level_sign(value, scale, PLAIN)[0] for value in (-2, 0, 2)] == ["=", "·", "#"]
    assert level_sign(-2, scale, DARK)[1] != level_sign(2, scale, DARK)[1]


def test_white_space_is_seen() -> None:
    assert [readable(text) for text in (" ", "\n", "", " the", "a\tb")] == ["␣", "↵", "∅", "␣the", "a⇥b"]
    assert window(10, 4, 9) == range(6, 10) and window(10, 4, 0) == range(0, 4) and window(3, 9, 1) == range(3)


async def test_keys_of_a_sequence() -> None:
    app = Lab(Session(*LSTM))
    async with app.run_test(size=(80, 24)) as pilot:
        first = shown(app.pane)
        assert "hidden state h  6 units, 9 tokens, by number" in first
        assert f"unit 0, token 9/9 E  h = {0.9 * np.cos(0.75 - 0.75):.1f}" in first
        assert str(app.pane.border_title) == "hidden › layers.0 1/2 › hidden state h · sequence 1"
        assert str(app.pane.border_subtitle) == "step 7"
        await pilot.press("g")
        assert "cell c" in shown(app.pane) and "c = 3.6" in shown(app.pane)
        assert "c = f·c₋₁ + i·g = 0.5·3.49 + 0.25·-1 = 3.6" in shown(app.pane)
        await pilot.press("g", "g")
        assert "forget gate f" in shown(app.pane) and "scale: sigmoid" in shown(app.pane)
        await pilot.press("g", "g", "g", "right_square_bracket", "o", "down", "left")
        assert "layers.1 2/2" in str(app.pane.border_title) and "by peak" in shown(app.pane)
        assert app.pane.chosen.token == T - 2
        assert app.pane.chosen.unit == U - 1, "by peak unit 0 is the last, and the cursor goes no further"
        await pilot.press("up")
        assert "unit 1, token 8/9 ?" in shown(app.pane)
        await pilot.press("m")
        assert "|d loss / d h|  0.1 nats  halves every 0.3 tokens" in shown(app.pane)
        assert "|d loss / d c|  0.5 nats  does not fade" in shown(app.pane) and "not replaced" in shown(app.pane)
        await pilot.press("full_stop", "full_stop", "comma")
        assert app.session.asked[-1] == LookInside("hidden", "test", 1, "")


async def test_ones_own_text_and_back() -> None:
    session = Session(*LSTM)
    app = Lab(session)
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.pane
        await pilot.press("i", *"hi[/x]", "enter")
        await pilot.pause()
        assert app.pane.look().text == "hi[/x]" and "your text" in str(app.pane.border_title)
        assert session.asked[-1].text == "hi[/x]"
        await pilot.press("escape")
        assert app.pane.look().text == ""


def cells(pane: HiddenPane) -> list[tuple[int, int]]:
    drawn = pane._drawn[0]
    assert isinstance(drawn, Canvas)
    return drawn.cells


async def test_keys_of_a_graph() -> None:
    app = Lab(Session(graph(), model="gcn"))
    async with app.run_test(size=(80, 24)) as pilot:
        first = shown(app.pane)
        assert "round 2 of 2  31 of 32 right (96.9%)" in first and "● instructor  ■ administrator" in first
        assert "■9!" in first and "●1*" in first and "■34*" in first
        await pilot.press("right")
        assert app.pane.chosen.node == 33, "the one with most neighbours to begin with"
        assert "node 34: true administrator, predicted administrator 90.0% ✓, degree 17, known" in shown(app.pane)
        heard = field(karate.load().edges, 34, 33, 2)
        assert f"hears {(heard[2] > 0).sum()} nodes: 34 0.23" in shown(app.pane)
        await pilot.press("comma")
        assert "round 1 of 2" in shown(app.pane) and f"hears {(heard[1] > 0).sum()} nodes" in shown(app.pane)
        assert "component 1, " in shown(app.pane)
        await pilot.press("comma", "comma")
        assert "round 0 of 2" in shown(app.pane) and "hears itself: 34 1" in shown(app.pane) and "○" in shown(app.pane)
        await pilot.press("full_stop", "full_stop", "full_stop")
        assert app.pane.chosen.round is None
        before = cells(app.pane)[33]
        await pilot.press("left")
        node = app.pane.chosen.node
        assert node != 33 and cells(app.pane)[node][1] < before[1]
        await pilot.press("escape")
        assert app.pane.sight() == Sight()
        row, column = cells(app.pane)[16]
        await pilot.click(HiddenPane, offset=(column + 1, row + 1 + app.pane._drawn[1]))
        assert app.pane.chosen.node == 16
        for key in ("g", "m", "i", "o"):
            await pilot.press(key)
        assert app.pane.chosen.node == 16 and len(app.screen_stack) == 1, "they say that they have no meaning here"


async def test_kept_records_are_drawn_too(tmp_path: Path) -> None:
    session = Session(*LSTM)
    app = Lab(session)
    async with app.run_test(size=(120, 30)) as pilot:
        pane = app.pane
        pane._kept, pane._place = (replace(states(), step=3),), "kept, 1 of 4"
        pane.pull()
        assert "step 3, kept, 1 of 4" in str(pane.border_subtitle) and "unit 0" in shown(pane)
        await pilot.press("m")
        assert "of the past no memory was kept" in shown(app.pane)
        pane._kept, pane._place = (replace(graph(live=False), step=3),), "kept, 2 of 4"
        pane.pull()
        assert "round 2 of 2" in shown(pane), "places and components are worked out where none were kept"
        await pilot.press("vertical_line")
        assert str(app.pane.border_subtitle) == "step 7"


async def test_states_without_a_picture_are_sentences() -> None:
    session = Session(model="mlp")
    session.error = "mlp holds no states between steps or rounds: rnn, lstm and gcn do"
    app = Lab(session)
    async with app.run_test(size=(80, 12)):
        assert session.error in shown(app.pane)
    session = Session(model="")
    session.waiting = True
    app = Lab(session)
    async with app.run_test(size=(80, 12)):
        assert "no model is loaded" in shown(app.pane)


HOSTILE = ("\x1b]0;x\x07", "[/x]", "[", "\x1b[2J", "a\nb", "\u202e", "猫", "", " ")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_hostile_names_reach_no_terminal(width: int, height: int) -> None:
    records = [states(tokens=HOSTILE), replace(memory(tokens=HOSTILE), tag="memory/layers.0")]
    records[1].arrays["target"] = np.array(HOSTILE[0])
    n = 34
    names = np.array([HOSTILE[k % 9] for k in range(n)])
    hostile = graph(nodes=names, classes=np.array(HOSTILE[:2]))
    drawn = [
        *hidden_states.picture(hidden_states.layers(records), Sight(token=0), DARK, width, height)[0],
        *hidden_states.picture(hidden_states.layers(records), Sight(look="memory", token=4), DARK, width, height)[0],
        *hidden_graph.picture(hidden_graph.graph_of(hostile), Sight(node=0), DARK, width, height)[0],
    ]
    assert {strip.cell_length for strip in drawn} == {width}
    for strip in drawn:
        assert strip.text == sanitize(strip.text) and cell_len(strip.text) == width
    for record in (*records, hostile):
        for line in draw(record, 78, False):
            assert line == sanitize(line) and cell_len(line) <= 78


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_drawn_as_such(value: float) -> None:
    bad = states()
    bad.arrays["hidden"][2, 1] = value
    lost = memory()
    lost.arrays["gradient"][:] = value
    found = hidden_states.layers((bad, lost))
    strips, _ = hidden_states.picture(found, Sight(unit=1, token=2), PLAIN, 80, 20)
    text = "\n".join(strip.text for strip in strips)
    assert "xx" in text or "[x" in text or "[]" in text
    assert f"h = {value:g}" in text
    assert "×" in "\n".join(s.text for s in hidden_states.picture(found, Sight(look="memory"), PLAIN, 80, 24)[0])
    broken = graph(hidden=np.full((2, 34, 4), value))
    for after in (0, 1, 2):
        assert hidden_graph.picture(hidden_graph.graph_of(broken), Sight(round=after, node=2), DARK, 80, 20)[0]


def test_the_view_is_registered() -> None:
    assert VIEWS["hidden"].pane == "hidden.pane:HiddenPane"
    pane = make("hidden")
    assert isinstance(pane, HiddenPane) and pane.id == "hidden" and "| `o` |" in pane.HELP


def test_plain_records_of_every_network() -> None:
    text = "\n".join(draw(states(), 78, False) + draw(memory(known=False), 78, False))
    assert "gates, the mean over the units" in text and "forget  ▒▒" in text
    assert "loss of '4' 0.25 nats, the likeliest answer" in text and "halves every 0.3 tokens" in text
    told = "\n".join(draw(graph(), 78, False))
    assert "node 1 hears" in told and "after round 1: 17 nodes; most 12 0.17" in told and "■9!" in told
    wide = draw(states(tokens=tuple("ab" * 60), units=50), 78, False)
    assert "the 32 that change most, the newest 39" in " ".join(" ".join(wide[:2]).split())


def test_units_are_sorted_by_when_they_are_farthest_from_zero() -> None:
    values = np.zeros((4, 5))
    values[[3, 0, 1, 0, 2], range(5)] = 0.2, -0.3, 0.9, 0.8, -1.0
    assert hidden_states.order(values, True) == [3, 1, 2, 4, 0] and hidden_states.order(values, False) == [*range(5)]


def test_edges_that_carried_messages_are_lit() -> None:
    """A path 0-1-2-3: after one round node 0 has heard node 1 alone, after two node 2 as well."""
    edges = np.array([(0, 1), (1, 2), (2, 3)])
    path = graph(
        edges=edges, labels=np.zeros(4, int), predicted=np.zeros(4, int), known=np.zeros(4, bool),
        held=np.zeros(4, bool), probabilities=np.ones((4, 1)), hidden=np.ones((3, 4, 2)), rounds=3,
        classes=np.array(["a"]), nodes=np.array(list("0123")),
    )  # fmt: skip
    lit = []
    for after in (0, 1, 2, 3):
        strips = hidden_graph.picture(hidden_graph.graph_of(path), Sight(round=after, node=0), DARK, 60, 9)[0]
        accent = DARK.style(DARK.accent).color
        dots = [s.text for strip in strips for s in strip if s.style and s.style.color == accent]
        lit.append(sum("\u2800" < char <= "\u28ff" for text in dots for char in text))
    assert lit[0] == 0 < lit[1] < lit[2] < lit[3]


async def test_arrows_go_to_the_next_node() -> None:
    places = np.array([(-1, 0), (-0.5, 0), (1, 0), (-0.5, 1), (-0.5, -1)])
    star = graph(
        edges=np.array([(1, 0), (1, 2), (1, 3), (1, 4)]), labels=np.zeros(5, int), predicted=np.zeros(5, int),
        known=np.zeros(5, bool), held=np.zeros(5, bool), probabilities=np.ones((5, 1)), hidden=np.ones((2, 5, 2)),
        classes=np.array(["a"]), nodes=np.array(list("01234")),
    )  # fmt: skip
    star.arrays["position"] = places
    app = Lab(Session(star, model="gcn"))
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.pane
        walked = []
        for key in ("up", "left", "right", "right", "left", "up", "down", "down", "up"):
            await pilot.press(key)
            walked.append(app.pane.chosen.node)
        assert walked == [1, 0, 1, 2, 1, 3, 1, 4, 1]
