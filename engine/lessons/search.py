"""Finding lessons by words: names and titles, then scenes and rows of the syllabus, then all that they say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from .index import NAMES, load
from .kit.lesson import Lesson

_WORDS = {
    "pixels": "picture image rgb bytes greyscale",
    "dense": "fully connected linear layer mlp",
    "convolution": "kernel filter cross-correlation dilation receptive field",
    "stride": "downsampling step",
    "pooling": "max average invariance downsampling",
    "channels": "rgb depthwise 1x1 feature maps",
    "cnn": "classifier softmax cross-entropy digits training",
    "dropout": "regularisation regularization overfitting ensemble",
    "weight-sharing": "toeplitz equivariance equivariant translation shift invariance",
    "stacked-kernels": "vgg receptive field 3x3 5x5 factorisation",
    "residual": "resnet skip shortcut vanishing gradient",
    "signal-path": "rnn lstm recurrent long-range dependency parallel",
    "tokens": "bpe byte pair encoding vocabulary subword tokenizer",
    "positions": "positional encoding sinusoid permutation order",
    "attention": "softmax query key value qkv self-attention dot product",
    "heads": "multi-head multihead",
    "masks": "causal padding look-ahead future",
    "cross-attention": "translator translate translation french encoder decoder",
    "transformer": "translator translate translation french encoder decoder layer norm feed-forward",
    "generation": "sampling temperature softmax top-k top-p nucleus greedy language model gpt autoregressive",
    "generative": "likelihood density discriminative conditional joint",
    "bayes-net": "bayesian network sprinkler rain d-separation ancestral sampling",
    "vae": "elbo kl reparameterisation reparameterization latent autoencoder",
    "gan": "adversarial discriminator generator mode collapse minimax jensen-shannon",
    "forward-diffusion": "noise schedule ddpm langevin score denoise denoising diffusion",
    "reverse-diffusion": "denoise denoising ddpm ddim sampler guidance diffusion",
    "unet": "u-net denoise denoising noise prediction skip upsampling diffusion",
    "gan-vs-diffusion": "ddim speed coverage comparison trilemma",
}
"""Words that a learner may know instead of the lesson's own."""
_CLAIM = re.compile(r'id="(\w+)",\s*says=\(?\s*((?:f?"[^"\n]*"\s*)+)')
_ROW, _IN_NAME, _IN_TITLE, _IN_SCENE, _INSIDE, _APART = range(6)


@dataclass(frozen=True)
class Hit:
    """A lesson that was found, and the scene where the words stand, if they stand in one."""

    lesson: str
    scene: int | None = None


def hits(search: str) -> list[Hit]:
    """The lessons that have all words, the best first, those alike in their order; all of them for no words.

    Where the words are rows of the syllabus, such as `E4`, only the lessons with those.
    """
    words = search.lower().split()
    found = [(match, name) for name in NAMES if (match := _match(name, words)) is not None]
    if any(rank == _ROW for (rank, _), _ in found):
        found = [item for item in found if item[0][0] == _ROW]
    return [Hit(name, scene) for (_, scene), name in sorted(found, key=lambda item: item[0][0])]


def _match(name: str, words: list[str]) -> tuple[int, int | None] | None:
    """How well a lesson matches, 0 the best, and in which scene."""
    if not words:
        return _IN_NAME, None
    lesson = load(name)
    for k, scene in enumerate(lesson.scenes):
        if all(word in (id_.lower() for id_ in scene.ids) for word in words):
            return _ROW, k
    if name.startswith("-".join(words)):
        return _IN_NAME, None
    if _has(f"{name} {lesson.title.lower()}", words):
        return _IN_TITLE, None
    texts = _texts(name)
    for rank in (_IN_SCENE, _INSIDE):
        for at, scene_at, text in texts:
            if at == rank and _has(text, words):
                return rank, scene_at
    return (_APART, None) if _has(" ".join(text for _, _, text in texts), words) else None


def _has(text: str, words: list[str]) -> bool:
    return all(word in text for word in words)


@cache
def _texts(name: str) -> list[tuple[int, int | None, str]]:
    """All that a lesson says, in small letters, each with its rank and scene."""
    return [(rank, scene, text.lower()) for rank, scene, text in _said(load(name))]


def _said(lesson: Lesson) -> Iterator[tuple[int, int | None, str]]:
    scenes = {scene.name: k for k, scene in enumerate(lesson.scenes)}
    rows = {id_: k for k, scene in reversed(list(enumerate(lesson.scenes))) for id_ in scene.ids}
    for k, scene in enumerate(lesson.scenes):
        yield _IN_SCENE, k, f"{scene.name} {scene.title}"
    yield _INSIDE, None, f"{lesson.name} {lesson.title} {lesson.summary} {' '.join(lesson.ids)} {_WORDS[lesson.name]}"
    for preset in lesson.presets:
        yield _INSIDE, scenes.get(preset.scene), f"{preset.name} {preset.why}"
    for id_, text in _claims(lesson.name):
        yield _INSIDE, rows.get(id_), text
    for note in lesson.notes:
        yield _INSIDE, rows.get(note.id), f"{note.said} {note.right}"
    for setting in lesson.settings:
        shown = (k for k, s in enumerate(lesson.scenes) if s.settings is None or setting.name in s.settings)
        yield _INSIDE, next(shown, None), f"{setting.name.replace('_', ' ')} {setting.help}"


def _claims(name: str) -> list[tuple[str, str]]:
    """ID and words of the lesson's claims, read in the source: importing proofs imports PyTorch."""
    spec = find_spec(f"{__package__}.proofs.{name.replace('-', '_')}")
    source = getattr(spec.loader, "get_source", lambda _: None)(spec.name) if spec is not None else None
    return _CLAIM.findall(source or "")
