"""What `cross-attention` claims of where it stands and of its stages, read from what is shown."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...data.pairs import UNKNOWN
from ...models.attention import MultiHeadAttention
from ...models.gpt import Gpt
from ...models.translator import Translator
from ...recipes.gpt import GptOptions
from ...recipes.translator import TranslatorOptions
from ..cross_attention import CROSS, LESSON, toy
from ..kit.facts import Outcome
from ..kit.figures import Grid, Ladder
from ..kit.fixtures import Floats
from ..kit.seeding import seeded
from ..kit.state import State
from ..trainings.french import PLAN
from ..trainings.french_lab import module
from ..workings.translating import LONGEST, forced
from ..workings.translation_figures import Sentence
from .shown import difference, figures, together

STACKS = ("encoder", "decoder")
SUBLAYERS = {"attention": "self-attention", "cross_attention": "cross-attention", "feed_forward": "feed-forward"}


def tensors(said: Sentence) -> tuple[Tensor, Tensor]:
    """What the encoder and what the decoder reads, as batches of one."""
    return torch.tensor([said.ids]), torch.tensor([said.read])


def only_decoders(state: State) -> Outcome:
    """The modules of the lab's classes, counted by name, against the table, the boxes and the wires that are shown."""
    n = state["layers"]
    model, said = toy(state)
    sizes = TranslatorOptions(layers=n, width=PLAN.width, heads=PLAN.heads, cross_heads=1, hidden=8)
    with seeded(0):
        built = Translator(sizes, len(model.source_words), len(model.target_words), LONGEST + 1)
        gpt = Gpt(GptOptions(layers=n, width=8, heads=2, context=8), 9)
    parts = {"encoder": built.encoder, "decoder": built.decoder, "decoder-only (GPT)": gpt.blocks}

    def count(name: str, part: nn.Module) -> list[Any]:
        names = [name for name, m in part.named_modules() if isinstance(m, MultiHeadAttention)]
        crossing = sum("cross" in name for name in names)
        return [name, len(names) - crossing, crossing]

    rows = [list(row) for row in figures(LESSON, "place", state, 1)["modules"].rows]
    counted = [count(name, part) for name, part in parts.items()]
    return together(
        {name: row[2] for name, row in zip(("encoder", "decoder", "GPT"), rows, strict=True)},
        {name: row[2] for name, row in zip(("encoder", "decoder", "GPT"), counted, strict=True)},
        rows == counted,
        as_it_runs(figures(LESSON, "place", state, 0), built, said),
    )


def as_it_runs(ladders: Mapping[str, Ladder], built: Translator, said: Sentence) -> bool:
    """Whether the boxes of both stacks are what the module calls, shape by shape, and K, V come from the memory."""
    boxes = {stack: [(box.name.removeprefix("masked "), box.shape) for box in ladders[stack].boxes] for stack in STACKS}
    asked = [k for k, (name, _) in enumerate(boxes["decoder"]) if name == "cross-attention"]
    wires = [(wire.source, wire.target) for wire in ladders["decoder"].wires]
    return boxes == _passed(built, said) and wires == [(0, k) for k in asked] and len(asked) == len(built.decoder)


def _passed(built: Translator, said: Sentence) -> dict[str, list[tuple[str, str]]]:
    """Both ladders as the module runs: a box for what each part gives, with its shape in rows x columns."""
    heard: list[tuple[str, str, str]] = []

    def hear(stack: str, name: str, part: nn.Module) -> torch.utils.hooks.RemovableHandle:
        return part.register_forward_hook(lambda _, __, out: heard.append((stack, name, _shape(out))))

    handles = [hear("encoder", "embed + positions", built.source), hear("decoder", "embed + positions", built.target)]
    for stack in STACKS:
        for k, layer in enumerate(built.get_submodule(stack).children(), 1):
            handles.append(_before(layer, stack, f"{stack} layer {k}", heard))
            handles += [hear(stack, SUBLAYERS[n], p) for n, p in layer.named_children() if n in SUBLAYERS]
    source, given = tensors(said)
    with torch.no_grad():
        memory, mask = built.encode(source)
        scores = built.decode(given, memory, mask)
    for handle in handles:
        handle.remove()
    first = {
        "encoder": [("French words", f"{len(said.ids)}")],
        "decoder": [("memory, from the encoder", _shape(memory)), ("English, shifted right", f"{len(said.read)}")],
    }
    last = {
        "encoder": [("memory", _shape(memory))],
        "decoder": [("linear to the vocabulary", _shape(scores)), ("softmax", _shape(scores.softmax(-1)))],
    }
    return {
        stack: [*first[stack], *((name, shape) for where, name, shape in heard if where == stack), *last[stack]]
        for stack in STACKS
    }


def _before(
    layer: nn.Module, stack: str, name: str, heard: list[tuple[str, str, str]]
) -> torch.utils.hooks.RemovableHandle:
    return layer.register_forward_pre_hook(lambda _, given: heard.append((stack, name, _shape(given[0]))))


def _shape(x: Tensor) -> str:
    return f"{x.shape[1]}x{x.shape[2]}"


def rectangle(state: State) -> Outcome:
    """The matrices shown of the first cross-attention against scaled_dot_product_attention on the lab's q, k, v."""
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
    mixed = F.scaled_dot_product_attention(q, k, v)
    first, scored, shared, put = (figures(LESSON, "queries", state, n) for n in range(4))
    drawn = [figure for there in (first, scored, shared, put) for figure in there.values()]
    asks, offers = (said.read, model.target_words), (said.ids, model.source_words)
    named = [named_by(f.row_labels, *(offers if f.name in "KV" else asks)) for f in drawn]
    named += [named_by(f.column_labels, *offers) for f in drawn if f.name in ("scores", "weights")]
    same = difference(
        *((there[name].values, heard[name.lower()][0, 0]) for there in (first, scored) for name in "QK"),
        *((there["V"].values, v[0]) for there in (first, put)),
        *((there["scores"].values, (q[0] @ k[0].T / q.shape[-1] ** 0.5).numpy()) for there in (scored, shared)),
        *((there["weights"].values, weights[0].numpy()) for there in (shared, put)),
        (put["output"].values, mixed[0].numpy()),
        (heads.weights, weights.numpy()),
        (heads.mixed, mixed.transpose(0, 1).flatten(1).numpy()),
    )
    shape = list(np.shape(shared["weights"].values))
    return together(
        {"weights": shape},
        {"weights": [len(said.target), len(said.ids)]},
        same,
        shape == [len(said.target), len(said.ids)],
        all(named),
        difference(*_from_cells(scored, shared, put)),
    )


def named_by(labels: Sequence[str], ids: Sequence[int], known: Sequence[str]) -> bool:
    """Whether things are called by their words; a word that is not known may be called anything."""
    return len(labels) == len(ids) and all(k == UNKNOWN or known[k] == a for a, k in zip(labels, ids, strict=True))


def _from_cells(*frames: dict[str, Any]) -> Iterator[tuple[float, float]]:
    """Numbers of scores, weights and output made anew from the cells that are lit for them."""
    scored, shared, put = frames
    t, s = np.shape(scored["scores"].values)
    for i, j in {(0, 0), (t - 1, s - 1), (t // 2, s // 3)}:
        q, k = (_lit(scored["scores"], i, j, scored[name]) for name in "QK")
        yield scored["scores"].values[i, j], float(q @ k) / len(q) ** 0.5
        scores = _lit(shared["weights"], i, j, shared["scores"])
        yield shared["weights"].values[i, j], float(np.exp(shared["scores"].values[i, j]) / np.exp(scores).sum())
    rows, columns = np.shape(put["output"].values)
    for i, c in {(0, 0), (rows - 1, columns - 1)}:
        weights, content = (_lit(put["output"], i, c, put[name]) for name in ("weights", "V"))
        yield put["output"].values[i, c], float(weights @ content)


def _lit(figure: Grid, row: int, column: int, other: Grid) -> Floats:
    """The numbers of another figure that the origin of a cell points at."""
    origin = figure.origin(row, column) if figure.origin else None
    cells = origin.cells[other.name] if origin else ()
    return np.array([np.asarray(other.values)[cell] for cell in cells])
