"""What `transformer` claims, computed by PyTorch and the lab's own modules."""

from math import log

import numpy as np
import torch
import torch.nn.functional as F

from ...models.transformer import Residual
from ...models.translator import Translator
from ...objectives.translation import shifted as shifted_by_lab
from ...probes.capture import looking
from ...recipes.translator import TranslatorOptions
from ...sampling.translation import Writer
from ...sampling.translation import greedy as greedy_by_lab
from ..kit.facts import Claim, Outcome, close
from ..kit.fixtures import S3
from ..kit.seeding import seeded
from ..kit.state import State
from ..trainings.french import result
from ..trainings.french_lab import module
from ..transformer import LESSON, plan_of
from ..workings import translating
from ..workings.fresh_translator import SMALL
from ..workings.inference_frames import rerun, written
from ..workings.layer_ladders import SUBLAYERS
from ..workings.loss_frames import chosen_model, uniform_loss
from ..workings.translating import LONGEST, Model, forced, probabilities, read
from ..workings.translation_figures import Sentence, sentence
from ..workings.writing import Rules
from .cross_attention import CPU, example
from .crossing_shown import as_it_runs, tensors
from .shown import difference, figures, frame, number, together
from .transformer_inputs import embedded, masked, shift
from .transformer_parts import decoder_stack, encoder_stack, identity, lengths, normalised, toy
from .transformer_through import choices, curve_and_ignorance, followed
from .translator_batches import drawn_as_by_the_lab, padding_costs_nothing, padding_is_not_seen, writer_is_forced


def encoded(state: State) -> Outcome:
    """N modules, and an output of T x D: the memory of the module; both ladders as the lab's module runs."""
    model, said = toy(state)
    lab = module(model)
    with torch.no_grad():
        memory = lab.encode(torch.tensor([said.ids]))[0][0]
    there = read(model, said.ids)
    same = difference((there.out, memory.numpy()))
    layers = len(there.sublayers) // len(SUBLAYERS["encoder"])
    plan = plan_of(state)
    sizes = TranslatorOptions(layers=plan.layers, width=plan.width, heads=plan.heads, cross_heads=1, hidden=8)
    with seeded(0):
        built = Translator(sizes, len(model.source_words), len(model.target_words), LONGEST + 1)
    return together(
        {"layers": layers, "output": list(there.out.shape)},
        {"layers": len(lab.encoder), "output": [len(said.ids), SMALL.width]},
        same,
        layers == len(lab.encoder),
        as_it_runs(figures(LESSON, "stacks", state, 0), built, said),
        list(there.out.shape) == [len(said.ids), SMALL.width],
    )


def decoded(state: State) -> Outcome:
    """Three sub-layers a layer in the module, the first masked, and its logits; the masks that are shown."""
    model, said = toy(state)
    lab = module(model)
    with torch.no_grad():
        scores = lab(*tensors(said))[0].numpy()
    there, ours = forced(model, said.ids, said.target)
    frames = {sum(isinstance(m, Residual) for m in layer.children()) for layer in lab.decoder}
    own = there.heads("decoder.0.attention").weights
    seen = torch.ones(len(said.target), len(said.target)).tril().bool().numpy()
    same = difference((ours, scores))
    count, later = len(there.sublayers) // SMALL.layers, float(own[:, ~seen].max(initial=0.0))
    return together(
        {"sub-layers": count, "weight on later words": later},
        {"sub-layers": frames.pop(), "weight on later words": 0.0},
        same,
        count == 3 and later == 0,
        masked(state),
    )


def shares(state: State) -> Outcome:
    """Softmax of the module's logits; each place sums to 1."""
    model, said = toy(state)
    with torch.no_grad():
        expected = module(model)(*tensors(said))[0].softmax(-1).numpy()
    p = probabilities(forced(model, said.ids, said.target)[1])
    same = difference((p, expected), (p.sum(-1), np.ones(len(p))), limit=1e-6)
    return together(
        {"words": p.shape[1], **same.computed},
        {"words": len(model.target_words), "largest difference": same.expected},
        same,
        p.shape[1] == len(model.target_words),
    )


def _entropy(model: Model, said: Sentence) -> Outcome:
    with torch.no_grad():
        scores = module(model)(*tensors(said))[0]
    expected = float(F.cross_entropy(scores, torch.tensor(said.target)))
    return close(float(translating.nll(forced(model, said.ids, said.target)[1], said.target).mean()), expected, 1e-5)


def entropy_when_drawn(state: State) -> Outcome:
    """F.cross_entropy, and ln V for logits all alike."""
    model, said = toy(state)
    v = len(model.target_words)
    alike = {n: float(F.cross_entropy(torch.zeros(1, n), torch.tensor([0]))) for n in (10, v)}
    mean = _entropy(model, said)
    return together(
        {"CE": mean.computed, "alike, of 10": uniform_loss(10), f"of {v}": uniform_loss(v)},
        {"CE": mean.expected, "alike, of 10": alike[10], f"of {v}": alike[v]},
        mean,
        all(abs(uniform_loss(n) - alike[n]) < 1e-6 for n in alike),
        round(uniform_loss(10), 3) == 2.303,
    )


def shown_loss(state: State) -> Outcome:
    """What is shown of the sentence's loss, with the weights that are set, against F.cross_entropy of the module."""
    model = chosen_model(state)
    said = sentence(state, result(state).model)
    with torch.no_grad():
        scores = module(model)(*tensors(said))[0]
    each = F.cross_entropy(scores, torch.tensor(said.target), reduction="none").numpy()
    last, first = figures(LESSON, "through", state, -1)["target"], figures(LESSON, "loss", state, 0)
    pairs = ((last.weights, each), (first["target"].weights, each), (first["losses"].values, each))
    mean = number(frame(LESSON, "through", state, -1).formulas[0].numbers)
    noted = [[float(note) for note in there.notes] for there in (first["target"], last)]
    level = (first["losses"].reference[1], log(scores.shape[-1]))
    told = difference(*((notes, each) for notes in noted), level, limit=6e-4)
    names = tuple(first["losses"].labels) == tuple(last.tokens) == said.target_words
    same = difference(*pairs, limit=1e-4)
    return together({"CE": mean}, {"CE": float(each.mean())}, same, told, names, abs(mean - float(each.mean())) < 1e-4)


def first_loss(state: State) -> Outcome:
    """The first mini-batch of the training costs about ln V, the last ones little."""
    trained = result(state)
    v = len(trained.model.target_words)
    first, last = float(trained.losses[0]), float(trained.losses[-20:].mean())
    here = state.with_values(text=S3, target="auto")
    rows = {row[0]: float(row[2]) for row in figures(LESSON, "loss", here, 1)["ignorance"].rows}
    _, said = example(state)
    with torch.no_grad():
        drawn_scores = module(trained.fresh)(*tensors(said))[0]
    ignorance = float((drawn_scores.logsumexp(-1) - drawn_scores.mean(-1)).mean())
    guessed = next(loss for name, loss in rows.items() if name.startswith("ln V"))
    return together(
        {"first": first, "last": last},
        {"first": f"ln {v} = {log(v):.3f} up to 0.5", "last": "<= 0.3"},
        abs(first - log(v)) < 0.5,
        last <= 0.3,
        abs(guessed - ignorance) < 0.1,
        curve_and_ignorance(state),
        _entropy(*example(state)),
    )


def rewritten(state: State) -> Outcome:
    """What is written greedily is the argmax of the module's forced pass on it, and what the lab's writer writes."""
    model, said = example(state)
    words = tuple(step.token for step in written(model, said.ids, Rules()))
    lab = module(model)
    with looking(lab):
        again = lab(torch.tensor([said.ids]), shifted_by_lab(torch.tensor([words])))[0].argmax(-1).tolist()
        answer = greedy_by_lab(Writer(lab, torch.tensor([said.ids])), 1, LONGEST, CPU).words[0].tolist()
    names = model.target_words
    here = state.with_values(text=S3, target="auto", decoding="greedy", slip=0, weights="trained")
    rows = figures(LESSON, "inference", here, -1)["rerun"].rows
    return together(
        {"written": " ".join(names[k] for k in words[:-1])},
        {"written": " ".join(names[k] for k in again[:-1])},
        list(words) == again == answer,
        [row[1] for row in rows] == [row[2] for row in rows] == [names[k] for k in again],
        list(rerun(model, said.ids, words)) == again,
        [(row[0], row[3]) for row in rows] == [(k + 1, True) for k in range(len(words))],
    )


CLAIMS = (
    Claim(id="AA1", says="the decoder reads the target shifted right, <begin> first", check=shift),
    Claim(id="AA2", says="x0 is the embedding times √D, plus the positions", check=embedded),
    Claim(id="AA2", says="untrained weights spread as the lab's modules draw them", check=drawn_as_by_the_lab),
    Claim(id="AA3", says="untrained, D = 8: N encoder layers give T x D numbers", check=encoded),
    Claim(id="AA3", says="all layers give what the module's layers give", check=followed, needs="french"),
    Claim(id="AA4", says="a decoder layer has 3 sub-layers, the first masked", check=decoded),
    Claim(id="AA4", says="in a padded batch a sentence has the logits it has alone", check=padding_is_not_seen),
    Claim(id="AA5", says="untrained: softmax sums to 1 at every place", check=shares),
    Claim(id="AA6", says="untrained: the mean of -ln p; knowing nothing costs ln V", check=entropy_when_drawn),
    Claim(id="AA6", says="padding counts nothing in the loss of a batch", check=padding_costs_nothing),
    Claim(id="AA6", says="the loss is the mean of -ln p of the right words", check=shown_loss, needs="french"),
    Claim(id="AA6", says="training starts near ln V", check=first_loss, needs="french"),
    Claim(
        id="AA7",
        says="the example, written greedily, is what one forced pass says",
        check=rewritten,
        needs="french",
    ),
    Claim(id="AA7", says="each table is that of the module after the words before", check=choices, needs="french"),
    Claim(id="AA7", says="the lab's writer has the chances of one forced pass", check=writer_is_forced),
    Claim(id="AB1", says="an encoder is N x (self-attention, feed-forward)", check=encoder_stack),
    Claim(id="AB2", says="a decoder is N x (masked self-, cross-attention, feed-fwd)", check=decoder_stack),
    Claim(id="AB3", says="layer norm gives every token mean 0 and variance 1", check=normalised),
    Claim(id="AB3", says="a silent sub-layer leaves the pre-LN stream as it was", check=identity),
    Claim(id="AB3", says="the stream's length after every layer is the module's", check=lengths),
)
