"""What `transformer` shows of the trained model: one sentence through every layer, its loss, and what it writes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...data.pairs import BEGIN, END, PAD
from ...models.attention import ScaledDotProduct
from ...models.translator import Translator
from ..kit.facts import Outcome
from ..kit.lesson import Frame
from ..kit.state import State
from ..trainings.french import result
from ..trainings.french_lab import module
from ..transformer import LESSON
from ..workings.loss_frames import chosen_model
from ..workings.translation_figures import Sentence, sentence
from .crossing_shown import named_by, tensors
from .decoding_shown import asked, read_right
from .shown import bars_by_label, difference, named, together


def _frames(state: State, scene: str) -> list[dict[str, Any]]:
    frames: list[Frame] = list(next(each for each in LESSON.scenes if each.name == scene).frames(state))
    return [named(frame) for frame in frames]


def _heard(lab: Translator, said: Sentence) -> tuple[dict[str, Tensor], Tensor]:
    """By module name the stream (t, m) after each layer and each attention's weights (t, s), heads averaged; logits."""
    heard: dict[str, Tensor] = {}

    def hear(name: str) -> Any:
        def hook(part: nn.Module, given: tuple[Any, ...], out: Tensor) -> None:
            told = ScaledDotProduct.weights(given[0], given[1], given[3]).mean(1) if "attend" in name else out
            heard[name] = told[0]

        return hook

    layers = [f"{stack}.{k}" for stack in ("encoder", "decoder") for k in range(len(lab.encoder))]
    names = [*layers, *(name for name, part in lab.named_modules() if isinstance(part, ScaledDotProduct)), "source"]
    handles = [lab.get_submodule(name).register_forward_hook(hear(name)) for name in names]
    with torch.no_grad():
        scores = lab(*tensors(said))[0]
    for handle in handles:
        handle.remove()
    return heard, scores


def followed(state: State) -> Outcome:
    """Every grid and every bar on the sentence's way, against what the module's parts give."""
    model = chosen_model(state)
    said = sentence(state, result(state).model)
    lab = module(model)
    heard, scores = _heard(lab, said)
    frames, layers = _frames(state, "through"), len(lab.encoder)
    scaled = lab.source.embedding(torch.tensor(said.ids)).detach().numpy() * model.plan.width**0.5
    x0 = heard["source"].numpy()
    inputs = {"scaled": scaled, "x0": x0, "positions": x0 - scaled}
    pairs: list[tuple[Any, Any]] = [
        (figure.values, inputs[name]) for there in frames[1:3] for name, figure in there.items()
    ]
    stages = [f"{stack}.{k}" for stack in ("encoder", "decoder") for k in range(layers)]
    for name, there in zip(stages, frames[3 : 3 + 2 * layers], strict=True):
        right = {"own": heard[f"{name}.attention.attend"], "stream": heard[name]}
        if name.startswith("decoder"):
            right["cross"] = heard[f"{name}.cross_attention.attend"]
        pairs += [(there[part].values, value.numpy()) for part, value in right.items()]
    words = {"encoder": said.words, "decoder": said.read_words}
    called = [
        tuple(there[part].row_labels) == words[name[:7]] and tuple(there["own"].column_labels) == words[name[:7]]
        for name, there in zip(stages, frames[3:], strict=False)
        for part in ("own", "stream")
    ]
    called += [tuple(figure.row_labels) == said.words for there in frames[1:3] for figure in there.values()]
    called += [tuple(there["cross"].column_labels) == said.words for there in frames if "cross" in there]
    later = {(i, j) for j in range(len(said.read)) for i in range(j)}
    called += [set(there["own"].marks["never"]) == later for there in frames if "cross" in there and later]
    texts = (("source", said.ids, model.source_words), ("read", said.read, model.target_words))
    called += [named_by(frames[0][name].tokens, ids, known) for name, ids, known in texts]
    called += [list(frames[0][name].notes) == [str(k) for k in ids] for name, ids, _ in texts]
    row = min(int(state["focus"]), len(said.target) - 1)
    known = model.target_words
    for bars, whole in ((frames[-3]["logits"], scores[row]), (frames[-2]["p"], scores[row].softmax(0))):
        pairs.append((list(bars.values), [float(whole[known.index(word)]) for word in bars_by_label(bars)]))
        right_word = known[said.target[row]]
        called.append([bars.labels[k] for k in bars.marked] == [word for word in bars.labels if word == right_word])
        pairs.append((float(np.sum(bars.values)), float(whole.topk(len(bars.labels)).values.sum())))
    same = difference(*pairs)
    return together(
        {"layers": len(frames[3:-3]), **same.computed},
        {"layers": 2 * layers, "largest difference": same.expected},
        same,
        len(frames) == 6 + 2 * layers,
        *called,
    )


def choices(state: State) -> Outcome:
    """The tables of all words written, greedily and at T = 2, against the module's logits after the words before."""
    model = chosen_model(state)
    said = sentence(state, result(state).model)
    lab, count, wrong = module(model), 0, 0
    for values in ({}, {"decoding": "sampled", "temperature": 2.0}):
        here = state.with_values(**values)
        ids: list[int] = []
        for there, scores in _after_each(lab, said, here, model.target_words, ids):
            table = there["table"]
            count, seen = count + 1, there["written"]
            wrong += seen.tokens[seen.focus] != model.target_words[ids[-1]]
            wrong += not read_right(table, there["bars"], model.target_words, scores, asked(here))
            if here["decoding"] == "greedy" and here["slip"] != len(ids):
                wrong += ids[-1] != int(scores.argmax())
    return together({"words": count, "that differ": wrong}, {"words": count, "that differ": 0}, wrong == 0)


def _after_each(
    lab: Translator, said: Sentence, state: State, known: tuple[str, ...], ids: list[int]
) -> Iterator[tuple[dict[str, Any], Tensor]]:
    """Each frame of writing with the module's logits at its place; `ids` grows by the word that its table marks."""
    for there in _frames(state, "inference")[:-1]:
        assert END not in ids
        with torch.no_grad():
            scores = lab(torch.tensor([said.ids]), torch.tensor([[BEGIN, *ids]]))[0, -1]
        scores[[PAD, BEGIN]] = float("-inf")
        ids.append(known.index(there["table"].rows[there["table"].marked[0]][0]))
        yield there, scores


def curve_and_ignorance(state: State) -> Outcome:
    """The losses of the training as they are drawn, and what logits that are all alike cost, in torch."""
    trained = result(state)
    frames = _frames(state, "loss")
    curve, rows = frames[2]["curve"], frames[1]["ignorance"].rows
    v = len(trained.model.target_words)
    alike = [float(nn.functional.cross_entropy(torch.zeros(1, n), torch.tensor([0]))) for n in (10, v)]
    return difference(
        (curve.lines["loss"], trained.losses),
        (curve.x, np.arange(len(trained.losses)) + 1),
        (list(curve.levels.values()), alike[1:]),
        ([row[1] for row in rows], [10, v, v, v]),
        ([rows[0][2], rows[1][2], rows[3][2]], [*alike, float(trained.losses[0])]),
    )
