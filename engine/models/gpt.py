"""The decoder-only transformer: GPT-2 (Radford et al., 2019) with today's parts to choose from.

Shapes: b batch, t tokens, s tokens with the cached ones, m model width, v vocabulary.
"""

from torch import Tensor, nn

from ..options import OptionError
from ..recipes.gpt import GptOptions
from .attention import Cache, MultiHeadAttention, Rotary, causal_mask
from .feedforward import FeedForward
from .layers import Add
from .positions import LearnedPositions
from .transformer import SinusoidalPositions

NORMS: dict[str, type[nn.Module]] = {"rms": nn.RMSNorm, "layer": nn.LayerNorm}


class Block(nn.Module):
    """x + attention(norm(x)), then x + feedforward(norm(x)): the norm comes first (arXiv 2002.04745)."""

    def __init__(self, options: GptOptions, rotary: Rotary | None) -> None:
        super().__init__()
        width, bias = options.width, options.bias
        self.norm1 = NORMS[options.norm](width)
        self.attention = MultiHeadAttention(width, options.heads, bias=bias, normalised=options.qk_norm, rotary=rotary)
        self.dropout1, self.add1 = nn.Dropout(options.dropout), Add()
        self.norm2 = NORMS[options.norm](width)
        self.feedforward = FeedForward(width, options.expansion * width, options.activation, bias=bias)
        self.dropout2, self.add2 = nn.Dropout(options.dropout), Add()
        for output in (self.attention.output, self.feedforward.down):  # at first a block passes its input on
            for parameter in output.parameters():
                nn.init.zeros_(parameter)

    def forward(self, x_btm: Tensor, mask: Tensor | None = None, cache: Cache | None = None) -> Tensor:
        """Same shape; `mask` (t, s) is True where a token may look."""
        x_btm = self.add1(self.dropout1(self.attention(self.norm1(x_btm), mask=mask, cache=cache)), x_btm)
        return self.add2(self.dropout2(self.feedforward(self.norm2(x_btm))), x_btm)  # type: ignore[no-any-return]


class Gpt(nn.Module):
    """Logits of the next token at every place, from the tokens up to there.

    Args:
        options: depth, width, heads, positions and the other parts.
        vocabulary: number of different tokens.

    Raises:
        OptionError: the heads do not divide the width, or the positions need another one.
    """

    def __init__(self, options: GptOptions, vocabulary: int) -> None:
        super().__init__()
        width, heads, kind = options.width, options.heads, options.positions
        if width % heads:
            raise OptionError(f"heads cannot be {heads}; allowed: a number that divides width, which is {width}")
        if (kind == "rope" and width // heads % 2) or (kind == "sinusoidal" and width % 2):
            need = "an even width for each head" if kind == "rope" else "an even width"
            raise OptionError(f"width cannot be {width} with {heads} heads; allowed with positions={kind}: {need}")
        self.context = options.context
        rotary = Rotary(width // heads, options.context) if kind == "rope" else None
        self.embedding = nn.Embedding(vocabulary, width)
        self.positions: nn.Module | None = None
        if kind in ("learned", "sinusoidal"):
            self.positions = (LearnedPositions if kind == "learned" else SinusoidalPositions)(width, options.context)
        self.dropout = nn.Dropout(options.dropout)
        self.blocks = nn.ModuleList(Block(options, rotary) for _ in range(options.layers))
        self.norm = NORMS[options.norm](width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        if options.tied:
            nn.init.normal_(self.embedding.weight, std=0.02)
            self.head.weight = self.embedding.weight
        else:
            nn.init.zeros_(self.head.weight)

    def caches(self) -> list[Cache]:
        """An empty cache for each block, to be handed to `forward` again and again while a text is written."""
        return [Cache() for _ in self.blocks]

    def forward(self, tokens_bt: Tensor, caches: list[Cache] | None = None) -> Tensor:
        """(b, t, v); with `caches` the tokens follow those that the caches have seen, `context` in all at most."""
        start = caches[0].length if caches else 0
        t = tokens_bt.shape[1]
        assert start + t <= self.context, f"{start + t} tokens are more than the context of {self.context}"
        x_btm = self.embedding(tokens_bt)
        if self.positions is not None:
            x_btm = self.positions(x_btm, start)
        x_btm = self.dropout(x_btm)
        mask = causal_mask(t, start + t, tokens_bt.device)
        for k, block in enumerate(self.blocks):
            x_btm = block(x_btm, mask, caches[k] if caches else None)
        return self.head(self.norm(x_btm))  # type: ignore[no-any-return]
