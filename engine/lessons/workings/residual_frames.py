"""Scenes of the lesson `residual` in numbers: one block, and gradients through a chain of many."""

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Origin
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from . import skipping as work
from .printed import number, signed

FLOOR = 1e-30
"""What stands for nought on a logarithmic scale."""


def chain(state: State, depth: int | None = None) -> work.Chain:
    """The deep chain as set."""
    return work.Chain(
        depth=depth or int(state["depth"]),
        gain=state["gain"],
        branch=state["branch"],
        relu=state["relu"],
        seed=state.seed,
    )


def block(state: State) -> tuple[Frame, ...]:
    """The block's numbers, and its slope."""
    return _forward(state), _slope(state)


def _forward(state: State) -> Frame:
    zero, relu, skip = state["zero"], state["relu"], state["skip"]
    parts = work.block(zero=zero, relu=relu, skip=skip)
    w = np.zeros((4, 4)) if zero else work.BLOCK
    summed = "z" if relu else "branch"

    def sum_origin(row: int, column: int) -> Origin:
        sums = " + ".join(f"{signed(a)}·{signed(b)}" for a, b in zip(w[row], parts.x, strict=True))
        formula = Formula(symbols="z = Σ w·x" if relu else "F = Σ w·x", numbers=f"{sums} = {number(parts.z[row])}")
        cells = {"x": tuple((r, 0) for r in range(4)), "weights": tuple((row, c) for c in range(4))}
        return Origin(formulas=(formula,), cells=cells)

    def relu_origin(row: int, column: int) -> Origin:
        numbers = f"max(0, {number(parts.z[row])}) = {number(parts.branch[row])}"
        return Origin(formulas=(Formula(symbols="F = max(0, z)", numbers=numbers),), cells={"z": ((row, 0),)})

    def end_origin(row: int, column: int) -> Origin:
        added = f"{number(parts.branch[row])} + {signed(parts.x[row])}" if skip else number(parts.branch[row])
        formula = Formula(symbols="y = F(x) + x" if skip else "y = F(x)", numbers=f"{added} = {number(parts.y[row])}")
        cells = {"branch": ((row, 0),), **({"skip": ((row, 0),)} if skip else {})}
        return Origin(formulas=(formula,), cells=cells)

    def column(name: str, title: str, values: Floats, join: str, **more: object) -> Grid:
        given = {"digits": 2, "signed": True, "reach": (-1.8, 1.8), "join": join, **more}
        return Grid(name=name, title=title, values=values[:, None] + 0.0, **given)  # type: ignore[arg-type]

    figures = [
        Grid(name="weights", title="W, 4x4", values=w, digits=1, signed=True, about="The weights of the branch F."),
        column("x", "x", parts.x, "·"),
        column(summed, "z" if relu else "F(x)", parts.z, "=", origin=sum_origin),
    ]
    if relu:
        figures.append(column("branch", "F(x)", parts.branch, "→", origin=relu_origin))
    if skip:
        figures.append(column("skip", "x", parts.x, "+", about="What the skip carries: the input itself."))
    figures.append(column("y", "y", parts.y, "=", origin=end_origin))
    if zero:
        said = (
            "The branch is zero, so the block is the identity: at first, adding it changes nothing."
            if skip
            else "Branch zero and no skip: nothing comes through."
        )
    elif skip:
        said = "The block adds its input to F(x). Set the branch to zero with z: the block becomes the identity."
    else:
        said = "Without the skip only F(x) comes out: what the branch does not pass on is lost. Bring it back with s."
    rule = "F(x) = max(0, W·x)" if relu else "F(x) = W·x"
    formula = Formula(symbols=f"y = F(x) + x, {rule}" if skip else f"y = F(x), {rule}")
    return Frame(title="a block whose branch is zero", caption=said, figures=tuple(figures), formulas=(formula,))


def _slope(state: State) -> Frame:
    zero, relu, skip = state["zero"], state["relu"], state["skip"]
    parts = work.block(zero=zero, relu=relu, skip=skip)
    w = np.zeros((4, 4)) if zero else work.BLOCK
    identity = np.eye(4) if skip else np.zeros((4, 4))
    total = identity + parts.slope

    def total_origin(row: int, column: int) -> Origin:
        added = f"{number(identity[row, column])} + {signed(parts.slope[row, column])}"
        formula = Formula(symbols="∂yᵢ/∂xⱼ = [i = j] + ∂Fᵢ/∂xⱼ", numbers=f"{added} = {number(total[row, column])}")
        if not skip:
            formula = Formula(symbols="∂yᵢ/∂xⱼ = ∂Fᵢ/∂xⱼ", numbers=number(total[row, column]))
        cells = {"slope": ((row, column),), **({"identity": ((row, column),)} if skip else {})}
        return Origin(formulas=(formula,), cells=cells)

    def branch_origin(row: int, column: int) -> Origin:
        slope = number(parts.slope[row, column])
        if not relu:
            return Origin(formulas=(Formula(symbols="∂Fᵢ/∂xⱼ = wᵢⱼ", numbers=slope),))
        why = f"z = {number(parts.z[row])}: {'above zero' if parts.z[row] > 0 else 'not above zero, so'} {slope}"
        formula = Formula(symbols="∂Fᵢ/∂xⱼ = wᵢⱼ where zᵢ > 0, else 0", numbers=why)
        return Origin(formulas=(formula,), cells={"weights": ((row, column),), "z": ((row, 0),)})

    def square(name: str, title: str, values: Floats, **more: object) -> Grid:
        given = {"digits": 1, "signed": True, "reach": (-1.5, 1.5), **more}
        return Grid(name=name, title=title, values=values + 0.0, **given)  # type: ignore[arg-type]

    figures = [square("identity", "I, from the skip", identity)] if skip else []
    figures.append(
        square(
            "slope",
            "F', from the branch" if relu else "F' = W, from the branch",
            parts.slope,
            join="+" if skip else "",
            origin=branch_origin,
        )
    )
    about = "The ones of the diagonal hand the gradient on whole, whatever the branch has learned."
    figures.append(square("total", "dy/dx", total, join="=", origin=total_origin, about=about if skip else ""))
    if relu:
        figures.append(square("weights", "W", w, new_row=True))
        figures.append(Grid(name="z", title="z = W·x", values=parts.z[:, None] + 0.0, digits=2, signed=True))
    said = (
        "The slope is the identity plus the branch's slope. Cut the skip with s: the ones are gone."
        if skip
        else "Without the skip the slope is the branch's alone: there are no ones that hand the gradient on."
    )
    return Frame(
        title="the slope of the block",
        caption=said,
        figures=tuple(figures),
        formulas=(Formula(symbols="dy/dx = I + F'" if skip else "dy/dx = F'"),),
    )


def gradients(state: State) -> tuple[Frame, ...]:
    """The norm of the gradient at every layer: plain, and with skips where they are on."""
    made, skip = chain(state), state["skip"]
    norms = {"plain": np.array(work.gradient_norms(made, False))}
    if skip:
        norms["with skips"] = np.array(work.gradient_norms(made, True))
    told = ", ".join(f"{_short(values[0])} {name}" for name, values in norms.items())
    lines = Curves(
        name="norms",
        title=f"gradient norm by layer, depth {made.depth}",
        x=np.arange(made.depth + 1),
        lines={name: np.maximum(values, FLOOR) for name, values in norms.items()},
        x_label="layer",
        y_label="norm",
        log_y=True,
        about="A straight line on a logarithmic scale: each plain layer multiplies the gradient by about the same.",
    )
    depths = np.arange(5, work.DEEPEST + 1, 5)
    by_depth = Curves(
        name="by depth",
        title="gradient norm at the input, by depth",
        x=depths,
        lines={
            name: np.array([max(work.gradient_norms(chain(state, int(d)), name != "plain")[0], FLOOR) for d in depths])
            for name in norms
        },
        x_label="layers",
        y_label="norm",
        log_y=True,
        at=float(made.depth),
    )
    factor = work.expected_factor(made, False)
    means = f"On average a plain layer multiplies the gradient's norm by {factor:.3g}"
    if skip:
        means += f", one with a skip by {work.expected_factor(made, True):.4g}"
    deeper = "The deeper the plain chain, the {} reaches its first layer."
    if 0.95 <= factor <= 1.05:
        deeper = "Plain layers that hardly shrink or stretch the gradient: about as much arrives at every depth."
    return (
        Frame(
            caption=f"Of a gradient of norm 1 at the output this reaches the input, {made.depth} layers away: {told}.",
            figures=(_bars(norms, made.depth),),
        ),
        Frame(caption=f"{means}.", figures=(lines,), formulas=_expected(made, skip)),
        Frame(title="50 layers", caption=deeper.format("less" if factor < 1 else "more"), figures=(by_depth,)),
    )


def _bars(norms: dict[str, Floats], depth: int) -> Bars:
    """The norms as powers of ten, on one scale."""
    count = 10 if len(norms) == 1 else 5
    picked = np.unique(np.linspace(0, depth, min(depth, count) + 1).round().astype(int))
    places = [(int(k), name) for k in picked for name in norms]
    values = np.array([norms[name][k] for k, name in places])
    names = [("input" if k == 0 else f"layer {k}") for k, _ in places]
    powers = np.round(np.log10(np.maximum(values, FLOOR)), 2) + 0.0
    return Bars(
        name="norms",
        title="gradient norm after each layer, in powers of ten (log₁₀)",
        labels=[f"{place}, {name}" for place, (_, name) in zip(names, places, strict=True)],
        values=powers,
        high=max(1.0, float(np.abs(powers).max())),
        marked=tuple(i for i, (_, name) in enumerate(places) if name != "plain"),
        notes=[f"norm {_short(value)}" for value in values],
        about="0 is a norm of 1, -3 a thousandth, 3 a thousand. The gradient travels from the output, at the bottom, "
        "up to the input.",
    )


def _expected(made: work.Chain, skip: bool) -> tuple[Formula, ...]:
    """The mean size at the input, in closed form."""
    gain, depth, half = f"{made.gain:g}", made.depth, made.depth / 2
    base, power = ("(g/√2)", "/2") if made.relu else ("g", "")
    plain = f"({gain}/√2)^{depth}" if made.relu else f"{gain}^{depth}"
    answer = work.expected_norm(made, False)
    formulas = [Formula(symbols=f"plain, on average: {base}ᴸ", numbers=f"{plain} = {answer:.3g}")]
    if skip:
        branch = f"(1 + {made.branch:g}²·{gain}²{power})^{half:g}"
        answer = work.expected_norm(made, True)
        symbols = f"with skips: (1 + a²·g²{power})^(L/2)"
        formulas.append(Formula(symbols=symbols, numbers=f"{branch} = {answer:.3g}"))
    return tuple(formulas)


def _short(value: float) -> str:
    """1.2, or 1.3e-5."""
    digits, power, exponent = f"{value:.2g}".partition("e")
    return f"{digits}e{int(exponent)}" if power else digits
