"""The settings of sampling that keys step through, and how they are written."""

from collections.abc import Mapping
from math import inf

LADDERS: dict[str, tuple[float, ...]] = {
    "temperature": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0),
    "top_k": (1, 2, 3, 5, 10, 20, 40, 100, inf),
    "top_p": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0),
}
"""What the keys step through; a top-k of infinity keeps all, and is told as 0."""
NEUTRAL: dict[str, float] = {"temperature": 1.0, "top_k": 0.0, "top_p": 1.0, "seed": 0.0}
"""Settings that change nothing."""


def stepped(name: str, value: float, by: int) -> float:
    """The next value of a setting's ladder above or below `value`; the same at its end."""
    value = inf if name == "top_k" and value == 0 else value
    beyond = [step for step in LADDERS[name] if (step > value if by > 0 else step < value)]
    found = (beyond[0] if by > 0 else beyond[-1]) if beyond else value
    return 0.0 if found == inf else found


def knob_texts(values: Mapping[str, float]) -> list[tuple[str, str, str]]:
    """Name, value and keys of temperature, top-k and top-p."""
    temperature, k, p = (values[name] for name in LADDERS)
    return [
        ("temperature", f"{temperature:.3g}", "[ ]"),
        ("top-k", f"{k:.0f}" if k else "all", "k K"),
        ("top-p", f"{p:.3g}" if p < 1 else "all", "p P"),
    ]
