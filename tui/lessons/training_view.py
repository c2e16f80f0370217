"""In place of figures: a scene that waits for a training, a training that runs, and what could not be computed."""

import math
import time

from rich.cells import cell_len
from textual.strip import Strip

from ...engine.lessons.index import load
from ...engine.lessons.kit.state import State
from ...engine.lessons.kit.training import Training
from ...engine.lessons.study.messages import Failed, Place, Told, Trained
from ...engine.lessons.study.study import View
from ..render.bars import gauge
from ..render.cells import blank, line, wrapped
from ..render.numbers import clock, cut
from ..render.palette import Ink

SPARKS = "▁▂▃▄▅▆▇█"


def offer(training: Training, state: State, view: View, width: int, ink: Ink) -> list[Strip]:
    """What the scene would show, how long that takes, and the key; or how far it is."""
    told, ended = view.told, view.ended
    strips = [blank(width, ink), line([("  " + training.title, ink.style(bold=True))], width, ink), blank(width, ink)]
    if told is not None and told.training == training.name:
        strips += running(told, time.monotonic() - view.began, width, ink)
        said = "t cancels; everything else goes on working meanwhile."
        other = differs(training, told.place, state)
        if other:
            said = f"It trains with {other}, which is not what is set now; t cancels it, and again t trains with that."
    elif told is not None:
        said = f"Now {told.training} trains; when it is done, or called off with t, press t to train this."
    elif ended is not None and ended.training == training.name and _fits(training, ended, state):
        said = "It is trained; what it shows is being computed …"
    else:
        if ended is not None and ended.training == training.name:
            other = differs(training, ended.place, state)
            if ended.error or ended.cancelled:
                why = f"The training failed: {ended.error}" if ended.error else "The training was cancelled."
            else:
                why = f"It was trained with {other}; that result is kept and comes back with that setting."
            style = ink.style(ink.bad if ended.error else ink.dim)
            strips += [line([("  " + row, style)], width, ink) for row in wrapped(why, width - 4)]
            strips.append(blank(width, ink))
        said = (
            f"This scene has to be trained or measured first: about {lasting(training.seconds)} on one core, "
            "in the background. Press t to train."
        )
    return strips + [line([("  " + row, ink.style())], width, ink) for row in wrapped(said, width - 4)]


def _fits(training: Training, ended: Trained, state: State) -> bool:
    """Whether a training has ended well, with the settings as they are."""
    return not (ended.error or ended.cancelled or differs(training, ended.place, state))


def differs(training: Training, place: Place, state: State) -> str:
    """The settings that a training had and that are others now, in words."""
    lesson = load(place.lesson)
    return ", ".join(
        f"{name} {lesson.setting(name).show(place.values[name])}"
        for name in training.uses
        if name in place.values and place.values[name] != state.values.get(name)
    )


def running(told: Told, seconds: float, width: int, ink: Ink) -> list[Strip]:
    """A bar, what is being done, and its numbers as small curves."""
    inner = min(width - 4, 72)
    progress = Strip.join([line([], 2, ink), gauge(told.share, inner, ink)])
    strips = [progress.adjust_cell_length(width, ink.style())]
    words = f"  {told.text or 'training'}   {clock(seconds)}"
    if told.share >= 1:
        words = f"  trained in {clock(seconds)}; what it shows is being computed …"
    elif told.share > 0.05:
        words += f", about {clock(seconds * (1 - told.share) / told.share)} left"
    strips.append(line([(cut(words, width), ink.style(ink.dim))], width, ink))
    for name, values in told.curves.items():
        curve = spark(values, max(8, inner - 26))
        parts = [(f"  {cut(name, 12):12} ", ink.style()), (curve, ink.style(ink.accent))]
        parts.append((f" {values[-1]:.4g}", ink.style()))
        strips.append(line(parts, width, ink))
    return [*strips, blank(width, ink)]


def computing(view: View) -> str:
    """That a frame is being computed, and from a second on for how long; nothing in the first moment."""
    if not view.busy:
        return ""
    seconds = time.monotonic() - view.asked_at
    return "computing …" if seconds < 1 else f"computing … {seconds:.0f} s"


def bar(told: Told, width: int, ink: Ink) -> Strip:
    """The same in one line; where there is little room the bar is short rather than the words."""
    if told.share >= 1:
        words = f" {told.training} is trained; what it shows is being computed …"
        return line([(words, ink.style(ink.dim))], width, ink)
    words = cut(f" training {told.training}  {told.text}", max(8, width - 25)) + " "
    wide = max(cell_len(words), min(width - 24, 60))  # so that the bar stands still while the words change
    left = line([(words, ink.style(ink.accent))], wide, ink)
    room = width - wide - 14
    return Strip.join([left, gauge(told.share, room, ink), line([("  t cancels", ink.style(ink.dim))], 14, ink)])


def spark(values: tuple[float, ...], room: int) -> str:
    """The means of as many groups of values as there are columns, as eighths."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return ""
    groups = min(room, len(finite))
    means = []
    for k in range(groups):
        part = finite[k * len(finite) // groups : (k + 1) * len(finite) // groups]
        means.append(sum(part) / len(part))
    low, high = min(means), max(means)
    return "".join(SPARKS[round((mean - low) / (high - low) * 7) if high > low else 3] for mean in means)


def failure(failed: Failed, width: int, ink: Ink) -> list[Strip]:
    """What could not be computed, and that the rest lives on."""
    said = f"This frame could not be computed: {failed.text}"
    rows = [*wrapped(said, width - 4), "", "r resets the settings."]
    return [blank(width, ink), *(line([("  " + row, ink.style(ink.bad))], width, ink) for row in rows)]


def lasting(seconds: float) -> str:
    """A rough duration in words."""
    if seconds < 1.5:
        return "a second"
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
