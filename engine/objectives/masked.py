"""Masked language modelling: tokens are hidden and guessed from both sides (BERT, Devlin et al., 2019, 1810.04805).

Shapes: b batch, t tokens, v vocabulary, n windows.
"""

from collections.abc import Iterator
from functools import cached_property
from math import log
from typing import Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data.corpus import Corpus
from ..data.tokenizers import Tokenizer, tokenizer
from ..options import OptionError
from ..probes.capture import looking
from ..probes.traces import traces
from ..recipes.encoder import EncoderOptions
from ..runs.run import Record
from ..text import sanitize
from ..training.descent import Descent
from .batches import Shuffle
from .neighbours import Neighbours
from .objective import Objective, Tell, silent

HIDDEN, REPLACED = 0.8, 0.1
"""Of the tokens to be guessed, the shares that become the mask and another token; the others stay (section 3.1)."""
MARK = "_"
MOST_WINDOWS = 512
TOKENS_AT_ONCE = 8192


class Masked(Objective):
    """Any module from tokens (b, t) to logits (b, t, v), trained to guess what was hidden of windows of a text.

    The number after the last token of the vocabulary is the mask. Held-out text is measured with every token that is
    to be guessed hidden, by counts of neighbours as by the model, both seeing the same windows.

    Attributes:
        context: tokens of a window; fewer than asked for where the text is short.
    """

    CURVES: ClassVar[tuple[str, ...]] = (
        "masked_bits_per_char/train",
        "masked_bits_per_char/val",
        "masked_bits_per_char/neighbours",
    )
    options: EncoderOptions
    data: Corpus

    def __init__(
        self,
        model: nn.Module,
        data: Corpus,
        options: EncoderOptions,
        seed: int,
        device: torch.device,
        tell: Tell = silent,
    ) -> None:
        super().__init__(model, data, options, seed, device, tell)
        self.tokenizer = _tokenizer(options, data)
        self._lengths = torch.tensor([len(token) for token in self.tokenizer.tokens], device=device)
        self._parts = {
            name: torch.tensor(self.tokenizer.encode(text)) for name, text in (("train", data.train), ("val", data.val))
        }
        self.context = min(options.context, *(len(tokens) for tokens in self._parts.values()))
        if self.context < 2:
            raise OptionError(f"{data.name} has too few tokens with tokens={options.tokens}; use tokens=char")
        self.descents["model"] = Descent(model, options)
        self._windows = Shuffle(len(self._parts["train"]) // self.context, seed, torch.device("cpu"))

    @classmethod
    def build(cls, module: type[nn.Module], options: Any, data: Corpus) -> nn.Module:
        """`module(options, (longest,), vocabulary, tokens=vocabulary + 1, every=True)`; raises OptionError."""
        vocabulary = len(_tokenizer(options, data))
        return module(options, (options.context,), vocabulary, tokens=vocabulary + 1, every=True)

    @classmethod
    def specimen(cls, options: Any, data: Corpus) -> tuple[Tensor, ...]:
        """One window of tokens (1, t)."""
        return (torch.zeros(1, options.context, dtype=torch.long),)

    def step(self, number: int, progress: float) -> dict[str, float]:
        """One update down the mean cross-entropy of the tokens to be guessed."""
        self.model.train()
        tokens, given, asked = self.batch(number)
        logits, target = self.model(given)[asked], tokens[asked]
        loss = F.cross_entropy(logits, target)
        norm, lr = self.descents["model"].step(loss, self.options, progress)
        right = (logits.detach().argmax(1) == target).float().mean()
        characters = self._lengths[target].float().mean()
        nats, accuracy, size, gradient = torch.stack((loss.detach(), right, characters, norm)).tolist()  # one wait
        return {
            "loss/train": nats,
            "masked_bits_per_char/train": nats / log(2) / size,
            "accuracy/train": accuracy,
            "grad_norm": gradient,
            "lr": lr,
        }

    def batch(self, number: int) -> tuple[Tensor, Tensor, Tensor]:
        """Mini-batch `number` (from 0), the same for the same seed, each (b, t): the text, what the model reads, and
        where it must guess (bool)."""
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + number)
        train = self._parts["train"]
        starts = self._windows.batch(number, self.options.batch) * self.context
        starts += torch.randint(self.context, (), generator=generator)
        places = starts.clamp(max=len(train) - self.context)[:, None] + torch.arange(self.context)
        tokens = train[places]
        given, asked = disguise(tokens, len(self.tokenizer), self.options.mask_share, generator)
        return tokens.to(self.device), given.to(self.device), asked.to(self.device)

    def validate(self) -> dict[str, float]:
        """Cross-entropy in nats; bits per masked character and accuracy, also by the neighbours' counts."""
        nats, right = self._measure()
        bits, accuracy = self._neighbours
        return {
            "loss/val": float(nats.mean()),
            "masked_bits_per_char/val": self._bits(nats),
            "masked_bits_per_char/neighbours": bits,
            "accuracy/val": float(right.mean()),
            "accuracy/neighbours": accuracy,
        }

    def test(self) -> dict[str, float]:
        """Accuracy and bits of the hidden tokens: by the model, by their neighbours' counts, by their frequency."""
        nats, right = self._measure("guessing hidden tokens")
        bits, accuracy = self._neighbours
        train, asked = self._parts["train"], self._held_out[0][self._held_out[1]]
        return {
            "masked_accuracy": float(right.mean()),
            "masked_bits_per_char": self._bits(nats),
            "neighbours_accuracy": accuracy,
            "neighbours_bits_per_char": bits,
            "unigram_accuracy": float((asked == train.bincount().argmax()).float().mean()),
        }

    def inputs(self, split: str, index: int, count: int = 1) -> tuple[Tensor, ...]:
        """Windows (count, t) with hidden tokens; test is val."""
        if split != "train":
            tokens, asked = self._held_out
            chosen = torch.arange(index, index + count) % len(tokens)
            return (self._hide(tokens, asked)[chosen].to(self.device),)
        places = torch.arange(index, index + count) % (len(self._parts["train"]) // self.context)
        tokens = self._parts["train"][places[:, None] * self.context + torch.arange(self.context)]
        generator = torch.Generator().manual_seed(self.seed)
        return (disguise(tokens, len(self.tokenizer), self.options.mask_share, generator)[0].to(self.device),)

    def records(self) -> Iterator[Record]:
        """A held-out window with its gaps and with the guesses, and where each head looked."""
        tokens, asked = self._held_out[0][0], self._held_out[1][0]
        given = self.inputs("val", 0)
        with looking(self.model):
            guess = self.model(*given)[0].argmax(1).cpu()
        names = self.tokenizer.tokens
        texts = {
            "prompt": "".join(
                MARK if hide else names[k] for k, hide in zip(tokens.tolist(), asked.tolist(), strict=True)
            ),
            "text": "".join(names[k] for k in torch.where(asked, guess, tokens).tolist()),
        }
        arrays = {name: np.array(sanitize(text, newlines=True)) for name, text in texts.items()}
        yield Record(tag="guesses", kind="text", step=0, arrays=arrays)
        yield from traces(self.model, given, (*names, MARK))

    def _hide(self, tokens: Tensor, asked: Tensor) -> Tensor:
        return tokens.masked_fill(asked, len(self.tokenizer))

    def _bits(self, nats: Tensor) -> float:
        """Bits per character of hidden tokens that cost `nats`."""
        tokens, asked = self._held_out
        return float(nats.sum()) / log(2) / int(self._lengths[tokens[asked]].sum())

    def _measure(self, what: str = "") -> tuple[Tensor, Tensor]:
        """Cross-entropy in nats of each hidden token and whether it was guessed (0 or 1), on the CPU."""
        tokens, asked = self._held_out
        logits, rows = [], max(1, TOKENS_AT_ONCE // self.context)
        with looking(self.model):
            for k in range(0, len(tokens), rows):
                if what:
                    self.tell(what, k / len(tokens))
                part, where = tokens[k : k + rows], asked[k : k + rows]
                logits.append(self.model(self._hide(part, where).to(self.device)).cpu()[where])
        scores, target = torch.cat(logits), tokens[asked]
        return F.cross_entropy(scores, target, reduction="none"), (scores.argmax(1) == target).float()

    @cached_property
    def _held_out(self) -> tuple[Tensor, Tensor]:
        """Windows (n, t) of the held-out text that lie side by side, and what to guess there, fixed by the seed."""
        val = self._parts["val"]
        count = len(val) // self.context
        tokens = val[: count * self.context].view(count, self.context)[:MOST_WINDOWS]
        generator = torch.Generator().manual_seed(self.seed)
        return tokens, choose(tokens, self.options.mask_share, generator)

    @cached_property
    def _neighbours(self) -> tuple[float, float]:
        """Bits per character and accuracy of counted neighbours, on the same windows as the model."""
        self.tell("counting neighbours", 0.0)
        model = Neighbours(self._parts["train"].numpy(), len(self.tokenizer))
        tokens, asked = self._held_out
        apart = (0, model.reach)  # so that no window sees into the next
        flat = F.pad(tokens, apart).flatten().numpy()
        known = F.pad(~asked, apart).flatten().numpy()
        places = F.pad(asked, apart).flatten().numpy().nonzero()[0]
        p = model.probabilities(flat, known, places)
        nats = -np.log(p[np.arange(len(places)), flat[places]])
        return self._bits(torch.from_numpy(nats)), float((p.argmax(1) == flat[places]).mean())


def choose(tokens: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Which of `tokens` (n, t) are to be guessed, `share` of them on average and at least one in every row: bool."""
    draw = torch.rand(tokens.shape, generator=generator)
    return (draw < share) | (draw == draw.amin(1, keepdim=True))


def disguise(tokens: Tensor, mask: int, share: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """`tokens` (n, t), numbers below `mask`, as the model reads them in training, and where it must guess (bool)."""
    asked = choose(tokens, share, generator)
    fate = torch.rand(tokens.shape, generator=generator)
    other = torch.randint(mask, tokens.shape, generator=generator)
    given = tokens.masked_fill(asked & (fate < HIDDEN), mask)
    return torch.where(asked & (fate >= HIDDEN) & (fate < HIDDEN + REPLACED), other, given), asked


def _tokenizer(options: Any, data: Corpus) -> Tokenizer:
    return tokenizer(data, options.tokens, options.vocabulary)
