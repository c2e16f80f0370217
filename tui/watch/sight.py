"""What the user chose to see of the runs that are watched: the one state that all panes of the monitor share.

Knows nothing of any widget. It is saved as JSON and restored, so every field is of a JSON kind.
"""

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

Scale = Literal["linear", "log y", "log x", "log-log"]
SCALES: tuple[Scale, ...] = ("linear", "log y", "log x", "log-log")
Smoothing = Literal["ema", "median"]
Marker = Literal["braille", "blocks"]
Band = Literal["sd", "range"]


@dataclass
class Sight:
    """Mutable; whoever changes it calls the app's `changed`, and every pane compares `key()`.

    Runs are named by their keys (`Run.path`), which are stable over sessions.
    """

    shown: dict[str, bool] = field(default_factory=dict)
    """Runs that the user switched on or off; the others follow the rule of the first eight."""
    solo: str = ""
    """The one run that is shown alone, or none."""
    run_filter: str = ""
    """A text, or a query of configs like `lr>=1e-3 model~llama`, that runs must match to be listed."""
    collapsed: tuple[str, ...] = ()
    """Branches of the tree of runs that are folded."""
    tag_filter: str = ""
    """A regular expression that tags must match."""
    pinned: tuple[str, ...] = ()
    """Tags that come first."""
    smoothing: Smoothing = "ema"
    weight: float = 0.0
    """Of the exponential mean, 0 (none) up to 0.999."""
    span: int = 1
    """Points of the running median; 1 is none."""
    x: str = "step"
    """step, time (since the run began), clock, or the tag that is to be x (`epoch`, `tokens`, …)."""
    scale: Scale = "linear"
    logs: tuple[str, ...] = ()
    """Tags that have a log y of their own."""
    trim: bool = False
    """Leave outliers out of the range of y."""
    window: tuple[float, float] | None = None
    """The part of x that is shown; all of it if None."""
    follow: bool = False
    """The window keeps its right edge at the newest point."""
    limits: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    """Least and greatest y of a tag, as typed."""
    rows: int = 0
    columns: int = 0
    """Charts below and beside each other, 1-9; 0: as many as suit the screen."""
    first: str = ""
    """The tag of the first chart on the page."""
    selected: str = ""
    """The tag of the chart that keys act on; the first of the page if it is not there."""
    full: str = ""
    """The tag of the chart that is alone on the screen."""
    cursor: float | None = None
    """x of the crosshair, the same in all charts."""
    marker: Marker = "braille"
    group: tuple[str, ...] = ()
    """Config keys by whose values runs are grouped."""
    band: Band = "sd"
    focus: str = ""
    """A run that is drawn bright while the others are dim."""
    pair: tuple[str, ...] = ()
    """At most two runs whose difference is shown."""
    difference: bool = False
    """The charts show the difference of the pair instead of the runs."""
    lower: str = ""
    """The pane that is docked below the charts, or beside them."""
    sidebar: bool = True
    light: bool = False
    """The light theme."""
    specs: tuple[str, ...] = ()
    """Columns of the table, like `min val/loss`; `*` are those that suit, `!spec` is one of these taken away."""
    sort: str = ""
    """The column that orders the table; a leading `-` turns it round."""

    def key(self) -> tuple[Any, ...]:
        """Hashable; equal keys mean equal pictures."""
        return tuple(_hashable(getattr(self, f.name)) for f in fields(self))

    def document(self) -> dict[str, Any]:
        """What is saved."""
        return asdict(self)

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Sight":
        """What was saved; fields that are missing or of another kind keep their defaults."""
        sight = cls()
        for f in fields(cls):
            default = getattr(sight, f.name)
            value = document.get(f.name, default)
            fit = _fit(value, default, f.name)
            if fit is not None:
                setattr(sight, f.name, fit)
        return sight


_CHOICES: dict[str, tuple[str, ...]] = {
    "scale": SCALES,
    "smoothing": ("ema", "median"),
    "marker": ("braille", "blocks"),
    "band": ("sd", "range"),
}


def _fit(value: Any, default: Any, name: str) -> Any:
    """`value` as the kind that the field wants, or None."""
    if name in ("window", "cursor"):
        return _numbers(value, name)
    if name in _CHOICES:
        return value if value in _CHOICES[name] else None
    if isinstance(default, bool):
        return value if isinstance(value, bool) else None
    if isinstance(default, int | float):
        good = isinstance(value, int | float) and not isinstance(value, bool) and value == value
        return type(default)(min(max(value, 0), 1 << 20)) if good else None
    if isinstance(default, tuple):
        good = isinstance(value, list | tuple) and all(isinstance(v, str) for v in value)
        return tuple(value) if good else None
    if isinstance(default, dict):
        return _table(value, name)
    return value if isinstance(value, str) else None


def _numbers(value: Any, name: str) -> Any:
    if name == "cursor":
        return float(value) if isinstance(value, int | float) and abs(value) < 1e300 else None
    good = isinstance(value, list | tuple) and len(value) == 2
    if not good or not all(isinstance(v, int | float) and abs(v) < 1e300 for v in value) or not value[0] < value[1]:
        return None
    return float(value[0]), float(value[1])


def _table(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return None
    if name == "shown":
        return {str(k): v for k, v in value.items() if isinstance(v, bool)}
    found = {}
    for key, ends in value.items():
        good = isinstance(ends, list | tuple) and len(ends) == 2
        if good and all(end is None or (isinstance(end, int | float) and abs(end) < 1e300) for end in ends):
            found[str(key)] = tuple(None if end is None else float(end) for end in ends)
    return found


def _hashable(value: Any) -> Any:
    return tuple(value.items()) if isinstance(value, dict) else value
