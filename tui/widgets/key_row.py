"""The bottom line: the keys that matter now: the training's, the focused pane's, then help and quit."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from ..actions import ACTIONS, Action
from ..render.cells import Part, line
from ..render.palette import DARK, Ink

TRAINING = {"running": "Pause", "paused": "Go on", "loading": "…"}


class KeyRow(Widget):
    """Keys and what they do; a click does it."""

    DEFAULT_CSS = "KeyRow { height: 1; dock: bottom; }"

    ink: reactive[Ink] = reactive(DARK)
    """Colours."""
    state: reactive[str] = reactive("idle")
    """The engine's state, which decides what space does."""

    def __init__(self, actions: Sequence[Action] = ACTIONS) -> None:
        super().__init__()
        self._everywhere = [action.name for action in actions]

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render_line(self, y: int) -> Strip:
        """The line."""
        key, plain = self.ink.style(self.ink.accent, bold=True), self.ink.style(self.ink.dim)
        parts: list[Part] = []
        for label, title, _ in self._items():
            parts += [(f" {label} ", key), (f"{title} ", plain)]
        return line(parts, self.size.width, self.ink)

    async def on_click(self, event: events.Click) -> None:
        """Do what was clicked."""
        x = 0
        for label, title, key in self._items():
            x += cell_len(label) + cell_len(title) + 3
            if event.x < x:
                self.app.simulate_key(key)
                return

    def _items(self) -> list[tuple[str, str, str]]:
        """(key as shown, title, key) of what fits: the last two always, others from the left."""
        own: list[Binding] = []
        shared: list[Binding] = []
        seen: set[str] = set()
        focused = self.screen.focused
        taken = set(focused._bindings.key_to_bindings) if focused is not None else set()
        for active in self.screen.active_bindings.values():
            action = active.binding.action.removeprefix("app.")
            if active.node is not focused and active.binding.key in taken:
                continue  # where the pane has a key, it does nothing else, even while the pane has no use for it
            if active.binding.show and active.enabled and action not in seen:
                seen.add(action)
                (shared if action in self._everywhere else own).append(active.binding)
        shared.sort(key=lambda binding: self._everywhere.index(binding.action.removeprefix("app.")))
        items = [self._item(b) for b in (*shared[:-2], *own, *shared[-2:])]
        keep, room = items[-2:], self.size.width
        room -= sum(_width(item) for item in keep)
        kept = []
        for item in items[:-2]:
            if _width(item) > room:
                break
            kept.append(item)
            room -= _width(item)
        return [*kept, *keep]

    def _item(self, binding: Binding) -> tuple[str, str, str]:
        title = binding.description
        if binding.action in ("run", "app.run"):
            title = TRAINING.get(self.state, "Train")
        return self.app.get_key_display(binding), title, binding.key


def _width(item: tuple[str, str, str]) -> int:
    return cell_len(item[0]) + cell_len(item[1]) + 3
