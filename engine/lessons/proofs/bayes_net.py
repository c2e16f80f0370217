"""What `bayes-net` shows, against variable elimination, the rank of a Jacobian, and the odds of the wet-grass table."""

import math

import torch
from scipy import stats
from torch import Tensor

from ...models.bayesnet import Bayesnet
from ...recipes.bayesnet import BayesnetOptions
from ..bayes_net import inference, samples, tables
from ..kit.facts import Claim, Outcome, close, equal
from ..kit.settings import Matrix, matrix
from ..kit.state import State
from ..workings.explaining_away import CLOUDED, STAGES, explaining
from ..workings.sprinkler import LETTERS, MURPHY, NODES, asked, draw, told
from .elimination import asked_for, eliminated, factors, known, near, of
from .shown import named, number, seen
from .worked import worked

NOTES = {"P(W)": 0.6471, "P(S|W)": 0.4298, "P(R|W)": 0.7079, "P(S|W,R)": 0.1945}
UNEVEN = matrix([[0.3], [0.6], [0.15], [0.25], [0.9], [0.05], [0.2], [0.7], [0.95]])
"""Tables in which no two rows may be taken for one another."""


def known_numbers(state: State) -> Outcome:
    """The four numbers of the classic network as net, formula and caption show them, to four digits."""
    nothing = state.with_values(tables=MURPHY, **dict.fromkeys(NODES, "unknown"))
    questions: dict[str, tuple[str, dict[str, str], dict[int, int]]] = {
        "P(W)": ("wet", {}, {}),
        "P(S|W)": ("sprinkler", {"wet": "true"}, {3: 1}),
        "P(R|W)": ("rain", {"wet": "true"}, {3: 1}),
        "P(S|W,R)": ("sprinkler", {"wet": "true", "rain": "true"}, {2: 1, 3: 1}),
    }
    ours, right = {}, []
    for name, (ask, values, given) in questions.items():
        frame, node = inference(nothing.with_values(ask=ask, **values))[0], NODES.index(ask)
        ours[name] = float(named(frame)["net"].nodes[node].label)
        right += [number(frame.formulas[0].numbers) == ours[name], named(frame)["net"].nodes[node].role == "asked"]
        right += [near(ours[name], asked_for(MURPHY, node, given), 5e-5)]
        right += [not given or f"= {eliminated(MURPHY, given):.4g}." in frame.caption]
        right += [named(frame)["net"].nodes[at].label == f"{LETTERS[at]} = {value}" for at, value in given.items()]
    agree = close(ours, NOTES, 1e-9).holds and all(right)
    return Outcome(list(ours.values()), list(NOTES.values()), agree, "P(W), P(S|W), P(R|W), P(S|W,R) of the textbook")


def current(state: State) -> Outcome:
    """The posteriors that net, bars and formula show for the evidence that is set."""
    table, evidence, node = state["tables"], known(state), NODES.index(state["ask"])
    frame = inference(state)[0]
    shown = named(frame)
    labels = [label.label for label in shown["net"].nodes]
    whole, theirs = eliminated(table, evidence), [asked_for(table, at, evidence) for at in range(4)]
    if whole <= 0:
        unknown = all(labels[at] == "?" for at in range(4) if at not in evidence)
        alone = "moved" not in shown and "undefined" in frame.formulas[0].numbers
        return Outcome("no posterior", "P(evidence) 0", unknown and alone, f"{told(evidence)} is impossible")
    drawn = [float(labels[at]) if at not in evidence else float(evidence[at]) for at in range(4)]
    given = all(labels[at] == f"{LETTERS[at]} = {value}" for at, value in evidence.items())
    bars, answered = [float(value) for value in shown["moved"].values], number(frame.formulas[0].numbers)
    right = [
        [*shown["moved"].labels]
        == ["cloudy", "sprinkler", "rain", "wet"]
        == [node.name for node in shown["net"].nodes],
        *(near(a, b, 6e-5) for a, b in zip(drawn, theirs, strict=True)),
        *(near(a, b) for a, b in zip(bars, theirs, strict=True)),
        *(near(float(n.split()[1]), asked_for(table, at, {}), 6e-5) for at, n in enumerate(shown["moved"].notes)),
        near(answered, theirs[node], 6e-5),
        near(number(frame.formulas[1].numbers), whole * theirs[node] if node not in evidence else whole, 6e-5),
        max(abs(a - b) for a, b in [worked(frame.formulas[1].numbers)]) <= 1e-3,
    ]
    says = f"{asked(node, evidence)} as by variable elimination"
    return Outcome(answered, round(theirs[node], 4), all(right) and given, says)


def worlds_shown(state: State) -> Outcome:
    """Terms, marks and struck worlds of the two tables, and both sums: those of the product of four tensors."""
    table, evidence, node = state["tables"], known(state), NODES.index(state["ask"])
    frame = inference(state)[1]
    c, cs, cr, srw = of(table)
    product = torch.einsum("c,cs,cr,srw->csrw", c, cs, cr, srw)
    off, astray, marked, left = 0.0, 0, 0.0, 0.0
    halves = [*named(frame).values()]
    for cloudy, figure in enumerate(halves):
        for at, (sign, world, _, term) in enumerate(figure.rows):
            values = (cloudy, *map(int, world.split()))
            off = max(off, abs(term - float(product[values])))
            gone = any(values[known] != value for known, value in evidence.items())
            hit = not gone and values[node] == 1
            astray += sign != ("×" if gone else "Σ" if hit else "")
            astray += (at in figure.struck) != gone or (at in figure.marked) != hit
            marked, left = marked + hit * term, left + (not gone) * term
    listed = {(cloudy, *row[1].split()) for cloudy, figure in enumerate(halves) for row in figure.rows}
    above = 0.0 if evidence.get(node) == 0 else eliminated(table, {**evidence, node: 1})
    below = eliminated(table, evidence)
    sums = near(marked, above) and near(left, below) and near(number(frame.formulas[1].numbers), above, 6e-5)
    share = below <= 0 or near(number(frame.formulas[0].numbers), above / below, 6e-5)
    holds = off <= 1e-12 and not astray and len(listed) == 16 and sums and share
    return Outcome([marked, left], [above, below], holds, "sums of the marked worlds and of those left")


def cooperating(table: Matrix) -> int:
    """-1, 0 or 1: whether causes compete, by the odds of the wet-grass table alone (Wellman & Henrion, 1993)."""
    no, rain, sprinkler, both = (row[0] for row in table[5:9])
    product = both * no - rain * sprinkler
    return 0 if abs(product) < 1e-9 else 1 if product > 0 else -1


def explained_away(state: State) -> Outcome:
    """P(S) at every stage as shown; with the clouds known as well, whether rain lowers it once the grass is wet."""
    table = state["tables"]
    frames = explaining(state)
    right, captions = [], [frame.caption for frame in frames]
    for k, (evidence, _) in enumerate(STAGES):
        shown = seen(explaining, state, k)
        theirs = [asked_for(table, 1, known) for known, _ in STAGES]
        bars = [
            float("nan") if at in shown["sprinkler"].dropped else float(value)
            for at, value in enumerate(shown["sprinkler"].values)
        ]
        right += [near(a, b) for a, b in zip(bars, theirs, strict=True)]
        right.append(shown["sprinkler"].marked == (k,))
        label = shown["net"].nodes[1].label
        right.append(near(float("nan") if label == "?" else float(label), asked_for(table, 1, evidence), 6e-5))
    moves = []
    for cloudy in (0, 1):
        wet, both = (asked_for(table, 1, {0: cloudy, **known}) for known in ({3: 1}, {3: 1, 2: 1}))
        moves += [both - wet] if not math.isnan(both - wet) else []
    most = max(moves, key=abs, default=0.0)
    away = most < -5e-5
    inner = all(0 < cell < 1 for (cell,) in table[:5]) and abs(most) >= 5e-5
    right.append(not inner or cooperating(table) == (-1 if away else 1))
    said = [("explained away" in captions[k] or "explaining away" in captions[k]) for k in (2, 4)]
    denied = ["nothing is explained away" in captions[k] for k in (2, 4)]
    possible = eliminated(table, {3: 1, 2: 1}) > 0
    right.append(not possible or [s and not d for s, d in zip(said, denied, strict=True)] == [away, away])
    says = "rain explains the sprinkler away" if away else "with these tables rain explains nothing away"
    names = [round(asked_for(table, 1, known), 4) for known, _ in STAGES[1:3]]
    ours = [round(float(value), 4) for value in seen(explaining, state, 2)["sprinkler"].values[1:3]]
    holds = all(right) and (table != MURPHY or away)
    return Outcome(ours, names if possible else "no posterior", holds, f"{says}: P(S|W), P(S|W,R)")


def clouds_known(state: State) -> Outcome:
    """The table with the clouds known as shown; there rain says nothing of the sprinkler until the grass is seen."""
    table = state["tables"]
    off, moved = 0.0, 0.0
    for cloudy in (0, 1):
        rows = seen(explaining, state, -1)["clouded"].rows
        ours = [float("nan") if row[1 + cloudy] == "-" else float(row[1 + cloudy]) for row in rows]
        theirs = [asked_for(table, 1, {0: cloudy, **known}) for known, _ in CLOUDED]
        if any(math.isnan(a) != math.isnan(b) for a, b in zip(ours, theirs, strict=True)):
            return Outcome(ours, theirs, False)
        off = max([off, *(abs(a - b) for a, b in zip(ours, theirs, strict=True) if not math.isnan(a))])
        moved = max(moved, abs(ours[1] - ours[0])) if not math.isnan(ours[1] - ours[0]) else moved
    return Outcome({"P(S|C,R) - P(S|C)": moved}, 0, off <= 1e-9 and moved <= 1e-9)


def parameters(state: State) -> Outcome:
    """The free numbers shown are the directions in which the joint distribution can move: the rank of its Jacobian."""
    inside = torch.linspace(0.15, 0.85, 9, dtype=torch.float64)

    def network(numbers: Tensor) -> Tensor:
        c, cs, cr, srw = factors(numbers)
        return torch.einsum("c,cs,cr,srw->csrw", c, cs, cr, srw).flatten()

    def full(logits: Tensor) -> Tensor:
        return logits.softmax(0)

    ranks = {
        "network": int(torch.linalg.matrix_rank(torch.func.jacrev(network)(inside))),
        "joint": int(torch.linalg.matrix_rank(torch.func.jacrev(full)(torch.zeros(16, dtype=torch.float64)))),
    }
    *parts, network_free, joint_free = (row[1] for row in seen(tables, state, -1)["counts"].rows)
    outcome = equal({"network": network_free, "joint": joint_free}, ranks)
    return Outcome(outcome.computed, ranks, outcome.holds and sum(parts) == ranks["network"])


def tables_shown(state: State) -> Outcome:
    """The four tables that are shown, multiplied in all 16 worlds, are the product of tensors, and sum to 1."""
    c, cs, cr, srw = of(state["tables"])
    theirs = torch.einsum("c,cs,cr,srw->csrw", c, cs, cr, srw)
    shown = [seen(tables, state, k)["table"].rows for k in range(4)]
    parents = ((), (0,), (0,), (1, 2))
    total, off = 0.0, 0.0
    for world in torch.cartesian_prod(*[torch.arange(2)] * 4).tolist():
        product = 1.0
        for node, rows in enumerate(shown):
            (row,) = (row for row in rows if list(row[:-2]) == [world[at] for at in parents[node]])
            product *= row[-2] if world[node] else row[-1]
        total, off = total + product, max(off, abs(product - float(theirs[tuple(world)])))
    return Outcome(total, 1, near(total, 1) and off <= 1e-9)


def sampled(state: State) -> Outcome:
    """Worlds shown follow from their random numbers; frequencies shown lie where a binomial count may lie."""
    found = [_drawn(state.with_values(tables=table)) for table in (state["tables"], UNEVEN)]
    off, unlikely = max(each[0] for each in found), min(each[1] for each in found)
    return Outcome({"least p-value": unlikely}, ">= 1e-06", off <= 1e-9 and unlikely >= 1e-6)


def _drawn(state: State) -> tuple[float, float]:
    """By how much worlds, labels and shares shown differ from what the random numbers say; the least p-value."""
    table, count = state["tables"], state["draws"]
    uniform = torch.from_numpy(draw(table, count, state["sample"])[0])
    c, cs, cr, srw = of(table)
    C = (uniform[:, 0] < c[1]).long()
    S, R = (uniform[:, 1] < cs[C, 1]).long(), (uniform[:, 2] < cr[C, 1]).long()
    W = (uniform[:, 3] < srw[S, R, 1]).long()
    worlds = torch.stack((C, S, R, W), 1).double()
    shown = seen(samples, state, -1)
    off, unlikely = float((torch.from_numpy(shown["worlds"].values) - worlds[:8]).abs().max()), 1.0
    for node, (_, drawn, exact) in enumerate(shown["frequencies"].rows):
        p = asked_for(table, node, {})
        off = max(off, abs(drawn - float(worlds[:, node].mean())), abs(exact - p))
        unlikely = min(unlikely, float(stats.binomtest(round(drawn * count), count, min(max(p, 0.0), 1.0)).pvalue))
    for k in range(4):
        frame = samples(state)[k]
        labels = [node.label for node in named(frame)["net"].nodes]
        first = [f"{LETTERS[at]} = {int(worlds[0, at])}" if at <= k else "?" for at in range(4)]
        off = max(off, float(labels != first))
        row, sure = _asked_row(table, k, [int(value) for value in worlds[0]])
        rows = named(frame)["chances"].rows
        off = max(off, abs(float(rows[row][1]) - sure), float(named(frame)["chances"].marked != (row,)))
        off = max(off, *(abs(a - b) for (_, a), (b,) in zip(rows, _tables(table)[k], strict=True)))
    return off, unlikely


def _tables(table: Matrix) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """The rows of C, of S, of R and of W."""
    return table[:1], table[1:3], table[3:5], table[5:9]


def _asked_row(table: Matrix, node: int, world: list[int]) -> tuple[int, float]:
    """The row of a node's table that holds for its parents in a world, and its chance."""
    c, s, r, _ = world
    row = (0, c, c, 2 * s + r)[node]
    return row, _tables(table)[node][row][0]


def lab(state: State) -> Outcome:
    """The posteriors of the lab's own Bayesian network: (S, R) as its class, C and W as two pixels that it decides."""
    table, evidence = state["tables"], known(state)
    c, cs, cr, srw = of(table)
    keep = torch.ones(4, 2, dtype=torch.float64)
    for at, value in evidence.items():
        keep[at, 1 - value] = 0
    prior = torch.einsum("c,cs,cr->csr", c, cs, cr)
    model = Bayesnet(BayesnetOptions(structure="naive-bayes"), (1, 1, 2), 4)
    model.smoothing = 0.0
    model.class_count.copy_((prior.sum(0) * keep[1][:, None] * keep[2]).flatten())
    clouds = (prior / prior.sum(0)).nan_to_num(0.5)  # where S and R cannot be so, any clouds will do
    given = torch.stack((clouds, srw.permute(2, 0, 1))).flatten(2).permute(2, 0, 1).clamp(min=1e-300)
    model.table.copy_(given.log()[:, :, None].expand(-1, -1, 2, -1))
    classes, pixels, _ = model.infer(torch.tensor([evidence.get(0, -1), evidence.get(3, -1)]))
    classes = classes.reshape(2, 2)
    theirs = [float(pixels[0]), float(classes[1].sum()), float(classes[:, 1].sum()), float(pixels[1])]
    if eliminated(table, evidence) <= 0:
        return Outcome("no posterior", "P(evidence) 0", True, f"{told(evidence)} is impossible")
    shown = [float(value) for value in named(inference(state)[0])["moved"].values]
    right = all(near(a, b) for a, b in zip(shown, theirs, strict=True))
    return Outcome([round(v, 4) for v in shown], [round(v, 4) for v in theirs], right)


CLAIMS = (
    Claim(id="AC4a", says="posteriors as by variable elimination", check=current),
    Claim(id="AC4a", says="sums of the marked worlds and of those left", check=worlds_shown),
    Claim(id="AC4a", says="rain explains the sprinkler away", check=explained_away),
    Claim(id="AC4a", says="clouds known, rain alone says nothing of the sprinkler", check=clouds_known),
    Claim(id="AC4a", says="C, S, R, W as the lab's Bayesian network infers", check=lab),
    Claim(id="AC4a", says="P(W), P(S|W), P(R|W), P(S|W,R) of the textbook", check=known_numbers),
    Claim(id="AC4a", says="9 free numbers instead of 15", check=parameters),
    Claim(id="AC4a", says="the four tables multiply to a distribution: sum 1", check=tables_shown),
    Claim(id="AC4a", says="drawn shares are likely under the exact ones", check=sampled),
)
