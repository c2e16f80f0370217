"""The help of the lessons: what the open scene has on the screen, the lesson's presets, then the keys."""

from ...engine.lessons.kit.facts import told
from ...engine.lessons.kit.settings import Moves, Setting
from ...engine.lessons.study.messages import Shown
from ...engine.lessons.study.study import View
from ...engine.text import sanitize
from .keys import ACTIONS
from .reading import Reading, preset_told

NAMES = {"⏎": "enter", "␣": "space"}
"""Keys that the footer has little room for, in words."""
TABLE = "\n".join(
    [
        "| key | does |",
        "|---|---|",
        *(f"| `{NAMES.get(action.shown, action.shown)}` | {action.about} |" for action in ACTIONS if action.shown),
    ]
)

GENERAL = f"""
**In the index**: `✓` all scenes of the lesson were seen, `·` some; behind it how many of how many.
`enter` opens the lesson, `/` searches everything that lessons say, and rows of the syllabus (`E4`).

A lesson is one idea in a few scenes, each a row of frames. Everything is computed now, from the settings you see.

{TABLE}
"""

PARTS = """
- **Top line**: the lesson, its scene, what is looked at; which scene and frame of how many. A click lists the scenes.
- **Figures**: `tab` goes from one to the next. Under them stands where the number at the cursor came from; the cells
  that it was made of are marked in the other figures. `enter` shows the figure alone, and again the whole formula.
- **Hatched** cells are masked or never visited, **struck** ones are dropped. Under a picture: what its colours span.
- **Settings**: a letter turns its setting, and left and right go on with it; `tab` reaches those without a letter,
  up and down choose among them. `enter` types a value, `esc` goes back.
- **Fact line**: a statement of the lecture notes that the course follows, by its number (`E4`): claim, computed,
  expected. `✓` holds, `✗` on red fails, `○` waits for a training (`t`). `f` lists all. *The notes say* tells how these
  notes put it, where they are loose or wrong.
- **Bottom line**: where in the frames one is.
"""


def lesson_help(reading: Reading, view: View) -> str:
    """The open scene and all that is in it, then what the lesson has besides, in Markdown."""
    lesson, scene = reading.lesson, reading.at
    parts = [f"# {sanitize(lesson.title)}: {sanitize(scene.title)}"]
    shown = view.shown
    if isinstance(shown, Shown) and (shown.place.lesson, shown.place.scene) == (lesson.name, reading.scene):
        frame = shown.frame
        parts += [_plain(frame.caption), ""]
        parts += [f"- **{_plain(f.title or f.name)}**: {_plain(f.about)}" for f in frame.figures if f.about]
    elif not reading.waits:
        parts.append(f"{_plain(lesson.summary)} This frame is being computed.")
    else:
        title = _plain(lesson.training(scene.needs).title)
        parts.append(f"{title}: this scene waits for that training; `t` begins it.")
    if reading.settings:
        parts += ["", "# Its settings", "", *map(_setting, reading.settings)]
    parts += ["", f"# Its facts: {', '.join(scene.ids)}", ""]
    parts.append("Each number is a row of the syllabus: a statement of the lecture notes that the course follows.")
    parts.append("")
    for proved in view.facts:
        if proved is not None and proved.fact.id in scene.ids:
            fact = proved.fact
            said = "waits for a training" if proved.waits else f"computed {told(fact.computed)}"
            said += "" if proved.waits else f", expected {told(fact.expected)}"
            sign = "○" if proved.waits else "✓" if fact.holds else "✗"
            parts.append(f"- {sign} **{fact.id}** {_plain(fact.claim)}: {_plain(said)}")
    if lesson.presets:
        parts += ["", "# Presets of the lesson", "", *(f"- {_plain(preset_told(p))}" for p in lesson.presets)]
    return "\n".join([*parts, "", "# Keys", "", TABLE, "", "# On every screen", PARTS])


def _setting(setting: Setting) -> str:
    letters = " ".join(setting.moves) if isinstance(setting, Moves) else setting.key
    key = f" (`{letters}`)" if letters else ""
    return f"- **{setting.name.replace('_', ' ')}**{key}: {_plain(setting.help)}; {_plain(setting.allowed)}"


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is."""
    return "".join(f"\\{sign}" if sign in "*_`<[]\\|#" else sign for sign in sanitize(text, limit=2000))
