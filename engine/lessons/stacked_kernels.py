"""Stacked kernels: two 3x3 convolutions see as far as one 5x5, with fewer weights, and are not the same function."""

from .kit.fixtures import image_setting, kernel_setting
from .kit.lesson import Lesson, Note, Preset, Scene
from .kit.settings import Numbers, Slider, Switch, matrix
from .workings.stacking_field import cost, field
from .workings.stacking_reach import CHANNELS, reach
from .workings.stacking_scene import composed

TARGETS = {
    "ring": matrix([[1 if max(abs(r - 2), abs(c - 2)) == 2 else 0 for c in range(5)] for r in range(5)]),
    "diagonal": matrix([[1 if r == c else 0 for c in range(5)] for r in range(5)]),
}

LESSON = Lesson(
    name="stacked-kernels",
    chapter="convolution",
    title="Small kernels, stacked",
    summary="Two 3x3 convolutions see 5x5 pixels with 28 % fewer weights; they are not the same functions.",
    settings=(
        image_setting(),
        kernel_setting("first"),
        Numbers(
            name="second",
            default=matrix([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
            help="the second 3x3 kernel",
            key="e",
            named={
                "sobel-y": matrix([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
                "box": matrix([[1 / 9] * 3] * 3),
                "identity": matrix([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
            },
            rows=(3, 3),
            low=-9,
            high=9,
            step=0.5,
        ),
        Switch(name="relu", default=False, help="ReLU between the two kernels", key="u"),
        Slider(
            name="channels",
            default=64,
            low=1,
            high=512,
            stops=(1, 3, 8, 16, 64, 128, 512),
            help="channels in, between and out",
            key="c",
        ),
        Numbers(
            name="target",
            default=TARGETS["ring"],
            help="the wanted 5x5 kernel",
            key="g",
            named=TARGETS,
            rows=(5, 5),
            low=-9,
            high=9,
            step=0.5,
        ),
        Slider(
            name="mid",
            default=1,
            low=1,
            high=9,
            stops=tuple(int(count) for count in CHANNELS),
            help="channels between the two kernels",
            key="m",
        ),
    ),
    scenes=(
        Scene(name="field", title="What an output sees", ids=("N2",), frames=field, settings=()),
        Scene(name="cost", title="Weights and multiplications", ids=("N2",), frames=cost, settings=("channels",)),
        Scene(
            name="composed",
            title="Two kernels as one",
            ids=("N2",),
            frames=composed,
            settings=("relu", "image", "first", "second"),
        ),
        Scene(name="reach", title="Which kernels it can be", ids=("N2",), frames=reach, settings=("mid", "target")),
    ),
    presets=(
        Preset(
            name="linear",
            values={"relu": False},
            why="Nothing lies between the kernels, so inside the image they are one 5x5 kernel to the last digit.",
            scene="composed",
            frame=2,
        ),
        Preset(
            name="relu-between",
            values={"relu": True},
            why="A ReLU between them makes the pair a richer function, and no 5x5 kernel equals it.",
            scene="composed",
            frame=2,
        ),
        Preset(
            name="out-of-reach",
            values={"mid": 1, "target": TARGETS["ring"]},
            why="Through one channel the ring cannot be composed: only kernels of a 17-dimensional family can.",
            good=False,
            scene="reach",
            frame=2,
        ),
    ),
    notes=(
        Note(
            id="N2",
            said="Two 3x3 kernels are equivalent to (and more efficient than) a 5x5 kernel",
            right="They see the same 5x5 pixels with 28 % fewer weights, but reach fewer kernels (17 of 25 dimensions "
            "through one channel); with a ReLU between, and at padded borders, they differ.",
        ),
    ),
    probe={"channels": 3, "mid": 2, "image": [[0.1 * ((3 * r + 2 * c) % 10) for c in range(6)] for r in range(6)]},
    source="Simonyan and Zisserman: Very deep convolutional networks (2015), arXiv 1409.1556",
)
