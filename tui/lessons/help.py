"""The help of the lessons: the keys, and everything that the open lesson has on the screen."""

from ...engine.text import sanitize
from .keys import ACTIONS
from .reading import Reading

TABLE = "\n".join(
    ["| key | does |", "|---|---|", *(f"| `{action.shown}` | {action.about} |" for action in ACTIONS if action.shown)]
)

GENERAL = f"""
**In the index**: `✓` all scenes of the lesson were seen, `·` some; behind it how many of how many.
`enter` opens the lesson, `/` searches names, titles and rows of the syllabus (`E4`).

A lesson is one idea in a few scenes, each a row of frames. Everything is computed now, from the settings you see.

{TABLE}
"""

PARTS = """
- **Top line**: the lesson, its scene, what is looked at; which scene and frame of how many.
- **Figures**: `tab` goes from one to the next. Under them stands where the number at the cursor came from; the cells
  that it was made of are marked in the other figures. `enter` shows the figure alone, and again the whole formula.
- **Hatched** cells are masked or never visited, **struck** ones are dropped. Under a picture: what its colours span.
- **Settings**: after the last figure, or by the letters behind them; left and right change, `enter` types a value.
- **Fact line**: a statement of the lecture notes that the course follows, by its number (`E4`): claim, computed,
  expected. `✓` holds, `✗` on red fails, `○` waits for a training (`t`). `f` lists all. *The notes say* tells how these
  notes put it, where they are loose or wrong.
- **Bottom line**: where in the frames one is.
"""


def lesson_help(reading: Reading) -> str:
    """What is on the screen of this lesson, in Markdown."""
    lesson = reading.lesson
    parts = [f"# {lesson.title}", lesson.summary, "# Keys", "", TABLE, "", "# On the screen", PARTS, "# Settings", ""]
    for setting in lesson.settings:
        key = f" (`{setting.key}`)" if setting.key else ""
        parts.append(f"- **{setting.name}**{key}: {sanitize(setting.help)}; {setting.allowed}")
    if lesson.presets:
        parts += ["", "# Presets", ""]
        parts += [f"- **{p.name}** ({'good' if p.good else 'goes wrong'}): {p.why}" for p in lesson.presets]
    parts += ["", "# Scenes", ""]
    parts += [f"{k}. {scene.title} ({', '.join(scene.ids)})" for k, scene in enumerate(lesson.scenes, start=1)]
    return "\n".join(parts)
