"""What a model did along one sequence: where every attention head looked, what every recurrent layer remembered.

Shapes: h heads, t tokens, u units.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from torch import Tensor, nn

from ..runs.run import Record
from ..text import sanitize
from .attention.records import Ear, attention_records, label
from .capture import forward
from .hidden.states import state_record


def traces(model: nn.Module, inputs: tuple[Tensor, ...], tokens: Sequence[str]) -> Iterator[Record]:
    """A record for each attention and each recurrent layer, of the first of the sequences `inputs[0]` (b, t).

    Of kind `attention` as `attention_records` makes them, weights (h, t, t); of kind `hidden`: the hidden state
    (t, u) after each of the tokens, of an LSTM also its gates and cell, all (t, u). `tokens` says what each number
    stands for.
    """
    first = inputs[0][:1]
    read = np.array([sanitize(tokens[k]) for k in first[0].tolist()])
    found: list[Record] = []
    ear = Ear()

    def seen(name: str, module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        ear.seen(name, module, given, output)
        record = state_record(name, module, given[0], output, read, np.float16) if given else None
        if record is not None:
            found.append(record)

    forward(model, (first,), seen)
    names = [label(tokens[k]) for k in first[0].tolist()]
    yield from attention_records(ear.heard, lambda _: (names, names), rolled=False)
    yield from found
