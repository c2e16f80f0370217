"""What becomes of a comparison when the user quits the lab."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from ...screens.quit import QuitScreen

if TYPE_CHECKING:
    from ...controls import Controls

CHOICES = (
    ("stop", "End it", "what has been trained is kept"),
    ("detach", "Go on in the background", "dlviz runs lists what it trains"),
    ("cancel", "Cancel", "stay"),
)


class QuitComparison(QuitScreen):
    """Asks; the result is `stop`, `detach` or `cancel`."""

    DEFAULT_CSS = QuitScreen.DEFAULT_CSS.replace("QuitScreen", "QuitComparison")

    def compose(self) -> ComposeResult:
        """The question and the three answers."""
        with Vertical() as box:
            box.border_title = "quit"
            yield Label(Content(self._question))
            texts = {name: Content.assemble((f"{title:26}", "bold"), (about, "dim")) for name, title, about in CHOICES}
            yield OptionList(*(Option(text, id=name) for name, text in texts.items()))


async def may_quit(app: "Controls") -> bool:
    """Ask what shall become of a comparison under way, and do it; False to stay."""
    from .pane import ComparePane

    pane = next((pane for pane in app.query(ComparePane) if pane.running), None)
    if pane is None or pane.work is None:
        return True
    where = pane.work.directory
    question = f"A comparison is under way. Later, dlviz compare --run {where} shows it, and goes on where it ended."
    answer = await app.push_screen_wait(QuitComparison(question))
    pane.work.released = answer == "detach"
    return answer != "cancel"
