"""Cross-attention: the decoder asks, the encoder's output answers, and words cross over."""

from dataclasses import replace

import numpy as np

from ..data.pairs import SPECIAL
from .kit.figures import Bars, Card, Grid, Origin, Table
from .kit.lesson import Frame, Frames, Lesson, Note, Preset, Scene
from .kit.settings import Choice, Slider
from .kit.state import State
from .trainings.french import FRENCH, PLAN, result
from .workings import crossing
from .workings.crossing import VIEWS
from .workings.crossing_passes import parallel
from .workings.crossing_reach import reaching
from .workings.crossing_stages import stages
from .workings.fresh_translator import SMALL, fresh
from .workings.translating import Model, forced
from .workings.translation_figures import (
    Sentence,
    captioned,
    decoder_ladder,
    encoder_ladder,
    focus_setting,
    focused,
    sentence,
    sentence_untrained,
    target_setting,
    text_setting,
    tokens,
    vocabulary_frame,
)
from .workings.weight_origins import weight_formulas

CROSS = "decoder.0.cross_attention"


def toy(state: State) -> tuple[Model, Sentence]:
    """The narrow untrained model, and the sentence with its English, where that is known."""
    model = fresh(state.seed, SMALL)
    return model, sentence_untrained(state, model)


def attention_modules(layers: int) -> dict[str, dict[str, int]]:
    """How many attentions of each kind stand in a stack of `layers` layers."""
    return {
        "encoder": {"self-attention": layers, "cross-attention": 0},
        "decoder": {"self-attention": layers, "cross-attention": layers},
        "decoder-only (GPT)": {"self-attention": layers, "cross-attention": 0},
    }


def place(state: State) -> Frames:
    """Where cross-attention stands in the model."""
    plan = replace(PLAN, layers=state["layers"])
    model, said = toy(state)
    ladders = (
        encoder_ladder(plan, len(said.ids)),
        decoder_ladder(plan, len(said.ids), len(said.target), len(model.target_words)),
    )
    rows = [[stack, *counts.values()] for stack, counts in attention_modules(plan.layers).items()]
    table = Table(
        name="modules",
        title=f"attention modules, N = {plan.layers}",
        columns=("stack", "self-attention", "cross-attention"),
        rows=rows,
        marked=(1,),
    )
    elsewhere = Card(
        name="elsewhere",
        title="elsewhere",
        text="U-Nets that draw pictures from a text use cross-attention too: queries from pixels, keys and values "
        "from words.",
    )
    return Frames(
        2,
        lambda k: (
            Frame(
                caption="A decoder layer has one block more: attention to the encoder's output. "
                f"With N = {plan.layers} there are {plan.layers} in the decoder, none in the encoder.",
                figures=ladders,
            ),
            Frame(
                caption="A GPT has no cross-attention: it has no encoder whose output its queries could ask.",
                figures=(table, elsewhere),
            ),
        )[k],
    )


def queries(state: State) -> Frames:
    """Q from the decoder, K and V from the encoder: four stages of the first cross-attention."""
    model, said = toy(state)
    heads = forced(model, said.ids, said.target)[0].heads(CROSS)
    steps = stages(heads, said.read_words, said.words, focused(state, len(said.target)))

    def frame(step: int) -> Frame:
        if step == len(steps):
            return vocabulary_frame(("Z2",), len(model.source_words) - len(SPECIAL))
        caption, figures, formulas = steps[step]
        caption = captioned(caption, said, "Head 1 of 2, untrained (random) weights." if step == 0 else "")
        return Frame(caption=caption, figures=figures, formulas=formulas)

    return Frames(len(steps) + 1, frame)


def crossed(state: State) -> Frames:
    """The trained alignment, one English word after the other."""
    model = result(state).model
    said = sentence(state, model)
    view, t = state["view"], len(said.target)
    weights = crossing.alignment(model, said.ids, said.target, view)
    looked = weights.argmax(-1).tolist()

    def origin(i: int, j: int) -> Origin:
        layers = range(model.plan.layers) if view == "mean" else (int(view.split()[1]) - 1,)
        heads = [forced(model, said.ids, said.target)[0].heads(f"decoder.{k}.cross_attention") for k in layers]
        formulas = weight_formulas([(h.q[0], h.k[0]) for h in heads], i, j, "layer")
        return Origin(formulas=formulas, cells={"source": ((0, j),)})

    def frame(row: int) -> Frame:
        best, word = looked[row], said.target_words[row]
        back = 0 < row < t - 1 and best < looked[row - 1]
        order = np.argsort(-weights[row], kind="stable")[:5].tolist()
        caption = f'To write "{word}" the decoder looks at "{said.words[best]}" ({weights[row, best]:.0%}).'
        matrix = Grid(
            name="alignment",
            title=f"cross-attention, {t}x{len(said.ids)}, {view}",
            about="A row for each English word that is about to be written, a column for each French word. Words that "
            "keep their order make a diagonal; noun and adjective change places and cross it.",
            values=weights,
            reach=(0, 1),
            scope="weights",
            row_labels=said.target_words,
            column_labels=said.words,
            row_axis="writes",
            column_axis="looks at",
            marks={"winner": tuple(enumerate(looked)), "focus": ((row, best),)},
            cursor=(row, best),
            origin=origin,
            new_row=True,
        )
        top = Bars(
            name="top",
            title=f'what "{word}" looks at',
            labels=[said.words[k] for k in order],
            values=weights[row, order],
            high=1.0,
            percent=True,
            marked=(0,),
            origin=lambda k, _: origin(row, order[k]),
        )
        return Frame(
            caption=captioned(caption, said, "A step back in the French." if back else ""),
            figures=(
                tokens("source", "French, tinted by the weight", said.words, weights=weights[row]),
                matrix,
                top,
            ),
        )

    return Frames(t, frame)


LESSON = Lesson(
    name="cross-attention",
    chapter="transformers",
    title="Cross-attention joins two sequences",
    summary="The decoder's queries meet the encoder's keys and values: that is how a translation knows its source.",
    settings=(
        text_setting(),
        target_setting(),
        focus_setting("the English word whose row is marked"),
        Choice(name="view", default="mean", choices=VIEWS, help="which layer's alignment", key="v"),
        Choice(
            name="memory",
            default="whole",
            choices=("whole", "zeroed"),
            help="the encoder's output: as it is, or zeros in its place",
            key="z",
        ),
        Slider(name="layers", default=2, low=1, high=6, step=1, help="N, layers of each stack", key="n"),
    ),
    scenes=(
        Scene(name="place", title="Only in decoder layers", ids=("Z3",), frames=place, settings=("layers",)),
        Scene(
            name="queries",
            title="Queries here, keys and values there",
            ids=("Z2",),
            frames=queries,
            settings=("text", "target", "focus"),
        ),
        Scene(
            name="alignment",
            title="Which word comes from which",
            ids=("Z4",),
            frames=crossed,
            needs="french",
            settings=("text", "target", "view"),
        ),
        Scene(
            name="reach",
            title="What the memory is good for",
            ids=("Z2",),
            frames=reaching,
            needs="french",
            settings=("text", "target", "memory"),
        ),
        Scene(
            name="passes",
            title="One pass, or one for each word",
            ids=("Z1",),
            frames=parallel,
            needs="french",
            settings=("text", "target"),
        ),
    ),
    presets=(
        Preset(
            name="negation",
            values={"text": "le vieux cheval ne court pas"},
            why='ne … pas embraces the verb: see where "does" and "not" look.',
            scene="alignment",
            frame=4,
        ),
        Preset(
            name="two-crossings",
            values={"text": "mes chiens cherchent souvent une maison rouge"},
            why="The adverb and the adjective both change places.",
            scene="alignment",
            frame=4,
        ),
        Preset(
            name="no-memory",
            values={"memory": "zeroed"},
            why="With zeros for a memory the decoder cannot know which sentence it translates.",
            good=False,
            scene="reach",
        ),
        Preset(
            name="unknown-word",
            values={"text": "un zèbre noir boit de l'eau"},
            why="zèbre is read as <unk>: nothing to translate. The model may go on to 20 words without an <end>.",
            good=False,
            scene="alignment",
        ),
    ),
    notes=(
        Note(
            id="Z1",
            said="Parallelism, faster training and inference times",
            right="Not a property of cross-attention. Training is parallel by teacher forcing and masking; inference "
            "stays sequential in the length of the target.",
        ),
        Note(
            id="Z3",
            said="Used only in decoder layers",
            right="True of encoder-decoder transformers. Decoder-only models have none; diffusion U-Nets use it too.",
        ),
    ),
    trainings=(FRENCH,),
    probe={"text": "le vieux cheval ne court pas", "focus": 3, "layers": 3},
    source="Vaswani et al., 2017, arXiv 1706.03762, section 3.2.3; Bahdanau et al., 2015, arXiv 1409.0473",
)
