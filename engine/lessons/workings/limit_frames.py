"""The frames of two limits: noise as the equilibrium of the chain, and the SDE of ever smaller steps. Torch-free."""

import numpy as np

from ..kit.figures import Card, Curves, Formula, Origin, Table
from ..kit.lesson import Frame
from ..kit.state import State
from .equilibrium import DATA, X, curves, density, moments
from .noising import Schedule
from .vp_sde import STEPS, chain_path, euler_maruyama, noises, one_step_gap, rates

POINTS = 41
_WINDOW = slice(1200, 3601, 20)
"""-6..6 of the grid, coarser."""

THERMODYNAMICS = (
    "A state whose properties do not change with time, and that changes only at the expense of other systems, is "
    "thermodynamic EQUILIBRIUM. Diffusion models are inspired by NON-equilibrium statistical physics (Sohl-Dickstein "
    "et al., 2015): data are driven, step by small step, from a structured state towards an equilibrium, noise. "
    "N(0, I) is that equilibrium: a step of the chain leaves it as it is, and brings everything else nearer to it."
)


def along(chain: Schedule, t: int = 0) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """Some t from 0 to T, evenly spaced, and t."""
    return np.union1d(np.linspace(0, chain.steps, POINTS).round().astype(int), t)


def equilibrium(state: State, chain: Schedule, t: int) -> tuple[Frame, ...]:
    """The correction, then KL and entropy over t for data of one dimension."""
    name, times = state["data"], along(chain, t)
    kl, entropy = curves(name, tuple(float(a) for a in chain.alpha_bar[times]))
    mean, variance = moments(DATA[name])
    x, abar = X[_WINDOW], float(chain.alpha_bar[t])
    normal = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    densities = Curves(
        name="density",
        title=f"q_t at t = {t} and the equilibrium",
        about="The data are a mixture of Gaussians of one dimension; noised, it stays a mixture, known exactly.",
        x=x,
        lines={"q_t": density(x, DATA[name], abar), "N(0,1)": normal},
        x_label="x",
    )
    distance = Curves(
        name="KL",
        title="KL(q_t || N(0,1)) in nats",
        about="Never rises, whatever the data are: the same step applied to q_t and to N(0,1) cannot part them.",
        x=times,
        lines={"KL": kl},
        x_label="t",
        levels={"equilibrium": 0.0},
        at=t,
    )
    disorder = Curves(
        name="entropy",
        title="entropy of q_t in nats",
        about="Rises for data of mean 0 and variance 1. Data that vary more than N(0,1) can lose entropy.",
        x=times,
        lines={"entropy": entropy},
        x_label="t",
        levels={"of N(0,1)": float(np.log(2 * np.pi * np.e) / 2)},
        at=t,
    )
    falls = bool((np.diff(entropy) < -1e-9).any())
    said = "falls at some t: these data vary more than N(0,1)" if falls else "never falls"
    return (
        Frame(
            title="what thermodynamics has to do with it",
            caption="The notes quote the definition of equilibrium. What inspired diffusion models is the way "
            "there: q_t to N(0,1).",
            figures=(
                Card(name="card", title="a correction", text=THERMODYNAMICS),
                densities,
            ),
        ),
        Frame(
            title="nearer to the equilibrium with every step",
            caption=f"Data '{name}': mean {mean:.3g}, variance {variance:.3g}. KL never rises; entropy {said}.",
            figures=(distance, disorder),
            formulas=(Formula(symbols="KL(q_t || n) = ∫ q_t ln(q_t / n) dx", numbers=f"t = {t}: {_at(kl, times, t)}"),),
        ),
    )


def _at(curve: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", times: object, t: int) -> str:
    return f"{float(np.interp(t, np.asarray(times), curve)):.4g} nats"


def sde(state: State) -> tuple[Frame, ...]:
    """One path of both with the same noise; then how the gap of a step shrinks with its size."""
    steps = int(state["dt"])
    beta, z = rates(steps), noises(steps, state.seed)
    chain, path = chain_path(1.5, beta, z), euler_maruyama(1.5, beta, z)
    time = np.arange(steps + 1) / steps
    gap = float(np.abs(chain - path).max())
    sizes = np.union1d(np.logspace(-4, -0.3, 30), beta.max())
    rows = [
        (
            n,
            float(rates(n).max()),
            float(one_step_gap(rates(n).max())[0]),
            float(rates(n).max() ** 2 / 8),
            _worst(n, state),
        )
        for n in STEPS
    ]
    return (
        Frame(
            title="one path, two rules",
            caption=f"{steps} steps with the same noise: the chain and the Euler-Maruyama path of the SDE are at most "
            f"{gap:.3g} apart. Change the step size with i.",
            figures=(
                Curves(
                    name="paths",
                    title=f"x over time, ds = 1/{steps}",
                    x=time,
                    lines={"chain": chain, "SDE": path},
                    x_label="time s",
                ),
                Curves(
                    name="gap",
                    title="how far apart they are",
                    x=time,
                    lines={"|chain - SDE|": np.abs(chain - path)},
                    x_label="time s",
                    levels={"largest": gap},
                ),
            ),
            formulas=(
                Formula(symbols="chain: x ← sqrt(1 - β) x + sqrt(β) z"),
                Formula(symbols="SDE: dx = -β(s)/2 x ds + sqrt(β(s)) dW, so x ← x - β x/2 + sqrt(β) z, β = β(s) ds"),
            ),
        ),
        Frame(
            title="the smaller the step, the nearer",
            caption="sqrt(1 - β) = 1 - β/2 - β²/8 - …: a step of both differs by β²/8, so ten times smaller steps "
            "differ a hundred times less.",
            figures=(
                Curves(
                    name="order",
                    title="gap of one step from x = 1",
                    x=sizes,
                    lines={"gap": one_step_gap(sizes), "β²/8": sizes**2 / 8},
                    x_label="β",
                    log_x=True,
                    log_y=True,
                    at=float(beta.max()),
                ),
                Table(
                    name="sizes",
                    title="largest β, and gaps",
                    columns=("steps", "β", "a step", "β²/8", "the path"),
                    rows=rows,
                    marked=(STEPS.index(steps),),
                    digits=3,
                    about="A step: how far both rules are apart after the largest step. The path: the largest gap of "
                    "the whole way with the same noise.",
                    origin=_size,
                ),
            ),
            formulas=(Formula(symbols="1 - β/2 - sqrt(1 - β) = β²/8 + O(β³)"),),
        ),
    )


def _size(row: int, column: int) -> Origin | None:
    """Where a number of the table came from."""
    steps = STEPS[row]
    beta = float(rates(steps).max())
    told = {
        1: Formula(symbols="β = (0.1 + 19.9 s) ds at the end, s = 1", numbers=f"20 / {steps} = {beta:g}"),
        2: Formula(
            symbols="1 - β/2 - sqrt(1 - β), from x = 1",
            numbers=f"1 - {beta / 2:g} - sqrt({1 - beta:g}) = {abs(1 - beta / 2 - (1 - beta) ** 0.5):.3g}",
        ),
        3: Formula(symbols="β²/8", numbers=f"{beta:g}² / 8 = {beta**2 / 8:.3g}"),
        4: Formula(symbols="max |chain - SDE| over the path", numbers=f"the largest of {steps} gaps"),
    }
    return Origin(formulas=(told[column],)) if column in told else None


def _worst(steps: int, state: State) -> float:
    beta, z = rates(steps), noises(steps, state.seed)
    return float(np.abs(chain_path(1.5, beta, z) - euler_maruyama(1.5, beta, z)).max())
