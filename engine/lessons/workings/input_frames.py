"""What both stacks read: source, target shifted right, masks, embeddings with positions. Torch-free."""

from dataclasses import replace

import numpy as np

from ...data.pairs import PAD, SPECIAL
from ..kit.figures import Formula, Grid, Origin, Table
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .attending import Mask, causal
from .fresh_translator import SMALL, fresh
from .translating import read, shifted
from .translation_figures import captioned, focused, french_alone, sentence_untrained, strip, tokens, vocabulary_frame

PADDED = 2
"""Words of padding behind the shorter sentence of a batch."""
SHOWN = 5
"""Words of a mask, the padding counted."""
MASK_TITLES = {"look-ahead": "look-ahead", "padding": "no padding", "combined": "both"}


def decoder_input(target: tuple[int, ...], shift: bool = True) -> tuple[int, ...]:
    """What the decoder reads: the target shifted right; without the `shift` the very words it has to write."""
    return shifted(target) if shift else target


def answers_seen(target: tuple[int, ...], given: tuple[int, ...]) -> tuple[bool, ...]:
    """At each place, whether the decoder reads there the word that it has to write (the mask lets it see itself)."""
    return tuple(a == b for a, b in zip(target, given, strict=True))


def masks(words: tuple[int, ...]) -> dict[str, Mask]:
    """(t, t) each, True where a query (row) may look: backwards, at no padding, and both."""
    t = len(words)
    ahead, pad = causal(t), np.tile([[word != PAD for word in words]], (t, 1))
    return {"look-ahead": ahead, "padding": pad, "combined": ahead & pad}


def paths(state: State) -> Frames:
    """Source and target as words, the shift, and the masks."""
    model = fresh(state.seed, SMALL)
    said = sentence_untrained(state, model)
    given = decoder_input(said.target, state["shift"])
    known = model.target_words
    names = tuple(known[k] for k in given)

    def frame(k: int) -> Frame:
        if k == 0:
            return Frame(
                caption=captioned(
                    "Two paths: the encoder reads French, the decoder the English it is to write. It writes its own in "
                    "the last scene.",
                    said,
                ),
                figures=(
                    tokens("source", "source → encoder", said.words, notes=[str(i) for i in said.ids]),
                    tokens(
                        "target",
                        "target (given, not the model's) → decoder",
                        said.target_words,
                        notes=[str(i) for i in said.target],
                        new_row=True,
                    ),
                ),
                facts=("AA1",),
            )
        if k == 3:
            return vocabulary_frame(("AA1",), len(model.source_words) - len(SPECIAL))
        if k == 1:
            seen = answers_seen(said.target, given)
            rows = [
                (i + 1, a, b, "yes" if s else "no")
                for i, (a, b, s) in enumerate(zip(names, said.target_words, seen, strict=True))
            ]
            good = f"Shifted right, {SPECIAL[1]} in front: each place reads the word before the one it must write."
            bad = "Not shifted: each place reads its own answer. The loss falls to 0 by copying, and nothing is learnt."
            return Frame(
                caption=good if state["shift"] else bad,
                figures=(
                    tokens("target", "must write", said.target_words),
                    tokens("read", "decoder reads", names, new_row=True),
                    Table(
                        name="places",
                        title="place by place",
                        columns=("place", "reads", "must write", "answer read here"),
                        rows=rows,
                        marked=tuple(i for i, s in enumerate(seen) if s),
                        new_row=True,
                    ),
                ),
                facts=("AA1",),
            )
        padded = (*given[: SHOWN - PADDED], *[PAD] * PADDED)
        labels = tuple(known[i] for i in padded)
        figures = tuple(
            Grid(
                name=name,
                title=MASK_TITLES[name],
                about="1: the query of this row may look at this column. Hatched: it may not.",
                values=mask.astype(float),
                digits=0,
                scope="mask",
                reach=(0, 1),
                row_labels=labels,
                marks={"never": tuple(zip(*(part.tolist() for part in np.nonzero(~mask)), strict=True))},
                join={"padding": "&", "combined": "="}.get(name, ""),
            )
            for name, mask in masks(padded).items()
        )
        return Frame(
            caption="Decoder self-attention looks backwards only, and never at padding: both masks at once.",
            figures=figures,
            facts=("AA4",),
        )

    return Frames(4, frame)


def embedding(state: State) -> Frames:
    """Eight numbers a word: the row of the table times the root of D, the position, their sum."""
    model = fresh(state.seed, SMALL)
    said = french_alone(state, model)
    there = read(model, said.ids)
    row, m = focused(state, len(said.ids)), SMALL.width
    table = model.weights["source.embedding.weight"]

    def scaled(i: int, c: int) -> Origin:
        numbers = f"{table[said.ids[i], c]:.3g} · √{m} = {there.scaled[i, c]:.3g}"
        return Origin(
            formulas=(Formula(symbols=f"E[{said.ids[i]}] · √D", numbers=numbers),), cells={"source": ((0, i),)}
        )

    def place(i: int, c: int) -> Origin:
        wave, exponent = ("cos" if c % 2 else "sin"), c - c % 2
        numbers = f"{wave}({i} / 10000^({exponent}/{m})) = {there.positions[i, c]:.4f}"
        return Origin(formulas=(Formula(symbols=f"{wave}(place / 10000^(2i/D))", numbers=numbers),))

    def total(i: int, c: int) -> Origin:
        numbers = f"{there.scaled[i, c]:.3g} + {there.positions[i, c]:.3g} = {there.x0[i, c]:.3g}"
        cells = {"scaled": ((i, c),), "positions": ((i, c),)}
        return Origin(formulas=(Formula(symbols="x0 = E[word] · √D + PE[place]", numbers=numbers),), cells=cells)

    def added(i: int, c: int) -> Origin:
        return replace(total(i, c), cells={"sum": ((0, c), (1, c))})

    marks = {"focus": tuple((row, c) for c in range(m))}
    s = len(said.ids)
    places = tuple(f"{i}" for i in range(s))
    source = tokens("source", "numbers of the words", said.words, notes=[str(i) for i in said.ids], focus=row)
    first = strip("scaled", f"E · √{m}, {s}x{m}", there.scaled, said.words, origin=scaled, marks=marks, scope="E · √D")
    second = strip(
        "positions", f"PE by place, {s}x{m}", there.positions, places, origin=place, marks=marks, join="+", scope="PE"
    )
    last = strip(
        "x0", f"x0, {s}x{m}", there.x0, said.words, origin=total, marks=marks, join="=", cursor=(row, 0), scope="x0"
    )

    def frame(k: int) -> Frame:
        if k == 0:
            caption = f'"{said.words[row]}" is word {said.ids[row]}: that row of the table E, times √D.'
            return Frame(
                caption=captioned(caption, said, f"D = {m} here, to be read: untrained (random) numbers."),
                figures=(source, first),
            )
        if k == 1:
            rows = np.stack((there.scaled[row], there.positions[row], there.x0[row]))
            figure = Grid(
                name="sum",
                title=f'"{said.words[row]}" at place {row}, counted from 0: {m} numbers',
                about="The row of the table times √D, the sines and cosines of the place, and their sum.",
                values=rows,
                signed=True,
                scope="these numbers",
                row_labels=(f"E · √{m}", f"PE({row})", "x0"),
                origin=lambda part, c: (scaled, place, added)[part](row, c),
                cursor=(2, 0),
                new_row=True,
            )
            return Frame(
                caption="The position is added number by number.",
                figures=(replace(source, picks=lambda _, column: {"focus": column}), figure),
                formulas=(Formula(symbols="x0 = E[word] · √D + PE[place]"),),
            )
        return Frame(
            caption="The sums x0 of all words: the same word at another place (from 0) is another vector.",
            figures=tuple(replace(figure, shows="shades") for figure in (first, second, last)),
            formulas=(Formula(symbols="x0 = E[word] · √D + PE[place]"),),
        )

    return Frames(3, frame)
