"""Recurrent networks: Elman's (Cognitive Science, 1990) and long short-term memory (Hochreiter & Schmidhuber, 1997).

Shapes: b batch, t tokens, i inputs, u units of the hidden state, k classes, v vocabulary.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..recipes.recurrent import LstmOptions, RecurrentOptions, RnnOptions


@dataclass
class State:
    """What a layer carries from one call to the next, (b, u): its hidden state and, of an LSTM, its cell."""

    hidden: Tensor | None = None
    cell: Tensor | None = None


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

    def forward(self, x_bti: Tensor, state: State | None = None) -> Tensor:
        """The hidden state after every token, (b, t, u), from `state` on, which is brought up to date."""
        state = state or State()
        h_bu = x_bti.new_zeros(len(x_bti), len(self.b)) if state.hidden is None else state.hidden
        states = []
        for driven_bu in nn.functional.linear(x_bti, self.W, self.b).unbind(1):
            h_bu = torch.addmm(driven_bu, h_bu, self.U.T).tanh()
            states.append(h_bu)
        state.hidden = h_bu
        return torch.stack(states, 1)

    def multiply_adds(self, x_bti: Tensor) -> int:
        """Products of two numbers for one sequence."""
        return x_bti.shape[1] * (self.W.numel() + self.U.numel())


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
            self.get_parameter("bias_ih_l0")[units : 2 * units] = forget_bias

    def forward(self, x_bti: Tensor, state: State | None = None) -> Tensor:  # type: ignore[override]
        """The hidden state after every token, (b, t, u), from `state` on, which is brought up to date.

        Computed by PyTorch's fused loop; `unrolled` is the same, readable and slower.
        """
        state = state or State()
        before = None if state.hidden is None or state.cell is None else (state.hidden[None], state.cell[None])
        hidden, (h, c) = super().forward(x_bti, before)
        state.hidden, state.cell = h[0], c[0]
        return hidden

    def unrolled(self, x_bti: Tensor) -> Gates:
        """Every gate and state, token by token, from h_0 = c_0 = 0."""
        W, b = self.get_parameter("weight_ih_l0"), self.get_parameter("bias_ih_l0")
        U, d = self.get_parameter("weight_hh_l0"), self.get_parameter("bias_hh_l0")
        h = c = x_bti.new_zeros(len(x_bti), self.hidden_size)
        steps = []
        for x in x_bti.unbind(1):
            i, f, g, o = (x @ W.T + b + h @ U.T + d).chunk(4, 1)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c = f * c + i * g
            h = o * c.tanh()
            steps.append(Gates(i, f, g, o, c, h))
        return Gates(*(torch.stack(one, 1) for one in zip(*steps, strict=True)))

    def multiply_adds(self, x_bti: Tensor) -> int:
        """Products of two numbers for one sequence, those of the matrices; the gates' own are not counted."""
        return x_bti.shape[1] * 4 * self.hidden_size * (self.input_size + self.hidden_size)


class Recurrent(nn.Module):
    """Embedding → recurrent layers → logits: of the next token after every token, or of a class after the last.

    Args:
        options: width of the embedding, units of each layer.
        size: of the vocabulary of a text that is to be continued; or the shape of a sequence that has a class.
        classes, tokens: of a sequence, how many classes and how many different tokens there are.
        layer: makes a recurrent layer of (inputs, units).
    """

    def __init__(
        self,
        options: RecurrentOptions,
        size: int | tuple[int, ...],
        classes: int,
        tokens: int,
        layer: Callable[[int, int], nn.Module],
    ) -> None:
        super().__init__()
        self.every = isinstance(size, int)
        tokens, outputs = (size, size) if isinstance(size, int) else (tokens, classes)
        self.embedding = nn.Embedding(tokens, options.embedding)
        widths = (options.embedding, *options.units)
        self.layers = nn.ModuleList(layer(i, u) for i, u in pairwise(widths))
        self.dropout = nn.Dropout(options.dropout)
        self.head = nn.Linear(widths[-1], outputs)

    def caches(self) -> list[State]:
        """An empty state for each layer, to be handed to `forward` again and again while a text is written."""
        return [State() for _ in self.layers]

    def forward(self, tokens_bt: Tensor, states: list[State] | None = None) -> Tensor:
        """Logits (b, t, v) of a text, (b, k) of sequences; `states` carry what was read before."""
        x_btu = self.dropout(self.embedding(tokens_bt))
        for layer, state in zip(self.layers, states or self.caches(), strict=True):
            x_btu = self.dropout(layer(x_btu, state))
        return self.head(x_btu if self.every else x_btu[:, -1])  # type: ignore[no-any-return]


class Rnn(Recurrent):
    """An Elman network."""

    def __init__(self, options: RnnOptions, size: int | tuple[int, ...], classes: int = 0, tokens: int = 0) -> None:
        super().__init__(options, size, classes, tokens, ElmanLayer)


class Lstm(Recurrent):
    """A network of LSTM layers."""

    def __init__(self, options: LstmOptions, size: int | tuple[int, ...], classes: int = 0, tokens: int = 0) -> None:
        super().__init__(options, size, classes, tokens, lambda i, u: LstmLayer(i, u, options.forget_bias))
