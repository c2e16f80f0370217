"""What the memory is good for: cut it, change a word of it, change a word of the decoder's own. Torch-free."""

from dataclasses import replace

from ..kit.figures import Bars, Grid
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from ..trainings.french import result
from .crossing import chances_of, reach_of_source, reach_of_target, without_memory
from .translating import forced
from .translation_figures import captioned, sentence, tokens


def reaching(state: State) -> Frames:
    """What the memory is good for: cut it, change a word of it, change a word of the decoder's own."""
    model = result(state).model
    said = sentence(state, model)
    t, s = len(said.target), len(said.ids)
    whole = chances_of(forced(model, said.ids, said.target)[1], said.target)
    cut = chances_of(without_memory(model, said.ids, said.target), said.target)
    shown, other = (cut, whole) if state["cut"] else (whole, cut)
    names = ("with a memory of noughts", "with the memory")
    here, there = names if state["cut"] else names[::-1]

    def bars(name: str, words: str, values: object) -> Bars:
        return Bars(
            name=name,
            title=f"p of the right word, {words}",
            labels=said.target_words,
            values=values,
            high=1.0,
            percent=True,
            new_row=name == "shown",
        )

    def frame(k: int) -> Frame:
        if k == 0:
            dropped = tuple(range(s)) if state["cut"] else ()
            caption = (
                "Without the encoder's output the decoder writes likely English, not this sentence. Cut it with z."
            )
            return Frame(
                caption=captioned(caption, said),
                figures=(
                    tokens("source", "French", said.words, dropped=dropped),
                    bars("shown", here, shown),
                    bars("other", there, other),
                ),
            )
        source = Grid(
            name="from the source",
            title="a French word read as <unk>",
            about="The largest change of any logit at each place of the decoder. Every place changes.",
            values=reach_of_source(model, said.ids, said.target),
            digits=1,
            row_labels=said.target_words,
            column_labels=said.words,
        )
        target = replace(
            source,
            name="from the target",
            title="an English word read as <unk>",
            about="The same for the words that the decoder reads. The look-ahead mask keeps what is above at 0.",
            values=reach_of_target(model, said.ids, said.target),
            row_labels=(),
            column_labels=said.read_words,
            marks={"never": tuple((i, j) for i in range(t) for j in range(i + 1, t))},
        )
        caption = "A French word changes the logits everywhere in the decoder, an English one only from its place on."
        return Frame(caption=captioned(caption, said), figures=(source, target))

    return Frames(2, frame)
