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
from ..runs.run import Record
from ..sampling.text import Writer
from ..text import sanitize
from ..training.descent import Descent
from .batches import Shuffle
from .ngrams import Ngram, lzma_bits_per_char
from .objective import Objective, Tell, silent

ORDER = 5
BETAS = (0.9, 0.95)
"""Of Adam, as is usual for language models: gradients change fast."""
LEAST_WINDOWS = 4
"""A training text is cut into this many windows at least."""
TOKENS_AT_ONCE = 8192
PROMPT = 60
"""Characters of held-out text that a sample continues."""
GLANCE = 160
"""Characters of a sample while the training goes on."""


class Language(Objective):
    """Any module from tokens (b, t) to logits (b, t, v), trained on random windows of a text.

    Bits per character are the cross-entropy of all tokens in bits over the number of characters that they stand for,
    so that they can be compared whatever the tokens are.

    Attributes:
        tokenizer: of the corpus.
        context: tokens of a window; fewer than asked for where the text is short.
    """

    CURVES: ClassVar[tuple[str, ...]] = ("bits_per_char/train", "bits_per_char/val", f"bits_per_char/ngram{ORDER}")
    data: Corpus

    def __init__(
        self, model: nn.Module, data: Corpus, options: Any, seed: int, device: torch.device, tell: Tell = silent
    ) -> None:
        super().__init__(model, data, options, seed, device, tell)
        self.tokenizer = _tokenizer(options, data)
        lengths = torch.tensor([len(token) for token in self.tokenizer.tokens])
        self._parts = {
            name: torch.tensor(self.tokenizer.encode(text)) for name, text in (("train", data.train), ("val", data.val))
        }
        self._lengths = lengths.to(device)
        self.context = min(options.context, (len(self._parts["train"]) - 1) // LEAST_WINDOWS)
        if self.context < 2 or len(self._parts["val"]) < 2:
            raise OptionError(f"tokens cannot be {options.tokens} with {data.name}: it has too few of them, use char")
        if self.context < options.context:
            tell(f"the text is short: a context of {self.context} tokens instead of {options.context}", 0.0)
        self.descents["model"] = Descent(model, options, BETAS)
        self._windows = Shuffle((len(self._parts["train"]) - 1) // self.context, seed, torch.device("cpu"))

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
        characters = self._lengths[tokens[:, 1:]].float().mean()
        nats, size, gradient = torch.stack((loss.detach(), characters, norm)).tolist()  # one wait for the device
        return {"loss/train": nats, "bits_per_char/train": nats / log(2) / size, "grad_norm": gradient, "lr": lr}

    def batch(self, number: int) -> Tensor:
        """Mini-batch `number` (from 0): windows (b, t + 1) of the training text, the same for the same seed.

        Windows lie side by side, all of them shifted by a random number of tokens that is drawn for each mini-batch.
        """
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + number)
        offset = int(torch.randint(self.context, (), generator=generator))
        starts = self._windows.batch(number, self.options.batch) * self.context + offset
        return self._cut("train", starts)

    def validate(self) -> dict[str, float]:
        """Cross-entropy of a token in nats, bits per character, and those of the n-gram model."""
        nats = self._measure(1 / 2)
        total = float(nats.sum())
        return {
            "loss/val": total / len(nats),
            "bits_per_char/val": total / log(2) / self._characters,
            f"bits_per_char/ngram{ORDER}": self._ngram,
        }

    def test(self) -> dict[str, float]:
        """Bits per character of the held-out text, by the model, by counting and by lzma; perplexity of a token."""
        nats = self._measure(7 / 8, "reading the held-out text")
        total = float(nats.sum())
        self.tell("compressing the held-out text", 0.9)
        return {
            "val_bits_per_char": total / log(2) / self._characters,
            f"ngram{ORDER}_bits_per_char": self._ngram,
            "lzma_bits_per_char": lzma_bits_per_char(self.data.train, self.data.val),
            "val_perplexity": exp(min(total / len(nats), 700.0)),
        }

    def inputs(self, split: str, index: int, count: int = 1) -> tuple[Tensor, ...]:
        """Windows (count, t) that lie side by side; test is val."""
        part = "train" if split == "train" else "val"
        length = self._length(part)
        places = torch.arange(index, index + count) % ((len(self._parts[part]) - 1) // length)
        return (self._cut(part, places * length)[:, :-1],)

    def records(self) -> Iterator[Record]:
        """A short sample, and what each token of a held-out passage cost."""
        yield self._sample(min(self.options.sample, GLANCE))
        yield self._passage()

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
        tokens = self._cut("val", torch.tensor([0]))
        with looking(self.model):
            loss = self._losses(tokens)[0]
        texts = [sanitize(self.tokenizer.tokens[k], newlines=True) for k in tokens[0, 1:].tolist()]
        return Record(
            tag="passage", kind="tokens", step=0, arrays={"tokens": np.array(texts), "loss": loss.cpu().numpy()}
        )

    def _cut(self, part: str, starts: Tensor) -> Tensor:
        """Windows (n, t + 1) at `starts`, moved back where they would reach beyond the end."""
        tokens, length = self._parts[part], self._length(part)
        starts = starts.clamp(max=len(tokens) - 1 - length)
        return tokens[starts[:, None] + torch.arange(length + 1)].to(self.device)

    def _length(self, part: str) -> int:
        """t, tokens that are read of a window: the context, or all of a part that is shorter."""
        return min(self.context, len(self._parts[part]) - 1)

    def _losses(self, tokens: Tensor) -> Tensor:
        """Cross-entropy in nats (n, t) of every token of the windows (n, t + 1) but the first."""
        logits = self.model(tokens[:, :-1])
        return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none").view(len(tokens), -1)

    def _measure(self, overlap: float, what: str = "") -> Tensor:
        """Cross-entropy in nats of each held-out token but the first, on the CPU.

        Windows have the length that is trained on. Each shares `overlap` of its tokens with the one before; those are
        read again but not counted again.
        """
        count, length = len(self._parts["val"]) - 1, self._length("val")
        shared = int(overlap * length)
        starts = torch.arange(0, max(count - shared, 1), length - shared).clamp(max=count - length)
        ends = torch.cat((torch.zeros(1, dtype=torch.long), starts[:-1] + length))
        fresh = starts[:, None] + torch.arange(length) >= ends[:, None]
        losses, rows = [], max(1, TOKENS_AT_ONCE // length)
        with looking(self.model):
            for k in range(0, len(starts), rows):
                if what:
                    self.tell(what, k / len(starts))
                windows = self._cut("val", starts[k : k + rows])
                losses.append(self._losses(windows).cpu()[fresh[k : k + rows]])
        return torch.cat(losses)

    @property
    def _characters(self) -> int:
        """How many held-out characters are predicted: all but those of the first token."""
        return len(self.data.val) - len(self.tokenizer.tokens[int(self._parts["val"][0])])

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
