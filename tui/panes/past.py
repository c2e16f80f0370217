"""Going back through the records that a run has kept on disk."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from textual.binding import Binding

from ...engine.runs.kept import Kept
from ...engine.runs.run import Record

SCRUB = (
    Binding("left_curly_bracket", "scrub(-1)", "Earlier", key_display="{/}"),
    Binding("right_curly_bracket", "scrub(1)", "Later", show=False),
    Binding("vertical_line", "now", "Now", key_display="|", show=False),
)
"""The keys of every pane that can go back."""


@dataclass(frozen=True)
class Past:
    """The records of one step gone by, and which of how many it is; without records it is now."""

    records: tuple[Record, ...] = ()
    place: str = ""
    run: str = ""

    def of(self, run: str) -> "Past":
        """The same if it is this run's, else now."""
        return self if self.run == run else Past(run=run)

    def turned(self, run: str, kinds: Collection[str], by: int) -> "Past | None":
        """What the run in this directory kept `by` steps later; after the last comes now. None if it kept nothing."""
        kept = Kept(Path(run)) if run and kinds else None
        tags = kept.tags(kinds) if kept is not None else []
        steps = kept.steps(tags) if kept is not None else []
        if kept is None or not steps:
            return None
        at = steps.index(self.records[0].step) if self.records and self.records[0].step in steps else len(steps)
        at = max(0, at + by)
        if at >= len(steps):
            return Past(run=run)
        return Past(kept.at(tags, steps[at]), f"kept, {at + 1} of {len(steps)}", run)
