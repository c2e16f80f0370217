"""What `transformer` claims of one layer, its norms and its residual stream, computed by the lab's modules."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from ...models.attention import MultiHeadAttention
from ...models.feedforward import FeedForward
from ...models.transformer import Residual
from ...models.translator import Translator
from ...recipes.translator import TranslatorOptions
from ..kit.facts import Outcome
from ..kit.seeding import seeded
from ..kit.state import State
from ..trainings.french_lab import module
from ..transformer import LESSON, plan_of
from ..workings.fresh_translator import SMALL, fresh
from ..workings.layer_ladders import SUBLAYERS, layer_parameters
from ..workings.layer_norm import layer_norm
from ..workings.norm_frames import DEPTH, drawn, silenced
from ..workings.translating import Model, read
from ..workings.translation_figures import Sentence, sentence, sentence_untrained
from .shown import difference, figures, rows_by_name, together

KINDS = {MultiHeadAttention: "attention", FeedForward: "feed-forward"}


def toy(state: State) -> tuple[Model, Sentence]:
    """The narrow untrained model, and the sentence."""
    model = fresh(state.seed, SMALL)
    return model, sentence_untrained(state, model)


def _parts(layer: nn.Module, stack: str) -> list[str]:
    """The sub-layers of a layer of the lab in order, by class and name."""
    found = []
    for name, part in layer.named_children():
        kind = KINDS.get(type(part))
        if kind == "attention":
            kind = "cross-attention" if "cross" in name else "self-attention"
            kind = f"masked {kind}" if stack == "decoder" and kind == "self-attention" else kind
        found += [kind] if kind else []
    return found


def _stack(state: State, stack: str) -> Outcome:
    plan = plan_of(state)
    chosen = TranslatorOptions(
        layers=plan.layers, width=plan.width, heads=plan.heads, hidden=plan.hidden, norm_first=plan.norm_first
    )
    with seeded(0):
        layers = Translator(chosen, 9, 9, 9).get_submodule(stack)
    assert isinstance(layers, nn.ModuleList)
    first = layers[0]
    count = sum(p.numel() for p in first.parameters())
    ladder = figures(LESSON, "stacks", state, 1 if stack == "encoder" else 2)[stack]
    boxes = [box.name for box in ladder.boxes if box.depth]
    counts = [int(box.detail.split(",  ")[0].split(", K")[0].replace(",", "")) for box in ladder.boxes if box.depth]
    heard = _order(first, stack)
    added = [k for k, box in enumerate(ladder.boxes) if box.name == "+"]
    streams = [0, *(k + (0 if plan.norm_first else 1) for k in added)]
    wires = [(wire.source, wire.target) for wire in ladder.wires]
    return together(
        {"layers": plan.layers, "sub-layers": len(SUBLAYERS[stack]), "parameters": layer_parameters(plan, stack)},
        {"layers": len(layers), "sub-layers": len(_parts(first, stack)), "parameters": count},
        plan.layers == len(layers),
        list(SUBLAYERS[stack]) == _parts(first, stack),
        layer_parameters(plan, stack) == count,
        boxes == [name for name, _ in heard],
        counts == [part for _, part in heard],
        wires == list(zip(streams[:-1], added, strict=True)),
        len(added) == sum(isinstance(part, Residual) for part in first.children()),
        difference(([box.share for box in ladder.boxes if box.depth], [part / count for _, part in heard])),
    )


def _order(layer: nn.Module, stack: str) -> list[tuple[str, int]]:
    """The norms and sub-layers of a layer in the order in which they are called, each with its parameters."""
    heard: list[tuple[str, int]] = []
    named = dict(zip((id(part) for part in layer.children() if type(part) in KINDS), _parts(layer, stack), strict=True))

    def hear(part: nn.Module, *_: object) -> None:
        name = "layer norm" if isinstance(part, nn.LayerNorm) else named[id(part)]
        heard.append((name, sum(p.numel() for p in part.parameters())))

    norms = [part for part in layer.modules() if isinstance(part, nn.LayerNorm)]
    children = [part for part in layer.children() if id(part) in named]
    handles = [part.register_forward_hook(hear) for part in (*norms, *children)]
    x = torch.zeros(1, 3, norms[0].normalized_shape[0])
    with torch.no_grad():
        layer(x) if stack == "encoder" else layer(x, x)
    for handle in handles:
        handle.remove()
    return heard


def encoder_stack(state: State) -> Outcome:
    """Modules and parameters of the lab's encoder."""
    return _stack(state, "encoder")


def decoder_stack(state: State) -> Outcome:
    """Modules and parameters of the lab's decoder."""
    return _stack(state, "decoder")


def normalised(state: State) -> Outcome:
    """F.layer_norm without gain and bias, torch's mean and variance: of all tokens, and of the one that is shown."""
    model, said = toy(state)
    x = torch.from_numpy(read(model, said.ids).x0)
    expected = F.layer_norm(x, (x.shape[1],))
    ours = torch.from_numpy(layer_norm(x.numpy()))
    row = min(int(state["focus"]), len(said.ids) - 1)
    one = torch.from_numpy(read(drawn(state), said.ids).x0[row])
    there = figures(LESSON, "norms", state, 0)
    token, moments = there["token"], rows_by_name(there["moments"])
    made = {"before": one, "after": F.layer_norm(one, (len(one),))}
    same = difference(
        (ours, expected),
        (token.values, torch.stack((one, one - one.mean(), made["after"])).numpy()),
        *((moments[name], (float(z.mean()), float(z.var(correction=0)))) for name, z in made.items()),
        limit=1e-9,
    )
    mean, off = float(ours.mean(-1).abs().max()), float((ours.var(-1, correction=0) - 1).abs().max())
    return together(
        {"mean": round(mean, 9) + 0.0, "variance off 1 by": off},
        {"mean": 0.0, "variance off 1 by": "< 0.001"},
        same,
        list(moments) == list(made) and [label[0] for label in token.row_labels] == ["x", "x", "L"],
        mean < 1e-9,
        off < 1e-3,
    )


def identity(state: State) -> Outcome:
    """Silent sub-layers: the module's pre-LN layer passes its input on, its post-LN layer normalises it."""
    pre, post = (silenced(drawn(state.with_values(zeroed=False), 2, norm)) for norm in ("pre", "post"))
    said = sentence(state, pre, own=False)
    with torch.no_grad():
        x = torch.from_numpy(read(pre, said.ids).x0)[None]
        kept, moved = (module(model).encoder[0](x)[0].numpy() for model in (pre, post))
    after = {name: read(model, said.ids).sublayers[1].after for name, model in (("pre", pre), ("post", post))}
    row = min(int(state["focus"]), len(said.ids) - 1)
    here = drawn(state)
    with torch.no_grad():
        given = torch.from_numpy(read(here, said.ids).x0)[None]
        layered = module(here).encoder[0](given)[0].numpy()
    there = figures(LESSON, "norms", state, 2)
    rows, changes = there["layer"].values, (torch.from_numpy(layered) - given[0]).abs().amax(-1)
    change = float(abs(after["pre"] - read(pre, said.ids).x0).max())
    return together(
        {"pre-LN changes it by": change},
        {"pre-LN changes it by": 0.0},
        change == 0,
        difference((after["pre"], kept), (after["post"], moved), limit=1e-9),
        difference((rows[0], given[0, row]), (rows[1], layered[row]), (rows[2], layered[row] - given[0, row].numpy())),
        difference(([part[1] for part in there["change"].rows], changes)),
        tuple(part[0] for part in there["change"].rows) == said.words,
        tuple(there["layer"].row_labels) == ("before", "after", "change"),
    )


def lengths(state: State) -> Outcome:
    """Lengths of the stream in the module, pre-LN and post-LN, after every sub-layer; with a norm behind it √D."""
    drawn_lines = figures(LESSON, "norms", state, 1)["norms"]
    pairs: list[tuple[Any, Any]] = [(drawn_lines.x, np.arange(1 + 2 * DEPTH))]
    pairs.append((list(drawn_lines.levels.values()), [SMALL.width**0.5]))
    for norm in ("pre", "post"):
        model = drawn(state, DEPTH, norm)
        said = sentence(state, model, own=False)
        lab = module(model)
        heard: list[float] = []
        x = lab.source(torch.tensor([said.ids]))

        def hear(_: nn.Module, __: Any, out: torch.Tensor, heard: list[float] = heard) -> None:
            heard.append(float(out[0].norm(dim=-1).mean()))

        for part in lab.encoder.modules():
            if isinstance(part, Residual):
                (part.add if norm == "pre" else part.norm).register_forward_hook(hear)
        with torch.no_grad():
            hear(lab.source, None, x)
            for layer in lab.encoder:
                x = layer(x)
        pairs.append((drawn_lines.lines[f"{norm}-LN"], heard))
    return difference(*pairs)
