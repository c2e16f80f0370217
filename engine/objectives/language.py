"""Language modelling: the next token of a text, measured in bits per character beside an n-gram model and lzma.

Shapes: b batch, t tokens, v vocabulary, n windows.
"""

from collections.abc import Iterator
from functools import cached_property
from math import exp, log
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
from ..runs.run import Record
from ..sampling.text import Writer
from ..text import sanitize
from ..training.descent import Descent
from .batches import Shuffle
from .ngrams import Ngram, lzma_bits_per_char
from .objective import Objective, Tell, silent
from .windows import Windows

ORDER = 5
BETAS = (0.9, 0.95)
"""Of Adam, as is usual for language models: gradients change fast."""
OVERLAP = 1 / 2
"""Share of a held-out window that is read for its context only."""
LEAST_WINDOWS = 4
"""A training text is cut into this many windows at least."""
TOKENS_AT_ONCE = 8192
PROMPT = 60
"""Characters of held-out text that a sample continues."""
GLANCE = 160
"""Characters of a sample while the training goes on."""
TRACED = 48
"""Tokens of which is kept where attention looked or what was remembered."""


class Language(Objective):
    """Any module from tokens (b, t) to logits (b, t, v), trained on random windows of a text.

    Bits per character are the cross-entropy of all tokens in bits over the number of characters that they stand for,
    so that they can be compared whatever the tokens are.

    Attributes:
        tokenizer: of the corpus.
        context: tokens of a window; fewer than asked for where the text is short.
        train, val: the windows of both parts.
    """

    CURVES: ClassVar[tuple[str, ...]] = ("bits_per_char/train", "bits_per_char/val", f"bits_per_char/ngram{ORDER}")
    data: Corpus

    def __init__(
        self, model: nn.Module, data: Corpus, options: Any, seed: int, device: torch.device, tell: Tell = silent
    ) -> None:
        super().__init__(model, data, options, seed, device, tell)
        self.tokenizer = _tokenizer(options, data)
        self._sizes = torch.tensor([len(token) for token in self.tokenizer.tokens], device=device)
        train, val = (torch.tensor(self.tokenizer.encode(text)) for text in (data.train, data.val))
        self.context: int = min(options.context, (len(train) - 1) // LEAST_WINDOWS)
        if self.context < 2 or len(val) < 2:
            raise OptionError(f"tokens cannot be {options.tokens} with {data.name}: it has too few of them, use char")
        if self.context < options.context:
            tell(f"the text is short: a context of {self.context} tokens instead of {options.context}", 0.0)
        self.train, self.val = (Windows(part, self.context, device) for part in (train, val))
        self.descents["model"] = Descent(model, options, BETAS)
        self._shuffle = Shuffle(len(self.train), seed, torch.device("cpu"))
        self._characters = len(data.val) - int(self._sizes[val[0]])  # the first token is given

    @classmethod
    def build(cls, module: type[nn.Module], options: Any, data: Corpus) -> nn.Module:
        """`module(options, size of the vocabulary)`; raises OptionError."""
        return module(options, len(_tokenizer(options, data)))

    @classmethod
    def specimen(cls, options: Any, data: Corpus) -> tuple[Tensor, ...]:
        """One window of tokens (1, t)."""
        return (torch.zeros(1, options.context, dtype=torch.long),)

    def step(self, number: int, progress: float) -> dict[str, float]:
        """One update down the mean cross-entropy of a mini-batch of windows."""
        self.model.train()
        tokens = self.batch(number)
        loss = self._losses(tokens).mean()
        norm, lr = self.descents["model"].step(loss, self.options, progress)
        characters = self._sizes[tokens[:, 1:]].float().mean()
        nats, size, gradient = torch.stack((loss.detach(), characters, norm)).tolist()  # one wait for the device
        return {"loss/train": nats, "bits_per_char/train": nats / log(2) / size, "grad_norm": gradient, "lr": lr}

    def batch(self, number: int) -> Tensor:
        """Mini-batch `number` (from 0): windows (b, t + 1) of the training text, the same for the same seed.

        Windows lie side by side, all of them shifted by a random number of tokens that is drawn for each mini-batch.
        """
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + number)
        offset = int(torch.randint(self.context, (), generator=generator))
        return self.train.at(self._shuffle.batch(number, self.options.batch) * self.context + offset)

    def validate(self) -> dict[str, float]:
        """Cross-entropy of a token in nats, bits per character, and those of the n-gram model."""
        loss, bits = self._measure()
        return {
            "loss/val": loss,
            "bits_per_char/val": bits,
            f"bits_per_char/ngram{ORDER}": self._ngram,
        }

    def test(self) -> dict[str, float]:
        """Bits per character of the held-out text, by the model, by counting and by lzma; perplexity of a token."""
        loss, bits = self._measure("reading the held-out text")
        self.tell("compressing the held-out text", 0.9)
        return {
            "val_bits_per_char": bits,
            f"ngram{ORDER}_bits_per_char": self._ngram,
            "lzma_bits_per_char": lzma_bits_per_char(self.data.train, self.data.val),
            "val_perplexity": exp(min(loss, 700.0)),
        }

    def inputs(self, split: str, index: int, count: int = 1) -> tuple[Tensor, ...]:
        """Windows (count, t) that lie side by side; test is val."""
        windows = self.train if split == "train" else self.val
        places = torch.arange(index, index + count) % len(windows)
        return (windows.at(places * windows.length)[:, :-1],)

    def records(self) -> Iterator[Record]:
        """A short sample, and what each token of a held-out passage cost."""
        yield self._sample(min(self.options.sample, GLANCE))
        yield self._passage()
        first = self.val.at(torch.tensor([0]))[:, : min(TRACED, self.context)]
        yield from traces(self.model, (first.to(self.device),), self.tokenizer.tokens)

    def final_records(self) -> Iterator[Record]:
        """A sample, and what each token of a held-out passage cost."""
        yield self._sample(self.options.sample)
        yield self._passage()

    def write(self, prompt: str, characters: int) -> str:
        """What the model writes after `prompt`, at least so many characters, drawn by the seed as the options say."""
        options = self.options
        generator = torch.Generator().manual_seed(self.seed)
        writer = Writer(self.model, self.tokenizer.encode(prompt), self.context, self.device)
        written, size = len(writer.tokens), 0
        while size < characters:
            self.tell(f"writing {characters} characters", size / characters)
            token = writer.write(options.temperature, options.top_k, options.top_p, generator).token
            size += len(self.tokenizer.tokens[token])
        return self.tokenizer.decode(writer.tokens[written:])

    def _sample(self, characters: int) -> Record:
        prompt = self.data.val[self._start :][:PROMPT]
        text = self.write(prompt, characters)
        arrays = {"prompt": sanitize(prompt, newlines=True), "text": sanitize(text, newlines=True, limit=200_000)}
        return Record(tag="sample", kind="text", step=0, arrays={name: np.array(each) for name, each in arrays.items()})

    def _passage(self) -> Record:
        tokens = self.val.at(torch.tensor([0]))
        with looking(self.model):
            loss = self._losses(tokens)[0]
        texts = [sanitize(self.tokenizer.tokens[k], newlines=True) for k in tokens[0, 1:].tolist()]
        return Record(
            tag="passage", kind="tokens", step=0, arrays={"tokens": np.array(texts), "loss": loss.cpu().numpy()}
        )

    def _losses(self, tokens: Tensor) -> Tensor:
        """Cross-entropy in nats (n, t) of every token of the windows (n, t + 1) but the first."""
        logits = self.model(tokens[:, :-1])
        return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none").view(len(tokens), -1)

    def _measure(self, what: str = "") -> tuple[float, float]:
        """Mean cross-entropy of a held-out token in nats, and bits per character; `what` is told if it is given."""
        nats = self._nats(OVERLAP, what)
        return float(nats.mean()), float(nats.sum()) / log(2) / self._characters

    def _nats(self, overlap: float, what: str = "") -> Tensor:
        """Cross-entropy in nats of each held-out token but the first, on the CPU.

        Windows have the length that is trained on, and share `overlap` of their tokens.
        """
        starts, fresh = self.val.covering(overlap)
        losses, rows = [], max(1, TOKENS_AT_ONCE // self.val.length)
        with looking(self.model):
            for k in range(0, len(starts), rows):
                if what:
                    self.tell(what, k / len(starts))
                losses.append(self._losses(self.val.at(starts[k : k + rows])).cpu()[fresh[k : k + rows]])
        return torch.cat(losses)

    @cached_property
    def _ngram(self) -> float:
        self.tell(f"counting {ORDER}-grams", 0.0)
        return Ngram(self.data.train, ORDER, self.data.alphabet).bits_per_char(self.data.val)

    @cached_property
    def _start(self) -> int:
        """Where the held-out paragraph begins that samples continue, drawn by the seed."""
        val = self.data.val
        starts = [k for k in range(2, len(val) - PROMPT) if val.startswith("\n\n", k - 2) and not val[k].isspace()]
        return int(np.random.default_rng(self.seed).choice(starts)) if starts else 0


def _tokenizer(options: Any, data: Corpus) -> Tokenizer:
    return tokenizer(data, options.tokens, options.vocabulary)
