"""What the attention probe feeds a model: an example of its data or the user's own words, and names for its tokens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...data.dataset import Dataset
from ...data.pairs import BEGIN, PAD, SPECIAL, encode, tokenize
from ...models.unet import UNet
from ...objectives.classification import Classification
from ...objectives.denoising import Denoising
from ...objectives.language import Language
from ...objectives.masked import MARK, Masked
from ...objectives.objective import Objective
from ...objectives.translation import MARGIN, Translation, shifted
from ...sampling.translation import Writer, greedy
from ...text import sanitize
from ..capture import looking
from ..requests import LookInside
from .records import Heard, Labels, label, pixels

MASK = "<mask>"
"""What stands for a hidden token in the user's own text."""


@dataclass(frozen=True)
class Reading:
    """A model, the arguments of its `forward` for one example, and what the tokens of an attention layer are called."""

    model: nn.Module
    inputs: tuple[Tensor, ...]
    labels: Callable[[Heard], Labels]
    note: str = ""
    """What is to be said of the example, if anything."""


def reading(objective: Objective, look: LookInside) -> Reading:
    """The example that `look` asks for; raises ValueError, one sentence."""
    match objective:
        case Translation():
            return _translation(objective, look)
        case Denoising() if isinstance(objective.model, UNet):
            return _denoising(objective, look)
        case Classification(data=Dataset(tokens=tokens)) if tokens:
            return _sequence(objective, look)
        case Language() | Masked():
            return _text(objective, look)
    raise ValueError("there is no attention in this model: it has no layer in which tokens look at one another")


def _same(names: Sequence[str]) -> Callable[[Heard], Labels]:
    return lambda _: (names, names)


def _sequence(objective: Classification, look: LookInside) -> Reading:
    tokens = objective.data.tokens
    if not look.text:
        inputs = objective.inputs(look.split, look.index)
        return Reading(objective.model, inputs, _same([label(tokens[k]) for k in inputs[0][0].tolist()]))
    known = {token: k for k, token in enumerate(tokens)}
    words = [word for given in look.text.split() for word in _pieces(given, known)]
    strange = [word for word in words if word not in known]
    if strange:
        raise ValueError(f"{_quoted(strange)} {_are(strange)} not among the tokens of the data: {' '.join(tokens)}")
    if not words:
        raise ValueError("an empty text has no tokens to look at")
    longest = objective.data.shape[0]
    if len(words) > longest:
        raise ValueError(f"the model reads at most {longest} tokens, and these are {len(words)}")
    given = torch.tensor([[known[word] for word in words]], device=objective.device)
    return Reading(objective.model, (given,), _same(words))


def _pieces(text: str, known: dict[str, int]) -> list[str]:
    """`text` cut into known tokens, the longest first; what is none is left as one piece."""
    found: list[str] = []
    rest = text
    while rest:
        token = max((t for t in known if rest.startswith(t)), key=len, default="")
        if not token:
            return [*found, rest]
        found.append(token)
        rest = rest[len(token) :]
    return found


def _text(objective: Language | Masked, look: LookInside) -> Reading:
    names = objective.tokenizer.tokens
    hidden = isinstance(objective, Masked)
    note, inputs = "", objective.inputs(look.split, look.index)
    if look.text:
        numbers = _encoded(objective, look.text, hidden)
        if len(numbers) > objective.context:
            note = f"the first {objective.context} of {len(numbers)} tokens"
        inputs = (torch.tensor([numbers[: objective.context]], device=objective.device),)
    labels = [label(names[k]) if k < len(names) else MARK for k in inputs[0][0].tolist()]
    return Reading(objective.model, inputs, _same(labels), note)


def _encoded(objective: Language | Masked, text: str, hidden: bool) -> list[int]:
    parts = text.split(MASK) if hidden else [text]
    known = {char for token in objective.tokenizer.tokens for char in token}
    strange = sorted({char for part in parts for char in part} - known)
    if strange:
        where = sanitize(objective.data.name, limit=40)
        raise ValueError(f"the text that it learns from, {where}, never has the character {_quoted(strange)}")
    numbers = objective.tokenizer.encode(parts[0])
    for part in parts[1:]:
        numbers += [len(objective.tokenizer), *objective.tokenizer.encode(part)]
    if not numbers:
        raise ValueError("an empty text has no tokens to look at")
    return numbers


def _translation(objective: Translation, look: LookInside) -> Reading:
    data, model, note = objective.data, objective.model, ""
    if look.text:
        source, target = _own(objective, look.text)
        note = "the model's own translation"
    else:
        split = data.split(look.split)
        index = look.index % len(split)
        source, target = (
            torch.from_numpy(side[index : index + 1]).to(objective.device) for side in (split.source, split.target)
        )
        target = target[:, : int((target != PAD).sum())]
        if not look.get("padding", False):
            source = source[:, : int((source != PAD).sum())]
    read = [data.source_words[k] for k in source[0].tolist()]
    written = [data.target_words[k] for k in target[0].tolist()]
    before = [data.target_words[BEGIN], *written[:-1]]

    def labels(heard: Heard) -> Labels:
        if heard.type == "cross":
            return written, read
        return (read, read) if heard.layer.startswith("encoder") else (before, before)

    return Reading(model, (source, shifted(target)), labels, note)


def _own(objective: Translation, text: str) -> tuple[Tensor, Tensor]:
    """The user's sentence (1, s) and the model's greedy translation of it (1, t), END included where it got there."""
    data = objective.data
    words = tokenize(text)
    known = set(data.source_words)
    strange = list(dict.fromkeys(word for word in words if word not in known))
    most = max(data.longest) + MARGIN
    if strange:
        count, name = len(data.source_words) - len(SPECIAL), sanitize(data.name, limit=40)
        raise ValueError(f"{_quoted(strange)} {_are(strange)} not among the {count:,} source words of {name}")
    if not words:
        raise ValueError("an empty text has no words to look at")
    if len(words) > most:
        raise ValueError(f"the model reads at most {most} words, and these are {len(words)}")
    source = torch.from_numpy(encode([words], data.source_words, end=False)).to(objective.device)
    with looking(objective.model):
        target = greedy(Writer(objective.model, source), 1, data.longest[1] + MARGIN, objective.device).words
    return source, target


def _denoising(objective: Denoising, look: LookInside) -> Reading:
    if look.text:
        raise ValueError("this model looks at images, not at words")
    diffusion, data = objective.diffusion, objective.data
    assert isinstance(data, Dataset)
    steps = diffusion.noise.steps
    asked = look.get("t", 0.0)
    t = int(asked) if isinstance(asked, int | float) else -1
    x, half, *labels = objective.inputs(look.split, look.index)
    if t != asked or not 0 <= t <= steps:
        raise ValueError(f"the timestep t is a whole number from 1 to {steps}, not {sanitize(asked, limit=20)}")
    if t:
        split = data.split(look.split)
        index = look.index % len(split)
        x0 = diffusion.scaling.inside(torch.from_numpy(split.x[index : index + 1]).to(objective.device))
        eps = diffusion.normal(tuple(x0.shape[1:]), 1_000_000 + index)[None]
        x, half = diffusion.noise.noised(x0, eps, t), torch.full_like(half, t)

    def named(heard: Heard) -> Labels:
        names = pixels(heard.shape) if heard.shape else [str(k) for k in range(heard.weights.shape[1])]
        return names, names

    note = f"at t = {int(half[0]):,} of {steps:,}"
    return Reading(diffusion.network, (x, half, *labels), named, note)


def _are(words: Sequence[str]) -> str:
    return "is" if len(set(words)) == 1 else "are"


def _quoted(words: Sequence[str], most: int = 3) -> str:
    found = [f"'{sanitize(word, limit=30)}'" for word in dict.fromkeys(words)]
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more
