"""What `cross-attention` claims, computed by PyTorch and the lab's own modules."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from ...data.pairs import BEGIN, END, PAD, tokenize
from ...models.translator import Translator
from ...objectives.alignment import attentions, listening
from ...probes.capture import looking
from ...sampling.translation import Writer, greedy
from ..cross_attention import LESSON, toy
from ..kit.facts import Claim, Outcome, same_arrays
from ..kit.fixtures import GOLD3, S3, Floats
from ..kit.state import State
from ..trainings.french import result
from ..trainings.french_lab import module
from ..workings import crossing
from ..workings.french_lexicon import numbered, target_ids
from ..workings.translating import LONGEST, Model, forced
from ..workings.translating import greedy as write_greedily
from ..workings.translation_figures import Sentence, sentence
from .crossing_shown import only_decoders, rectangle, tensors
from .shown import bars_by_label, difference, figures, together

CPU = torch.device("cpu")
EXPECTED = {"black": "noir", "cat": "chat"}


def _reaches(model: Model, said: Sentence, shown: Sequence[Floats] = ()) -> Outcome:
    """Zeros for the memory, one French and one English word changed, in the lab's module; `shown`: both matrices."""
    lab = module(model)
    source, given = tensors(said)
    with torch.no_grad():
        memory, mask = lab.encode(source)
        before = lab.decode(given, memory, mask)
        zeroed = (lab.decode(given, torch.zeros_like(memory), mask) - before).abs().amax(-1)[0]
        rows = []
        for place in range(len(said.ids)):
            changed = source.clone()
            changed[0, place] = 3 if int(source[0, place]) != 3 else 2
            rows.append((lab(changed, given) - before).abs().amax(-1)[0])
        columns = []
        for place in range(given.shape[1]):
            changed = given.clone()
            changed[0, place] = 3 if int(given[0, place]) != 3 else 2
            columns.append((lab(source, changed) - before).abs().amax(-1)[0])
    cut = crossing.without_memory(model, said.ids, said.target) - forced(model, said.ids, said.target)[1]
    reached = crossing.reach_of_source(model, said.ids, said.target)
    above = crossing.reach_of_target(model, said.ids, said.target)
    upper = [above[i, j] for i in range(len(above)) for j in range(i + 1, len(above))]
    sides = ((reached, torch.stack(rows, 1).numpy()), (above, torch.stack(columns, 1).numpy()))
    same = difference(
        (abs(cut).max(-1), zeroed.numpy()),
        *sides,
        *((drawn, side[1]) for drawn, side in zip(shown, sides, strict=False)),
    )
    least, later = float(reached.min()), float(max(upper, default=0.0))
    cut_by = float(abs(cut).max(-1).min())
    return together(
        {"least change": least, "from later English": later},
        {"least change": "> 0", "from later English": 0.0},
        same,
        least > 1e-9 and cut_by > 1e-9 and later == 0,
    )


def reaches_when_drawn(state: State) -> Outcome:
    """With untrained weights."""
    return _reaches(*toy(state))


def reaches_when_trained(state: State) -> Outcome:
    """With trained weights, for the sentence shown, in the matrices shown."""
    names = ("from the source", "from the target")
    shown = [figures(LESSON, "reach", state, k)[name].values for k, name in enumerate(names, 1)]
    model = result(state).model
    return _reaches(model, sentence(state, model), shown)


def example(state: State) -> tuple[Model, Sentence]:
    """The trained model, and the example of the notes with its right English."""
    model = result(state).model
    words, ids, _ = numbered(S3, model.source_words, LONGEST)
    target = target_ids(GOLD3, model.target_words, LONGEST)
    english = tuple(model.target_words[k] for k in target)
    return model, Sentence(words=words, ids=ids, target_words=english, target=target, warning="")


def _cached(model: Model, said: Sentence) -> Outcome:
    with torch.no_grad():
        full = module(model)(*tensors(said))[0].numpy()
    return same_arrays(crossing.cached_logits(model, said.ids, said.target), full, 1e-5)


def cached_when_drawn(state: State) -> Outcome:
    """Word by word with a cache, against the module's one pass."""
    return _cached(*toy(state))


def passes(state: State) -> Outcome:
    """Calls and rows of the last decoder layer, counted in the module, against the table that is shown."""
    model, said = example(state)
    lab = module(model)
    source, given = tensors(said)
    last = lab.decoder[-1]

    def each(lab: Translator) -> None:
        memory, mask = lab.encode(source)
        for t in range(1, given.shape[1] + 1):
            lab.decode(given[:, :t], memory, mask)

    with looking(lab):
        found = [
            _spent(last, lambda: lab(source, given)),
            _spent(last, lambda: each(lab)),
            _spent(last, lambda: greedy(Writer(lab, source), 1, LONGEST, CPU)),
        ]
    here = state.with_values(text=S3, target="auto")
    table, each_pass = figures(LESSON, "passes", here, -1)["cost"], figures(LESSON, "passes", here, -2)["passes"].rows
    words = [model.target_words[k] for k in said.target]
    rows = [(row[0], row[1], row[2], row[3]) for row in each_pass]
    right = [(k + 1, *row) for k, row in enumerate(zip(words, found[1], found[2], strict=True))]
    same = _cached(model, said)
    return together(
        {"passes": [row[1] for row in table.rows]},
        {"passes": [len(calls) for calls in found]},
        [(row[1], row[2]) for row in table.rows] == [(len(calls), sum(calls)) for calls in found],
        rows == right,
        all(row[4] < 1e-5 for row in each_pass),
        same,
    )


def _spent(part: nn.Module, work: Callable[[], object]) -> list[int]:
    """The rows of words that a module is given in each call while `work` is done."""
    calls: list[int] = []
    handle = part.register_forward_hook(lambda _, given, out: calls.append(given[0].shape[1]))
    try:
        work()
    finally:
        handle.remove()
    return calls


def cut_is_shown(state: State) -> Outcome:
    """What is shown with the memory and without it: p of the right words in the module, and its greedy writing."""
    model, said = example(state)
    here = state.with_values(text=S3, target="auto")
    seen = figures(LESSON, "reach", here, 0)
    lab = module(model)
    source, given = tensors(said)
    right = torch.tensor(said.target)[:, None]
    with looking(lab):
        memory, mask = lab.encode(source)
        p = [lab.decode(given, m, mask)[0].softmax(-1).gather(1, right)[:, 0] for m in (memory, memory * 0)]
        words = [BEGIN]
        while words[-1] != END and len(words) <= LONGEST:
            scores = lab.decode(torch.tensor([words]), memory * 0, mask)[0, -1]
            scores[[PAD, BEGIN]] = float("-inf")
            words.append(int(scores.argmax()))
    blind = " ".join(model.target_words[k] for k in words[1:] if k != END)
    same = difference((seen["shown"].values, p[0].numpy()), (seen["other"].values, p[1].numpy()))
    line = seen["written"].rows[2][1]
    return together({"without it": line}, {"without it": blind}, same, line == blind, line != " ".join(tokenize(GOLD3)))


def aligned(state: State) -> Outcome:
    """Where black and cat look, in the numbers shown and in the module; the order is not that of the French."""
    model, said = example(state)
    weights = crossing.alignment(model, said.ids, said.target)
    looked = weights.argmax(-1)
    lab = module(model)
    with looking(lab), listening(attentions(lab)) as heard:
        lab(*tensors(said))
    cross = torch.stack([w[0].mean(0) for name, w in heard.items() if name.startswith("cross")]).mean(0)
    found = {word: said.words[looked[said.target_words.index(word)]] for word in EXPECTED}
    rows = len(said.target) - 1
    here = figures(LESSON, "alignment", state.with_values(text=S3, target="auto", view="mean"), 0)["alignment"].values
    same = difference((weights, cross.numpy()), (here, cross.numpy()), *_row_by_row(state, said, cross.numpy()))
    return together(found, EXPECTED, found == EXPECTED, crossing.crosses(looked[:rows]), same)


def _row_by_row(state: State, said: Sentence, cross: Floats) -> Iterator[tuple[Any, Any]]:
    """Of every frame the tint of the French words and the bars, which are by word, beside the module's row."""
    for k, row in enumerate(cross):
        there = figures(LESSON, "alignment", state.with_values(text=S3, target="auto", view="mean"), k)
        yield there["source"].weights, row
        shown, by_word = bars_by_label(there["top"]), dict(zip(said.words, row.tolist(), strict=True))
        yield list(shown.values()), [by_word[word] for word in shown]
        yield sum(shown.values()), float(np.sort(row)[-len(shown) :].sum())


def translated(state: State) -> Outcome:
    """The example, written greedily by numpy with a cache and by the lab's module."""
    model, said = example(state)
    lab = module(model)
    with looking(lab):
        words = greedy(Writer(lab, tensors(said)[0]), 1, LONGEST, CPU).words[0].tolist()
    written = [model.target_words[k] for k in write_greedily(model, said.ids)]
    share = result(state).exact
    return together(
        {"writes": " ".join(written[:-1]), "new pairs right": share},
        {"writes": " ".join(tokenize(GOLD3)), "new pairs right": ">= 0.8"},
        [model.target_words[k] for k in words] == written,
        written[:-1] == tokenize(GOLD3),
        share >= 0.8,
    )


CLAIMS = (
    Claim(id="Z1", says="untrained: word by word with a cache, the same logits", check=cached_when_drawn),
    Claim(id="Z1", says="the example: one pass in training, one for each word written", check=passes, needs="french"),
    Claim(
        id="Z2",
        says="Q from the decoder, K and V from the encoder",
        check=rectangle,
    ),
    Claim(id="Z2", says="untrained, too, a changed word reaches all logits", check=reaches_when_drawn),
    Claim(
        id="Z2",
        says="one French word as <unk>: logits change at every place",
        check=reaches_when_trained,
        needs="french",
    ),
    Claim(
        id="Z2", says="the example: with the memory zeroed it writes other English", check=cut_is_shown, needs="french"
    ),
    Claim(id="Z3", says="cross-attention stands in decoder layers only, once in each", check=only_decoders),
    Claim(id="Z4", says="un chat noir …: black looks at noir, cat at chat", check=aligned, needs="french"),
    Claim(id="Z4", says="the example is translated without any mistake", check=translated, needs="french"),
)
