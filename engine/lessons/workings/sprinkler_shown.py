"""The sprinkler network as figures and formulas: the net with its posteriors, the sums behind them. Torch-free."""

from functools import partial
from typing import Any, Literal

import numpy as np

from ..kit.figures import Edge, Formula, Grid, Net, Node, Origin, Table
from ..kit.lesson import Frame
from ..kit.settings import Matrix
from .sprinkler import (
    CASES,
    LETTERS,
    NODES,
    PARENTS,
    WORLDS,
    World,
    agrees,
    asked,
    factors,
    joint,
    posterior,
    probability,
    told,
)

PLACES = ((0.5, 0.0), (0.12, 0.5), (0.88, 0.5), (0.5, 1.0))
EDGES = tuple(Edge(source=parent, target=at) for at, parents in enumerate(PARENTS) for parent in parents)
SYMBOLS = ("P(C)", "P(S|C)", "P(R|C)", "P(W|S,R)")
Role = Literal["plain", "given", "asked", "active", "reached", "quiet"]


def short(number: float) -> str:
    """A probability of four digits at most, without the noughts around it: `.4298`."""
    text = f"{number:.4f}".rstrip("0").rstrip(".")
    return text.removeprefix("0") or "0"


def place(at: int, label: str, role: Role = "plain") -> Node:
    """One of the four nodes where it belongs."""
    return Node(name=NODES[at], x=PLACES[at][0], y=PLACES[at][1], label=label, role=role)


def network(table: Matrix, evidence: dict[int, int], node: int, **more: Any) -> Net:
    """The four nodes with P(true | evidence) under their names; `more`: fields of the figure."""
    nodes = []
    for at in range(4):
        value = posterior(table, at, evidence)
        label = f"{LETTERS[at]} = {evidence[at]}" if at in evidence else "?" if value is None else f"{value:.4f}"
        nodes.append(place(at, label, "given" if at in evidence else "asked" if at == node else "plain"))
    return Net(
        name="net",
        title=f"P(true | {told(evidence)})" if evidence else "P(true), nothing known",
        about="An arrow goes from a cause to what depends on it. Under each name: the chance that it is true.",
        nodes=tuple(nodes),
        edges=EDGES,
        height=11,
        origin=partial(why, table, evidence),
        **more,
    )


def answer(table: Matrix, evidence: dict[int, int], node: int) -> tuple[Formula, Formula]:
    """The posterior as one sum divided by another."""
    hits = [joint(table, world) for world in WORLDS if agrees(world, evidence) and world[node]]
    above, below, value = sum(hits), probability(table, evidence), posterior(table, node, evidence)
    terms = " + ".join(short(term) for term in hits if term) or "0"
    result = "undefined: nothing to divide by" if value is None else f"{value:.4f}"
    question = f"{asked(node, evidence)} = Σ marked / Σ not struck"
    return (
        Formula(symbols=question, numbers=f"{short(above)} / {short(below)} = {result}"),
        Formula(symbols=f"Σ marked terms, those with {LETTERS[node]}=1", numbers=f"{terms} = {short(above)}"),
    )


def why(table: Matrix, evidence: dict[int, int], row: int, column: int) -> Origin:
    """A node's posterior: the worlds that it was summed over."""
    hits = tuple((at, 3) for at, world in enumerate(WORLDS) if agrees(world, evidence) and world[row])
    return Origin(formulas=answer(table, evidence, row), cells={"sum": hits})


def _term(table: Matrix, row: int, column: int) -> Origin:
    c, s, r, w = world = WORLDS[row]
    symbols = f"P(C={c}) P(S={s}|C={c}) P(R={r}|C={c}) P(W={w}|S={s},R={r})"
    numbers = f"{multiplied(table, world)} = {short(joint(table, world))}"
    return Origin(formulas=(Formula(symbols=symbols, numbers=numbers),), cells={"net": tuple((k, 0) for k in range(4))})


def multiplied(table: Matrix, world: World) -> str:
    """The four factors of a world: `.5·.1·.8·.99`."""
    return "·".join(short(factor) for factor in factors(table, world))


def enumeration(table: Matrix, evidence: dict[int, int], node: int) -> Table:
    """All 16 worlds with their probability: those with `node` true marked, those ruled out struck."""
    struck = tuple(at for at, world in enumerate(WORLDS) if not agrees(world, evidence))
    marked = tuple(at for at, world in enumerate(WORLDS) if agrees(world, evidence) and world[node])
    rows = [
        (
            "×" if at in struck else "Σ" if at in marked else "",
            " ".join(map(str, world)),
            multiplied(table, world),
            short(joint(table, world)),
        )
        for at, world in enumerate(WORLDS)
    ]
    return Table(
        name="sum",
        title=f"16 worlds, {16 - len(struck)} left",
        about="Every world with its probability, a product of four numbers. Evidence strikes out the worlds that it "
        "contradicts (×); the answer is the share of the marked worlds (Σ) among those left.",
        columns=("", "C S R W", "four factors", "term"),
        rows=rows,
        marked=marked,
        struck=struck,
        origin=partial(_term, table),
    )


def case_name(node: int, case: tuple[int, ...]) -> str:
    """A row of a table as symbols: `P(W|S=0,R=1)`."""
    parents = ",".join(f"{LETTERS[parent]}={value}" for parent, value in zip(PARENTS[node], case, strict=True))
    return f"P({LETTERS[node]}|{parents})" if parents else f"P({LETTERS[node]})"


def drawn(table: Matrix, uniform: Any, worlds: Any, k: int) -> Frame:
    """The k-th node of the first of `worlds` [n, 4] being drawn; after the fourth, how often each was true."""
    if k == 4:
        rows = [(name, float(worlds[:, at].mean()), posterior(table, at, {}) or 0.0) for at, name in enumerate(NODES)]
        frequencies = Table(
            name="frequencies",
            title=f"share true in {len(worlds):,} worlds",
            about="Many draws estimate every probability; the error shrinks with the root of their number.",
            columns=("node", "drawn", "exact"),
            rows=rows,
        )
        first = np.asarray(worlds[:8], dtype=float)
        grid = Grid(
            name="worlds", title="the first 8 of them", values=first, digits=0, column_labels=LETTERS, reach=(0, 1)
        )
        caption = f"{len(worlds):,} worlds, drawn alike. The network is a generative model: it can be sampled."
        return Frame(caption=caption, figures=(grid, frequencies))
    world = [int(value) for value in worlds[0]]
    case = tuple(world[parent] for parent in PARENTS[k])
    chance = table[CASES.index((k, case))][0]
    nodes = tuple(
        place(at, f"{LETTERS[at]} = {world[at]}" if at <= k else "?", "active" if at == k else "plain")
        for at in range(4)
    )
    net = Net(name="net", title="one world, causes first", nodes=nodes, edges=EDGES, height=11)
    sign = "<" if world[k] else "≥"
    formula = Formula(
        symbols=f"{LETTERS[k]} = 1 if u < {case_name(k, case)}",
        numbers=f"u = {uniform[0, k]:.4f} {sign} {short(chance)}, so {LETTERS[k]} = {world[k]}",
    )
    by = "the chance that its table has for the parents drawn before" if case else "its own chance"
    caption = f"A world is drawn causes first: now {NODES[k]}, by {by}."
    return Frame(caption=caption, figures=(net,), formulas=(formula,))
