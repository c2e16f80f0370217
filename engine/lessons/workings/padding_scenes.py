"""The scenes of `masks` on a batch of two sentences: the padding, its losses, and both masks together. Torch-free."""

import numpy as np

from ..kit.figures import Bars, Card, Formula, Grid, Origin, Tokens
from ..kit.fixtures import Floats
from ..kit.lesson import Frame
from ..kit.state import State
from .attending import Mask, Projections, causal, self_attention
from .attention_looks import short
from .masking import attended, combined, losses, vectors
from .masking_scenes import batch, hidden, mask_grid
from .sentences import projections

END = "<end>"


def padding(state: State) -> tuple[Frame, ...]:
    """A batch of two lengths; what padding may and may not do."""
    both = batch(state)
    shorter = int(both.real.sum(1).argmin())
    tokens, real = both.tokens[shorter], both.real[shorter]
    size = len(tokens)
    w = projections("hand-set")
    rows = tuple(
        Tokens(
            name=f"sentence {k + 1}",
            title=f"sentence {k + 1}: {int(both.real[k].sum())} tokens of {size}",
            tokens=row,
            dimmed=tuple(int(j) for j in np.flatnonzero(~both.real[k])),
            new_row=True,
        )
        for k, row in enumerate(both.tokens)
    )
    keys = np.broadcast_to(real, (size, size)).copy()
    first = Frame(
        caption="Sentences of a batch are padded to one length. The mask hides the padding from every query.",
        figures=(*rows, mask_grid("padding", keys, tokens, "key padding mask", new_row=True)),
        formulas=(Formula(symbols="allowed(i, j) = token j is real", numbers=f"{int(real.sum())} of {size} keys"),),
    )
    outputs = {}
    for name, mask in (("masked", keys), ("not masked", None)):
        for pad in (0.0, state["junk"]):
            x = vectors(tokens, pad)
            with np.errstate(invalid="ignore"):
                outputs[name, pad] = attended_vectors(x, w, mask)[real]
    change = {
        name: float(np.abs(outputs[name, state["junk"]] - outputs[name, 0.0]).max())
        for name in ("masked", "not masked")
    }
    moving = "some do" if change["not masked"] > 0 else "none does, for 0 is what is there"
    told = "there is no padding to fill" if real.all() else moving
    second = Frame(
        caption=f"Fill the padding with {state['junk']:g} instead of 0: with the mask no real output moves; without it "
        f"{told}.",
        figures=(
            Bars(
                name="moved",
                title=f"largest change of a real output, padding = {state['junk']:g} instead of 0",
                labels=("masked", "not masked"),
                values=np.array([change["masked"], change["not masked"]]),
                notes=("exactly 0" if change["masked"] == 0 else "", ""),
            ),
        ),
        formulas=(
            Formula(symbols="max |Δ out|", numbers=f"masked {change['masked']:g}, not {change['not masked']:.3g}"),
        ),
    )
    nll = position_losses(tokens, real, keys)
    mean = float(nll[real].mean())
    after = next_words(tokens, real)

    def surprised(bar: int, column: int) -> Origin:
        if not real[bar]:
            return Origin(formulas=(Formula(symbols="padding has no next word", numbers="left out of the mean"),))
        numbers = f"-ln {np.exp(-nll[bar]):.5f} = {nll[bar]:.3f}"
        head = Formula(
            symbols="p = softmax(out · W_head) at the next word", numbers=f"p of {short(after[bar], 6)}, W_head random"
        )
        return Origin(formulas=(Formula(symbols="-ln p", numbers=numbers), head))

    third = Frame(
        caption="Each real word is scored on its next word, the last on <end>. Padding has none and is left out.",
        figures=(
            Bars(
                name="losses",
                title="-ln p of the next word (random head)",
                about="The mean goes over real tokens alone, as cross_entropy(ignore_index=…) does.",
                labels=tuple(
                    f"{short(token, 6)} → {short(word, 6)}" if word else token
                    for token, word in zip(tokens, after, strict=True)
                ),
                values=np.where(real, nll, 0.0),
                notes=tuple("" if ok else "left out" for ok in real),
                dropped=tuple(int(j) for j in np.flatnonzero(~real)),
                reference=("mean", mean),
                origin=surprised,
            ),
        ),
        formulas=(
            Formula(
                symbols="loss = Σ_real -ln p / n_real",
                numbers=f"({' + '.join(f'{each:.2f}' for each in nll[real])}) / {int(real.sum())} = {mean:.2f}",
            ),
        ),
    )
    return first, second, third


def attended_vectors(x: Floats, w: Projections, mask: Mask | None) -> Floats:
    """The outputs (T, 4)."""
    return self_attention(x, w, mask).output


def next_words(tokens: tuple[str, ...], real: Mask) -> tuple[str, ...]:
    """The real word after each real token, <end> after the last; nothing for padding."""
    places = [int(k) for k in np.flatnonzero(real)]
    after = dict(zip(places, [*(tokens[k] for k in places[1:]), END], strict=True))
    return tuple(after.get(k, "") for k in range(len(tokens)))


def position_losses(tokens: tuple[str, ...], real: Mask, mask: Mask) -> Floats:
    """[T]: -ln p of the next word of each real token among the words of the sentence; that of padding is NaN."""
    after = next_words(tokens, real)
    names = sorted({word for word in after if word})
    output = attended_vectors(vectors(tokens), projections("hand-set"), mask)
    nll = losses(output, len(names), [names.index(word) if word else 0 for word in after])
    return np.where(real, nll, np.nan)


def together(state: State) -> tuple[Frame, ...]:
    """Causal and padding: three matrices, and the row that nothing is left of."""
    both = batch(state)
    shorter = int(both.real.sum(1).argmin())
    tokens, real = both.tokens[shorter], both.real[shorter]
    size = len(tokens)
    keys = np.broadcast_to(real, (size, size)).copy()
    allowed = combined(real)
    empty = [int(row) for row in np.flatnonzero(~allowed.any(1))]
    three = (
        mask_grid("causal", causal(size), tokens, f"causal: {int(causal(size).sum())}"),
        mask_grid("padding", keys, tokens, f"padding: {int(keys.sum())}", join="∧"),
        mask_grid("both", allowed, tokens, f"both: {int(allowed.sum())} of {size * size}", join="="),
    )
    a = attended(tokens, allowed)
    broken = bool(np.isnan(a.weights).any())
    caption = (
        f"{len(empty)} row{'s' if len(empty) > 1 else ''} may look at nothing: softmax of -∞ alone is 0/0 = NaN. "
        "Padding on the left did it."
        if empty
        else "A token may look at what is neither in its future nor padding. Every row keeps at least one key."
    )
    names = tuple(short(token, 6) for token in tokens)
    weights = Grid(
        name="weights",
        title="weights (hand-set)",
        about="A row without any allowed key has no softmax: 0/0 is not a number, and it spreads to all that reads it.",
        values=a.weights,
        shows="numbers" if size <= 10 else "shades",
        signed=False,
        reach=(0, 1),
        scope="weights",
        row_labels=names,
        column_labels=names,
        row_axis="query",
        column_axis="key",
        marks={"never": hidden(allowed)},
    )
    rows = f"Row{'s' * (len(empty) > 1)} {', '.join(str(k + 1) for k in empty)}"
    told = Card(
        name="told",
        title="rows without a key",
        kind="measured",
        text=f"{rows}: NaN. PyTorch gives NaN too. Pad on the right (e), or "
        "let such rows look at themselves and ignore what they give."
        if broken
        else "None: all weights are finite. Put the padding on the left (key e) to see what happens then.",
    )
    numbers = f"{int(allowed.sum())} of {size * size} cells; rows without a key: {len(empty)}"
    formula = Formula(symbols="allowed = causal ∧ real", numbers=numbers)
    return (
        Frame(caption=caption, figures=three, formulas=(formula,)),
        Frame(caption=caption, figures=(weights, told), formulas=(formula,)),
    )
