"""What `transformer` claims, computed by PyTorch and the lab's own modules."""

from math import log

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from ...models.attention import MultiHeadAttention
from ...models.feedforward import FeedForward
from ...models.transformer import Residual
from ...models.translator import Translator
from ...objectives.translation import shifted as shifted_by_lab
from ...probes.capture import looking
from ...recipes.translator import TranslatorOptions
from ...sampling.translation import Writer
from ...sampling.translation import greedy as greedy_by_lab
from ..kit.facts import Claim, Outcome, at_most, close, equal, every, same_arrays
from ..kit.seeding import seeded
from ..kit.state import State
from ..trainings.french import result
from ..trainings.french_lab import module
from ..transformer import plan_of
from ..workings.fresh_translator import SMALL, fresh
from ..workings.inference_frames import rerun, written
from ..workings.input_frames import answers_seen, decoder_input, masks
from ..workings.layer_ladders import SUBLAYERS, layer_parameters
from ..workings.layer_norm import layer_norm, mean_and_variance
from ..workings.loss_frames import uniform_loss
from ..workings.norm_frames import DEPTH, drawn, silenced, stream_norms
from ..workings.translating import LONGEST, Model, forced, nll, probabilities, read
from ..workings.translation_figures import Sentence, sentence
from ..workings.writing import Rules
from .cross_attention import CPU, example, tensors

KINDS = {MultiHeadAttention: "attention", FeedForward: "feed-forward"}


def toy(state: State) -> tuple[Model, Sentence]:
    """The narrow model as drawn, and the sentence."""
    model = fresh(state.seed, SMALL)
    return model, sentence(state, model)


def shift(state: State) -> Outcome:
    """The lab's shift of the same target; no place reads its own answer."""
    _, said = toy(state)
    given = decoder_input(said.target, state["shift"])
    lab = shifted_by_lab(torch.tensor([said.target]))[0].tolist()
    repeated = sum(a == b for a, b in zip(lab, said.target, strict=True))
    return every(
        rest_is_the_target=equal(list(given[1:]), list(said.target[:-1])),
        first=equal(given[0], 1),
        as_in_the_lab=equal(list(given), lab),
        answers_read=equal(sum(answers_seen(said.target, given)), repeated),
    )


def embedded(state: State) -> Outcome:
    """The module's own sum of embedding and positions."""
    model, said = toy(state)
    with torch.no_grad():
        x0 = module(model).source(torch.tensor([said.ids]))[0].numpy()
    table = torch.from_numpy(model.weights["source.embedding.weight"])
    ones = F.one_hot(torch.tensor(said.ids), len(table)).double()
    scaled = (ones @ table * SMALL.width**0.5).numpy()
    there = read(model, said.ids)
    return every(x0=same_arrays(there.x0, x0), embedding=same_arrays(there.scaled, scaled))


def encoded(state: State) -> Outcome:
    """N modules, and an output of T x D: the memory of the module."""
    model, said = toy(state)
    lab = module(model)
    with torch.no_grad():
        memory = lab.encode(torch.tensor([said.ids]))[0][0]
    there = read(model, said.ids)
    return every(
        shape=equal(list(there.out.shape), [len(said.ids), SMALL.width]),
        layers=equal(len(there.sublayers) // len(SUBLAYERS["encoder"]), len(lab.encoder)),
        memory=same_arrays(there.out, memory.numpy(), 1e-5),
    )


def decoded(state: State) -> Outcome:
    """Three sub-layers a layer in the module, masked as shown, and its logits."""
    model, said = toy(state)
    lab = module(model)
    with torch.no_grad():
        scores = lab(*tensors(said))[0].numpy()
    there, ours = forced(model, said.ids, said.target)
    frames = {sum(isinstance(m, Residual) for m in layer.children()) for layer in lab.decoder}
    own = there.heads("decoder.0.attention").weights
    seen = torch.ones(len(said.target), len(said.target)).tril().bool().numpy()
    padded = (*said.read[:3], 0, 0)
    allowed = torch.ones(len(padded), len(padded)).tril().bool() & (torch.tensor(padded) != 0)[None, :]
    return every(
        sub_layers=equal(len(there.sublayers) // SMALL.layers, 3),
        in_the_module=equal(sorted(frames), [3]),
        weight_on_later_words=at_most(float(own[:, ~seen].max(initial=0.0)), 0.0),
        cells_where_combined_masks_differ=at_most(float((masks(padded)["combined"] != allowed.numpy()).sum()), 0.0),
        logits=same_arrays(ours, scores, 1e-5),
    )


def shares(state: State) -> Outcome:
    """Softmax of the module's logits; each place sums to 1."""
    model, said = toy(state)
    with torch.no_grad():
        expected = module(model)(*tensors(said))[0].softmax(-1).numpy()
    p = probabilities(forced(model, said.ids, said.target)[1])
    return every(
        words=equal(p.shape[1], len(model.target_words)),
        sums=same_arrays(p.sum(-1), np.ones(len(p)), 1e-9),
        p=same_arrays(p, expected, 1e-6),
    )


def _entropy(model: Model, said: Sentence) -> Outcome:
    with torch.no_grad():
        scores = module(model)(*tensors(said))[0]
    expected = float(F.cross_entropy(scores, torch.tensor(said.target)))
    return close(float(nll(forced(model, said.ids, said.target)[1], said.target).mean()), expected, 1e-5)


def entropy_when_drawn(state: State) -> Outcome:
    """F.cross_entropy, and ln V for logits all alike."""
    model, said = toy(state)
    v = len(model.target_words)
    alike = {n: float(F.cross_entropy(torch.zeros(1, n), torch.tensor([0]))) for n in (10, v)}
    return every(
        mean_of_minus_ln_p=_entropy(model, said),
        uniform_10=close(uniform_loss(10), alike[10], 1e-6),
        ln_10=close(round(uniform_loss(10), 3), 2.303, 1e-9),
        uniform_all=close(uniform_loss(v), alike[v], 1e-6),
    )


def first_loss(state: State) -> Outcome:
    """The first mini-batch of the training costs about ln V, the last ones little."""
    trained = result(state)
    v = len(trained.model.target_words)
    first, last = float(trained.losses[0]), float(trained.losses[-20:].mean())
    return every(
        first=Outcome(first, f"ln {v} = {log(v):.3f} up to 0.5", abs(first - log(v)) < 0.5),
        last=at_most(last, 0.3),
        mean_of_minus_ln_p=_entropy(*example(state)),
    )


def rewritten(state: State) -> Outcome:
    """What is written greedily is the argmax of the module's forced pass on it, and what the lab's writer writes."""
    model, said = example(state)
    words = tuple(step.token for step in written(model, said.ids, Rules()))
    lab = module(model)
    with looking(lab):
        again = lab(torch.tensor([said.ids]), shifted_by_lab(torch.tensor([words])))[0].argmax(-1).tolist()
        answer = greedy_by_lab(Writer(lab, torch.tensor([said.ids])), 1, LONGEST, CPU).words[0].tolist()
    return every(
        written=equal([model.target_words[k] for k in words], [model.target_words[k] for k in again]),
        shown_rerun=equal(list(rerun(model, said.ids, words)), again),
        by_the_lab=equal(list(words), answer),
    )


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
    return every(
        layers=equal(plan.layers, len(layers)),
        sub_layers=equal(list(SUBLAYERS[stack]), _parts(first, stack)),
        parameters=equal(layer_parameters(plan, stack), sum(p.numel() for p in first.parameters())),
    )


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
    return every(
        as_in_torch=same_arrays(ours, expected, 1e-9),
        mean=at_most(float(abs(mean).max()), 1e-9),
        variance_off_1=at_most(float(abs(variance - 1).max()), 1e-3),
    )


def identity(state: State) -> Outcome:
    """Silent sub-layers: the module's pre-LN layer passes its input on, its post-LN layer normalises it."""
    pre, post = (silenced(drawn(state.with_values(zeroed=False), 2, norm)) for norm in ("pre", "post"))
    said = sentence(state, pre, own=False)
    with torch.no_grad():
        x = torch.from_numpy(read(pre, said.ids).x0)[None]
        kept, moved = (module(model).encoder[0](x)[0].numpy() for model in (pre, post))
    shown = {name: read(model, said.ids).sublayers[1].after for name, model in (("pre", pre), ("post", post))}
    return every(
        pre_LN_change=at_most(float(abs(shown["pre"] - read(pre, said.ids).x0).max()), 0.0),
        pre_LN_module=same_arrays(shown["pre"], kept, 1e-9),
        post_LN_module=same_arrays(shown["post"], moved, 1e-9),
    )


def lengths(state: State) -> Outcome:
    """Lengths of the stream in the module, pre-LN and post-LN, after every layer."""
    parts = {}
    for norm in ("pre", "post"):
        model = drawn(state, DEPTH, norm)
        said = sentence(state, model, own=False)
        lab = module(model)
        x, heard = lab.source(torch.tensor([said.ids])), []
        for layer in lab.encoder:
            x = layer(x)
            heard.append(float(x[0].norm(dim=-1).mean().detach()))
        parts[norm] = same_arrays(stream_norms(model, said.ids)[2::2], heard, 1e-5)
    return every(**parts)


CLAIMS = (
    Claim(id="AA1", says="the decoder reads <begin> and the target without its last word", check=shift),
    Claim(id="AA2", says="x0 is the embedding times the root of D, plus the positions", check=embedded),
    Claim(id="AA3", says="N encoder layers give T x D numbers", check=encoded),
    Claim(id="AA4", says="every decoder layer has three sub-layers, the first one masked", check=decoded),
    Claim(id="AA5", says="softmax over the vocabulary sums to 1 at every place", check=shares),
    Claim(id="AA6", says="cross-entropy is the mean of -ln p; knowing nothing costs ln V", check=entropy_when_drawn),
    Claim(id="AA6", says="training starts near ln V", check=first_loss, needs="french"),
    Claim(
        id="AA7",
        says="greedy writing is the argmax of one forced pass on its own output",
        check=rewritten,
        needs="french",
    ),
    Claim(id="AB1", says="an encoder is N x (self-attention, feed-forward)", check=encoder_stack),
    Claim(
        id="AB2", says="a decoder is N x (masked self-attention, cross-attention, feed-forward)", check=decoder_stack
    ),
    Claim(id="AB3", says="layer norm gives every token mean 0 and variance 1", check=normalised),
    Claim(id="AB3", says="a silent sub-layer leaves the pre-LN stream as it was", check=identity),
    Claim(id="AB3", says="the stream's length after every layer is the module's", check=lengths),
)
