"""What is kept of a translator: where it looks while it reads and writes one sentence, and how it translates a few."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ..data.pairs import BEGIN, SPECIAL, Pairs, decode, detokenize
from ..runs.run import Record
from ..sampling.translation import Answers
from .alignment import views


def attention_records(data: Pairs, heard: Mapping[str, Tensor], view: str) -> Iterator[Record]:
    """The weights (1, heads, queries, keys) heard on the specimen, under their tags; of the cross-attentions, `view`.

    A row of the cross-attention is the word that is about to be written, given the right ones before; a row of the
    decoder's own attention is the word read last. END is left out.
    """
    read = decode(data.specimen.source[0], data.source_words)
    written = decode(data.specimen.target[0], data.target_words)
    before = [SPECIAL[BEGIN], *written[:-1]]
    words = {
        "cross_attention": (written, read),
        "encoder_attention": (read, read),
        "decoder_attention": (before, before),
    }
    found = {**heard, "cross_attention": views(heard)[view]}
    for tag, (rows, columns) in words.items():
        weights = found[tag][0, :, : len(rows), : len(columns)].cpu().numpy()
        names = {"rows": np.array(rows), "columns": np.array(columns)}
        yield Record(tag=tag, kind="attention", step=0, arrays={"weights": weights, **names})


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
