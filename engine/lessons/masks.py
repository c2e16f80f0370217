"""Masks: what a token may look at, in training and in a batch."""

from .kit.lesson import Lesson, Note, Preset, Scene
from .kit.settings import Choice, Slider, Switch, Words
from .workings.asked import PEEKING
from .workings.cut_short import cut_short
from .workings.masking_scenes import MOST, future, look_ahead
from .workings.padding_scenes import padding, together
from .workings.peeking_scene import cheating

PADDED = ("text", "second", "pad")

LESSON = Lesson(
    name="masks",
    chapter="transformers",
    title="Masks: the future and the padding",
    summary="A mask sets scores to -∞, so that no token sees its future and none sees padding.",
    settings=(
        Words(name="text", default="The cat sat on the mat", help="a sentence of your own", most=120, key="i"),
        Words(name="second", default="A dog slept", help="the batch's second sentence", most=120, key="v"),
        Switch(name="masked", default=True, help="the causal mask", key="m"),
        Choice(name="pad", default="right", choices=("right", "left"), help="the side that is padded", key="e"),
        Slider(name="junk", default=5.0, low=-50.0, high=50.0, step=5.0, help="what padding is filled with", key="u"),
    ),
    scenes=(
        Scene(
            name="look-ahead",
            title="No token sees its future",
            ids=("X1", "Y3"),
            frames=cut_short(look_ahead, MOST),
            settings=("text", "masked"),
        ),
        Scene(
            name="future",
            title="Edit the future",
            ids=("Y1",),
            frames=cut_short(future, MOST),
            settings=("text", "masked"),
        ),
        Scene(
            name="padding",
            title="Padding",
            ids=("Y2",),
            frames=cut_short(padding, MOST, PADDED[:2]),
            settings=(*PADDED, "junk"),
        ),
        Scene(
            name="combined",
            title="Both masks",
            ids=("Y4",),
            frames=cut_short(together, MOST, PADDED[:2]),
            settings=PADDED,
        ),
        Scene(
            name="cheating",
            title="Trained without a mask",
            ids=("Y1",),
            frames=cheating,
            needs="peeking",
            settings=("masked",),
        ),
    ),
    presets=(
        Preset(
            name="no-mask-cheating",
            values={"masked": False},
            why="Each token sees the word that it is to predict: the loss falls to 0, and writing is garbage.",
            good=False,
            scene="cheating",
            frame=2,
        ),
        Preset(
            name="no-mask-peeking",
            values={"masked": False},
            why="An edited token changes outputs that stand before it.",
            good=False,
            scene="future",
        ),
        Preset(
            name="left-padding",
            values={"pad": "left"},
            why="With the causal mask the first padded rows may look at nothing: softmax gives NaN.",
            good=False,
            scene="combined",
            frame=2,
        ),
        Preset(
            name="right-padding",
            values={"pad": "right"},
            why="Every row keeps its first token to look at: all weights are finite.",
            scene="combined",
            frame=2,
        ),
    ),
    notes=(
        Note(
            id="Y4",
            said="In the decoder, both masks are combined during self-attention.",
            right="They are, with AND; but no row may end up fully masked, or its softmax is NaN.",
        ),
    ),
    trainings=(PEEKING,),
    probe={"text": "The old cat slept", "second": "A dog", "junk": -15.0},
    source="Vaswani et al., 2017, section 3.2.3",
)
