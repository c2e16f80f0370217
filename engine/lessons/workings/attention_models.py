"""BERT's and GPT's masks on the same weights, and the model of the paper. Torch-free."""

import numpy as np

from ..kit.figures import Card, Formula, Grid, Table
from ..kit.lesson import Frame
from ..kit.state import State
from .attention_looks import labels, line, look, pick_row, short, tinted


def masks(state: State) -> tuple[Frame, ...]:
    """The same weights with both masks: BERT's and GPT's."""
    both = {mask: look(state.with_values(mask=mask)) for mask in ("none", "causal")}
    names = {"none": "bidirectional (BERT)", "causal": "causal (GPT)"}
    grids = tuple(
        Grid(
            name=mask,
            title=names[mask],
            about="The same queries and keys; only the mask differs.",
            values=seen.a.weights,
            shows="shades",
            signed=False,
            reach=(0, 1),
            scope="weights",
            row_labels=labels(seen),
            column_labels=labels(seen),
            row_axis="query",
            column_axis="key",
            marks={
                "never": tuple((int(r), int(c)) for r, c in np.argwhere(~seen.a.mask)),
                "focus": line(seen.focus, seen.size),
            },
            cursor=(seen.focus, 0),
            picks=pick_row,
        )
        for mask, seen in both.items()
    )
    size = both["none"].size
    allowed = f"{size * size} and {size * (size + 1) // 2} cells"
    comparison = Table(
        name="models",
        title="what the mask is for",
        columns=("", "BERT", "GPT-3, GPT-4"),
        rows=[
            ["kind", "encoder", "decoder-only"],
            ["may look at", "every token", "itself and earlier tokens"],
            ["trained to", "fill in hidden tokens", "predict the next token"],
            ["writes text", "no", "yes, token by token"],
        ],
    )
    pair = Frame(
        caption="The same weights under both masks: BERT's looks both ways, GPT's only back. Hatched: may not be seen.",
        figures=grids,
        formulas=(Formula(symbols="n² and n(n+1)/2 cells may be looked at", numbers=allowed),),
    )
    rows = tuple(
        tinted(
            seen, name=mask, title=f'{names[mask]}: what "{short(seen.tokens[seen.focus], 14)}" looks at', new_row=True
        )
        for mask, seen in both.items()
    )
    return pair, Frame(
        caption="Mask and training differ: GPT learned to predict the next token, so it writes; BERT fills in gaps.",
        figures=(*rows, comparison),
    )


def paper(state: State) -> tuple[Frame, ...]:
    """The constants of the paper."""
    table = Table(
        name="constants",
        title="Transformer, 2017 (table 3)",
        columns=("", "base", "big"),
        rows=[
            ["layers N", 6, 6],
            ["d_model", 512, 1024],
            ["heads h", 8, 16],
            ["d_k = d_v = d_model / h", 64, 64],
            ["feed-forward d_ff", 2048, 4096],
        ],
        marked=(3,),
    )
    source = Card(
        name="source",
        title="where it is from",
        kind="source",
        text="A. Vaswani et al., Attention Is All You Need, NIPS 2017, arXiv 1706.03762. An encoder and a decoder for "
        "translation, built of attention without recurrence.",
    )
    onward = Card(
        name="onward",
        title="how it goes on",
        kind="link",
        text="Several heads side by side: lesson heads. Shuffled words give shuffled outputs until positions are added "
        "(the permutation test): lesson positions. What may not be seen: lesson masks.",
    )
    return (
        Frame(
            caption="Attention is from 2014; in 2017 a whole model was built of it, without recurrence.",
            figures=(table, source, onward),
            formulas=(Formula(symbols="d_k = d_model / h", numbers="512 / 8 = 64"),),
        ),
    )
