"""What a model did along one sequence: where every attention head looked, what every recurrent layer remembered.

Shapes: h heads, t tokens, u units.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ..models.attention import ScaledDotProduct
from ..models.recurrent import ElmanLayer, LstmLayer
from ..runs.run import Record
from ..text import sanitize
from .capture import forward


def traces(model: nn.Module, inputs: tuple[Tensor, ...], tokens: Sequence[str]) -> Iterator[Record]:
    """A record for each attention and each recurrent layer, of the first of the sequences `inputs[0]` (b, t).

    Of kind `attention`: weights (h, t, t) and the tokens as rows and columns; of kind `hidden`: the hidden state
    (t, u) after each of the tokens, of an LSTM also its gates and cell, all (t, u). `tokens` says what each number
    stands for.
    """
    first = inputs[0][:1]
    read = np.array([sanitize(tokens[k]) for k in first[0].tolist()])
    found: list[Record] = []

    def seen(name: str, module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        if isinstance(module, ScaledDotProduct):
            query, key, _, *mask = given
            weights = module.weights(query, key, *mask)[0]
            if weights.shape[1:] == (len(read), len(read)):
                arrays = {"weights": _small(weights), "rows": read, "columns": read}
                found.append(Record(tag=f"attention/{_layer(name)}", kind="attention", step=0, arrays=arrays))
        elif isinstance(module, ElmanLayer):
            arrays = {"hidden": _small(output[0]), "tokens": read}
            found.append(Record(tag=f"hidden/{_layer(name)}", kind="hidden", step=0, arrays=arrays))
        elif isinstance(module, LstmLayer):
            gates = module.unrolled(given[0])._asdict()
            arrays = {what: _small(value[0]) for what, value in gates.items()} | {"tokens": read}
            found.append(Record(tag=f"hidden/{_layer(name)}", kind="hidden", step=0, arrays=arrays))

    forward(model, (first,), seen)
    yield from found


def _layer(name: str) -> str:
    """The name of the layer in the model without the last part that is the same for all of its kind."""
    return name.removesuffix(".attend")


def _small(values: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float16]]:
    return values.to(torch.float16).cpu().numpy()
