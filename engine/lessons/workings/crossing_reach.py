"""What the memory is good for: cut it, change a word of it, change a word of the decoder's own. Torch-free."""

from typing import Any

import numpy as np

from ...data.pairs import END
from ..kit.figures import Bars, Formula, Grid, Origin, Table
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from ..trainings.french import result
from .crossing import (
    chances_of,
    reach_of_source,
    reach_of_target,
    without_memory,
    without_source_word,
    without_target_word,
)
from .translating import forced, greedy
from .translation_figures import Sentence, captioned, sentence
from .weight_origins import figured


def reaching(state: State) -> Frames:
    """What the memory is good for: cut it, change a word of it, change a word of the decoder's own."""
    model = result(state).model
    said = sentence(state, model)
    before = forced(model, said.ids, said.target)[1]
    blind = without_memory(model, said.ids, said.target)
    known, zeroed = model.target_words, state["memory"] == "zeroed"

    def line(heard: bool) -> str:
        return " ".join(known[k] for k in greedy(model, said.ids, heard) if k != END)

    def frame(k: int) -> Frame:
        if k == 0:
            with_it, without = line(True), line(False)
            told = "other English" if with_it != without else "here the same English"
            table = Table(
                name="written",
                title="the French, and what the decoder writes",
                about="Greedy writing, word by word. With zeros for the encoder's output the decoder knows English, "
                "but not which sentence was given.",
                columns=("", "sentence"),
                rows=(("French", " ".join(said.words)), ("with the memory", with_it), ("memory zeroed", without)),
                marked=(2 if zeroed else 1,),
            )
            where = (
                "Zeros stand for the encoder's output."
                if zeroed
                else "The encoder's output is whole (z: zeros instead)."
            )
            return Frame(
                caption=captioned(f"{where} Without it the decoder writes {told}.", said),
                figures=(
                    table,
                    _chances("shown", "with the memory", said, before, not zeroed),
                    _chances("other", "memory zeroed", said, blind, zeroed),
                ),
            )
        if k == 1:
            source = Grid(
                name="from the source",
                title="largest change of a logit",
                about="A row for each English word about to be written. No place of the decoder is out of reach.",
                values=reach_of_source(model, said.ids, said.target),
                row_labels=said.target_words,
                column_labels=said.words,
                origin=_changed(before, known, lambda j: without_source_word(model, said.ids, said.target, j)),
                **_SHOWN,
            )
            caption = "One French word is read as <unk> instead: logits change at every place of the decoder."
            return Frame(caption=captioned(caption, said), figures=(source,))
        t = len(said.target)
        target = Grid(
            name="from the target",
            title="largest change of a logit",
            about="The same for the words that the decoder reads. The look-ahead mask keeps what is above at 0.",
            values=reach_of_target(model, said.ids, said.target),
            row_labels=said.target_words,
            column_labels=said.read_words,
            marks={"never": tuple((i, j) for i in range(t) for j in range(i + 1, t))},
            origin=_changed(before, known, lambda j: without_target_word(model, said.ids, said.target, j)),
            **_SHOWN,
        )
        caption = "One English word is read as <unk> instead: logits change from its place on only (look-ahead mask)."
        return Frame(caption=captioned(caption, said), figures=(target,))

    return Frames(3, frame)


_SHOWN: dict[str, Any] = {
    "digits": 1,
    "scope": "changes of logits",
    "row_axis": "writes",
    "column_axis": "read as <unk>",
}


def _chances(name: str, words: str, said: Sentence, scores: Floats, chosen: bool) -> Bars:
    """p of every right word, the right words before it being given."""
    chances = chances_of(scores, said.target)

    def origin(i: int, _: int) -> Origin:
        top = float(scores[i].max())
        total = float(np.exp(scores[i] - top).sum())
        z = float(scores[i, said.target[i]])
        numbers = f"exp({figured(z)} - {figured(top)}) / {figured(total)} = {chances[i]:.4f}"
        return Origin(formulas=(Formula(symbols="p = exp(z - max) / Σ exp(z - max), z logits", numbers=numbers),))

    return Bars(
        name=name,
        title=f"p of the right word, {words}",
        about="Under teacher forcing: the right words before are given, whatever the model would have written.",
        labels=said.target_words,
        values=chances,
        marked=tuple(range(len(chances))) if chosen else (),
        high=1.0,
        percent=True,
        origin=origin,
        new_row=name == "shown",
    )


def _changed(before: Floats, known: tuple[str, ...], after: Any) -> Any:
    """Which word's logit changed most, and from what to what."""

    def origin(i: int, j: int) -> Origin:
        scores = after(j)[i]
        word = int(np.abs(scores - before[i]).argmax())
        old, new = float(before[i, word]), float(scores[word])
        numbers = f'"{known[word]}": abs({figured(new)} - {figured(old)}) = {abs(new - old):.2f}'
        return Origin(formulas=(Formula(symbols="max over the English words of |z with <unk> - z|", numbers=numbers),))

    return origin
