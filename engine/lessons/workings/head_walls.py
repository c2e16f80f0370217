"""The walls of heads of `heads`, hand-made and learned: what each does, and how far they are apart. Torch-free."""

from typing import Any

import numpy as np

from ..kit.figures import Bars, Card, Formula, Grid, Origin, Wall
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from .attending import entropy
from .attention_looks import short
from .head_scenes import head_matrix, pick_head, tokens_of
from .multihead import HAND_MADE, KINDS, MIXED, SHORT, divergences, hand_made, kind, masses, rows_of, without_sink

SET = "As set: gram asks for word classes; twin nearly repeats prev."
"""Of the heads made by hand, what their names do not tell."""


def wall(
    state: State, weights: Floats, tokens: tuple[str, ...], names: tuple[str, ...], honest: str, about: str = ""
) -> tuple[Frame, ...]:
    """A wall of heads, the chosen one, its labels, and how far heads are apart."""
    shown = without_sink(weights) if state["mute"] else weights
    chosen = min(state["head"], len(weights)) - 1
    labelled = [kind(each, tokens) for each in weights]
    short_names = tuple(short(token, 6) for token in tokens)
    measured = masses(weights[chosen], tokens)
    muted = ", first column left out" if state["mute"] else ""
    pictures = Wall(
        name="heads",
        title=f"{len(weights)} heads ({honest}{muted})",
        about="Labels are measured: prev(ious token), sink (first token), self, same (word), and its mean weight; "
        f"mixed where none has one half. {about}",
        images=shown,
        labels=tuple(_brief(name, *found) for name, found in zip(names, labelled, strict=True)),
        signed=False,
        reach=(0, 1),
        scope="weights of all heads",
        chosen=chosen,
        picks=pick_head,
    )
    bars = Bars(
        name="masses",
        title=f"{names[chosen]}: mean weight on (kinds overlap)",
        about="A kind with at least half of the weight gives a head its name; of several the one with the most rows. "
        "Kinds overlap, so they may sum to more than 100 %: for the second token the previous token is the first.",
        labels=KINDS,
        values=measured,
        high=1,
        percent=True,
        notes=tuple(f"{count} row{'s' * (count != 1)}" for count in rows_of(weights[chosen], tokens)),
        new_row=True,
    )
    named = any(label != MIXED for label, _ in labelled)
    mixed = "" if named else f" No pattern with a name was learned by any of the {len(weights)}."
    spread = float(entropy(weights[chosen]).mean())
    first = Frame(
        caption=f"Head {chosen + 1}, {names[chosen]}: {_told(labelled[chosen], measured)}. Choose one with g.{mixed}",
        figures=(pictures, bars, head_matrix(shown[chosen], short_names, names[chosen], state)),
        formulas=(Formula(symbols="mean entropy of its rows", numbers=f"{spread:.2f} nats"),),
    )
    apart = divergences(weights)
    low, high = _extremes(apart)

    def origin(row: int, column: int) -> Origin:
        middle = float(entropy((weights[row] + weights[column]) / 2).mean())
        own = [float(entropy(weights[k]).mean()) for k in (row, column)]
        js = Formula(
            symbols="JS = H((p + q)/2) - (H(p) + H(q))/2, means of rows",
            numbers=f"{middle:.3f} - ({own[0]:.3f} + {own[1]:.3f})/2 = {middle - sum(own) / 2:.3f}",
        )
        return Origin(formulas=(js,))

    matrix = Grid(
        name="divergence",
        title="Jensen-Shannon divergence, 0 to ln 2 = 0.69 nats",
        about="Two heads near 0 do the same: one of them is redundant. Pruning removes many heads at little loss.",
        values=apart,
        digits=2,
        signed=False,
        reach=(0, float(np.log(2))),
        row_labels=names,
        column_labels=tuple(name[:6] for name in names),
        cursor=high,
        scope="divergences",
        origin=origin,
    )
    caption = (
        f"Most alike: {names[low[0]]} and {names[low[1]]}, {apart[low]:.3f}. "
        f"Farthest apart: {names[high[0]]} and {names[high[1]]}, {apart[high]:.2f}."
    )
    return first, Frame(caption=caption, figures=(matrix,))


def _told(found: tuple[str, float], measured: Floats) -> str:
    """What a head does most, and how much of its weight that takes."""
    label, share = found
    most = KINDS[int(measured.argmax())] if label == MIXED else label
    return f"{'mixed, most of all ' * (label == MIXED)}{most} {100 * share:.0f} %"


def _brief(name: str, label: str, share: float) -> str:
    """The name of a head and its measured label in a few characters, once where both are the same."""
    found = f"{SHORT[KINDS.index(label)]} {100 * share:.0f} %" if label in KINDS else label
    return found if found.startswith(name) else f"{name}: {found.split()[0]}"


def _extremes(apart: Floats) -> tuple[tuple[int, int], tuple[int, int]]:
    pairs = [(i, j) for i in range(len(apart)) for j in range(i)]
    if not pairs:
        return (0, 0), (0, 0)
    return min(pairs, key=lambda pair: apart[pair]), max(pairs, key=lambda pair: apart[pair])


def hand_made_wall(state: State) -> tuple[Frame, ...]:
    """Six heads set by hand."""
    tokens = tokens_of(state)
    return wall(state, hand_made(tokens), tokens, HAND_MADE, "hand-set scores", SET)


def trained_wall(state: State) -> tuple[Frame, ...]:
    """Eight heads of the GPT that was trained with the mask."""
    peeking: Any = state.result("peeking")
    passage = min(state["passage"], len(peeking.passages)) - 1
    weights = peeking.honest.attention[passage]
    layers, heads = weights.shape[:2]
    names = tuple(f"L{layer + 1}H{head + 1}" for layer in range(layers) for head in range(heads))
    tokens = peeking.passages[passage]
    frames = wall(state, weights.reshape(-1, *weights.shape[2:]), tokens, names, "learned")
    caveat = Card(
        name="caveat",
        title="a caveat",
        kind="opinion",
        text="A pattern is a description, not an explanation: a head may look somewhere and change nothing. Cut "
        "edges to know (lesson attention, scene pronoun).",
    )
    return frames[0], frames[1], Frame(caption="What a pattern does not tell.", figures=(caveat,))
