"""One sentence followed from its words to its loss, through every layer of the trained translator. Torch-free."""

from dataclasses import replace

import numpy as np

from ..kit.figures import Bars, Figure, Formula, Grid, Origin
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from ..trainings.french import result
from .attending import causal
from .attention_looks import short
from .loss_frames import chosen_model
from .transformer_layers import Heads, Sublayer
from .translating import Model, Pass, forced, nll, probabilities, read
from .translation_figures import Sentence, captioned, focused, sentence, strip, tokens
from .weight_origins import figured, linear_formula, weight_formulas

TOP = 8
Stage = tuple[str, str, tuple[Figure, ...], tuple[Formula, ...], tuple[str, ...]]
"""Title, caption, figures, formulas, rows of the syllabus."""


def through(state: State) -> Frames:
    """Tokens, embedding, positions, encoder layers, decoder layers, projection, softmax, loss."""
    model = chosen_model(state)
    said = sentence(state, result(state).model)
    row = focused(state, len(said.target))
    encoder = read(model, said.ids)
    decoder, scores = forced(model, said.ids, said.target)
    stages = [
        *_inputs(model, said, encoder),
        *(_layer("encoder", k, encoder, said.words, said) for k in range(model.plan.layers)),
        *(_layer("decoder", k, decoder, said.read_words, said) for k in range(model.plan.layers)),
        *_outputs(model, said, decoder, scores, row),
    ]

    def frame(k: int) -> Frame:
        title, caption, figures, formulas, facts = stages[k]
        caption = captioned(caption, said)
        return Frame(title=title, caption=caption, figures=figures, formulas=formulas, facts=facts)

    return Frames(len(stages), frame)


def _inputs(model: Model, said: Sentence, encoder: Pass) -> list[Stage]:
    s, m = encoder.x0.shape
    table = model.weights["source.embedding.weight"]
    numbered: tuple[Figure, ...] = (
        tokens("source", "French, number of each word", said.words, notes=[str(k) for k in said.ids]),
        tokens("read", "English, shifted right", said.read_words, notes=[str(k) for k in said.read], new_row=True),
    )
    words = f"{len(model.source_words)} French, {len(model.target_words)} English words, 4 of each like <end>."

    def embedded(i: int, c: int) -> Origin:
        numbers = f"{table[said.ids[i], c]:.4f} · √{m} = {encoder.scaled[i, c]:.3f}"
        formula = Formula(symbols=f"E[{said.ids[i]}, {c}] · √{m}, learned", numbers=numbers)
        return Origin(formulas=(formula,))

    def waved(i: int, c: int) -> Origin:
        wave, exponent = ("cos" if c % 2 else "sin"), c - c % 2
        numbers = f"{wave}({i} / 10000^({exponent}/{m})) = {encoder.positions[i, c]:.4f}"
        return Origin(formulas=(Formula(symbols=f"{wave}(place / 10000^(2i/D))", numbers=numbers),))

    scaled = strip("scaled", f"embedding · √{m}, {s}x{m}", encoder.scaled, said.words, origin=embedded)
    placed = strip("positions", f"positions, {s}x{m}", encoder.positions, said.words, join="+", origin=waved)

    def sums(i: int, c: int) -> Origin:
        numbers = f"{encoder.scaled[i, c]:.3f} + {encoder.positions[i, c]:.3f} = {encoder.x0[i, c]:.3f}"
        formula = Formula(symbols=f"x0 = E[word] · √{m} + PE[place]", numbers=numbers)
        return Origin(formulas=(formula,), cells={"scaled": ((i, c),), "positions": ((i, c),)})

    x0 = strip("x0", f"x0, {s}x{m}: the sum of both below", encoder.x0, said.words, origin=sums)
    formula = (Formula(symbols=f"x0 = E[word] · √{m} + PE[place]"),)
    return [
        ("tokens", f"The text becomes numbers of words: {words}", numbered, (), ("AA1",)),
        ("embedding", f"Each number picks a row of {m} learned numbers, times √{m}.", (scaled,), (), ("AA2",)),
        (
            "positions",
            "Sines and cosines of the place are added.",
            (x0, replace(scaled, join="="), placed),
            formula,
            ("AA2",),
        ),
    ]


def _heat(
    name: str, title: str, heads: Heads, rows: tuple[str, ...], columns: tuple[str, ...], ahead: bool, axis: str = ""
) -> Grid:
    seen = causal(len(rows)) if ahead else None
    hidden = () if seen is None else tuple((i, j) for i in range(len(rows)) for j in range(i + 1, len(columns)))

    def origin(i: int, j: int) -> Origin:
        if seen is not None and not seen[i, j]:
            formula = Formula(symbols="softmax over this word and those before", numbers="a later word: weight 0")
            return Origin(formulas=(formula,))
        return Origin(formulas=weight_formulas(list(zip(heads.q, heads.k, strict=True)), i, j, "head", seen))

    return Grid(
        name=name,
        title=title,
        about="Weights of the heads' mean. A row is a query, a column a key; rows sum to 1.",
        values=heads.weights.mean(0),
        reach=(0, 1),
        scope="weights",
        row_labels=rows,
        column_labels=columns,
        row_axis=axis or "query",
        column_axis="looks at" if axis else "key",
        digits=2,
        marks={"never": hidden} if hidden else {},
        origin=origin,
    )


def _heads(heads: Heads) -> str:
    count = len(heads.weights)
    return f"mean of {count} heads" if count > 1 else "1 head"


def _layer(stack: str, k: int, passed: Pass, words: tuple[str, ...], said: Sentence) -> Stage:
    parts: dict[str, Sublayer] = {
        sub.name.split(".")[2]: sub for sub in passed.sublayers if sub.name.startswith(f"{stack}.{k}.")
    }
    own = parts["attention"].heads
    assert own is not None
    masked = stack == "decoder"
    title = "masked self" if masked else "self-attention"
    shape = f"{len(words)}x{len(words)}, {_heads(own)}"
    heat = _heat("own", f"{title}, {shape}", own, words, words, masked)
    figures: list[Figure] = [replace(heat, shows="shades") if masked else heat]
    text = "French words look at each other, then each is changed alone."
    if masked:
        cross = parts["cross_attention"].heads
        assert cross is not None
        shape = f"{len(words)}x{len(said.words)}, {_heads(cross)}"
        rows = tuple(f"{short(a, 6)} ⇒ {short(b, 6)}" for a, b in zip(words, said.target_words, strict=True))
        title = f"cross-attention, {shape}"
        figures.append(_heat("cross", title, cross, rows, said.words, False, "reads ⇒ writes"))
        text = "English words look back, then at the French, then each is changed alone."
    after = parts["feed_forward"].after
    names = ("attention", "cross_attention", "feed_forward") if masked else ("attention", "feed_forward")

    def summed(i: int, c: int) -> Origin:
        before, *added = (float(parts[names[0]].before[i, c]), *(float(parts[n].branch[i, c]) for n in names))
        told = " + ".join(f"({x:.3f})" if x < 0 else f"{x:.3f}" for x in (before, *added))
        formula = Formula(
            symbols=f"stream + {' + '.join(n.replace('_', '-') for n in names)}", numbers=f"{told} = {after[i, c]:.3f}"
        )
        return Origin(formulas=(formula,))

    length = np.linalg.norm(after, axis=1).mean()
    figures.append(
        strip(
            "stream",
            f"stream after layer {k + 1}, {after.shape[0]}x{after.shape[1]}",
            after,
            words,
            new_row=True,
            origin=summed,
        )
    )
    caption = f"{text} Mean |x| of a token's vector: {length:.1f}."
    return (
        f"{stack} layer {k + 1}",
        caption,
        tuple(figures),
        (),
        ("AA3", "AB3") if stack == "encoder" else ("AA4", "AB3"),
    )


def _outputs(model: Model, said: Sentence, decoder: Pass, scores: Floats, row: int) -> list[Stage]:
    english, matrix, bias = model.target_words, model.weights["head.weight"], model.weights["head.bias"]
    p, each = probabilities(scores), nll(scores, said.target)
    order = np.argsort(-scores[row], kind="stable")[:TOP].tolist()
    names, right = [english[k] for k in order], said.target[row]
    marked = (order.index(right),) if right in order else ()
    total = float(np.exp(scores[row] - scores[row].max()).sum())

    def softmax(i: int, _: int) -> Origin:
        gap = scores[row, order[i]] - scores[row].max()
        numbers = f"exp({gap:#.6g}) / {figured(total)} = {p[row, order[i]]:.4g}"
        formula = Formula(symbols="p = exp(z - max) / Σ exp(z - max)", numbers=numbers)
        return Origin(formulas=(formula,), cells={"read": ((0, row),)})

    def projected(i: int, _: int) -> Origin:
        formula = linear_formula(decoder.out[row], matrix[order[i]], float(bias[order[i]]), "z = h · W_word + b")
        return Origin(formulas=(formula,), cells={"read": ((0, row),)})

    def surprised(_: int, i: int) -> Origin:
        here = Formula(symbols="-ln p", numbers=f"-ln {np.exp(-each[i]):.5f} = {each[i]:.4f}")
        return Origin(formulas=(here,), cells={"read": ((0, i),)})

    read_row = tokens(
        "read", "the decoder has read up to", said.read_words, focus=row, dimmed=_later(row, said), picks=_focus
    )
    bars = Bars(
        name="logits",
        title=f"logits, the {TOP} highest of {len(english)}",
        labels=names,
        values=scores[row, order],
        marked=marked,
        origin=projected,
        new_row=True,
    )
    shares = Bars(
        name="p",
        title="p of the next word",
        about="All words of the vocabulary share one; the rest of them have what is left.",
        labels=names,
        values=p[row, order],
        high=1.0,
        percent=True,
        marked=marked,
        origin=softmax,
        join="→",
    )
    target = tokens(
        "target",
        "-ln p of every right word",
        said.target_words,
        weights=each,
        scope="-ln p",
        notes=[f"{x:.3f}" for x in each],
        origin=surprised,
        new_row=True,
    )
    left = 1 - float(p[row, order].sum())
    word = said.target_words[row]
    listed = " + ".join(f"{x:.4f}" for x in each)
    return [
        (
            "projection",
            f'The last vector of "{said.read_words[row]}" becomes {len(english)} logits, one for each English word.',
            (read_row, bars),
            (),
            ("AA5",),
        ),
        (
            "softmax",
            f'Softmax: they sum to 1, {left:.1%} for all words not shown. Right is "{word}".',
            (read_row, bars, shares),
            (),
            ("AA5",),
        ),
        (
            "loss",
            f"The loss is the mean of -ln p of the right words: {each.mean():.4f} nats.",
            (read_row, target),
            (Formula(symbols="CE = mean of -ln p", numbers=f"({listed}) / {len(each)} = {each.mean():.4f}"),),
            ("AA6",),
        ),
    ]


def _later(row: int, said: Sentence) -> tuple[int, ...]:
    return tuple(range(row + 1, len(said.target)))


def _focus(_: int, column: int) -> dict[str, int]:
    return {"focus": column}
