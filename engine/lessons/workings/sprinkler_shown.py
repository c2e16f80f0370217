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
UNDEFINED = "undefined: nothing to divide by"
WORLD_TABLES = ("cloudless", "clouded")
"""Names of the tables of worlds without and with clouds."""
SYMBOLS = ("P(C)", "P(S|C)", "P(R|C)", "P(W|S,R)")
Role = Literal["plain", "given", "asked", "active", "reached", "quiet"]


def short(number: float) -> str:
    """A probability with four digits that count at most: `0.4298`."""
    return f"{number:.4g}"


def place(at: int, label: str, role: Role = "plain") -> Node:
    """One of the four nodes where it belongs."""
    return Node(name=NODES[at], x=PLACES[at][0], y=PLACES[at][1], label=label, role=role)


def network(table: Matrix, evidence: dict[int, int], node: int, **more: Any) -> Net:
    """The four nodes with P(true | evidence) under their names; `more`: fields of the figure."""
    nodes = []
    for at in range(4):
        value = posterior(table, at, evidence)
        label = f"{LETTERS[at]} = {evidence[at]}" if at in evidence else "?" if value is None else short(value)
        nodes.append(place(at, label, "given" if at in evidence else "asked" if at == node else "plain"))
    return Net(
        name="net",
        title=f"P(true | {told(evidence)})" if evidence else "P(true), nothing known",
        about="An arrow goes from a cause to what depends on it. Under each name: the chance that it is true.",
        nodes=tuple(nodes),
        edges=EDGES,
        height=11,
        cursor=(node, 0),
        origin=partial(why, table, evidence),
        **more,
    )


def answer(table: Matrix, evidence: dict[int, int], node: int) -> Formula:
    """The posterior as a share: what is true of the node and the evidence together, divided by the evidence."""
    below, value = probability(table, evidence), posterior(table, node, evidence)
    if value is None:
        above = told({**evidence, node: 1})
        return Formula(
            symbols=f"{asked(node, evidence)} = P({above}) / P({told(evidence)})", numbers=f"0 / 0 = {UNDEFINED}"
        )
    if node in evidence:
        sure = f"{LETTERS[node]} = {evidence[node]} is given"
        return Formula(symbols=f"{asked(node, evidence)}: {sure}", numbers=f"P({LETTERS[node]}=1) = {evidence[node]}")
    if not evidence:
        return Formula(symbols=f"{asked(node, evidence)}, over all worlds", numbers=short(value))
    both = {**evidence, node: 1}
    return Formula(
        symbols=f"{asked(node, evidence)} = P({told(both)}) / P({told(evidence)})",
        numbers=f"{short(probability(table, both))} / {short(below)} = {short(value)}",
    )


def added(table: Matrix, evidence: dict[int, int], node: int) -> Formula:
    """What stands above the line of the answer, as the sum of the worlds in which the node and the evidence are so."""
    both = {**evidence, node: 1} if node not in evidence else evidence
    free = [LETTERS[at] for at in range(4) if at not in both]
    terms = [joint(table, world) for world in WORLDS if agrees(world, both)]
    over = f"Σ over {', '.join(free)} of " if free else ""
    return Formula(
        symbols=f"P({told(both)}) = {over}P(C) P(S|C) P(R|C) P(W|S,R)",
        numbers=f"{' + '.join(short(term) for term in terms if term) or '0'} = {short(sum(terms))}",
    )


def why(table: Matrix, evidence: dict[int, int], row: int, column: int) -> Origin:
    """A node's posterior as a share."""
    return Origin(formulas=(answer(table, evidence, row),))


def sums(table: Matrix, evidence: dict[int, int], node: int) -> tuple[Formula, ...]:
    """The answer as one sum over worlds divided by another: those marked, and those not struck."""
    left = [world for world in WORLDS if agrees(world, evidence)]
    hits = [joint(table, world) for world in left if world[node]]
    above, below, value = sum(hits), probability(table, evidence), posterior(table, node, evidence)
    terms = " + ".join(short(term) for term in hits if term) or "0"
    result = UNDEFINED if value is None else short(value)
    question = asked(node, evidence)
    return (
        Formula(symbols=f"{question} = Σ marked / Σ not struck", numbers=f"{short(above)} / {short(below)} = {result}"),
        Formula(symbols="Σ marked", numbers=f"{terms} = {short(above)}"),
    )


def _term(table: Matrix, cloudy: int, row: int, column: int) -> Origin:
    world = halves(cloudy)[row]
    c, s, r, w = world
    symbols = f"P(C={c}) P(S={s}|C={c}) P(R={r}|C={c}) P(W={w}|S={s},R={r})"
    numbers = f"{multiplied(table, world)} = {short(joint(table, world))}"
    return Origin(formulas=(Formula(symbols=symbols, numbers=numbers),), cells={WORLD_TABLES[cloudy]: ((row, 2),)})


def multiplied(table: Matrix, world: World) -> str:
    """The four factors of a world: `0.5·0.1·0.8·0.99`."""
    return "·".join(short(factor) for factor in factors(table, world))


def halves(cloudy: int) -> tuple[World, ...]:
    """The eight worlds with these clouds."""
    return tuple(world for world in WORLDS if world[0] == cloudy)


def enumeration(table: Matrix, evidence: dict[int, int], node: int, cloudy: int) -> Table:
    """Eight of the 16 worlds with their probability: those with `node` true marked, those ruled out struck."""
    worlds = halves(cloudy)
    struck = tuple(at for at, world in enumerate(worlds) if not agrees(world, evidence))
    marked = tuple(at for at, world in enumerate(worlds) if agrees(world, evidence) and world[node])
    rows = [
        (
            "×" if at in struck else "Σ" if at in marked else "",
            " ".join(map(str, world[1:])),
            multiplied(table, world),
            joint(table, world),
        )
        for at, world in enumerate(worlds)
    ]
    return Table(
        name=WORLD_TABLES[cloudy],
        title=f"{'cloudy, C=1' if cloudy else 'no clouds, C=0'}: {8 - len(struck)} of 8 left",
        about="Every world with its probability, a product of four numbers. Evidence strikes out the worlds that it "
        "contradicts (×); the answer is the share of the marked worlds (Σ) among those left in both tables.",
        columns=("", "S R W", "P(C)P(S)P(R)P(W)", "term"),
        rows=rows,
        marked=marked,
        struck=struck,
        origin=partial(_term, table, cloudy),
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
    cases = [(at, table[number][0]) for number, (node, at) in enumerate(CASES) if node == k]
    chances = Table(
        name="chances",
        title=f"{SYMBOLS[k]} by its parents",
        about="The table of the node that is drawn now; the row of its parents' values is marked.",
        columns=("chance of", "is"),
        rows=[(case_name(k, at), yes) for at, yes in cases],
        marked=tuple(row for row, (at, _) in enumerate(cases) if at == case),
    )
    sign = "<" if world[k] else "≥"
    formula = Formula(
        symbols=f"{LETTERS[k]} = 1 if u < {case_name(k, case)}",
        numbers=f"u = {uniform[0, k]:.4g} {sign} {short(chance)}, so {LETTERS[k]} = {world[k]}",
    )
    by = "the chance for the parents drawn before" if case else "its chance"
    caption = f"A world is drawn causes first: u is random between 0 and 1; {NODES[k]} is true if u is below {by}."
    return Frame(caption=caption, figures=(net, chances), formulas=(formula,))
