"""Residual: a skip carries the input around some layers, so that signal and gradient reach every depth."""

import numpy as np

from .kit.figures import Bars, Box, Curves, Formula, Grid, Ladder, Origin, Wire
from .kit.fixtures import Floats
from .kit.lesson import Frame, Lesson, Link, Note, Preset, Scene
from .kit.settings import Slider, Switch
from .kit.state import State
from .workings import skipping as work


def chain(state: State, depth: int | None = None) -> work.Chain:
    """The deep chain as set."""
    return work.Chain(
        depth=depth or int(state["depth"]),
        gain=state["gain"],
        branch=0.0 if state["zero"] else state["branch"],
        relu=state["relu"],
        seed=state.seed,
    )


def around(state: State) -> tuple[Frame, ...]:
    """The skip runs around two layers and joins by addition."""
    wires = (Wire(source=0, target=4, label="x, unchanged", cut=not state["skip"]),)
    ladder = Ladder(
        name="block",
        title="one residual block",
        about="The skip does not connect neighbouring layers: it runs around the branch F and is added to its output.",
        boxes=(
            Box(name="x", shape="16x8x8"),
            Box(name="conv 3x3", shape="16x8x8", detail="branch F", depth=1),
            Box(name="ReLU", shape="16x8x8", detail="branch F", depth=1),
            Box(name="conv 3x3", shape="16x8x8", detail="branch F", depth=1),
            Box(name="y = x + F(x)" if state["skip"] else "y = F(x)", shape="16x8x8", active=True),
        ),
        wires=wires,
    )
    caption = "The input runs around one or more layers and is added to what they make of it. Cut the skip with s."
    return (Frame(caption=caption, figures=(ladder,), formulas=(Formula(symbols="y = x + F(x)"),)),)


def block(state: State) -> tuple[Frame, ...]:
    """The block's numbers, and its slope."""
    zero, relu, skip = state["zero"], state["relu"], state["skip"]
    parts = work.block(zero=zero, relu=relu, skip=skip)
    w = np.zeros((4, 4)) if zero else work.BLOCK

    def branch_origin(row: int, column: int) -> Origin:
        sums = " + ".join(f"{a:g}·{b:g}" for a, b in zip(w[row], parts.x, strict=True))
        inner = f"{sums} = {parts.z[row]:.3g}"
        formula = Formula(symbols="F = max(0, Σ w·x)" if relu else "F = Σ w·x", numbers=inner)
        if relu:
            formula = Formula(symbols=formula.symbols, numbers=f"max(0, {inner}) = {parts.branch[row]:.3g}")
        cells = {"x": tuple((r, 0) for r in range(4)), "weights": tuple((row, c) for c in range(4))}
        return Origin(formulas=(formula,), cells=cells)

    def sum_origin(row: int, column: int) -> Origin:
        carried = parts.x[row] if skip else 0.0
        numbers = f"{carried:g} + {parts.branch[row]:.3g} = {parts.y[row]:.3g}"
        cells = {"branch": ((row, 0),), **({"x": ((row, 0),)} if skip else {})}
        return Origin(formulas=(Formula(symbols="y = x + F(x)" if skip else "y = F(x)", numbers=numbers),), cells=cells)

    forward = (
        Grid(name="x", title="x", values=parts.x[:, None], digits=2, signed=True),
        Grid(name="weights", title="W of F", values=w, digits=1, signed=True, join="→"),
        Grid(
            name="branch",
            title="F(x)",
            values=parts.branch[:, None],
            digits=2,
            signed=True,
            join="=",
            origin=branch_origin,
        ),
        Grid(name="y", title="y", values=parts.y[:, None], digits=2, signed=True, join="→", origin=sum_origin),
    )
    identity = np.eye(4) if skip else np.zeros((4, 4))
    total = identity + parts.slope

    def slope_origin(row: int, column: int) -> Origin:
        numbers = f"{identity[row, column]:g} + {parts.slope[row, column]:g} = {total[row, column]:g}"
        formula = Formula(symbols="∂yᵢ/∂xⱼ = [i = j] + ∂Fᵢ/∂xⱼ", numbers=numbers)
        return Origin(formulas=(formula,), cells={"identity": ((row, column),), "slope": ((row, column),)})

    slopes = (
        Grid(
            name="identity",
            title="I, from the skip" if skip else "no skip",
            values=identity,
            digits=1,
            signed=True,
            reach=(-1.5, 1.5),
        ),
        Grid(
            name="slope",
            title="F', from the branch",
            values=parts.slope,
            digits=1,
            signed=True,
            reach=(-1.5, 1.5),
            join="+",
        ),
        Grid(
            name="total",
            title="dy/dx",
            about="The diagonal of ones hands the gradient on whole, whatever the branch has learned.",
            values=total,
            digits=1,
            signed=True,
            reach=(-1.5, 1.5),
            join="=",
            origin=slope_origin,
        ),
    )
    if zero and skip:
        said = "The branch is zero, so the block is the identity: adding it cannot make a network worse at first."
    elif zero:
        said = "Branch zero and no skip: nothing comes through."
    else:
        said = "The block adds F(x) to x. Set the branch to zero with z: the block becomes the identity."
    return (
        Frame(caption=said, figures=forward, formulas=(Formula(symbols="y = x + F(x)" if skip else "y = F(x)"),)),
        Frame(
            caption="The slope is the identity plus the branch's slope. Cut the skip with s: the ones are gone.",
            figures=slopes,
            formulas=(Formula(symbols="dy/dx = I + F'" if skip else "dy/dx = F'"),),
        ),
    )


def gradients(state: State) -> tuple[Frame, ...]:
    """The norm of the gradient at every layer, plain and residual."""
    made = chain(state)
    plain, residual = (np.array(work.gradient_norms(made, skip)) for skip in (False, True))
    picked = np.unique(np.linspace(0, made.depth, min(made.depth, 10) + 1).round().astype(int))
    top = float(max(plain.max(), residual.max()))

    def bars(name: str, values: Floats) -> Bars:
        return Bars(
            name=name,
            title=f"{name}: gradient norm",
            labels=["input" if k == 0 else f"layer {k}" for k in picked],
            values=values[picked],
            high=top,
            about="From the output, at the bottom, the gradient travels up to the input.",
        )

    lines = Curves(
        name="norms",
        title=f"gradient norm by layer, depth {made.depth}",
        x=np.arange(made.depth + 1),
        lines={"plain": np.maximum(plain, 1e-30), "residual": np.maximum(residual, 1e-30)},
        x_label="layer",
        y_label="norm",
        log_y=True,
        about="A straight line on a logarithmic scale: each plain layer multiplies the gradient by about the gain.",
    )
    depths = np.arange(5, work.DEEPEST + 1, 5)
    first = {
        name: np.array([max(work.gradient_norms(chain(state, int(d)), skip)[0], 1e-30) for d in depths])
        for name, skip in (("plain", False), ("residual", True))
    }
    by_depth = Curves(
        name="by depth",
        title="gradient norm at the input, by depth",
        x=depths,
        lines=first,
        x_label="layers",
        y_label="norm",
        log_y=True,
        at=float(made.depth),
    )
    power, half = ("(g/√2)ᴸ", "/2") if made.relu else ("gᴸ", "")
    told = f"{plain[0]:.2g} plain, {residual[0]:.2g} with skips"
    return (
        Frame(
            caption=f"What reaches the input through {made.depth} layers: {told}.",
            figures=(bars("plain", plain), bars("residual", residual)),
        ),
        Frame(
            caption="Each plain layer multiplies the gradient by about the gain; with skips it hardly changes.",
            figures=(lines,),
            formulas=(
                Formula(symbols=f"plain, on average: {power}", numbers=f"{work.expected_norm(made, False):.3g}"),
                Formula(
                    symbols=f"residual, on average: (1 + a²·g²{half})^(L/2)",
                    numbers=f"{work.expected_norm(made, True):.3g}",
                ),
            ),
        ),
        Frame(caption="The deeper the plain chain, the less reaches its first layer.", figures=(by_depth,)),
    )


LESSON = Lesson(
    name="residual",
    chapter="convolution",
    title="Residual networks",
    summary="A skip carries the input around some layers, y = x + F(x), so that gradients reach every depth.",
    settings=(
        Slider(name="depth", default=50, low=5, high=50, step=5, help="layers of the chain", key="d"),
        Slider(name="gain", default=0.8, low=0.5, high=1.5, step=0.1, help="strength of the random weights", key="g"),
        Slider(name="branch", default=0.1, low=0.0, high=1.0, step=0.1, help="how strongly a branch is added", key="a"),
        Switch(name="skip", default=True, help="the skip connections", key="s"),
        Switch(name="zero", default=False, help="all weights of the branch are zero", key="z"),
        Switch(name="relu", default=False, help="ReLU in the branch", key="u"),
    ),
    scenes=(
        Scene(name="around", title="Around the layers", ids=("N3",), frames=around, settings=("skip",)),
        Scene(name="block", title="A block in numbers", ids=("N3",), frames=block, settings=("zero", "skip", "relu")),
        Scene(
            name="gradients",
            title="Gradients through depth",
            ids=("N3",),
            frames=gradients,
            settings=("depth", "gain", "branch", "zero", "relu", "skip"),
        ),
    ),
    presets=(
        Preset(
            name="vanishing",
            values={"depth": 50, "gain": 0.8, "skip": False},
            why="Fifty plain layers of gain 0.8 leave about 0.8^50, a hundred-thousandth, of the gradient.",
            good=False,
            scene="gradients",
        ),
        Preset(
            name="skips",
            values={"depth": 50, "gain": 0.8, "branch": 0.1, "skip": True},
            why="The same weights on branches of strength 0.1: the gradient reaches the input at full strength.",
            scene="gradients",
        ),
        Preset(
            name="exploding",
            values={"depth": 50, "gain": 1.5, "skip": False},
            why="With a gain above one, plain layers multiply the gradient up: 1.5^50 is more than 600 million.",
            good=False,
            scene="gradients",
        ),
        Preset(
            name="zero-branch",
            values={"zero": True},
            why="A block whose branch is zero is the identity: a deeper network starts no worse than a shallow one.",
            scene="block",
        ),
    ),
    notes=(
        Note(
            id="N3",
            said="ResNet introduces skip connections between consecutive layers",
            right="Skips run around one or more layers (two convolutions in the first ResNets) and are added: "
            "y = x + F(x).",
        ),
    ),
    links=(Link(id="N4", lesson="gan", about="Generative models: networks that make new data, beginning with GANs."),),
    source="He, Zhang, Ren, Sun: Deep residual learning for image recognition (2016), arXiv 1512.03385",
)
