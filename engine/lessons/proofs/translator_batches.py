"""What is claimed of sentences in a batch, of writing, and of weights before training, by the lab's own modules."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...data.pairs import BEGIN, END, PAD, SPECIAL
from ...models.translator import Translator, WordEmbedding
from ...objectives.translation import next_word_loss, shifted
from ...sampling.translation import Writer
from ..kit.facts import Outcome
from ..kit.fixtures import GOLD3, S3, Floats
from ..kit.seeding import seeded
from ..kit.state import State
from ..trainings.french_lab import module
from ..workings.french_lexicon import numbered, target_ids
from ..workings.fresh_translator import SMALL, fresh
from ..workings.translating import LONGEST, Model, forced, next_word, read
from ..workings.translation_figures import sentence_untrained
from .shown import apart, difference, together

Words = tuple[int, ...]
SENTENCES, STEPS = 20, 6
"""Sentences that are written, and words of the longest."""


def batch(rows: Sequence[Words]) -> Tensor:
    """Sentences as rows, <pad> behind the shorter ones."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows])


def given(state: State) -> tuple[Model, list[tuple[Words, Words]]]:
    """The narrow untrained model; the sentence that is set, the example, and a shorter one, each with its English."""
    model = fresh(state.seed, SMALL)
    said = sentence_untrained(state, model)
    pairs = [(said.ids, said.target)]
    for french, english in ((S3, GOLD3), ("un chat", "a cat")):
        ids = numbered(french, model.source_words, LONGEST)[1]
        pairs.append((ids, target_ids(english, model.target_words, LONGEST)))
    return model, pairs


def together_and_alone(lab: Translator, pairs: Sequence[tuple[Words, Words]]) -> tuple[Tensor, Tensor, list[Tensor]]:
    """Targets (n, t) and logits (n, t, v) of a padded batch; then the logits of each sentence alone."""
    targets = batch([target for _, target in pairs])
    with torch.no_grad():
        scores = lab(batch([source for source, _ in pairs]), shifted(targets))
        alone = [lab(torch.tensor([source]), shifted(torch.tensor([target])))[0] for source, target in pairs]
    return targets, scores, alone


def padding_is_not_seen(state: State) -> Outcome:
    """A sentence in a padded batch has the logits that it has alone: in the module and in numpy."""
    model, pairs = given(state)
    _, scores, alone = together_and_alone(module(model), pairs)
    sides = [(row[: len(own)].numpy(), own.numpy()) for row, own in zip(scores, alone, strict=True)]
    longest, seen = max(len(source) for source, _ in pairs) + 1, []
    for (source, target), own in zip(pairs, alone, strict=True):
        filled = (*source, *[PAD] * (longest - len(source)))
        there, ours = forced(model, filled, (*target, PAD))
        sides.append((ours[:-1], own.numpy()))
        readers = [*read(model, filled).sublayers, *(part for part in there.sublayers if "cross" in part.name)]
        seen += [part.heads.weights[..., len(source) :] for part in readers if part.heads is not None]
    weight = max(float(part.max()) for part in seen)
    error = apart(*sides)
    return together(
        {"weight on <pad>": weight, "logits differ by": error},
        {"weight on <pad>": 0.0, "logits differ by": "<= 1e-05"},
        weight == 0,
        error <= 1e-5,
    )


def padding_costs_nothing(state: State) -> Outcome:
    """The lab's loss of a padded batch is the cross-entropy of its real words, each sentence alone."""
    model, pairs = given(state)
    targets, scores, alone = together_and_alone(module(model), pairs)
    words = torch.tensor([word for _, target in pairs for word in target])
    loss, expected = float(next_word_loss(scores, targets)), float(F.cross_entropy(torch.cat(alone), words))
    return together({"CE": loss}, {"CE": expected}, abs(loss - expected) < 1e-6, bool((targets == PAD).any()))


def writer_is_forced(state: State) -> Outcome:
    """Log-probabilities of the lab's writer, word by word, and of `next_word`, against the module's forced pass."""
    model = fresh(state.seed, SMALL)
    lab, rng = module(model), np.random.default_rng(state.seed)

    def drawn(known: Sequence[str], count: int) -> Words:
        return tuple(rng.integers(len(SPECIAL), len(known), count).tolist())

    pairs = [
        (drawn(model.source_words, 2 + k % STEPS), (*drawn(model.target_words, STEPS - 1), END))
        for k in range(SENTENCES)
    ]
    sources, targets = batch([source for source, _ in pairs]), batch([target for _, target in pairs])
    with torch.no_grad():
        right = lab(sources, shifted(targets))
        right[..., [PAD, BEGIN]] = float("-inf")
        right = right.log_softmax(-1)
        writer = Writer(lab, sources)
        written = torch.stack([writer(words) for words in shifted(targets).T], 1)
    ours = np.stack([next_word(model, source, target[:k]) for k, (source, target) in enumerate(pairs[:STEPS])])
    ours = np.stack([torch.from_numpy(row).log_softmax(-1).numpy() for row in ours])
    theirs = right[range(STEPS), range(STEPS)].numpy()
    never = [bool(torch.isneginf(torch.as_tensor(part)[..., [PAD, BEGIN]]).all()) for part in (written, ours)]
    words = [k for k in range(right.shape[-1]) if k not in (PAD, BEGIN)]
    same = difference((written[..., words].numpy(), right[..., words].numpy()), (ours[:, words], theirs[:, words]))
    return together(
        {"sentences": len(pairs), **same.computed, "<pad>, <begin> written": "never" if all(never) else "may be"},
        {"sentences": SENTENCES, "largest difference": same.expected, "<pad>, <begin> written": "never"},
        same,
        *never,
    )


def drawn_as_by_the_lab(state: State) -> Outcome:
    """The largest weight of all matrices of a shape, beside xavier_uniform_; embeddings beside the lab's."""
    weights = fresh(state.seed, SMALL).weights
    random = torch.Generator().manual_seed(state.seed)
    matrices: dict[tuple[int, ...], list[Floats]] = {}
    for name, array in weights.items():
        if array.ndim == 2 and "embedding" not in name:
            matrices.setdefault(array.shape, []).append(array)
    ratios = []
    for shape, arrays in matrices.items():
        theirs = [nn.init.xavier_uniform_(torch.empty(shape), generator=random) for _ in arrays]
        ratios.append(float(np.abs(arrays).max() / torch.stack(theirs).abs().max()))
    tables = [array for name, array in weights.items() if "embedding" in name]
    with seeded(state.seed):
        lab = [WordEmbedding(len(table), SMALL.width, None, 0.0).embedding.weight.detach() for table in tables]
    spread = float(np.concatenate(tables).std() / torch.cat(lab).std())
    off, wide = max(abs(ratio - 1) for ratio in ratios), abs(spread - 1)
    return together(
        {"matrices off by": off, "embeddings": wide},
        {"matrices off by": "<= 0.05", "embeddings": "<= 0.1"},
        off <= 0.05,
        wide <= 0.1,
    )
