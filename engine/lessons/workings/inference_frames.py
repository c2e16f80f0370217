"""Translating word by word: every choice with its table, then the teacher-forced rerun on it. Torch-free."""

from functools import lru_cache, partial

from ...data.pairs import BEGIN, END
from ..kit.figures import Card, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from ..trainings.french import result
from .decoding_figures import SOFTMAX, decoding_bars, decoding_table
from .loss_frames import chosen_model
from .translating import LONGEST, Model, forced, next_word
from .translation_figures import captioned, sentence, tokens
from .writing import Choosing, Rules, rules, write_on

ROWS = 6


@lru_cache(maxsize=32)
def written(model: Model, source: tuple[int, ...], rules: Rules) -> tuple[Choosing, ...]:
    """Every choice while the sentence is translated."""
    return write_on(partial(next_word, model, source), (), END, LONGEST, rules)


def rerun(model: Model, source: tuple[int, ...], words: tuple[int, ...]) -> tuple[int, ...]:
    """The likeliest word at every place when `words` are given back with teacher forcing."""
    scores = forced(model, source, words)[1].copy()
    scores[:, [0, BEGIN]] = float("-inf")
    return tuple(scores.argmax(-1).tolist())


def inference(state: State) -> Frames:
    """A frame for each word, and one for the rerun."""
    model, known = chosen_model(state), result(state).model.target_words
    said = sentence(state, result(state).model)
    wanted = rules(state, state["slip"])
    steps = written(model, said.ids, wanted)
    ids = tuple(step.token for step in steps)
    words = tuple(known[k] for k in ids)
    again = rerun(model, said.ids, ids)

    def frame(k: int) -> Frame:
        if k == len(steps):
            rows = [(i + 1, known[a], known[b], a == b) for i, (a, b) in enumerate(zip(ids, again, strict=True))]
            differing = sum(a != b for a, b in zip(ids, again, strict=True))
            places = "1 place" if differing == 1 else f"{differing} places"
            tail = "the same words." if not differing else f"other words at {places}."
            table = Table(
                name="rerun",
                title="its own words given back in one pass",
                about="The decoder reads what it wrote, shifted right, at once. Where every choice was the likeliest "
                "word, the forced pass finds the same likeliest words.",
                columns=("place", "written", "likeliest when forced", "same"),
                rows=rows,
                marked=tuple(i for i, row in enumerate(rows) if not row[3]),
            )
            right = Card(name="right", title="the English known or asked for", text=" ".join(said.target_words[:-1]))
            return Frame(caption=f"Teacher forcing on its own output gives {tail}", figures=(table, right))
        step = steps[k]
        name = known[step.token]
        how = f"drawn: u = {step.u:.4f} lies in its share (Σ p)" if wanted.sampled else "the likeliest"
        if wanted.slip == k + 1:
            how = f'the slip: "{known[int(step.logits.argmax())]}" would be the likeliest'
        then = "It ends the sentence." if step.token == END else "It is read in its turn."
        caption = f'Word {k + 1}: "{name}", {how}. {then}'
        line = (*words[: k + 1], "…") if step.token != END else words
        return Frame(
            caption=captioned(caption, said),
            figures=(
                tokens("source", "French, read once", said.words),
                tokens("written", "English so far", line, focus=k, dimmed=(k + 1,)),
                decoding_table(
                    known, step.logits, step.decoded, wanted, rows=ROWS, chosen=step.token, title="next word"
                ),
                decoding_bars(known, step.decoded, rows=ROWS, chosen=step.token),
            ),
            formulas=(SOFTMAX,),
        )

    return Frames(len(steps) + 1, frame)
