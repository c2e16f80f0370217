"""Tokens: a text cut into pieces, each piece a number, each number a row of a table."""

from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kit.figures import Bars, Formula, Grid, Origin, Table, Tokens
from .kit.fixtures import S1
from .kit.lesson import Frame, Frames, Lesson, Preset, Scene
from .kit.settings import Choice, Slider, Switch, Words
from .kit.state import State
from .workings import byte_pairs as pairs
from .workings.merges_shown import chip, merging

WIDTH = 8
STORIES = {
    "word": "Words: few tokens; a word that the vocabulary lacks is spelled in bytes.",
    "char": "Characters: a small vocabulary and many tokens; nothing is known of words.",
    "bpe": "Byte pairs: frequent neighbours are joined to one token, rare words fall into parts.",
}
ABOUT = (
    "Each chip is one token with its number under it. ▁ is a space: it belongs to the word after it, and one is put "
    "before the text so that its first word is like the others."
)
PLURALS = {"word": "tokens by words", "char": "by characters", "bpe": "by byte pairs"}
VERDICTS = {
    "most": "Where no merge fits, byte pairs spell byte by byte.",
    "fewest": "None makes fewer than byte pairs here.",
    "equal": "All make as many here.",
}
RANGES = (
    ("0", "<unk>, what is not known"),
    ("1 to 256", "one byte: its value + 1"),
    ("from 257", "the vocabulary that was learned"),
)


def encoded(state: State, kind: str = "") -> list[int]:
    """The text as token numbers, with the tokenizer that is set or another `kind`."""
    return pairs.encode(
        state["text"], kind or state["kind"], merged=state["merges"], lower=state["lower"], spell=state["spell"]
    )


@lru_cache(maxsize=8)
def embeddings(rows: int, seed: int) -> NDArray[np.float64]:
    """The table [vocabulary, 8] before any training: random numbers, the same for the same seed."""
    return np.random.default_rng([seed, 0x70]).normal(size=(rows, WIDTH))


def vocabulary(state: State, kind: str = "") -> int:
    """Different tokens of the tokenizer that is set, or of another `kind`."""
    return pairs.size(kind or state["kind"], merged=state["merges"], lower=state["lower"])


def _tokens(state: State, kind: str, **more: Any) -> Tokens:
    numbers, lower = encoded(state, kind), state["lower"]
    return Tokens(
        **{"name": "tokens", "title": f"{len(numbers)} tokens and their numbers", "about": ABOUT} | more,
        tokens=[pairs.shown(number, kind, lower=lower) for number in numbers],
        notes=[str(number) for number in numbers],
        origin=partial(chip, kind, lower, numbers),
    )


def split(state: State) -> Frames:
    """The text as chips with the tokenizer that is set, then with all three."""

    def frame(k: int) -> Frame:
        if k:
            return _compared(state)
        kind = state["kind"]
        numbers = encoded(state)
        back = pairs.decode(numbers, kind, lower=state["lower"])
        lost = back != state["text"]
        table = Table(
            name="counts",
            title=f"tokenizer: {kind}",
            columns=("", "count"),
            rows=[
                ("characters, with ▁ before the text", len(state["text"]) + 1),
                ("tokens", len(numbers)),
                ("of them single bytes", sum(1 for number in numbers if 1 <= number <= pairs.BYTES)),
                ("of them unknown", numbers.count(0)),
                ("vocabulary", vocabulary(state)),
            ],
            new_row=True,
        )
        formula = Formula(symbols="decode(encode(s))" + (" ≠ s" if lost else " = s"), numbers=back)
        why = ""
        if lost:
            why = " The case is lost." if state["lower"] and 0 not in numbers else " What is <unk> is lost."
        ranges = Table(name="numbers", title="what a number is", columns=("number", "token"), rows=RANGES)
        caption = STORIES[kind] + (why or " ▁ is the space before a word. c changes the tokenizer.")
        chips = _tokens(state, kind, picks=lambda row, column: {"token": column + 1})
        return Frame(caption=caption, figures=(chips, table, ranges), formulas=(formula,), facts=("Q2",))

    return Frames(2, frame)


def _compared(state: State) -> Frame:
    counts = [len(encoded(state, kind)) for kind in pairs.KINDS]
    rows = tuple(
        _tokens(state, kind, name=kind, title=f"{kind}: {count} tokens", new_row=True)
        for kind, count in zip(pairs.KINDS, counts, strict=True)
    )
    bars = Bars(
        name="length",
        title="tokens of this text",
        labels=pairs.KINDS,
        values=np.array(counts),
        notes=[f"vocabulary {vocabulary(state, kind)}" for kind in pairs.KINDS],
    )
    least, most = min(counts), max(counts)
    told = dict(zip(pairs.KINDS, counts, strict=True))
    caption = (
        "One text, three tokenizers: "
        + ", ".join(f"{count} {PLURALS[kind]}" for kind, count in told.items())
        + ". "
        + ("Byte pairs lie between." if least < told["bpe"] < most else VERDICTS[_extreme(told)])
    )
    return Frame(caption=caption, figures=(bars, *rows), facts=("Q2",))


def _extreme(told: dict[str, int]) -> str:
    if told["bpe"] == max(told.values()) and told["bpe"] > min(told.values()):
        return "most"
    return "fewest" if told["bpe"] < max(told.values()) else "equal"


def embedding(state: State) -> Frames:
    """A number picks a row of the table; the same as a one-hot vector times the table."""
    numbers, kind, lower = encoded(state), state["kind"], state["lower"]
    at = min(state["token"], len(numbers)) - 1
    here = sorted(set(numbers))[:40]
    if numbers[at] not in here:
        here[-1] = numbers[at]
    matrix, count = embeddings(vocabulary(state), state.seed), vocabulary(state)
    row = here.index(numbers[at])
    shown = pairs.shown(numbers[at], kind, lower=lower)
    reach = (-3.0, 3.0)

    def looked_up(_: int, column: int) -> Origin:
        formula = Formula(
            symbols="x = E[id]", numbers=f"E[{numbers[at]}, {column}] = {matrix[numbers[at], column]:.3f}"
        )
        return Origin(formulas=(formula,), cells={"table": ((row, column),), "tokens": ((0, at),)})

    def frame(k: int) -> Frame:
        chips = _tokens(state, kind, focus=at, cursor=(0, at), picks=lambda _, column: {"token": column + 1})
        table = Grid(
            name="table",
            title=f"E, {count}x{WIDTH}: {len(here)} of its rows",
            about="The embedding table has a row for each token of the vocabulary; only those of this text are drawn. "
            "Its numbers are learned with the rest of the network; these are the random ones before it.",
            values=matrix[here],
            digits=1,
            reach=reach,
            row_labels=[f"{number} {pairs.shown(number, kind, lower=lower)}" for number in here],
            marks={"window": tuple((row, column) for column in range(WIDTH))},
            new_row=True,
        )
        vector = Grid(
            name="vector",
            title=f"x of {shown}, {WIDTH} numbers",
            values=matrix[[numbers[at]]],
            digits=1,
            reach=reach,
            origin=looked_up,
            join="→",
        )
        if k == 0:
            caption = "The number of a token picks a row: that vector is what the network reads. Move over the tokens."
            return Frame(caption=caption, figures=(chips, table, vector))
        hot = Grid(
            name="one-hot",
            title=f"one-hot row, 1x{count}: the entries of the rows below",
            about="1 at the token's own number, 0 at all others, also at those that are not drawn.",
            values=np.array([[1.0 if other == row else 0.0 for other in range(len(here))]]),
            digits=0,
            reach=(0, 1),
            column_labels=[str(number) for number in here],
        )
        product = Grid(
            name="table",
            title="· E",
            values=table.values,
            digits=1,
            reach=reach,
            join="·",
            marks=table.marks,
            new_row=True,
        )
        answer = Grid(
            name="vector", title="= x", values=vector.values, digits=1, reach=reach, origin=looked_up, join="="
        )
        formula = Formula(symbols="x = onehot(id) E", numbers=f"every row times 0, row {numbers[at]} times 1")
        caption = "Looking up a row is a matrix product with a one-hot vector, without all the products with 0."
        return Frame(caption=caption, figures=(hot, product, answer), formulas=(formula,))

    return Frames(2, frame)


LESSON = Lesson(
    name="tokens",
    chapter="transformers",
    title="Tokens and embeddings",
    summary="A network reads no text: text is cut into tokens, tokens are numbers, and each number picks a vector.",
    settings=(
        Words(name="text", default=S1, help="a text of your own; Enter cuts it", key="i"),
        Choice(name="kind", default="word", choices=pairs.KINDS, help="the tokenizer", key="c"),
        Switch(name="lower", default=False, help="lower-case everything first", key="o"),
        Switch(name="spell", default=True, help="spell unknown words in bytes; off: <unk>", key="u"),
        Slider(name="merges", default=48, low=0, high=pairs.MOST_MERGES, step=4, help="merges of bpe", key="m"),
        Slider(name="token", default=2, low=1, high=200, step=1, help="the token that is looked up", key="x"),
    ),
    scenes=(
        Scene(
            name="split",
            title="Text to tokens",
            ids=("Q2", "Q3"),
            frames=split,
            settings=("text", "kind", "lower", "spell", "merges"),
        ),
        Scene(name="merges", title="Byte pairs learned", ids=("Q2",), frames=merging, settings=("text", "lower")),
        Scene(name="embedding", title="A number picks a vector", ids=("Q1",), frames=embedding),
    ),
    presets=(
        Preset(
            name="lower-case",
            values={"lower": True},
            why="The and the become one token, and the capital cannot come back.",
            scene="split",
        ),
        Preset(
            name="rare-word",
            values={"text": "The cattiest cat sat on the matted mat.", "kind": "bpe"},
            why="Words that were never seen fall into parts that were.",
            scene="split",
        ),
        Preset(
            name="unknown-word",
            values={"text": "The catfish sat on the mat.", "spell": False},
            why="Without spelling, a word outside the vocabulary becomes <unk>, and the text cannot come back.",
            good=False,
            scene="split",
        ),
        Preset(
            name="not-english",
            values={"text": "Le café de l'Œuvre 東京 🐈", "kind": "bpe"},
            why="Merges learned on English do not help: nearly every byte is a token of its own.",
            good=False,
            scene="split",
            frame=2,
        ),
    ),
    probe={"text": "The cattiest dog, 2 of them", "kind": "bpe", "merges": 20, "token": 3},
    source="Sennrich et al. (2016), Neural Machine Translation of Rare Words with Subword Units; Radford et al. (2019)",
)
