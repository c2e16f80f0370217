"""Learn to translate by predicting each next word of a given translation (teacher forcing).

Shapes: b sentences, s source words, t target words.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from ..data.pairs import BEGIN, PAD, SPECIAL, UNKNOWN, Pairs, encode, tokenize
from ..models.translator import Translator
from ..probes.capture import looking
from ..recipes.budget import BudgetOptions
from ..recipes.translator import TranslatorOptions
from ..runs.run import Record
from ..sampling.translation import Answers, Writer, beam, best_of, greedy
from ..training.descent import Descent
from .alignment import ALL, CROSS, aligned, alignment, attentions, listening, views
from .buckets import Buckets
from .objective import Objective, Tell, silent
from .translation_records import lines, looks, translations

BETAS = (0.9, 0.98)
"""Of Adam, as in section 5.3 of arXiv 1706.03762."""
CHUNK = 125
"""Sentences in one pass while testing."""
WATCHED = 100
"""Validation sentences that are translated while training; all of them are read for the loss."""
SHOWN = 6
MARGIN = 4
"""Words by which an answer may be longer than the longest target sentence."""


class Translation(Objective):
    """Cross-entropy of the next target word, given the source and the right words before it."""

    CURVES = ("loss/train", "loss/val", "exact_match/val")
    model: Translator
    data: Pairs
    options: TranslatorOptions

    def __init__(
        self,
        model: nn.Module,
        data: Pairs,
        options: BudgetOptions,
        seed: int,
        device: torch.device,
        tell: Tell = silent,
    ) -> None:
        super().__init__(model, data, options, seed, device, tell)
        self.descents = {"translator": Descent(model, self.options, BETAS)}
        self._splits = {
            name: (_on(data.split(name).source, device), _on(data.split(name).target, device))
            for name in ("train", "val", "test", "specimen")
        }
        source, target = self._splits["train"]
        self._lengths = torch.stack(((source != PAD).sum(1), (target != PAD).sum(1)), 1)
        self._batches = Buckets(self._lengths.sum(1), seed)
        self._longest = data.longest[1] + MARGIN
        self._view = ALL if self.options.layers > 1 else CROSS.format(1)
        """Which cross-attention the records show; after `test` the one that aligns best."""

    @classmethod
    def build(cls, module: type[nn.Module], options: TranslatorOptions, data: Pairs) -> nn.Module:
        """The translator for the words of both languages."""
        words = len(data.source_words), len(data.target_words)
        return module(options, *words, max(data.longest) + MARGIN)

    @classmethod
    def specimen(cls, options: TranslatorOptions, data: Pairs) -> tuple[Tensor, ...]:
        """The specimen sentence, and its translation after BEGIN."""
        return torch.from_numpy(data.specimen.source), shifted(torch.from_numpy(data.specimen.target))

    def step(self, number: int, progress: float) -> dict[str, float]:
        """One update on a mini-batch; accuracy is the share of next words that were foreseen."""
        self.model.train()
        options = self.options
        index = self._batches.batch(number, options.batch)
        s, t = self._lengths[index].amax(0).tolist()
        source, target = (words[index, :n] for words, n in zip(self._splits["train"], (s, t), strict=True))
        logits = self.model(source, shifted(target))
        loss = next_word_loss(logits, target, options.label_smoothing)
        norm, lr = self.descents["translator"].step(loss, options, progress)
        words = target != PAD
        right = ((logits.detach().argmax(-1) == target) & words).sum() / words.sum()
        measured = torch.stack((loss.detach(), right, norm)).tolist()  # one wait for the device
        return {"loss/train": measured[0], "accuracy/train": measured[1], "grad_norm": measured[2], "lr": lr}

    def validate(self) -> dict[str, float]:
        """Loss (without smoothing) and next-word accuracy on all of it, exact match on the first sentences, greedy."""
        with looking(self.model):
            loss, accuracy, hits = self._forced("val")
            source, target = (words[:WATCHED] for words in self._splits["val"])
            exact = float(same(self._greedy(source).words, target).double().mean())
            values = {"loss/val": loss, "accuracy/val": accuracy, "exact_match/val": exact}
            if hits:
                values["alignment/val"] = self._aligned("val", hits)[self._view]["alignment"]
            return values

    def test(self) -> dict[str, float]:
        """Sentences translated word for word as they should be, and where the cross-attention looks meanwhile.

        Alignment is told with the right words before (as the loss has it), of the layer that aligns best on the
        validation split, or of the mean of the layers; and only where the data knows which word comes from which.
        """
        with looking(self.model):
            source, target = self._splits["test"]
            right = []
            for k in range(0, len(source), CHUNK):
                self.tell(f"translating {len(source):,} sentences", k / len(source))
                answers = self.answers(source[k : k + CHUNK])
                right.append(same(answers.words, target[k : k + CHUNK]))
            loss, accuracy, hits = self._forced("test", self.tell)
            metrics = {"exact_match": float(torch.cat(right).double().mean())}
            if hits:
                found = self._aligned("val", self._forced("val", self.tell)[2])
                self._view = max(found, key=lambda name: sum(found[name].values()))
                metrics |= self._aligned("test", hits)[self._view]
            return metrics | {"token_accuracy": accuracy, "test_loss": loss}

    def inputs(self, split: str, index: int, count: int = 1) -> tuple[Tensor, ...]:
        """Source sentences, and their translations after BEGIN."""
        source, target = self._splits[split]
        rows = torch.arange(index, index + count, device=self.device) % len(source)
        return source[rows], shifted(target[rows])

    def records(self) -> Iterator[Record]:
        """Attention on the specimen sentence, and some validation sentences translated."""
        return self._records("val")

    def final_records(self) -> Iterator[Record]:
        """The same with test sentences."""
        return self._records("test")

    def translate(self, given: Sequence[str]) -> list[tuple[str, float]]:
        """Each text's translation, and its probability; unknown words are read as one and the same."""
        with looking(self.model):
            words = [tokenize(text)[: self._longest] or [SPECIAL[UNKNOWN]] for text in given]
            answers = self.answers(_on(encode(words, self.data.source_words, end=False), self.device))
            texts = lines(answers.words.cpu(), self.data.target_words)
            return list(zip(texts, answers.probabilities.prod(1).tolist(), strict=True))

    def answers(self, source_bs: Tensor) -> Answers:
        """The translations that the option `beam` finds."""
        if self.options.beam == 1:
            return self._greedy(source_bs)
        width = self.options.beam
        found = beam(Writer(self.model, source_bs, width), len(source_bs), self._longest, width, self.device)
        return best_of(found, self.device)

    def _greedy(self, source_bs: Tensor) -> Answers:
        return greedy(Writer(self.model, source_bs), len(source_bs), self._longest, self.device)

    def _aligned(self, split: str, hits: Mapping[str, Tensor]) -> dict[str, dict[str, float]]:
        """The shares of aligned words, by view."""
        gold, swapped = self.data.split(split).gold, self.data.split(split).swapped
        assert gold is not None and swapped is not None
        links, crossed = _on(gold, self.device), _on(swapped, self.device)
        return {name: alignment(found, links, crossed) for name, found in hits.items()}

    def _forced(self, split: str, tell: Tell = silent) -> tuple[float, float, dict[str, Tensor]]:
        """Loss a word, share of next words foreseen, and by view which are aligned (n, t), if the data has gold."""
        source, target = self._splits[split]
        gold = self.data.split(split).gold
        losses, right = [], []
        hits: dict[str, list[Tensor]] = {}
        with listening(attentions(self.model)) as heard:
            for k in range(0, len(source), CHUNK):
                tell(f"reading {len(source):,} sentences", k / len(source))
                logits, words = self.model(source[k : k + CHUNK], shifted(target[k : k + CHUNK])), target[k : k + CHUNK]
                losses.append(F.cross_entropy(logits.transpose(1, 2), words, ignore_index=PAD, reduction="sum"))
                right.append(((logits.argmax(-1) == words) & (words != PAD)).sum())
                if gold is not None:
                    links = _on(gold[k : k + CHUNK], self.device)
                    for name, weights in views(heard).items():
                        hits.setdefault(name, []).append(aligned(weights, links))
        count = (target != PAD).sum()
        loss, accuracy = torch.stack((torch.stack(losses).sum() / count, torch.stack(right).sum() / count)).tolist()
        return loss, accuracy, {name: torch.cat(found) for name, found in hits.items()}

    def _records(self, split: str) -> Iterator[Record]:
        with looking(self.model):
            shown = [(name, self._splits[name][0][:count]) for name, count in (("specimen", 1), (split, SHOWN))]
            answered = [(name, self.answers(source)) for name, source in shown]
        yield from looks(self.model, self.data, self.inputs("specimen", 0), self._view)
        yield translations(self.data, answered)


def shifted(target_bt: Tensor) -> Tensor:
    """What the decoder reads to foresee `target_bt`: BEGIN, then all but the last word."""
    return F.pad(target_bt[:, :-1], (1, 0), value=BEGIN)


def next_word_loss(logits_btv: Tensor, target_bt: Tensor, label_smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy in nats a word, PAD left out (scalar)."""
    return F.cross_entropy(
        logits_btv.flatten(0, 1), target_bt.flatten(), ignore_index=PAD, label_smoothing=label_smoothing
    )


def same(words_bt: Tensor, target_bt: Tensor) -> Tensor:
    """(b,), True where every word is right and none is missing; a target with UNKNOWN is never met."""
    longest = max(words_bt.shape[1], target_bt.shape[1])
    words_bt, target_bt = (F.pad(w, (0, longest - w.shape[1]), value=PAD) for w in (words_bt, target_bt))
    return ((words_bt == target_bt) & (target_bt != UNKNOWN)).all(1)


def _on(array: NDArray[Any], device: torch.device) -> Tensor:
    return torch.from_numpy(array).to(device)
