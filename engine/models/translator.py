"""The encoder-decoder transformer of "Attention Is All You Need" (Vaswani et al., 2017, arXiv 1706.03762).

Shapes: b batch, s source words, t target words, m model width, v target vocabulary.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from ..data.pairs import PAD
from ..recipes.translator import TranslatorOptions
from .attention import Cache, causal_mask
from .transformer import DecoderLayer, EncoderLayer, SinusoidalPositions


class WordEmbedding(nn.Module):
    """A vector for every word, times the root of its width (section 3.4), its position added, then dropout."""

    def __init__(self, words: int, width: int, positions: nn.Module | None, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)
        self.positions = positions
        self.dropout = nn.Dropout(dropout)

    def forward(self, words_bt: Tensor, start: int = 0) -> Tensor:
        """(b, t, m) of words at positions start, start + 1, …"""
        x_btm = self.embedding(words_bt) * self.embedding.embedding_dim**0.5
        if self.positions is not None:
            x_btm = self.positions(x_btm, start)
        return self.dropout(x_btm)  # type: ignore[no-any-return]


class Translator(nn.Module):
    """Source words → encoder → memory; target words so far and memory → decoder → logits of the next word.

    Args:
        options: sizes, positions, where to normalise.
        source_words: size of the source vocabulary.
        target_words: v.
        longest: most words of a sentence, of either language.
    """

    def __init__(self, options: TranslatorOptions, source_words: int, target_words: int, longest: int) -> None:
        super().__init__()
        m, heads, first = options.width, options.heads, options.norm_first
        positions = SinusoidalPositions(m, longest) if options.positions == "sinusoidal" else None
        self.source = WordEmbedding(source_words, m, positions, options.dropout)
        self.target = WordEmbedding(target_words, m, positions, options.dropout)
        self.encoder = nn.ModuleList(
            EncoderLayer(m, heads, options.hidden, options.dropout, first) for _ in range(options.layers)
        )
        self.encoder_norm = nn.LayerNorm(m) if first else nn.Identity()
        self.decoder = nn.ModuleList(
            DecoderLayer(m, heads, options.hidden, options.dropout, first, options.cross_heads)
            for _ in range(options.layers)
        )
        self.decoder_norm = nn.LayerNorm(m) if first else nn.Identity()
        self.head = nn.Linear(m, target_words, bias=not options.tied)
        if options.tied:
            self.head.weight = self.target.embedding.weight
        for weight in self.parameters():
            if weight.dim() > 1 and not any(weight is e.embedding.weight for e in (self.source, self.target)):
                nn.init.xavier_uniform_(weight)

    def forward(self, source_bs: Tensor, target_bt: Tensor) -> Tensor:
        """Logits (b, t, v) of the word after each of `target_bt`, which begins with BEGIN (teacher forcing)."""
        return self.decode(target_bt, *self.encode(source_bs))

    def encode(self, source_bs: Tensor) -> tuple[Tensor, Tensor]:
        """The memory (b, s, m), and where it is no padding, as a mask (b, 1, 1, s)."""
        mask = (source_bs != PAD)[:, None, None, :]
        x_bsm = self.source(source_bs)
        for layer in self.encoder:
            x_bsm = layer(x_bsm, mask)
        return self.encoder_norm(x_bsm), mask

    def decode(
        self, target_bt: Tensor, memory_bsm: Tensor, memory_mask: Tensor, caches: Sequence[Cache] | None = None
    ) -> Tensor:
        """Logits (b, t, v); with `caches`, one a layer, `target_bt` are only the words that came since."""
        start = 0
        if caches is not None and caches[0].key is not None:
            start = caches[0].key.shape[2]
        t = target_bt.shape[1]
        mask = causal_mask(t, start + t, target_bt.device) if t > 1 else None
        x_btm = self.target(target_bt, start)
        for k, layer in enumerate(self.decoder):
            x_btm = layer(x_btm, memory_bsm, mask, memory_mask, None if caches is None else caches[k])
        return self.head(self.decoder_norm(x_btm))  # type: ignore[no-any-return]
