"""Signal paths: how many steps lie between two tokens, what waits for what, and what is left of a gradient."""

import math
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from .kit.figures import Bars, Curves, Edge, Formula, Net, Node, Origin, Table, Tokens
from .kit.lesson import Frame, Frames, Lesson, Link, Note, Preset, Scene
from .kit.settings import Slider, Switch
from .kit.state import State
from .kit.training import Progress, Training
from .workings.costs_shown import measured, work
from .workings.gradients_shown import bounded, remembered
from .workings.graph_paths import TOLD, WAYS, distances, paths, ticks

STORIES = {
    "rnn": "An RNN hands its state on from token to token: {steps} to token {target}.",
    "convolution": "Kernel 3 sees a token and its neighbours, so each layer reaches one token further: {steps}.",
    "dilated": "With dilations 1, 2, 4, … the reach doubles in every layer, so the path grows with log₂ n: {steps}.",
    "attention": "Self-attention connects every token with every other one: {steps}, however far apart.",
}


def _counted(way: str, count: int) -> str:
    return f"{count} {'step' if way == 'rnn' else 'layer'}{'' if count == 1 else 's'}"


def _arc(n: int, way: str, target: int) -> Net:
    """The tokens on an arc with their distance from the first, and the path to `target`."""
    steps, path = distances(way, n), paths(way, n)[target]
    links = {(i, i + 1) for i in range(n - 1)} if way in ("rnn", "convolution") else {(0, i) for i in range(1, n)}
    if way == "dilated":
        links = {(0, b) for b in range(1, n) if b & (b - 1) == 0}
    on = {(a, b) for a, b in pairwise(path) if a != b}
    edges = [Edge(source=a, target=b, role="quiet", directed=way == "rnn") for a, b in sorted(links - on)]
    edges += [Edge(source=a, target=b, role="path", directed=True) for a, b in sorted(on)]
    nodes = []
    for i in range(n):
        angle = math.pi * i / (n - 1)
        role: Any = "given" if i == 0 else "asked" if i == target else "active" if i in path else "plain"
        nodes.append(Node(name=str(i + 1), x=i / (n - 1), y=1 - math.sin(angle), label=str(steps[i]), role=role))
    return Net(
        name="tokens",
        title=f"{TOLD[way]}: steps from 1 below",
        about="Every token, and below it the number of steps that a signal needs from token 1; a shortest path to one "
        "of them is drawn. Move the cursor to another token.",
        nodes=nodes,
        edges=edges,
        height=10,
        picks=lambda row, column: {"far": row + 1} if row else {},
        origin=partial(_route, way, n),
        cursor=(target, 0),
    )


def _route(way: str, n: int, row: int, column: int) -> Origin:
    path = paths(way, n)[row]
    walked = " › ".join(str(token + 1) for token in path)
    stays = " (repeated: it stays there for a layer)" if len(set(path)) < len(path) else ""
    told = f"shortest path from 1 to {row + 1}{stays}"
    formula = Formula(symbols=told, numbers=f"{walked}: {_counted(way, len(path) - 1)}")
    return Origin(formulas=(formula,), cells={"tokens": tuple((token, 0) for token in sorted(set(path)))})


def path_lengths(state: State) -> Frames:
    """The same two tokens in four kinds of layers, then how the path grows with n."""
    n = state["n"]
    target = min(state["far"] or n, n) - 1
    at_target = [distances(way, n)[target] for way in WAYS]

    def frame(k: int) -> Frame:
        if k == len(WAYS):
            return _growth(n)
        way = WAYS[k]
        bars = Bars(
            name="lengths",
            title=f"steps from token 1 to {target + 1}",
            labels=[TOLD[other] for other in WAYS],
            values=np.array(at_target),
            marked=(k,),
        )
        caption = STORIES[way].format(steps=_counted(way, at_target[k]), target=target + 1)
        return Frame(caption=caption, figures=(_arc(n, way, target), bars), formulas=_route(way, n, target, 0).formulas)

    return Frames(len(WAYS) + 1, frame)


LONG = 64
ORDERS = ("n - 1", "n - 1", "⌈log₂ n⌉", "1")
"""How the longest path grows, in the order of WAYS."""


def _growth(n: int) -> Frame:
    x = np.union1d([2, 3, 4, 6, 8, 10, 12, 16, 24, 32, 48, 64], [n])
    lines = {TOLD[way]: np.array([distances(way, int(count))[-1] for count in x]) for way in WAYS}
    lines["RNN, convolution"] = lines.pop(TOLD["rnn"])
    del lines[TOLD["convolution"]]
    curves = Curves(
        name="growth",
        title="longest path by tokens",
        x=x,
        lines=lines,
        x_label="tokens n",
        y_label="steps",
        log_x=True,
        log_y=True,
        at=float(n),
    )

    def origin(row: int, column: int) -> Origin | None:
        count = {2: n, 3: LONG}.get(column)
        if count is None:
            return None
        told = {0: f"{count} - 1", 1: f"{count} - 1", 2: f"⌈log₂ {count}⌉", 3: "1"}[row]
        steps = distances(WAYS[row], count)[-1]
        return Origin(formulas=(Formula(symbols=ORDERS[row], numbers=f"{told} = {steps}"),))

    table = Table(
        name="orders",
        title="first to last token",
        columns=("layers", "path", f"n = {n}", f"n = {LONG}"),
        rows=[
            (TOLD[way], order, distances(way, n)[-1], distances(way, LONG)[-1])
            for way, order in zip(WAYS, ORDERS, strict=True)
        ],
        origin=origin,
    )
    caption = "The shorter the path, the easier a dependency across it is learned (Vaswani et al., 2017, table 1)."
    return Frame(caption=caption, figures=(curves, table))


def parallel(state: State) -> Frames:
    """Two timelines: what can be computed after 0, 1, 2 … ticks."""
    n = state["n"]
    names = [f"h{i + 1}" for i in range(n)]

    def frame(k: int) -> Frame:
        def line(way: str, done: int) -> Tokens:
            needed = ticks(way, n)
            return Tokens(
                name=way,
                title=f"{TOLD[way]}: {done} of {n} known, {min(k, needed)} of {needed} tick{'s' if needed > 1 else ''}",
                about="What is known is bright; the rest has to wait.",
                tokens=names,
                dimmed=tuple(range(done, n)),
                focus=done - 1 if way == "rnn" and done else None,
                new_row=True,
            )

        recurrent, attention = line("rnn", min(k, n)), line("attention", n if k else 0)
        caption = (
            "At first nothing is known. Step through the ticks: in each, all that can be computed is."
            if k == 0
            else f"Tick {k}. h{min(k, n)} needs h{k - 1}, so the RNN does one a tick; attention did all in the first."
            if k > 1
            else "Tick 1. Attention needs the inputs alone, so all tokens are done at once; the RNN has done one."
        )
        formulas = (
            Formula(symbols="RNN: h_t = tanh(W x_t + U h_{t-1} + b)", numbers=f"{n} steps, one after the other"),
            Formula(symbols="attention: softmax(Q Kᵀ/√d) V", numbers="1 step, all rows at once"),
        )
        return Frame(caption=caption, figures=(recurrent, attention), formulas=formulas)

    return Frames(n + 1, frame)


def _learn(state: State, progress: Progress) -> Any:
    from .trainings.first_token import learn

    return learn(state, progress)


def _time(state: State, progress: Progress) -> Any:
    from .trainings.signal_timings import measure

    return measure(state, progress)


LESSON = Lesson(
    name="signal-path",
    chapter="transformers",
    title="Short signal paths",
    summary="Attention puts one step between any two tokens and computes all at once; an RNN needs n - 1 and n.",
    settings=(
        Slider(name="n", default=10, low=2, high=12, step=1, help="tokens", key="n"),
        Slider(name="far", default=0, low=0, high=12, step=1, help="the token at the other end; 0: the last", key="e"),
        Slider(
            name="length",
            default=10,
            stops=(5, 10, 16, 32, 64, 128, 256, 512, 1024),
            help="tokens of the costs",
            key="c",
        ),
        Slider(name="d", default=64, stops=(16, 32, 64, 128, 256, 512), help="width of the vectors", key="d"),
        Slider(name="gain", default=0.9, low=0.5, high=1.5, step=0.05, help="|U|, largest singular value", key="g"),
        Slider(name="distance", default=8, low=1, high=64, step=1, help="steps between the two states", key="i"),
        Switch(name="tanh", default=True, help="tanh in the RNN; off: a linear one", key="u"),
    ),
    scenes=(
        Scene(name="paths", title="Shortest paths", ids=("O1",), frames=path_lengths, settings=("n", "far")),
        Scene(name="parallel", title="What waits for what", ids=("O2",), frames=parallel, settings=("n",)),
        Scene(name="costs", title="How much there is to compute", ids=("O2",), frames=work, settings=("length", "d")),
        Scene(name="measured", title="Measured", ids=("O2",), frames=measured, settings=(), needs="signal-timings"),
        Scene(
            name="gradient",
            title="What is left of a gradient",
            ids=("P4",),
            frames=bounded,
            settings=("gain", "distance", "tanh"),
        ),
        Scene(
            name="copy", title="Copy the first token", ids=("P4",), frames=remembered, settings=(), needs="first-token"
        ),
    ),
    presets=(
        Preset(
            name="far-apart",
            values={"n": 12},
            why="Twelve tokens: 11 steps through an RNN, one through attention.",
            scene="paths",
        ),
        Preset(
            name="long-text",
            values={"length": 1024, "d": 64},
            why="Past n = d the scores Q Kᵀ take more products than the recurrence U h: 16 times as many here.",
            good=False,
            scene="costs",
        ),
        Preset(
            name="vanishing",
            values={"gain": 0.7, "distance": 64},
            why="The gradient does not survive: at most 0.7^64, about 1.2e-10, is left after 64 steps.",
            good=False,
            scene="gradient",
        ),
        Preset(
            name="exploding",
            values={"gain": 1.5, "distance": 64, "tanh": False},
            why="Without tanh nothing holds the gradient back: with |U| = 1.5 it is some 1e8 after 64 steps.",
            good=False,
            scene="gradient",
        ),
    ),
    notes=(
        Note(
            id="P4",
            said="Addresses short-term memory problems and vanishing gradients in RNNs.",
            right="It mitigates them: the path through the sequence is one step long. Gradients through many layers "
            "still need residual connections and layer normalisation, and an LSTM already helps.",
        ),
        Note(
            id="O2",
            said="RNNs (e.g., LSTM) do not allow parallelization within training examples.",
            right="The recurrence itself is sequential in time; the products W x of all tokens can be computed at "
            "once. Generation with a transformer is sequential as well, token by token.",
        ),
    ),
    links=(
        Link(id="P1", lesson="attention", about="Self-attention: queries, keys and values"),
        Link(id="P2", lesson="positions", about="Positional encoding"),
        Link(id="P3", lesson="cross-attention", about="Cross-attention"),
    ),
    trainings=(
        Training(name="signal-timings", title="Time an RNN and attention on this machine", seconds=1, train=_time),
        Training(name="first-token", title="RNN, LSTM and attention copy the first token", seconds=6, train=_learn),
    ),
    probe={"n": 7, "far": 5, "length": 32, "d": 16, "gain": 1.2, "distance": 9, "tanh": False},
    source="Vaswani et al., Attention Is All You Need (2017), table 1; Pascanu et al. (2013); Yu & Koltun (2016)",
)
