"""The frames of the schedules: how signal fades over t, and where each schedule ends. Torch-free."""

import numpy as np

from ..kit.figures import Curves, Formula, Table
from ..kit.lesson import Frame
from ..kit.state import State
from .noising import LENGTHS, NAMES, Schedule, schedule


def schedules(state: State, chain: Schedule, t: int) -> tuple[Frame, ...]:
    """Alpha-bar and SNR over t; then where each schedule ends."""
    other = schedule(NAMES[1 - NAMES.index(chain.name)], chain.steps, state["rescale"])
    show = np.union1d(np.linspace(0, chain.steps, 101).round().astype(int), t)
    abar, end = float(chain.alpha_bar[t]), float(chain.alpha_bar[-1])
    lines = {chain.name: chain.alpha_bar[show], other.name: other.alpha_bar[show]}
    snr = {name: np.clip(curve / np.clip(1 - curve, 1e-6, None), 1e-5, 1e4) for name, curve in lines.items()}
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
            title="signal-to-noise ratio, 1e-5 and more",
            about="Above 1 there is more signal than noise. What a network can know of x_0 depends on this alone.",
            x=show[1:],
            lines={name: curve[1:] for name, curve in snr.items()},
            x_label="t",
            log_y=True,
            levels={"1": 1.0},
            at=t,
        ),
    )
    ratio = f"{chain.snr[t]:.4g}" if t else "infinite"
    now = Formula(symbols="ᾱ_t = Π (1 - β_s), SNR = ᾱ_t / (1 - ᾱ_t)", numbers=f"ᾱ_{t} = {abar:.4g}, SNR = {ratio}")
    last = Formula(symbols="what is left at the end", numbers=f"ᾱ_T = {end:.3g}, sqrt = {np.sqrt(end):.3g}")
    rows: list[tuple[str | int | float, ...]] = []
    marked: list[int] = []
    struck: list[int] = []
    for steps in LENGTHS:
        for name in NAMES:
            each = schedule(name, steps, state["rescale"])
            left = float(each.alpha_bar[-1])
            good = left < 1e-3
            marked += [len(rows)] if (name, steps) == (chain.name, chain.steps) else []
            struck += [] if good else [len(rows)]
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
            formulas=(now, last),
            facts=("AG1",),
        ),
        Frame(title="it must end as noise", caption=rule, figures=(table,), formulas=(last,)),
    )
