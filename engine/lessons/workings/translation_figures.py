"""What the lessons on translation show alike: the sentence in both languages, both stacks. Torch-free."""

from dataclasses import dataclass, replace

import numpy as np

from ...data.pairs import END, SPECIAL
from ..kit.figures import Box, Card, Grid, Ladder, Tokens, Wire
from ..kit.fixtures import S3
from ..kit.lesson import Frame
from ..kit.settings import Setting, Slider, Words
from ..kit.state import State
from .french_lexicon import gold, kinds, numbered, target_ids, told
from .translating import LONGEST, Model, Plan, greedy, shifted

AUTO = "auto"


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A French sentence and the English that goes with it, as words and as numbers; the English ends with <end>."""

    words: tuple[str, ...]
    ids: tuple[int, ...]
    target_words: tuple[str, ...]
    target: tuple[int, ...]
    warning: str
    asks: bool = False
    """Whether nobody knows its English yet: the target is <end> alone."""

    @property
    def read(self) -> tuple[int, ...]:
        """What the decoder reads: the target shifted right."""
        return shifted(self.target)

    @property
    def read_words(self) -> tuple[str, ...]:
        """The same in words."""
        return (SPECIAL[1], *self.target_words[:-1])


def text_setting() -> Setting:
    """The French sentence."""
    return Words(name="text", default=S3, most=120, help="a French sentence of the model's words", key="i")


def target_setting() -> Setting:
    """The English sentence."""
    return Words(
        name="target",
        default=AUTO,
        most=120,
        help="its English; auto: the known one, else what the trained model writes",
        key="e",
    )


def focus_setting(help: str) -> Slider:  # noqa: A002
    """Which English word is looked at."""
    return Slider(name="focus", default=1, low=0, high=LONGEST, step=1, help=help, key="o")


def sentence(state: State, model: Model, own: bool = True) -> Sentence:
    """The sentence of the settings; `own`: where its English is not known `model` writes it.

    `model` must be trained to write; before, the target is <end> alone, and the English is asked for.
    """
    words, ids, unknown = numbered(state["text"], model.source_words, LONGEST)
    wanted = state.values.get("target", AUTO)
    english = gold(state["text"]) if wanted == AUTO else wanted
    known = model.target_words
    target = target_ids(english, known, LONGEST) if english else greedy(model, ids) if own else (END,)
    strange = numbered(english, known, LONGEST)[2] if english else ()
    endless = f"It wrote no <end>: stopped at {LONGEST} words." if not english and own and END not in target else ""
    warnings = (told(unknown, model.source_words), told(strange, known, "English"), endless)
    return Sentence(
        words=words,
        ids=ids,
        target_words=tuple(known[k] for k in target),
        target=target,
        warning=" ".join(warning for warning in warnings if warning),
        asks=not english and not own,
    )


def sentence_untrained(state: State, model: Model) -> Sentence:
    """The same for an untrained `model`, which never writes: where a translator is trained, that one does."""
    trained = state.trained.get("french")
    writer = model if trained is None else replace(model, plan=trained.model.plan, weights=trained.model.weights)
    return sentence(state, writer, own=trained is not None)


def french_alone(state: State, model: Model) -> Sentence:
    """The French of the settings, where no English is shown."""
    return replace(sentence(state, model, own=False), asks=False)


def focused(state: State, count: int) -> int:
    """The focus, within `count` words."""
    return min(int(state["focus"]), count - 1)


def captioned(caption: str, said: Sentence, more: str = "") -> str:
    """What is to be said about unknown words, then the caption, and more of it where there is room."""
    asked = "Type its English with e: it is not known before training." if said.asks else ""
    first = " ".join(part for part in (said.warning, asked) if part)
    return " ".join(part for part in (first, caption, "" if first else more) if part)


def vocabulary_frame(facts: tuple[str, ...], count: int) -> Frame:
    """The French words that may be typed."""
    text = " ".join(f"{kind.upper()}: {' '.join(found)}." for kind, found in kinds().items())
    return Frame(
        caption=f"The words to type with i: {count} with the plurals and the feminine forms (accents matter). "
        "Any other word is read as <unk>.",
        figures=(Card(name="words", title="French words of the model", text=text),),
        facts=facts,
    )


def tokens(name: str, title: str, words: tuple[str, ...], **rest: object) -> Tokens:
    """A row of words."""
    return Tokens(name=name, title=title, tokens=words, **rest)  # type: ignore[arg-type]


def encoder_ladder(plan: Plan, s: int, active: str = "") -> Ladder:
    """The encoder as boxes; those whose name contains `active` stand out."""
    shape = f"{s}x{plan.width}"
    boxes = [Box(name="French words", shape=f"{s}"), Box(name="embed + positions", shape=shape)]
    for k in range(plan.layers):
        boxes.append(Box(name=f"encoder layer {k + 1}", shape=shape))
        boxes += [
            Box(name=part, shape=shape, depth=1, active=bool(active) and active in part)
            for part in ("self-attention", "feed-forward")
        ]
    boxes.append(Box(name="memory", shape=shape, active=active == "memory"))
    return Ladder(
        name="encoder",
        title=f"encoder, N = {plan.layers}",
        about="Every layer: self-attention among the French words, then a feed-forward network for each word alone. "
        "Each has a residual sum and a layer norm. What comes out last is the memory.",
        boxes=boxes,
    )


def decoder_ladder(plan: Plan, s: int, t: int, v: int, active: str = "cross") -> Ladder:
    """The decoder as boxes, with the wires from the memory to every cross-attention."""
    shape = f"{t}x{plan.width}"
    boxes = [
        Box(name="memory, from the encoder", shape=f"{s}x{plan.width}"),
        Box(name="English, shifted right", shape=f"{t}"),
        Box(name="embed + positions", shape=shape),
    ]
    wires = []
    for k in range(plan.layers):
        boxes.append(Box(name=f"decoder layer {k + 1}", shape=shape))
        for part in ("masked self-attention", "cross-attention", "feed-forward"):
            if part == "cross-attention":
                wires.append(Wire(source=0, target=len(boxes), label="K, V" if k == 0 else ""))
            boxes.append(Box(name=part, shape=shape, depth=1, active=bool(active) and active in part))
    boxes += [Box(name="linear to the vocabulary", shape=f"{t}x{v}"), Box(name="softmax", shape=f"{t}x{v}")]
    return Ladder(
        name="decoder",
        title=f"decoder, N = {plan.layers}",
        about="Every layer has three sub-layers: self-attention among the English words so far, attention to the "
        "memory, and a feed-forward network. Queries come from the decoder, keys and values from the memory.",
        boxes=boxes,
        wires=wires,
        join="→",
    )


def strip(name: str, title: str, values: object, labels: tuple[str, ...], **rest: object) -> Grid:
    """Vectors of words, (t, m), a row a word: as numbers where they are few, else as shades."""
    array = np.asarray(values, dtype=float)
    shows = "numbers" if array.shape[1] <= 8 else "shades"
    given: dict[str, object] = {"shows": shows, "digits": 1, "signed": True, "scope": f"numbers of {name}", **rest}
    return Grid(name=name, title=title, values=array, row_labels=labels, **given)  # type: ignore[arg-type]
