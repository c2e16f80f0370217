"""The command that brings another reader to where one is, and what it says of the figure that is looked at."""

import math
import shlex

from ...engine.lessons.kit.figures import Figure, Plane
from ...engine.options import OptionError
from ...engine.text import sanitize
from .reading import DEPTHS, Reading


def command(reading: Reading, figure: Figure | None = None, trained: bool = False) -> str:
    """The command for this very state; `figure` has the cursor, and `trained` says that a training is shown."""
    words = ["dlviz", "lesson", reading.lesson.name]
    for setting in reading.lesson.settings:
        value = reading.state[setting.name]
        if value != reading.lesson.defaults[setting.name]:
            words += ["--set", f"{setting.name}={setting.show(value)}"]
    if reading.state.seed:
        words += ["--seed", str(reading.state.seed)]
    if reading.scene or reading.frame:
        words += ["--scene", reading.at.name]
    if reading.frame:
        words += ["--frame", str(reading.frame + 1)]
    if trained:
        words.append("--train")
    words += _cursor(reading, figure)
    if reading.depth != "overview":
        words += ["--depth", reading.depth]
    return shlex.join(words)


def _cursor(reading: Reading, figure: Figure | None) -> list[str]:
    if figure is None:
        return []
    key = (reading.scene, figure.name)
    words = ["--figure", figure.name]
    if isinstance(figure, Plane) and key in reading.places:
        return [*words, "--cell={:.6g},{:.6g}".format(*reading.places[key])]
    if not isinstance(figure, Plane) and key in reading.cells:
        row, column = reading.cells[key]
        return [*words, f"--cell={row + 1},{column + 1}"]
    return words if reading.focus else []


def look_at(reading: Reading, figure: str, cell: str, depth: str) -> None:
    """Put the cursor on a figure, at `ROW,COLUMN` from 1 or a plane's `X,Y`, and go to a depth; raises OptionError."""
    if depth:
        found = next((known for known in DEPTHS if known == depth), None)
        if found is None:
            raise OptionError(f"--depth cannot be {sanitize(depth, limit=60)!r}; allowed: {', '.join(DEPTHS)}")
        reading.depth = found
    reading.focus = figure
    if not cell:
        return
    if not figure:
        raise OptionError("--cell wants --figure NAME beside it")
    try:
        first, second = (float(part) for part in cell.split(","))
    except ValueError:
        first = second = math.nan
    if not (abs(first) < 1e6 and abs(second) < 1e6):
        raise OptionError(f"--cell cannot be {sanitize(cell, limit=60)!r}; allowed: ROW,COLUMN such as 2,3")
    reading.places[reading.scene, figure] = (first, second)  # which of both counts, the figure decides
    reading.cells[reading.scene, figure] = (max(0, int(first) - 1), max(0, int(second) - 1))
