"""The scene of the trained pronoun toy: its answer flips with one adjective, and its edge can be cut. Torch-free."""

from typing import Any

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Table, Tokens
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .antecedents import (
    ADJECTIVE_AT,
    IT,
    NOUNS,
    OF_ANIMALS,
    OF_THINGS,
    Reading,
    Sentence,
    read,
    sentence,
)
from .attention_looks import line
from .pronoun_origins import answer_origin, score_origin, weight_origin

UNSEEN = '"cat … tired" and eleven others'
Toy = Any
"""What the training gave (trainings.pronouns.Pronouns), of which only its matrices and counts are used."""


def chosen(state: State) -> Sentence:
    """The sentence that the settings make."""
    return sentence(state["animal"], state["thing"], state["adjective"], state["order"])


def swapped(state: State) -> Sentence:
    """The same sentence with an adjective of the other kind."""
    adjective = state["adjective"]
    kinds = (OF_ANIMALS, OF_THINGS) if adjective in OF_ANIMALS else (OF_THINGS, OF_ANIMALS)
    return sentence(state["animal"], state["thing"], kinds[1][kinds[0].index(adjective)], state["order"])


def reading(state: State, of: Sentence, cut: bool) -> Reading:
    """How the trained toy reads it, with the edge from "it" to its antecedent or without."""
    return read(state.result("pronouns").weights, of.tokens, of.antecedent if cut else None)


def _row(of: Sentence, seen: Reading, name: str, cut: bool, **more: Any) -> Tokens:
    row = seen.far[IT]
    told = "edge cut" if cut else "learned weights"
    return Tokens(
        name=name,
        title=f'"it" in "… it was {of.tokens[ADJECTIVE_AT]}" ({told})',
        about='Layer 2, the row of "it". No label says which noun to look at: only the answer is trained. Two things '
        "are built in: layer 1 sees two tokens ahead at most, and the answer is compared with the words themselves.",
        tokens=of.tokens,
        weights=row,
        notes=tuple(_note(weight, cut and k == of.antecedent) for k, weight in enumerate(row)),
        focus=IT,
        cursor=(0, of.antecedent),
        dropped=(of.antecedent,) if cut else (),
        origin=lambda r, column: weight_origin(seen.second, IT, column),
        **more,
    )


def _note(weight: float, cut: bool) -> str:
    return "cut" if cut else f"{weight:.2f}" if weight >= 0.005 else "≈0"


def _answers(*read_: tuple[str, Sentence, Reading, str]) -> Bars:
    """Both nouns of each sentence, the right one first, and the likeliest of all where it is neither."""
    bars = []
    for told, of, seen, row in read_:
        order = [NOUNS.index(of.answer), NOUNS.index(of.other)]
        best = int(seen.probabilities.argmax())
        bars += [(told, of, seen, row, noun) for noun in dict.fromkeys((*order, best))]
    return Bars(
        name="answers",
        title='"it" is the … (* right)',
        about="Probability of both nouns of the sentence, and of the likeliest of all 12 where it is another, read at "
        '"it". The line is what guessing gives: 1/12.',
        labels=tuple(f"{bar[0]}: {NOUNS[bar[4]]}{'*' * (NOUNS[bar[4]] == bar[1].answer)}" for bar in bars),
        values=np.array([seen.probabilities[noun] for _, _, seen, _, noun in bars]),
        high=1,
        percent=True,
        marked=tuple(k for k, (_, of, _, _, noun) in enumerate(bars) if NOUNS[noun] == of.answer),
        reference=("guessing, 1/12", 1 / len(NOUNS)),
        origin=lambda bar, column: answer_origin(bars[bar][1], bars[bar][2], bars[bar][4], bars[bar][3]),
        new_row=True,
    )


def pronoun(state: State) -> Frames:
    """The flip, how the question is made, its numbers, the cut, and how sure the claim is."""
    toy: Toy = state.result("pronouns")
    of, other, cut = chosen(state), swapped(state), state["edge"] == "cut"

    def flip() -> Frame:
        a, b = reading(state, of, cut), reading(state, other, cut)
        words = f'"{of.tokens[ADJECTIVE_AT]}" to "{other.tokens[ADJECTIVE_AT]}"'
        caption = (
            f'Both edges are cut: "it" cannot see its antecedent. Right would be {of.answer} and {other.answer}; '
            f"it says {a.answer} and {b.answer}. Mend it with x."
            if cut
            else f'One word changes, {words}, and "it" turns from {a.answer} to {b.answer}.'
            if a.answer != b.answer
            else f'One word changes, {words}, and "it" is still {a.answer}: it did not learn this.'
        )
        words_of = (of.tokens[ADJECTIVE_AT], other.tokens[ADJECTIVE_AT])
        figures = (
            _row(of, a, "one", cut),
            _row(other, b, "two", cut, new_row=True),
            _answers((words_of[0], of, a, "one"), (words_of[1], other, b, "two")),
        )
        return Frame(caption=caption, figures=figures)

    def question() -> Frame:
        seen = reading(state, of, cut)
        near = Tokens(
            name="near",
            title='layer 1: "it" reads itself and two words ahead (learned weights)',
            about="Layer 1 may look no farther than two tokens ahead: so it was built. What it reads there, the "
            "adjective above all, makes the question of layer 2.",
            tokens=of.tokens,
            weights=seen.near[IT],
            notes=tuple(_note(w, False) if IT <= k <= IT + 2 else "" for k, w in enumerate(seen.near[IT])),
            focus=IT,
            cursor=(0, ADJECTIVE_AT),
            dimmed=tuple(k for k in range(len(of.tokens)) if not IT <= k <= IT + 2),
            origin=lambda row, column: weight_origin(seen.first, IT, column),
        )
        matrix = Grid(
            name="layer 2",
            title="layer 2: all weights (learned)",
            about='Only the row of "it" was trained for anything: the other rows are by-products.',
            values=seen.far,
            shows="shades",
            signed=False,
            reach=(0, 1),
            scope="weights",
            row_labels=of.tokens,
            column_labels=of.tokens,
            row_axis="query",
            column_axis="key",
            marks={"focus": line(IT, len(of.tokens))},
            cursor=(IT, of.antecedent),
            origin=lambda row, column: weight_origin(seen.second, row, column),
            new_row=True,
        )
        return Frame(
            caption=f'Layer 1 tells "it" of "{of.tokens[ADJECTIVE_AT]}"; layer 2 asks with that, and '
            + (
                f'"{of.answer}" would fit, but its edge is cut.'
                if cut
                else f'"{of.answer}" fits best.'
                if int(seen.far[IT].argmax()) == of.antecedent
                else "it looks elsewhere."
            ),
            figures=(near, matrix, _scores(of, seen, cut)),
        )

    def numbers() -> Frame:
        seen = reading(state, of, cut)
        a = seen.second
        values = np.vstack([a.q[IT], a.k])
        both = Grid(
            name="q and K",
            title=f'q of "it", 1x{a.q.shape[1]}, over K, {len(of.tokens)}x{a.k.shape[1]} (learned)',
            about='The question of "it" and the keys in 32 learned numbers each; no dimension has a name. A key with '
            "the colours of the question, dimension by dimension, gives a large product.",
            values=values,
            shows="shades",
            signed=True,
            scope="q and K",
            row_labels=("q(it)", *of.tokens),
            cursor=(of.antecedent + 1, 0),
            marks={"source": line(0, a.q.shape[1]), "focus": line(of.antecedent + 1, a.k.shape[1])},
        )
        return Frame(
            caption=f'q of "it" times every key: the row of "{of.answer}" has the colours of q. '
            "Enter on a score: all products.",
            figures=(both, _scores(of, seen, cut, new_row=True)),
            formulas=(
                Formula(
                    symbols=f"s(it, {of.answer}) = q · k / √{a.k.shape[1]}",
                    numbers=f"{a.scores[IT, of.antecedent]:.2f} / √{a.k.shape[1]} = {a.scaled[IT, of.antecedent]:.2f}",
                ),
            ),
        )

    def severed() -> Frame:
        whole, without = reading(state, of, False), reading(state, of, True)
        k = NOUNS.index(of.answer)
        before, after = whole.probabilities[k], without.probabilities[k]
        return Frame(
            caption=f'Cut the edge from "it" to "{of.answer}": p({of.answer}) goes from {before:.3f} to {after:.3f}; '
            f"guessing is {1 / len(NOUNS):.3f}. " + ("The answer came by this edge." if before - after > 0.5 else ""),
            figures=(
                _row(of, whole, "whole", False),
                _row(of, without, "without", True, new_row=True),
                _answers(("whole", of, whole, "whole"), ("cut", of, without, "without")),
            ),
        )

    def held_out() -> Frame:
        table = Table(
            name="accuracy",
            title="right answers",
            about="Of every noun one adjective was held out of the training, such as tired cats and soft mats.",
            columns=("sentences", "how many", "right"),
            rows=[
                [f"{name} in training" if name == "seen" else name, toy.counts[name], f"{100 * share:.1f} %"]
                for name, share in toy.accuracy.items()
            ],
        )
        curve = Curves(
            name="loss",
            title="loss while it learned",
            x=np.arange(1, len(toy.losses) + 1, dtype=float),
            lines={"cross-entropy": np.asarray(toy.losses)},
            x_label="step",
            y_label="nats",
            levels={"ln 12": float(np.log(len(NOUNS)))},
        )
        pair = f'"{of.answer} … {of.tokens[ADJECTIVE_AT]}"'
        share = toy.accuracy["held out"]
        seen = f"{pair} was never in training" if of.held_out else f"{pair} was in training, {UNSEEN} were not"
        learned = "it learned kinds" if share == 1 else "it learned only some kinds"
        return Frame(
            caption=f"{seen}. Of unseen pairs {100 * share:.0f} % are right: {learned}.",
            figures=(table, curve),
        )

    return Frames(5, lambda k: (flip, question, numbers, severed, held_out)[k]())


def _scores(of: Sentence, seen: Reading, cut: bool, **more: Any) -> Bars:
    scaled = seen.second.scaled[IT]
    return Bars(
        name="scores",
        title='layer 2: scaled scores of "it"',
        about="The question of “it”, which holds the adjective by now, times the key of every word, over √32.",
        labels=of.tokens,
        values=np.where(seen.second.mask[IT], scaled, 0.0),
        dropped=(of.antecedent,) if cut else (),
        marked=(of.antecedent,),
        cursor=(of.antecedent, 0),
        origin=lambda bar, column: score_origin(seen.second, IT, bar),
        **more,
    )
