"""The frames of the schedules: how signal fades over t, and where each schedule ends. Torch-free."""

from functools import partial

import numpy as np

from ..kit.figures import Curves, Formula, Origin, Table
from ..kit.lesson import Frame
from ..kit.state import State
from .noising import LENGTHS, NAMES, Schedule, schedule
from .noising_frames import product


def _end(chains: list[Schedule], row: int, column: int) -> Origin | None:
    """Where a number of the table came from."""
    chain = chains[row]
    left, crossing = float(chain.alpha_bar[-1]), chain.crossing
    if column == 4 and crossing:
        before, after = (float(chain.snr[t]) for t in (crossing - 1, crossing))
        formula = Formula(symbols="the first t with SNR ≤ 1", numbers=f"{before:.3g} one step before, here {after:.3g}")
    elif column == 3:
        formula = Formula(symbols="sqrt(ᾱ_T): what x_0 is multiplied by", numbers=f"sqrt({left:.3g}) = {left**0.5:.3g}")
    elif column == 2:
        formula = Formula(symbols="ᾱ_T = Π (1 - β_s)", numbers=f"{product(chain, chain.steps)} = {left:.3g}")
    else:
        return None
    return Origin(formulas=(formula,))


def schedules(state: State, chain: Schedule, t: int) -> tuple[Frame, ...]:
    """Alpha-bar and SNR over t; then where each schedule ends."""
    other = schedule(NAMES[1 - NAMES.index(chain.name)], chain.steps, state["rescale"])
    show = np.union1d(np.linspace(0, chain.steps, 101).round().astype(int), t)
    abar, end = float(chain.alpha_bar[t]), float(chain.alpha_bar[-1])
    lines = {chain.name: chain.alpha_bar[show], other.name: other.alpha_bar[show]}
    snr = {name: curve[1:] / (1 - curve[1:]) for name, curve in lines.items()}
    curves = (
        Curves(
            name="alpha_bar",
            title="ᾱ_t, the share of signal",
            about="The product of 1 - beta over all steps up to t.",
            x=show,
            lines=lines,
            x_label="t",
            at=t,
        ),
        Curves(
            name="snr",
            title="signal-to-noise ratio, log scale",
            about="Above 1 there is more signal than noise. What a network can know of x_0 depends on this alone.",
            x=show[1:],
            lines=snr,
            x_label="t",
            log_y=True,
            levels={"1": 1.0},
            at=t,
        ),
    )
    ratio = f"{chain.snr[t]:.4g}" if t else "infinite"
    now = (
        Formula(symbols="ᾱ_t = Π (1 - β_s), s = 1 … t", numbers=f"ᾱ_{t} = {product(chain, t)} = {abar:.4g}"),
        Formula(symbols="SNR = ᾱ_t / (1 - ᾱ_t)", numbers=f"{abar:.4g} / {1 - abar:.4g} = {ratio}"),
    )
    last = Formula(symbols="what is left at the end", numbers=f"ᾱ_T = {end:.3g}, sqrt = {np.sqrt(end):.3g}")
    rows: list[tuple[str | int | float, ...]] = []
    chains: list[Schedule] = []
    marked: list[int] = []
    struck: list[int] = []
    for steps in LENGTHS:
        for name in NAMES:
            each = schedule(name, steps, state["rescale"])
            left = float(each.alpha_bar[-1])
            good = left < 1e-3
            marked += [len(rows)] if (name, steps) == (chain.name, chain.steps) else []
            struck += [] if good else [len(rows)]
            chains.append(each)
            rows.append(
                (name, steps, left, float(np.sqrt(left)), each.crossing or "never", "noise" if good else "still image")
            )
    table = Table(
        name="table",
        title="where each schedule ends",
        about="Sampling starts from pure noise, so the chain must end there: alpha-bar_T below a thousandth.",
        columns=("schedule", "T", "ᾱ_T", "sqrt", "SNR ≤ 1 at", "ends as"),
        rows=rows,
        marked=tuple(marked),
        struck=tuple(struck),
        digits=3,
        origin=partial(_end, chains),
    )
    rule = (
        "The linear betas 1e-4 … 0.02 are made for T = 1000; for fewer steps they are multiplied by 1000/T."
        if state["rescale"]
        else "Without 1000/T the linear betas add too little noise in few steps: the chain ends before the image does."
    )
    crossed = f"falls to 1 at t = {chain.crossing}" if chain.crossing else "never falls to 1"
    return (
        Frame(
            title="alpha-bar and signal-to-noise ratio",
            caption=f"{chain.name}, T = {chain.steps}: SNR {crossed}. s changes the schedule, T the number of steps.",
            figures=curves,
            formulas=now,
            facts=("AG1",),
        ),
        Frame(title="it must end as noise", caption=rule, figures=(table,), formulas=(last,)),
    )
