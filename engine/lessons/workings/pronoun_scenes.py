"""The scene of the trained pronoun toy: its answer flips with one adjective, and its edge can be cut. Torch-free."""

from typing import Any

import numpy as np

from ..kit.figures import Bars, Curves, Formula, Grid, Table, Tokens
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .antecedents import (
    IT,
    NOUNS,
    OF_ANIMALS,
    OF_THINGS,
    Reading,
    Sentence,
    read,
    sentence,
)

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
        title=f'"it" in "… it was {of.tokens[9]}" ({told})',
        about='Layer 2, the row of "it". The toy learned it; nobody told it which words to look at.',
        tokens=of.tokens,
        weights=row,
        notes=tuple(f"{weight:.2f}" if weight >= 0.005 else "" for weight in row),
        focus=IT,
        dropped=(of.antecedent,) if cut else (),
        **more,
    )


def _answer(of: Sentence, seen: Reading, name: str, most: int = 2) -> Bars:
    order = [int(k) for k in np.argsort(-seen.probabilities, kind="stable")[:most]]
    unseen = "never seen in training" if of.held_out else "seen in training"
    return Bars(
        name=name,
        title=f'"it" is the … ("{of.answer}" is right)',
        about=f'Probability of each noun, read at "it". "{of.answer} … {of.tokens[9]}": {unseen}.',
        labels=tuple(NOUNS[k] for k in order),
        values=seen.probabilities[order],
        high=1,
        percent=True,
        marked=tuple(k for k, noun in enumerate(order) if NOUNS[noun] == of.answer),
    )


def pronoun(state: State) -> Frames:
    """The flip, how the question is made, the cut, and how sure the claim is."""
    toy: Toy = state.result("pronouns")
    of, other, cut = chosen(state), swapped(state), state["cut"]

    def flip() -> Frame:
        a, b = reading(state, of, cut), reading(state, other, cut)
        flips = a.answer != b.answer
        caption = (
            f'One word changes, "{of.tokens[9]}" to "{other.tokens[9]}", and "it" turns from {a.answer} to {b.answer}.'
            if flips and not cut
            else f'The edge is cut: "it" cannot see its antecedent and says {a.answer} and {b.answer}. Mend it with x.'
        )
        figures = (
            _row(of, a, "one", cut),
            _answer(of, a, "answer one"),
            _row(other, b, "two", cut, new_row=True),
            _answer(other, b, "answer two"),
        )
        return Frame(caption=caption, figures=figures, formulas=(_told(of, a), _told(other, b)))

    def question() -> Frame:
        seen = reading(state, of, cut)
        near = Tokens(
            name="near",
            title='layer 1: "it" reads itself and two words ahead (learned weights)',
            about="Layer 1 may look no farther than two tokens ahead. The adjective makes the question of layer 2.",
            tokens=of.tokens,
            weights=seen.near[IT],
            notes=tuple(f"{weight:.2f}" if weight > 0 else "" for weight in seen.near[IT]),
            focus=IT,
            dimmed=tuple(k for k in range(len(of.tokens)) if not IT <= k <= IT + 2),
        )
        matrix = Grid(
            name="layer 2",
            title="layer 2: all weights (learned)",
            about='Only the row of "it" was trained for anything: the other rows are by-products.',
            values=seen.far,
            shows="shades",
            signed=False,
            reach=(0, 1),
            row_labels=of.tokens,
            column_labels=of.tokens,
            row_axis="query",
            column_axis="key",
            marks={"focus": tuple((IT, k) for k in range(len(of.tokens)))},
            new_row=True,
        )
        scores = Bars(
            name="scores",
            title='layer 2: scaled scores of "it"',
            about="The question of “it”, which holds the adjective by now, with the key of every word.",
            labels=of.tokens,
            values=np.where(np.isfinite(seen.scores), seen.scores, 0.0),
            dropped=(of.antecedent,) if cut else (),
            marked=(of.antecedent,),
        )
        return Frame(
            caption=f'Layer 1 tells "it" of "{of.tokens[9]}"; layer 2 asks with that, and "{of.answer}" fits.',
            figures=(near, matrix, scores),
        )

    def severed() -> Frame:
        whole, without = reading(state, of, False), reading(state, of, True)
        k = NOUNS.index(of.answer)
        before, after = whole.probabilities[k], without.probabilities[k]
        return Frame(
            caption=f'Cut the edge from "it" to "{of.answer}": p({of.answer}) falls from {before:.2f} to {after:.2f}. '
            "The answer came by this edge.",
            figures=(
                _row(of, whole, "whole", False),
                _answer(of, whole, "answer whole"),
                _row(of, without, "without", True, new_row=True),
                _answer(of, without, "answer without"),
            ),
            formulas=(
                Formula(
                    symbols=f"p({of.answer}) - p({of.answer}, cut)",
                    numbers=f"{before:.3f} - {after:.3f} = {before - after:.3f}",
                ),
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
        return Frame(
            caption="It never saw this adjective of this noun, and is right: it learned kinds of words, not sentences.",
            figures=(table, curve),
        )

    return Frames(4, lambda k: (flip, question, severed, held_out)[k]())


def _told(of: Sentence, seen: Reading) -> Formula:
    weight = seen.far[IT, of.antecedent]
    return Formula(
        symbols=f"… because it was {of.tokens[9]}",
        numbers=f"a(it, {of.answer}) = {weight:.3f}, p({of.answer}) = {seen.probabilities[NOUNS.index(of.answer)]:.3f}",
    )
