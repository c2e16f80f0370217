"""What is kept of a translator: where it looks while it reads and writes one sentence, and how it translates a few."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..data.pairs import BEGIN, END, SPECIAL, Pairs, decode, detokenize
from ..models.translator import Translator
from ..probes.attention.records import Heard, Labels, attention_records, hear, record
from ..runs.run import Record
from ..sampling.translation import Answers
from .alignment import CROSS, views

WORDS = "word_attention"
"""The tag of the cross-attention that shows which word comes from which."""


def looks(model: Translator, data: Pairs, inputs: tuple[Tensor, ...], view: str) -> Iterator[Record]:
    """Every attention of the model while it reads the specimen and writes its translation, given the right words.

    Those of the layers are marked `brief`: in print a line for each head is enough. Last comes the cross-attention
    `view`, a row for each word that is about to be written: its tag puts it behind all others.
    """
    read = [data.source_words[k] for k in inputs[0][0].tolist()]
    written = decode(data.specimen.target[0], data.target_words)
    before = [SPECIAL[BEGIN], *written]
    about = [*written, SPECIAL[END]]

    def labels(heard: Heard) -> Labels:
        if heard.type == "cross":
            return about, read
        return (read, read) if heard.layer.startswith("encoder") else (before, before)

    heard = hear(model, inputs)
    yield from attention_records(heard, labels, {"brief": np.array(True)}, rolled=False)
    cross = {CROSS.format(k + 1): h for k, h in enumerate(h for h in heard if h.type == "cross")}
    found = views({name: torch.from_numpy(each.weights)[None] for name, each in cross.items()})[view][0]
    shown = Heard(view, "cross", found.numpy()[:, : len(written)])
    yield record(WORDS, shown, (written, read), {"of": np.array(view)})


def translations(data: Pairs, answered: Sequence[tuple[str, Answers]]) -> Record:
    """The first sentences of each named split, with their translations, the model's, and how probable it held them."""
    texts: dict[str, list[str]] = {"source": [], "target": [], "answer": []}
    probability: list[float] = []
    for name, answers in answered:
        split, count = data.split(name), len(answers.words)
        texts["source"] += lines(split.source[:count], data.source_words)
        texts["target"] += lines(split.target[:count], data.target_words)
        texts["answer"] += lines(answers.words.cpu(), data.target_words)
        probability += answers.probabilities.prod(1).tolist()
    arrays = {side: np.array(found) for side, found in texts.items()}
    arrays["probability"] = np.array(probability, dtype=np.float32)
    return Record(tag="translations", kind="translations", step=0, arrays=arrays)


def lines(words_bt: Tensor | NDArray[np.int64], words: Sequence[str]) -> list[str]:
    """Each row of numbers as a line of text."""
    return [detokenize(decode(row, words)) for row in np.asarray(words_bt)]
