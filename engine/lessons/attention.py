"""Attention: every token asks, every token offers, and the answers are mixed by how well they fit."""

from .kit.fixtures import S2
from .kit.lesson import Lesson, Note, Preset, Scene
from .kit.settings import Choice, Numbers, Slider, Words, matrix
from .workings.antecedents import ADJECTIVES, ANIMALS, ORDERS, THINGS
from .workings.asked import PRONOUNS
from .workings.attention_focus import focused, in_context, weighted_sum
from .workings.attention_models import masks, paper
from .workings.attention_scaling import DEPTHS, alphas, scaling
from .workings.attention_stages import projected_thrice, stages
from .workings.cut_short import cut_short
from .workings.pronoun_scenes import pronoun
from .workings.sentences import MOST

SENTENCE = ("text", "focus", "mask", "weights", "show")
TOY = ("animal", "thing", "adjective", "order", "edge")

LESSON = Lesson(
    name="attention",
    chapter="transformers",
    title="Attention: softmax(QKᵀ/√d_k) V",
    summary="Every token asks a question of all tokens and becomes a mixture of what answers it best.",
    settings=(
        Words(name="text", default=S2, help="a sentence of your own", most=200, key="i"),
        Slider(
            name="focus",
            default=0,
            low=0,
            high=MOST,
            step=1,
            help='the token, from 1, whose row is followed; 0: "it", or another pronoun',
            key="n",
        ),
        Choice(name="mask", default="none", choices=("none", "causal"), help="what a token may look at", key="m"),
        Choice(
            name="weights",
            default="hand-set",
            choices=("hand-set", "random"),
            help="projections set by hand to be read, or random ones; neither is learned",
            key="w",
        ),
        Choice(name="show", default="numbers", choices=("numbers", "shades"), help="numbers or shades", key="s"),
        Words(
            name="other", default="It was late and they were happy.", help="a sentence to compare", most=200, key="v"
        ),
        Slider(
            name="d_k",
            default=64,
            low=DEPTHS[0],
            high=DEPTHS[-1],
            stops=DEPTHS,
            help="numbers of a query and a key",
            key="d",
        ),
        Numbers(
            name="scores",
            default=matrix([[2, 1, 0, -1, 0.5]]),
            help="five scores before the softmax",
            key="z",
            low=-400,
            high=400,
            step=0.5,
            named={
                "mixed": matrix([[2, 1, 0, -1, 0.5]]),
                "equal": matrix([[1, 1, 1, 1, 1]]),
                "one-wins": matrix([[0, 0, 8, 0, 0]]),
                "huge": matrix([[400, 399, 0, -400, 0]]),
            },
            rows=(1, 5),
        ),
        Choice(name="animal", default="cat", choices=ANIMALS, help="toy: the animal", key="c"),
        Choice(name="thing", default="mat", choices=THINGS, help="toy: the thing", key="o"),
        Choice(name="adjective", default="tired", choices=ADJECTIVES, help="toy: what it was", key="a"),
        Choice(name="order", default="animal first", choices=ORDERS, help="toy: which noun comes first", key="u"),
        Choice(
            name="edge",
            default="whole",
            choices=("whole", "cut"),
            help="toy: the edge from it to its antecedent",
            key="x",
        ),
    ),
    scenes=(
        Scene(name="focus", title="One token asks", ids=("U2", "U3"), frames=cut_short(focused), settings=SENTENCE),
        Scene(
            name="stages",
            title="Four stages of one matrix",
            ids=("V1", "V5"),
            frames=cut_short(stages),
            settings=SENTENCE,
        ),
        Scene(
            name="projections",
            title="Query, key, value",
            ids=("U1", "V2", "V4"),
            frames=cut_short(projected_thrice),
            settings=SENTENCE,
        ),
        Scene(
            name="values", title="The values are mixed", ids=("U4",), frames=cut_short(weighted_sum), settings=SENTENCE
        ),
        Scene(
            name="pronoun",
            title='"it was tired": learned',
            ids=("U5",),
            frames=pronoun,
            needs="pronouns",
            settings=TOY,
        ),
        Scene(name="alphas", title="Softmax of five tokens", ids=("V6",), frames=alphas, settings=("scores",)),
        Scene(name="scale", title="Why √d_k", ids=("V3",), frames=scaling, settings=("d_k",)),
        Scene(
            name="context",
            title="A word in context",
            ids=("S1",),
            frames=cut_short(in_context, texts=("text", "other")),
            settings=("text", "other", "focus", "mask", "weights"),
        ),
        Scene(
            name="models",
            title="GPT and BERT",
            ids=("S2",),
            frames=cut_short(masks),
            settings=("text", "focus", "weights"),
        ),
        Scene(name="paper", title="The paper", ids=("S3",), frames=paper, settings=()),
    ),
    presets=(
        Preset(name="soft", values={"adjective": "soft"}, why="One adjective changed: it is the mat.", scene="pronoun"),
        Preset(
            name="edge-cut",
            values={"edge": "cut"},
            why="Without its one edge to the antecedent the toy guesses. Train it first (t).",
            good=False,
            scene="pronoun",
        ),
        Preset(
            name="unscaled",
            values={"d_k": 256},
            why="At d_k = 256 softmax without the division gives almost everything to one key.",
            good=False,
            scene="scale",
            frame=2,
        ),
        Preset(
            name="random-weights",
            values={"weights": "random"},
            why="Random projections, large ones (gain 3): the rows look busy and mean nothing.",
            good=False,
            scene="stages",
            frame=4,
        ),
        Preset(
            name="unknown-words",
            values={"text": "Twas brillig and the slithy toves did gyre"},
            why="The hand-made classes do not know these words: they are taken for things.",
            good=False,
            scene="focus",
        ),
        Preset(
            name="huge-scores",
            values={"scores": "huge"},
            why="exp(400) is inf in 32 bits and inf / inf is NaN: the largest score must be subtracted first.",
            good=False,
            scene="alphas",
            frame=3,
        ),
    ),
    notes=(
        Note(
            id="S2",
            said="enables models like GPT-3/4 and BERT to generate coherent text",
            right="BERT is an encoder trained to fill in hidden tokens; it is not a text generator like GPT.",
        ),
        Note(
            id="U4",
            said="Value: actual content of other tokens",
            right="V is the content of all tokens that are attended to, the asking one included.",
        ),
        Note(
            id="V4",
            said="W_O ∈ R^{D x d_k}",
            right="W_O ∈ R^{h·d_v x D}: it takes the heads, laid side by side, back to the width of the model.",
        ),
        Note(
            id="V5",
            said="softmax(QKᵀ/√d_k): scaled dot-product attention",
            right="That softmax gives the attention weights; the product with V is scaled dot-product attention.",
        ),
    ),
    trainings=(PRONOUNS,),
    probe={
        "text": "When the old dog ran it slept.",
        "focus": 3,
        "mask": "causal",
        "d_k": 32,
        "scores": "huge",
        "show": "shades",
    },
    source="Vaswani et al., 2017, arXiv 1706.03762",
)
