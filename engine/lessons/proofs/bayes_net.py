"""What `bayes-net` claims, computed by variable elimination and by the rank of a Jacobian."""

import torch
from torch import Tensor

from ..bayes_net import evidence_of
from ..kit.facts import Claim, Outcome, at_least, close, equal, every
from ..kit.settings import Matrix
from ..kit.state import State
from ..workings.sprinkler import LETTERS, MURPHY, NODES, WORLDS, asked, draw, free_numbers, joint, posterior, told
from ..workings.sprinkler import probability as enumerated

NOTES = {"P(W)": 0.6471, "P(S|W)": 0.4298, "P(R|W)": 0.7079, "P(S|W,R)": 0.1945}


def factors(numbers: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The four tables of the 9 numbers as tensors over (c), (c, s), (c, r) and (s, r, w)."""

    def both(yes: Tensor) -> Tensor:
        return torch.stack((1 - yes, yes), -1)

    return both(numbers[0]), both(numbers[1:3]), both(numbers[3:5]), both(numbers[5:9].reshape(2, 2))


def eliminated(table: Matrix, evidence: dict[int, int]) -> float:
    """P(evidence): the tables are cut down to the evidence, then C, S, R and W are summed out one after the other."""
    c, cs, cr, srw = factors(torch.tensor(table, dtype=torch.float64)[:, 0])
    keep = torch.ones(4, 2, dtype=torch.float64)
    for node, value in evidence.items():
        keep[node, 1 - value] = 0
    sr = torch.einsum("c,cs,cr->sr", c * keep[0], cs * keep[1], cr * keep[2])
    rw = torch.einsum("sr,srw->rw", sr, srw)
    return float((rw.sum(0) * keep[3]).sum())


def asked_for(table: Matrix, node: int, evidence: dict[int, int]) -> float:
    """P(node = 1 | evidence) by elimination; NaN where it is impossible."""
    if evidence.get(node) == 0:
        return 0.0
    whole = eliminated(table, evidence)
    return eliminated(table, {**evidence, node: 1}) / whole if whole else float("nan")


def known_numbers(state: State) -> Outcome:
    """The four numbers of the classic network, to four digits."""
    questions: dict[str, tuple[int, dict[int, int]]] = {
        "P(W)": (3, {}),
        "P(S|W)": (1, {3: 1}),
        "P(R|W)": (2, {3: 1}),
        "P(S|W,R)": (1, {3: 1, 2: 1}),
    }
    ours = {name: round(posterior(MURPHY, node, given) or 0.0, 4) for name, (node, given) in questions.items()}
    theirs = {name: asked_for(MURPHY, node, given) for name, (node, given) in questions.items()}
    agree = close(ours, theirs, 5e-5).holds
    return Outcome(ours, NOTES, agree and close(ours, NOTES, 1e-9).holds)


def current(state: State) -> Outcome:
    """Every node's posterior for the evidence that is set."""
    table, evidence = state["tables"], evidence_of(state)
    whole, theirs_whole = enumerated(table, evidence), eliminated(table, evidence)
    if theirs_whole <= 0:
        says = f"{told(evidence)} is impossible: it has probability 0, and there is no posterior"
        none = all(posterior(table, node, evidence) is None for node in range(4))
        return Outcome({"P(evidence)": whole}, {"P(evidence)": theirs_whole}, whole == 0 and none, says)
    ours = {"P(evidence)": whole}
    theirs = {"P(evidence)": theirs_whole}
    for node, letter in enumerate(LETTERS):
        ours[f"P({letter})"] = posterior(table, node, evidence) or 0.0
        theirs[f"P({letter})"] = asked_for(table, node, evidence)
    outcome = close(ours, theirs, 1e-12)
    question = asked(NODES.index(state["ask"]), evidence)
    return Outcome(
        ours, theirs, outcome.holds, f"enumeration gives {question} and the rest as variable elimination does"
    )


def explained_away(state: State) -> Outcome:
    """Whether knowing that it rained lowers the sprinkler, once the grass is wet."""
    table = state["tables"]
    wet, both = posterior(table, 1, {3: 1}), posterior(table, 1, {3: 1, 2: 1})
    if wet is None or both is None:
        return Outcome(
            "no posterior", "none", eliminated(table, {3: 1, 2: 1}) <= 0, "wet grass and rain never meet here"
        )
    theirs = {"P(S|W)": asked_for(table, 1, {3: 1}), "P(S|W,R)": asked_for(table, 1, {3: 1, 2: 1})}
    agree = close({"P(S|W)": wet, "P(S|W,R)": both}, theirs, 1e-12)
    away = both < wet - 1e-12
    if table == MURPHY:
        return Outcome(agree.computed, agree.expected, agree.holds and away)
    says = "rain explains the sprinkler away" if away else "with these tables rain does not explain the sprinkler away"
    return Outcome(agree.computed, agree.expected, agree.holds, says)


def parameters(state: State) -> Outcome:
    """Free numbers are the directions in which the joint distribution can move: the rank of its Jacobian."""
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
    network_free, joint_free = free_numbers()
    return equal({"network": network_free, "joint": joint_free}, ranks)


def adds_up(state: State) -> Outcome:
    """All worlds together, and each of them, as the product of tensors gives them."""
    table = state["tables"]
    c, cs, cr, srw = factors(torch.tensor(table, dtype=torch.float64)[:, 0])
    theirs = torch.einsum("c,cs,cr,srw->csrw", c, cs, cr, srw).flatten().tolist()
    ours = [joint(table, world) for world in WORLDS]
    error = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    return every(sum=close(sum(ours), 1.0, 1e-12), largest_error=Outcome(error, "<= 1e-12", error <= 1e-12))


def sampled(state: State) -> Outcome:
    """Frequencies of 100,000 drawn worlds lie within 4 standard errors of the marginals."""
    table, count = state["tables"], 100_000
    share = draw(table, count, state.seed)[1].mean(0)
    exact = [asked_for(table, node, {}) for node in range(4)]
    off = [
        abs(float(share[node]) - p) / max((p * (1 - p) / count) ** 0.5, 1e-12) if 0 < p < 1 else float(share[node] != p)
        for node, p in enumerate(exact)
    ]
    return Outcome({"standard errors off, at most": max(off)}, "<= 4", max(off) <= 4)


def independent(state: State) -> Outcome:
    """Given the clouds, sprinkler and rain are independent; given the grass they are not."""
    given_clouds = asked_for(MURPHY, 1, {0: 1, 2: 1}) - (posterior(MURPHY, 1, {0: 1}) or 0.0)
    given_grass = asked_for(MURPHY, 1, {3: 1, 2: 1}) - (posterior(MURPHY, 1, {3: 1}) or 0.0)
    return every(rain_moves_S_given_C=close(given_clouds, 0.0, 1e-12), and_given_W_by=at_least(abs(given_grass), 0.2))


CLAIMS = (
    Claim(id="AC4a", says="the classic numbers of the sprinkler network", check=known_numbers),
    Claim(id="AC4a", says="enumeration agrees with variable elimination", check=current),
    Claim(id="AC4a", says="rain explains the sprinkler away", check=explained_away),
    Claim(id="AC4a", says="9 free numbers instead of 15", check=parameters),
    Claim(id="AC4a", says="the 16 products are a distribution: they sum to 1", check=adds_up),
    Claim(
        id="AC4a",
        says="given the clouds rain says nothing of the sprinkler; given wet grass it does",
        check=independent,
    ),
    Claim(id="AC4a", says="worlds drawn causes first have the network's frequencies", check=sampled),
)
