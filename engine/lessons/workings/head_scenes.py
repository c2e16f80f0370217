"""The scenes of `heads`: cutting a matrix into heads, telling heads apart, and what they cost. Torch-free."""

from typing import Any

import numpy as np

from ..kit.figures import Bars, Card, Figure, Formula, Grid, Origin, Table, Wall
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .attending import causal, entropy, product
from .attention_looks import line, short
from .multihead import (
    HAND_MADE,
    KINDS,
    SHORT,
    WIDTH,
    Heads,
    divergences,
    hand_made,
    kind,
    masses,
    multi_head,
    parameters,
    random_matrices,
    without_sink,
)
from .sentences import embed, split

MOST = 12
WIDTHS = (64, 128, 256, 512, 768, 1024)
COUNTS = (1, 2, 4, 8)


def tokens_of(state: State) -> tuple[str, ...]:
    """The tokens that are looked at."""
    return split(state["text"], MOST)


def heads_of(state: State) -> tuple[Floats, Heads]:
    """Embeddings (T, 8) and the random heads."""
    x = embed(tokens_of(state))
    mask = causal(len(x)) if state["masked"] else None
    return x, multi_head(x, random_matrices(WIDTH, state.seed), state["heads"], mask)


def cutting(state: State) -> Frames:
    """Q is cut into heads, each attends, they are laid side by side, W_O mixes them."""
    tokens = tokens_of(state)
    x, a = heads_of(state)
    w = random_matrices(WIDTH, state.seed)
    h, size = state["heads"], len(tokens)
    d = WIDTH // h
    names = tuple(short(token) for token in tokens)
    columns = tuple(f"h{i // d + 1}" for i in range(WIDTH))
    head = min(state["head"], h - 1)
    mine = tuple((row, column) for row in range(size) for column in range(head * d, (head + 1) * d))

    def wide(name: str, values: Floats, title: str, **more: Any) -> Grid:
        return Grid(
            name=name,
            title=title,
            about="The colour of a head's columns is its own; nothing is computed by cutting.",
            values=values,
            digits=1,
            row_labels=names,
            column_labels=columns,
            marks={"source": mine},
            **more,
        )

    def whole() -> Frame:
        def origin(row: int, column: int) -> Origin:
            numbers = f"{product(x[row], w.query[:, column])} = {(x @ w.query)[row, column]:.2f}"
            return Origin(formulas=(Formula(symbols="q = x · w", numbers=numbers),))

        grid = wide("Q", x @ w.query, f"Q = X W_Q, {size}x{WIDTH} (random weights)", origin=origin)
        return Frame(
            caption=f"One matrix makes the queries of all heads. Its {WIDTH} columns are cut into {h} groups of {d}.",
            figures=(grid,),
            formulas=(Formula(symbols="D = h · d_k", numbers=f"{WIDTH} = {h} · {d}"),),
        )

    def cut() -> Frame:
        figures: list[Figure] = []
        for i in range(h):
            figures.append(
                Grid(
                    name=f"Q{i + 1}",
                    title=f"Q_{i + 1}, {size}x{d}",
                    values=a.q[i],
                    shows="numbers" if h <= 2 else "shades",
                    digits=1,
                    row_labels=names if i % 4 == 0 else (),
                    marks={"focus": tuple(cell for row in range(size) for cell in line(row, d))} if i == head else {},
                )
            )
        return Frame(
            caption=f"Each head has {d} numbers of every query, key and value: a smaller attention of its own.",
            figures=tuple(figures),
            formulas=(Formula(symbols="T x D → h x T x d_k", numbers=f"{size}x{WIDTH} → {h}x{size}x{d}"),),
        )

    def attends() -> Frame:
        return Frame(
            caption=f"Each head has weights of its own: {h} patterns from the same tokens. These are random.",
            figures=(
                Wall(
                    name="weights",
                    title=f"{h} x {size}x{size} weights",
                    images=a.weights,
                    labels=tuple(f"head {i + 1}" for i in range(h)),
                    signed=False,
                    reach=(0, 1),
                    chosen=head,
                    picks=pick_head,
                ),
                _matrix(a.weights[head], names, f"head {head + 1}", state),
            ),
        )

    def joined() -> Frame:
        def origin(row: int, column: int) -> Origin:
            numbers = f"{product(a.concat[row], w.output[:, column])} = {a.output[row, column]:.2f}"
            return Origin(
                formulas=(Formula(symbols="out = concat · w", numbers=numbers),), cells={"concat": line(row, WIDTH)}
            )

        output = Grid(
            name="output",
            title=f"concat W_O, {size}x{WIDTH}",
            about="W_O is the only place where heads meet: every output takes from all of them.",
            values=a.output,
            digits=1,
            row_labels=names,
            join="→",
            origin=origin,
        )
        return Frame(
            caption="The heads are laid side by side, and W_O mixes them: it has h·d_v rows and D columns.",
            figures=(wide("concat", a.concat, f"concat, {size}x{WIDTH}"), output),
            formulas=(Formula(symbols="MultiHead = Concat(head_1 … head_h) W_O", numbers=f"{h}·{d} = {WIDTH}"),),
        )

    return Frames(4, lambda k: (whole, cut, attends, joined)[k]())


def pick_head(row: int, column: int) -> dict[str, int]:
    """The chosen head follows the cursor."""
    return {"head": row}


def _matrix(weights: Floats, names: tuple[str, ...], title: str, state: State, **more: Any) -> Grid:
    return Grid(
        name="matrix",
        title=title,
        values=weights,
        shows="shades",
        signed=False,
        reach=(0, 1),
        row_labels=names,
        column_labels=names,
        row_axis="query",
        column_axis="key",
        **more,
    )


def cost(state: State) -> tuple[Frame, ...]:
    """The number of parameters does not depend on the number of heads."""
    width = state["width"]
    counts = [h for h in (1, 2, 4, 8, 16, 32) if width % h == 0]
    rows = [[h, width // h, f"{parameters(width):,}", f"{4 * width:,}", f"{parameters(width, True):,}"] for h in counts]
    table = Table(
        name="parameters",
        title=f"D = {width}",
        about="More heads are more and smaller attentions of the same total size: d_k = D / h.",
        columns=("h", "d_k", "weights 4D²", "biases 4D", "together"),
        rows=rows,
        marked=tuple(k for k, h in enumerate(counts) if h == state["heads"]),
    )
    return (
        Frame(
            caption="Heads cost no parameters: W_Q, W_K, W_V and W_O are D x D whatever h is.",
            figures=(table,),
            formulas=(
                Formula(symbols="4 D² (+ 4 D)", numbers=f"4·{width}² = {parameters(width):,} (+ {4 * width:,})"),
            ),
        ),
    )


def wall(
    state: State, weights: Floats, tokens: tuple[str, ...], names: tuple[str, ...], honest: str
) -> tuple[Frame, ...]:
    """A wall of heads, the chosen one, its labels, and how far heads are apart."""
    shown = without_sink(weights) if state["mute"] else weights
    chosen = min(state["head"], len(weights) - 1)
    labelled = [kind(each, tokens) for each in weights]
    short_names = tuple(short(token, 6) for token in tokens)
    measured = masses(weights[chosen], tokens)
    muted = ", first column left out" if state["mute"] else ""
    pictures = Wall(
        name="heads",
        title=f"{len(weights)} heads ({honest}{muted})",
        about="Labels are measured: previous token, sink (the first), self, same word; mixed below one half.",
        images=shown,
        labels=tuple(f"{name} {_brief(*found)}" for name, found in zip(names, labelled, strict=True)),
        signed=False,
        reach=(0, 1),
        chosen=chosen,
        picks=pick_head,
    )
    bars = Bars(
        name="masses",
        title=f"{names[chosen]}: mean weight on",
        about="A head gets the name of the kind that takes at least half of its weight; else it is called mixed.",
        labels=KINDS,
        values=measured,
        high=1,
        percent=True,
    )
    spread = float(entropy(weights[chosen]).mean())
    first = Frame(
        caption=f"Head {names[chosen]}: {_told(measured)}. Choose one with g.",
        figures=(pictures, _matrix(shown[chosen], short_names, names[chosen], state, new_row=True), bars),
        formulas=(Formula(symbols="mean entropy of its rows", numbers=f"{spread:.2f} nats"),),
    )
    apart = divergences(weights)
    low, high = _extremes(apart)
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
        origin=lambda row, column: Origin(
            formulas=(
                Formula(
                    symbols="JS = H((p + q)/2) - (H(p) + H(q))/2, mean of rows",
                    numbers=f"{names[row]}, {names[column]}: {apart[row, column]:.3f}",
                ),
            )
        ),
    )
    caption = (
        f"Most alike: {names[low[0]]} and {names[low[1]]}, {apart[low]:.3f}. "
        f"Farthest apart: {names[high[0]]} and {names[high[1]]}, {apart[high]:.2f}."
    )
    return first, Frame(caption=caption, figures=(matrix,))


def _told(measured: Floats) -> str:
    """What a head does most, and how much of its weight that takes."""
    most = f"{KINDS[int(measured.argmax())]} {100 * measured.max():.0f} %"
    return most if measured.max() >= 0.5 else f"mixed, most of all {most}"


def _brief(label: str, share: float) -> str:
    """The measured label in a few characters."""
    return f"{SHORT[KINDS.index(label)]}{100 * share:.0f}%" if label in KINDS else label


def _extremes(apart: Floats) -> tuple[tuple[int, int], tuple[int, int]]:
    pairs = [(i, j) for i in range(len(apart)) for j in range(i)]
    if not pairs:
        return (0, 0), (0, 0)
    return min(pairs, key=lambda pair: apart[pair]), max(pairs, key=lambda pair: apart[pair])


def hand_made_wall(state: State) -> tuple[Frame, ...]:
    """Six heads set by hand."""
    tokens = tokens_of(state)
    return wall(state, hand_made(tokens), tokens, HAND_MADE, "hand-set scores")


def trained_wall(state: State) -> tuple[Frame, ...]:
    """Eight heads of the GPT that was trained with the mask."""
    peeking: Any = state.result("peeking")
    passage = min(state["passage"], len(peeking.passages) - 1)
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
