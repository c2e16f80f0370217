"""Dense layers: every unit sees every pixel, with a weight for each."""

from .kit.fixtures import image_setting
from .kit.lesson import Frames, Lesson, Note, Opinion, Preset, Scene
from .kit.settings import Choice, Slider
from .kit.state import State
from .kit.training import Progress, Training
from .workings.dense_frames import connections, weights
from .workings.glyph_frames import B3A, accuracy, learned, one_digit


def _train(state: State, progress: Progress) -> object:
    progress(0.0, "loading the digits")
    from .trainings.shifted_glyphs import train

    return train(state, progress)


GLYPHS = Training(
    name="shifted-glyphs",
    title="dense and convolutional networks on 200 digits, tested one pixel off",
    seconds=5,
    train=_train,
)


def generalises(state: State) -> Frames:
    """A test digit moved by a pixel and what each network answers; how often each is right."""
    glyphs = state.result("shifted-glyphs")
    return Frames(2, lambda k: one_digit(glyphs, state["glyph"]) if k == 0 else accuracy(glyphs))


def redundant(state: State) -> Frames:
    """What the trained weights look like, and what was measured."""
    return learned(state.result("shifted-glyphs"))


LESSON = Lesson(
    name="dense",
    chapter="convolution",
    title="Dense layers",
    summary="Every hidden unit sees every pixel, with a weight for each: 1332 parameters for 36 pixels.",
    settings=(
        image_setting(),
        Slider(name="unit", default=14, low=0, high=35, help="the hidden unit that is looked at, from 0", key="u"),
        Choice(name="show", default="numbers", choices=("numbers", "shades"), help="numbers or shades", key="v"),
        Slider(name="glyph", default=3, low=0, high=23, help="which test digit is moved, counted from 0", key="g"),
    ),
    scenes=(
        Scene(
            name="connected",
            title="Connected to everything",
            ids=("B1",),
            frames=connections,
            settings=("image", "unit", "show"),
        ),
        Scene(
            name="weights",
            title="A weight for each connection",
            ids=("B2",),
            frames=weights,
            settings=("image", "unit", "show"),
        ),
        Scene(
            name="one pixel off",
            title="One pixel off",
            ids=("B3b",),
            frames=generalises,
            needs="shifted-glyphs",
            settings=("glyph",),
        ),
        Scene(
            name="weights learned",
            title="What the weights look like",
            ids=("B3a",),
            frames=redundant,
            needs="shifted-glyphs",
            settings=(),
        ),
    ),
    presets=(
        Preset(
            name="one-bright-pixel",
            values={"image": image_setting().named["dot"]},
            scene="connected",
            why="With one bright pixel each unit is one weight and its bias: no two units have it in common.",
        ),
    ),
    notes=(
        Note(
            id="B3a",
            said="captures too much redundant detail without emphasizing important features",
            right="No theorem: how redundant its weights are depends on data and training; it can be measured.",
        ),
        Note(
            id="B3b",
            said="fails to generalize well to unseen data",
            right="On images, from few examples, it must learn each place anew; moved copies in training help.",
        ),
    ),
    opinions=(Opinion(id="B3a", text=B3A),),
    trainings=(GLYPHS,),
    probe={"image": image_setting().named["edge"], "unit": 31},
)
