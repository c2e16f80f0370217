"""The scenes of `attention` that follow one token: what it asks, what it gathers, what it becomes. Torch-free."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..kit.figures import Bars, Card, Formula, Grid, Origin, Tokens
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .attending import entropy, product
from .attention_looks import Look, cell_origin, labels, line, look, projected, ranked, short, tinted, top
from .sentences import FEATURES

AXES_TOLD = "a thing, an act(ion), a qual(ity), a pron(oun)."


def focused(state: State) -> tuple[Frame, ...]:
    """One token asks: its query, all keys, the scores, the weights."""
    seen = look(state)
    a, f = seen.a, seen.focus
    nats = abs(float(entropy(a.weights[f])))
    asks = short(seen.tokens[f], 14)
    questions = projected(seen, "Q").origin
    assert questions is not None
    query = Grid(
        name="Q",
        title=f'the question of "{asks}": q, 1x{a.q.shape[1]}',
        about="What it asks for: " + AXES_TOLD if seen.w.hand_set else "Random weights: the columns mean nothing.",
        values=a.q[f : f + 1],
        column_labels=seen.w.axes,
        row_labels=(labels(seen)[f],),
        scope="q alone",
        origin=lambda row, column: questions(f, column),
    )

    def origin(bar: int, column: int) -> Origin:
        formula = Formula(symbols="s = q · k", numbers=f"{product(a.q[f], a.k[bar])} = {a.scores[f, bar]:.2f}")
        return Origin(formulas=(formula,), cells={"Q": line(0, a.q.shape[1]), "K": line(bar, a.k.shape[1])})

    def from_the_row(index: Callable[[int, int], int]) -> Callable[[int, int], Origin]:
        def found(row: int, column: int) -> Origin:
            made = cell_origin(seen, 3, f, index(row, column))
            return replace(made, cells={**made.cells, "Q": line(0, a.q.shape[1])})

        return found

    order = ranked(seen)
    best = replace(top(seen), origin=from_the_row(lambda bar, column: order[bar]))
    row = tinted(seen, origin=from_the_row(lambda row, column: column))

    scores = Bars(
        name="scores",
        title="q · k with every key",
        about="How well what each token offers answers the question. Every token is asked, the asking one too.",
        labels=labels(seen),
        values=a.scores[f],
        marked=(f,),
        origin=origin,
    )
    asked = Frame(
        caption=f'"{asks}" asks, every key answers: q · k is large where a key offers what the query wants.'
        + (f" Columns: {AXES_TOLD}" if seen.w.hand_set else " Random weights: the columns mean nothing."),
        figures=(query, scores, projected(seen, "K")),
        formulas=(Formula(symbols="s_j = q · k_j"),),
        facts=("U2", "U3"),
    )
    weights = Frame(
        caption=f'Softmax turns the scores of "{asks}" into weights. Another token: n.'
        + (seen.guessed or " A sentence of your own: i."),
        figures=(row, best, replace(query, new_row=True), projected(seen, "K")),
        formulas=(
            Formula(
                symbols="a = softmax(s / √d_k)",
                numbers=f"Σ a = {a.weights[f].sum():.3f}, entropy {nats:.2f} of {np.log(seen.size):.2f}",
            ),
        ),
        facts=("U2",),
    )
    return weights, asked


def running_sums(seen: Look) -> Floats:
    """[T + 1, d_v]: the sum of a_j v_j over the first 0, 1, …, T tokens, for the token in focus."""
    parts = seen.a.weights[seen.focus][:, None] * seen.a.v
    return np.vstack([np.zeros(seen.a.v.shape[1]), np.cumsum(parts, 0)])


def weighted_sum(state: State) -> Frames:
    """The output of the token in focus, gathered token by token."""
    seen = look(state)
    sums, row = running_sums(seen), seen.a.weights[seen.focus]
    asks = short(seen.tokens[seen.focus], 14)

    def frame(k: int) -> Frame:
        value, weight, gives = seen.a.v[k], row[k], short(seen.tokens[k], 14)

        def origin(r: int, column: int) -> Origin | None:
            new = Formula(
                symbols="a_j v_j", numbers=f"{weight:.2f} · {value[column]:.2f} = {weight * value[column]:.3f}"
            )
            used = {"sum": ((0, column),), "tokens": ((0, k),)}
            if r == 1:
                return Origin(formulas=(new,), cells=used)
            before, after = sums[k, column], sums[k + 1, column]
            total = Formula(symbols="Σ", numbers=f"{before:.3f} + {weight * value[column]:.3f} = {after:.3f}")
            return Origin(formulas=(total, new), cells={"sum": ((1, column),)}) if r == 2 else None

        def part_origin(j: int, column: int) -> Origin | None:
            each = seen.a.v[j, column]
            numbers = f"{row[j]:.2f} · {each:.2f} = {row[j] * each:.3f}"
            formula = Formula(symbols="a_j v_j", numbers=numbers)
            return Origin(formulas=(formula,), cells={"tokens": ((0, j),)}) if j <= k else None

        grid = Grid(
            name="sum",
            title=f'token {k + 1} of {seen.size}: "{short(seen.tokens[k], 14)}"'
            + (" (itself)" if k == seen.focus else ""),
            about="v of this token, scaled by its weight, is added to the sum. The last row is where it ends.",
            values=np.vstack([value, weight * value, sums[k + 1], sums[-1]]),
            row_labels=(f"v({seen.tokens[k][:8]})", f"{weight:.2f} · v", "sum so far", "output"),
            column_labels=seen.w.contents,
            marks={"target": line(2, len(value)), "source": line(1, len(value))},
            origin=origin,
        )
        here = Tokens(
            name="tokens",
            title=f'weights of the row "{asks}" ({seen.label})',
            about="The weights of scene 2. The cursor stands on the token whose value is added now.",
            tokens=seen.tokens,
            weights=row,
            notes=tuple(
                f"{each:.2f}" if may else "╱╱╱" for each, may in zip(row, seen.a.mask[seen.focus], strict=True)
            ),
            focus=k,
            dimmed=tuple(range(k + 1, seen.size)),
        )
        parts = row[:, None] * seen.a.v
        all_of_them = Grid(
            name="parts",
            title=f"a_j v_j, {seen.size}x{parts.shape[1]}: {k + 1} added so far",
            about="A row for each token: its value times its weight. Added up, all rows are the output.",
            values=np.where(np.arange(seen.size)[:, None] <= k, parts, np.nan),
            reach=(float(parts.min()), float(parts.max())),
            row_labels=labels(seen),
            column_labels=seen.w.contents,
            marks={"source": line(k, len(value))},
            origin=part_origin,
            new_row=True,
        )
        own = " It takes of its own value too." if k == seen.focus else ""
        return Frame(
            caption=f'The output of "{asks}" is Σ a_j v_j: "{gives}" adds {weight:.2f} of its value.{own}',
            figures=(here, grid, all_of_them),
            formulas=(
                Formula(symbols="out = Σ a_j v_j", numbers=f"weights used so far {row[: k + 1].sum():.2f} of 1"),
            ),
            facts=("U4",),
        )

    return Frames(seen.size, frame)


def contextual(seen: Look) -> Floats:
    """(T, D): embeddings after one attention layer with its residual path, x + A V W_O."""
    return seen.x + seen.a.output @ seen.w.output


def shared_word(first: Look, second: Look) -> tuple[int, int] | None:
    """Where a word that both sentences have stands in each: the one in focus if possible."""
    words = [token.lower() for token in second.tokens]
    order = [first.focus, *range(first.size)]
    found = next((k for k in order if first.tokens[k].lower() in words), None)
    return None if found is None else (found, words.index(first.tokens[found].lower()))


def cosine(a: Floats, b: Floats) -> float:
    """a·b / (|a| |b|)."""
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def in_context(state: State) -> tuple[Frame, ...]:
    """The same word in two sentences: the same embedding, and another vector after attention."""
    one, two = look(state), look(state, state["other"])
    shared = shared_word(one, two)
    if shared is None:
        told = f"text: {' '.join(one.tokens)} / other: {' '.join(two.tokens)}"
        text = "The two sentences share no word: nothing to compare. Give one of them a word of the other: i or v."
        return (Frame(caption=text, figures=(Card(name="none", title="both sentences", text=told),)),)
    i, j = shared
    after_one, after_two = contextual(one)[i], contextual(two)[j]
    before, after = cosine(one.x[i], two.x[j]), cosine(after_one, after_two)
    word = short(one.tokens[i], 14)
    rows = (
        Tokens(name="one", title="text", tokens=one.tokens, weights=one.a.weights[i], focus=i),
        Tokens(name="two", title="other", tokens=two.tokens, weights=two.a.weights[j], focus=j, new_row=True),
    )
    vectors = Grid(
        name="vectors",
        title=f'"{word}" before and after attention ({one.label})',
        about="Before: the embedding, the same wherever the word stands. After: x + A V W_O, which holds its context. "
        "No positions are added here: with them x would differ too where the word stands at another place.",
        values=np.vstack([one.x[i], two.x[j], after_one, after_two]),
        row_labels=("x in text", "x in other", "after, text", "after, other"),
        column_labels=FEATURES,
        new_row=True,
    )
    likeness = Bars(
        name="cosine",
        title="cosine of both",
        labels=("before", "after"),
        values=np.array([before, after]),
        high=1,
        new_row=True,
    )
    same = after > 1 - 1e-9
    caption = (
        f'Both sentences give "{word}" the same things to look at, so it stays the same.'
        if same
        else f'"{word}" has one embedding: cosine 1 (with positions x would differ too). After attention it differs '
        "with its sentence."
    )
    return (
        Frame(
            caption=caption,
            figures=(*rows, likeness, vectors),
            formulas=(Formula(symbols="cos(a, b) = a·b / |a||b|", numbers=f"before {before:.3f}, after {after:.3f}"),),
        ),
    )
