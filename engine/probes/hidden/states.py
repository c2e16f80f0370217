"""What the units of a recurrent layer hold after every token. Shapes: t tokens, u units."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ...models.recurrent import ElmanLayer, LstmLayer
from ...runs.run import Record


def state_record(
    name: str, module: nn.Module, x_bti: Tensor, hidden_btu: Tensor, tokens: NDArray[Any], dtype: Any = np.float32
) -> Record | None:
    """A record of kind `hidden` of a recurrent layer and its first sequence; None for any other module.

    It holds the hidden state (t, u), of an LSTM also its gates, candidate and cell, all (t, u), and the tokens (t,).
    """
    if isinstance(module, LstmLayer):
        held = module.unrolled(x_bti)._asdict()
    elif isinstance(module, ElmanLayer):
        held = {"hidden": hidden_btu}
    else:
        return None
    arrays = {what: value[0].detach().cpu().numpy().astype(dtype) for what, value in held.items()}
    return Record(tag=f"hidden/{name}", kind="hidden", step=0, arrays={**arrays, "tokens": tokens})
