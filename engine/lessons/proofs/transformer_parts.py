"""What `transformer` claims of one layer, its norms and its residual stream, computed by the lab's modules."""

import torch
import torch.nn.functional as F
from torch import nn

from ...models.attention import MultiHeadAttention
from ...models.feedforward import FeedForward
from ...models.translator import Translator
from ...recipes.translator import TranslatorOptions
from ..kit.facts import Outcome
from ..kit.seeding import seeded
from ..kit.state import State
from ..trainings.french_lab import module
from ..transformer import LESSON, plan_of
from ..workings.fresh_translator import SMALL, fresh
from ..workings.layer_ladders import SUBLAYERS, layer_parameters
from ..workings.layer_norm import layer_norm, mean_and_variance
from ..workings.norm_frames import DEPTH, drawn, silenced, stream_norms
from ..workings.translating import Model, read
from ..workings.translation_figures import Sentence, sentence, sentence_untrained
from .shown import difference, figures, together

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
    return together(
        {"layers": plan.layers, "sub-layers": len(SUBLAYERS[stack]), "parameters": layer_parameters(plan, stack)},
        {"layers": len(layers), "sub-layers": len(_parts(first, stack)), "parameters": count},
        plan.layers == len(layers),
        list(SUBLAYERS[stack]) == _parts(first, stack),
        layer_parameters(plan, stack) == count,
        boxes == [name for name, _ in heard],
        counts == [part for _, part in heard],
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
    """F.layer_norm without gain and bias: mean 0, variance 1."""
    model, said = toy(state)
    x = read(model, said.ids).x0
    ours = layer_norm(x)
    mean, variance = mean_and_variance(ours)
    expected = F.layer_norm(torch.from_numpy(x), (x.shape[1],)).numpy()
    row = min(int(state["focus"]), len(said.ids) - 1)
    layered = read(drawn(state), said.ids).x0[row]
    torched = torch.from_numpy(layered)
    rows = figures(LESSON, "norms", state, 0)["token"].values
    oracle = torch.stack((torched, torched - torched.mean(), F.layer_norm(torched, (len(torched),))))
    same = difference((ours, expected), (rows, oracle.numpy()), limit=1e-9)
    off = float(abs(variance - 1).max())
    return together(
        {"mean": round(float(abs(mean).max()), 9) + 0.0, "variance off 1 by": off},
        {"mean": 0.0, "variance off 1 by": "< 0.001"},
        same,
        float(abs(mean).max()) < 1e-9,
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
    rows = figures(LESSON, "norms", state, 2)["layer"].values
    change = float(abs(after["pre"] - read(pre, said.ids).x0).max())
    return together(
        {"pre-LN changes it by": change},
        {"pre-LN changes it by": 0.0},
        change == 0,
        difference((after["pre"], kept), (after["post"], moved), limit=1e-9),
        difference((rows[0], given[0, row].numpy()), (rows[1], layered[row])),
    )


def lengths(state: State) -> Outcome:
    """Lengths of the stream in the module, pre-LN and post-LN, after every layer."""
    pairs = []
    lines = figures(LESSON, "norms", state, 1)["norms"].lines
    for norm in ("pre", "post"):
        model = drawn(state, DEPTH, norm)
        said = sentence(state, model, own=False)
        lab = module(model)
        x, heard = lab.source(torch.tensor([said.ids])), []
        for layer in lab.encoder:
            x = layer(x)
            heard.append(float(x[0].norm(dim=-1).mean().detach()))
        pairs += [(stream_norms(model, said.ids)[2::2], heard), (lines[f"{norm}-LN"][2::2], heard)]
    return difference(*pairs)
