"""Attention: every token asks, every token offers, and the answers are mixed by how well they fit."""

import numpy as np

from .kit.figures import Card, Formula, Grid, Table
from .kit.fixtures import S2
from .kit.lesson import Frame, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Numbers, Slider, Words, matrix
from .kit.state import State
from .workings.antecedents import ADJECTIVES, ANIMALS, ORDERS, THINGS
from .workings.asked import PRONOUNS
from .workings.attention_focus import focused, in_context, weighted_sum
from .workings.attention_looks import labels, line, look, pick_row, short, tinted
from .workings.attention_scaling import DEPTHS, alphas, scaling
from .workings.attention_stages import projected_thrice, stages
from .workings.cut_short import cut_short
from .workings.pronoun_scenes import pronoun
from .workings.sentences import MOST


def masks(state: State) -> tuple[Frame, ...]:
    """The same weights with both masks: BERT's and GPT's."""
    both = {mask: look(state.with_values(mask=mask)) for mask in ("none", "causal")}
    names = {"none": "bidirectional (BERT)", "causal": "causal (GPT)"}
    grids = tuple(
        Grid(
            name=mask,
            title=names[mask],
            about="The same queries and keys; only the mask differs.",
            values=seen.a.weights,
            shows="shades",
            signed=False,
            reach=(0, 1),
            scope="weights",
            row_labels=labels(seen),
            column_labels=labels(seen),
            row_axis="query",
            column_axis="key",
            marks={
                "never": tuple((int(r), int(c)) for r, c in np.argwhere(~seen.a.mask)),
                "focus": line(seen.focus, seen.size),
            },
            cursor=(seen.focus, 0),
            picks=pick_row,
        )
        for mask, seen in both.items()
    )
    size = both["none"].size
    allowed = f"{size * size} and {size * (size + 1) // 2} cells"
    comparison = Table(
        name="models",
        title="what the mask is for",
        columns=("", "BERT", "GPT-3, GPT-4"),
        rows=[
            ["kind", "encoder", "decoder-only"],
            ["may look at", "every token", "itself and earlier tokens"],
            ["trained to", "fill in hidden tokens", "predict the next token"],
            ["writes text", "no", "yes, token by token"],
        ],
    )
    pair = Frame(
        caption="The same weights under both masks: BERT's looks both ways, GPT's only back. Hatched: may not be seen.",
        figures=grids,
        formulas=(Formula(symbols="n² and n(n+1)/2 cells may be looked at", numbers=allowed),),
    )
    rows = tuple(
        tinted(
            seen, name=mask, title=f'{names[mask]}: what "{short(seen.tokens[seen.focus], 14)}" looks at', new_row=True
        )
        for mask, seen in both.items()
    )
    return pair, Frame(
        caption="Mask and training differ: GPT learned to predict the next token, so it writes; BERT fills in gaps.",
        figures=(*rows, comparison),
    )


def paper(state: State) -> tuple[Frame, ...]:
    """The constants of the paper."""
    table = Table(
        name="constants",
        title="Transformer, 2017 (table 3)",
        columns=("", "base", "big"),
        rows=[
            ["layers N", 6, 6],
            ["d_model", 512, 1024],
            ["heads h", 8, 16],
            ["d_k = d_v = d_model / h", 64, 64],
            ["feed-forward d_ff", 2048, 4096],
        ],
        marked=(3,),
    )
    source = Card(
        name="source",
        title="where it is from",
        kind="source",
        text="A. Vaswani et al., Attention Is All You Need, NIPS 2017, arXiv 1706.03762. An encoder and a decoder for "
        "translation, built of attention without recurrence.",
    )
    onward = Card(
        name="onward",
        title="how it goes on",
        kind="link",
        text="Several heads side by side: lesson heads. Shuffled words give shuffled outputs until positions are added "
        "(the permutation test): lesson positions. What may not be seen: lesson masks.",
    )
    return (
        Frame(
            caption="Attention is from 2014; in 2017 a whole model was built of it, without recurrence.",
            figures=(table, source, onward),
            formulas=(Formula(symbols="d_k = d_model / h", numbers="512 / 8 = 64"),),
        ),
    )


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
    probe={"text": "When the old dog ran it slept.", "focus": 3, "mask": "causal", "d_k": 32, "scores": "huge", "show": "shades"},
    source="Vaswani et al., 2017, arXiv 1706.03762",
)
