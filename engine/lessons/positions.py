"""Positions: attention alone does not know the order of its words; sinusoids tell it."""

from typing import Any

import numpy as np

from .kit.figures import Bars, Card, Formula, Grid, Origin, Table, Tokens
from .kit.fixtures import GOLD3, S3
from .kit.lesson import Frame, Frames, Lesson, Note, Preset, Scene
from .kit.settings import Slider, Words
from .kit.state import State
from .workings.attending import Attention, product
from .workings.attention_looks import short
from .workings.cut_short import cut_short
from .workings.ordering import ARMS, Order, Shuffled, layer, order, shuffled, vectors
from .workings.position_scenes import dots, lengths, table_of
from .workings.position_turning import turning
from .workings.sentences import split

MOST = 12


def sentence(state: State) -> tuple[tuple[str, ...], Order]:
    """The tokens, and the order that they are shuffled to."""
    tokens = split(state["text"], MOST)
    return tokens, order(len(tokens), state["shuffle"])


def compared(state: State, arm: str) -> Shuffled:
    """The layer's outputs for the sentence and for its shuffled words."""
    tokens, moved = sentence(state)
    return shuffled(vectors(tokens, state.seed), moved, arm, state.seed)


def french(state: State) -> tuple[Frame, ...]:
    """Word order carries meaning: French puts the adjective behind the noun."""
    tokens, moved = sentence(state)
    mixed = tuple(tokens[k] for k in moved)
    rows: tuple[Tokens, ...] = (
        Tokens(name="sentence", title="in order", tokens=tokens, notes=tuple(map(str, range(len(tokens))))),
        Tokens(
            name="shuffled",
            title="the same words, shuffled",
            tokens=mixed,
            notes=tuple(str(int(k)) for k in moved),
            new_row=True,
        ),
    )
    first = Frame(
        caption="The same words in another order are another sentence, or none. A model must be told the order."
        if moved.tolist() != list(range(len(tokens)))
        else "Nothing is moved here. Turn shuffle (s): another order is another sentence, or none.",
        figures=rows,
    )
    table = Table(
        name="translation",
        title="Un chat noir boit de l'eau",
        columns=("", "English", "order"),
        rows=[
            ["word for word", "A cat black drinks water", "as in French"],
            ["right", GOLD3, "adjective before the noun"],
        ],
        marked=(1,),
    )
    second = Frame(
        caption=f'The right translation is "{GOLD3}": black and cat change places.',
        figures=(table,),
    )
    return first, second


def bag(state: State) -> Frames:
    """Shuffle the words: do the outputs only move along, or do they change?"""
    tokens, moved = sentence(state)
    results = {arm: compared(state, arm) for arm in ARMS}

    def frame(k: int) -> Frame:
        if k == len(ARMS):
            return _summary(results)
        arm = ARMS[k]
        one = results[arm]
        changes = np.abs(one.plain - one.back).max(1)
        still = one.error < 1e-9
        says = (
            "Without positions every word gets the very same output wherever it stands: a bag of words.",
            "With sinusoidal positions the outputs change: the order is told.",
            "A causal mask alone breaks the symmetry too: a word sees only itself and what stands before it.",
        )[k]
        if k and still:
            says = "Nothing changes, for the words stand as they stood. Turn shuffle (s) to move them."
        mixed = layer(vectors(tokens, state.seed), arm, state.seed)
        moved_back = layer(vectors(tokens, state.seed)[moved], arm, state.seed)
        place = {int(j): k for k, j in enumerate(moved)}

        def plain_origin(row: int, column: int) -> Origin:
            return _sum(mixed, row, column)

        def back_origin(row: int, column: int) -> Origin:
            return _sum(moved_back, place[row], column)

        def change_origin(bar: int, column: int) -> Origin:
            at = int(np.abs(one.plain - one.back)[bar].argmax())
            a, b = float(one.plain[bar, at]), float(one.back[bar, at])
            told = f"|{a:.4f} - {_signed(b)}| = {abs(a - b):.4f}"
            formula = Formula(symbols=f"largest |plain - back| of the row, in column {at} (from 0)", numbers=told)
            return Origin(formulas=(formula,), cells={"plain": ((bar, at),), "back": ((bar, at),)})

        after = Tokens(
            name="after",
            title="shuffled; below, the old place (from 0)",
            tokens=tuple(tokens[j] for j in moved),
            notes=tuple(str(int(j)) for j in moved),
            new_row=True,
        )
        common: dict[str, Any] = {
            "digits": 1,
            "reach": (-2.0, 2.0),
            "scope": "both outputs",
            "signed": True,
            "shows": "shades",
        }
        names = tuple(short(token) for token in tokens)
        grids = (
            Grid(
                name="plain",
                title=f"{arm}: in order",
                about="One row a word: 16 numbers, made by one attention layer with random weights.",
                values=one.plain,
                row_labels=names,
                origin=plain_origin,
                **common,
            ),
            Grid(
                name="back",
                title="shuffled, brought back",
                about="Row i of both is about the same word, so both are equal if order does not matter.",
                values=one.back,
                origin=back_origin,
                **common,
            ),
            Bars(
                name="change",
                title="largest change",
                labels=names,
                values=np.where(changes < 1e-12, 0, changes),
                origin=change_origin,
            ),
        )
        formula = Formula(symbols="max |f(Px) - P f(x)|", numbers=f"{one.error:.2g}; of the mean {one.mean_error:.1g}")
        return Frame(caption=says, figures=(*grids, after), formulas=(formula,))

    return Frames(len(ARMS) + 1, frame)


def _sum(a: Attention, row: int, column: int) -> Origin:
    """An output as weights times values of one column."""
    numbers = f"{product(a.weights[row], a.v[:, column])} = {a.output[row, column]:.2f}"
    return Origin(formulas=(Formula(symbols="out = Σ a_j v_j (weights times values)", numbers=numbers),))


def _signed(number: float) -> str:
    return f"({number:.4f})" if number < 0 else f"{number:.4f}"


def _summary(results: dict[str, Shuffled]) -> Frame:
    table = Table(
        name="arms",
        title="one attention layer, random weights",
        columns=("", "outputs change by", "their mean changes by", "changed"),
        rows=[[arm, one.error, one.mean_error, "yes" if one.error > 1e-9 else "no"] for arm, one in results.items()],
        digits=2,
    )
    card = Card(
        name="note",
        title="so",
        text="Unmasked self-attention is permutation-equivariant: P f(x) = f(P x). Positions break that, and so "
        "does a causal mask; decoder-only models can learn the order from the mask alone.",
    )
    moved = results["causal mask"].error > 1e-9
    caption = (
        "A bag of words: true of unmasked attention without positions, and of nothing else here."
        if moved
        else "The words stand as they stood, so nothing changes in any row. Turn shuffle (s)."
    )
    return Frame(caption=caption, figures=(table, card))


WIDTHS = (8, 16, 32, 64, 128, 512)
TABLE = ("width", "position")
WORDS = ("text", "shuffle")

LESSON = Lesson(
    name="positions",
    chapter="transformers",
    title="Positional encoding",
    summary="Self-attention sees a bag of words; sinusoids added to the embeddings tell it the order.",
    settings=(
        Words(name="text", default=S3, help="a sentence of your own", most=120, key="i"),
        Slider(name="shuffle", default=1, low=0, high=99, step=1, help="which order; 0 is the right one", key="s"),
        Slider(name="width", default=16, low=8, high=512, stops=WIDTHS, help="d, numbers of a position", key="d"),
        Slider(name="position", default=3, low=0, high=47, step=1, help="p", key="n"),
        Slider(name="offset", default=4, low=0, high=23, step=1, help="k, how much farther", key="o"),
    ),
    scenes=(
        Scene(name="order", title="Order carries meaning", ids=("T1",), frames=cut_short(french, MOST), settings=WORDS),
        Scene(name="bag", title="Shuffle the words", ids=("T2",), frames=cut_short(bag, MOST), settings=WORDS),
        Scene(name="sinusoids", title="The sinusoidal table", ids=("T3",), frames=table_of, settings=TABLE),
        Scene(name="dots", title="Distance by dot product", ids=("T3",), frames=dots, settings=("width", "offset")),
        Scene(name="turning", title="Clock hands", ids=("T3",), frames=turning, settings=(*TABLE, "offset")),
        Scene(name="wavelengths", title="Wavelengths", ids=("T3",), frames=lengths, settings=("width",)),
    ),
    presets=(
        Preset(
            name="in-order", values={"shuffle": 0}, why="Nothing is moved, so nothing changes.", scene="bag", frame=4
        ),
        Preset(
            name="d512",
            values={"width": 512},
            why="The width of the paper: the slowest pair takes 60,611 positions to go round.",
            scene="wavelengths",
        ),
        Preset(
            name="narrow",
            values={"width": 8},
            why="Four clocks only: far positions look alike sooner.",
            good=False,
            scene="dots",
        ),
    ),
    notes=(
        Note(
            id="T1",
            said="Un chat noir boit de l'eau → A cat black drinks water",
            right=f'That is the word-for-word rendering. Correct English is "{GOLD3}".',
        ),
        Note(
            id="T2",
            said="Without positional information, the Transformer treats input tokens as a bag of words.",
            right="True of unmasked attention (permutation-equivariant); a causal mask alone breaks the symmetry.",
        ),
    ),
    probe={"text": "the cat saw the dog", "shuffle": 5, "width": 8, "position": 9, "offset": 3},
    source="Vaswani et al., 2017, section 3.5",
)
