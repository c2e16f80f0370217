"""Train the lab's translator for the lessons, and take its weights out as arrays. Imports torch."""

import time
from collections.abc import Callable
from typing import cast

import numpy as np
import torch
from torch import nn

from ...data import french
from ...data.pairs import BEGIN, Pairs
from ...models.attention import Cache
from ...models.translator import Translator
from ...objectives.translation import Translation, same, shifted
from ...probes.capture import looking
from ...recipes.translator import TranslatorOptions
from ...sampling.translation import Writer, greedy
from ..kit.fixtures import Floats
from ..kit.seeding import seeded
from ..kit.training import Progress
from ..workings.translating import LONGEST, Model
from .french import BATCH, EVERY, PLAN, SENTENCES, STEPS, French

TESTED = 100
REPEATS = 5
"""Of what is timed; the fastest counts."""


def options() -> TranslatorOptions:
    """The options of the job."""
    return TranslatorOptions(
        steps=STEPS,
        batch=BATCH,
        width=PLAN.width,
        layers=PLAN.layers,
        heads=PLAN.heads,
        cross_heads=PLAN.cross_heads,
        hidden=PLAN.hidden,
    )


def module(model: Model, longest: int = LONGEST + 1) -> Translator:
    """The lab's module with the weights of `model`, in eval mode and double precision."""
    plan = model.plan
    chosen = TranslatorOptions(
        width=plan.width,
        layers=plan.layers,
        heads=plan.heads,
        cross_heads=plan.cross_heads,
        hidden=plan.hidden,
        norm_first=plan.norm_first,
    )
    with seeded(0):
        built = Translator(chosen, len(model.source_words), len(model.target_words), longest).double()
    built.load_state_dict({name: torch.from_numpy(np.asarray(array)) for name, array in model.weights.items()})
    return built.eval()


def train(seed: int, progress: Progress) -> French:
    """The finished translator of this seed."""
    progress(0.0, "making sentences")
    data = french.load(seed, french.FrenchOptions(sentences=SENTENCES, test=TESTED))
    chosen = options()
    losses = np.zeros(STEPS)
    with seeded(seed):
        translator = cast(Translator, Translation.build(Translator, chosen, data))
        fresh = taken(translator, data)
        objective = Translation(translator, data, chosen, seed, torch.device("cpu"))
        for number in range(STEPS):
            losses[number] = objective.step(number, number / STEPS)["loss/train"]
            if number % EVERY == 0:
                progress(number / STEPS, f"step {number + 1} of {STEPS}", loss=float(losses[number]))
    progress(1.0, f"step {STEPS} of {STEPS}", loss=float(losses[-1]))
    model = taken(translator, data)
    with looking(translator):
        source = torch.from_numpy(data.test.source)
        answers = greedy(Writer(translator, source), len(source), LONGEST, torch.device("cpu"))
        exact = float(same(answers.words, torch.from_numpy(data.test.target)).double().mean())
        timed = milliseconds(translator, data)
    return French(model, fresh, losses, exact, timed)


def taken(module: nn.Module, data: Pairs) -> Model:
    """The weights as arrays of doubles."""
    weights: dict[str, Floats] = {name: w.detach().double().numpy().copy() for name, w in module.state_dict().items()}
    return Model(plan=PLAN, weights=weights, source_words=data.source_words, target_words=data.target_words)


def milliseconds(model: Translator, data: Pairs) -> dict[str, float]:
    """Of the specimen sentence on this machine: the decoder in one pass, and word by word in two ways."""
    source, target = (torch.from_numpy(words) for words in (data.specimen.source, data.specimen.target))
    memory, mask = model.encode(source)
    read = shifted(target)

    def once() -> None:
        model.decode(read, memory, mask)

    def each() -> None:
        for t in range(1, read.shape[1] + 1):
            model.decode(read[:, :t], memory, mask)

    def cached() -> None:
        caches = [Cache() for _ in model.decoder]
        for t in range(read.shape[1]):
            model.decode(read[:, t : t + 1], memory, mask, caches)

    assert int(read[0, 0]) == BEGIN
    return {name: _fastest(work) for name, work in (("one pass", once), ("each word", each), ("cached", cached))}


def _fastest(work: Callable[[], None]) -> float:
    work()
    found = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return min(found)
