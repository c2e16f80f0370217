"""Bayesian networks: a joint distribution as a product of small tables, and what evidence does to it."""

from functools import partial

import numpy as np

from .kit.figures import Bars, Card, Figure, Formula, Grid, Net, Table
from .kit.lesson import Frame, Frames, Lesson, Preset, Scene
from .kit.settings import Choice, Matrix, Numbers, Slider, matrix
from .kit.state import State
from .workings.explaining_away import explaining
from .workings.sprinkler import (
    CASES,
    LETTERS,
    MURPHY,
    NODES,
    PARENTS,
    draw,
    free_numbers,
    posterior,
    probability,
    told,
)
from .workings.sprinkler_shown import (
    EDGES,
    SYMBOLS,
    added,
    answer,
    case_name,
    drawn,
    enumeration,
    network,
    place,
    short,
    sums,
)

KEYS = ("c", "s", "n", "w")
BUILT = (
    "Clouds depend on nothing. A node without parents has one free number.",
    "The sprinkler looks at the clouds alone: one number for each value of its parent.",
    "So does rain. Given the clouds, rain and sprinkler are independent.",
    "Wet grass has two parents, so four rows. The product of the four tables is the joint distribution.",
)
NAMED = {
    "murphy": MURPHY,
    "coins": matrix([[0.5]] * 9),
    "always-wet": matrix([[0.5], [0.5], [0.1], [0.2], [0.8], [1.0], [1.0], [1.0], [1.0]]),
}


def evidence_of(state: State) -> dict[int, int]:
    """The value of each node that is known, by number."""
    known = {node: state[name] for node, name in enumerate(NODES)}
    return {node: int(value == "true") for node, value in known.items() if value != "unknown"}


def _counted(table: Matrix) -> tuple[Figure, ...]:
    network_free, joint_free = free_numbers()
    numbers = Grid(
        name="numbers",
        title="the 9 free numbers, P(true | parents)",
        about="Each is the chance that a node is true in one case of its parents. Edit one with + and -.",
        values=np.array(table),
        row_labels=[case_name(*case) for case in CASES],
        reach=(0, 1),
        edits="tables",
        scope="0 to 1",
    )
    counts = Table(
        name="counts",
        title="free numbers",
        columns=("table", "free"),
        rows=[
            *([symbols, 2 ** len(parents)] for symbols, parents in zip(SYMBOLS, PARENTS, strict=True)),
            ["the network", network_free],
            ["the joint, 2⁴ - 1", joint_free],
        ],
        marked=(4,),
    )
    return (numbers, counts)


def tables(state: State) -> Frames:
    """The product built up factor by factor, then counted."""
    table = state["tables"]

    def frame(k: int) -> Frame:
        if k == 4:
            caption = "Nine numbers give all 16 probabilities; a table of the joint needs 15. Edit them with + and -."
            formula = Formula(symbols="P(C,S,R,W) = " + " ".join(SYMBOLS), numbers="1 + 2 + 2 + 4 = 9, not 2⁴ - 1 = 15")
            return Frame(caption=caption, figures=_counted(table), formulas=(formula,))
        parents, letter = PARENTS[k], LETTERS[k]
        mine = [(case, yes) for (node, case), (yes,) in zip(CASES, table, strict=True) if node == k]
        conditional = Table(
            name="table",
            title=f"{SYMBOLS[k]}, {len(mine)} free",
            about="A conditional probability table: a row for each case of the parents. Each row sums to 1, so that "
            "one number a row is free.",
            columns=(*(LETTERS[parent] for parent in parents), f"{letter}=1", f"{letter}=0"),
            rows=[(*case, yes, round(1 - yes, 10)) for case, yes in mine],
        )
        nodes = tuple(
            place(at, LETTERS[at], "active" if at == k else "given" if at in parents else "plain") for at in range(4)
        )
        net = Net(name="net", title="causes point at effects", nodes=nodes, edges=EDGES, height=11)
        product = " ".join(SYMBOLS[: k + 1])
        formula = Formula(symbols=f"P(C,S,R,W) = {product}" if k == 3 else f"{product} …")
        return Frame(caption=BUILT[k], figures=(net, conditional), formulas=(formula,))

    return Frames(5, frame)


def inference(state: State) -> Frames:
    """Evidence set by keys, then every term of the sum behind the answer, those ruled out struck."""
    table, evidence, node = state["tables"], evidence_of(state), NODES.index(state["ask"])
    return Frames(2, lambda k: _worlds(table, evidence, node) if k else _moved(table, evidence, node))


def _moved(table: Matrix, evidence: dict[int, int], node: int) -> Frame:
    net = network(table, evidence, node, picks=lambda row, column: {"ask": NODES[row]})
    formulas = (answer(table, evidence, node), added(table, evidence, node))
    if probability(table, evidence) <= 0:
        sentence = (
            f"{told(evidence)} cannot happen: every world that is left has probability 0, so there is nothing to "
            "divide by, and no posterior. Take one piece of evidence back."
        )
        card = Card(name="impossible", title="impossible evidence", text=sentence)
        caption = f"{told(evidence)} has probability 0: no posterior exists. Take a piece of evidence back."
        return Frame(caption=caption, figures=(net, card), formulas=formulas)
    bars = Bars(
        name="moved",
        title="P(true) now; was: before any evidence",
        about="How far the evidence moved each node.",
        labels=NODES,
        values=np.array([posterior(table, at, evidence) or 0.0 for at in range(4)]),
        high=1.0,
        marked=(node,),
        notes=[f"was {short(posterior(table, at, {}) or 0.0)}" for at in range(4)],
    )
    known = f"P({told(evidence)}) = {short(probability(table, evidence))}. " if evidence else "Nothing is known. "
    caption = known + "Keys c s n w set evidence, a asks. The next frame shows every world."
    if node in evidence:
        caption = f"{known}{LETTERS[node]} is given, so there is nothing to ask of it: ask another node with a."
    return Frame(caption=caption, figures=(net, bars), formulas=formulas)


def _worlds(table: Matrix, evidence: dict[int, int], node: int) -> Frame:
    ruled = "Evidence strikes out (×) the worlds that it contradicts. " if evidence else "No evidence strikes one out. "
    caption = f"All 16 worlds. {ruled}The answer is the share of the marked (Σ, with {LETTERS[node]}=1) among the rest."
    halves = tuple(enumeration(table, evidence, node, cloudy) for cloudy in (0, 1))
    return Frame(caption=caption, figures=halves, formulas=sums(table, evidence, node))


def samples(state: State) -> Frames:
    """Worlds drawn causes first: the network generates data, and its frequencies are its probabilities."""
    return Frames(5, partial(drawn, state["tables"], *draw(state["tables"], state["draws"], state["sample"])))


VALUES = ("unknown", "true", "false")
LESSON = Lesson(
    name="bayes-net",
    chapter="generative",
    title="Bayesian networks",
    summary="Four small tables make a joint distribution; evidence strikes out worlds, and the rest answer questions.",
    settings=(
        *(
            Choice(name=name, default="true" if name == "wet" else "unknown", choices=VALUES, key=key, help=about)
            for name, key, about in zip(
                NODES,
                KEYS,
                ("is it cloudy?", "did the sprinkler run?", "did it rain? (key n, as in raiN)", "is the grass wet?"),
                strict=True,
            )
        ),
        Choice(name="ask", default="sprinkler", choices=NODES, key="a", help="the node that is asked for"),
        Numbers(
            name="tables",
            default=MURPHY,
            help="the 9 chances P(true | parents)",
            key="g",
            named=NAMED,
            rows=(9, 9),
            columns=(1, 1),
            step=0.05,
        ),
        Slider(name="draws", default=1000, stops=(10, 100, 1000, 10_000), help="worlds drawn", key="d"),
        Slider(name="sample", default=1, low=1, high=99, step=1, help="which random worlds", key="x"),
    ),
    scenes=(
        Scene(
            name="inference",
            title="Evidence and the sum behind it",
            ids=("AC4a",),
            frames=inference,
            settings=(*NODES, "ask", "tables"),
        ),
        Scene(name="tables", title="A product of four tables", ids=("AC4a",), frames=tables, settings=("tables",)),
        Scene(name="explaining", title="Explaining away", ids=("AC4a",), frames=explaining, settings=("tables",)),
        Scene(
            name="samples",
            title="It generates data",
            ids=("AC4a",),
            frames=samples,
            settings=("tables", "draws", "sample"),
        ),
    ),
    presets=(
        Preset(
            name="wet",
            values={"wet": "true", "ask": "rain"},
            why="Wet grass makes rain likely: 0.7079, up from 0.5.",
            scene="inference",
        ),
        Preset(
            name="explained-away",
            values={"wet": "true", "rain": "true", "ask": "sprinkler"},
            why="Rain explains the wet grass, so the sprinkler falls from 0.4298 to 0.1945.",
            scene="inference",
        ),
        Preset(
            name="impossible",
            values={"wet": "true", "sprinkler": "false", "rain": "false"},
            why="Grass is never wet with neither sprinkler nor rain in these tables: P = 0, and no posterior exists.",
            good=False,
            scene="inference",
        ),
        Preset(
            name="always-wet",
            values={"tables": NAMED["always-wet"], "wet": "true", "rain": "true"},
            why="If the grass is wet in any case, seeing it tells nothing: rain moves P(S) through the clouds alone.",
            good=False,
            scene="explaining",
            frame=3,
        ),
    ),
    probe={
        "tables": matrix([[0.3], [0.6], [0.15], [0.25], [0.9], [0.05], [0.2], [0.7], [0.95]]),
        "wet": "false",
        "rain": "true",
        "ask": "sprinkler",
        "draws": 100,
        "sample": 7,
    },
    source="Russell & Norvig, Artificial Intelligence; K. Murphy, A Brief Introduction to Graphical Models (1998)",
)
