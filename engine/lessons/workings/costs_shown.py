"""What an RNN and attention cost as figures: products counted, and milliseconds measured."""

import numpy as np

from ..kit.figures import Curves, Formula, Table
from ..kit.lesson import Frame
from ..kit.state import State
from .graph_paths import costs, ticks


def work(state: State) -> tuple[Frame, ...]:
    """How much there is to multiply: n d² against n² d."""
    n, d = state["length"], state["d"]
    x = np.array([4, 8, 16, 32, 64, 128, 256, 512, 1024])
    both = [costs(int(count), d) for count in x]
    curves = Curves(
        name="products",
        title=f"products of two numbers, d = {d}",
        about="Attention is cheaper while the sequence is shorter than the vectors are wide.",
        x=x,
        lines={"RNN: n·d²": [cost["rnn"] for cost in both], "attention: n²·d": [cost["attention"] for cost in both]},
        x_label="tokens n",
        log_x=True,
        log_y=True,
        at=float(n),
    )
    cost = costs(n, d)
    table = Table(
        name="costs",
        title=f"n = {n}, d = {d}",
        columns=("layer", "products", "ticks"),
        rows=[
            ("RNN", f"{cost['rnn']:,}", ticks("rnn", n)),
            ("attention", f"{cost['attention']:,}", ticks("attention", n)),
        ],
        marked=(0 if cost["rnn"] < cost["attention"] else 1,),
    )
    verdict = "as much as" if n == d else "less than" if n < d else "more than"
    caption = f"At n = {n} attention multiplies {verdict} the RNN. They cross at n = d = {d}."
    formulas = (
        Formula(symbols="RNN, U h: n · d²", numbers=f"{n} · {d}² = {cost['rnn']:,}"),
        Formula(symbols="attention, Q Kᵀ: n² · d", numbers=f"{n}² · {d} = {cost['attention']:,}"),
    )
    return (Frame(caption=caption, figures=(curves, table), formulas=formulas),)


def measured(state: State) -> tuple[Frame, ...]:
    """Milliseconds on this machine."""
    times = state.result("signal-timings")
    curves = Curves(
        name="times",
        title="measured here: ms of one forward pass, 64 wide",
        about="The best of five runs on this machine, one sequence at a time. Other machines measure other numbers.",
        x=times.lengths,
        lines={"RNN": times.rnn, "attention": times.attention},
        x_label="tokens n",
        y_label="ms",
        log_x=True,
        log_y=True,
    )
    rows = [
        (int(n), float(a), float(b), f"{a / b:.1f}x")
        for n, a, b in zip(times.lengths, times.rnn, times.attention, strict=True)
    ]
    table = Table(name="ms", title="measured ms", columns=("n", "RNN", "attention", "ratio"), rows=rows, digits=3)
    caption = "Measured, not proved: even where attention multiplies more, its products do not wait for one another."
    return (Frame(caption=caption, figures=(curves, table)),)
