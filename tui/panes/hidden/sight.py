"""What the user chose in the pane of hidden states."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Of a sequence: layer, part, order and cursor; of a graph: round and node."""

    look: str = "states"
    """`states` or `memory`; where there is room both are drawn."""
    part: str = "hidden"
    layer: int = 0
    by_peak: bool = False
    unit: int = 0
    token: int | None = None
    """The place of the token; None for the last one."""
    round: int | None = None
    """After which round of messages; None for the last one."""
    node: int | None = None
