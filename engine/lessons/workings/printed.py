"""Numbers as formulas print them."""

from typing import Any


def number(x: Any, digits: int = 3) -> str:
    """A number in `digits` significant digits, never -0; whole only if it is whole."""
    x = round(float(x), 9) + 0.0
    text = f"{x:.{digits}g}"
    return text if "." in text or "e" in text or x == round(x) else f"{x:.2f}"


def signed(x: Any) -> str:
    """The same, in brackets if it is below zero, for products and sums."""
    text = number(x)
    return f"({text})" if text.startswith("-") else text
