"""How the two runs of the pair are marked; letters would collide with those of curves where there are no colours."""

from ..render.palette import Ink


def numerals(ink: Ink) -> tuple[str, str]:
    """The signs of the first run and of the second."""
    return ("1", "2") if ink.depth == "none" else ("①", "②")
