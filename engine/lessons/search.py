"""Finding lessons and scenes by words: rows of the syllabus, names and titles, then all that is said in a scene."""

import re
from collections.abc import Iterator, Sequence
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
_MOST = 4
"""Scenes of one lesson that are found at most."""
Key = tuple[int, int, int]
"""How well something matches, the smallest the best: where, words not in the title, sentences that it takes."""


@dataclass(frozen=True)
class Hit:
    """A lesson that was found, the scene where the words stand, if they stand in one, and a sentence with them."""

    lesson: str
    scene: int | None = None
    said: str = ""


def hits(search: str) -> list[Hit]:
    """Lessons and scenes that have all words, the best first, those alike in their order; all lessons for no words.

    Where the words are rows of the syllabus, such as `E4`, only the scenes with those.
    """
    words = search.lower().split()
    if not words:
        return [Hit(name) for name in NAMES]
    found = [item for name in NAMES for item in _matches(name, words)]
    if any(key[0] == _ROW for key, _ in found):
        found = [item for item in found if item[0][0] == _ROW]
    return [hit for _, hit in sorted(found, key=lambda item: item[0])]


def _matches(name: str, words: list[str]) -> list[tuple[Key, Hit]]:
    """The lesson itself, if its name, its title or all of it has the words, else its best scenes."""
    lesson, texts = load(name), _texts(name)
    rows = [k for k, scene in enumerate(lesson.scenes) if {id_.lower() for id_ in scene.ids} >= set(words)]
    if rows:
        return [((_ROW, 0, 0), Hit(name, k, _row_said(texts, k, words))) for k in rows]
    scenes = [item for k in range(len(lesson.scenes)) if (item := _in_scene(name, k, words)) is not None]
    scenes = _apart(sorted(scenes, key=lambda item: item[0]))[:_MOST]
    if name.startswith("-".join(words)) or _has(f"{name} {lesson.title}", words):
        rank = _IN_NAME if name.startswith("-".join(words)) else _IN_TITLE
        return [((rank, 0, 0), Hit(name, None, lesson.summary)), *(item for item in scenes if item[0][0] == _IN_SCENE)]
    if scenes:
        return scenes
    whole = [text for scene, _, text in texts if scene is None]
    if _has(" ".join(whole), words):
        return [((_INSIDE, 0, 0), Hit(name, None, _sentence([lesson.summary], words)))]
    every = [text for _, _, text in texts]
    return [((_APART, 0, 0), Hit(name, None, _sentence(every, words)))] if _has(" ".join(every), words) else []


def _in_scene(name: str, k: int, words: list[str]) -> tuple[Key, Hit] | None:
    """How well a scene matches by its title and by what is said in it."""
    title = f"{load(name).scenes[k].name} {load(name).scenes[k].title}"
    said = [text for scene, _, text in _texts(name) if scene == k]
    if not _has(" ".join([title, *said]), words):
        return None
    apart = [word for word in words if word not in title.lower()]
    fewest = 0 if not apart else 1 if any(_has(text, apart) for text in said) else 2
    key = (_INSIDE if apart else _IN_SCENE, len(apart), fewest)
    return key, Hit(name, k, _sentence(said, apart or words))


def _apart(found: list[tuple[Key, Hit]]) -> list[tuple[Key, Hit]]:
    """Of scenes where the same sentence was found the first: a row of the syllabus may have several."""
    said = [hit.said for _, hit in found]
    return [item for k, item in enumerate(found) if not said[k] or said[k] not in said[:k]]


def _row_said(texts: Sequence[tuple[int | None, str, str]], k: int, words: list[str]) -> str:
    """What is said of a row of the syllabus, in its scene if it is said there."""
    about = [(scene != k, text) for scene, id_, text in texts if id_.lower() in words]
    return min(about)[1] if about else ""


def _has(text: str, words: list[str]) -> bool:
    return all(word in text.lower() for word in words)


def _sentence(texts: Sequence[str], words: list[str]) -> str:
    """The first of the sentences that have most of the words."""
    parts = [part for text in texts for part in re.split(r"(?<=[.;!?])\s+", text)]
    best = max(parts, key=lambda part: sum(word in part.lower() for word in words), default="")
    return best if any(word in best.lower() for word in words) else ""


@cache
def _texts(name: str) -> list[tuple[int | None, str, str]]:
    """All that a lesson says, each with its scene, and with its row of the syllabus if it is about one."""
    return list(_said(load(name)))


def _said(lesson: Lesson) -> Iterator[tuple[int | None, str, str]]:
    scenes = {scene.name: k for k, scene in enumerate(lesson.scenes)}
    rows = {id_: [k for k, scene in enumerate(lesson.scenes) if id_ in scene.ids] for id_ in lesson.ids}
    yield None, "", f"{lesson.name} {lesson.title} {' '.join(lesson.ids)} {_WORDS[lesson.name]}"
    yield None, "", lesson.summary
    for preset in lesson.presets:
        yield scenes.get(preset.scene), "", f"{preset.name}: {preset.why}"
    for note in lesson.notes:
        for k in rows.get(note.id, ()):
            yield k, note.id, f"{note.right} The notes say: {note.said}"
    for id_, text in _claims(lesson.name):
        for k in rows.get(id_, ()):
            yield k, id_, text
    for setting in lesson.settings:
        shown = (k for k, s in enumerate(lesson.scenes) if s.settings is None or setting.name in s.settings)
        yield next(shown, None), "", f"{setting.name.replace('_', ' ')}: {setting.help}"


def _claims(name: str) -> list[tuple[str, str]]:
    """ID and words of the lesson's claims, read in the source: importing proofs imports PyTorch."""
    spec = find_spec(f"{__package__}.proofs.{name.replace('-', '_')}")
    source = getattr(spec.loader, "get_source", lambda _: None)(spec.name) if spec is not None else None
    return [(id_, "".join(re.findall(r'"([^"\n]*)"', text))) for id_, text in _CLAIM.findall(source or "")]
