"""Recurrent networks: Elman's (Cognitive Science, 1990) and long short-term memory (Hochreiter & Schmidhuber, 1997).

Shapes: b batch, t tokens, i inputs, u units of the hidden state, k classes, v vocabulary.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..recipes.recurrent import LstmOptions, RecurrentOptions, RnnOptions


class ElmanLayer(nn.Module):
    """h_t = tanh(W x_t + U h_{t-1} + b), h_0 = 0; the same W, U and b at every token.

    Args:
        inputs: i.
        units: u.
    """

    def __init__(self, inputs: int, units: int) -> None:
        super().__init__()
        self.W = nn.Parameter(nn.init.xavier_uniform_(torch.empty(units, inputs)))
        self.U = nn.Parameter(nn.init.orthogonal_(torch.empty(units, units)))
        self.b = nn.Parameter(torch.zeros(units))

    def forward(self, x_bti: Tensor) -> Tensor:
        """The hidden state after every token: (b, t, u)."""
        h_bu = x_bti.new_zeros(len(x_bti), len(self.b))
        states = []
        for driven_bu in nn.functional.linear(x_bti, self.W, self.b).unbind(1):
            h_bu = torch.addmm(driven_bu, h_bu, self.U.T).tanh()
            states.append(h_bu)
        return torch.stack(states, 1)


class Gates(NamedTuple):
    """What happens inside an LSTM, each (b, t, u): the gates in 0..1, the candidate, the cell and the hidden state."""

    input: Tensor
    forget: Tensor
    candidate: Tensor
    output: Tensor
    cell: Tensor
    hidden: Tensor


class LstmLayer(nn.LSTM):
    """A cell c_t that is forgotten and written by gates, so that gradients last: c_t = f_t c_{t-1} + i_t g_t.

    Args:
        inputs: i.
        units: u.
        forget_bias: first bias of the forget gates (Gers et al., 2000; Jozefowicz et al., 2015).
    """

    def __init__(self, inputs: int, units: int, forget_bias: float = 1.0) -> None:
        super().__init__(inputs, units, batch_first=True)
        for name, parameter in self.named_parameters():
            if "bias" in name:
                nn.init.zeros_(parameter)
        with torch.no_grad():
            self.bias_ih_l0[units : 2 * units] = forget_bias

    def forward(self, x_bti: Tensor) -> Tensor:  # type: ignore[override]
        """The hidden state after every token, (b, t, u), by PyTorch's fused loop; `unrolled` is the same, readable."""
        hidden: Tensor = super().forward(x_bti)[0]
        return hidden

    def unrolled(self, x_bti: Tensor) -> Gates:
        """Every gate and state, token by token."""
        h = c = x_bti.new_zeros(len(x_bti), self.hidden_size)
        steps = []
        for x in x_bti.unbind(1):
            driven = nn.functional.linear(x, self.weight_ih_l0, self.bias_ih_l0)
            driven = driven + nn.functional.linear(h, self.weight_hh_l0, self.bias_hh_l0)
            i, f, g, o = driven.chunk(4, 1)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c = f * c + i * g
            h = o * c.tanh()
            steps.append(Gates(i, f, g, o, c, h))
        return Gates(*(torch.stack(one, 1) for one in zip(*steps, strict=True)))


class Recurrent(nn.Module):
    """Embedding → recurrent layers → logits, from the last token's hidden state or from every one.

    Args:
        options: width of the embedding, units of each layer.
        tokens: size of the vocabulary.
        outputs: number of logits.
        every: logits after every token instead of after the last alone.
        layer: makes a recurrent layer of (inputs, units).
    """

    def __init__(
        self,
        options: RecurrentOptions,
        tokens: int,
        outputs: int,
        every: bool,
        layer: Callable[[int, int], nn.Module],
    ) -> None:
        super().__init__()
        self.every = every
        self.embedding = nn.Embedding(tokens, options.embedding)
        self.layers = nn.Sequential()
        inputs = options.embedding
        for k, units in enumerate(options.units, start=1):
            self.layers.add_module(f"dropout{k}", nn.Dropout(options.dropout))
            self.layers.add_module(f"recurrent{k}", layer(inputs, units))
            inputs = units
        self.dropout = nn.Dropout(options.dropout)
        self.head = nn.Linear(inputs, outputs)

    def forward(self, tokens_bt: Tensor) -> Tensor:
        """Logits (b, k), or (b, t, v) with `every`."""
        hidden_btu: Tensor = self.layers(self.embedding(tokens_bt))
        return self.head(self.dropout(hidden_btu if self.every else hidden_btu[:, -1]))  # type: ignore[no-any-return]


class Rnn(Recurrent):
    """An Elman network that reads a sequence of `tokens` different tokens and names its class."""

    def __init__(self, options: RnnOptions, shape: tuple[int, ...], classes: int, tokens: int) -> None:
        super().__init__(options, tokens, classes, False, ElmanLayer)


class Lstm(Recurrent):
    """An LSTM that reads a sequence of `tokens` different tokens and names its class."""

    def __init__(self, options: LstmOptions, shape: tuple[int, ...], classes: int, tokens: int) -> None:
        super().__init__(options, tokens, classes, False, lambda i, u: LstmLayer(i, u, options.forget_bias))


class RnnLanguage(Recurrent):
    """An Elman network that tells the next token after every token."""

    def __init__(self, options: RnnOptions, vocabulary: int) -> None:
        super().__init__(options, vocabulary, vocabulary, True, ElmanLayer)


class LstmLanguage(Recurrent):
    """An LSTM that tells the next token after every token."""

    def __init__(self, options: LstmOptions, vocabulary: int) -> None:
        super().__init__(options, vocabulary, vocabulary, True, lambda i, u: LstmLayer(i, u, options.forget_bias))
