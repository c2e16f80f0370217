"""Residual: a skip carries the input around some layers, so that signal and gradient reach every depth."""

from .kit.figures import Box, Formula, Ladder, Wire
from .kit.lesson import Frame, Lesson, Link, Note, Preset, Scene
from .kit.settings import Slider, Switch
from .kit.state import State
from .workings.residual_frames import block, gradients


def around(state: State) -> tuple[Frame, ...]:
    """The skip runs around two layers and joins by addition."""
    skip = state["skip"]
    rule = "y = x + F(x)" if skip else "y = F(x)"
    ladder = Ladder(
        name="block",
        title="one residual block, channels x rows x columns",
        about="The skip does not connect neighbouring layers: it runs around the branch F and is added to its output.",
        boxes=(
            Box(name="x", shape="16x8x8"),
            Box(name="conv 3x3", shape="16x8x8", detail="branch F", depth=1),
            Box(name="ReLU", shape="16x8x8", detail="branch F", depth=1),
            Box(name="conv 3x3", shape="16x8x8", detail="branch F", depth=1),
            Box(name=rule, shape="16x8x8", active=True),
        ),
        wires=(Wire(source=0, target=4, label="x, unchanged" if skip else "cut", cut=not skip),),
    )
    caption = (
        "The skip carries the input around one or more layers and adds it to what they make. Cut it with s."
        if skip
        else "The skip is cut: what comes out is only what the layers F make of x. Bring it back with s."
    )
    return (
        Frame(title="a block and its branch", caption=caption, figures=(ladder,), formulas=(Formula(symbols=rule),)),
    )


LESSON = Lesson(
    name="residual",
    chapter="convolution",
    title="Residual networks",
    summary="A skip carries the input around some layers, y = x + F(x), so that gradients reach every depth.",
    settings=(
        Slider(name="depth", default=50, low=5, high=50, step=5, help="L, layers of the chain", key="d"),
        Slider(name="gain", default=0.8, low=0.5, high=1.5, step=0.1, help="g, size of the random weights", key="g"),
        Slider(
            name="branch", default=0.1, low=0.0, high=1.0, step=0.1, help="a, how strongly a branch is added", key="a"
        ),
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
            settings=("skip", "depth", "gain", "branch", "relu"),
        ),
    ),
    presets=(
        Preset(
            name="vanishing",
            values={"depth": 50, "gain": 0.8, "skip": False},
            why="Fifty plain layers of gain 0.8 leave about 0.8^50 of the gradient, a hundred-thousandth.",
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
            why="Plain layers of gain 1.5 multiply the gradient by about 1.5 each: hundreds of millions over fifty.",
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
    probe={"relu": True, "depth": 10, "gain": 1.1, "branch": 0.3},
    source="He, Zhang, Ren, Sun: Deep residual learning for image recognition (2016), arXiv 1512.03385",
)
