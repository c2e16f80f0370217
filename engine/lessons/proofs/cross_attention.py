"""What `cross-attention` claims, computed by PyTorch and the lab's own modules."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...data.pairs import tokenize
from ...models.attention import MultiHeadAttention
from ...models.gpt import Gpt
from ...models.translator import Translator
from ...objectives.alignment import attentions, listening
from ...probes.capture import looking
from ...recipes.gpt import GptOptions
from ...recipes.translator import TranslatorOptions
from ...sampling.translation import Writer, greedy
from ..cross_attention import CROSS, attention_modules, toy
from ..kit.facts import Claim, Outcome, at_least, at_most, equal, every, same_arrays
from ..kit.fixtures import GOLD3, S3
from ..kit.seeding import seeded
from ..kit.state import State
from ..trainings.french import result
from ..trainings.french_lab import module
from ..workings import crossing
from ..workings.french_lexicon import numbered, target_ids
from ..workings.translating import LONGEST, Model, forced
from ..workings.translating import greedy as write_greedily
from ..workings.translation_figures import Sentence

CPU = torch.device("cpu")
EXPECTED = {"black": "noir", "cat": "chat"}


def tensors(said: Sentence) -> tuple[Tensor, Tensor]:
    """What the encoder and what the decoder reads, as batches of one."""
    return torch.tensor([said.ids]), torch.tensor([said.read])


@contextmanager
def counted(part: nn.Module) -> Iterator[list[int]]:
    """Within, one entry for every call of a module."""
    calls: list[int] = []
    handle = part.register_forward_hook(lambda *_: calls.append(1))
    try:
        yield calls
    finally:
        handle.remove()


def only_decoders(state: State) -> Outcome:
    """The modules of the lab's classes, counted by name."""
    n = state["layers"]
    with seeded(0):
        built = Translator(TranslatorOptions(layers=n, width=8, hidden=8), 9, 9, 9)
        gpt = Gpt(GptOptions(layers=n, width=8, heads=2, context=8), 9)
    parts = {"encoder": built.encoder, "decoder": built.decoder, "decoder-only (GPT)": gpt.blocks}

    def count(part: nn.Module) -> dict[str, int]:
        names = [name for name, m in part.named_modules() if isinstance(m, MultiHeadAttention)]
        crossing = sum("cross" in name for name in names)
        return {"self-attention": len(names) - crossing, "cross-attention": crossing}

    return equal(attention_modules(n), {name: count(part) for name, part in parts.items()})


def rectangle(state: State) -> Outcome:
    """Shape, weights and output of the first cross-attention against scaled_dot_product_attention."""
    model, said = toy(state)
    heads = forced(model, said.ids, said.target)[0].heads(CROSS)
    lab = module(model)
    heard: dict[str, Tensor] = {}
    attend = lab.get_submodule(f"{CROSS}.attend")
    handle = attend.register_forward_hook(
        lambda _, given, out: heard.update(q=given[0], k=given[1], v=given[2], out=out)
    )
    with torch.no_grad():
        lab(*tensors(said))
    handle.remove()
    q, k, v = (heard[name][0] for name in "qkv")
    probe = torch.eye(len(said.ids), dtype=torch.float64).expand(len(q), -1, -1)
    weights = F.scaled_dot_product_attention(q, k, probe)
    mixed = F.scaled_dot_product_attention(q, k, v).transpose(0, 1).flatten(1)
    return every(
        shape=equal(list(heads.weights.shape[1:]), [len(said.target), len(said.ids)]),
        weights=same_arrays(heads.weights, weights.numpy()),
        output=same_arrays(heads.mixed, mixed.numpy()),
    )


def _reaches(model: Model, said: Sentence) -> Outcome:
    """Noughts for the memory, and one French word changed, in the lab's module."""
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
    cut = crossing.without_memory(model, said.ids, said.target) - forced(model, said.ids, said.target)[1]
    reached = crossing.reach_of_source(model, said.ids, said.target)
    above = crossing.reach_of_target(model, said.ids, said.target)
    upper = [above[i, j] for i in range(len(above)) for j in range(i + 1, len(above))]
    return every(
        zeroed_memory_changes_logits_by=at_least(float(abs(cut).max(-1).min()), 1e-3),
        as_in_the_module=same_arrays(abs(cut).max(-1), zeroed.numpy(), 1e-5),
        least_change_at_any_place=at_least(float(reached.min()), 1e-9),
        also_as_in_the_module=same_arrays(reached, torch.stack(rows, 1).numpy(), 1e-5),
        from_later_English=at_most(float(max(upper, default=0.0)), 0.0),
    )


def reaches_when_drawn(state: State) -> Outcome:
    """With weights as drawn."""
    return _reaches(*toy(state))


def reaches_when_trained(state: State) -> Outcome:
    """With trained weights, for the example."""
    return _reaches(*example(state))


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
    """Calls of the last decoder layer, counted in the module: one in training, one a word when it writes."""
    model, said = example(state)
    lab = module(model)
    with looking(lab), counted(lab.decoder[-1]) as training:
        lab(*tensors(said))
    with looking(lab), counted(lab.decoder[-1]) as writing:
        greedy(Writer(lab, tensors(said)[0]), 1, LONGEST, CPU)
    return every(
        passes=equal(crossing.passes(said.target), {"training": len(training), "generation": len(writing)}),
        cache_against_one_pass=_cached(model, said),
    )


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
    return every(
        looks_at=equal(found, EXPECTED),
        crossing=equal(crossing.crosses(looked[:rows]), True),
        diagonal=Outcome(
            looked[:rows].tolist(), f"not {list(range(rows))}", looked[:rows].tolist() != list(range(rows))
        ),
        weights=same_arrays(weights, cross.numpy(), 1e-5),
    )


def translated(state: State) -> Outcome:
    """The example, written greedily by numpy with a cache and by the lab's module."""
    model, said = example(state)
    lab = module(model)
    with looking(lab):
        words = greedy(Writer(lab, tensors(said)[0]), 1, LONGEST, CPU).words[0].tolist()
    written = [model.target_words[k] for k in write_greedily(model, said.ids)]
    return every(
        shown=equal(" ".join(written[:-1]), " ".join(tokenize(GOLD3))),
        module=equal([model.target_words[k] for k in words], written),
        exact_on_new_pairs=at_least(result(state).exact, 0.8),
    )


CLAIMS = (
    Claim(id="Z1", says="with a cache, word by word gives the logits of one whole pass", check=cached_when_drawn),
    Claim(id="Z1", says="training takes one pass, writing one for each word", check=passes, needs="french"),
    Claim(
        id="Z2",
        says="weights are T_dec x T_enc: queries of the decoder, keys and values of the encoder",
        check=rectangle,
    ),
    Claim(id="Z2", says="what the encoder gives reaches every place of the decoder", check=reaches_when_drawn),
    Claim(id="Z2", says="so it does in the trained translator", check=reaches_when_trained, needs="french"),
    Claim(id="Z3", says="cross-attention stands in decoder layers only, once in each", check=only_decoders),
    Claim(id="Z4", says="black looks at noir and cat at chat: the alignment crosses", check=aligned, needs="french"),
    Claim(id="Z4", says="the example is translated word for word", check=translated, needs="french"),
)
