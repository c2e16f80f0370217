"""Layer norm and the residual stream: one token, pre-LN beside post-LN, silent sub-layers. Torch-free."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..kit.figures import Curves, Formula, Grid, Origin, Table
from ..kit.fixtures import Floats
from ..kit.lesson import Frame, Frames
from ..kit.state import State
from .fresh_translator import SMALL, fresh
from .layer_norm import EPSILON, layer_norm, mean_and_variance
from .transformer_layers import Sublayer
from .translating import Model, read
from .translation_figures import captioned, focused, french_alone

DEPTH = 12
"""Layers of the encoder whose stream is measured."""


def silenced(model: Model) -> Model:
    """The same model with every sub-layer's last matrix and bias at zero: branches give nothing."""
    ends = ("output.weight", "output.bias", "down.weight", "down.bias")
    weights = {name: w * 0 if name.endswith(ends) else w for name, w in model.weights.items()}
    return replace(model, weights=weights)


def drawn(state: State, layers: int = 2, norm: str = "") -> Model:
    """A narrow untrained model, pre-LN or post-LN, its sub-layers silenced if so set."""
    plan = replace(SMALL, layers=layers, norm_first=(norm or state["norm"]) == "pre")
    model = fresh(state.seed, plan)
    return silenced(model) if state["zeroed"] else model


def stream_norms(model: Model, ids: tuple[int, ...]) -> Floats:
    """(1 + 2 layers,): mean length of the tokens' vectors, at first and after every sub-layer of the encoder."""
    there = read(model, ids)
    streams = [there.x0, *(sub.after for sub in there.sublayers)]
    return np.array([float(np.linalg.norm(x, axis=1).mean()) for x in streams])


def norms(state: State) -> Frames:
    """What the norm does to a token, what it does to the stream, what is left of silent sub-layers."""
    model = drawn(state)
    said = french_alone(state, model)
    row = focused(state, len(said.ids))
    word = said.words[row]
    there = read(model, said.ids)

    def frame(k: int) -> Frame:
        if k == 0:
            return _one_token(there.x0[row], word, there.scaled[row], there.positions[row])
        if k == 1:
            lines = {f"{name}-LN": stream_norms(drawn(state, DEPTH, name), said.ids) for name in ("pre", "post")}
            figure = Curves(
                name="norms",
                title=f"mean length of a token's vector, untrained encoder of {DEPTH} layers",
                about="Pre-LN adds every branch to a stream that is never scaled back: it wanders, mostly "
                "upwards, with depth. Post-LN normalises the sum after every sub-layer, so each vector has length √D.",
                x=np.arange(2 * DEPTH + 1),
                lines=lines,
                x_label="sub-layers passed",
                y_label="length",
                levels={"√D": float(np.sqrt(SMALL.width))},
            )
            first, last = lines["pre-LN"][[0, -1]]
            ends = f"from {first:.1f} to {last:.1f}" if last > first + 0.05 else f"{last:.1f} at both ends"
            caption = f"Pre-LN never scales the stream back: {ends}. Post-LN normalises each sum: every length is √D."
            return Frame(caption=caption, figures=(figure,))
        out = there.sublayers[1].after
        silent = "all sub-layers give zeros" if state["zeroed"] else "untrained sub-layers: each adds its change"
        rest = "What if they gave zeros? z."
        if state["zeroed"]:
            same = state["norm"] == "pre"
            rest = "The layer is the identity." if same else "Post-LN still normalises: no identity. See pre with v."
        changes = [(name, float(np.abs(a - b).max())) for name, a, b in zip(said.words, out, there.x0, strict=True)]
        return Frame(
            caption=captioned(f"{state['norm']}-LN, {silent}. {rest}", said),
            figures=(
                _one_layer(there.sublayers[:2], row, word),
                Table(name="change", title="largest change", columns=("word", "change"), rows=changes, digits=3),
            ),
        )

    return Frames(3, frame)


def _one_layer(parts: Sequence[Sublayer], row: int, word: str) -> Grid:
    """One token before and after a layer."""
    before, after = parts[0].before[row], parts[-1].after[row]

    def origin(part: int, c: int) -> Origin | None:
        if part == 0:
            return None
        if part == 1:
            return Origin(formulas=_through(parts, row, c), cells={"layer": ((0, c),)})
        numbers = f"{after[c]:.3f} - {_signed(float(before[c]), 3)} = {after[c] - before[c]:.3f}"
        formula = Formula(symbols="after - before", numbers=numbers)
        return Origin(formulas=(formula,), cells={"layer": ((0, c), (1, c))})

    return Grid(
        name="layer",
        title=f'"{word}" through layer 1',
        about="The stream at this word before the first encoder layer, after it, and the change.",
        values=np.stack((before, after, after - before)),
        digits=1,
        signed=True,
        scope="numbers of the token",
        row_labels=("before", "after", "change"),
        origin=origin,
        cursor=(1, 0),
    )


def _through(parts: Sequence[Sublayer], i: int, c: int) -> tuple[Formula, ...]:
    """One number of the stream through the sub-layers: what each adds, and what a norm behind it makes of the sum."""
    found = []
    for part in parts:
        x, branch, after = (float(array[i, c]) for array in (part.before, part.branch, part.after))
        name = part.name.split(".")[-1].replace("_", " ")
        numbers = f"{x:.3f} + {_signed(branch, 3)} = {x + branch:.3f}"
        if abs(x + branch - after) > 1e-9:
            numbers += f"; with LN = {after:.3f}"
        found.append(Formula(symbols=f"stream + {name}", numbers=numbers))
    return tuple(found)


def _one_token(x: Floats, word: str, scaled: Floats, place: Floats) -> Frame:
    """x, x - mean, and the normalised vector of one token."""
    mean, variance = (float(part[0]) for part in mean_and_variance(x))
    normal = layer_norm(x)
    rows = np.stack((x, x - mean, normal))

    def origin(row: int, c: int) -> Origin | None:
        if row == 0:
            numbers = f"{scaled[c]:.3f} + {_signed(place[c], 3)} = {x[c]:.3f}"
            return Origin(formulas=(Formula(symbols="x = E[word] · √D + PE[place]", numbers=numbers),))
        if row == 1:
            numbers = f"{x[c]:.3g} - {_signed(mean)} = {x[c] - mean:.3g}"
            formula = Formula(symbols="x - mean", numbers=numbers)
            return Origin(formulas=(formula,), cells={"token": tuple((0, k) for k in range(len(x)))})
        numbers = f"{x[c] - mean:.4f} / √({variance:.4f} + {EPSILON:g}) = {normal[c]:.3f}"
        formula = Formula(symbols="(x - mean) / √(variance + ε)", numbers=numbers)
        return Origin(formulas=(formula,), cells={"token": tuple((1, k) for k in range(len(x)))})

    after = [float(part[0]) for part in mean_and_variance(normal)]
    return Frame(
        caption=f'Layer norm looks at one token alone: the {len(x)} numbers of "{word}". At first gain is 1, bias 0.',
        figures=(
            Grid(
                name="token",
                title=f"{word}, D = {len(x)} numbers (untrained)",
                about="Every token is normalised over its own numbers; neither the other tokens nor the batch matter.",
                values=rows,
                digits=2,
                scope="numbers of the token",
                signed=True,
                row_labels=("x", "x - mean", "LN(x)"),
                origin=origin,
                cursor=(2, 0),
            ),
            Table(
                name="moments",
                title="over the numbers of the token",
                columns=("", "mean", "variance"),
                rows=(("before", mean, variance), ("after", round(after[0], 9) + 0.0, after[1])),
                digits=4,
            ),
        ),
        formulas=(Formula(symbols="LN(x) = gain · (x - mean) / √(variance + ε) + bias"),),
    )


def _signed(number: float, decimals: int | None = None) -> str:
    text = f"{number:.3g}" if decimals is None else f"{number:.{decimals}f}"
    return f"({text})" if number < 0 else text
