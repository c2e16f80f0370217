"""The parts of a classifier's answers: one example with its probabilities, the matrix, the mistakes."""

from dataclasses import dataclass

import numpy as np

from ....engine.probes.requests import Array, Predictions
from ...render.bars import bars
from ...render.cells import Part, line, note
from ...render.heatmap import heatmap, pixels
from ...render.matrix import confusion
from ...render.numbers import compact, cut, pad
from ...render.palette import Ink
from ...render.picture import picture
from ...render.pooling import shrink
from ...render.scale import Scale
from ..blocks import Block, beside, fitted, heading, remark
from ..example import example, tokens
from ..thumbnails import Thumbnails, thumbnails

SPLITS = {"val": "validation", "test": "test", "train": "training"}
_SMALL = 16
"""Thumbnails have at most so many pixels a side, enlarged so many times."""
_ZOOM_MOST = 3
_NAME_MOST = 5


def class_name(view: Predictions, index: int) -> str:
    """The name of a class."""
    return view.classes[index] if 0 <= index < len(view.classes) else str(index)


def sums(view: Predictions, ink: Ink, width: int) -> Block:
    """One line of totals over the split."""
    right = view.count - view.mistakes
    facts = [
        ("accuracy", f"{view.accuracy:.1%}", f" ({right} of {view.count})"),
        ("loss", compact(view.loss, 7, 3), " nats"),
        ("ECE", f"{view.ece:.1%}" if np.isfinite(view.ece) else "nan", ""),
        ("mistakes", str(view.mistakes), ""),
    ]
    long = sum(len("".join(fact)) + 4 for fact in facts) <= width
    parts: list[Part] = []
    for name, value, more in facts:
        parts.append((name + " ", ink.style(ink.dim)))
        parts.append((value, ink.style(bold=True)))
        parts.append(((more if long else "") + ("   " if long else "  "), ink.style(ink.dim)))
    return [line(parts, width, ink)]


def answer(view: Predictions, ink: Ink, width: int, height: int, *, active: bool = False) -> Block:
    """The chosen example, its class, and the classes that the model thinks likeliest."""
    guess = int(view.probabilities.argmax()) if view.probabilities.size else -1
    right = guess == view.label
    word = "image" if view.image.ndim == 3 else "example"
    strips = [heading(f"{word} {view.index}", f"of {view.count}", width, ink, active=active)]
    mark, colour = ("✓", ink.good) if right else ("✗", ink.bad)
    dim, bold = ink.style(ink.dim), ink.style(bold=True)
    verdict: list[Part] = [
        (f"{mark} ", ink.style(colour, bold=True)),
        ("true ", dim),
        (cut(class_name(view, view.label), 20), bold),
        ("  predicted ", dim),
        (cut(class_name(view, guess), 20), ink.style(colour, bold=True)),
    ]
    strips.append(line(verdict, width, ink))
    side = width >= 48 and height < 14
    room = height - 3
    if side:
        half = (width - 2) // 2
        shown = tokens(view.tokens, ink, half, room) or example(view.image, ink, half, room)
        return [
            *strips,
            remark("", width, ink),
            *beside([(shown, half), (chances(view, ink, half, room), half)], room, ink),
        ]
    top = max(3, min(room - 4, 14 if height >= 24 else room // 2 + 1))
    shown = tokens(view.tokens, ink, width, top) or example(view.image, ink, width, top)
    left = room - len(shown) - 1
    return [*strips, remark("", width, ink), *shown, remark("", width, ink), *chances(view, ink, width, left)]


def chances(view: Predictions, ink: Ink, width: int, height: int) -> Block:
    """The likeliest classes as bars; the true class is among them, however unlikely."""
    p = view.probabilities
    if not p.size or height < 1:
        return []
    order = [int(k) for k in np.argsort(-p, kind="stable")]
    shown = order[:height]
    if view.label not in shown:
        shown[-1] = view.label
    guess = order[0]
    marks = {view.label: "✓", guess: "✓" if guess == view.label else "✗"}
    labels = [f"{marks.get(k, ' ')} {class_name(view, k)}" for k in shown]
    tint = {k: ink.good if k == view.label else ink.bad for k in (view.label, guess)}
    highlight = {shown.index(k): colour for k, colour in tint.items() if k in shown}
    return bars(labels, [float(p[k]) for k in shown], ink, width, highlight=highlight)


def matrix(
    view: Predictions, cursor: tuple[int, int], ink: Ink, width: int, height: int, *, active: bool = False
) -> Block:
    """The confusion matrix and what its cursor is at."""
    true, said = cursor
    total = int(view.confusion[true].sum()) if true < len(view.confusion) else 0
    count = int(view.confusion[true, said]) if total else 0
    share = f" ({count / total:.1%})" if total else ""
    names = cut(class_name(view, true), 12), cut(class_name(view, said), 12)
    told = f"true {names[0]} → predicted {names[1]}: {count} of {total}{share}"
    room = min(height - 2, len(view.confusion) + 3)
    drawn = confusion(view.confusion, view.classes, ink, width, room, cursor=cursor)
    if drawn and not drawn[-1].text.strip():
        drawn = drawn[:-1]
    return [
        heading("confusion", "rows: true class; colour: share of the row", width, ink, active=active),
        *drawn,
        remark(told, width, ink),
    ]


@dataclass(frozen=True)
class Mistakes:
    """Drawn mistakes; they begin in row 1."""

    strips: Block
    wall: Thumbnails | None

    def hit(self, x: int, y: int) -> int | None:
        """The mistake at a cell of the block."""
        return self.wall.hit(x, y - 1) if self.wall is not None else None

    @property
    def columns(self) -> int:
        """Mistakes in a row."""
        return self.wall.columns if self.wall is not None else 1


def mistakes(
    view: Predictions, selected: int | None, ink: Ink, width: int, height: int, *, active: bool = False
) -> Mistakes:
    """The worst mistakes in exactly `width` x `height` cells: true class, predicted class, probability."""
    count = len(view.worst)
    if not count:
        title = heading("worst mistakes", "", width, ink, active=active)
        return Mistakes([title, *note(f"none among {view.count}", width, ink, height - 1)], None)
    rows = zip(view.worst_labels, view.worst_predicted, view.worst_confidence, strict=True)
    most = _NAME_MOST if view.worst_images.ndim == 4 else 24
    captions = [f"{cut(class_name(view, a), most)}→{cut(class_name(view, b), most)} {_percent(c)}" for a, b, c in rows]
    if view.worst_images.ndim == 4:
        wall = _pictures(view, captions, selected, ink, width, height - 1)
        strips, shown = wall.strips, wall.shown
    else:
        texts = [f"example {k}: {text}" for k, text in zip(view.worst, captions, strict=True)]
        wall = None
        strips, shown = _listed(texts, selected, ink, width, height - 1)
    told = f"largest loss first, {shown.start + 1}-{shown.stop} of {view.mistakes}"
    return Mistakes([heading("worst mistakes", told, width, ink, active=active), *strips], wall)


def _pictures(
    view: Predictions, captions: list[str], selected: int | None, ink: Ink, width: int, height: int
) -> Thumbnails:
    """The wall at the largest zoom at which all are seen."""
    wall = None
    for zoom in range(_ZOOM_MOST, 0, -1):
        pictures = [_thumbnail(image, view, ink, zoom) for image in view.worst_images]
        wall = thumbnails(pictures, captions, ink, width, height, selected=selected)
        if len(wall.shown) == len(captions) and wall.high <= height:
            break
    assert wall is not None
    return wall


def _percent(share: float) -> str:
    """A probability in whole percent; 100 is said only of what is all but certain."""
    return f"{share:.0%}" if share < 0.995 else ">99%"


def _listed(captions: list[str], selected: int | None, ink: Ink, width: int, height: int) -> tuple[Block, range]:
    first = max(0, min((selected or 0) - height // 2, len(captions) - height))
    shown = range(first, min(len(captions), first + height))
    strips = [
        line([(pad(captions[k], width), ink.selected() if k == selected else ink.style())], width, ink) for k in shown
    ]
    return fitted(strips, width, height, ink), shown


def _thumbnail(image: Array, view: Predictions, ink: Ink, zoom: int) -> Block:
    """A small picture: of grey images as a heat map on the scale of all of them."""
    if image.shape[0] == 3:
        return picture(image, ink, _SMALL * zoom, _SMALL * zoom // 2, most=zoom)[0]
    high, wide = pixels(ink, _SMALL, _SMALL // 2)
    values = shrink(image[0], high, wide, "mean")
    return heatmap(values, Scale.of(view.worst_images), ink, zoom=zoom)
