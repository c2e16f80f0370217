"""What an RNN and attention cost as figures: products counted, and milliseconds measured."""

import numpy as np

from ..kit.figures import Curves, Formula, Origin, Table
from ..kit.lesson import Frame
from ..kit.state import State
from .graph_paths import all_costs, costs, ticks


def work(state: State) -> tuple[Frame, ...]:
    """How much there is to multiply: n d² against n² d between tokens, and the layers as a whole."""
    n, d = state["length"], state["d"]
    return _between(n, d), _whole(n, d)


def _between(n: int, d: int) -> Frame:
    x = np.union1d([4, 8, 16, 32, 64, 128, 256, 512, 1024], [n])
    both = [costs(int(count), d) for count in x]
    curves = Curves(
        name="products",
        title=f"products of two numbers, d = {d}",
        about="Counted is only what carries a signal from token to token, as in table 1 of the paper: U h of the RNN, "
        "Q Kᵀ of attention. The next frame counts the whole layers.",
        x=x,
        lines={"RNN: n·d²": [cost["rnn"] for cost in both], "attention: n²·d": [cost["attention"] for cost in both]},
        x_label="tokens n",
        log_x=True,
        log_y=True,
        at=float(n),
    )
    cost = costs(n, d)

    def origin(row: int, column: int) -> Origin | None:
        products = (f"{n} · {d}² = {cost['rnn']:,}", f"{n}² · {d} = {cost['attention']:,}")[row]
        what = ("n tokens, U is d x d: n · d²", "n x n scores of d products: n² · d")[row]
        waits = (f"each token waits for the one before: {n}", "all rows at once: 1")[row]
        told = {1: Formula(symbols=what, numbers=products), 2: Formula(symbols="steps that wait", numbers=waits)}
        return Origin(formulas=(told[column],)) if column else None

    table = Table(
        name="costs",
        title=f"n = {n}, d = {d}",
        columns=("layer", "products", "ticks"),
        rows=[("RNN, U h", cost["rnn"], ticks("rnn", n)), ("attention, Q Kᵀ", cost["attention"], 1)],
        marked=(0 if cost["rnn"] < cost["attention"] else 1,),
        origin=origin,
    )
    verdict = "as many products as" if n == d else "fewer products than" if n < d else "more products than"
    caption = f"At n = {n} the scores Q Kᵀ take {verdict} the RNN's U h. They cross at n = d = {d}."
    formulas = (
        Formula(symbols="RNN, U h: n · d²", numbers=f"{n} · {d}² = {cost['rnn']:,}"),
        Formula(symbols="attention, Q Kᵀ: n² · d", numbers=f"{n}² · {d} = {cost['attention']:,}"),
    )
    return Frame(caption=caption, figures=(curves, table), formulas=formulas)


def _whole(n: int, d: int) -> Frame:
    cost, part = all_costs(n, d), costs(n, d)
    table = Table(
        name="whole",
        title=f"products of the whole layers, n = {n}, d = {d}",
        about="Attention also multiplies with W_Q, W_K, W_V and W_O, n d² each, and with the values, n² d.",
        columns=("part", "RNN", "attention"),
        rows=[
            ("between tokens: U h, Q Kᵀ", part["rnn"], part["attention"]),
            ("with the inputs: W x; W_Q, W_K, W_V", n * d * d, 3 * n * d * d),
            ("A V", "-", n * n * d),
            ("output: W_O", "-", n * d * d),
            ("together", cost["rnn"], cost["attention"]),
        ],
        marked=(4,),
        origin=lambda row, column: _of_the_whole(n, d, row, column),
    )
    times = cost["attention"] / cost["rnn"]
    caption = (
        f"The whole layer of attention multiplies {times:.3g} times as much: it is not cheaper, but need not wait."
    )
    formulas = (
        Formula(symbols="RNN: 2 n d²", numbers=f"2 · {n} · {d}² = {cost['rnn']:,}"),
        Formula(
            symbols="attention: 4 n d² + 2 n² d", numbers=f"4 · {n} · {d}² + 2 · {n}² · {d} = {cost['attention']:,}"
        ),
    )
    return Frame(caption=caption, figures=(table,), formulas=formulas)


def _of_the_whole(n: int, d: int, row: int, column: int) -> Origin | None:
    """Where one number of the table of whole layers came from."""
    dd, nn = n * d * d, n * n * d
    rules: tuple[tuple[tuple[str, str, int], ...], ...] = (
        (("U h: n d²", f"{n} · {d}²", dd), ("Q Kᵀ: n² d", f"{n}² · {d}", nn)),
        (("W x: n d²", f"{n} · {d}²", dd), ("three matrices: 3 n d²", f"3 · {n} · {d}²", 3 * dd)),
        (("", "", 0), ("A V: n² d", f"{n}² · {d}", nn)),
        (("", "", 0), ("W_O: n d²", f"{n} · {d}²", dd)),
        (
            ("2 n d²", f"2 · {n} · {d}²", 2 * dd),
            ("4 n d² + 2 n² d", f"4 · {n} · {d}² + 2 · {n}² · {d}", 4 * dd + 2 * nn),
        ),
    )
    symbols, numbers, value = rules[row][column - 1] if column else ("", "", 0)
    return Origin(formulas=(Formula(symbols=symbols, numbers=f"{numbers} = {value:,}"),)) if symbols else None


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
    caption = "Measured, not proved: attention multiplies more, but its products do not wait for one another."
    return (Frame(caption=caption, figures=(curves, table)),)
