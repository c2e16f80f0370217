"""Heads: several small attentions instead of one large one, at the same cost."""

from .kit.fixtures import S2
from .kit.lesson import Lesson, Link, Note, Preset, Scene
from .kit.settings import Slider, Switch, Words
from .workings.asked import PEEKING
from .workings.cut_short import cut_short
from .workings.head_cards import benefits, real_models
from .workings.head_scenes import COUNTS, MOST, WIDTHS, cost, cutting
from .workings.head_walls import hand_made_wall, trained_wall

LESSON = Lesson(
    name="heads",
    chapter="transformers",
    title="Multi-head attention",
    summary="D columns are cut into h heads, each with a pattern of its own, and W_O mixes them.",
    settings=(
        Words(name="text", default=S2, help="a sentence of your own", most=200, key="i"),
        Slider(name="heads", default=4, low=1, high=8, stops=COUNTS, help="heads h; D = 8 here", key="n"),
        Slider(name="head", default=1, low=1, high=8, step=1, help="the head that is looked at", key="g"),
        Switch(name="masked", default=False, help="the causal mask on the random heads", key="m"),
        Switch(name="mute", default=False, help="leave the first token (the sink) out of the picture", key="u"),
        Slider(name="width", default=512, low=64, high=1024, stops=WIDTHS, help="D, for counting", key="d"),
        Slider(name="passage", default=1, low=1, high=6, step=1, help="which held-out passage", key="x"),
    ),
    scenes=(
        Scene(
            name="cutting",
            title="D columns, h heads",
            ids=("W1",),
            frames=cut_short(cutting, MOST),
            settings=("text", "heads", "head", "masked"),
        ),
        Scene(name="cost", title="What heads cost", ids=("W1",), frames=cost, settings=("width", "heads")),
        Scene(
            name="patterns",
            title="Patterns with a name",
            ids=("W2",),
            frames=cut_short(hand_made_wall, MOST),
            settings=("text", "head", "mute"),
        ),
        Scene(
            name="learned",
            title="Patterns that were learned",
            ids=("W2",),
            frames=trained_wall,
            needs="peeking",
            settings=("head", "passage", "mute"),
        ),
        Scene(
            name="benefits",
            title="What heads are good for",
            ids=("W3",),
            frames=cut_short(benefits, MOST),
            settings=("text", "heads"),
        ),
        Scene(name="models", title="How many heads", ids=("X2",), frames=real_models, settings=()),
    ),
    presets=(
        Preset(name="one-head", values={"heads": 1}, why="One head holds one pattern.", scene="cutting", frame=3),
        Preset(
            name="redundant",
            values={"head": 6},
            why="This head nearly repeats the first: its divergence from it is near 0. Trained models have many such.",
            good=False,
            scene="patterns",
            frame=2,
        ),
        Preset(
            name="sink",
            values={"head": 2},
            why="A head that has nothing to say looks at the first token. Mute it with u to see what is left.",
            scene="patterns",
        ),
    ),
    notes=(
        Note(
            id="W2",
            said="Different heads learn different patterns.",
            right="They can, and many turn out redundant: measure how far heads are apart.",
        ),
        Note(
            id="W3",
            said="Benefits: long-range dependencies, parallelisation, interpretability",
            right="Long range and parallelism are benefits of attention itself, with one head too; that "
            "weights explain a model is contested.",
        ),
        Note(
            id="X2",
            said="Typical number of heads: 8-16",
            right="That is the range of 2017 (base 8, big 16); GPT-2 has 12 to 25 by size, and GPT-3 has 96.",
        ),
    ),
    links=(
        Link(id="O1", lesson="signal-path", about="path lengths of RNN, convolution and attention"),
        Link(id="O2", lesson="signal-path", about="why an RNN cannot be computed in parallel"),
    ),
    trainings=(PEEKING,),
    probe={"text": "the cat saw the dog and ran", "heads": 2, "head": 2, "masked": True, "mute": True, "width": 256},
    source="Vaswani et al., 2017, section 3.2.2",
)
