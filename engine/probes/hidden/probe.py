"""What is held between the steps: a recurrent network's states along a sequence, a graph network's after each round.

Shapes: t tokens, n nodes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ...data.corpus import Corpus
from ...data.dataset import Dataset
from ...models.recurrent import Recurrent
from ...objectives.classification import Classification
from ...objectives.language import Language
from ...objectives.nodes import Nodes
from ...runs.run import Record
from ...text import sanitize
from ...training.trainer import Trainer
from ..capture import forward, looking
from ..requests import LookInside
from .field import components, degrees, field
from .layout import layout
from .memory import halving, influence, losses_reach, replaced
from .states import state_record

LABEL = 200


@dataclass(frozen=True)
class Reading:
    """A sequence (1, t) that is read, its tokens by name, and what should follow; None where nobody knows."""

    tokens: Tensor
    names: tuple[str, ...]
    answers: Sequence[str]
    target: int | None


def hidden(trainer: Trainer, look: LookInside) -> Iterator[Record]:
    """Records of kind `hidden` and `memory` for each recurrent layer, or one of kind `graph`; raises ValueError."""
    objective = trainer.objective
    if isinstance(objective, Nodes):
        yield _graph(objective, look)
    elif isinstance(objective.model, Recurrent) and isinstance(objective, Language | Classification):
        reading = _text(objective, look) if isinstance(objective, Language) else _sequence(objective, look)
        yield from _remembered(objective.model, reading)
    else:
        raise ValueError(f"{trainer.job.model} holds no states between steps or rounds: rnn, lstm and gcn do")


def _text(objective: Language, look: LookInside) -> Reading:
    """A window of the text and the token after it, or the end of the user's own words."""
    data: Corpus = objective.data
    words = objective.tokenizer.tokens
    if look.text:
        strange = sorted(set(look.text) - set(data.alphabet))
        if strange:
            raise ValueError(f"the text that was learned has no {', '.join(map(repr, strange[:5]))}: write without")
        numbers = objective.tokenizer.encode(look.text)[-objective.context :]
        target = None
    else:
        windows = objective.train if look.split == "train" else objective.val
        window = windows.at(torch.tensor([look.index % len(windows) * windows.length]))[0].tolist()
        numbers, target = window[:-1], window[-1]
    return Reading(torch.tensor([numbers], device=objective.device), _names(words, numbers), words, target)


def _sequence(objective: Classification, look: LookInside) -> Reading:
    """A sequence of the split and its class, or tokens that the user wrote, with spaces between."""
    data: Dataset = objective.data
    if look.text:
        given = look.text.split()
        strange = [word for word in given if word not in data.tokens]
        if strange or not given:
            what = f"no token {sanitize(strange[0], limit=20)!r}" if strange else "nothing to read"
            raise ValueError(f"{what}; there are {sanitize(' '.join(data.tokens), limit=LABEL)}")
        numbers, target = [data.tokens.index(word) for word in given], None
    else:
        split = data.split(look.split)
        numbers = objective.inputs(look.split, look.index)[0][0].tolist()
        target = int(split.y[look.index % len(split)])
    return Reading(torch.tensor([numbers], device=objective.device), _names(data.tokens, numbers), data.classes, target)


def _names(words: Sequence[str], numbers: list[int]) -> tuple[str, ...]:
    return tuple(sanitize(words[number], newlines=True, limit=LABEL) for number in numbers)


def _remembered(model: Recurrent, reading: Reading) -> Iterator[Record]:
    """What each layer holds after each token, and how long it remembers."""
    found: list[Record] = []
    read = np.array(reading.names)

    def seen(name: str, module: torch.nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        record = state_record(name, module, given[0], output, read)
        if record is not None:
            found.append(record)

    output = forward(model, (reading.tokens,), seen)
    last = output[0, -1] if model.every else output[0]
    target = int(last.argmax()) if reading.target is None else reading.target
    yield from found
    with looking(model):
        loss, norms = losses_reach(model, reading.tokens, target)
        at, times = replaced(reading.tokens.shape[1])
        moved = influence(model, reading.tokens, at, times)
    for record, layer, change in zip(found, norms, moved, strict=True):
        arrays = {
            "tokens": read,
            **layer,
            **{name.replace("gradient", "halves"): np.array(halving(norm)) for name, norm in layer.items()},
            "at": at,
            "influence": change,
            "times": np.array(min(times, model.embedding.num_embeddings - 1)),
            "loss": np.array(loss),
            "target": np.array(sanitize(reading.answers[target], newlines=True, limit=LABEL)),
            "known": np.array(reading.target is not None),
        }
        yield Record(tag=record.tag.replace("hidden/", "memory/", 1), kind="memory", step=0, arrays=arrays)


def _graph(objective: Nodes, look: LookInside) -> Record:
    """What is kept of the graph, and where its nodes are drawn, what their states have in common, whom one hears."""
    record = next(objective.records())
    kept, data = record.arrays, objective.data
    n = len(data.labels)
    node = _node(data.nodes, look)
    parts, shares = components(kept["hidden"], kept["predicted"])
    arrays = {
        **kept,
        "position": layout(data.edges, n),
        "degree": degrees(data.edges, n),
        "components": parts,
        "explained": shares,
        "node": np.array(node),
        "field": field(data.edges, n, node, len(kept["hidden"])),
    }
    return replace(record, arrays=arrays)


def _node(names: Sequence[str], look: LookInside) -> int:
    """The node that `--set node=` names, else the one of the number `look.index`."""
    given = look.get("node", "")
    if given == "":
        return look.index % len(names)
    name = f"{given:g}" if isinstance(given, float) else str(given)
    if name not in names:
        raise ValueError(f"no node {sanitize(name, limit=20)!r}: there are {names[0]} to {names[-1]}")
    return names.index(name)
