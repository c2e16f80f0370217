"""The next word of a text, and a text continued word by word with the future greyed. Torch-free."""

import numpy as np

from ..kit.figures import Bars, Tokens
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from ..trainings.grammar import result
from .decoding import decode, share_of
from .decoding_figures import SOFTMAX, decoding_bars, decoding_table
from .little_english import exact, numbers, words
from .next_token import continued, line, logits_after, read_text
from .writing import rules

ROWS = 10


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def next_word(state: State) -> Frames:
    """The table of the next word, and the model beside the grammar that it has learnt from."""
    model, wanted = result(state).model, rules(state)
    text, warning = read_text(state["text"])
    scores = logits_after(model, numbers(text))
    decoded = decode(scores, wanted.temperature, wanted.top_k, wanted.top_p)
    true = exact(text)
    row = Tokens(name="text", title="the past", tokens=(*text, "~"), focus=len(text))

    def frame(k: int) -> Frame:
        if k == 0:
            kept = int(decoded.kept.sum())
            words_kept = "all words are kept" if kept == len(scores) else f"{kept} of {len(scores)} words are kept"
            return Frame(
                caption=_join(warning, f'"{line(text)} ~": at T = {wanted.temperature:g} {words_kept}.'),
                figures=(
                    row,
                    decoding_table(words(), scores, decoded, wanted, rows=ROWS),
                    decoding_bars(words(), decoded, rows=ROWS),
                ),
                formulas=(SOFTMAX,),
            )
        at_one = decode(scores).full
        order = np.argsort(-(true + at_one), kind="stable")[:ROWS].tolist()
        known = "The model was never told the grammar: it has only read sentences of it."
        strange = "No sentence of the grammar begins like this; the model guesses all the same."
        bars = Bars(
            name="both",
            title="the model at T = 1; behind each bar the grammar itself",
            about="The grammar is exact: all ways to derive the beginning are listed, and what may follow is added up.",
            labels=[words()[i] for i in order],
            values=at_one[order],
            high=float(max(at_one.max(), true.max())),
            percent=True,
            notes=[f"grammar {true[i]:.1%}" for i in order],
            new_row=True,
        )
        return Frame(caption=_join(warning, known if true.any() else strange), figures=(row, bars))

    return Frames(2, frame)


def writing(state: State) -> Frames:
    """A frame for each word written after the text."""
    model, wanted = result(state).model, rules(state)
    text, warning = read_text(state["text"])
    steps = continued(model, numbers(text), wanted)
    written = tuple(words()[step.token] for step in steps)

    def frame(k: int) -> Frame:
        step = steps[k]
        shown = (*text, *written[: k + 1], *(["…"] if k + 1 < len(steps) else []))
        at = len(text) + k
        chance = float(step.decoded.chances[step.token])
        last = k + 1 == len(steps)
        then = "and writing ends here" if last else "then read like a word of the past"
        caption = f'"{written[k]}" is the likeliest ({chance:.1%}), {then}.'
        if wanted.sampled:
            begin, end = share_of(step.decoded.chances, step.token)
            caption = (
                f'Drawn: u = {step.u:.4f} lies in the share of "{written[k]}", {begin:.4f} to {end:.4f} (see Σ p). '
                + ("Writing ends here." if last else "It is read in its turn.")
            )
        return Frame(
            caption=_join(warning if k == 0 else "", caption),
            figures=(
                Tokens(
                    name="text",
                    title="past and present; what follows is not yet written",
                    about="Each word is predicted from those before it, then read like them.",
                    tokens=shown,
                    focus=at,
                    dimmed=tuple(range(at + 1, len(shown))),
                ),
                decoding_table(words(), step.logits, step.decoded, wanted, rows=ROWS - 2, chosen=step.token),
                decoding_bars(words(), step.decoded, rows=ROWS - 2, chosen=step.token),
            ),
            formulas=(SOFTMAX,),
            facts=("R1",),
        )

    return Frames(len(steps), frame)
