"""Writing text token by token: greedily, or drawn at a temperature from all, the top k, or the top p of the tokens.

Shapes: b batch, t tokens, v vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..models.attention import Cache
from ..probes.capture import looking


def chances(logits_v: Tensor, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> Tensor:
    """The distribution (v,) that the next token is drawn from; temperature 0 leaves the likeliest token alone.

    Args:
        logits_v: (v,) of the model.
        temperature: divides the logits.
        top_k: keep this many of the likeliest tokens (Fan et al., 2018), 0 for all.
        top_p: keep the fewest likeliest tokens that have this much probability together (arXiv 1904.09751).
    """
    if temperature == 0:
        return torch.zeros_like(logits_v).index_fill(0, logits_v.argmax(), 1.0)
    p_v, order = (logits_v.double() / temperature).softmax(0).sort(descending=True, stable=True)
    kept = p_v.cumsum(0) - p_v < top_p  # what comes before a token leaves room for it
    kept[0] = True
    if top_k:
        kept[top_k:] = False
    p_v = p_v * kept
    return torch.zeros_like(p_v).scatter(0, order, p_v / p_v.sum()).to(logits_v.dtype)


@dataclass(frozen=True)
class Written:
    """One token: its number, how likely the model held every token, and what it was drawn from; (v,) on the CPU."""

    token: int
    probabilities: Tensor
    chances: Tensor


class Writer:
    """Continues a text with a model from tokens (b, t) to logits (b, t, v), one token at each call of `write`.

    A model that has `caches` reads every token once. Where the text has outgrown the context, the model reads its
    newer half again and goes on from there.
    """

    def __init__(self, model: nn.Module, prompt: Sequence[int], context: int, device: torch.device) -> None:
        """`prompt` has at least one token; of a longer one the last `context` are read."""
        assert prompt and context > 1
        self.tokens = list(prompt)
        self._model = model
        self._context = context
        self._device = device
        self._caches: list[Cache] | None = None
        self._read = 0
        """Tokens that the caches hold."""

    def logits(self) -> Tensor:
        """(v,) of the token after all that were written so far."""
        with looking(self._model):
            if not hasattr(self._model, "caches"):
                return self._last(self._model(self._batch(self._context)))
            if self._caches is None or self._read == self._context:
                unread = self._context if self._caches is None else self._context // 2
                self._caches, self._read = self._model.caches(), 0  # type: ignore[operator]
            else:
                unread = 1
            batch = self._batch(unread)
            self._read += batch.shape[1]
            return self._last(self._model(batch, self._caches))

    def write(
        self, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0, generator: torch.Generator | None = None
    ) -> Written:
        """Draw the next token as `chances` says and append it; `generator` is one of the CPU."""
        logits = self.logits()
        chance = chances(logits, temperature, top_k, top_p)
        token = int(torch.multinomial(chance, 1, generator=generator))
        self.tokens.append(token)
        return Written(token, logits.softmax(0), chance)

    def _batch(self, count: int) -> Tensor:
        return torch.tensor([self.tokens[-count:]], device=self._device)

    @staticmethod
    def _last(logits_btv: Tensor) -> Tensor:
        return logits_btv[0, -1].float().cpu()
